//! One subscriber's answers.

use std::sync::Arc;

use async_graphql::{
    Data, ID, InputType, InputValueResult, Name, Request as GraphqlRequest, Response,
};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use tidings_domain::{ClientId, ThreadId};
use tidings_policy::Viewer;
use tidings_service::live::{EventStream, Filter, LiveEvent, LiveName, StreamEnd};

use super::Answer;
use super::document::{Arguments, executable};
use super::operation::{Operation, Operations};
use super::root::Told;
use crate::batching::{Batching, Loads};
use crate::cursor;
use crate::enums::EventKind;
use crate::event::render;
use crate::loaders::loaders;
use crate::node::Global as _;
use crate::request::Request;
use crate::scalars::EventCursor;
use crate::schema::{TidingsSchema, state};
use crate::subscription::ending;

/// A subscriber.
struct Subscriber {
    events: EventStream,
    operations: Arc<Operations>,
    operation: Arc<Operation>,
    over: bool,
}

/// Starts a subscription; none if the executor must answer, to refuse it or because it is of no usual shape.
pub(super) async fn start(
    schema: &TidingsSchema,
    request: &mut GraphqlRequest,
) -> Option<BoxStream<'static, Answer>> {
    let state = state(request)?;
    let name = request.operation_name.clone();
    let variables = request.variables.clone();
    let document = request.parsed_query().ok()?;
    let mut priced = GraphqlRequest::new("").variables(variables.clone());
    priced.operation_name.clone_from(&name);
    priced.set_parsed_query(document.clone());
    let executable = executable(document, name.as_deref(), &variables)?;
    // SECURITY: what is executed for events is not validated again.
    schema.price(priced).ok()?;
    let viewer = state.viewer();
    let filter = filter(&executable.field, &executable.arguments)?;
    let after = match given::<EventCursor>(&executable.arguments, "after").ok()? {
        Some(after) => Some(cursor::to_event(viewer.principal(), after.text()).ok()?),
        None => None,
    };
    let operations = Arc::clone(&schema.operations);
    let operation = operations.find(&request.query, name.as_deref(), executable)?;
    let events = state.service.subscribe((*viewer).clone(), filter, after);
    // Boxed, since it is moved with every event.
    let subscriber = Box::new(Subscriber {
        events: events.await.ok()?,
        operations,
        operation,
        over: false,
    });
    Some(stream::unfold(subscriber, Subscriber::next).boxed())
}

/// What a root field waits for; none if there is no such field, or an argument that is none.
fn filter(field: &Name, arguments: &Arguments) -> Option<Filter> {
    match field.as_str() {
        "messageAdded" => {
            let thread = given::<ID>(arguments, "threadId").ok()?;
            let thread = thread.map(|id| ThreadId::parse(&id)).transpose().ok()?;
            Some(Filter {
                thread,
                kinds: vec![LiveName::MessageAdded],
                ..Filter::default()
            })
        }
        "requestFulfilled" => {
            let client = given::<ID>(arguments, "clientId").ok()?;
            let client = client.map(|id| ClientId::parse(&id)).transpose().ok()?;
            Some(Filter {
                client,
                kinds: vec![LiveName::RequestFulfilled],
                ..Filter::default()
            })
        }
        "events" => {
            let kinds = given::<Vec<EventKind>>(arguments, "kinds")
                .ok()?
                .unwrap_or_default();
            Some(Filter {
                kinds: kinds.into_iter().map(Into::into).collect(),
                ..Filter::default()
            })
        }
        _ => None,
    }
}

/// An argument, if it was given; an error if it is of another type.
fn given<T: InputType>(arguments: &Arguments, name: &str) -> InputValueResult<Option<T>> {
    Option::<T>::parse(arguments.get(name).cloned())
}

impl Subscriber {
    async fn next(mut self: Box<Self>) -> Option<(Answer, Box<Self>)> {
        if self.over {
            return None;
        }
        let answer = match self.events.next().await? {
            Ok((event, viewer)) => {
                let cursor = cursor::of_event(viewer.principal(), event.position);
                match self.operations.shared(&self.operation, &event) {
                    Some(rendered) => Answer::Json(rendered.with_cursor(&cursor)),
                    None => Box::pin(self.own(&event, viewer, cursor)).await,
                }
            }
            Err(end) => {
                self.over = true;
                Box::pin(self.end(&end)).await
            }
        };
        Some((answer, self))
    }

    /// The answer of this subscriber alone.
    async fn own(&self, event: &LiveEvent, viewer: Arc<Viewer>, cursor: String) -> Answer {
        let told = Told(Ok(render(EventCursor::At(cursor), event)));
        let state = Arc::new(Request::of(self.events.service(), viewer));
        let loads = Loads::default();
        let mut data = Data::default();
        data.insert(told);
        data.insert(Arc::new(loaders(Arc::clone(&state), loads.clone())));
        data.insert(state);
        let executed = self.operations.execute(&self.operation, data);
        let executed: BoxFuture<'_, Response> = Box::pin(executed);
        Batching::new(executed, loads).await.into()
    }

    async fn end(&self, end: &StreamEnd) -> Answer {
        let mut data = Data::default();
        data.insert(Told(Err(ending(end))));
        self.operations.execute(&self.operation, data).await.into()
    }
}
