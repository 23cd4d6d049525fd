//! What viewers share beside messages: the lock, edits, reactions, notes; and drafts, which they do not.

use tidings_domain::{
    AccountId, AgencyId, AudienceKind::Clinical, Lifecycle, Principal, Role, Role::Clinician,
    StaffId, ThreadKind, UserErrorCode,
};
use tidings_policy::Action::{Annotate, Lock, ReadHistory, View, Write};
use tidings_policy::{Denied, ThreadFacts, decide, decide_draft, grants, may_edit, shows_reaction};
use uuid::Uuid;

use crate::cast::{ACCOUNT, CLIENT, COLLEAGUE, ME, OTHER_CLIENT, account, assigned, staff, thread};

#[test]
fn px04_in_a_locked_thread_one_voice_is_left() {
    let (me, client) = (staff(&[Clinician]), account(&[CLIENT]));
    let by = |locked_by: StaffId| ThreadFacts {
        locked_by: Some(locked_by),
        ..assigned(thread(Clinical))
    };
    let own = by(ME);
    let other = by(COLLEAGUE);
    let locked = Err(Denied::Refused(UserErrorCode::ThreadLocked));
    assert_eq!(decide(&me, Write, &own), Ok(()));
    assert_eq!(decide(&me, Write, &other), locked);
    for facts in [&own, &other] {
        assert_eq!(decide(&client, Write, facts), locked);
        assert_eq!(decide(&client, View, facts), Ok(()));
        for action in [Lock, ReadHistory] {
            assert_eq!(decide(&client, action, facts), Err(Denied::Forbidden));
            assert_eq!(decide(&me, action, facts), Ok(()));
        }
    }
}

#[test]
fn px04_a_message_is_edited_by_its_author_and_by_nobody_else() {
    let (me, client) = (staff(&[Clinician]), account(&[CLIENT]));
    let mine = me.principal();
    let theirs = Principal::Client(CLIENT);
    assert_eq!(may_edit(&me, mine, None), Ok(()));
    assert_eq!(may_edit(&client, theirs, Some(ACCOUNT)), Ok(()));
    for (viewer, author, login) in [
        (&me, theirs, Some(ACCOUNT)),
        (&me, Principal::Staff(COLLEAGUE), None),
        (&client, mine, None),
        (&client, theirs, None),
        (&client, theirs, Some(AccountId(Uuid::from_u128(0x0075)))),
        (&client, Principal::Client(OTHER_CLIENT), Some(ACCOUNT)),
    ] {
        assert_eq!(may_edit(viewer, author, login), Err(Denied::Forbidden));
    }
}

#[test]
fn s26_p35_of_a_broadcast_a_client_learns_of_no_other_clients_reaction() {
    let (me, client) = (staff(&[Clinician]), account(&[CLIENT]));
    let other = Principal::Account(AccountId(Uuid::from_u128(0x0076)));
    for kind in ThreadKind::ALL {
        for by in [me.principal(), client.principal(), other] {
            assert!(shows_reaction(&me, *kind, by));
            let hidden = *kind == ThreadKind::Broadcast && by == other;
            assert_eq!(shows_reaction(&client, *kind, by), !hidden, "{kind}");
        }
    }
}

#[test]
fn sx06_notes_are_for_the_staff_who_see_the_thread_and_for_no_client() {
    let (me, client) = (staff(&[Clinician]), account(&[CLIENT]));
    let open = assigned(thread(Clinical));
    let locked = ThreadFacts {
        locked_by: Some(COLLEAGUE),
        ..open.clone()
    };
    for facts in [&open, &locked] {
        assert_eq!(decide(&me, Annotate, facts), Ok(()));
        assert_eq!(decide(&client, Annotate, facts), Err(Denied::Forbidden));
    }
    assert!(grants(&client, Annotate).is_empty());
    let gone = ThreadFacts {
        lifecycle: Lifecycle::Deleted,
        ..open.clone()
    };
    for (viewer, facts) in [
        (&me, &gone),
        (&client, &gone),
        (&staff(&[Role::PracticeBiller]), &open),
        (&account(&[OTHER_CLIENT]), &open),
    ] {
        assert_eq!(decide(viewer, Annotate, facts), Err(Denied::NotVisible));
    }
}

#[test]
fn sx03_a_draft_is_its_writers_alone_whatever_anybodys_role() {
    let everything = staff(Role::ALL);
    let client = account(&[CLIENT]);
    for viewer in [&everything, &client] {
        let mine = viewer.principal();
        assert_eq!(decide_draft(viewer, viewer.agency(), mine), Ok(()));
        let elsewhere = AgencyId(Uuid::from_u128(0x0077));
        for (agency, owner) in [
            (elsewhere, mine),
            (viewer.agency(), Principal::Staff(COLLEAGUE)),
            (
                viewer.agency(),
                Principal::Account(AccountId(Uuid::from_u128(0x0076))),
            ),
        ] {
            assert_eq!(decide_draft(viewer, agency, owner), Err(Denied::NotVisible));
        }
    }
}
