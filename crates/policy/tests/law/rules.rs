//! The rules of the feature list, one by one. What is expected is written out by hand; nothing
//! here is derived from the table.

use tidings_domain::AudienceKind::{Administrative, Billing, Clinical};
use tidings_domain::Role::{
    ClinicalAdmin, Clinician, PracticeAdmin, PracticeBiller, PracticeScheduler, Supervisor,
    SystemAdmin,
};
use tidings_domain::{AudienceKind, ParticipantStanding, Principal, Role, SupervisorScope};
use tidings_policy::Action::{Archive, EditHeader, Write};
use tidings_policy::{Denied, ThreadFacts, decide, may_address, readers, wide_roles};

use crate::cast::{
    AUDIENCES, CLIENT, COLLEAGUE, ELSEWHERE, OTHER_CLIENT, account, assigned, internal, listing,
    scope, sees, staff, staff_under, supervised, thread,
};

/// Which of the three audiences the viewer sees, without and with an assignment to the client.
fn reach(roles: &[Role]) -> [(bool, bool); 3] {
    let viewer = staff(roles);
    AUDIENCES.map(|audience| {
        (
            sees(&viewer, &thread(audience)),
            sees(&viewer, &assigned(thread(audience))),
        )
    })
}

const NEVER: (bool, bool) = (false, false);
const ASSIGNED: (bool, bool) = (false, true);
const ALWAYS: (bool, bool) = (true, true);

#[test]
fn t06_an_assigned_clinician_sees_all_three_audiences_and_an_unassigned_one_none() {
    assert_eq!(reach(&[Clinician]), [ASSIGNED, ASSIGNED, ASSIGNED]);
}

#[test]
fn t06_an_assignment_counts_only_for_clinicians() {
    for role in [Supervisor, SystemAdmin] {
        assert_eq!(reach(&[role]), [NEVER, NEVER, NEVER], "{role}");
    }
    assert_eq!(reach(&[]), [NEVER, NEVER, NEVER]);
}

#[test]
fn t07_t08_t09_each_role_sees_its_audiences() {
    assert_eq!(reach(&[PracticeScheduler]), [ALWAYS, NEVER, NEVER]);
    assert_eq!(reach(&[PracticeAdmin]), [ALWAYS, NEVER, NEVER]);
    assert_eq!(reach(&[PracticeBiller]), [NEVER, ALWAYS, NEVER]);
    assert_eq!(reach(&[ClinicalAdmin]), [ALWAYS, ALWAYS, ALWAYS]);
}

#[test]
fn t07_t08_t09_the_readers_of_an_audience() {
    assert_eq!(
        readers(Administrative),
        [
            Clinician,
            Supervisor,
            ClinicalAdmin,
            PracticeAdmin,
            PracticeScheduler
        ]
    );
    assert_eq!(
        readers(Billing),
        [Clinician, Supervisor, ClinicalAdmin, PracticeBiller]
    );
    assert_eq!(readers(Clinical), [Clinician, Supervisor, ClinicalAdmin]);
}

#[test]
fn t07_t08_t09_whom_a_stream_must_ask_beyond_those_who_relate_to_the_thread() {
    let sorted = |audience| {
        let mut roles = wide_roles(audience);
        roles.sort_unstable();
        roles
    };
    assert_eq!(
        sorted(Administrative),
        [Supervisor, ClinicalAdmin, PracticeAdmin, PracticeScheduler]
    );
    assert_eq!(sorted(Billing), [Supervisor, ClinicalAdmin, PracticeBiller]);
    assert_eq!(sorted(Clinical), [Supervisor, ClinicalAdmin]);
}

#[test]
fn t44_k12_a_supervisor_sees_the_clients_of_the_own_supervisees() {
    let viewer = staff(&[Supervisor]);
    for audience in AUDIENCES {
        assert!(sees(&viewer, &supervised(thread(audience))));
        let of_somebody_else = ThreadFacts {
            assigned: vec![COLLEAGUE],
            supervisors: vec![COLLEAGUE],
            ..thread(audience)
        };
        assert!(!sees(&viewer, &of_somebody_else));
        assert!(!sees(&viewer, &thread(audience)));
    }
    assert!(!sees(&viewer, &supervised(internal())));
}

#[test]
fn t44_k12_with_scope_all_a_supervisor_sees_every_client_but_no_internal_thread() {
    let viewer = staff_under(scope(SupervisorScope::All), &[Supervisor]);
    for audience in AUDIENCES {
        assert!(sees(&viewer, &thread(audience)));
        let elsewhere = ThreadFacts {
            agency: ELSEWHERE,
            ..thread(audience)
        };
        assert!(!sees(&viewer, &elsewhere));
    }
    assert!(!sees(&viewer, &internal()));
    let no_supervisor = staff_under(scope(SupervisorScope::All), &[Clinician, SystemAdmin]);
    assert!(!sees(&no_supervisor, &thread(Clinical)));
}

