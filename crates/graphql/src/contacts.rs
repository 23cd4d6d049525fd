//! Contacts: whom a staff member can write to, and one search over all of them.

use async_graphql::{Context, Enum, Object, Result, SimpleObject, Union};
use tidings_domain::{ClientId, StaffGroup as Group, StaffId, ThreadId};

use crate::chat_loaders::{ChatWithClient, ChatWithStaff};
use crate::client::Client;
use crate::connection::{connection, first as page_size};
use crate::cursor::{self, People};
use crate::error::{bad_input, fault, top_level};
use crate::loaders::Load;
use crate::request::Ask;
use crate::staff::StaffMember;
use crate::thread::Thread;
use crate::thread_people::StaffGroup;

/// Longest text to search for, in characters.
const MAX_SEARCH: usize = 200;

/// Which contacts.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum ContactKind {
    /// Colleagues who work in the agency, by name.
    TeamMember,
    /// Conversations of more than two on which the viewer is listed, the most recent first.
    Group,
    /// The clients of the agency, by name.
    Client,
}

/// Somebody, or a group, to whom the viewer can write.
#[derive(Clone, Copy)]
enum With {
    Staff(StaffId),
    Client(ClientId),
    Group(ThreadId),
}

/// Somebody, or a group of people, to whom a staff member can write.
pub(crate) struct Contact {
    name: String,
    with: With,
    person: Option<Person>,
}

/// A person among the contacts.
#[derive(Union, Clone)]
pub(crate) enum Person {
    StaffMember(StaffMember),
    Client(Client),
}

connection!(
    ContactConnection,
    ContactEdge,
    Contact,
    "A page of contacts."
);

/// Somebody, or a group of people, to whom a staff member can write.
#[Object]
impl Contact {
    /// Which of the three it is.
    async fn kind(&self) -> ContactKind {
        match self.with {
            With::Staff(_) => ContactKind::TeamMember,
            With::Client(_) => ContactKind::Client,
            With::Group(_) => ContactKind::Group,
        }
    }

    /// The name of the person; of a group, its subject: health information, like the messages.
    async fn name(&self) -> &str {
        &self.name
    }

    /// The person; null for a group.
    async fn person(&self) -> Option<Person> {
        self.person.clone()
    }

    /// The group, or the newest chat of the viewer with the person, archived and hidden ones included.
    /// Null if there is none yet: `openDirectThread` begins it.
    async fn thread(&self, ctx: &Context<'_>) -> Option<Result<Thread>> {
        let thread = async {
            let id = match self.with {
                With::Group(id) => Some(id),
                With::Client(id) => ctx.one(ChatWithClient(id)).await?,
                With::Staff(id) => ctx.one(ChatWithStaff(id)).await?,
            };
            match id {
                Some(id) => Thread::load(ctx, id).await,
                None => Ok(None),
            }
        };
        thread.await.transpose()
    }
}

/// What a search for people and groups finds.
#[derive(Union)]
pub(crate) enum RecipientMatch {
    Client(Client),
    StaffMember(StaffMember),
    StaffGroup(StaffGroup),
}

/// What one search over clients, staff and groups of staff found, each kind by name.
#[derive(SimpleObject)]
pub(crate) struct RecipientMatches {
    /// The matches: clients, then staff, then groups of staff.
    matches: Vec<RecipientMatch>,
    /// Whether there are more than were asked for.
    more: bool,
}

#[derive(Default)]
pub(crate) struct ContactQuery;

