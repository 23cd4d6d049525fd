//! G3: cursors last, and one that does not is refused aloud.

use chrono::TimeDelta;
use serde_json::json;
use tidings_server::seed::cast::thread;

use crate::support::{Global as _, Listener, MESSAGES, Tidings};

/// Both subscriptions that take a cursor.
async fn refused(tidings: &Tidings, name: &'static str, cursor: &str) -> String {
    let mut codes = Vec::new();
    let mut listener = tidings.listen_after(name, cursor.to_owned()).await;
    for again in [true, false] {
        let message = listener.socket.receive().await;
        assert_eq!(message["type"], "error", "{cursor:?}: {message:#}");
        let code = &message["payload"][0]["extensions"]["code"];
        codes.push(code.as_str().unwrap().to_owned());
        // The socket lives on.
        listener.socket.settle().await;
        if again {
            let variables = json!({ "after": cursor });
            listener.socket.subscribe(MESSAGES, variables).await;
        }
    }
    assert_eq!(codes[0], codes[1]);
    codes.remove(0)
}

#[tokio::test]
async fn g3_a_cursor_survives_a_restart_and_nothing_is_missing_behind_it() {
    let mut tidings = Tidings::start().await;
    let sleep = thread::SLEEP.gid();
    let mut listener = tidings.listen_to("clinician", Some(&sleep)).await;
    tidings.caller("client").writes(&sleep, "one").await;
    listener.expect_message("one").await;
    tidings.caller("client").writes(&sleep, "two").await;
    for round in 0..3 {
        tidings = tidings.kill_and_restart().await;
        tidings
            .caller("client")
            .writes(&sleep, &format!("three {round}"))
            .await;
        let mut socket = tidings.caller("clinician").socket().await;
        let variables = json!({ "thread": sleep, "after": listener.cursor });
        socket.subscribe(MESSAGES, variables).await;
        let mut again = Listener {
            socket,
            cursor: listener.cursor.clone(),
            ..listener
        };
        again.expect_message("two").await;
        for before in 0..=round {
            again.expect_message(&format!("three {before}")).await;
        }
        again.socket.settle().await;
    }
}

#[tokio::test]
async fn g3_a_cursor_of_one_server_is_good_on_another() {
    let tidings = Tidings::start().await;
    if !tidings.is_postgres() {
        return;
    }
    let other = tidings.another().await;
    let mut listener = tidings.listen("clinician").await;
    for body in ["one", "two", "three"] {
        tidings
            .caller("client")
            .writes(&thread::SLEEP.gid(), body)
            .await;
    }
    listener.expect_message("one").await;
    let mut on_other = other
        .listen_after("clinician", listener.cursor.clone())
        .await;
    on_other.expect_message("two").await;
    let mut back = tidings
        .listen_after("clinician", on_other.cursor.clone())
        .await;
    back.expect_message("three").await;
    other
        .nothing_more(&mut [
            listener_rest(listener).await,
            on_other_rest(on_other).await,
            back,
        ])
        .await;
}

async fn listener_rest(mut listener: Listener) -> Listener {
    listener.expect_message("two").await;
    listener.expect_message("three").await;
    listener
}

async fn on_other_rest(mut listener: Listener) -> Listener {
    listener.expect_message("three").await;
    listener
}

#[tokio::test]
async fn g3_a_cursor_older_than_the_log_has_expired_and_a_younger_one_has_not() {
    let tidings = Tidings::start().await;
    let sleep = thread::SLEEP.gid();
    let before = tidings.caller("clinician").cursor().await;
    let mut listener = tidings.listen("clinician").await;
    for body in ["one", "two"] {
        tidings.caller("client").writes(&sleep, body).await;
        listener.expect_message(body).await;
    }
    tidings.clock.advance(TimeDelta::days(10));
    tidings
        .caller("client")
        .writes(&sleep, "ten days later")
        .await;
    listener.expect_message("ten days later").await;
    // After ten days the first cursor is good still.
    let mut old = tidings.listen_after("clinician", before.clone()).await;
    for body in ["one", "two", "ten days later"] {
        old.expect_message(body).await;
    }
    let recent = old.cursor.clone();
    tidings.clock.advance(TimeDelta::days(5));
    // The relay prunes before it delivers: when this is here, that is done.
    tidings
        .caller("client")
        .writes(&sleep, "fifteen days later")
        .await;
    listener.expect_message("fifteen days later").await;
    assert_eq!(
        refused(&tidings, "clinician", &before).await,
        "CURSOR_EXPIRED"
    );
    let mut resumed = tidings.listen_after("clinician", recent).await;
    for listener in [&mut old, &mut resumed] {
        listener.expect_message("fifteen days later").await;
    }
    tidings.nothing_more(&mut [listener, old, resumed]).await;
}

#[tokio::test]
async fn g3_a_cursor_that_is_not_the_viewers_own_or_damaged_is_invalid() {
    let tidings = Tidings::start().await;
    let cursor = tidings.caller("clinician").cursor().await;
    let others = tidings.caller("supervisor").cursor().await;
    let query = "{ inbox(first: 1) { edges { cursor } } }";
    let inbox = tidings.caller("clinician").data(query, json!({})).await;
    let inbox = inbox["inbox"]["edges"][0]["cursor"].as_str().unwrap();
    let damaged = cursor.replace(cursor.chars().next().unwrap(), "B");
    let long = "A".repeat(3_000);
    for cursor in [
        "",
        "0",
        "not a cursor",
        &others,
        inbox,
        &cursor[1..],
        &damaged,
        &long,
    ] {
        assert_eq!(
            refused(&tidings, "clinician", cursor).await,
            "CURSOR_INVALID",
            "{cursor}"
        );
    }
    let mut listener = tidings.listen_after("clinician", cursor).await;
    tidings
        .nothing_more(std::slice::from_mut(&mut listener))
        .await;
}

#[tokio::test]
async fn g3_a_cursor_ahead_of_the_log_is_invalid() {
    let tidings = Tidings::start().await;
    // On PostgreSQL all databases of a cluster count together: there is no other log to be ahead.
    if tidings.is_postgres() {
        return;
    }
    let other = Tidings::start().await;
    for body in ["one", "two"] {
        other
            .caller("client")
            .writes(&thread::SLEEP.gid(), body)
            .await;
    }
    let ahead = other.caller("clinician").cursor().await;
    assert_eq!(
        refused(&tidings, "clinician", &ahead).await,
        "CURSOR_INVALID"
    );
}

#[tokio::test]
async fn g1_g3_a_cursor_passes_over_any_number_of_events_that_concern_others() {
    let tidings = Tidings::start().await;
    let own = tidings.caller("second-client").cursor().await;
    let staff = tidings.caller("biller").cursor().await;
    // More than are read at once, twice over.
    for number in 0..230 {
        let input = json!({ "threadId": thread::SLEEP.gid(), "pinned": number % 2 == 0 });
        tidings
            .caller("supervisor")
            .does("setThreadPinned", input)
            .await;
        if number == 150 {
            tidings
                .caller("second-client")
                .writes(&thread::PAYMENT_PLAN.gid(), "among them")
                .await;
        }
    }
    let mut listeners = [
        tidings.listen_after("second-client", own).await,
        tidings.listen_after("biller", staff).await,
    ];
    let counts = listeners[0].expect("MessageAdded").await;
    assert_eq!(counts["message"]["bodyText"], "among them");
    listeners[0].expect("ViewerStateChanged").await;
    listeners[1].expect_message("among them").await;
    listeners[1].expect("ReadReceiptAdded").await;
    tidings.nothing_more(&mut listeners).await;
}
