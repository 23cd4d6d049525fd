//! G2 on PostgreSQL: the order of the log is the order of commits, through the whole stack, with
//! transactions that stand still between their writing and their commit.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tidings_domain::ThreadId;
use tidings_server::seed::cast::{account, agency, client, staff, thread};
use uuid::Uuid;

use crate::support::{Global as _, Tidings, key};

/// A transaction that stands still until it is told to go on.
struct Paused(PgConnection);

impl Paused {
    /// One that has written something, no matter what.
    async fn begin(tidings: &Tidings) -> Self {
        let mut connection = tidings.raw().await;
        run(&mut connection, "BEGIN; SELECT pg_current_xact_id()").await;
        Self(connection)
    }

    /// Writes a message of the client, with its event, as the service does.
    async fn message(mut self, thread: ThreadId, body: &str) -> Self {
        let message = Uuid::parse_str(&key()).unwrap();
        let (author, account) = (client::CLIENT, account::CLIENT);
        let sql = format!(
            "UPDATE thread SET last_seq = last_seq + 1, last_message_id = '{message}' WHERE id = '{thread}';
             INSERT INTO message (id, thread_id, seq, author_kind, author_id, account_id, body, created_at)
             SELECT '{message}', id, last_seq, 'CLIENT', '{author}', '{account}', '{body}', now() FROM thread WHERE id = '{thread}';
             INSERT INTO event (at, agency_id, thread_id, client_id, access, payload)
             SELECT now(), '{}', id, client_id, FALSE,
             json_build_object('kind', 'MESSAGE_ADDED', 'message', '{message}', 'seq', last_seq)::text
             FROM thread WHERE id = '{thread}'",
            agency::HARBOR_LANE
        );
        run(&mut self.0, &sql).await;
        self
    }

    /// Leaves it behind without a session, under this name.
    async fn prepare(mut self) -> String {
        let name = key();
        run(&mut self.0, &format!("PREPARE TRANSACTION '{name}'")).await;
        name
    }

    async fn commit(mut self) {
        run(&mut self.0, "COMMIT").await;
    }
}

async fn run(connection: &mut PgConnection, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    sqlx::raw_sql(sql).execute(connection).await.unwrap();
}

impl Tidings {
    /// A connection to the database itself.
    async fn raw(&self) -> PgConnection {
        let url = self.config.database().url();
        PgConnection::connect(url.expose()).await.unwrap()
    }

    /// The text that a statement answers.
    async fn text(&self, sql: &str) -> String {
        let sql = AssertSqlSafe(sql.to_owned());
        let mut raw = self.raw().await;
        let text = sqlx::query_scalar(sql).fetch_one(&mut raw);
        text.await.unwrap()
    }
}

fn roles(roles: &Value) -> Value {
    json!({ "staffMemberId": staff::SCHEDULER.gid(), "roles": roles })
}

#[tokio::test]
async fn g2_a_transaction_that_stalls_before_its_commit_is_neither_lost_nor_overtaken() {
    let tidings = Tidings::start().await;
    if !tidings.is_postgres() {
        return;
    }
    let other = tidings.another().await;
    let mut here = tidings.listen("clinician").await;
    let mut there = other.listen("clinician").await;
    let stalled = Paused::begin(&tidings).await;
    let stalled = stalled.message(thread::SLEEP, "stalled").await;
    for number in 1..=3 {
        tidings
            .caller("client")
            .writes(&thread::INVOICE.gid(), &format!("{number}"))
            .await;
    }
    // Whoever reads a snapshot now does not see the stalled one, and must be told of it.
    let query = "query($id: ID!) { eventCursor thread(id: $id) { messageCount } }";
    let variables = json!({ "id": thread::SLEEP.gid() });
    let snapshot = tidings.caller("clinician").data(query, variables).await;
    assert_eq!(snapshot["thread"]["messageCount"], 6);
    let cursor = snapshot["eventCursor"].as_str().unwrap().to_owned();
    let mut late = tidings.listen_after("clinician", cursor).await;
    stalled.commit().await;
    for listener in [&mut here, &mut there, &mut late] {
        listener.expect_message("stalled").await;
        for number in 1..=3 {
            listener.expect_message(&format!("{number}")).await;
        }
    }
    tidings.nothing_more(&mut [here, there, late]).await;
}

#[tokio::test]
async fn g1_a_transaction_of_somebody_else_holds_events_up_no_longer_than_it_lasts() {
    // Nobody tells when a transaction ends that writes no event, and no sweep helps here.
    let tidings = Tidings::start_with(&[("TIDINGS_SWEEP_INTERVAL_MS", "60000")]).await;
    if !tidings.is_postgres() {
        return;
    }
    let invoice = thread::INVOICE.gid();
    let mut listener = tidings.listen_to("clinician", Some(&invoice)).await;
    let stranger = Paused::begin(&tidings).await;
    tidings.caller("client").writes(&invoice, "held up").await;
    // The clinician's own question is answered by the same server, behind the relay's first look.
    assert!(tidings.caller("clinician").sees(&invoice).await);
    stranger.commit().await;
    listener.expect_message("held up").await;
}

