//! The root of queries, but for the inbox.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use tidings_domain::limits::MAX_IDS;
use tidings_domain::{
    AccountId, AgencyId, AssessmentDefinitionId, AssessmentId, AssessmentVersionId, AttachmentId,
    AudienceId, CareTeamMemberId, ClientId, DocumentCategoryId, DocumentFileId, DocumentId,
    DocumentNameId, DraftId, EnrollmentId, LocationId, MessageId, NotificationId, Principal,
    ProgramId, ReleaseId, StaffId, ThreadId, TopicId,
};
use uuid::Uuid;

use crate::account::PortalAccount;
use crate::agency::Agency;
use crate::attachment::Attachment;
use crate::audience::{Audience, Topic};
use crate::care_team::{CareTeam, CareTeamMember};
use crate::client::{Client, ClientConnection};
use crate::connection::first as page_size;
use crate::cursor::{self, People};
use crate::draft::Draft;
use crate::enums::{AudienceKind, ClientStatus};
use crate::error::{bad_input, fault, not_found, top_level};
use crate::loaders::Load;
use crate::message::Message;
use crate::node::{Global, request_kind, split};
use crate::people::{Node, Viewer};
use crate::portal_request::PortalRequest;
use crate::program::{Enrollment, Program};
use crate::request::Ask;
use crate::scalars::EventCursor;
use crate::staff::{StaffMember, StaffMemberConnection};
use crate::thread::Thread;
use crate::thread_mutations::AudienceChangePreview;
use crate::unread::UnreadCounts;

#[derive(Default)]
pub(crate) struct RootQuery;

