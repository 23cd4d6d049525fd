//! The schema, and the executor that gives every operation its own loaders.

use std::any::TypeId;
use std::sync::Arc;

use async_graphql::{Data, Executor, Request as GraphqlRequest, Response, Schema};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt};

use crate::batching::{Batching, Loads};
use crate::directory_mutations::DirectoryMutation;
use crate::inbox::InboxQuery;
use crate::loaders::loaders;
use crate::message_mutations::MessageMutation;
use crate::query::RootQuery;
use crate::request::Request;
use crate::subscription::Subscription;
use crate::thread_mutations::ThreadMutation;

/// Everything that can be read.
#[derive(async_graphql::MergedObject, Default)]
pub(crate) struct Query(RootQuery, InboxQuery);

/// Everything that can be done. Each mutation takes a client-made `idempotencyKey`.
#[derive(async_graphql::MergedObject, Default)]
pub(crate) struct Mutation(ThreadMutation, MessageMutation, DirectoryMutation);

/// Bounds and switches of the schema.
#[derive(Clone, Copy, Debug)]
pub struct SchemaOptions {
    /// Whether the schema answers questions about itself.
    pub introspection: bool,
    /// Deepest nesting of a query.
    pub depth: usize,
    /// Largest cost of a query, in fields.
    pub complexity: usize,
}

impl Default for SchemaOptions {
    fn default() -> Self {
        Self {
            introspection: true,
            depth: 15,
            complexity: 20_000,
        }
    }
}

/// The schema as an executor. Cheap to clone.
#[derive(Clone)]
pub struct TidingsSchema(Schema<Query, Mutation, Subscription>);

impl std::fmt::Debug for TidingsSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TidingsSchema")
    }
}

impl TidingsSchema {
    /// Builds the schema.
    #[must_use]
    pub fn new(options: SchemaOptions) -> Self {
        let mut schema = Schema::build(Query::default(), Mutation::default(), Subscription)
            .limit_depth(options.depth)
            .limit_complexity(options.complexity);
        if !options.introspection {
            schema = schema.disable_introspection().disable_suggestions();
        }
        Self(schema.finish())
    }
}

/// The schema as a document: what `schema.graphql` keeps.
#[must_use]
pub fn sdl() -> String {
    let schema = TidingsSchema::new(SchemaOptions::default()).0;
    let options = async_graphql::SDLExportOptions::new()
        .sorted_enum_items()
        .include_specified_by();
    schema.sdl_with_options(options)
}

/// Gives the operation loaders of its own, driven by its own task.
fn equip(mut request: GraphqlRequest) -> (GraphqlRequest, Loads) {
    let loads = Loads::default();
    let state = request.data.get(&TypeId::of::<Arc<Request>>());
    if let Some(state) = state.and_then(|state| state.downcast_ref::<Arc<Request>>()) {
        let loaders = Arc::new(loaders(Arc::clone(state), loads.clone()));
        request = request.data(loaders);
    }
    (request, loads)
}

impl Executor for TidingsSchema {
    async fn execute(&self, request: GraphqlRequest) -> Response {
        let (request, loads) = equip(request);
        let schema = self.0.clone();
        let operation: BoxFuture<'static, Response> =
            Box::pin(async move { schema.execute(request).await });
        Batching::new(operation, loads).await
    }

    fn execute_stream(
        &self,
        request: GraphqlRequest,
        session: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let (request, loads) = equip(request);
        let stream = Executor::execute_stream(&self.0, request, session);
        Batching::new(stream, loads).boxed()
    }
}