#[tokio::test]
async fn g1_a_transaction_of_another_database_holds_no_event_up() {
    let (tidings, neighbour) = (Tidings::start().await, Tidings::start().await);
    if !tidings.is_postgres() {
        return;
    }
    let invoice = thread::INVOICE.gid();
    let mut listener = tidings.listen_to("clinician", Some(&invoice)).await;
    let stranger = Paused::begin(&neighbour).await;
    tidings
        .caller("client")
        .writes(&invoice, "not held up")
        .await;
    listener.expect_message("not held up").await;
    let cursor = tidings.caller("clinician").cursor().await;
    tidings.caller("client").writes(&invoice, "nor this").await;
    let mut again = tidings.listen_after("clinician", cursor).await;
    again.expect_message("nor this").await;
    stranger.commit().await;
}

#[tokio::test]
async fn g1_g3_a_horizon_that_falls_back_loses_nobody_anything() {
    let (tidings, neighbour) = (Tidings::start().await, Tidings::start().await);
    if !tidings.is_postgres() || tidings.text("SHOW max_prepared_transactions").await == "0" {
        return;
    }
    let invoice = thread::INVOICE.gid();
    let clinician = tidings.caller("clinician");
    let before = clinician.cursor().await;
    let mut listener = tidings.listen_to("clinician", Some(&invoice)).await;
    let stranger = Paused::begin(&neighbour).await;
    tidings.caller("client").writes(&invoice, "passed").await;
    listener.expect_message("passed").await;
    let end = clinician.cursor().await;
    // From here on nobody can tell that the older transaction is one of another database.
    let kept = stranger.prepare().await;
    let mut late = tidings
        .listen_to_after("clinician", Some(&invoice), before)
        .await;
    late.expect_message("passed").await;
    let mut at_end = tidings
        .listen_to_after("clinician", Some(&invoice), end)
        .await;
    tidings.caller("client").writes(&invoice, "held up").await;
    let mut raw = neighbour.raw().await;
    run(&mut raw, &format!("COMMIT PREPARED '{kept}'")).await;
    for listener in [&mut listener, &mut late, &mut at_end] {
        listener.expect_message("held up").await;
    }
}

#[tokio::test]
async fn g2_of_two_writes_the_one_that_waited_for_the_other_comes_second() {
    let tidings = Tidings::start().await;
    if !tidings.is_postgres() {
        return;
    }
    let mut listener = tidings
        .listen_to("clinician", Some(&thread::SLEEP.gid()))
        .await;
    // Its transaction is the older one, but it writes only when the younger has committed.
    let older = Paused::begin(&tidings).await;
    tidings
        .caller("client")
        .writes(&thread::SLEEP.gid(), "first")
        .await;
    older.message(thread::SLEEP, "second").await.commit().await;
    let first = listener.expect_message("first").await;
    let second = listener.expect_message("second").await;
    assert_eq!(first["message"]["seq"], 7);
    assert_eq!(second["message"]["seq"], 8);
}

#[tokio::test]
async fn g5_a_role_that_was_taken_counts_also_for_a_message_of_an_older_transaction() {
    let tidings = Tidings::start().await;
    if !tidings.is_postgres() {
        return;
    }
    let mut scheduler = tidings.listen("scheduler").await;
    let mut single = tidings
        .listen_to("scheduler", Some(&thread::APPOINTMENT.gid()))
        .await;
    let mut admin = tidings.listen("practice-admin").await;
    let message = Paused::begin(&tidings).await;
    let message = message
        .message(thread::APPOINTMENT, "not for the scheduler")
        .await;
    tidings
        .caller("system-admin")
        .does("setStaffRoles", roles(&json!([])))
        .await;
    message.commit().await;
    admin.expect_message("not for the scheduler").await;
    scheduler.expect("AccessRevoked").await;
    single.expect_end("NOT_FOUND").await;
    tidings.nothing_more(&mut [scheduler, admin]).await;
}

