//! Read state: per message and per viewer, receipts, exact counts.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{self, account, staff, thread};

use crate::support::{Caller, Global as _, Tidings};

const RECEIPTS: &str = "query($id: ID!) { thread(id: $id) { messages(first: 100) { edges { node { id seq
    seenByClientAt seenBy { seenAt reader { ... on StaffMember { id } ... on PortalAccount { id } } } } } } } }";

async fn receipts(caller: &Caller<'_>, thread: &str) -> Vec<Value> {
    let data = caller.data(RECEIPTS, json!({ "id": thread })).await;
    let edges = data["thread"]["messages"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

pub(super) fn unread(messages: &[Value]) -> Vec<i64> {
    let unread = messages
        .iter()
        .filter(|message| message["viewerUnread"] == json!(true));
    unread
        .map(|message| message["seq"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn t24_p17_single_messages_are_marked_for_one_viewer_alone() {
    let tidings = Tidings::start().await;
    let (amina, ingrid, id) = (
        tidings.caller("clinician"),
        tidings.caller("supervisor"),
        thread::SLEEP.gid(),
    );
    let all = amina.messages(&id).await;
    let ids =
        |seqs: &[usize]| -> Value { seqs.iter().map(|seq| all[seq - 1]["id"].clone()).collect() };
    assert_eq!(unread(&all), [5, 6]);
    let others = ingrid.messages(&id).await;
    let before = amina.unread().await;
    // P-17: the count rises by exactly what changed.
    let marked = amina
        .does("markUnread", json!({ "messageIds": ids(&[1, 3, 5]) }))
        .await;
    assert_eq!(marked["threads"][0]["viewerUnreadCount"], json!(4));
    assert_eq!(marked["messages"].as_array().unwrap().len(), 3);
    assert!(
        marked["messages"]
            .as_array()
            .unwrap()
            .iter()
            .all(|message| message["viewerUnread"] == json!(true))
    );
    assert_eq!(amina.unread().await, (before.0 + 2, before.1));
    assert_eq!(unread(&amina.messages(&id).await), [1, 3, 5, 6]);
    let marked = amina
        .does("markRead", json!({ "messageIds": ids(&[6, 1]) }))
        .await;
    assert_eq!(marked["threads"][0]["viewerUnreadCount"], json!(2));
    assert_eq!(unread(&amina.messages(&id).await), [3, 5]);
    // Marking again changes nothing.
    amina
        .does("markRead", json!({ "messageIds": ids(&[1, 1, 2]) }))
        .await;
    amina
        .does("markUnread", json!({ "messageIds": ids(&[3]) }))
        .await;
    assert_eq!(amina.unread().await, before);
    let marked = amina
        .does(
            "markThreadRead",
            json!({ "threadId": id, "upToMessageId": all[3]["id"] }),
        )
        .await;
    assert_eq!(marked["threads"][0]["viewerUnreadCount"], json!(1));
    amina
        .does("markThreadRead", json!({ "threadId": id }))
        .await;
    assert_eq!(amina.unread().await, (before.0 - 2, before.1 - 1));
    assert_eq!(
        ingrid.messages(&id).await,
        others,
        "nobody else's state moved"
    );
}

#[tokio::test]
async fn c19_k8_ones_own_message_never_becomes_unread() {
    let tidings = Tidings::start().await;
    for (who, id) in [
        ("clinician", thread::SLEEP),
        ("client", thread::SLEEP),
        ("guardian", thread::HOMEWORK),
    ] {
        let caller = tidings.caller(who);
        let mine = caller.writes(&id.gid(), "mine").await;
        let before = caller.unread().await;
        let marked = caller
            .does("markUnread", json!({ "messageIds": [mine] }))
            .await;
        assert_eq!(marked["messages"][0]["viewerUnread"], json!(false), "{who}");
        assert_eq!(caller.unread().await, before, "{who}");
        // And reading leaves no receipt of oneself.
        caller
            .does("markRead", json!({ "messageIds": [mine] }))
            .await;
        caller
            .does("markThreadRead", json!({ "threadId": id.gid() }))
            .await;
        let seen = receipts(&tidings.caller("clinical-admin"), &id.gid()).await;
        let last = seen.last().unwrap();
        assert_eq!(last["seenBy"], json!([]), "{who}");
        assert_eq!(last["seenByClientAt"], json!(null), "{who}");
    }
}

#[tokio::test]
async fn t24_all_messages_are_marked_or_none() {
    let tidings = Tidings::start().await;
    let (lucia, before) = (tidings.caller("scheduler"), tidings.stored().await);
    let mine = cast::message(thread::APPOINTMENT, 5).gid();
    for other in [
        cast::message(thread::SLEEP, 5),
        cast::message(thread::OTHER_SESSION, 1),
        cast::message(thread::SLEEP, 99),
    ] {
        for name in ["markRead", "markUnread"] {
            let input = json!({ "messageIds": [mine, other.gid()] });
            assert_eq!(lucia.refused(name, input).await, "NOT_FOUND");
        }
    }
    for count in [0, 101] {
        let input = json!({ "messageIds": vec![mine.clone(); count] });
        assert_eq!(
            lucia.refused("markRead", input).await,
            "BAD_USER_INPUT",
            "{count}"
        );
    }
    // A message of another thread is no place in this one.
    let input = json!({ "threadId": thread::APPOINTMENT.gid(), "upToMessageId": cast::message(thread::INTAKE_FORMS, 1).gid() });
    assert_eq!(lucia.refused("markThreadRead", input).await, "NOT_FOUND");
    assert_eq!(tidings.stored().await, before);
    // Of several threads at once.
    let input = json!({ "messageIds": [mine, cast::message(thread::INTAKE_FORMS, 3).gid()] });
    let marked = lucia.does("markRead", input).await;
    assert_eq!(marked["threads"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn c26_p06_p07_k7_staff_see_when_the_client_saw_each_message_first() {
    let tidings = Tidings::start().await;
    let (ruth, amina, id) = (
        tidings.caller("guardian"),
        tidings.caller("clinician"),
        thread::HOMEWORK.gid(),
    );
    let at = |receipt: &Value| receipt["seenByClientAt"].clone();
    let before = receipts(&amina, &id).await;
    assert_eq!(
        (at(&before[2]), at(&before[3])),
        (json!(null), json!(null)),
        "opening is not reading"
    );
    tidings.clock.advance(TimeDelta::minutes(1));
    ruth.does("markRead", json!({ "messageIds": [before[3]["id"]] }))
        .await;
    let seen = receipts(&amina, &id).await;
    assert_eq!(
        at(&seen[3]),
        json!("2026-06-15T12:01:00+00:00"),
        "P-07: of this message alone"
    );
    assert_eq!(at(&seen[2]), json!(null));
    assert_eq!(at(&seen[1]), json!(null), "a client's own message");
    let ours = json!([{ "seenAt": "2026-06-15T12:01:00+00:00", "reader": { "id": account::GUARDIAN.gid() } }]);
    assert_eq!(seen[3]["seenBy"], ours);
    // C-26: the first time is kept, whatever happens later (P-17).
    tidings.clock.advance(TimeDelta::minutes(1));
    ruth.does("markUnread", json!({ "messageIds": [before[3]["id"]] }))
        .await;
    assert_eq!(receipts(&amina, &id).await, seen);
    ruth.does("markThreadRead", json!({ "threadId": id })).await;
    let again = receipts(&amina, &id).await;
    assert_eq!(again[3], seen[3]);
    assert_eq!(at(&again[2]), json!("2026-06-15T12:02:00+00:00"));
    // A staff member's reading is a receipt, and none of the client's.
    let ingrid = tidings.caller("supervisor");
    tidings.clock.advance(TimeDelta::minutes(1));
    ingrid
        .does("markThreadRead", json!({ "threadId": id }))
        .await;
    let last = receipts(&amina, &id).await[3].clone();
    assert_eq!(at(&last), at(&seen[3]));
    let readers: Vec<&Value> = last["seenBy"]
        .as_array()
        .unwrap()
        .iter()
        .map(|receipt| &receipt["reader"]["id"])
        .collect();
    assert_eq!(
        readers,
        [
            &json!(account::GUARDIAN.gid()),
            &json!(staff::SUPERVISOR.gid())
        ],
        "in the order of reading"
    );
}

#[tokio::test]
async fn p06_t31_a_client_who_answers_has_seen_what_came_before() {
    let tidings = Tidings::start().await;
    let (ruth, amina, id) = (
        tidings.caller("guardian"),
        tidings.caller("clinician"),
        thread::HOMEWORK.gid(),
    );
    ruth.does(
        "sendMessage",
        json!({ "threadId": id, "body": "b", "markThreadRead": false }),
    )
    .await;
    assert_eq!(
        receipts(&amina, &id).await[3]["seenByClientAt"],
        json!(null)
    );
    ruth.writes(&id, "b").await;
    assert_eq!(
        receipts(&amina, &id).await[3]["seenByClientAt"],
        json!("2026-06-15T12:00:00+00:00")
    );
}

#[tokio::test]
async fn p02_two_sessions_of_one_viewer_share_their_state() {
    let tidings = Tidings::start().await;
    let (one, two) = (tidings.caller("clinician"), tidings.caller("clinician"));
    let other = tidings.another().await;
    let three = other.caller("clinician");
    let id = thread::SLEEP.gid();
    one.does("markThreadRead", json!({ "threadId": id })).await;
    for session in [&two, &three] {
        assert_eq!(unread(&session.messages(&id).await), [0; 0]);
        assert!(
            !session
                .inbox(json!({ "state": "UNREAD" }))
                .await
                .contains(&id)
        );
    }
    three
        .does(
            "markUnread",
            json!({ "messageIds": [cast::message(thread::SLEEP, 1).gid()] }),
        )
        .await;
    assert_eq!(unread(&one.messages(&id).await), [1]);
    assert_eq!(one.unread().await, three.unread().await);
}
