//! What viewers share beside messages: the lock, edits, reactions.

use tidings_domain::{
    AccountId, AudienceKind::Clinical, Principal, Role::Clinician, StaffId, ThreadKind,
    UserErrorCode,
};
use tidings_policy::Action::{Lock, ReadHistory, View, Write};
use tidings_policy::{Denied, ThreadFacts, decide, may_edit, shows_reaction};
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
