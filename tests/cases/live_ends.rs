//! G5 over both transports: whatever takes sight of a thread away takes it from a WebSocket and from an event stream.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tidings_domain::Clock as _;
use tidings_server::auth;
use tidings_server::seed::cast::{client, staff, thread};

use crate::support::{EVENTS, Global as _, Line, MESSAGES, Tidings, membership};

/// What one member of the cast hears, over both transports each.
struct Hearing {
    /// One thread.
    single: [Line; 2],
    /// All messages.
    all: [Line; 2],
    /// Everything.
    events: [Line; 2],
}

impl Hearing {
    async fn open(tidings: &Tidings, name: &'static str, thread: &str) -> Self {
        let caller = tidings.caller(name);
        let after = caller.cursor().await;
        let one = json!({ "thread": thread, "after": after });
        let all = json!({ "after": after });
        Self {
            single: Line::both(&caller, MESSAGES, one).await,
            all: Line::both(&caller, MESSAGES, all.clone()).await,
            events: Line::both(&caller, EVENTS, all).await,
        }
    }

    /// Each of them hears a message with this text.
    async fn hear(&mut self, body: &str) {
        let lines = self
            .single
            .iter_mut()
            .chain(&mut self.all)
            .chain(&mut self.events);
        for line in lines {
            line.message(body).await;
        }
    }

    /// The stream of the thread ends, and the stream of everything tells why.
    async fn lose(&mut self, told: impl Fn(&Value) -> bool) {
        for line in &mut self.single {
            assert_eq!(line.end().await, "NOT_FOUND");
        }
        for line in &mut self.events {
            let event = line.event().await;
            assert_eq!(event["kind"], "AccessRevoked", "{event:#}");
            assert!(told(&event), "{event:#}");
        }
    }
}

async fn hear(lines: &mut [Line], body: &str) {
    for line in lines {
        line.message(body).await;
    }
}

#[tokio::test]
async fn g5_t44_a_role_that_is_taken_ends_both_transports() {
    let tidings = Tidings::start().await;
    let thread = thread::APPOINTMENT.gid();
    let mut hearing = Hearing::open(&tidings, "scheduler", &thread).await;
    let mut witness = tidings.listen_to("clinical-admin", Some(&thread)).await;
    let (admin, writer) = (tidings.caller("system-admin"), tidings.caller("client"));
    let roles = async |roles: Value| {
        let input = json!({ "staffMemberId": staff::SCHEDULER.gid(), "roles": roles });
        admin.does("setStaffRoles", input).await;
    };
    writer.writes(&thread, "before").await;
    hearing.hear("before").await;
    witness.expect_message("before").await;
    roles(json!([])).await;
    writer.writes(&thread, "hidden").await;
    hearing.lose(|event| event["everything"] == true).await;
    // It was decided about while the role was gone.
    witness.expect_message("hidden").await;
    roles(json!(["PRACTICE_SCHEDULER"])).await;
    writer.writes(&thread, "after").await;
    hear(&mut hearing.all, "after").await;
}

#[tokio::test]
async fn g5_t06_an_assignment_that_ends_ends_both_transports() {
    let tidings = Tidings::start().await;
    let invoice = thread::INVOICE.gid();
    let mut hearing = Hearing::open(&tidings, "clinician", &invoice).await;
    tidings.caller("client").writes(&invoice, "before").await;
    hearing.hear("before").await;
    let member = membership(client::CLIENT, staff::CLINICIAN);
    let admin = tidings.caller("practice-admin");
    let input = json!({ "careTeamMemberId": member });
    admin.does("endCareTeamAssignment", input).await;
    tidings.caller("client").writes(&invoice, "hidden").await;
    let named = json!(invoice);
    hearing
        .lose(|event| event["threadIds"].as_array().unwrap().contains(&named))
        .await;
    let homework = thread::HOMEWORK.gid();
    tidings.caller("guardian").writes(&homework, "after").await;
    hear(&mut hearing.all, "after").await;
    hear(&mut hearing.events, "after").await;
}

