//! `PortalRequest`: what a client is asked for, in one type for each kind.

use std::sync::Arc;

use async_graphql::{Context, Description, ID, Interface, Object, Result};
use chrono::{DateTime, Utc};
use tidings_domain::{Body, ClientId, PortalRequestId, RequestKind};
use tidings_store::{PortalRequestRow, RecordPlace};

use crate::assessment::{Assessment, AssessmentDefinition, AssessmentVersion};
use crate::client::Client;
use crate::connection::{connection, first as page_size};
use crate::cursor::{self, Newest};
use crate::document::{Document, DocumentCategory};
use crate::enums::PortalRequestStatus;
use crate::error::{fault, not_found};
use crate::loaders::{AssessmentFor, DocumentFor, Load, LocationFor, ReleaseFor};
use crate::node::{parse_request, request_global};
use crate::people::Node;
use crate::record::{Location, ReleaseOfInformation, text_hash};
use crate::request::Ask;
use crate::scalars::{Date, Html};
use crate::staff::StaffMember;

/// Something that staff ask a client for. It is open until it is fulfilled, cancelled or its time
/// is over, and stays listed. The client's portal account sees it, and the staff of the client's
/// agency; staff of another agency do if the client is shared with theirs and it is not private.
#[expect(
    clippy::duplicated_attributes,
    reason = "fields of one type say so, each for itself"
)]
#[derive(Interface, Clone)]
#[graphql(
    field(name = "id", ty = "ID", desc = "The global id."),
    field(name = "client", ty = "Option<Result<Client>>", desc = "Who is asked."),
    field(name = "status", ty = "PortalRequestStatus", desc = "Where it stands."),
    field(
        name = "requested_by",
        ty = "Option<Result<StaffMember>>",
        desc = "Who asks; null to another agency."
    ),
    field(
        name = "note_text",
        ty = "Option<&str>",
        desc = "What else the client is told, as plain text."
    ),
    field(
        name = "note_html",
        ty = "Option<Html>",
        desc = "The same as HTML, safe to show as it is."
    ),
    field(name = "sent_at", ty = "DateTime<Utc>", desc = "When it was sent."),
    field(
        name = "expires_at",
        ty = "DateTime<Utc>",
        desc = "Until when it can be fulfilled."
    ),
    field(
        name = "seen_at",
        ty = "Option<DateTime<Utc>>",
        desc = "When the client first looked at it."
    ),
    field(
        name = "closed_at",
        ty = "Option<DateTime<Utc>>",
        desc = "When it was fulfilled, cancelled or its time was over."
    )
)]
#[expect(
    clippy::enum_variant_names,
    reason = "they are the names of the GraphQL types"
)]
pub(crate) enum PortalRequest {
    AssessmentRequest(AssessmentRequest),
    DocumentRequest(DocumentRequest),
    LocationRequest(LocationRequest),
    ReleaseOfInformationRequest(ReleaseOfInformationRequest),
}

connection!(
    PortalRequestConnection,
    PortalRequestEdge,
    PortalRequest,
    "A page of portal requests, newest first."
);

