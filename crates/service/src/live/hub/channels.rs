//! Where subscribers are found, and in which of these places an event looks for its readers.

use tidings_domain::{AgencyId, AudienceKind, Principal, Role, ThreadId};
use tidings_policy::{RECORD_ROLES, wide_roles};

use crate::live::prepare::{About, Prepared, relatives};

/// Where a subscriber can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Channel {
    /// Waits for one thread.
    Thread(ThreadId),
    /// Waits for everything; found by name …
    Principal(Principal),
    /// … or by a role in an agency …
    Role(AgencyId, Role),
    /// … or as anybody of an agency's staff …
    Staff(AgencyId),
    /// … or of its portal accounts.
    Accounts(AgencyId),
}

/// Where those of an agency's staff are found who work with records.
fn with_records(agency: AgencyId) -> impl Iterator<Item = Channel> {
    let role = move |role: &Role| Channel::Role(agency, *role);
    RECORD_ROLES.iter().map(role)
}

/// Where the readers of an event can be, and nobody else needs to be asked.
pub(super) fn reached_by(prepared: &Prepared) -> Vec<Channel> {
    let mut keys: Vec<Channel> = Vec::new();
    let agency = prepared.record.agency;
    let wide = |audience: Option<AudienceKind>, keys: &mut Vec<Channel>| {
        let roles = audience.map(wide_roles).unwrap_or_default();
        keys.extend(roles.into_iter().map(|role| Channel::Role(agency, role)));
    };
    match &prepared.about {
        About::Message { thread, .. }
        | About::Deleted { thread, .. }
        | About::ThreadDeleted { thread }
        | About::Note(thread, _)
        | About::Receipt { thread, .. } => {
            keys.push(Channel::Thread(thread.thread.id));
            keys.extend(relatives(thread).map(Channel::Principal));
            wide(thread.facts.audience, &mut keys);
        }
        About::Thread {
            thread,
            audience_before,
        } => {
            keys.push(Channel::Thread(thread.thread.id));
            keys.extend(relatives(thread).map(Channel::Principal));
            wide(thread.facts.audience, &mut keys);
            wide(*audience_before, &mut keys);
        }
        About::People { thread, lost, .. } => {
            keys.push(Channel::Thread(thread.thread.id));
            keys.extend(relatives(thread).map(Channel::Principal));
            keys.extend(
                lost.iter()
                    .copied()
                    .map(Principal::Staff)
                    .map(Channel::Principal),
            );
            wide(thread.facts.audience, &mut keys);
        }
        About::Viewer { viewer, .. } | About::Draft(viewer, _) | About::Access(viewer) => {
            keys.push(Channel::Principal(*viewer));
        }
        About::Client { account, .. } => {
            keys.push(Channel::Staff(agency));
            keys.extend(account.map(|id| Channel::Principal(Principal::Account(id))));
        }
        About::Team(team) => {
            let staff = team.supervisors.iter().chain([&team.staff]);
            keys.extend(staff.copied().map(Principal::Staff).map(Channel::Principal));
        }
        About::Request { request, .. } => {
            let accounts = request.accounts.iter().copied();
            keys.extend(accounts.map(Principal::Account).map(Channel::Principal));
            keys.extend(with_records(agency));
        }
        About::Notification(row) => {
            let recipient = Principal::new(row.recipient_kind, row.recipient_id);
            keys.push(Channel::Principal(recipient));
        }
        About::Sharing { .. } => keys.extend(with_records(agency)),
        About::DirectChats(chats) => {
            keys.extend(
                chats
                    .account
                    .map(|id| Channel::Principal(Principal::Account(id))),
            );
        }
        About::Policy => keys.extend([Channel::Staff(agency), Channel::Accounts(agency)]),
        About::Nothing => {}
    }
    keys
}
