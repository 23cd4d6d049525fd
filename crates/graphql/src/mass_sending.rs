//! The same portal request to many clients.

use async_graphql::{Context, Description, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::ClientId;
use tidings_service::{Asking, NoteInput, Refusal, SendPortalRequests};

use crate::client::Client;
use crate::enums::BodyFormat;
use crate::error::{UserError, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::portal_request::PortalRequest;
use crate::portal_request_mutations::{WantedInput, wanted};
use crate::request::Ask;

/// A portal request to send to many clients.
#[derive(InputObject)]
pub(crate) struct SendPortalRequestsInput {
    /// Made by the client for this one write: 1 to 128 visible ASCII characters. The same key with
    /// the same input answers with the first outcome for seven days.
    idempotency_key: String,
    /// Who is asked: 1 to 100 clients of the viewer's agency, each named once.
    client_ids: Vec<ID>,
    /// For what: the same for all.
    request: WantedInput,
    /// What else they are told; bounded and made safe as a message is. It shows no images.
    note: Option<String>,
    /// How the note is written.
    #[graphql(default)]
    note_format: BodyFormat,
}

/// What came of asking one client.
#[derive(Description)]
pub(crate) struct PortalRequestResult(ClientId, Asking);

#[Object(use_type_description)]
impl PortalRequestResult {
    /// Who was to be asked.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
        let row = ctx.one(self.0).await;
        row.map(|row| row.map(Client::from)).transpose()
    }

    /// The client's own request, which no other client sees; null if it was not asked.
    async fn request(&self, ctx: &Context<'_>) -> Option<Result<PortalRequest>> {
        match self.1 {
            Asking::Sent(request) => PortalRequest::load(ctx, request, None).await.transpose(),
            Asking::Refused(_) => None,
        }
    }

    /// Why this client was not asked; null if it was.
    async fn refusal(&self) -> Option<UserError> {
        match self.1 {
            Asking::Sent(_) => None,
            Asking::Refused(code) => Some(Refusal::new(code, &["clientIds"]).into()),
        }
    }
}

/// What came of asking many clients.
#[derive(SimpleObject)]
pub(crate) struct SendPortalRequestsPayload {
    /// Client by client, in the order in which they were named.
    results: Vec<PortalRequestResult>,
    /// Why nobody was asked. Nothing is stored then.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct MassMutation;

#[Object]
impl MassMutation {
    /// Asks many clients of the viewer's agency for the same: each has a request of its own, and
    /// none learns of another. Who cannot be asked is answered with the reason, the others are
    /// asked. `NOT_FOUND`, and nobody is asked, if one of them is not there. For whoever may
    /// `sendPortalRequest`.
    async fn send_portal_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The clients, what is asked for, and a note.")]
        input: SendPortalRequestsInput,
    ) -> Result<SendPortalRequestsPayload> {
        let clients = input.client_ids.iter().map(ClientId::parse);
        let format = input.note_format.into();
        let many = SendPortalRequests {
            clients: clients.collect::<Result<_, _>>()?,
            wanted: wanted(input.request)?,
            note: input.note.map(|text| NoteInput { format, text }),
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let sent = ctx
            .service()?
            .send_portal_requests(&viewer, key, many)
            .await;
        let (results, user_errors) = match outcome(sent)? {
            Ok(sent) => (sent.clients, Vec::new()),
            Err(user_errors) => (Vec::new(), user_errors),
        };
        let result = |(client, asking)| PortalRequestResult(client, asking);
        Ok(SendPortalRequestsPayload {
            results: results.into_iter().map(result).collect(),
            user_errors,
        })
    }
}
