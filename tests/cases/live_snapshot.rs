//! G1: a snapshot and the stream behind it are what a fresh snapshot is.

mod replica;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tidings_domain::Principal;
use tidings_server::seed::cast::{self, client, message, staff, thread};

use self::replica::Replica;
use crate::support::{Global as _, Listener, Tidings, key, membership};

/// Random numbers that a failing test can be run with again (`xorshift`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
}

/// Snapshots are large.
const LARGE: &[(&str, &str)] = &[("TIDINGS_QUERY_COMPLEXITY", "1000000")];

const PEOPLE: &[&str] = &[
    "clinician",
    "second-clinician",
    "supervisor",
    "clinical-admin",
    "practice-admin",
    "scheduler",
    "biller",
    "client",
    "guardian",
    "second-client",
];
const THREADS: &[tidings_domain::ThreadId] = &[
    thread::APPOINTMENT,
    thread::SLEEP,
    thread::INVOICE,
    thread::HOMEWORK,
    thread::MEDICATION,
    thread::INTAKE_FORMS,
    thread::INSURANCE_CARD,
    thread::CASE_REVIEW,
];
const CLIENTS: &[tidings_domain::ClientId] = &[
    client::CLIENT,
    client::FIRST_CHILD,
    client::SECOND_CHILD,
    client::SECOND_CLIENT,
];
const CLINICIANS: &[tidings_domain::StaffId] = &[staff::CLINICIAN, staff::SECOND_CLINICIAN];

/// Somebody does something. Much of it is refused; that is part of it.
async fn act(tidings: &Tidings, dice: &mut Dice) {
    let who = dice.one(PEOPLE);
    let caller = tidings.caller(who);
    let thread = dice.one(THREADS);
    let (name, input) = match dice.below(17) {
        0..=3 => {
            let mark = dice.below(2) == 0;
            (
                "sendMessage",
                json!({ "threadId": thread.gid(), "body": key(), "markThreadRead": mark }),
            )
        }
        13 => return react(tidings, who, thread, dice).await,
        14 => {
            let seq = u32::try_from(1 + dice.below(3)).unwrap();
            let input = json!({ "messageId": message(thread, seq).gid(), "body": key() });
            ("editMessage", input)
        }
        15 => {
            let seq = u32::try_from(1 + dice.below(3)).unwrap();
            let pinned = dice.below(2) == 0;
            let input = json!({ "messageId": message(thread, seq).gid(), "pinned": pinned });
            ("setMessagePinned", input)
        }
        16 => {
            let locked = dice.below(3) == 0;
            let input = json!({ "threadId": thread.gid(), "locked": locked });
            ("setThreadLocked", input)
        }
        4 => ("markThreadRead", json!({ "threadId": thread.gid() })),
        5 => {
            let seq = u32::try_from(1 + dice.below(3)).unwrap();
            let name = dice.one(&["markRead", "markUnread"]);
            (name, json!({ "messageIds": [message(thread, seq).gid()] }))
        }
        6 => (
            "setThreadPinned",
            json!({ "threadId": thread.gid(), "pinned": dice.below(2) == 0 }),
        ),
        7 => (
            "setThreadArchived",
            json!({ "threadId": thread.gid(), "archived": dice.below(2) == 0 }),
        ),
        8 => return edit(tidings, who, &thread.gid(), dice).await,
        9 => {
            let client = dice.one(CLIENTS);
            let audience = dice.one(&["ADMINISTRATIVE", "BILLING", "CLINICAL"]);
            let to = json!([{ "clientId": client.gid() }]);
            (
                "startThread",
                json!({ "to": to, "audience": audience, "subject": key(), "body": key() }),
            )
        }
        10 => {
            let status = dice.one(&["ACTIVE", "ACTIVE", "INACTIVE"]);
            let input = json!({ "clientId": dice.one(CLIENTS).gid(), "status": status });
            tidings
                .caller("practice-admin")
                .act("setClientStatus", input)
                .await;
            return;
        }
        11 => return assign(tidings, dice).await,
        _ => {
            let staff = dice.one(&[staff::BILLER, staff::SCHEDULER]);
            let roles = dice.one(&[
                json!([]),
                json!(["PRACTICE_BILLER"]),
                json!(["PRACTICE_SCHEDULER"]),
                json!(["CLINICAL_ADMIN"]),
            ]);
            let input = json!({ "staffMemberId": staff.gid(), "roles": roles });
            tidings
                .caller("system-admin")
                .act("setStaffRoles", input)
                .await;
            return;
        }
    };
    let answer = caller.act(name, input).await;
    let fault = answer["errors"][0]["extensions"]["code"] == "INTERNAL";
    assert!(!fault, "{who} {name}: {answer:#}");
}

