//! The first reader of the law: one row at hand. No I/O, nanoseconds.

use tidings_domain::{
    AgencyId, AudienceKind, ClientId, ClientStatus, Lifecycle, MessagingPolicy,
    ParticipantStanding, Principal, Role, StaffId, SupervisorScope, ThreadKind, UserErrorCode,
};

use crate::table::{Action, ON_DELETED, STAFF_ONLY, Standing, VIEW};
use crate::viewer::{StaffViewer, Viewer};

/// What the law needs to know of a thread, as fresh as the moment of the decision.
#[derive(Clone, Debug)]
pub struct ThreadFacts {
    /// The tenant.
    pub agency: AgencyId,
    /// What kind of conversation.
    pub kind: ThreadKind,
    /// Open, archived or deleted.
    pub lifecycle: Lifecycle,
    /// Who locked it, if it is locked (PX-04).
    pub locked_by: Option<StaffId>,
    /// Its audience; none for an internal thread.
    pub audience: Option<AudienceKind>,
    /// Its clients: none of an internal thread, several of a broadcast and of a group (K5).
    pub clients: Vec<ClientFacts>,
    /// Who started it.
    pub started_by: Principal,
    /// Who is listed on it, and how.
    pub listed: Vec<(Principal, ParticipantStanding)>,
    /// The staff on the care teams of the clients today.
    pub assigned: Vec<StaffId>,
    /// The supervisors of that staff.
    pub supervisors: Vec<StaffId>,
    /// Whether staff are addressed by name and nobody of them takes messages that clients start and
    /// works here still (C-22, K13).
    pub contact_off: bool,
}

/// What the law needs to know of a client of a thread.
#[derive(Clone, Copy, Debug)]
pub struct ClientFacts {
    /// Which client.
    pub id: ClientId,
    /// Active or not (S-33).
    pub status: ClientStatus,
    /// Whether the client may write as such (K15).
    pub sends: bool,
    /// Whether the client may use direct chats (K15, P-40).
    pub direct_chat: bool,
}

/// Why the law says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The viewer may not know of it: answers as if it were not there.
    NotVisible,
    /// The viewer sees it but may never do this.
    Forbidden,
    /// The viewer sees it but cannot do this now, and must be told why.
    Refused(UserErrorCode),
}

impl ThreadFacts {
    /// Whether the viewer relates to the thread in this way.
    fn has(&self, viewer: &Viewer, standing: Standing) -> bool {
        match (viewer, standing) {
            (Viewer::Account(account), Standing::Own) => self
                .clients
                .iter()
                .any(|client| account.reaches(self.kind, client.id)),
            (Viewer::Staff(staff), Standing::CareTeam) => self.assigned.contains(&staff.id),
            (Viewer::Staff(staff), Standing::Supervises) => {
                !self.clients.is_empty()
                    && (staff.policy.supervisor_scope == SupervisorScope::All
                        || self.supervisors.contains(&staff.id))
            }
            (Viewer::Staff(staff), Standing::Participant) => {
                self.lists(staff, ParticipantStanding::Participant)
            }
            (Viewer::Staff(staff), Standing::SharedWith) => {
                self.lists(staff, ParticipantStanding::SharedWith)
            }
            (Viewer::Staff(staff), Standing::Role(role)) => staff.roles.has(role),
            (Viewer::Account(_), _) | (Viewer::Staff(_), Standing::Own) => false,
        }
    }

    fn lists(&self, staff: &StaffViewer, standing: ParticipantStanding) -> bool {
        self.listed
            .contains(&(Principal::Staff(staff.id), standing))
    }

    /// Whether the viewer sees the thread: the union over the rows of the law (T-05).
    fn visible_to(&self, viewer: &Viewer) -> bool {
        // SECURITY: the tenant comes first; no standing reaches across agencies (K18).
        self.agency == viewer.agency()
            // SECURITY: what was deleted is gone for clients; staff see that it was there (K3).
            && (self.lifecycle != Lifecycle::Deleted || viewer.staff().is_some())
            && VIEW.iter().any(|rule| {
                let covers = match self.audience {
                    Some(audience) => rule.audiences.has(audience),
                    None => rule.internal,
                };
                covers
                    && rule.needs.is_none_or(|role| holds(viewer, role))
                    && self.has(viewer, rule.standing)
            })
    }
}

/// Whether the viewer sees the thread.
pub(crate) fn visible(viewer: &Viewer, thread: &ThreadFacts) -> bool {
    thread.visible_to(viewer)
}

fn holds(viewer: &Viewer, role: Role) -> bool {
    viewer.staff().is_some_and(|staff| staff.roles.has(role))
}

