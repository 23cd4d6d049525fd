//! Who is told of what: everybody who sees it, and nobody else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tidings_server::seed::cast::{account, client, message, staff, thread, topic};

use crate::support::{Global as _, Listener, Tidings, membership};

/// What each listener is told of, up to a mark that reaches all of them.
async fn told(tidings: &Tidings, listeners: &mut [Listener], names: &[&str]) -> Vec<Value> {
    let mut events = Vec::new();
    for listener in listeners.iter_mut().filter(|l| names.contains(&l.name)) {
        events.push(listener.next().await);
    }
    assert_eq!(
        events.len(),
        names.len(),
        "a name that nobody has: {names:?}"
    );
    tidings.nothing_more(listeners).await;
    events
}

#[tokio::test]
async fn g5_c21_t19_a_message_reaches_everyone_who_sees_its_thread_and_nobody_else() {
    let tidings = Tidings::start().await;
    let mut listeners = tidings.all_listen().await;
    #[rustfmt::skip]
    let cases = [
        (thread::SLEEP, "client", &["client", "clinician", "supervisor", "clinical-admin"][..]),
        (thread::SLEEP, "clinician", &["client", "clinician", "supervisor", "clinical-admin"]),
        (thread::APPOINTMENT, "client", &["client", "clinician", "supervisor", "clinical-admin", "practice-admin", "scheduler", "scheduler-biller"]),
        (thread::INVOICE, "biller", &["client", "clinician", "supervisor", "clinical-admin", "biller", "scheduler-biller"]),
        (thread::MEDICATION, "second-client", &["second-client", "second-clinician", "clinical-admin"]),
        (thread::HOMEWORK, "guardian", &["guardian", "clinician", "supervisor", "clinical-admin"]),
        (thread::CARE_PLAN, "clinical-admin", &["guardian", "clinical-admin"]),
        (thread::CLOSING, "clinical-admin", &["inactive-client", "clinical-admin"]),
        (thread::WELCOME, "scheduler", &["scheduler", "practice-admin", "clinical-admin", "scheduler-biller"]),
        (thread::CASE_REVIEW, "supervisor", &["supervisor", "clinician", "clinical-admin"]),
        (thread::OTHER_SESSION, "outsider", &["outsider", "outsider-client"]),
    ];
    for (thread, author, readers) in cases {
        let body = format!("From {author} to {}", readers.join(", "));
        // Without marking what stands before, the message is all that happens.
        let input = json!({ "threadId": thread.gid(), "body": body, "markThreadRead": false });
        tidings.caller(author).does("sendMessage", input).await;
        for event in told(&tidings, &mut listeners, readers).await {
            assert_eq!(event["kind"], "MessageAdded", "{event:#}");
            assert_eq!(event["message"]["bodyText"], body);
            assert_eq!(event["thread"]["id"], thread.gid());
            assert_eq!(event["message"]["seq"], event["thread"]["messageCount"]);
        }
    }
}

#[tokio::test]
async fn g1_c21_t19_client_and_clinician_see_each_other_live_in_one_thread_and_in_all() {
    let tidings = Tidings::start().await;
    let sleep = thread::SLEEP.gid();
    let mut listeners = Vec::new();
    for name in ["client", "clinician"] {
        listeners.push(tidings.listen_to(name, Some(&sleep)).await);
        listeners.push(tidings.listen_to(name, None).await);
    }
    for (author, body) in [
        ("client", "Good morning"),
        ("clinician", "Good morning, Elena"),
    ] {
        tidings.caller(author).writes(&sleep, body).await;
        for listener in &mut listeners {
            let event = listener.expect_message(body).await;
            assert_eq!(event["thread"]["id"], sleep);
        }
    }
    // Of another thread only those hear who listen to all.
    tidings
        .caller("client")
        .writes(&thread::INVOICE.gid(), "Paid")
        .await;
    tidings.caller("client").writes(&sleep, "Last").await;
    for (at, listener) in listeners.iter_mut().enumerate() {
        if at % 2 == 1 {
            listener.expect_message("Paid").await;
        }
        listener.expect_message("Last").await;
        listener.socket.settle().await;
    }
}

#[tokio::test]
async fn g5_a_stream_of_a_thread_out_of_sight_is_not_found() {
    let tidings = Tidings::start().await;
    for (name, thread) in [
        ("scheduler", thread::SLEEP),
        ("second-client", thread::SLEEP),
        ("former-clinician", thread::SLEEP),
        ("outsider", thread::APPOINTMENT),
        ("clinical-admin", thread::OTHER_SESSION),
    ] {
        let mut listener = tidings.listen_to(name, Some(&thread.gid())).await;
        listener.expect_end("NOT_FOUND").await;
        listener.socket.settle().await;
    }
}

