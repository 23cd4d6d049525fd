//! G5: a change of access takes effect before the next event, in queries and streams alike.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff, thread};

use crate::support::{Global as _, MESSAGES, Tidings, membership};

fn names(event: &Value, thread: &str) -> bool {
    event["threadIds"] == json!([thread]) && event["everything"] == false
}

#[tokio::test]
async fn g5_t37_t39_a_change_of_audience_takes_effect_before_the_next_event() {
    let tidings = Tidings::start().await;
    // Its author is another member of staff: the biller sees it by role alone.
    let plan = thread::PAYMENT_PLAN.gid();
    let before = tidings.caller("biller").cursor().await;
    tidings.caller("biller").writes(&plan, "Before").await;
    let mut single = tidings.listen_to("biller", Some(&plan)).await;
    let mut biller = tidings.listen("biller").await;
    let mut scheduler = tidings.listen("scheduler").await;
    let mut both = tidings.listen("scheduler-biller").await;

    tidings.move_to(&plan, "ADMINISTRATIVE").await;
    let after = json!({ "threadId": plan, "body": "After", "markThreadRead": false });
    tidings
        .caller("second-client")
        .does("sendMessage", after)
        .await;

    single.expect_end("NOT_FOUND").await;
    let revoked = biller.expect("AccessRevoked").await;
    assert!(names(&revoked, &plan), "{revoked:#}");
    assert!(!tidings.caller("biller").sees(&plan).await);
    for listener in [&mut scheduler, &mut both] {
        let changed = listener.expect("ThreadChanged").await;
        assert_eq!(changed["thread"]["audience"]["kind"], "ADMINISTRATIVE");
        listener.expect_message("After").await;
    }
    // Whoever gains sees the history (T-39).
    let texts = tidings.caller("scheduler").messages(&plan).await;
    assert!(texts.iter().any(|message| message["bodyText"] == "Before"));

    // Coming back, nothing is replayed that is not visible any more, only that it is gone.
    let mut again = tidings.listen_after("biller", before.clone()).await;
    let revoked = again.expect("AccessRevoked").await;
    assert!(names(&revoked, &plan), "{revoked:#}");
    let variables = json!({ "thread": plan, "after": before });
    single.socket.subscribe(MESSAGES, variables).await;
    single.expect_end("NOT_FOUND").await;
    single.socket.settle().await;
    tidings
        .nothing_more(&mut [biller, scheduler, both, again])
        .await;
}

#[tokio::test]
async fn g5_t44_t07_roles_that_are_taken_take_streams_and_queries_along() {
    let tidings = Tidings::start().await;
    let thread = thread::APPOINTMENT.gid();
    let before = tidings.caller("scheduler").cursor().await;
    let mut single = tidings.listen_to("scheduler", Some(&thread)).await;
    let mut all = tidings.listen_to("scheduler", None).await;
    let mut events = tidings.listen("scheduler").await;
    let roles = |roles: Value| json!({ "staffMemberId": staff::SCHEDULER.gid(), "roles": roles });
    let admin = tidings.caller("system-admin");

    tidings.caller("client").writes(&thread, "one").await;
    for listener in [&mut single, &mut all, &mut events] {
        listener.expect_message("one").await;
    }
    admin.does("setStaffRoles", roles(json!([]))).await;
    tidings.caller("client").writes(&thread, "two").await;
    single.expect_end("NOT_FOUND").await;
    let revoked = events.expect("AccessRevoked").await;
    assert_eq!(revoked["everything"], true);
    assert!(!tidings.caller("scheduler").sees(&thread).await);
    let mut again = tidings.listen_after("scheduler", before).await;
    again.expect("AccessRevoked").await;
    tidings.nothing_more(&mut [events, again]).await;

    // Given back, the stream of all that stayed open goes on, without what lay between.
    admin
        .does("setStaffRoles", roles(json!(["PRACTICE_SCHEDULER"])))
        .await;
    tidings.caller("client").writes(&thread, "three").await;
    all.expect_message("three").await;
    all.socket.settle().await;
}

#[tokio::test]
async fn g5_t06_t44_an_assignment_that_ends_takes_clinician_and_supervisor_out() {
    let tidings = Tidings::start().await;
    // Seen by assignment only: neither is listed on it.
    let invoice = thread::INVOICE.gid();
    let mut singles = Vec::new();
    let mut all = Vec::new();
    for name in ["clinician", "supervisor"] {
        singles.push(tidings.listen_to(name, Some(&invoice)).await);
        all.push(tidings.listen_to(name, None).await);
    }
    let mut biller = tidings.listen_to("biller", Some(&invoice)).await;
    let member = membership(client::CLIENT, staff::CLINICIAN);
    let input = json!({ "careTeamMemberId": member });
    tidings
        .caller("practice-admin")
        .does("endCareTeamAssignment", input)
        .await;
    tidings
        .caller("client")
        .writes(&invoice, "Only for billing")
        .await;
    tidings
        .caller("guardian")
        .writes(&thread::HOMEWORK.gid(), "Next")
        .await;
    for single in &mut singles {
        single.expect_end("NOT_FOUND").await;
        assert!(!tidings.caller(single.name).sees(&invoice).await);
    }
    for all in &mut all {
        all.expect_message("Next").await;
    }
    biller.expect_message("Only for billing").await;
}

