//! Who finds what: those who see the thread, and nobody else learns that there is something.

use serde_json::json;
use tidings_server::seed::cast::{account, client, staff, thread};

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
async fn k3_s31_p20_p34_what_is_deleted_removed_or_edited_away_is_not_found() {
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
    // Out of Elena's view alone.
    let seq = "(SELECT seq FROM message WHERE body = 'a numbat')";
    let whose = tidings.literal(account::CLIENT.0);
    let remove = format!(
        "INSERT INTO message_removal (viewer_id, thread_id, seq, removed_at) \
         SELECT {whose}, id, {seq}, created_at FROM thread WHERE id = {{}}"
    );
    tidings.alter(&remove, thread::SLEEP).await;
    let count = format!(
        "UPDATE thread_state SET removals = 1 WHERE viewer_id = {whose} AND thread_id = {{}}"
    );
    elena
        .does("markThreadRead", json!({ "threadId": id }))
        .await;
    tidings.alter(&count, thread::SLEEP).await;
    assert!(elena.finds("numbat").await.is_empty());
    assert_eq!(amina.finds("numbat").await.len(), 1);
    let own = tidings.csv("client", &id).await;
    let record = tidings.csv("clinician", &id).await;
    assert_eq!(
        own.len() + 1,
        record.len(),
        "P-26: a client's copy has what it sees"
    );
    // For everybody.
    let admin = tidings.caller("clinical-admin");
    admin
        .does("deleteMessage", json!({ "messageId": message }))
        .await;
    for who in [&amina, &admin] {
        assert!(who.finds("numbat").await.is_empty());
        assert!(who.finds(&name).await.is_empty());
    }
    let entries = "SELECT COUNT(*) FROM search_entry WHERE CAST(words AS TEXT) LIKE '%numbat%'";
    assert_eq!(tidings.count(entries).await, 0);
    let record = tidings.csv("clinician", &id).await;
    let gone = record.last().unwrap();
    assert_eq!(
        (gone[5].as_str(), gone[6].as_str()),
        ("", ""),
        "P-26: no content"
    );
    assert!(
        gone[7].starts_with("2026-06-15T"),
        "P-26: but a mark: {gone:?}"
    );
}