#[tokio::test]
async fn p06_p08_receipts_of_a_client_reach_staff_and_no_client() {
    let tidings = Tidings::start().await;
    let mut listeners = tidings.all_listen().await;
    let input = json!({ "threadId": thread::HOMEWORK.gid() });
    tidings
        .caller("guardian")
        .does("markThreadRead", input)
        .await;
    let staff = ["clinician", "supervisor", "clinical-admin"];
    for listener in listeners.iter_mut().filter(|l| l.name == "guardian") {
        let own = listener.expect("ViewerStateChanged").await;
        assert_eq!(own["thread"]["viewerUnreadCount"], 0);
    }
    for event in told(&tidings, &mut listeners, &staff).await {
        assert_eq!(event["kind"], "ReadReceiptAdded", "{event:#}");
        assert_eq!(event["reader"]["id"], account::GUARDIAN.gid());
        assert_eq!(event["thread"]["id"], thread::HOMEWORK.gid());
        assert_eq!((&event["fromSeq"], &event["toSeq"]), (&json!(3), &json!(4)));
    }
    // What staff read, staff learn; the client never does.
    let input = json!({ "messageIds": [message(thread::SLEEP, 6).gid()] });
    tidings.caller("clinician").does("markRead", input).await;
    for listener in listeners.iter_mut().filter(|l| l.name == "clinician") {
        listener.expect("ViewerStateChanged").await;
    }
    for event in told(&tidings, &mut listeners, &staff).await {
        assert_eq!(event["kind"], "ReadReceiptAdded", "{event:#}");
        assert_eq!(event["reader"]["id"], staff::CLINICIAN.gid());
        assert_eq!((&event["fromSeq"], &event["toSeq"]), (&json!(6), &json!(6)));
    }
}

#[tokio::test]
async fn p08_a_client_that_asks_for_receipts_by_name_gets_none() {
    let tidings = Tidings::start().await;
    let cursor = tidings.caller("client").cursor().await;
    let mut socket = tidings.caller("client").socket().await;
    let query = "subscription($after: EventCursor) { events(after: $after, kinds: [READ_RECEIPT_ADDED, CLIENT_CHANGED]) { __typename } }";
    socket.subscribe(query, json!({ "after": cursor })).await;
    let input = json!({ "threadId": thread::SLEEP.gid() });
    tidings
        .caller("clinician")
        .does("markThreadRead", input)
        .await;
    let input = json!({ "clientId": client::CLIENT.gid(), "status": "INACTIVE" });
    tidings
        .caller("scheduler")
        .does("setClientStatus", input)
        .await;
    let data = socket.data().await;
    assert_eq!(data["events"]["__typename"], "ClientChanged", "{data:#}");
}

#[tokio::test]
async fn p02_what_one_session_reads_pins_and_marks_shows_in_the_other_and_nowhere_else() {
    let tidings = Tidings::start().await;
    let mut listeners = tidings.all_listen().await;
    listeners.push(tidings.listen("clinician").await);
    let clinician = tidings.caller("clinician");
    let sleep = thread::SLEEP.gid();
    let newest = message(thread::SLEEP, 6).gid();
    let acts = [
        (
            "setThreadPinned",
            json!({ "threadId": sleep, "pinned": false }),
            2,
            false,
        ),
        (
            "setThreadPinned",
            json!({ "threadId": sleep, "pinned": true }),
            2,
            true,
        ),
        ("markRead", json!({ "messageIds": [newest] }), 1, true),
        ("markUnread", json!({ "messageIds": [newest] }), 2, true),
    ];
    for (name, input, unread, pinned) in acts {
        clinician.does(name, input).await;
        for listener in listeners.iter_mut().filter(|l| l.name == "clinician") {
            let event = listener.expect("ViewerStateChanged").await;
            assert_eq!(event["thread"]["id"], sleep);
            assert_eq!(event["thread"]["viewerUnreadCount"], unread, "{name}");
            assert_eq!(event["thread"]["viewerHasPinned"], pinned, "{name}");
        }
        if name == "markRead" {
            let readers = ["clinician", "supervisor", "clinical-admin"];
            for listener in listeners.iter_mut().filter(|l| readers.contains(&l.name)) {
                listener.expect("ReadReceiptAdded").await;
            }
        }
        tidings.nothing_more(&mut listeners).await;
    }
    // What changes nothing is not told.
    let input = json!({ "threadId": sleep, "pinned": true });
    clinician.does("setThreadPinned", input).await;
    tidings.nothing_more(&mut listeners).await;
}

