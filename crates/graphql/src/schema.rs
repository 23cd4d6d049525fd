//! The schema, and the executor that gives every operation its own loaders.

use std::any::TypeId;
use std::sync::Arc;

use async_graphql::parser::types::{Selection, SelectionSet};
use async_graphql::{
    Data, Executor, Pos, Request as GraphqlRequest, Response, Schema, SchemaBuilder, ServerError,
};
use futures_util::future::BoxFuture;
use futures_util::stream::{BoxStream, StreamExt};

use crate::account_mutations::AccountMutation;
use crate::administration::AdministrationMutation;
use crate::attachment::AttachmentQuery;
use crate::attachment_mutations::AttachmentMutation;
use crate::audit::AuditQuery;
use crate::batching::{Batching, Loads};
use crate::bulk_mutations::BulkMutation;
use crate::chat_mutations::ChatMutation;
use crate::contacts::ContactQuery;
use crate::deletion_mutations::DeletionMutation;
use crate::directory_import::{ImportMutation, ImportQuery};
use crate::directory_mutations::DirectoryMutation;
use crate::document_mutations::DocumentMutation;
use crate::draft::DraftQuery;
use crate::draft_mutations::DraftMutation;
use crate::export_mutations::ExportMutation;
use crate::inbox::InboxQuery;
use crate::live::Operations;
use crate::loaders::loaders;
use crate::mass_sending::MassMutation;
use crate::message_edit_mutations::MessageEditMutation;
use crate::message_mutations::MessageMutation;
use crate::notification::{NotificationMutation, NotificationQuery};
use crate::own_view_mutations::OwnViewMutation;
use crate::policy_mutations::PolicyMutation;
use crate::portal_request::RequestQuery;
use crate::portal_request_mutations::RequestMutation;
use crate::price::Prices;
use crate::query::RootQuery;
use crate::reaction::ReactionMutation;
use crate::record_mutations::RecordMutation;
use crate::request::Request;
use crate::search::SearchRoot;
use crate::session::{SessionMutation, SessionQuery};
use crate::sharing::{SharingMutation, SharingQuery};
use crate::subscription::Subscription;
use crate::thread_mutations::ThreadMutation;
use crate::thread_note::NoteMutation;
use crate::thread_people::{PeopleMutation, PeopleQuery};
use crate::user_settings::{SettingsMutation, SettingsQuery};

/// Everything that can be read.
#[derive(async_graphql::MergedObject, Default)]
pub(crate) struct Query(
    RootQuery,
    InboxQuery,
    PeopleQuery,
    AttachmentQuery,
    DraftQuery,
    AuditQuery,
    RequestQuery,
    NotificationQuery,
    SharingQuery,
    ImportQuery,
    SearchRoot,
    SettingsQuery,
    ContactQuery,
    SessionQuery,
);

/// Everything that can be done. Each mutation takes a client-made `idempotencyKey`.
#[derive(async_graphql::MergedObject, Default)]
pub(crate) struct Mutation(Conversations, Records, Directories);

// In groups: the fields of one merged object are looked for one object within the other, and the
// compiler reckons only so deep.

/// What is done with threads and messages.
#[derive(async_graphql::MergedObject, Default)]
struct Conversations(
    ThreadMutation,
    PeopleMutation,
    MessageMutation,
    MessageEditMutation,
    ReactionMutation,
    DeletionMutation,
    OwnViewMutation,
    BulkMutation,
    NoteMutation,
    DraftMutation,
    AttachmentMutation,
);

/// What is asked of clients, and what comes of it.
#[derive(async_graphql::MergedObject, Default)]
struct Records(
    RequestMutation,
    MassMutation,
    RecordMutation,
    DocumentMutation,
    NotificationMutation,
    SharingMutation,
    ExportMutation,
    SettingsMutation,
    PolicyMutation,
    ChatMutation,
);

/// Who works where, and with whom.
#[derive(async_graphql::MergedObject, Default)]
struct Directories(
    DirectoryMutation,
    AccountMutation,
    SessionMutation,
    AdministrationMutation,
    ImportMutation,
);

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
pub struct TidingsSchema {
    schema: Schema<Query, Mutation, Subscription>,
    prices: Prices,
    pub(crate) operations: Arc<Operations>,
}

