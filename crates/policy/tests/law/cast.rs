//! Viewers and threads, in as few words as a rule needs.

use std::sync::Arc;

use chrono::NaiveDate;
use tidings_domain::{
    AccountId, AgencyId, AudienceKind, ClientId, ClientStatus, Lifecycle, MessagingPolicy,
    ParticipantStanding, Principal, Role, RoleSet, StaffId, SupervisorScope, ThreadKind,
};
use tidings_policy::{
    AccountViewer, Action, ClientFacts, Denied, OwnClient, StaffViewer, ThreadFacts, Viewer, decide,
};
use uuid::Uuid;

pub(crate) const HERE: AgencyId = AgencyId(Uuid::from_u128(1));
pub(crate) const ELSEWHERE: AgencyId = AgencyId(Uuid::from_u128(2));
pub(crate) const CLIENT: ClientId = ClientId(Uuid::from_u128(10));
pub(crate) const OTHER_CLIENT: ClientId = ClientId(Uuid::from_u128(11));
pub(crate) const ME: StaffId = StaffId(Uuid::from_u128(20));
pub(crate) const COLLEAGUE: StaffId = StaffId(Uuid::from_u128(21));
pub(crate) const ACCOUNT: AccountId = AccountId(Uuid::from_u128(30));

/// The default policy with this scope of supervisors.
pub(crate) fn scope(scope: SupervisorScope) -> MessagingPolicy {
    MessagingPolicy {
        supervisor_scope: scope,
        ..MessagingPolicy::default()
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default()
}

/// A staff member of this agency with these roles, under this policy.
pub(crate) fn staff_under(policy: MessagingPolicy, roles: &[Role]) -> Viewer {
    Viewer::Staff(StaffViewer {
        id: ME,
        agency: HERE,
        roles: RoleSet::of(roles),
        policy: Arc::new(policy),
        today: today(),
    })
}

/// A staff member of this agency with these roles.
pub(crate) fn staff(roles: &[Role]) -> Viewer {
    staff_under(MessagingPolicy::default(), roles)
}

/// A portal account of this agency that acts for these clients, under this policy.
pub(crate) fn account_under(policy: MessagingPolicy, clients: &[ClientId]) -> Viewer {
    let own = |id: &ClientId| OwnClient {
        id: *id,
        status: ClientStatus::Active,
        sends: true,
        direct_chat: true,
    };
    Viewer::Account(AccountViewer {
        id: ACCOUNT,
        agency: HERE,
        clients: clients.iter().map(own).collect(),
        policy: Arc::new(policy),
        today: today(),
    })
}

/// A portal account of this agency that acts for these clients.
pub(crate) fn account(clients: &[ClientId]) -> Viewer {
    account_under(MessagingPolicy::default(), clients)
}

/// An open direct thread about [`CLIENT`], to whom nobody relates.
pub(crate) fn thread(audience: AudienceKind) -> ThreadFacts {
    ThreadFacts {
        agency: HERE,
        kind: ThreadKind::Direct,
        lifecycle: Lifecycle::Open,
        locked_by: None,
        audience: Some(audience),
        clients: vec![ClientFacts {
            id: CLIENT,
            status: ClientStatus::Active,
            sends: true,
            direct_chat: true,
        }],
        started_by: Principal::Staff(COLLEAGUE),
        listed: Vec::new(),
        assigned: Vec::new(),
        supervisors: Vec::new(),
        contact_off: false,
    }
}

/// An open thread among staff, to whom nobody relates.
pub(crate) fn internal() -> ThreadFacts {
    ThreadFacts {
        kind: ThreadKind::Internal,
        audience: None,
        clients: Vec::new(),
        ..thread(AudienceKind::Clinical)
    }
}

/// The thread with [`ME`] listed on it.
pub(crate) fn listing(mut facts: ThreadFacts, standing: ParticipantStanding) -> ThreadFacts {
    facts.listed.push((Principal::Staff(ME), standing));
    facts
}

/// The thread with [`ME`] on its client's care team.
pub(crate) fn assigned(mut facts: ThreadFacts) -> ThreadFacts {
    facts.assigned.push(ME);
    facts
}

/// The thread with [`COLLEAGUE`] on its client's care team, whom [`ME`] supervises.
pub(crate) fn supervised(mut facts: ThreadFacts) -> ThreadFacts {
    facts.assigned.push(COLLEAGUE);
    facts.supervisors.push(ME);
    facts
}

/// The viewer as it is loaded from the rows that these facts come from.
pub(crate) fn as_loaded(viewer: &Viewer, facts: &ThreadFacts) -> Viewer {
    let mut viewer = viewer.clone();
    if let Viewer::Account(account) = &mut viewer {
        for own in &mut account.clients {
            if let Some(client) = facts.clients.iter().find(|client| client.id == own.id) {
                (own.status, own.sends) = (client.status, client.sends);
                own.direct_chat = client.direct_chat;
            }
        }
    }
    viewer
}

pub(crate) const AUDIENCES: [AudienceKind; 3] = [
    AudienceKind::Administrative,
    AudienceKind::Billing,
    AudienceKind::Clinical,
];

pub(crate) fn sees(viewer: &Viewer, facts: &ThreadFacts) -> bool {
    match decide(viewer, Action::View, facts) {
        Ok(()) => true,
        Err(Denied::NotVisible) => false,
        Err(other) => panic!("viewing is allowed or not visible, never {other:?}"),
    }
}
