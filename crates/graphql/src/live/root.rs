//! A schema whose root is one event.

use async_graphql::{
    Context, EmptyMutation, EmptySubscription, Error, Object, Result, Schema, ValidationMode,
};

use crate::event::{Event, MessageAdded, RequestFulfilled};

/// Executes the selections of subscriptions.
pub(super) type EventSchema = Schema<Root, EmptyMutation, EmptySubscription>;

/// The event at hand, or why there is none any more: the data of each request.
pub(super) struct Told(pub(super) Result<Event>);

/// Everything that can be waited for, of an event that has come.
pub(super) struct Root;

/// The schema. Its documents were validated by the one that clients know.
pub(super) fn schema() -> EventSchema {
    Schema::build(Root, EmptyMutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .disable_introspection()
        .finish()
}

fn told(ctx: &Context<'_>) -> Result<Event> {
    ctx.data::<Told>()?.0.clone()
}

// Fragments on the type of the root keep their name.
#[Object(name = "Subscription")]
impl Root {
    async fn message_added(&self, ctx: &Context<'_>) -> Result<MessageAdded> {
        match told(ctx)? {
            Event::MessageAdded(added) => Ok(added),
            _ => Err(Error::new("another kind of event")),
        }
    }

    async fn request_fulfilled(&self, ctx: &Context<'_>) -> Result<RequestFulfilled> {
        match told(ctx)? {
            Event::RequestFulfilled(fulfilled) => Ok(fulfilled),
            _ => Err(Error::new("another kind of event")),
        }
    }

    async fn events(&self, ctx: &Context<'_>) -> Result<Event> {
        told(ctx)
    }
}