impl std::fmt::Debug for TidingsSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TidingsSchema")
    }
}

/// The schema with its bounds.
pub(crate) fn builder(options: SchemaOptions) -> SchemaBuilder<Query, Mutation, Subscription> {
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription)
        .limit_depth(options.depth)
        .limit_complexity(options.complexity);
    if options.introspection {
        schema
    } else {
        schema.disable_introspection().disable_suggestions()
    }
}

impl TidingsSchema {
    /// Builds the schema.
    #[must_use]
    pub fn new(options: SchemaOptions) -> Self {
        Self {
            schema: builder(options).finish(),
            prices: Prices::new(options),
            operations: Arc::default(),
        }
    }

    /// Validates an operation and tells what it costs, in points, without executing it.
    ///
    /// # Errors
    /// What validation finds: an operation that the schema would refuse has no price.
    pub fn price(&self, request: GraphqlRequest) -> Result<usize, Vec<ServerError>> {
        self.prices.price(request)
    }
}

/// The schema as a document: what `schema.graphql` keeps.
#[must_use]
pub fn sdl() -> String {
    let schema = builder(SchemaOptions::default()).finish();
    let options = async_graphql::SDLExportOptions::new()
        .sorted_enum_items()
        .include_specified_by();
    schema.sdl_with_options(options)
}

/// What an operation stands on.
pub(crate) fn state(request: &GraphqlRequest) -> Option<Arc<Request>> {
    let state = request.data.get(&TypeId::of::<Arc<Request>>())?;
    state.downcast_ref::<Arc<Request>>().cloned()
}

/// Gives the operation loaders of its own, driven by its own task.
fn equip(mut request: GraphqlRequest) -> (GraphqlRequest, Loads) {
    let loads = Loads::default();
    if let Some(state) = state(&request) {
        let loaders = Arc::new(loaders(state, loads.clone()));
        request = request.data(loaders);
    }
    (request, loads)
}

/// Whether `Query.eventCursor` is selected anywhere.
fn asks_for_log_end(request: &mut GraphqlRequest) -> bool {
    let Ok(document) = request.parsed_query() else {
        return false;
    };
    let fragments = document.fragments.values();
    let fragments = fragments.map(|fragment| &fragment.node.selection_set.node);
    let operations = document.operations.iter();
    let operations = operations.map(|(_, operation)| &operation.node.selection_set.node);
    fragments.chain(operations).any(selects_log_end)
}

fn selects_log_end(selected: &SelectionSet) -> bool {
    selected.items.iter().any(|item| match &item.node {
        Selection::Field(field) => field.node.name.node == "eventCursor",
        // The fragments of a document are looked at by themselves.
        Selection::FragmentSpread(_) => false,
        Selection::InlineFragment(inline) => selects_log_end(&inline.node.selection_set.node),
    })
}

impl Executor for TidingsSchema {
    async fn execute(&self, mut request: GraphqlRequest) -> Response {
        if asks_for_log_end(&mut request)
            && let Some(state) = state(&request)
            && let Err(error) = state.begin_at_log_end().await
        {
            let mut error = error.into_server_error(Pos::default());
            error.locations.clear();
            return Response::from_errors(vec![error]);
        }
        let (request, loads) = equip(request);
        let schema = self.schema.clone();
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
        let stream = Executor::execute_stream(&self.schema, request, session);
        Batching::new(stream, loads).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g1_whoever_asks_for_the_end_of_the_log_is_recognised_however_it_is_asked() {
        for query in [
            "{ eventCursor }",
            "{ inbox(first: 1) { edges { cursor } } end: eventCursor }",
            "query A { agency { id } } query B { ... on Query { ... { eventCursor } } }",
            "{ ...E } fragment E on Query { eventCursor }",
        ] {
            assert!(asks_for_log_end(&mut GraphqlRequest::new(query)), "{query}");
        }
        for query in [
            "{ agency { id } }",
            "{ nonsense",
            "subscription { events { __typename } }",
        ] {
            assert!(
                !asks_for_log_end(&mut GraphqlRequest::new(query)),
                "{query}"
            );
        }
    }
}
