//! The rules of the feature list, one by one. What is expected is written out by hand; nothing
//! here is derived from the table.

use tidings_domain::AudienceKind::{Administrative, Billing, Clinical};
use tidings_domain::Role::{
    ClinicalAdmin, Clinician, PracticeAdmin, PracticeBiller, PracticeScheduler, Supervisor,
    SystemAdmin,
};
use tidings_domain::{
    AudienceKind, ClientStatus, Lifecycle, MessagingPolicy, ParticipantStanding, Principal, Role,
    SupervisorScope, ThreadKind, UserErrorCode,
};
use tidings_policy::Action::{Archive, EditHeader, View, Write};
use tidings_policy::{
    ClientFacts, Denied, ThreadFacts, Viewer, decide, may_address, readers, wide_roles,
};

use crate::cast::{
    CLIENT, COLLEAGUE, ELSEWHERE, OTHER_CLIENT, account, account_under, as_loaded, assigned,
    internal, listing, scope, staff, staff_under, supervised, thread,
};

const AUDIENCES: [AudienceKind; 3] = [Administrative, Billing, Clinical];

fn sees(viewer: &Viewer, facts: &ThreadFacts) -> bool {
    match decide(viewer, View, facts) {
        Ok(()) => true,
        Err(Denied::NotVisible) => false,
        Err(other) => panic!("viewing is allowed or not visible, never {other:?}"),
    }
}

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
fn t04_who_views_may_respond_and_who_does_not_may_not() {
    for role in Role::ALL {
        for audience in AUDIENCES {
            for facts in [
                thread(audience),
                assigned(thread(audience)),
                supervised(thread(audience)),
            ] {
                let viewer = staff(&[*role]);
                assert_eq!(
                    decide(&viewer, Write, &facts),
                    decide(&viewer, View, &facts),
                    "{role} {audience}"
                );
            }
        }
    }
}

#[test]
fn s33_an_inactive_client_reads_on_but_cannot_write() {
    let mut facts = assigned(thread(Clinical));
    for client in &mut facts.clients {
        client.status = ClientStatus::Inactive;
    }
    let client = account(&[CLIENT]);
    assert_eq!(decide(&client, View, &facts), Ok(()));
    assert_eq!(
        decide(&client, Write, &facts),
        Err(Denied::Refused(UserErrorCode::ClientInactive))
    );
    assert_eq!(decide(&staff(&[Clinician]), Write, &facts), Ok(()));
}

#[test]
fn t14_k3_staff_see_that_a_deleted_thread_was_there_and_nobody_writes_into_it() {
    let facts = ThreadFacts {
        lifecycle: Lifecycle::Deleted,
        ..assigned(thread(Clinical))
    };
    let clinician = staff(&[Clinician]);
    assert_eq!(decide(&clinician, View, &facts), Ok(()));
    assert_eq!(
        decide(&clinician, Write, &facts),
        Err(Denied::Refused(UserErrorCode::ReplyNotAllowed))
    );
    for action in [View, Write] {
        let denied = decide(&account(&[CLIENT]), action, &facts);
        assert_eq!(denied, Err(Denied::NotVisible), "to a client it is gone");
    }
    let archived = ThreadFacts {
        lifecycle: Lifecycle::Archived,
        ..assigned(thread(Clinical))
    };
    assert_eq!(decide(&account(&[CLIENT]), Write, &archived), Ok(()));
}

#[test]
fn t33_t37_a_portal_account_never_edits_or_archives() {
    let client = account(&[CLIENT]);
    for action in [EditHeader, Archive] {
        assert_eq!(
            decide(&client, action, &thread(Clinical)),
            Err(Denied::Forbidden)
        );
        assert_eq!(
            decide(&account(&[]), action, &thread(Clinical)),
            Err(Denied::NotVisible),
            "what is not visible is not forbidden either"
        );
        assert_eq!(
            decide(&staff(&[Clinician]), action, &assigned(thread(Clinical))),
            Ok(())
        );
    }
}

#[test]
fn k5_s27_p40_who_may_reply_depends_on_the_kind_for_clients_only() {
    let client = account(&[CLIENT]);
    let of_kind = |kind| ThreadFacts {
        kind,
        ..assigned(thread(Clinical))
    };
    let refused = |code| Err(Denied::Refused(code));
    for (kind, expect) in [
        (ThreadKind::Direct, Ok(())),
        (ThreadKind::Team, Ok(())),
        (ThreadKind::Group, Ok(())),
        (
            ThreadKind::Broadcast,
            refused(UserErrorCode::ReplyNotAllowed),
        ),
    ] {
        assert_eq!(decide(&client, Write, &of_kind(kind)), expect, "{kind}");
        // Of the staff only who started a broadcast speaks to its clients.
        let starter = ThreadFacts {
            started_by: staff(&[]).principal(),
            ..of_kind(kind)
        };
        assert_eq!(
            decide(&staff(&[Clinician]), Write, &starter),
            Ok(()),
            "{kind}"
        );
        let other = match kind {
            ThreadKind::Broadcast => refused(UserErrorCode::ReplyNotAllowed),
            _ => Ok(()),
        };
        assert_eq!(
            decide(&staff(&[Clinician]), Write, &of_kind(kind)),
            other,
            "{kind}"
        );
    }
    let mut no_chat = of_kind(ThreadKind::Direct);
    for client in &mut no_chat.clients {
        client.direct_chat = false;
    }
    // Taken away since the viewer was loaded: nothing is written any more.
    assert_eq!(
        decide(&client, Write, &no_chat),
        refused(UserErrorCode::ContactNotAllowed)
    );
    assert_eq!(decide(&staff(&[Clinician]), Write, &no_chat), Ok(()));
}

