//! The second reader of the law: which threads a viewer reaches, for the store to turn into SQL.

use tidings_domain::{
    AccountId, AgencyId, AudienceKind, AudienceSet, Role, StaffId, SupervisorScope,
};

use crate::table::{Action, ON_DELETED, STAFF_ONLY, Standing, VIEW};
use crate::viewer::{StaffViewer, Viewer};

/// A set of threads, described by how they are found. Always within the viewer's agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every client thread of the agency.
    Agency(AgencyId),
    /// Threads with a client on whose care team the staff member is today.
    AssignedTo(StaffId),
    /// Threads with a client on whose care team a supervisee is today.
    SupervisedBy(StaffId),
    /// Threads on which the staff member is listed, as a participant or because of sharing.
    Listing(StaffId),
    /// Threads with a client of the portal account; direct ones only of clients who may use direct
    /// chats (K15).
    ClientsOf(AccountId),
}

/// One part of what a viewer sees: threads of these audiences within a reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where to look.
    pub reach: Reach,
    /// Which audiences count there.
    pub audiences: AudienceSet,
    /// Whether threads without a client and audience count, too.
    pub internal: bool,
    /// Whether threads that were deleted count, too: as something that was there (K3).
    pub deleted: bool,
}

/// Everything that the viewer reaches with this action. Empty means nothing: deny by default.
///
/// Blocks of the moment (`write_block`) are no part of it: they refuse a visible thread, they do
/// not hide it.
#[must_use]
pub fn grants(viewer: &Viewer, action: Action) -> Vec<Grant> {
    match viewer {
        Viewer::Account(_) if STAFF_ONLY.contains(&action) => Vec::new(),
        Viewer::Account(account) => {
            let (audiences, internal) = opened(|standing, _| standing == Standing::Own);
            let own = grant(Reach::ClientsOf(account.id), audiences, internal);
            // SECURITY: what was deleted is gone for clients.
            own.into_iter()
                .map(|own| Grant {
                    deleted: false,
                    ..own
                })
                .collect()
        }
        Viewer::Staff(staff) => staff_grants(staff)
            .into_iter()
            .map(|grant| Grant {
                deleted: ON_DELETED.contains(&action),
                ..grant
            })
            .collect(),
    }
}

fn staff_grants(staff: &StaffViewer) -> Vec<Grant> {
    let holds = |needs: Option<Role>| needs.is_none_or(|role| staff.roles.has(role));
    let everyone = staff.policy.supervisor_scope == SupervisorScope::All;
    let (agency, _) = opened(|standing, needs| {
        holds(needs)
            && match standing {
                Standing::Role(role) => staff.roles.has(role),
                Standing::Supervises => everyone,
                _ => false,
            }
    });
    let (assigned, _) = opened(|s, needs| s == Standing::CareTeam && holds(needs));
    let (supervised, _) = opened(|s, needs| s == Standing::Supervises && holds(needs));
    let (listed, internal) = opened(|standing, needs| {
        matches!(standing, Standing::Participant | Standing::SharedWith) && holds(needs)
    });
    // What the agency-wide grant opens already need not be looked for again.
    let rest = |audiences: AudienceSet| without(audiences, agency);
    [
        grant(Reach::Agency(staff.agency), agency, false),
        grant(Reach::AssignedTo(staff.id), rest(assigned), false),
        grant(Reach::SupervisedBy(staff.id), rest(supervised), false),
        // Listings are looked for whole: who is listed on much would else walk over all of it to
        // find the little that the agency-wide grant leaves.
        grant(Reach::Listing(staff.id), listed, internal),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn without(audiences: AudienceSet, covered: AudienceSet) -> AudienceSet {
    let left: Vec<AudienceKind> = audiences
        .iter()
        .filter(|kind| !covered.has(*kind))
        .collect();
    AudienceSet::of(&left)
}

/// The union of what the chosen rows of the law open.
fn opened(chosen: impl Fn(Standing, Option<Role>) -> bool) -> (AudienceSet, bool) {
    VIEW.iter()
        .filter(|rule| chosen(rule.standing, rule.needs))
        .fold((AudienceSet::NONE, false), |(audiences, internal), rule| {
            (audiences.union(rule.audiences), internal || rule.internal)
        })
}

fn grant(reach: Reach, audiences: AudienceSet, internal: bool) -> Option<Grant> {
    (!audiences.is_empty() || internal).then_some(Grant {
        reach,
        audiences,
        internal,
        deleted: true,
    })
}
