//! Pages of a thread's messages: arithmetic on their numbers, where none is out of sight.

use async_graphql::{Context, Result};
use tidings_store::{MessageRange, MessageRow, Page, Take};

use crate::cursor;
use crate::error::bad_input;
use crate::loaders::Load;
use crate::message::{Message, MessageConnection};
use crate::request::Ask;
use crate::thread::Thread;

/// Which of the messages are asked for.
pub(crate) struct Window {
    /// How many from the beginning, or behind `after`.
    pub(crate) first: Option<i32>,
    /// Only messages behind this one.
    pub(crate) after: Option<String>,
    /// How many from the end, or before `before`.
    pub(crate) last: Option<i32>,
    /// Only messages before this one.
    pub(crate) before: Option<String>,
}

/// A page of a thread's messages, oldest first.
pub(crate) async fn page(
    ctx: &Context<'_>,
    thread: &Thread,
    window: Window,
) -> Result<MessageConnection> {
    let (id, end) = (thread.0.row.id, thread.0.row.last_seq);
    let viewer = ctx.viewer()?.principal();
    let place = |cursor: Option<String>| {
        cursor
            .map(|cursor| cursor::to_message(viewer, id, &cursor))
            .transpose()
    };
    let lower = place(window.after)?
        .map_or(1, |seq| seq.saturating_add(1))
        .max(1);
    let upper = place(window.before)?
        .map_or(end, |seq| seq.saturating_sub(1))
        .min(end);
    let take = match (window.first, window.last) {
        (Some(first), None) => Take::First(crate::connection::first(first)?),
        (None, Some(last)) => Take::Last(crate::connection::first(last)?),
        _ => return Err(bad_input("Give either first or last.")),
    };
    let node = ctx.look_ahead().field("edges").field("node");
    let whole = MessageRange {
        thread: id,
        from: lower,
        to: upper,
        take: None,
        html: node.field("bodyHtml").exists(),
    };
    let parted = thread.0.row.deleted_messages > 0 || thread.state(ctx).await?.removed;
    let page = if parted {
        in_sight(ctx, whole, take, end).await?
    } else {
        by_number(ctx, whole, take, end).await?
    };
    let edge = |row: MessageRow| {
        let cursor = cursor::of_message(viewer, id, row.message.seq);
        (cursor, Message::of(row, thread.clone()))
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(MessageConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}

/// A page of a thread where nothing is out of the viewer's sight: arithmetic.
async fn by_number(
    ctx: &Context<'_>,
    whole: MessageRange,
    take: Take,
    end: i64,
) -> Result<Page<MessageRow>> {
    let size = |n| i64::try_from(n).unwrap_or(i64::MAX);
    let (lower, upper) = (whole.from, whole.to);
    let (from, to) = match take {
        Take::First(n) => (lower, upper.min((lower - 1).saturating_add(size(n)))),
        Take::Last(n) => (lower.max((upper + 1).saturating_sub(size(n))), upper),
    };
    let range = MessageRange { from, to, ..whole };
    let rows = if from <= to {
        ctx.one(range).await?.unwrap_or_default()
    } else {
        Vec::new()
    };
    Ok(Page {
        rows,
        has_next: to < end,
        has_previous: from > 1,
    })
}

/// A page where something may be: one more than was asked for tells whether there are more.
async fn in_sight(
    ctx: &Context<'_>,
    whole: MessageRange,
    take: Take,
    end: i64,
) -> Result<Page<MessageRow>> {
    let (size, more) = match take {
        Take::First(n) => (n, Take::First(n + 1)),
        Take::Last(n) => (n, Take::Last(n + 1)),
    };
    let range = MessageRange {
        take: Some(more),
        ..whole
    };
    let mut rows = ctx.one(range).await?.unwrap_or_default();
    let beyond = rows.len() > size;
    if beyond {
        match take {
            Take::First(_) => rows.truncate(size),
            Take::Last(_) => _ = rows.remove(0),
        }
    }
    let forward = matches!(take, Take::First(_));
    Ok(Page {
        rows,
        has_next: if forward { beyond } else { whole.to < end },
        has_previous: if forward { whole.from > 1 } else { beyond },
    })
}