#[test]
fn k15_px05_without_direct_chats_a_client_sees_what_has_several_people_and_no_direct_thread() {
    for kind in [
        ThreadKind::Direct,
        ThreadKind::Team,
        ThreadKind::Group,
        ThreadKind::Broadcast,
    ] {
        let mut facts = ThreadFacts {
            kind,
            ..assigned(thread(Clinical))
        };
        assert!(sees(&account(&[CLIENT]), &facts), "{kind}");
        for client in &mut facts.clients {
            client.direct_chat = false;
        }
        let without = as_loaded(&account(&[CLIENT]), &facts);
        assert_eq!(sees(&without, &facts), kind != ThreadKind::Direct, "{kind}");
        assert!(sees(&staff(&[Clinician]), &facts), "{kind}");
    }
}

#[test]
fn k15_s33_a_client_who_may_not_write_reads_on() {
    let mut facts = assigned(thread(Clinical));
    for client in &mut facts.clients {
        client.sends = false;
    }
    let client = as_loaded(&account(&[CLIENT]), &facts);
    assert_eq!(decide(&client, View, &facts), Ok(()));
    let refused = Err(Denied::Refused(UserErrorCode::SendingNotAllowed));
    assert_eq!(decide(&client, Write, &facts), refused);
    assert_eq!(decide(&staff(&[Clinician]), Write, &facts), Ok(()));
}

#[test]
fn k13_replies_are_blocked_with_contact_only_if_the_policy_says_so() {
    let blocks = || MessagingPolicy {
        block_replies_when_contact_off: true,
        ..MessagingPolicy::default()
    };
    let refused = Err(Denied::Refused(UserErrorCode::ContactNotAllowed));
    for kind in [ThreadKind::Direct, ThreadKind::Team, ThreadKind::Group] {
        let off = ThreadFacts {
            kind,
            contact_off: true,
            ..assigned(thread(Clinical))
        };
        assert_eq!(decide(&account(&[CLIENT]), Write, &off), Ok(()), "{kind}");
        let blocked = account_under(blocks(), &[CLIENT]);
        let expect = if kind == ThreadKind::Group {
            Ok(())
        } else {
            refused
        };
        assert_eq!(decide(&blocked, Write, &off), expect, "{kind}");
        assert_eq!(decide(&blocked, View, &off), Ok(()), "{kind}");
        let on = ThreadFacts {
            contact_off: false,
            ..off.clone()
        };
        assert_eq!(decide(&blocked, Write, &on), Ok(()), "{kind}");
        assert_eq!(
            decide(&staff_under(blocks(), &[Clinician]), Write, &off),
            Ok(())
        );
    }
}

#[test]
fn tx04_with_internal_messages_off_staff_read_theirs_and_write_to_clients() {
    let off = MessagingPolicy {
        internal_messaging: false,
        ..MessagingPolicy::default()
    };
    let viewer = staff_under(off, &[Clinician]);
    let among_us = listing(internal(), ParticipantStanding::Participant);
    assert_eq!(decide(&viewer, View, &among_us), Ok(()));
    let refused = Err(Denied::Refused(UserErrorCode::InternalMessagingDisabled));
    assert_eq!(decide(&viewer, Write, &among_us), refused);
    assert_eq!(decide(&viewer, Write, &assigned(thread(Clinical))), Ok(()));
}

#[test]
fn t01_with_the_portal_off_nobody_writes_to_clients_but_staff_write_among_themselves() {
    let off = || MessagingPolicy {
        portal_enabled: false,
        ..MessagingPolicy::default()
    };
    let viewer = staff_under(off(), &[ClinicalAdmin]);
    let refused = Err(Denied::Refused(UserErrorCode::PortalDisabled));
    assert_eq!(decide(&viewer, View, &thread(Clinical)), Ok(()));
    assert_eq!(decide(&viewer, Write, &thread(Clinical)), refused);
    let client = account_under(off(), &[CLIENT]);
    assert_eq!(decide(&client, Write, &thread(Clinical)), refused);
    let among_us = listing(internal(), ParticipantStanding::Participant);
    assert_eq!(decide(&viewer, Write, &among_us), Ok(()));
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

#[test]
fn k5_p48_s33_in_a_group_a_family_writes_for_whichever_of_its_clients_may() {
    let one = |id, status| ClientFacts {
        id,
        status,
        sends: true,
        direct_chat: false,
    };
    let group = |clients| ThreadFacts {
        kind: ThreadKind::Group,
        clients,
        ..thread(Clinical)
    };
    let family = account(&[CLIENT, OTHER_CLIENT]);
    let (active, inactive) = (ClientStatus::Active, ClientStatus::Inactive);
    let either = group(vec![one(CLIENT, inactive), one(OTHER_CLIENT, active)]);
    assert_eq!(decide(&family, Write, &either), Ok(()));
    let neither = group(vec![one(CLIENT, inactive), one(OTHER_CLIENT, inactive)]);
    let refused = Err(Denied::Refused(UserErrorCode::ClientInactive));
    assert_eq!(decide(&family, Write, &neither), refused);
    // The other member of the group is another family's: that it may write helps nobody else.
    let alone = account(&[CLIENT]);
    assert_eq!(decide(&alone, View, &either), Ok(()));
    assert_eq!(decide(&alone, Write, &either), refused);
}
