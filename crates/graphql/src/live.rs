//! Subscriptions while they run: a filter, a queue and an operation, and nothing of the executor as long as nothing
//! happens.
//!
//! The executor's own stream keeps its whole state for each subscriber and answers each of them by itself. Here an
//! event is an execution of its own, of a schema whose root is that event. What does not depend on who asks is executed
//! once for all who asked the same, for **nobody**: without a viewer and without loaders at hand, whatever would ask
//! for them fails, and then everybody's answer is executed for itself.

mod document;
mod operation;
mod rendered;
mod root;
mod stream;
#[cfg(test)]
mod tests;

use async_graphql::{Executor as _, Request as GraphqlRequest, Response};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt as _};

use crate::schema::TidingsSchema;

pub(crate) use operation::Operations;

/// What a subscriber is answered.
#[derive(Debug)]
pub enum Answer {
    /// A response.
    Response(Box<Response>),
    /// The `data` of a response without errors, as JSON.
    Json(String),
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self::Response(Box::new(response))
    }
}

impl TidingsSchema {
    /// Starts a subscription: the same answers as those of the executor, in the same order, for less.
    ///
    /// What cannot be started this way, also because it is refused, the executor answers.
    #[must_use]
    pub fn subscribe(
        &self,
        mut request: GraphqlRequest,
    ) -> BoxFuture<'static, BoxStream<'static, Answer>> {
        let schema = self.clone();
        Box::pin(async move {
            if let Some(answers) = stream::start(&schema, &mut request).await {
                return answers;
            }
            let responses = schema.execute_stream(request, None);
            responses.map(Answer::from).boxed()
        })
    }
}
