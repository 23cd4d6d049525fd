//! Who finds what: those who see the thread, and nobody else learns that there is something.

use serde_json::json;
use tidings_server::seed::cast::{client, staff, thread};

use super::SEARCH;
use crate::support::{Global as _, Tidings};

#[tokio::test]
async fn k17_k18_c25_p48_who_sees_the_thread_finds_and_nobody_else() {
    let tidings = Tidings::start().await;
    let cast = [
        "client",
        "guardian",
        "second-client",
        "clinician",
        "supervisor",
        "clinical-admin",
        "practice-admin",
        "scheduler",
        "biller",
        "scheduler-biller",
        "system-admin",
        "outsider",
        "outsider-client",
    ];
    let threads = [
        (thread::SLEEP, "clinician"),
        (thread::INVOICE, "biller"),
        (thread::APPOINTMENT, "scheduler"),
        (thread::PAYMENT_PLAN, "biller"),
        (thread::SCHOOL_LETTER, "scheduler"),
        (thread::CASE_REVIEW, "clinician"),
        (thread::OFFICE_CLOSING, "practice-admin"),
        (thread::OTHER_SESSION, "outsider"),
    ];
    for (id, sender) in threads {
        tidings
            .caller(sender)
            .writes(&id.gid(), "a bandicoot")
            .await;
    }
    let mut found = 0;
    for who in cast {
        let caller = tidings.caller(who);
        let hits = caller.finds("bandi").await;
        for (id, _) in threads {
            let hit = hits
                .iter()
                .any(|hit| hit["thread"]["id"] == json!(id.gid()));
            assert_eq!(hit, caller.sees(&id.gid()).await, "{who} {}", id.gid());
            found += usize::from(hit);
        }
    }
    assert!(found > 20, "{found}");
}

#[tokio::test]
async fn k18_what_is_not_seen_leaves_no_trace_in_pages_and_answers() {
    let tidings = Tidings::start().await;
    for n in 0..5 {
        let body = format!("numbat {n}");
        tidings
            .caller("clinician")
            .writes(&thread::SLEEP.gid(), &body)
            .await;
    }
    let haruto = tidings.caller("second-client");
    let seen = haruto
        .data(SEARCH, json!({ "query": "numbat", "first": 1 }))
        .await;
    let absent = haruto
        .data(SEARCH, json!({ "query": "nowhere", "first": 1 }))
        .await;
    assert_eq!(seen, absent);
    haruto
        .writes(&thread::PAYMENT_PLAN.gid(), "one numbat")
        .await;
    for who in ["second-client", "biller"] {
        let page = tidings
            .caller(who)
            .data(SEARCH, json!({ "query": "numbat", "first": 1 }))
            .await;
        assert_eq!(
            page["search"]["edges"].as_array().unwrap().len(),
            1,
            "{who}"
        );
        assert_eq!(
            page["search"]["pageInfo"]["hasNextPage"],
            json!(false),
            "{who}"
        );
    }
}

#[tokio::test]
async fn t39_p11_t06_what_is_found_follows_access_at_once() {
    let tidings = Tidings::start().await;
    let (amina, wei) = (tidings.caller("clinician"), tidings.caller("biller"));
    let id = thread::SLEEP.gid();
    amina.writes(&id, "a wallaby").await;
    assert!(wei.finds("wallaby").await.is_empty());
    // Of another audience.
    tidings.move_to(&id, "BILLING").await;
    assert_eq!(wei.finds("wallaby").await.len(), 1);
    tidings.move_to(&id, "CLINICAL").await;
    assert!(wei.finds("wallaby").await.is_empty());
    // Shared, and no longer.
    let share = json!({ "threadId": id, "staffMemberIds": [staff::BILLER.gid()] });
    amina.does("shareThread", share.clone()).await;
    assert_eq!(wei.finds("wallaby").await.len(), 1);
    amina.does("unshareThread", share).await;
    assert!(wei.finds("wallaby").await.is_empty());
    // On the care team, and no longer.
    let admin = tidings.caller("clinical-admin");
    let oskar = tidings.caller("supervisor");
    let before = oskar.finds("wallaby").await.len();
    assert_eq!(before, 1, "a supervisee's client");
    let payment = thread::PAYMENT_PLAN.gid();
    tidings.caller("biller").writes(&payment, "a potoroo").await;
    assert!(amina.finds("potoroo").await.is_empty());
    let assign = json!({ "clientId": client::SECOND_CLIENT.gid(), "staffMemberId": staff::CLINICIAN.gid(),
        "startDate": "2026-06-01" });
    let assigned = admin.does("assignCareTeamMember", assign).await;
    assert_eq!(amina.finds("potoroo").await.len(), 1);
    let end =
        json!({ "careTeamMemberId": assigned["careTeamMember"]["id"], "lastDate": "2026-06-10" });
    admin.does("endCareTeamAssignment", end).await;
    assert!(amina.finds("potoroo").await.is_empty());
}

