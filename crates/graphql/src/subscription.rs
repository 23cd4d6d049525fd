//! Subscriptions: streams that resume, and that never show what a query would not.

use std::sync::Arc;

use async_graphql::{Context, Description, Error, ID, Result, Subscription as Root};
use futures_util::stream::{self, Stream, StreamExt};
use tidings_domain::{ClientId, ErrorCode, ThreadId};
use tidings_service::live::{EventStream, Filter, LiveName, StreamEnd};

use crate::cursor;
use crate::enums::EventKind;
use crate::error::{coded, top_level};
use crate::event::{Event, MessageAdded, RequestFulfilled, render};
use crate::node::Global;
use crate::request::{Ask, Request};
use crate::scalars::EventCursor;

/// Everything that can be waited for. Streams end with `SLOW_CONSUMER` for a reader that is slower
/// than its bound, and resume from the last cursor.
#[derive(Description)]
pub(crate) struct Subscription;

#[Root(use_type_description)]
impl Subscription {
    /// New messages: of one thread, or of everything that the viewer sees. The stream of one
    /// thread ends when the viewer loses sight of it.
    async fn message_added(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only messages of this thread.")] thread_id: Option<ID>,
        #[graphql(desc = "Everything behind this cursor; from now on if left out.")] after: Option<
            EventCursor,
        >,
    ) -> Result<impl Stream<Item = Result<MessageAdded>> + use<>> {
        let thread = thread_id.as_ref().map(ThreadId::parse).transpose()?;
        let filter = Filter {
            thread,
            kinds: vec![LiveName::MessageAdded],
            ..Filter::default()
        };
        let events = subscribe(ctx, filter, after).await?;
        Ok(events.filter_map(|event| async {
            match event {
                Ok(Event::MessageAdded(added)) => Some(Ok(added)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            }
        }))
    }

    /// Portal requests that were fulfilled: those of one client, or all that the viewer sees.
    async fn request_fulfilled(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only requests to this client.")] client_id: Option<ID>,
        #[graphql(desc = "Everything behind this cursor; from now on if left out.")] after: Option<
            EventCursor,
        >,
    ) -> Result<impl Stream<Item = Result<RequestFulfilled>> + use<>> {
        let client = client_id.as_ref().map(ClientId::parse).transpose()?;
        let filter = Filter {
            client,
            kinds: vec![LiveName::RequestFulfilled],
            ..Filter::default()
        };
        let events = subscribe(ctx, filter, after).await?;
        Ok(events.filter_map(|event| async {
            match event {
                Ok(Event::RequestFulfilled(fulfilled)) => Some(Ok(fulfilled)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            }
        }))
    }

    /// Every change that the viewer can be told of: with it an application keeps all that it has
    /// read true.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Everything behind this cursor; from now on if left out.")] after: Option<
            EventCursor,
        >,
        #[graphql(desc = "Only these kinds; all if left out.")] kinds: Option<Vec<EventKind>>,
    ) -> Result<impl Stream<Item = Result<Event>> + use<>> {
        let kinds = kinds
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect();
        subscribe(
            ctx,
            Filter {
                kinds,
                ..Filter::default()
            },
            after,
        )
        .await
    }
}

async fn subscribe(
    ctx: &Context<'_>,
    filter: Filter,
    after: Option<EventCursor>,
) -> Result<impl Stream<Item = Result<Event>> + Unpin + use<>> {
    let request = Arc::clone(ctx.request()?);
    let viewer = request.viewer();
    let after = after
        .map(|cursor| cursor::to_event(viewer.principal(), cursor.text()))
        .transpose()?;
    let stream = request
        .service
        .subscribe((*viewer).clone(), filter, after)
        .await;
    let stream = stream.map_err(|error| top_level(&error))?;
    Ok(Box::pin(stream::unfold((stream, request), step)))
}

type State = (EventStream, Arc<Request>);

async fn step((mut stream, request): State) -> Option<(Result<Event>, State)> {
    let event = match stream.next().await? {
        Ok((event, viewer)) => {
            let cursor = cursor::of_event(viewer.principal(), event.position);
            // What the event's fields load is scoped by the viewer as of the event.
            request.follow(viewer);
            Ok(render(EventCursor::At(cursor), &event))
        }
        Err(end) => Err(ending(&end)),
    };
    Some((event, (stream, request)))
}

/// Why a stream ends, as its subscriber is told.
pub(crate) fn ending(end: &StreamEnd) -> Error {
    match end {
        StreamEnd::Ended => coded(ErrorCode::NotFound, "There is no such thing any more."),
        StreamEnd::SlowConsumer => coded(
            ErrorCode::SlowConsumer,
            "Too slow a reader: resume from the last cursor.",
        ),
        StreamEnd::Failed(error) => top_level(error),
    }
}
