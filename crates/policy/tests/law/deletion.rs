//! Who deletes for everybody, rule by rule, written out by hand.

use tidings_domain::AudienceKind::{Administrative, Billing, Clinical};
use tidings_domain::Role::{self, ClinicalAdmin, PracticeAdmin};
use tidings_domain::{DeletionRule, MessagingPolicy, ParticipantStanding, Principal};
use tidings_policy::{
    ContentFacts, Denied, MessageFacts, ThreadFacts, Viewer, may_name_to_delete,
    message_delete_block, reads_deleted, thread_delete_block,
};

use crate::cast::{
    CLIENT, COLLEAGUE, ELSEWHERE, ME, account, internal, listing, staff_under, thread,
};

const UNSEEN: MessageFacts = MessageFacts {
    author: Principal::Staff(COLLEAGUE),
    seen_by_client: false,
};
const SEEN: MessageFacts = MessageFacts {
    seen_by_client: true,
    ..UNSEEN
};
const CLIENTS_OWN: MessageFacts = MessageFacts {
    author: Principal::Client(CLIENT),
    seen_by_client: false,
};

fn under(rule: DeletionRule, roles: &[Role]) -> Viewer {
    let policy = MessagingPolicy {
        deletion: rule,
        ..MessagingPolicy::default()
    };
    staff_under(policy, roles)
}

fn by_default(roles: &[Role]) -> Viewer {
    under(DeletionRule::UnseenAnySeenAdmin, roles)
}

fn deletes(viewer: &Viewer, thread: &ThreadFacts, message: MessageFacts) -> bool {
    message_delete_block(viewer, thread, message).is_none()
}

#[test]
fn t26_every_role_deletes_what_no_client_has_seen() {
    for role in Role::ALL {
        for audience in [Administrative, Billing, Clinical] {
            assert!(
                deletes(&by_default(&[*role]), &thread(audience), UNSEEN),
                "{role} {audience}"
            );
        }
    }
}

#[test]
fn t27_t28_k4_authority_over_what_clients_know_goes_by_audience() {
    for role in Role::ALL {
        for audience in [Administrative, Billing, Clinical] {
            let expect = match audience {
                Clinical => *role == ClinicalAdmin,
                Administrative | Billing => *role == PracticeAdmin,
            };
            let viewer = by_default(&[*role]);
            for message in [SEEN, CLIENTS_OWN] {
                let may = deletes(&viewer, &thread(audience), message);
                assert_eq!(may, expect, "{role} {audience} {message:?}");
            }
            assert_eq!(reads_deleted(&viewer, Some(audience)), expect);
        }
    }
    let either = MessagingPolicy {
        either_admin_deletes: true,
        ..MessagingPolicy::default()
    };
    for role in [ClinicalAdmin, PracticeAdmin] {
        for audience in [Administrative, Billing, Clinical] {
            let viewer = staff_under(either.clone(), &[role]);
            assert!(
                deletes(&viewer, &thread(audience), SEEN),
                "{role} {audience}"
            );
        }
    }
}

#[test]
fn k4_k18_an_admin_names_what_it_does_not_see_within_its_audience_and_agency_only() {
    let admin = by_default(&[PracticeAdmin]);
    assert_eq!(
        may_name_to_delete(&admin, &thread(Billing)),
        Ok(()),
        "T-08 hides it"
    );
    let invisible = Err(Denied::NotVisible);
    assert_eq!(may_name_to_delete(&admin, &thread(Clinical)), invisible);
    assert_eq!(may_name_to_delete(&admin, &internal()), invisible);
    let elsewhere = ThreadFacts {
        agency: ELSEWHERE,
        ..thread(Billing)
    };
    assert_eq!(may_name_to_delete(&admin, &elsewhere), invisible);
    for rule in [DeletionRule::AuthorAnytime, DeletionRule::Locked] {
        let admin = under(rule, &[PracticeAdmin]);
        assert_eq!(may_name_to_delete(&admin, &thread(Billing)), invisible);
    }
    let client = account(&[CLIENT]);
    assert_eq!(
        may_name_to_delete(&client, &thread(Billing)),
        Err(Denied::Forbidden)
    );
    assert!(!deletes(&client, &thread(Billing), CLIENTS_OWN));
}

#[test]
fn s28_p33_under_author_anytime_the_author_deletes_and_nobody_else() {
    let own = MessageFacts {
        author: Principal::Staff(ME),
        ..SEEN
    };
    for role in Role::ALL {
        let viewer = under(DeletionRule::AuthorAnytime, &[*role]);
        assert!(deletes(&viewer, &thread(Clinical), own));
        for message in [UNSEEN, SEEN, CLIENTS_OWN] {
            assert!(
                !deletes(&viewer, &thread(Clinical), message),
                "{role} {message:?}"
            );
        }
        let locked = under(DeletionRule::Locked, &[*role]);
        for message in [own, UNSEEN, SEEN] {
            assert!(!deletes(&locked, &thread(Clinical), message), "{role}");
        }
    }
}

#[test]
fn p33_among_staff_everybody_deletes_what_they_wrote() {
    let thread = listing(internal(), ParticipantStanding::Participant);
    let own = MessageFacts {
        author: Principal::Staff(ME),
        ..UNSEEN
    };
    for rule in [
        DeletionRule::UnseenAnySeenAdmin,
        DeletionRule::AuthorAnytime,
    ] {
        let viewer = under(rule, Role::ALL);
        assert!(deletes(&viewer, &thread, own));
        assert!(!deletes(&viewer, &thread, UNSEEN));
    }
    assert!(!reads_deleted(&by_default(Role::ALL), None));
}

#[test]
fn t34_a_thread_is_deletable_if_each_of_its_messages_is() {
    let own = MessageFacts {
        author: Principal::Staff(ME),
        ..UNSEEN
    };
    let contents = [
        vec![own],
        vec![own, UNSEEN],
        vec![own, SEEN],
        vec![UNSEEN, CLIENTS_OWN],
    ];
    for role in Role::ALL {
        let viewer = by_default(&[*role]);
        let internal = listing(internal(), ParticipantStanding::Participant);
        for of in [
            thread(Administrative),
            thread(Billing),
            thread(Clinical),
            internal,
        ] {
            for messages in &contents {
                let client = |m: &MessageFacts| m.seen_by_client || *m == CLIENTS_OWN;
                let content = ContentFacts {
                    known_to_client: messages.iter().any(client),
                    of_others: messages.iter().any(|m| m.author != Principal::Staff(ME)),
                };
                let whole = thread_delete_block(&viewer, &of, content).is_none();
                let each = messages
                    .iter()
                    .all(|message| deletes(&viewer, &of, *message));
                assert_eq!(whole, each, "{role} {messages:?}");
            }
        }
    }
}

#[test]
fn s29_s30_under_author_anytime_whoever_of_the_staff_started_a_thread_deletes_it() {
    let viewer = under(DeletionRule::AuthorAnytime, &[ClinicalAdmin]);
    let answered = ContentFacts {
        known_to_client: true,
        of_others: true,
    };
    let started = |by| ThreadFacts {
        started_by: by,
        ..thread(Clinical)
    };
    let may = |by| thread_delete_block(&viewer, &started(by), answered).is_none();
    assert!(may(Principal::Staff(ME)));
    assert!(!may(Principal::Client(CLIENT)), "S-30");
    assert!(!may(Principal::Staff(COLLEAGUE)));
}
