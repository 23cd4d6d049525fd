//! Mails: who is told of a message, what a mail says, and that it leaves once whatever happens.

use chrono::TimeDelta;
use serde_json::json;
use tidings_server::seed::cast::{account, client, staff, thread};

use crate::support::process::{Process, post};
use crate::support::{Global as _, Tidings, key, mutation};

const ELENA: &str = "elena.marchetti@post.example";
const AMINA: &str = "amina.farouk@harborlane.example";
const QUICK: &[(&str, &str)] = &[("TIDINGS_SWEEP_INTERVAL_MS", "50")];

#[tokio::test]
async fn s16_s17_k10_each_recipient_with_an_account_is_mailed_of_each_message_at_the_default_address()
 {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    amina.writes(&thread::SLEEP.gid(), "one").await;
    assert_eq!(tidings.mails_to(ELENA).await.len(), 1);
    assert_eq!(tidings.mails().await.len(), 1, "the author is not mailed");
    amina.writes(&thread::SLEEP.gid(), "two").await;
    assert_eq!(
        tidings.mails_to(ELENA).await.len(),
        2,
        "each message, at once"
    );
    tidings
        .alter(
            "UPDATE portal_account SET email = 'elena@new.example' WHERE id = {}",
            account::CLIENT,
        )
        .await;
    amina.writes(&thread::SLEEP.gid(), "three").await;
    assert_eq!(tidings.mails_to(ELENA).await.len(), 2);
    assert_eq!(tidings.mails_to("elena@new.example").await.len(), 1);
    // Of a broadcast those with an account, and nobody else (K11).
    let before = tidings.mails().await.len();
    let to = [client::CLIENT, client::SECOND_CLIENT, client::UNREGISTERED];
    let to: Vec<_> = to
        .iter()
        .map(|id| json!({ "clientId": id.gid() }))
        .collect();
    let input = json!({ "to": to, "audience": "ADMINISTRATIVE", "subject": "s", "body": "b" });
    tidings
        .caller("clinical-admin")
        .does("startThread", input)
        .await;
    let mails = tidings.mails().await;
    // Both accounts; the care teams of a broadcast have it not on their desks.
    assert_eq!(mails.len(), before + 2, "{mails:#?}");
}

#[tokio::test]
async fn s18_s19_k10_a_mail_says_that_a_message_waits_and_nothing_else() {
    let tidings = Tidings::start().await;
    let input = json!({ "to": [{ "clientId": client::CLIENT.gid() }], "audience": "CLINICAL",
        "subject": "Chrysanthemum", "body": "Chrysanthemum blooms" });
    let started = tidings.caller("clinician").does("startThread", input).await;
    let thread = started["thread"]["id"].as_str().unwrap();
    tidings
        .caller("client")
        .writes(thread, "Chrysanthemum again")
        .await;
    let mails = tidings.mails().await;
    assert_eq!(mails.len(), 2, "{mails:#?}");
    for mail in mails.values() {
        let said = format!("{} {}", mail.subject, mail.text);
        for word in [
            "Chrysanthemum",
            "Elena",
            "Marchetti",
            "Amina",
            "Farouk",
            "Harbor",
            "Clinical",
            "Thread_",
            "Message_",
            "token",
        ] {
            assert!(!said.contains(word), "{word}: {said}");
        }
        assert!(said.contains("A message waits for you"), "{said}");
    }
}

#[tokio::test]
async fn t40_t42_t43_k10_staff_are_mailed_of_a_new_thread_and_then_once_until_they_review() {
    let tidings = Tidings::start().await;
    let client = tidings.caller("client");
    let sleep = thread::SLEEP.gid();
    let read = json!({ "threadId": sleep });
    tidings
        .caller("clinician")
        .does("markThreadRead", read.clone())
        .await;
    for text in ["one", "two", "three"] {
        client.writes(&sleep, text).await;
    }
    assert_eq!(tidings.mails_to(AMINA).await.len(), 1, "one until reviewed");
    tidings
        .caller("clinician")
        .does("markThreadRead", read)
        .await;
    client.writes(&sleep, "four").await;
    assert_eq!(tidings.mails_to(AMINA).await.len(), 2);
    // What was marked unread again was not reviewed.
    let input = json!({ "threadId": sleep });
    tidings
        .caller("clinician")
        .does("markThreadRead", input)
        .await;
    let last = tidings
        .caller("clinician")
        .messages(&sleep)
        .await
        .pop()
        .unwrap();
    let input = json!({ "messageIds": [last["id"]] });
    tidings.caller("clinician").does("markUnread", input).await;
    client.writes(&sleep, "five").await;
    assert_eq!(tidings.mails_to(AMINA).await.len(), 2);
    // Another thread is another mail.
    let input = json!({ "actingFor": client::CLIENT.gid(), "to": [{ "staffMemberId": staff::CLINICIAN.gid() }], "body": "b" });
    client.does("startThread", input).await;
    assert_eq!(tidings.mails_to(AMINA).await.len(), 3);
}

#[tokio::test]
async fn t40_k17_whoever_does_not_see_a_thread_is_not_mailed_of_it() {
    let tidings = Tidings::start().await;
    // Amina sees the invoice by her assignment alone.
    let invoice = thread::INVOICE.gid();
    tidings.caller("client").writes(&invoice, "one").await;
    let mails = tidings.mails_to(AMINA).await.len();
    assert_eq!(mails, 1);
    let roles = json!({ "staffMemberId": staff::CLINICIAN.gid(), "roles": ["PRACTICE_SCHEDULER"] });
    tidings
        .caller("practice-admin")
        .does("setStaffRoles", roles)
        .await;
    let read = "DELETE FROM mail_mark WHERE viewer_id = {}";
    tidings.alter(read, staff::CLINICIAN).await;
    tidings.caller("client").writes(&invoice, "two").await;
    assert_eq!(tidings.mails_to(AMINA).await.len(), 1);
}