#[tokio::test]
async fn g5_t37_an_audience_that_changes_ends_both_transports() {
    let tidings = Tidings::start().await;
    let plan = thread::PAYMENT_PLAN.gid();
    let mut hearing = Hearing::open(&tidings, "biller", &plan).await;
    let mut witness = tidings.listen_to("clinical-admin", Some(&plan)).await;
    let writer = tidings.caller("second-client");
    let write = async |body: &str| {
        let input = json!({ "threadId": plan, "body": body, "markThreadRead": false });
        writer.does("sendMessage", input).await;
    };
    write("before").await;
    hearing.hear("before").await;
    witness.expect_message("before").await;
    tidings.move_to(&plan, "ADMINISTRATIVE").await;
    write("hidden").await;
    hearing
        .lose(|event| event["threadIds"] == json!([plan]))
        .await;
    // It was decided about while the thread was elsewhere.
    witness.expect_message("hidden").await;
    tidings.move_to(&plan, "BILLING").await;
    write("after").await;
    hear(&mut hearing.all, "after").await;
}

#[tokio::test]
async fn g5_p11_a_thread_that_is_not_shared_any_more_is_told_over_neither_transport() {
    let tidings = Tidings::start().await;
    let (sleep, invoice) = (thread::SLEEP.gid(), thread::INVOICE.gid());
    // No mutation shares yet.
    let biller = tidings.literal(staff::BILLER.0);
    let share = format!(
        "INSERT INTO thread_participant (thread_id, principal_id, principal_kind, standing, last_activity_at) \
         SELECT id, {biller}, 'STAFF', 'SHARED_WITH', last_activity_at FROM thread WHERE id = {{}}"
    );
    tidings.alter(&share, thread::SLEEP).await;
    let caller = tidings.caller("biller");
    let mut all = Line::both(&caller, MESSAGES, json!({ "after": caller.cursor().await })).await;
    let writer = tidings.caller("client");
    writer.writes(&sleep, "before").await;
    hear(&mut all, "before").await;
    let end = format!(
        "DELETE FROM thread_participant WHERE thread_id = {{}} AND principal_id = {biller}"
    );
    tidings.alter(&end, thread::SLEEP).await;
    writer.writes(&sleep, "hidden").await;
    writer.writes(&invoice, "after").await;
    hear(&mut all, "after").await;
    assert!(!caller.sees(&sleep).await);
}

#[tokio::test]
async fn g5_c24_an_account_that_is_closed_ends_both_transports() {
    let quick = [("TIDINGS_SWEEP_INTERVAL_MS", "50")];
    let tidings = Tidings::start_with(&quick).await;
    let sleep = thread::SLEEP.gid();
    let mut hearing = Hearing::open(&tidings, "clinician", &sleep).await;
    tidings.caller("client").writes(&sleep, "before").await;
    hearing.hear("before").await;
    tidings.deactivate(staff::CLINICIAN).await;
    tidings.caller("client").writes(&sleep, "hidden").await;
    let Hearing {
        single,
        all,
        events,
    } = &mut hearing;
    for line in single.iter_mut().chain(all).chain(events) {
        assert_eq!(line.end().await, "NOT_FOUND");
    }
}

#[tokio::test]
async fn g5_s20_a_token_that_expires_ends_both_transports() {
    let tidings = Tidings::start().await;
    let (now, short) = (tidings.clock.now(), TimeDelta::seconds(2));
    let token = auth::mint(&tidings.config, staff::CLINICIAN.0, short, now).unwrap();
    let caller = tidings.with_token(&token);
    let sleep = thread::SLEEP.gid();
    let mut lines = Line::both(&caller, MESSAGES, json!({ "thread": sleep })).await;
    for line in &mut lines {
        assert_eq!(line.end().await, "TOKEN_EXPIRED");
    }
}
