//! Clients that agencies share with each other.

use async_graphql::{Context, ID, InputObject, Object, Result};
use tidings_domain::{AgencyId, ClientId};
use tidings_service::SetClientSharing;
use tidings_store::{ClientRow, RecordPlace};

use crate::client::{Client, ClientConnection};
use crate::connection::first as page_size;
use crate::cursor::{self, Newest};
use crate::directory_mutations::ClientPayload;
use crate::error::{fault, outcome};
use crate::loaders::Load;
use crate::node::Global;
use crate::request::Ask;

#[derive(Default)]
pub(crate) struct SharingQuery;

#[Object]
impl SharingQuery {
    /// The clients of other agencies whose records are shared with the viewer's, the newest client
    /// first. For staff who work with records; to all others it is empty.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn shared_clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only clients behind this one.")] after: Option<String>,
    ) -> Result<ClientConnection> {
        let (first, list) = (page_size(first)?, Newest::SharedClients);
        let viewer = ctx.viewer()?;
        let me = viewer.principal();
        let after = after.map(|after| cursor::to_newest(me, list, &after));
        let store = &ctx.service()?.store;
        let page = store.shared_clients(&viewer, after.transpose()?, first);
        let page = page.await.map_err(|error| fault(&error))?;
        let edge = |row: ClientRow| {
            let place = RecordPlace {
                created_at: row.created_at,
                id: row.id.0,
            };
            (cursor::of_newest(me, list, place), Client::from(row))
        };
        let edges = page.rows.into_iter().map(edge).collect();
        Ok(ClientConnection::new(
            edges,
            page.has_next,
            page.has_previous,
        ))
    }
}

/// A client to share with another agency, or to share no more.
#[derive(InputObject)]
pub(crate) struct SetClientSharingInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The client, of the viewer's agency.
    client_id: ID,
    /// The other agency.
    agency_id: ID,
    /// Whether it is to see the client's requests and records that are not private.
    shared: bool,
}

#[derive(Default)]
pub(crate) struct SharingMutation;

#[Object]
impl SharingMutation {
    /// Shares a client's requests and records that are not private with another agency, or ends
    /// it. Takes effect at once. Threads stay within their agency. For practice and clinical admins.
    async fn set_client_sharing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client and the agency.")] input: SetClientSharingInput,
    ) -> Result<ClientPayload> {
        let set = SetClientSharing {
            client: ClientId::parse(&input.client_id)?,
            agency: AgencyId::parse(&input.agency_id)?,
            shared: input.shared,
        };
        let viewer = ctx.viewer()?;
        let key = &input.idempotency_key;
        let set = ctx.service()?.set_client_sharing(&viewer, key, set).await;
        Ok(match outcome(set)? {
            Ok(set) => ClientPayload {
                client: ctx.one(set.client).await?.map(Client::from),
                user_errors: Vec::new(),
            },
            Err(user_errors) => ClientPayload {
                client: None,
                user_errors,
            },
        })
    }
}
