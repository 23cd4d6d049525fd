//! What subscribers ask of each event: once in memory for all who ask the same.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Data, Request as GraphqlRequest, Response, Variables};
use futures_util::FutureExt as _;
use tidings_domain::Position;
use tidings_service::live::{LiveEvent, LiveKind};
use tidings_store::{LiveThread, MessageRow};

use super::document::Executable;
use super::rendered::Rendered;
use super::root::{EventSchema, Told, schema};
use crate::event::render;
use crate::scalars::EventCursor;

/// Answers that an operation remembers: of the events that its subscribers are at.
const REMEMBERED: usize = 4;

/// The largest answer that is shared, in bytes. With [`REMEMBERED`] it bounds what an operation holds.
const LARGEST: usize = 16 << 10;

/// The operations of all who wait, and the schema that they run on.
pub(crate) struct Operations {
    schema: EventSchema,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    by_key: HashMap<Key, Weak<Operation>>,
    /// With so many, those that nobody waits with are dropped.
    sweep_at: usize,
}

/// SECURITY: the whole text of the document, the name of the operation, and every variable that the selection uses: no
/// two operations that could answer differently have one key.
type Key = (Box<str>, Option<Box<str>>, Box<str>);

/// One operation.
pub(super) struct Operation {
    document: ExecutableDocument,
    name: Option<Box<str>>,
    variables: Variables,
    latest: Mutex<VecDeque<(Moment, Option<Arc<Rendered>>)>>,
}

/// An event with the very rows of it: two viewers whose events differ in anything do not share an answer. That they are
/// held, weakly, keeps others from coming to lie where they lay.
struct Moment {
    position: Position,
    thread: Weak<LiveThread>,
    message: Weak<MessageRow>,
}

impl Default for Operations {
    fn default() -> Self {
        Self {
            schema: schema(),
            known: Mutex::default(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Operations {
    /// The operation of all who ask the same.
    pub(super) fn find(
        &self,
        text: &str,
        name: Option<&str>,
        executable: Executable,
    ) -> Option<Arc<Operation>> {
        let variables = serde_json::to_string(&executable.variables).ok()?;
        let key: Key = (text.into(), name.map(Into::into), variables.into());
        let mut known = lock(&self.known);
        if let Some(operation) = known.by_key.get(&key).and_then(Weak::upgrade) {
            return Some(operation);
        }
        if known.by_key.len() >= known.sweep_at {
            known
                .by_key
                .retain(|_, operation| operation.strong_count() > 0);
            known.sweep_at = 2 * known.by_key.len().max(64);
        }
        let operation = Arc::new(Operation {
            document: executable.document,
            name: name.map(Into::into),
            variables: executable.variables,
            latest: Mutex::default(),
        });
        known.by_key.insert(key, Arc::downgrade(&operation));
        Some(operation)
    }

    /// The answer to an event that is the same for everybody who gets it, if this is one.
    pub(super) fn shared(&self, operation: &Operation, event: &LiveEvent) -> Option<Arc<Rendered>> {
        let moment = Moment::of(event)?;
        let mut latest = lock(&operation.latest);
        if let Some((_, rendered)) = latest.iter().find(|(at, _)| *at == moment) {
            return rendered.clone();
        }
        let rendered = self.for_nobody(operation, event).map(Arc::new);
        if latest.len() == REMEMBERED {
            latest.pop_front();
        }
        latest.push_back((moment, rendered.clone()));
        rendered
    }

    /// SECURITY: there is no viewer in this request and no loader, so that no field can ask who looks, or load what
    /// only some may see: it fails, and nothing is shared. Nor does it wait for anything.
    fn for_nobody(&self, operation: &Operation, event: &LiveEvent) -> Option<Rendered> {
        let told = Told(Ok(render(EventCursor::Hole, event)));
        let request = operation.request().data(told);
        let response = self.schema.execute(request).now_or_never()?;
        if !response.errors.is_empty() {
            return None;
        }
        Rendered::of(&response.data).filter(|rendered| rendered.len() <= LARGEST)
    }

    /// The answer to one subscriber, with the data that the request's fields ask for.
    pub(super) async fn execute(&self, operation: &Operation, data: Data) -> Response {
        let mut request = operation.request();
        request.data = data;
        self.schema.execute(request).await
    }
}

impl Operation {
    fn request(&self) -> GraphqlRequest {
        let mut request = GraphqlRequest::new("").variables(self.variables.clone());
        request.operation_name = self.name.as_deref().map(str::to_owned);
        request.set_parsed_query(self.document.clone());
        request
    }
}

impl Moment {
    /// SECURITY: only of events whose rows are the same for everybody who gets them.
    fn of(event: &LiveEvent) -> Option<Self> {
        let (thread, message) = match &event.kind {
            LiveKind::MessageAdded { thread, message } => (thread, Arc::downgrade(message)),
            LiveKind::ThreadChanged { thread } => (thread, Weak::new()),
            _ => return None,
        };
        Some(Self {
            position: event.position,
            thread: Arc::downgrade(thread),
            message,
        })
    }
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position
            && self.thread.ptr_eq(&other.thread)
            && self.message.ptr_eq(&other.message)
    }
}
