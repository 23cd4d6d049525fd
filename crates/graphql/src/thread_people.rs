//! Who is on a thread: members of groups, groups of staff, and the mutations that change the people.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use tidings_domain::{ClientId, StaffId, ThreadId};
use tidings_policy::Viewer;
use tidings_service::{ChangePeople, ThreadPeople};
use tidings_store::{ClientRow, NumberedClient, StaffRow};

use crate::client::Client;
use crate::enums::StaffGroupKind;
use crate::error::fault;
use crate::loaders::{Load, NumberIn};
use crate::node::Global;
use crate::people::Author;
use crate::request::Ask;
use crate::staff::StaffMember;
use crate::thread_mutations::{ThreadPayload, payload};

/// A client of a group as the others of the group see it: named as the agency's policy lets clients
/// name each other. Staff read the full name.
#[derive(SimpleObject)]
pub(crate) struct GroupMember {
    /// The number in the group, from 1: tells members of one name apart. It never changes.
    number: i32,
    /// The name.
    name: String,
    /// The client's entry; null for a portal account that does not act for it.
    client: Option<Client>,
}

impl GroupMember {
    pub(crate) fn of(viewer: &Viewer, member: NumberedClient) -> Self {
        // SECURITY: to an account the clients of others are a name by the policy, and nothing else.
        let foreign = foreign(viewer, member.client.id);
        Self {
            number: member.number,
            name: if foreign {
                let naming = viewer.policy().group_client_names;
                naming.of(&member.client.display_name)
            } else {
                member.client.display_name.clone()
            },
            client: (!foreign).then_some(Client(member.client)),
        }
    }
}

/// Whether the client is somebody else's to a portal account.
fn foreign(viewer: &Viewer, client: ClientId) -> bool {
    viewer
        .account()
        .is_some_and(|account| account.own(client).is_none())
}

/// The author of a message in a thread, who is a client.
pub(crate) async fn client_author(
    ctx: &Context<'_>,
    thread: ThreadId,
    client: &Arc<ClientRow>,
) -> Result<Author> {
    let viewer = ctx.viewer()?;
    if !foreign(&viewer, client.id) {
        return Ok(Author::Client(Client(Arc::clone(client))));
    }
    let number = ctx.one(NumberIn(thread, client.id)).await?;
    Ok(Author::GroupMember(GroupMember::of(
        &viewer,
        NumberedClient {
            number: number.unwrap_or_default(),
            client: Arc::clone(client),
        },
    )))
}

/// A group of staff that is made by itself of everybody who holds a role.
#[derive(SimpleObject)]
pub(crate) struct StaffGroup {
    /// Which group.
    kind: StaffGroupKind,
    /// Who is in it at present, by name.
    members: Vec<StaffMember>,
}

impl From<(tidings_domain::StaffGroup, Vec<StaffRow>)> for StaffGroup {
    fn from((kind, members): (tidings_domain::StaffGroup, Vec<StaffRow>)) -> Self {
        Self {
            kind: kind.into(),
            members: members.into_iter().map(StaffMember::from).collect(),
        }
    }
}

#[derive(Default)]
pub(crate) struct PeopleQuery;

#[Object]
impl PeopleQuery {
    /// The groups of staff to whom a thread can go: each that has two members at least. Staff only;
    /// empty for others.
    #[graphql(complexity = "50 + 20 * child_complexity")]
    async fn staff_groups(&self, ctx: &Context<'_>) -> Result<Vec<StaffGroup>> {
        let viewer = ctx.viewer()?;
        let groups = ctx.service()?.staff_groups(&viewer).await;
        let groups = groups.map_err(|error| crate::error::top_level(&error))?;
        Ok(groups.into_iter().map(StaffGroup::from).collect())
    }
}

/// Staff who are given a place on a thread, or lose it.
#[derive(InputObject)]
pub(crate) struct ChangeThreadPeopleInput {
    /// Made by the client for this one write.
    idempotency_key: String,
    /// The thread.
    thread_id: ID,
    /// Whom: 1 to 100.
    staff_member_ids: Vec<ID>,
}

impl ChangeThreadPeopleInput {
    fn parse(self) -> Result<(String, ChangePeople)> {
        let change = ChangePeople {
            thread: ThreadId::parse(&self.thread_id)?,
            staff: self
                .staff_member_ids
                .iter()
                .map(StaffId::parse)
                .collect::<Result<_>>()?,
        };
        Ok((self.idempotency_key, change))
    }
}

async fn answer(
    ctx: &Context<'_>,
    changed: tidings_service::Result<ThreadPeople>,
) -> Result<ThreadPayload> {
    payload(ctx, changed.map(|changed| changed.thread)).await
}

#[derive(Default)]
pub(crate) struct PeopleMutation;

#[Object]
impl PeopleMutation {
    /// Shares a thread with colleagues, who then read and write it, from its first message on. For
    /// staff who see the thread, if the agency's policy has sharing on.
    async fn share_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and with whom.")] input: ChangeThreadPeopleInput,
    ) -> Result<ThreadPayload> {
        let (key, change) = input.parse()?;
        let viewer = ctx.viewer()?;
        let changed = ctx.service()?.share_thread(&viewer, &key, change).await;
        answer(ctx, changed).await
    }

    /// Ends the sharing of a thread with colleagues: access is over at once, on open streams too. For
    /// staff who see the thread.
    async fn unshare_thread(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and with whom no more.")] input: ChangeThreadPeopleInput,
    ) -> Result<ThreadPayload> {
        let (key, change) = input.parse()?;
        let viewer = ctx.viewer()?;
        let changed = ctx.service()?.unshare_thread(&viewer, &key, change).await;
        answer(ctx, changed).await
    }

    /// Adds colleagues to a team, group or internal thread. For staff who see the thread.
    async fn add_thread_participants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and whom.")] input: ChangeThreadPeopleInput,
    ) -> Result<ThreadPayload> {
        let (key, change) = input.parse()?;
        let viewer = ctx.viewer()?;
        let changed = ctx.service()?.add_participants(&viewer, &key, change).await;
        answer(ctx, changed).await
    }

    /// Takes colleagues out of a team, group or internal thread; whoever started it stays. For staff
    /// who see the thread.
    async fn remove_thread_participants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The thread, and whom.")] input: ChangeThreadPeopleInput,
    ) -> Result<ThreadPayload> {
        let (key, change) = input.parse()?;
        let viewer = ctx.viewer()?;
        let changed = ctx
            .service()?
            .remove_participants(&viewer, &key, change)
            .await;
        answer(ctx, changed).await
    }
}

/// The members of a group that the viewer sees.
pub(crate) async fn members(ctx: &Context<'_>, thread: ThreadId) -> Result<Vec<GroupMember>> {
    let viewer = ctx.viewer()?;
    let members = ctx.service()?.store.group_members(&viewer, thread).await;
    Ok(members
        .map_err(|error| fault(&error))?
        .into_iter()
        .map(|member| GroupMember::of(&viewer, member))
        .collect())
}