/// Defines the type of one kind of request: what all have, and its own.
macro_rules! request_type {
    ($(#[$doc:meta])* $name:ident { $($own:tt)* }) => {
        $(#[$doc])*
        #[derive(Clone, Description)]
        pub(crate) struct $name(pub(crate) Arc<PortalRequestRow>);

        #[Object(use_type_description)]
        impl $name {
            /// The global id.
            pub(crate) async fn id(&self) -> ID {
                request_global(self.0.kind, self.0.id)
            }

            /// Who is asked.
            async fn client(&self, ctx: &Context<'_>) -> Option<Result<Client>> {
                let row = ctx.one(self.0.client_id).await;
                row.map(|row| row.map(Client::from)).transpose()
            }

            /// Where it stands.
            async fn status(&self) -> PortalRequestStatus {
                self.0.status.into()
            }

            /// Who asks; null to another agency.
            async fn requested_by(&self, ctx: &Context<'_>) -> Option<Result<StaffMember>> {
                let row = ctx.one(self.0.requested_by).await;
                row.map(|row| row.map(StaffMember::from)).transpose()
            }

            /// What else the client is told, as plain text. Health information, like messages.
            async fn note_text(&self) -> Option<&str> {
                self.0.note_text.as_deref()
            }

            /// The same as HTML, safe to show as it is: made by the sanitiser of messages.
            async fn note_html(&self) -> Option<Html> {
                let text = self.0.note_text.as_deref()?;
                let rich = self.0.note_html.clone();
                Some(Html(rich.unwrap_or_else(|| Body::html_of(text))))
            }

            /// When it was sent.
            async fn sent_at(&self) -> DateTime<Utc> {
                self.0.created_at
            }

            /// Until when it can be fulfilled.
            async fn expires_at(&self) -> DateTime<Utc> {
                self.0.expires_at
            }

            /// When the client first looked at it.
            async fn seen_at(&self) -> Option<DateTime<Utc>> {
                self.0.seen_at
            }

            /// When it was fulfilled, cancelled or its time was over.
            async fn closed_at(&self) -> Option<DateTime<Utc>> {
                self.0.closed_at
            }

            $($own)*
        }
    };
}

request_type! {
    /// A client is asked to answer an assessment.
    AssessmentRequest {
        /// Whether it and the assessment are kept from other agencies that share the client.
        async fn private(&self) -> bool {
            self.0.private
        }

        /// The assessment that is to be answered; null to another agency.
        async fn definition(&self, ctx: &Context<'_>) -> Option<Result<AssessmentDefinition>> {
            let version = ctx.one(self.0.assessment_version_id?).await.transpose()?;
            let row = match version {
                Ok(version) => ctx.one(version.definition_id).await,
                Err(error) => Err(error),
            };
            row.map(|row| row.map(AssessmentDefinition::from)).transpose()
        }

        /// What it asks: the version with which it was sent, whatever becomes of the assessment. Null to
        /// another agency.
        async fn version(&self, ctx: &Context<'_>) -> Option<Result<AssessmentVersion>> {
            let row = ctx.one(self.0.assessment_version_id?).await;
            row.map(|row| row.map(AssessmentVersion::from)).transpose()
        }

        /// The day with which the answer begins: today, in the viewer's agency. It can be changed.
        async fn default_assessment_date(&self, ctx: &Context<'_>) -> Result<Date> {
            Ok(Date(ctx.viewer()?.today()))
        }

        /// The assessment that came of it; null to the client's own account while it is hidden.
        async fn assessment(&self, ctx: &Context<'_>) -> Option<Result<Assessment>> {
            let row = ctx.one(AssessmentFor(self.0.id)).await;
            row.map(|row| row.map(Assessment::from)).transpose()
        }
    }
}

request_type! {
    /// A client is asked for a document: files of a category, under a name.
    DocumentRequest {
        /// Whether it and the document are kept from other agencies that share the client.
        async fn private(&self) -> bool {
            self.0.private
        }

        /// What the document is to be called, as it was when the request was sent. Health information,
        /// like messages.
        async fn name(&self) -> &str {
            self.0.document_name.as_deref().unwrap_or_default()
        }

        /// The category; null to another agency.
        async fn category(&self, ctx: &Context<'_>) -> Option<Result<DocumentCategory>> {
            let row = ctx.one(self.0.document_category_id?).await;
            row.map(|row| row.map(DocumentCategory::from)).transpose()
        }

        /// The document that came of it.
        async fn document(&self, ctx: &Context<'_>) -> Option<Result<Document>> {
            let row = ctx.one(DocumentFor(self.0.id)).await;
            row.map(|row| row.map(Document::from)).transpose()
        }
    }
}

request_type! {
    /// A client is asked where it is.
    LocationRequest {
        /// Whether it and the location are kept from other agencies that share the client.
        async fn private(&self) -> bool {
            self.0.private
        }

        /// The location that came of it.
        async fn location(&self, ctx: &Context<'_>) -> Option<Result<Location>> {
            let row = ctx.one(LocationFor(self.0.id)).await;
            row.map(|row| row.map(Location::from)).transpose()
        }
    }
}

request_type! {
    /// A client is asked to sign a release of information.
    ReleaseOfInformationRequest {
        /// The text to be signed, as it was when the request was sent.
        async fn text(&self) -> &str {
            self.0.release_text.as_deref().unwrap_or_default()
        }

        /// The SHA-256 of that text in UTF-8, in hexadecimal: who signs says by it what was read.
        async fn text_sha256(&self) -> String {
            text_hash(self.0.release_text.as_deref().unwrap_or_default())
        }

        /// For how many days the release is to hold at most.
        async fn days(&self) -> Option<i32> {
            self.0.release_days
        }

        /// The release that came of it.
        async fn release_of_information(
            &self,
            ctx: &Context<'_>,
        ) -> Option<Result<ReleaseOfInformation>> {
            let row = ctx.one(ReleaseFor(self.0.id)).await;
            row.map(|row| row.map(ReleaseOfInformation::from)).transpose()
        }
    }
}

impl From<&Arc<PortalRequestRow>> for PortalRequest {
    fn from(row: &Arc<PortalRequestRow>) -> Self {
        let row = Arc::clone(row);
        match row.kind {
            RequestKind::Assessment => Self::AssessmentRequest(AssessmentRequest(row)),
            RequestKind::Document => Self::DocumentRequest(DocumentRequest(row)),
            RequestKind::ReleaseOfInformation => {
                Self::ReleaseOfInformationRequest(ReleaseOfInformationRequest(row))
            }
            RequestKind::Location => Self::LocationRequest(LocationRequest(row)),
        }
    }
}

impl From<PortalRequest> for Node {
    fn from(request: PortalRequest) -> Self {
        match request {
            PortalRequest::AssessmentRequest(request) => Self::AssessmentRequest(request),
            PortalRequest::DocumentRequest(request) => Self::DocumentRequest(request),
            PortalRequest::LocationRequest(request) => Self::LocationRequest(request),
            PortalRequest::ReleaseOfInformationRequest(request) => {
                Self::ReleaseOfInformationRequest(request)
            }
        }
    }
}

impl PortalRequest {
    /// A request that the viewer sees, of this kind if one is asked for.
    pub(crate) async fn load(
        ctx: &Context<'_>,
        id: PortalRequestId,
        kind: Option<RequestKind>,
    ) -> Result<Option<Self>> {
        let row = ctx.one(id).await?;
        let row = row.filter(|row| kind.is_none_or(|kind| row.kind == kind));
        Ok(row.map(|row| Self::from(&Arc::new(row))))
    }
}

#[derive(Default)]
pub(crate) struct RequestQuery;

#[Object]
impl RequestQuery {
    /// A portal request. `NOT_FOUND` if there is none that the viewer sees.
    async fn portal_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] id: ID,
    ) -> Option<Result<PortalRequest>> {
        let load = async {
            let id = parse_request(&id, None)?;
            let found = PortalRequest::load(ctx, id, None).await?;
            found.ok_or_else(not_found)
        };
        Some(load.await)
    }
}

/// A page of a client's portal requests.
pub(crate) async fn portal_requests(
    ctx: &Context<'_>,
    client: ClientId,
    first: i32,
    after: Option<String>,
) -> Result<PortalRequestConnection> {
    let (first, list) = (page_size(first)?, Newest::Requests(client));
    let viewer = ctx.viewer()?;
    let me = viewer.principal();
    let after = after.map(|after| cursor::to_newest(me, list, &after));
    let store = &ctx.service()?.store;
    let page = store
        .portal_requests_of(&viewer, client, after.transpose()?, first)
        .await;
    let page = page.map_err(|error| fault(&error))?;
    let edge = |row: PortalRequestRow| {
        let place = RecordPlace {
            created_at: row.created_at,
            id: row.id.0,
        };
        let at = cursor::of_newest(me, list, place);
        (at, PortalRequest::from(&Arc::new(row)))
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(PortalRequestConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}