#[tokio::test]
async fn g7_what_was_queued_before_a_kill_leaves_once_after_it() {
    let tidings = Tidings::start_with(&[("TIDINGS_MAIL", "off")]).await;
    let amina = tidings.caller("clinician");
    for n in 0..5 {
        amina.writes(&thread::SLEEP.gid(), &format!("{n}")).await;
    }
    let folder = tidings.config.data_dir.join("mail");
    assert!(!folder.exists());
    let tidings = tidings.kill_and_restart().await;
    assert_eq!(tidings.mails_to(ELENA).await.len(), 5);
    assert_eq!(tidings.count("SELECT MAX(attempts) FROM mail").await, 1);
    // And not again by the next server.
    let tidings = tidings.kill_and_restart().await;
    tidings
        .caller("clinician")
        .writes(&thread::SLEEP.gid(), "5")
        .await;
    assert_eq!(tidings.mails_to(ELENA).await.len(), 6);
    assert_eq!(tidings.count("SELECT MAX(attempts) FROM mail").await, 1);
}

#[tokio::test]
async fn g7_of_two_servers_one_hands_a_mail_on() {
    let tidings = Tidings::start_with(QUICK).await;
    if !tidings.is_postgres() {
        return;
    }
    let other = tidings.another_with(QUICK).await;
    for n in 0..20 {
        let server = if n % 2 == 0 { &tidings } else { &other };
        let clinician = server.caller("clinician");
        clinician
            .writes(&thread::SLEEP.gid(), &format!("{n}"))
            .await;
    }
    assert_eq!(tidings.mails_to(ELENA).await.len(), 20);
    assert_eq!(tidings.count("SELECT MAX(attempts) FROM mail").await, 1);
}

#[tokio::test]
async fn g7_a_mail_that_does_not_leave_is_tried_again_later_and_given_up_at_last() {
    let tidings = Tidings::start_with(QUICK).await;
    let folder = tidings.config.data_dir.join("mail");
    std::fs::remove_dir_all(&folder).unwrap();
    let sleep = thread::SLEEP.gid();
    tidings.caller("clinician").writes(&sleep, "one").await;
    // Waits while time goes on by minutes at each look.
    let until = async |what: &str, minutes: i64| {
        let come = async {
            while tidings.count(what).await == 0 {
                tidings.clock.advance(TimeDelta::minutes(minutes));
            }
        };
        let come = tokio::time::timeout(crate::support::PATIENCE, come).await;
        come.unwrap_or_else(|_| panic!("{what}"));
    };
    let left = "SELECT COUNT(*) FROM mail WHERE sent_at IS NOT NULL";
    until("SELECT COUNT(*) FROM mail WHERE attempts = 1", 0).await;
    assert_eq!(tidings.count(left).await, 0);
    std::fs::create_dir_all(&folder).unwrap();
    // It is not tried before its time.
    tidings.clock.advance(TimeDelta::seconds(1));
    tidings
        .caller("client")
        .writes(&sleep, "another, to the clinician")
        .await;
    until(left, 0).await;
    assert_eq!(tidings.count(left).await, 1);
    until(
        "SELECT COUNT(*) FROM mail WHERE attempts = 2 AND sent_at IS NOT NULL",
        1,
    )
    .await;
    assert_eq!(tidings.mails_to(ELENA).await.len(), 1);
    std::fs::remove_dir_all(&folder).unwrap();
    tidings.caller("clinician").writes(&sleep, "two").await;
    until(
        "SELECT COUNT(*) FROM mail WHERE given_up_at IS NOT NULL",
        10,
    )
    .await;
    let tried = "SELECT attempts FROM mail WHERE given_up_at IS NOT NULL";
    assert_eq!(tidings.count(tried).await, 8);
}

/// Messages of the process that is killed.
const EACH: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g7_s16_after_kill_9_every_acknowledged_message_has_its_one_mail() {
    let mut process = Process::start().await;
    let token = process.token("clinician");
    let query = mutation("sendMessage");
    let mut kills = 0;
    for n in 0..EACH {
        let input = json!({ "idempotencyKey": key(), "threadId": thread::SLEEP.gid(), "body": format!("{n}") });
        let input = json!({ "input": input });
        if n % 8 == 7 {
            // Cut off wherever it happens to be.
            let address = process.address.clone();
            let sending = post(&address, &token, &query, &input);
            let (_cut_off, ()) = futures_util::join!(sending, process.kill());
            process.restart().await;
            kills += 1;
        }
        let address = process.address.clone();
        let answer = post(&address, &token, &query, &input).await.unwrap();
        assert_eq!(
            answer["data"]["answer"]["userErrors"],
            json!([]),
            "{answer:#}"
        );
    }
    assert_eq!(kills, 3);
    // What a dead server had taken is due when its time is over; not to wait for that:
    process
        .alter("UPDATE mail SET due_at = created_at WHERE sent_at IS NULL")
        .await;
    process.kill().await;
    process.restart().await;
    let folder = process.folder().join("mail");
    let mails = || {
        let files = std::fs::read_dir(&folder).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.strip_suffix(".eml").is_some())
            .count()
    };
    let all = async {
        while mails() < EACH {
            tokio::task::yield_now().await;
        }
    };
    let all = tokio::time::timeout(crate::support::PATIENCE, all).await;
    all.unwrap_or_else(|_| panic!("{} of {EACH}", mails()));
    assert_eq!(mails(), EACH, "none twice");
}