#[Object]
impl RootQuery {
    /// Who asks.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Viewer> {
        match ctx.viewer()?.principal() {
            Principal::Staff(id) => {
                let row = ctx.one(id).await?.ok_or_else(not_found)?;
                Ok(Viewer::StaffMember(StaffMember::from(row)))
            }
            Principal::Account(id) => {
                let row = ctx.one(id).await?.ok_or_else(not_found)?;
                Ok(Viewer::PortalAccount(PortalAccount(row)))
            }
            Principal::Client(_) => Err(not_found()),
        }
    }

    /// The viewer's agency.
    #[graphql(complexity = "10 + child_complexity")]
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        load_agency(ctx).await?.ok_or_else(not_found)
    }

    /// The object of a global id; null if there is none that the viewer sees.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id.")] id: ID,
    ) -> Option<Result<Node>> {
        load_node(ctx, &id).await.transpose()
    }

    /// The objects of up to 100 global ids, in their order; null where there is none that the
    /// viewer sees.
    #[graphql(complexity = "ids.len() * (child_complexity + 1)")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > MAX_IDS {
            return Err(bad_input("At most 100 ids at once."));
        }
        futures_util::future::try_join_all(ids.iter().map(|id| load_node(ctx, id))).await
    }

    /// A thread. `NOT_FOUND` if there is none that the viewer sees.
    async fn thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread.")] id: ID,
    ) -> Option<Result<Thread>> {
        let load = async {
            let id = ThreadId::parse(&id)?;
            Thread::load(ctx, id).await?.ok_or_else(not_found)
        };
        Some(load.await)
    }

    /// A client. `NOT_FOUND` if there is none that the viewer sees.
    async fn client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The client.")] id: ID,
    ) -> Option<Result<Client>> {
        let load = async {
            let id = ClientId::parse(&id)?;
            ctx.one(id).await?.map(Client::from).ok_or_else(not_found)
        };
        Some(load.await)
    }

    /// The clients that the viewer sees, by name.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn clients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The beginning of a name or of a part of one.")] search: Option<String>,
        #[graphql(desc = "Only clients of this status.")] status: Option<ClientStatus>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only clients behind this one.")] after: Option<String>,
    ) -> Result<ClientConnection> {
        let viewer = ctx.viewer()?;
        let me = viewer.principal();
        let first = page_size(first)?;
        let search = search.unwrap_or_default();
        if search.chars().count() > 200 {
            return Err(bad_input("A search has at most 200 characters."));
        }
        let after = after
            .map(|cursor| cursor::to_name(me, People::Clients, &cursor))
            .transpose()?;
        let store = &ctx.service()?.store;
        let status = status.map(Into::into);
        let page = store
            .find_clients(&viewer, &search, status, after.as_ref(), first)
            .await;
        let page = page.map_err(|error| fault(&error))?;
        let edges = page
            .rows
            .into_iter()
            .map(|row| {
                (
                    cursor::of_name(me, People::Clients, &row.sort_name, row.id.0),
                    Client::from(row),
                )
            })
            .collect();
        Ok(ClientConnection::new(
            edges,
            page.has_next,
            page.has_previous,
        ))
    }

    /// The staff of the viewer's agency who work there, by name.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn staff_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only staff behind this one.")] after: Option<String>,
    ) -> Result<StaffMemberConnection> {
        let viewer = ctx.viewer()?;
        let me = viewer.principal();
        let first = page_size(first)?;
        let after = after
            .map(|cursor| cursor::to_name(me, People::Staff, &cursor))
            .transpose()?;
        let page = ctx
            .service()?
            .store
            .find_staff(&viewer, "", after.as_ref(), first)
            .await;
        let page = page.map_err(|error| fault(&error))?;
        let edges = page
            .rows
            .into_iter()
            .map(|row| {
                (
                    cursor::of_name(me, People::Staff, &row.display_name, row.id.0),
                    StaffMember::from(row),
                )
            })
            .collect();
        Ok(StaffMemberConnection::new(
            edges,
            page.has_next,
            page.has_previous,
        ))
    }

    /// The programs of the viewer's agency, by name, at most 500. A portal account sees none.
    #[graphql(complexity = "50 + 10 * child_complexity")]
    async fn programs(&self, ctx: &Context<'_>) -> Result<Vec<Program>> {
        let rows = ctx.service()?.store.all_programs(&*ctx.viewer()?).await;
        let rows = rows.map_err(|error| fault(&error))?;
        Ok(rows.into_iter().map(Program).collect())
    }

    /// The three audiences of the viewer's agency.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn audiences(&self, ctx: &Context<'_>) -> Result<Vec<Audience>> {
        let rows = ctx.service()?.store.audiences(&*ctx.viewer()?).await;
        Ok(rows
            .map_err(|error| fault(&error))?
            .into_iter()
            .map(Audience::from)
            .collect())
    }

    /// Exact numbers of the viewer's unread messages.
    #[graphql(complexity = "50 + child_complexity")]
    async fn unread_counts(&self, ctx: &Context<'_>) -> Result<UnreadCounts> {
        let counts = ctx.service()?.store.unread_counts(&*ctx.viewer()?).await;
        Ok(counts.map_err(|error| fault(&error))?.into())
    }

    /// The present end of the event log. Read it in the same operation as a first query and
    /// subscribe `after` it: the query and the stream together have no gap.
    #[graphql(complexity = "10")]
    async fn event_cursor(&self, ctx: &Context<'_>) -> Result<EventCursor> {
        // Fields are resolved side by side: an end that was read here could lie behind what the
        // fields beside it have read already.
        let end = match ctx.request()?.log_end() {
            Some(end) => Ok(end),
            None => ctx.service()?.store.log_end().await,
        };
        let end = end.map_err(|error| fault(&error))?;
        Ok(EventCursor::At(cursor::of_event(
            ctx.viewer()?.principal(),
            end,
        )))
    }

    /// Who would gain and who would lose sight of a thread by a change of its audience. For staff
    /// who may edit the thread.
    #[graphql(complexity = "200 + child_complexity")]
    async fn audience_change_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread.")] thread_id: ID,
        #[graphql(desc = "The audience to be.")] to: AudienceKind,
    ) -> Result<AudienceChangePreview> {
        let thread = ThreadId::parse(&thread_id)?;
        let change = ctx
            .service()?
            .audience_change(&*ctx.viewer()?, thread, to.into())
            .await;
        change.map(Into::into).map_err(|error| top_level(&error))
    }
}

async fn load_agency(ctx: &Context<'_>) -> Result<Option<Agency>> {
    let agency = ctx.service()?.store.agency(&*ctx.viewer()?).await;
    Ok(agency.map_err(|error| fault(&error))?.map(Agency))
}