#[tokio::test]
async fn g1_t33_t37_s33_header_archive_and_status_are_told_to_all_who_see_them() {
    let tidings = Tidings::start().await;
    let mut listeners = tidings.all_listen().await;
    let thread = thread::APPOINTMENT.gid();
    let readers = [
        "client",
        "clinician",
        "supervisor",
        "clinical-admin",
        "practice-admin",
        "scheduler",
        "scheduler-biller",
    ];
    let scheduler = tidings.caller("scheduler");
    let input = json!({ "threadId": thread, "expectedVersion": 1, "subject": "Friday at nine",
        "topicId": topic::OFFICE.gid() });
    scheduler.does("editThreadHeader", input).await;
    for event in told(&tidings, &mut listeners, &readers).await {
        assert_eq!(event["kind"], "ThreadChanged", "{event:#}");
        assert_eq!(event["thread"]["subject"], "Friday at nine");
        assert_eq!(event["thread"]["topic"]["id"], topic::OFFICE.gid());
    }
    for archived in [true, false] {
        let input = json!({ "threadId": thread, "archived": archived });
        scheduler.does("setThreadArchived", input).await;
        let mut events = told(&tidings, &mut listeners, &readers).await;
        // In the order of the cast: the client comes last, and to a client nothing is put away.
        assert_eq!(events.pop().unwrap()["thread"]["archived"], false);
        for event in events {
            assert_eq!(event["kind"], "ThreadChanged", "{event:#}");
            assert_eq!(event["thread"]["archived"], archived);
        }
    }
    let input = json!({ "clientId": client::CLIENT.gid(), "status": "INACTIVE" });
    scheduler.does("setClientStatus", input).await;
    // All staff of the agency know its clients, and the client's account knows its own.
    let others = [
        "guardian",
        "second-client",
        "inactive-client",
        "outsider",
        "outsider-client",
    ];
    let all: Vec<&str> = listeners.iter().map(|l| l.name).collect();
    let knowing: Vec<&str> = all
        .into_iter()
        .filter(|name| !others.contains(name))
        .collect();
    for event in told(&tidings, &mut listeners, &knowing).await {
        assert_eq!(event["kind"], "ClientChanged", "{event:#}");
        assert_eq!(
            event["client"],
            json!({ "id": client::CLIENT.gid(), "status": "INACTIVE" })
        );
    }
}

#[tokio::test]
async fn g5_assignments_name_exactly_the_threads_that_were_gained_or_lost() {
    let tidings = Tidings::start().await;
    let mut listeners = tidings.all_listen().await;
    let admin = tidings.caller("practice-admin");
    let ids = |event: &Value| -> BTreeSet<String> {
        let ids = event["threadIds"].as_array().unwrap().iter();
        ids.map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    let expected = |threads: &[tidings_domain::ThreadId]| -> BTreeSet<String> {
        threads.iter().map(|thread| thread.gid()).collect()
    };
    let of_second = expected(&[
        thread::MEDICATION,
        thread::INTAKE_FORMS,
        thread::PAYMENT_PLAN,
    ]);
    // The clinician gains a client, and so does her supervisor.
    let input =
        json!({ "clientId": client::SECOND_CLIENT.gid(), "staffMemberId": staff::CLINICIAN.gid() });
    let made = admin.does("assignCareTeamMember", input).await;
    for event in told(&tidings, &mut listeners, &["clinician", "supervisor"]).await {
        assert_eq!(event["kind"], "AccessGranted", "{event:#}");
        assert_eq!(
            (ids(&event), &event["everything"]),
            (of_second.clone(), &json!(false))
        );
    }
    let input = json!({ "careTeamMemberId": made["careTeamMember"]["id"] });
    admin.does("endCareTeamAssignment", input).await;
    for event in told(&tidings, &mut listeners, &["clinician", "supervisor"]).await {
        assert_eq!(event["kind"], "AccessRevoked", "{event:#}");
        assert_eq!(ids(&event), of_second);
    }
    // Where she is listed by name, she stays; her supervisor does not.
    let input = json!({ "careTeamMemberId": membership(client::CLIENT, staff::CLINICIAN) });
    admin.does("endCareTeamAssignment", input).await;
    let events = told(&tidings, &mut listeners, &["clinician", "supervisor"]).await;
    let of_client = [
        thread::SLEEP,
        thread::BREATHING,
        thread::APPOINTMENT,
        thread::INVOICE,
        thread::OFFICE_CLOSING,
    ];
    assert_eq!(ids(&events[1]), expected(&of_client));
    let mut hers = ids(&events[0]);
    assert!(hers.is_subset(&ids(&events[1])));
    for thread in of_client {
        let sees = tidings.caller("clinician").sees(&thread.gid()).await;
        assert_eq!(sees, !hers.remove(&thread.gid()), "{thread:?}");
    }
    // An assignment that is still to come, and is taken back, was never anybody's business.
    let input = json!({ "clientId": client::SECOND_CHILD.gid(), "staffMemberId": staff::CLINICIAN.gid(),
        "startDate": "2026-06-20" });
    let made = admin.does("assignCareTeamMember", input).await;
    let input = json!({ "careTeamMemberId": made["careTeamMember"]["id"] });
    admin.does("endCareTeamAssignment", input).await;
    tidings.nothing_more(&mut listeners).await;
}

#[tokio::test]
async fn g5_roles_given_and_taken_are_told_to_their_owner_alone() {
    let tidings = Tidings::start().await;
    let mut listeners = tidings.all_listen().await;
    for roles in [json!([]), json!(["PRACTICE_SCHEDULER", "PRACTICE_BILLER"])] {
        let input = json!({ "staffMemberId": staff::BILLER.gid(), "roles": roles });
        tidings
            .caller("system-admin")
            .does("setStaffRoles", input)
            .await;
        for event in told(&tidings, &mut listeners, &["biller"]).await {
            assert_eq!(event["kind"], "AccessRevoked", "{event:#}");
            assert_eq!(event["everything"], true);
        }
    }
}
