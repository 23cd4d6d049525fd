//! `decide` and `grants` read one table and must say the same. Here a reach is interpreted in the
//! plainest way, by looking at the facts of one thread.

use std::sync::Arc;

use chrono::NaiveDate;
use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
use proptest::sample::select;
use tidings_domain::{
    AccountId, AgencyId, AudienceKind, ClientId, ClientStatus, Lifecycle, MessagingPolicy,
    ParticipantStanding, Principal, Role, RoleSet, StaffId, SupervisorScope, ThreadKind,
};
use tidings_policy::{
    AccountViewer, Action, ClientFacts, Denied, Grant, OwnClient, Reach, StaffViewer, ThreadFacts,
    Viewer, decide, grants,
};
use uuid::Uuid;

/// Small ids, so that people and clients meet.
fn id<T: From<Uuid> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    (0_u128..4).prop_map(|number| Uuid::from_u128(number).into())
}

fn policies() -> impl Strategy<Value = Arc<MessagingPolicy>> {
    (any::<bool>(), select(SupervisorScope::ALL)).prop_map(|(portal_enabled, supervisor_scope)| {
        Arc::new(MessagingPolicy {
            portal_enabled,
            supervisor_scope,
            ..MessagingPolicy::default()
        })
    })
}

fn viewers() -> impl Strategy<Value = Viewer> {
    let roles = prop::collection::vec(select(Role::ALL), 0..4);
    let staff = (id::<StaffId>(), id::<AgencyId>(), roles, policies()).prop_map(
        |(id, agency, roles, policy)| {
            Viewer::Staff(StaffViewer {
                id,
                agency,
                roles: RoleSet::of(&roles),
                policy,
                today: NaiveDate::default(),
            })
        },
    );
    let clients = prop::collection::vec((id(), select(ClientStatus::ALL), any::<bool>()), 0..3);
    let account = (id::<AccountId>(), id::<AgencyId>(), clients, policies()).prop_map(
        |(id, agency, mut clients, policy)| {
            // An account acts for a client once.
            clients.sort_unstable_by_key(|client| client.0);
            clients.dedup_by_key(|client| client.0);
            let own = |(id, status, direct_chat)| OwnClient {
                id,
                status,
                sends: true,
                direct_chat,
            };
            Viewer::Account(AccountViewer {
                id,
                agency,
                clients: clients.into_iter().map(own).collect(),
                policy,
                today: NaiveDate::default(),
            })
        },
    );
    prop_oneof![3 => staff, 1 => account]
}

fn principals() -> impl Strategy<Value = Principal> {
    prop_oneof![
        id().prop_map(Principal::Staff),
        id().prop_map(Principal::Account),
        id().prop_map(Principal::Client),
    ]
}

/// Facts that hold together: an internal thread, and only one, has neither client nor audience,
/// and so no care team.
fn facts() -> impl Strategy<Value = ThreadFacts> {
    let client = (id::<ClientId>(), select(ClientStatus::ALL), any::<bool>());
    let clients = prop::collection::vec(client, 1..4);
    let listed = (principals(), select(ParticipantStanding::ALL));
    let people = (
        prop::collection::vec(listed, 0..4),
        prop::collection::vec(id::<StaffId>(), 0..3),
        prop::collection::vec(id::<StaffId>(), 0..3),
    );
    let thread = (
        id::<AgencyId>(),
        select(ThreadKind::ALL),
        select(Lifecycle::ALL),
        select(AudienceKind::ALL),
        prop::option::of(id::<StaffId>()),
    );
    (thread, clients, people).prop_map(|(thread, clients, (listed, assigned, supervisors))| {
        let (agency, kind, lifecycle, audience, locked_by) = thread;
        let internal = kind == ThreadKind::Internal;
        let several = matches!(kind, ThreadKind::Broadcast | ThreadKind::Group);
        let clients = clients
            .into_iter()
            .map(|(id, status, direct_chat)| ClientFacts {
                id,
                status,
                sends: true,
                direct_chat,
            });
        let count = match (internal, several) {
            (true, _) => 0,
            (false, true) => usize::MAX,
            (false, false) => 1,
        };
        ThreadFacts {
            agency,
            kind,
            lifecycle,
            locked_by,
            audience: (!internal).then_some(audience),
            clients: clients.take(count).collect(),
            started_by: Principal::Staff(StaffId(uuid::Uuid::nil())),
            listed,
            assigned: if internal { Vec::new() } else { assigned },
            supervisors: if internal { Vec::new() } else { supervisors },
            contact_off: false,
        }
    })
}

/// Whether a thread lies within a grant of this viewer, in the words of [`Reach`]'s own documents.
fn within(grant: &Grant, viewer: &Viewer, facts: &ThreadFacts) -> bool {
    let covered = match facts.audience {
        Some(audience) => grant.audiences.has(audience),
        None => grant.internal,
    };
    let reached = match grant.reach {
        Reach::Agency(agency) => facts.agency == agency && !facts.clients.is_empty(),
        Reach::AssignedTo(staff) => facts.assigned.contains(&staff),
        Reach::SupervisedBy(staff) => facts.supervisors.contains(&staff),
        Reach::Listing(staff) => facts
            .listed
            .iter()
            .any(|(principal, _)| *principal == Principal::Staff(staff)),
        Reach::ClientsOf(id) => viewer.account().is_some_and(|account| {
            account.id == id
                && facts.clients.iter().any(|client| {
                    let direct = facts.kind == ThreadKind::Direct;
                    let mut own = account.clients.iter();
                    own.any(|own| own.id == client.id && (own.direct_chat || !direct))
                })
        }),
    };
    let there = grant.deleted || facts.lifecycle != Lifecycle::Deleted;
    facts.agency == viewer.agency() && there && covered && reached
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(20_000))]

    #[test]
    fn k17_t05_decide_and_grants_agree(viewer in viewers(), facts in facts()) {
        for action in Action::ALL {
            let granted = grants(&viewer, *action)
                .iter()
                .any(|grant| within(grant, &viewer, &facts));
            let decided = match decide(&viewer, *action, &facts) {
                // A block of the moment refuses a thread that the viewer reaches.
                Ok(()) | Err(Denied::Refused(_)) => true,
                Err(Denied::NotVisible | Denied::Forbidden) => false,
            };
            assert_eq!(granted, decided, "{action:?}");
        }
    }

    #[test]
    fn k17_no_grant_is_empty_or_for_somebody_else(viewer in viewers()) {
        for grant in grants(&viewer, Action::View) {
            assert!(grant.internal || !grant.audiences.is_empty());
            let owner = match grant.reach {
                Reach::Agency(agency) => agency.0 == viewer.agency().0,
                Reach::AssignedTo(id) | Reach::SupervisedBy(id) | Reach::Listing(id) => {
                    Principal::Staff(id) == viewer.principal()
                }
                Reach::ClientsOf(id) => Principal::Account(id) == viewer.principal(),
            };
            assert!(owner, "{grant:?}");
        }
    }
}