#[Object]
impl ContactQuery {
    /// Whom a staff member can write to, whether or not there is a chat yet; a hidden chat is found
    /// here, too. Empty for a portal account: whom its clients can write to stands in
    /// `Client.messageableCareTeam`.
    #[graphql(complexity = "first.clamp(1, 100) as usize * (child_complexity + 1)")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contacts.")] kind: ContactKind,
        #[graphql(desc = "The beginning of a name, or of a part of one.")] search: Option<String>,
        #[graphql(desc = "How many: 1 to 100.")] first: i32,
        #[graphql(desc = "Only contacts behind this one.")] after: Option<String>,
    ) -> Result<ContactConnection> {
        let search = bounded(search.unwrap_or_default())?;
        let first = page_size(first)?;
        match kind {
            ContactKind::TeamMember => colleagues(ctx, &search, first, after).await,
            ContactKind::Group => groups(ctx, &search, first, after).await,
            ContactKind::Client => clients(ctx, &search, first, after).await,
        }
    }

    /// One search over clients, staff and groups of staff, for the field in which recipients are
    /// typed. A portal account finds its own clients and the staff who are shown to clients.
    #[graphql(complexity = "50 + 3 * first.clamp(1, 20) as usize * (child_complexity + 1)")]
    async fn find_recipients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The beginning of a name, or of a part of one.")] search: String,
        #[graphql(desc = "How many of each kind: 1 to 20.")] first: i32,
    ) -> Result<RecipientMatches> {
        let search = bounded(search)?;
        let first = usize::try_from(first).ok().filter(|n| (1..=20).contains(n));
        let first = first.ok_or_else(|| bad_input("Ask for 1 to 20 of each kind."))?;
        let (viewer, service) = (ctx.viewer()?, ctx.service()?);
        let clients = service
            .store
            .find_clients(&viewer, &search, None, None, first);
        let clients = clients.await.map_err(|error| fault(&error))?;
        let staff = service.store.find_staff(&viewer, &search, None, first);
        let staff = staff.await.map_err(|error| fault(&error))?;
        let groups = service.staff_groups(&viewer).await;
        let groups = groups.map_err(|error| top_level(&error))?;
        let groups = groups
            .into_iter()
            .filter(|(group, _)| called(*group, &search));
        let more = clients.has_next || staff.has_next;
        let clients = clients.rows.into_iter().map(Client::from);
        let staff = staff.rows.into_iter().map(StaffMember::from);
        let matches = clients.map(RecipientMatch::Client);
        let matches = matches.chain(staff.map(RecipientMatch::StaffMember));
        let matches = matches.chain(groups.map(StaffGroup::from).map(RecipientMatch::StaffGroup));
        Ok(RecipientMatches {
            matches: matches.collect(),
            more,
        })
    }
}

fn bounded(search: String) -> Result<String> {
    if search.chars().count() > MAX_SEARCH {
        return Err(bad_input("A search has at most 200 characters."));
    }
    Ok(search)
}

/// Whether a word of a group's name begins with the search: `ALL_CLINICIANS` is called "all" and
/// "clinicians".
fn called(group: Group, search: &str) -> bool {
    let search = search.trim().to_lowercase();
    let name = group.as_str().to_lowercase();
    name.starts_with(&search) || format!("all {name}").starts_with(&search)
}

async fn colleagues(
    ctx: &Context<'_>,
    search: &str,
    first: usize,
    after: Option<String>,
) -> Result<ContactConnection> {
    let viewer = ctx.viewer()?;
    let me = viewer.principal();
    let after = after
        .map(|cursor| cursor::to_name(me, People::Staff, &cursor))
        .transpose()?;
    let store = &ctx.service()?.store;
    let page = store.find_colleagues(&viewer, search, after.as_ref(), first);
    let page = page.await.map_err(|error| fault(&error))?;
    let edge = |row: tidings_store::StaffRow| {
        let cursor = cursor::of_name(me, People::Staff, &row.display_name, row.id.0);
        let contact = Contact {
            name: row.display_name.clone(),
            with: With::Staff(row.id),
            person: Some(Person::StaffMember(StaffMember::from(row))),
        };
        (cursor, contact)
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(ContactConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}

async fn clients(
    ctx: &Context<'_>,
    search: &str,
    first: usize,
    after: Option<String>,
) -> Result<ContactConnection> {
    let viewer = ctx.viewer()?;
    let me = viewer.principal();
    let after = after
        .map(|cursor| cursor::to_name(me, People::Clients, &cursor))
        .transpose()?;
    if viewer.staff().is_none() {
        return Ok(ContactConnection::new(Vec::new(), false, false));
    }
    let store = &ctx.service()?.store;
    let page = store.find_clients(&viewer, search, None, after.as_ref(), first);
    let page = page.await.map_err(|error| fault(&error))?;
    let edge = |row: tidings_store::ClientRow| {
        let cursor = cursor::of_name(me, People::Clients, &row.sort_name, row.id.0);
        let contact = Contact {
            name: row.display_name.clone(),
            with: With::Client(row.id),
            person: Some(Person::Client(Client::from(row))),
        };
        (cursor, contact)
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(ContactConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}

async fn groups(
    ctx: &Context<'_>,
    search: &str,
    first: usize,
    after: Option<String>,
) -> Result<ContactConnection> {
    let viewer = ctx.viewer()?;
    let me = viewer.principal();
    let after = after
        .map(|cursor| cursor::to_group(me, &cursor))
        .transpose()?;
    let store = &ctx.service()?.store;
    let page = store.find_groups(&viewer, search, after, first).await;
    let page = page.map_err(|error| fault(&error))?;
    let edge = |(place, name): (tidings_store::GroupPlace, String)| {
        let contact = Contact {
            name,
            with: With::Group(place.thread),
            person: None,
        };
        (cursor::of_group(me, place), contact)
    };
    let edges = page.rows.into_iter().map(edge).collect();
    Ok(ContactConnection::new(
        edges,
        page.has_next,
        page.has_previous,
    ))
}
