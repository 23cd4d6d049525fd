//! Pages of a thread's messages: arithmetic on their numbers.

use async_graphql::{Context, Result};
use tidings_store::{MessageRange, MessageRow};

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
    let size = |n| crate::connection::first(n).map(|n| i64::try_from(n).unwrap_or(i64::MAX));
    let (from, to) = match (window.first, window.last) {
        (Some(first), None) => (lower, upper.min((lower - 1).saturating_add(size(first)?))),
        (None, Some(last)) => (lower.max((upper + 1).saturating_sub(size(last)?)), upper),
        _ => return Err(bad_input("Give either first or last.")),
    };
    let rows = if from <= to {
        let node = ctx.look_ahead().field("edges").field("node");
        let range = MessageRange {
            thread: id,
            from,
            to,
            html: node.field("bodyHtml").exists(),
        };
        ctx.one(range).await?.unwrap_or_default()
    } else {
        Vec::new()
    };
    let edge = |row: MessageRow| {
        let cursor = cursor::of_message(viewer, id, row.message.seq);
        (cursor, Message::of(row, thread.clone()))
    };
    let edges = rows.into_iter().map(edge).collect();
    Ok(MessageConnection::new(edges, to < end, from > 1))
}