/// Reacts to a message, or answers it.
async fn react(
    tidings: &Tidings,
    who: &'static str,
    thread: tidings_domain::ThreadId,
    dice: &mut Dice,
) {
    let seq = u32::try_from(1 + dice.below(3)).unwrap();
    let message = message(thread, seq).gid();
    let (name, input) = if dice.below(3) == 0 {
        let input = json!({ "threadId": thread.gid(), "replyToId": message, "body": key() });
        ("sendMessage", input)
    } else {
        let emoji = dice.one(&["\u{1F44D}", "\u{2764}\u{FE0F}"]);
        (
            "toggleReaction",
            json!({ "messageId": message, "emoji": emoji }),
        )
    };
    let answer = tidings.caller(who).act(name, input).await;
    let fault = answer["errors"][0]["extensions"]["code"] == "INTERNAL";
    assert!(!fault, "{who} {name}: {answer:#}");
}

async fn edit(tidings: &Tidings, who: &'static str, thread: &str, dice: &mut Dice) {
    let caller = tidings.caller(who);
    let to = dice.one(&["ADMINISTRATIVE", "BILLING", "CLINICAL"]);
    let query = "query($id: ID!, $to: AudienceKind!) { thread(id: $id) { version } audienceChangePreview(threadId: $id, to: $to) { token } }";
    let answer = caller.ask(query, json!({ "id": thread, "to": to })).await;
    let version = &answer["data"]["thread"]["version"];
    let token = &answer["data"]["audienceChangePreview"]["token"];
    if version.is_null() || token.is_null() {
        return;
    }
    let input = json!({ "threadId": thread, "expectedVersion": version, "audience": to,
        "subject": key(), "confirm": token });
    caller.act("editThreadHeader", input).await;
}

async fn assign(tidings: &Tidings, dice: &mut Dice) {
    let (client, staff) = (dice.one(CLIENTS), dice.one(CLINICIANS));
    let admin = tidings.caller("clinical-admin");
    if dice.below(3) == 0 {
        let input = json!({ "careTeamMemberId": membership(client, staff) });
        admin.act("endCareTeamAssignment", input).await;
        return;
    }
    let input = json!({ "clientId": client.gid(), "staffMemberId": staff.gid() });
    let made = admin.act("assignCareTeamMember", input).await;
    let member = &made["data"]["answer"]["careTeamMember"]["id"];
    if !member.is_null() && dice.below(2) == 0 {
        let input = json!({ "careTeamMemberId": member });
        admin.act("endCareTeamAssignment", input).await;
    }
}

/// A member with what it knows.
struct Follower {
    listener: Listener,
    replica: Replica,
    seen: Vec<Value>,
}

async fn follow(tidings: &Tidings, name: &'static str) -> Follower {
    let staff = matches!(cast::find(name).unwrap().principal, Principal::Staff(_));
    let (replica, cursor) = Replica::read(&tidings.caller(name), staff).await;
    let listener = tidings.listen_after(name, cursor).await;
    let seen = Vec::new();
    Follower {
        listener,
        replica,
        seen,
    }
}

