//! The rules about who may write, and change what stands over what was written. What is expected is
//! written out by hand; nothing here is derived from the table.

use tidings_domain::AudienceKind::Clinical;
use tidings_domain::Role::{ClinicalAdmin, Clinician};
use tidings_domain::{
    ClientStatus, Lifecycle, MessagingPolicy, ParticipantStanding, Role, ThreadKind, UserErrorCode,
};
use tidings_policy::Action::{Archive, EditHeader, View, Write};
use tidings_policy::{ClientFacts, Denied, ThreadFacts, decide};

use crate::cast::{
    AUDIENCES, CLIENT, OTHER_CLIENT, account, account_under, as_loaded, assigned, internal,
    listing, sees, staff, staff_under, supervised, thread,
};

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