#[tokio::test]
async fn t33_what_is_archived_is_found() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let id = thread::SLEEP.gid();
    amina.writes(&id, "a bilby").await;
    amina
        .does(
            "setThreadArchived",
            json!({ "threadId": id, "archived": true }),
        )
        .await;
    assert_eq!(amina.finds("bilby").await.len(), 1);
}

#[tokio::test]
async fn cx18_px04_what_is_edited_away_is_not_found() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let id = thread::SLEEP.gid();
    let file = amina.attaches(tidings_domain::FileKind::Pdf).await;
    let name = "query($id: ID!) { node(id: $id) { ... on Attachment { fileName } } }";
    let data = amina.data(name, json!({ "id": file })).await;
    let name = format!("\"{}\"", data["node"]["fileName"].as_str().unwrap());
    let input = json!({ "threadId": id, "body": "a quoll", "attachmentIds": [file] });
    let sent = amina.does("sendMessage", input).await;
    let message = sent["message"]["id"].as_str().unwrap();
    for who in [&amina, &elena] {
        assert_eq!(who.finds("quoll").await.len(), 1);
        assert_eq!(who.finds(&name).await.len(), 1);
    }
    // Another text takes the place of the first.
    let edit = json!({ "messageId": message, "body": "a numbat" });
    amina.does("editMessage", edit).await;
    assert!(elena.finds("quoll").await.is_empty());
    assert_eq!(elena.finds_messages("numbat").await, [message]);
}

#[tokio::test]
async fn k3_p20_s31_c28_what_is_deleted_or_out_of_the_own_view_is_not_found() {
    let tidings = Tidings::start().await;
    let (amina, elena) = (tidings.caller("clinician"), tidings.caller("client"));
    let admin = tidings.caller("clinical-admin");
    let id = thread::SLEEP.gid();
    let file = amina.attaches(tidings_domain::FileKind::Pdf).await;
    let name = "query($id: ID!) { node(id: $id) { ... on Attachment { fileName } } }";
    let data = amina.data(name, json!({ "id": file })).await;
    let name = format!("\"{}\"", data["node"]["fileName"].as_str().unwrap());
    let input = json!({ "threadId": id, "body": "a numbat", "attachmentIds": [file] });
    let sent = amina.does("sendMessage", input).await;
    let message = &sent["message"]["id"];
    let found = async |who: &crate::support::Caller<'_>| {
        (
            who.finds("numbat").await.len(),
            who.finds(&name).await.len(),
        )
    };
    // Out of Elena's view alone, and back; then with the whole thread.
    let what = json!({ "what": { "messageId": message } });
    elena.does("removeFromMyView", what).await;
    assert_eq!((found(&elena).await, found(&amina).await), ((0, 0), (1, 1)));
    let subject = amina.data(
        "query($id: ID!) { thread(id: $id) { subject } }",
        json!({ "id": id }),
    );
    let subject = subject.await["thread"]["subject"]
        .as_str()
        .unwrap()
        .to_owned();
    let of_subject = async |who: &crate::support::Caller<'_>| {
        let hits = who.finds(&format!("\"{subject}\"")).await;
        hits.iter()
            .filter(|hit| hit["kind"] == "SUBJECT" && hit["thread"]["id"] == id)
            .count()
    };
    assert_eq!(of_subject(&elena).await, 1);
    let whole = json!({ "what": { "threadId": id } });
    elena.does("removeFromMyView", whole).await;
    assert_eq!((of_subject(&elena).await, of_subject(&amina).await), (0, 1));
    // For everybody.
    amina.writes(&id, "a wombat").await;
    assert_eq!(elena.finds("wombat").await.len(), 1);
    admin
        .does("deleteMessage", json!({ "messageId": message }))
        .await;
    for who in [&amina, &admin, &elena] {
        assert_eq!(found(who).await, (0, 0));
    }
    let words = |word: &str| {
        format!("SELECT COUNT(*) FROM search_entry WHERE CAST(words AS TEXT) LIKE '%{word}%'")
    };
    assert_eq!(tidings.count(&words("numbat")).await, 0);
    admin.does("deleteThread", json!({ "threadId": id })).await;
    for who in [&amina, &admin, &elena] {
        assert!(who.finds("wombat").await.is_empty());
        assert_eq!(of_subject(who).await, 0);
    }
    assert_eq!(tidings.count(&words("wombat")).await, 0);
}