#[test]
fn t44_supervising_counts_only_for_those_who_hold_the_role() {
    for roles in [&[][..], &[Clinician], &[SystemAdmin]] {
        let viewer = staff(roles);
        assert!(!sees(&viewer, &supervised(thread(Clinical))), "{roles:?}");
    }
}

#[test]
fn t05_several_roles_see_the_union() {
    assert_eq!(
        reach(&[PracticeScheduler, PracticeBiller]),
        [ALWAYS, ALWAYS, NEVER]
    );
    assert_eq!(
        reach(&[Clinician, PracticeBiller]),
        [ASSIGNED, ALWAYS, ASSIGNED]
    );
    assert_eq!(reach(&[SystemAdmin, PracticeAdmin]), [ALWAYS, NEVER, NEVER]);
    // For every two roles: together they see what one of them sees, no more and no less.
    for a in Role::ALL {
        for b in Role::ALL {
            let (one, other, both) = (reach(&[*a]), reach(&[*b]), reach(&[*a, *b]));
            for i in 0..3 {
                assert_eq!(both[i].0, one[i].0 || other[i].0, "{a} + {b}");
                assert_eq!(both[i].1, one[i].1 || other[i].1, "{a} + {b}");
            }
        }
    }
}

#[test]
fn k17_who_is_listed_sees_the_thread_whatever_the_roles() {
    use ParticipantStanding::{Participant, SharedWith};
    for standing in [Participant, SharedWith] {
        for role in Role::ALL {
            let viewer = staff(&[*role]);
            for audience in AUDIENCES {
                assert!(sees(&viewer, &listing(thread(audience), standing)));
            }
            assert!(sees(&viewer, &listing(internal(), standing)));
        }
        assert!(sees(&staff(&[]), &listing(thread(Clinical), standing)));
    }
}

#[test]
fn k17_a_listing_of_somebody_else_opens_nothing() {
    let ids = [
        Principal::Staff(COLLEAGUE),
        Principal::Account(crate::cast::ME.0.into()),
        Principal::Client(crate::cast::ME.0.into()),
    ];
    for listed in ids {
        let facts = ThreadFacts {
            listed: vec![(listed, ParticipantStanding::Participant)],
            ..thread(Clinical)
        };
        assert!(!sees(&staff(&[]), &facts), "{listed:?}");
    }
}

#[test]
fn s03_internal_threads_are_for_those_listed_on_them() {
    for role in Role::ALL {
        assert!(!sees(&staff(&[*role]), &internal()), "{role}");
        assert!(!sees(&staff(&[*role]), &assigned(internal())), "{role}");
    }
    assert!(!sees(&account(&[CLIENT]), &internal()));
}

#[test]
fn k18_no_standing_reaches_into_another_agency() {
    let everything = |audience: AudienceKind| ThreadFacts {
        agency: ELSEWHERE,
        ..supervised(assigned(listing(
            thread(audience),
            ParticipantStanding::Participant,
        )))
    };
    let viewer = staff_under(scope(SupervisorScope::All), Role::ALL);
    for audience in AUDIENCES {
        assert!(!sees(&viewer, &everything(audience)));
        assert!(!sees(&account(&[CLIENT]), &everything(audience)));
        for action in [Write, EditHeader, Archive] {
            assert_eq!(
                decide(&viewer, action, &everything(audience)),
                Err(Denied::NotVisible)
            );
        }
    }
}

#[test]
fn c25_p48_an_account_sees_the_threads_of_its_clients_and_no_others() {
    for audience in AUDIENCES {
        assert!(sees(&account(&[CLIENT]), &thread(audience)));
        assert!(sees(&account(&[OTHER_CLIENT, CLIENT]), &thread(audience)));
        assert!(!sees(&account(&[OTHER_CLIENT]), &thread(audience)));
        assert!(!sees(&account(&[]), &thread(audience)));
    }
    // Being listed is for staff: a client's thread shows nothing to an account that has lost it.
    let facts = ThreadFacts {
        listed: vec![
            (
                Principal::Account(crate::cast::ACCOUNT),
                ParticipantStanding::Participant,
            ),
            (Principal::Client(CLIENT), ParticipantStanding::Participant),
        ],
        ..thread(Administrative)
    };
    assert!(!sees(&account(&[OTHER_CLIENT]), &facts));
}

#[test]
fn t17_an_audience_can_be_chosen_by_those_who_would_see_it_unlisted() {
    let listed = listing(thread(Administrative), ParticipantStanding::Participant);
    let scheduler = staff(&[PracticeScheduler]);
    assert!(may_address(&scheduler, Administrative, &listed));
    assert!(!may_address(&scheduler, Billing, &listed));
    assert!(!may_address(&scheduler, Clinical, &listed));
    let clinician = staff(&[Clinician]);
    assert!(may_address(
        &clinician,
        Billing,
        &assigned(thread(Clinical))
    ));
    assert!(!may_address(&clinician, Billing, &listed));
}