/// Whether the viewer may do this with the thread, and if not, why.
pub fn decide(viewer: &Viewer, action: Action, facts: &ThreadFacts) -> Result<(), Denied> {
    if !facts.visible_to(viewer) {
        return Err(Denied::NotVisible);
    }
    if facts.lifecycle == Lifecycle::Deleted && !ON_DELETED.contains(&action) {
        return Err(Denied::NotVisible);
    }
    if STAFF_ONLY.contains(&action) && viewer.staff().is_none() {
        return Err(Denied::Forbidden);
    }
    if action == Action::Write
        && let Some(code) = write_block(viewer, facts)
    {
        return Err(Denied::Refused(code));
    }
    Ok(())
}

/// Why a viewer who sees a thread cannot write into it, if so. The order is that of K13; the first
/// that fails gives the code. The same function answers `viewerCanReply` and the mutation. Of the
/// people of the facts it asks only for [`ThreadFacts::contact_off`], and that only of an account under
/// a policy that blocks replies.
#[must_use]
pub fn write_block(viewer: &Viewer, facts: &ThreadFacts) -> Option<UserErrorCode> {
    if facts.kind != ThreadKind::Internal && !viewer.policy().portal_enabled {
        return Some(UserErrorCode::PortalDisabled);
    }
    if facts.lifecycle == Lifecycle::Deleted {
        return Some(UserErrorCode::ReplyNotAllowed);
    }
    // One voice is left in a locked thread: of whoever locked it (PX-04).
    let locked = |by: StaffId| viewer.staff().is_none_or(|staff| staff.id != by);
    if facts.locked_by.is_some_and(locked) {
        return Some(UserErrorCode::ThreadLocked);
    }
    match viewer {
        Viewer::Staff(staff)
            if facts.kind == ThreadKind::Internal && !staff.policy.internal_messaging =>
        {
            Some(UserErrorCode::InternalMessagingDisabled)
        }
        // One sender speaks to the clients of a broadcast: an answer to all of them would tell
        // each what was meant for the sender (S-26).
        Viewer::Staff(staff) => (facts.kind == ThreadKind::Broadcast
            && facts.started_by != Principal::Staff(staff.id))
        .then_some(UserErrorCode::ReplyNotAllowed),
        Viewer::Account(account) => {
            let mut own = facts
                .clients
                .iter()
                .filter(|client| account.own(client.id).is_some())
                .map(|client| client_block(facts.kind, *client));
            let first = own.next()?;
            // In a group a family can write for any of its clients that may.
            if own.any(|block| block.is_none()) {
                return None;
            }
            first.or_else(|| unanswerable(&account.policy, facts))
        }
    }
}

/// Why no client can answer here, if the policy takes contact that was turned off for that, too.
fn unanswerable(policy: &MessagingPolicy, facts: &ThreadFacts) -> Option<UserErrorCode> {
    let addressed = matches!(facts.kind, ThreadKind::Direct | ThreadKind::Team);
    (policy.block_replies_when_contact_off && addressed && facts.contact_off)
        .then_some(UserErrorCode::ContactNotAllowed)
}

/// Why this client cannot write into a thread of the kind, if so.
#[must_use]
pub fn client_block(kind: ThreadKind, client: ClientFacts) -> Option<UserErrorCode> {
    let inactive = client.status == ClientStatus::Inactive;
    match kind {
        // Nobody's client answers here, active or not (S-27).
        ThreadKind::Broadcast | ThreadKind::Internal => Some(UserErrorCode::ReplyNotAllowed),
        _ if inactive => Some(UserErrorCode::ClientInactive),
        _ if !client.sends => Some(UserErrorCode::SendingNotAllowed),
        ThreadKind::Direct if !client.direct_chat => Some(UserErrorCode::ContactNotAllowed),
        ThreadKind::Direct | ThreadKind::Team | ThreadKind::Group => None,
    }
}

/// Whether the staff member could see a thread of this audience about a client with this care
/// team, without being listed on it: the rule for choosing an audience (T-17).
#[must_use]
pub fn may_address(viewer: &Viewer, audience: AudienceKind, facts: &ThreadFacts) -> bool {
    let unlisted = ThreadFacts {
        audience: Some(audience),
        listed: Vec::new(),
        ..facts.clone()
    };
    unlisted.visible_to(viewer)
}

/// Facts of a thread that has nobody and nothing yet, to be filled in.
#[must_use]
pub fn bare(agency: AgencyId, started_by: Principal) -> ThreadFacts {
    ThreadFacts {
        agency,
        started_by,
        kind: ThreadKind::Direct,
        lifecycle: Lifecycle::Open,
        locked_by: None,
        audience: None,
        clients: Vec::new(),
        listed: Vec::new(),
        assigned: Vec::new(),
        supervisors: Vec::new(),
        contact_off: false,
    }
}