/// From noon UTC to the first minutes of the next day in New York.
const PAST_MIDNIGHT: TimeDelta = TimeDelta::minutes(16 * 60 + 5);

/// Lets the first of these assignments end with the day and the second begin with the next.
async fn until_midnight(tidings: &Tidings) {
    let admin = tidings.caller("practice-admin");
    let member = membership(client::CLIENT, staff::CLINICIAN);
    let input = json!({ "careTeamMemberId": member, "lastDate": "2026-06-15" });
    admin.does("endCareTeamAssignment", input).await;
    let input = json!({ "clientId": client::CLIENT.gid(), "staffMemberId": staff::SECOND_CLINICIAN.gid(),
        "startDate": "2026-06-16" });
    admin.does("assignCareTeamMember", input).await;
}

#[tokio::test]
async fn g5_cx14_a_day_that_begins_takes_effect_before_the_next_event() {
    // No sweep helps here: the event itself finds the day changed.
    let tidings = Tidings::start_with(&[("TIDINGS_SWEEP_INTERVAL_MS", "60000")]).await;
    let invoice = thread::INVOICE.gid();
    let mut single = tidings.listen_to("clinician", Some(&invoice)).await;
    let mut old = tidings.listen_to("clinician", None).await;
    let mut new = tidings.listen_to("second-clinician", None).await;
    until_midnight(&tidings).await;
    tidings
        .caller("client")
        .writes(&invoice, "Before midnight")
        .await;
    for listener in [&mut single, &mut old] {
        listener.expect_message("Before midnight").await;
    }
    tidings.clock.advance(PAST_MIDNIGHT);
    assert!(!tidings.caller("clinician").sees(&invoice).await);
    assert!(tidings.caller("second-clinician").sees(&invoice).await);
    tidings
        .caller("client")
        .writes(&invoice, "After midnight")
        .await;
    new.expect_message("After midnight").await;
    single.expect_end("NOT_FOUND").await;
    tidings
        .caller("guardian")
        .writes(&thread::HOMEWORK.gid(), "Next")
        .await;
    old.expect_message("Next").await;
}

#[tokio::test]
async fn g5_t39_a_day_that_begins_is_told_once_to_whom_it_gives_or_takes_threads() {
    let quick = [("TIDINGS_SWEEP_INTERVAL_MS", "50")];
    let tidings = Tidings::start_with(&quick).await;
    let other = if tidings.is_postgres() {
        Some(tidings.another_with(&quick).await)
    } else {
        None
    };
    until_midnight(&tidings).await;
    let mut listeners = tidings.all_listen().await;
    // Whoever is away when the day begins learns of it, too.
    let cursor = tidings.caller("clinician").cursor().await;
    tidings.clock.advance(PAST_MIDNIGHT);
    // Nobody does anything; the day begins by itself.
    for listener in &mut listeners {
        match listener.name {
            "clinician" | "supervisor" => {
                let revoked = listener.expect("AccessRevoked").await;
                let lost = revoked["threadIds"].as_array().unwrap();
                assert!(lost.contains(&json!(thread::INVOICE.gid())), "{revoked:#}");
                for id in lost {
                    assert!(
                        !tidings
                            .caller(listener.name)
                            .sees(id.as_str().unwrap())
                            .await
                    );
                }
            }
            "second-clinician" => {
                let granted = listener.expect("AccessGranted").await;
                assert_eq!(granted["threadIds"].as_array().unwrap().len(), 5);
            }
            _ => {}
        }
    }
    let mut late = tidings.listen_after("clinician", cursor).await;
    late.expect("AccessRevoked").await;
    listeners.push(late);
    tidings.nothing_more(&mut listeners).await;
    if let Some(other) = other {
        other.nothing_more(&mut listeners).await;
    }
    // Nor is it told again by a server that starts on that day.
    let tidings = tidings.kill_and_restart().await;
    let told = tidings
        .count("SELECT COUNT(*) FROM event WHERE payload LIKE '%CARE_TEAM_CHANGED%'")
        .await;
    // One for the former clinician of the demo, two by hand, two by midnight.
    assert_eq!(told, 5);
}

#[tokio::test]
async fn g5_c24_whoever_may_not_sign_in_any_more_hears_nothing_more() {
    let tidings = Tidings::start_with(&[("TIDINGS_SWEEP_INTERVAL_MS", "50")]).await;
    let sleep = thread::SLEEP.gid();
    let before = tidings.caller("clinician").cursor().await;
    tidings.caller("client").writes(&sleep, "one").await;
    let mut listeners = [
        tidings.listen("clinician").await,
        tidings.listen_to("clinician", None).await,
        tidings.listen_to("clinician", Some(&sleep)).await,
    ];
    let mut client = tidings.listen("client").await;
    tidings.deactivate(staff::CLINICIAN).await;
    tidings.caller("client").writes(&sleep, "two").await;
    for listener in &mut listeners {
        listener.expect_end("NOT_FOUND").await;
    }
    client.expect_message("two").await;
    // The old socket opens nothing any more, and no new one does.
    let variables = json!({ "after": before });
    listeners[0].socket.subscribe(MESSAGES, variables).await;
    listeners[0].expect_end("UNAUTHENTICATED").await;
}
