//! To whom a thread goes, and what kind of thread that makes (K5).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tidings_domain::{
    AudienceKind, ClientId, RoleSet, StaffGroup, StaffId, ThreadKind, UserErrorCode, limits,
};
use tidings_policy::Viewer;
use tidings_store::{ClientRow, StaffRow};

use crate::context::{Service, Write};
use crate::error::{Error, Result};

/// Somebody to whom a thread goes. No value means "all clients" (S-10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recipient {
    /// A client.
    Client(ClientId),
    /// A staff member.
    Staff(StaffId),
    /// The staff who are in the group at the moment of sending (S-09, TX-05).
    Group(StaffGroup),
    /// Whoever reads threads of an audience; from a client alone (K13).
    AudienceInbox(AudienceKind),
}

/// The people behind a list of recipients: each once, the viewer left out.
pub(crate) struct People {
    pub(super) clients: Vec<ClientRow>,
    pub(super) staff: Vec<StaffRow>,
    /// The audience to whose readers it goes, if to nobody by name.
    pub(super) inbox: Option<AudienceKind>,
}

/// Looks the recipients up. Who is not there for the viewer, or has left, is `NOT_FOUND`; an empty
/// list is `RECIPIENT_REQUIRED`.
pub(crate) async fn people(write: &Write<'_>, viewer: &Viewer, to: &[Recipient]) -> Result<People> {
    if to.is_empty() {
        return Err(Error::refused(UserErrorCode::RecipientRequired, &["to"]));
    }
    if to.len() > limits::MAX_RECIPIENTS {
        return Err(Error::bad_input("A thread takes at most 5,000 recipients."));
    }
    let (mut clients, mut staff, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    let inbox = audience_inbox(viewer, to)?;
    let (mut known_clients, mut known_staff) = (BTreeSet::new(), BTreeSet::new());
    for recipient in to {
        match recipient {
            Recipient::Client(id) if known_clients.insert(*id) => clients.push(*id),
            Recipient::Staff(id) if known_staff.insert(*id) => staff.push(*id),
            Recipient::Group(group) if !groups.contains(group) => groups.push(*group),
            _ => {}
        }
    }
    let clients = in_order(
        &clients,
        write.tx.clients(viewer, &clients).await?,
        |client| client.id,
    )?;
    let mut members = in_order(
        &staff,
        write.tx.staff_members(viewer, &staff).await?,
        |member| member.id,
    )?;
    if members.iter().any(|member| !member.active) {
        return Err(Error::not_found());
    }
    if !groups.is_empty() {
        let everybody = write.tx.all_staff(viewer).await?;
        for group in groups {
            members.extend(members_of(group, &everybody)?);
        }
    }
    let me = viewer.staff().map(|staff| staff.id);
    let mut known = BTreeSet::new();
    members.retain(|member| Some(member.id) != me && known.insert(member.id));
    Ok(People {
        clients,
        staff: members,
        inbox,
    })
}

/// The audience inbox among the recipients, which stands alone and comes from a client.
fn audience_inbox(viewer: &Viewer, to: &[Recipient]) -> Result<Option<AudienceKind>> {
    let inbox = to.iter().find_map(|recipient| match recipient {
        Recipient::AudienceInbox(audience) => Some(*audience),
        _ => None,
    });
    match inbox {
        Some(_) if to.len() > 1 || viewer.account().is_none() => {
            Err(Error::refused(UserErrorCode::RecipientNotAllowed, &["to"]))
        }
        inbox => Ok(inbox),
    }
}

/// The rows in the order of the ids; all of them must be there.
fn in_order<I: Ord + Copy, R>(ids: &[I], rows: Vec<R>, id: fn(&R) -> I) -> Result<Vec<R>> {
    let mut rows: std::collections::BTreeMap<I, R> =
        rows.into_iter().map(|row| (id(&row), row)).collect();
    ids.iter()
        .map(|id| rows.remove(id).ok_or_else(Error::not_found))
        .collect()
}

impl Service {
    /// The groups of staff that can be addressed, with their members by name (TX-05); none for who
    /// is no staff.
    pub async fn staff_groups(&self, viewer: &Viewer) -> Result<Vec<(StaffGroup, Vec<StaffRow>)>> {
        let Some(staff) = viewer.staff() else {
            return Ok(Vec::new());
        };
        let everybody = self.store.staff_viewers(staff).await?;
        let everybody: Vec<StaffRow> = everybody.into_iter().map(|(_, row)| row).collect();
        let group = |group: &StaffGroup| Some((*group, members_of(*group, &everybody).ok()?));
        Ok(StaffGroup::ALL.iter().filter_map(group).collect())
    }
}

/// A group is there when it has two members at least (TX-05).
fn members_of(group: StaffGroup, everybody: &[StaffRow]) -> Result<Vec<StaffRow>> {
    let members: Vec<StaffRow> = everybody
        .iter()
        .filter(|member| in_group(group, member.roles))
        .cloned()
        .collect();
    if members.len() < 2 {
        return Err(Error::refused(UserErrorCode::RecipientNotAllowed, &["to"]));
    }
    Ok(members)
}

fn in_group(group: StaffGroup, roles: RoleSet) -> bool {
    group.role().is_none_or(|role| roles.has(role))
}

/// What kind of thread these people make, when a staff member addresses them (K5, S-24 to S-26).
pub(super) fn kind(people: &People, group: bool) -> Result<ThreadKind> {
    match (people.clients.len(), people.staff.len()) {
        (0, 0) => Err(Error::refused(UserErrorCode::RecipientRequired, &["to"])),
        (0, _) if group => Err(Error::refused(UserErrorCode::RecipientNotAllowed, &["to"])),
        (clients, _) if group && clients > limits::MAX_GROUP_CLIENTS => {
            Err(Error::refused(UserErrorCode::RecipientNotAllowed, &["to"]))
        }
        (_, _) if group => Ok(ThreadKind::Group),
        (0, _) => Ok(ThreadKind::Internal),
        (1, 0) => Ok(ThreadKind::Direct),
        (1, _) => Ok(ThreadKind::Team),
        _ => Ok(ThreadKind::Broadcast),
    }
}