async fn load_node(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let Some((name, uuid)) = split(id) else {
        return Err(bad_input("This is not a global id."));
    };
    Ok(match name {
        AgencyId::TYPE => load_agency(ctx)
            .await?
            .filter(|a| a.0.id.0 == uuid)
            .map(Node::Agency),
        AttachmentId::TYPE => ctx
            .one(AttachmentId(uuid))
            .await?
            .map(|row| Node::Attachment(Attachment::from(row))),
        AudienceId::TYPE => ctx
            .one(AudienceId(uuid))
            .await?
            .map(|row| Node::Audience(Audience::from(row))),
        TopicId::TYPE => ctx
            .one(TopicId(uuid))
            .await?
            .map(|row| Node::Topic(Topic::from(row))),
        StaffId::TYPE => ctx
            .one(StaffId(uuid))
            .await?
            .map(|row| Node::StaffMember(StaffMember::from(row))),
        ClientId::TYPE => ctx
            .one(ClientId(uuid))
            .await?
            .map(|row| Node::Client(Client::from(row))),
        AccountId::TYPE => ctx
            .one(AccountId(uuid))
            .await?
            .map(|row| Node::PortalAccount(PortalAccount(row))),
        CareTeamMemberId::TYPE => {
            let row = ctx.one(CareTeamMemberId(uuid)).await?;
            row.map(|row| Node::CareTeamMember(CareTeamMember(row)))
        }
        "CareTeam" => {
            let client = ctx.one(ClientId(uuid)).await?;
            client.map(|client| {
                Node::CareTeam(CareTeam {
                    client: Arc::new(client),
                })
            })
        }
        ProgramId::TYPE => ctx
            .one(ProgramId(uuid))
            .await?
            .map(|row| Node::Program(Program(row))),
        EnrollmentId::TYPE => ctx
            .one(EnrollmentId(uuid))
            .await?
            .map(|row| Node::Enrollment(Enrollment(row))),
        ThreadId::TYPE => Thread::load(ctx, ThreadId(uuid)).await?.map(Node::Thread),
        MessageId::TYPE => ctx
            .one(MessageId(uuid))
            .await?
            .map(|row| Node::Message(Message::alone(row))),
        NotificationId::TYPE => ctx
            .one(NotificationId(uuid))
            .await?
            .map(|row| Node::Notification(row.into())),
        DraftId::TYPE => ctx
            .one(DraftId(uuid))
            .await?
            .map(|row| Node::Draft(Draft::from(row))),
        other => load_record(ctx, other, uuid).await?,
    })
}

/// The same of what clients are asked for, and of what comes of it.
async fn load_record(ctx: &Context<'_>, name: &str, uuid: Uuid) -> Result<Option<Node>> {
    Ok(match name {
        LocationId::TYPE => ctx
            .one(LocationId(uuid))
            .await?
            .map(|row| Node::Location(row.into())),
        DocumentId::TYPE => ctx
            .one(DocumentId(uuid))
            .await?
            .map(|row| Node::Document(row.into())),
        DocumentFileId::TYPE => ctx
            .one(DocumentFileId(uuid))
            .await?
            .map(|row| Node::DocumentFile(row.into())),
        DocumentCategoryId::TYPE => ctx
            .one(DocumentCategoryId(uuid))
            .await?
            .map(|row| Node::DocumentCategory(row.into())),
        DocumentNameId::TYPE => ctx
            .one(DocumentNameId(uuid))
            .await?
            .map(|row| Node::PredefinedDocumentName(row.into())),
        AssessmentId::TYPE => ctx
            .one(AssessmentId(uuid))
            .await?
            .map(|row| Node::Assessment(row.into())),
        AssessmentDefinitionId::TYPE => ctx
            .one(AssessmentDefinitionId(uuid))
            .await?
            .map(|row| Node::AssessmentDefinition(row.into())),
        AssessmentVersionId::TYPE => ctx
            .one(AssessmentVersionId(uuid))
            .await?
            .map(|row| Node::AssessmentVersion(row.into())),
        ReleaseId::TYPE => ctx
            .one(ReleaseId(uuid))
            .await?
            .map(|row| Node::ReleaseOfInformation(row.into())),
        other => match request_kind(other) {
            Some(kind) => PortalRequest::load(ctx, uuid.into(), Some(kind))
                .await?
                .map(Node::from),
            None => return Err(bad_input("This is not a global id.")),
        },
    })
}