#[tokio::test]
async fn g5_the_same_while_a_third_transaction_holds_the_change_above_the_horizon() {
    let tidings = Tidings::start().await;
    if !tidings.is_postgres() {
        return;
    }
    let mut scheduler = tidings.listen("scheduler").await;
    let mut admin = tidings.listen("practice-admin").await;
    let message = Paused::begin(&tidings).await;
    let message = message
        .message(thread::APPOINTMENT, "not for the scheduler")
        .await;
    let third = Paused::begin(&tidings).await;
    tidings
        .caller("system-admin")
        .does("setStaffRoles", roles(&json!([])))
        .await;
    assert!(
        !tidings
            .caller("scheduler")
            .sees(&thread::APPOINTMENT.gid())
            .await
    );
    message.commit().await;
    // The message is final, the change is not yet told; it has its effect already.
    admin.expect_message("not for the scheduler").await;
    third.commit().await;
    scheduler.expect("AccessRevoked").await;
    tidings.nothing_more(&mut [scheduler, admin]).await;
}

/// Returns when somebody waits for a lock on the table.
async fn somebody_waits_for(tidings: &Tidings, table: &str) {
    let sql = format!(
        "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    while tidings.count(&sql).await == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn g5_a_viewer_that_was_loaded_before_a_change_is_not_believed_after_it() {
    let quick = [("TIDINGS_SWEEP_INTERVAL_MS", "50")];
    let tidings = Tidings::start_with(&quick).await;
    // With more in the log of writes, a lock on a table has a number and holds the horizon.
    if !tidings.is_postgres() || tidings.text("SHOW wal_level").await != "minimal" {
        return;
    }
    let appointment = thread::APPOINTMENT.gid();
    let mut admin = tidings.listen_to("practice-admin", None).await;
    // The first may come from the log; with the second it is live, and looks at no floor any more.
    for body in ["one", "two"] {
        tidings.caller("client").writes(&appointment, body).await;
        admin.expect_message(body).await;
    }
    let cursor = tidings.caller("scheduler").cursor().await;
    // The subscription stops behind the loading of its viewer, where it looks at its cursor …
    let mut floor = tidings.raw().await;
    run(
        &mut floor,
        "BEGIN; LOCK TABLE event_floor IN ACCESS EXCLUSIVE MODE",
    )
    .await;
    let mut scheduler = tidings.listen_after("scheduler", cursor).await;
    somebody_waits_for(&tidings, "event_floor").await;
    // … while the role is taken, and the relay is past it.
    tidings
        .caller("system-admin")
        .does("setStaffRoles", roles(&json!([])))
        .await;
    tidings
        .caller("client")
        .writes(&appointment, "the relay is past the change")
        .await;
    admin.expect_message("the relay is past the change").await;
    let message = Paused::begin(&tidings).await;
    let message = message
        .message(thread::APPOINTMENT, "not for the scheduler")
        .await;
    // It takes its place, and stops where it would load its viewer once more; a message comes.
    let mut policy = tidings.raw().await;
    run(
        &mut policy,
        "BEGIN; LOCK TABLE messaging_policy IN ACCESS EXCLUSIVE MODE",
    )
    .await;
    run(&mut floor, "COMMIT").await;
    somebody_waits_for(&tidings, "messaging_policy").await;
    message.commit().await;
    admin.expect_message("not for the scheduler").await;
    run(&mut policy, "COMMIT").await;
    scheduler.expect("AccessRevoked").await;
    tidings
        .nothing_more(std::slice::from_mut(&mut scheduler))
        .await;
}

#[tokio::test]
async fn g1_servers_that_do_not_hear_each_other_find_events_by_their_sweep() {
    let deaf = [
        ("TIDINGS_BUS", "local"),
        ("TIDINGS_SWEEP_INTERVAL_MS", "100"),
    ];
    let tidings = Tidings::start_with(&deaf).await;
    if !tidings.is_postgres() {
        return;
    }
    let other = tidings.another_with(&deaf).await;
    let mut there = other.listen("clinician").await;
    for number in 0..3 {
        let body = format!("message {number}");
        tidings
            .caller("client")
            .writes(&thread::SLEEP.gid(), &body)
            .await;
        there.expect_message(&body).await;
    }
    tidings.nothing_more(std::slice::from_mut(&mut there)).await;
}

#[tokio::test]
async fn g1_servers_on_one_database_wake_each_other() {
    // Longer than a test waits for anything: only the bus can bring it in time.
    let slow = [("TIDINGS_SWEEP_INTERVAL_MS", "60000")];
    let tidings = Tidings::start_with(&slow).await;
    if !tidings.is_postgres() {
        return;
    }
    let other = tidings.another_with(&slow).await;
    let mut there = other.listen("clinician").await;
    let caller = tidings.caller("client");
    let sleep = thread::SLEEP.gid();
    // Transactions of other tests hold the horizon, and end without a word: a later write speaks.
    let writing = async {
        loop {
            caller.writes(&sleep, "awake").await;
        }
    };
    tokio::select! {
        event = there.next() => assert_eq!(event["message"]["bodyText"], "awake"),
        () = writing => {}
    }
}