impl Follower {
    /// Takes events until one that satisfies; at random places the line breaks and is taken up
    /// again where it broke.
    async fn until(&mut self, tidings: &Tidings, dice: &mut Dice, last: impl Fn(&Value) -> bool) {
        loop {
            if dice.below(6) == 0 {
                let (name, cursor) = (self.listener.name, self.listener.cursor.clone());
                self.listener = tidings.listen_after(name, cursor).await;
            }
            let event = self.listener.next().await;
            let cursor = event["cursor"].clone();
            assert!(!self.seen.contains(&cursor), "twice: {event:#}");
            self.seen.push(cursor);
            let done = last(&event);
            self.replica
                .apply(&tidings.caller(self.listener.name), event)
                .await;
            if done {
                return;
            }
        }
    }
}

/// Everybody has a mark of its own behind everything: a message of the marker's to a thread that
/// is made for it, or a change of a client that nothing else happens to, which all staff are told.
async fn converge(
    (writing, reading): (&Tidings, &Tidings),
    followers: &mut [Follower],
    dice: &mut Dice,
    (client, status): (tidings_domain::ClientId, &str),
) {
    let mut marks = Vec::new();
    for (account, client) in [
        ("client", client::CLIENT),
        ("guardian", client::SECOND_CHILD),
        ("second-client", client::SECOND_CLIENT),
    ] {
        let input = json!({ "to": [{ "clientId": client.gid() }], "audience": "CLINICAL", "subject": "mark", "body": "mark" });
        let started = writing
            .caller("clinical-admin")
            .does("startThread", input)
            .await;
        marks.push((account, started["thread"]["id"].clone()));
    }
    let input = json!({ "clientId": client.gid(), "status": status });
    writing
        .caller("practice-admin")
        .does("setClientStatus", input)
        .await;
    for follower in followers {
        let mark = marks.iter().find(|mark| mark.0 == follower.listener.name);
        let is_mark = |event: &Value| match mark {
            Some((_, thread)) => event["thread"]["id"] == *thread,
            None => event["client"]["id"] == json!(client.gid()),
        };
        follower.until(reading, dice, is_mark).await;
        let caller = reading.caller(follower.listener.name);
        let (fresh, _) = Replica::read(
            &caller,
            matches!(
                cast::find(follower.listener.name).unwrap().principal,
                Principal::Staff(_)
            ),
        )
        .await;
        let difference = follower.replica.difference(&fresh);
        assert!(
            difference.is_empty(),
            "{}:\n{}",
            follower.listener.name,
            difference.join("\n")
        );
    }
}

async fn world_goes_on(writing: &Tidings, reading: &Tidings, seed: u64) {
    let mut dice = Dice(seed);
    let mut followers = Vec::new();
    // Half of them begin before anything happens, the others in the middle of it.
    for name in &PEOPLE[..5] {
        followers.push(follow(reading, name).await);
    }
    let writers = |dice: &mut Dice, count: usize| {
        let seeds: Vec<u64> = (0..3).map(|_| dice.below(1 << 30) as u64 + 1).collect();
        async move {
            join_all(seeds.into_iter().map(|seed| async move {
                let mut dice = Dice(seed);
                for _ in 0..count {
                    act(writing, &mut dice).await;
                }
            }))
            .await;
        }
    };
    let late = async {
        let mut late = Vec::new();
        for name in &PEOPLE[5..] {
            late.push(follow(reading, name).await);
        }
        late
    };
    let ((), late) = futures_util::join!(writers(&mut dice, 14), late);
    followers.extend(late);
    converge(
        (writing, reading),
        &mut followers,
        &mut dice,
        (client::UNREGISTERED, "INACTIVE"),
    )
    .await;
    writers(&mut dice, 8).await;
    converge(
        (writing, reading),
        &mut followers,
        &mut dice,
        (client::INACTIVE, "ACTIVE"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_g5_a_snapshot_and_its_stream_are_a_fresh_snapshot_whatever_happens() {
    for seed in [0x1234_5678, 0x9abc_def0, 0x0bad_cafe] {
        let tidings = Tidings::start_with(LARGE).await;
        world_goes_on(&tidings, &tidings, seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g1_g5_the_same_holds_for_readers_on_another_server() {
    let tidings = Tidings::start_with(LARGE).await;
    if !tidings.is_postgres() {
        return;
    }
    let other = tidings.another_with(LARGE).await;
    world_goes_on(&tidings, &other, 0x5eed_0001).await;
}
