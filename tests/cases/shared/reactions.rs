//! Reactions.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tidings_server::seed::cast::{account, client, message, staff, thread};

use super::{look, to_clients};
use crate::support::{Caller, Global as _, Tidings};

const THUMB: &str = "\u{1F44D}";
const HEART: &str = "\u{2764}\u{FE0F}";

const REACTIONS: &str = "reactions { emoji count viewerHasReacted reactors { __typename
  ... on StaffMember { id } ... on Client { id } ... on GroupMember { number name client { id } } } }";

fn with(message: &str, emoji: &str) -> Value {
    json!({ "messageId": message, "emoji": emoji })
}

/// The emoji of a message, how many there are of each, and whether the caller's is among them.
async fn counts(caller: &Caller<'_>, message: &str) -> Vec<(String, i64, bool)> {
    let found = look(caller, message, REACTIONS).await;
    let groups = found["reactions"].as_array().unwrap().iter();
    let group = |group: &Value| {
        (
            group["emoji"].as_str().unwrap().to_owned(),
            group["count"].as_i64().unwrap(),
            group["viewerHasReacted"].as_bool().unwrap(),
        )
    };
    groups.map(group).collect()
}

fn group(emoji: &str, count: i64, own: bool) -> (String, i64, bool) {
    (emoji.to_owned(), count, own)
}

#[tokio::test]
async fn p35_one_reaction_for_each_viewer_emoji_and_message() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let it = message(thread::SLEEP, 4).gid();
    elena.does("addReaction", with(&it, THUMB)).await;
    // Once more changes nothing, in whatever form it is written.
    let before = tidings.stored().await;
    let again = elena.does("addReaction", with(&it, THUMB)).await;
    assert_eq!(again["message"]["reactions"][0]["count"], 1);
    tidings.clock.advance(TimeDelta::seconds(1));
    amina.does("addReaction", with(&it, "\u{2764}")).await;
    amina.does("addReaction", with(&it, HEART)).await;
    amina.does("addReaction", with(&it, THUMB)).await;
    let after = tidings.stored().await;
    assert_ne!(after, before);
    let to_elena = [group(THUMB, 2, true), group(HEART, 1, false)];
    assert_eq!(counts(&elena, &it).await, to_elena);
    let to_amina = [group(THUMB, 2, true), group(HEART, 1, true)];
    assert_eq!(counts(&amina, &it).await, to_amina);
    let to_others = [group(THUMB, 2, false), group(HEART, 1, false)];
    assert_eq!(counts(&tidings.caller("supervisor"), &it).await, to_others);
    let found = look(&elena, &it, REACTIONS).await;
    let reactors = &found["reactions"][0]["reactors"];
    assert_eq!(reactors[0]["id"], json!(client::CLIENT.gid()));
    assert_eq!(reactors[1]["id"], json!(staff::CLINICIAN.gid()));
    // A skin tone is another emoji.
    elena
        .does("addReaction", with(&it, "\u{1F44D}\u{1F3FD}"))
        .await;
    assert_eq!(counts(&elena, &it).await.len(), 3);
}

#[tokio::test]
async fn p36_the_same_emoji_again_takes_the_reaction_back() {
    let tidings = Tidings::start().await;
    let (elena, amina) = (tidings.caller("client"), tidings.caller("clinician"));
    let it = message(thread::SLEEP, 4).gid();
    let mut listener = tidings.listen("clinician").await;
    for round in 0..4 {
        let toggled = elena.does("toggleReaction", with(&it, THUMB)).await;
        let there = round % 2 == 0;
        let expect = if there {
            json!([{ "emoji": THUMB, "count": 1, "viewerHasReacted": true }])
        } else {
            json!([])
        };
        assert_eq!(toggled["message"]["reactions"], expect);
        let event = listener.expect("ReactionChanged").await;
        assert_eq!(event["message"]["id"], json!(it));
        let count = event["message"]["reactions"].as_array().unwrap().len();
        assert_eq!(count, usize::from(there));
    }
    // To take back what is not there changes nothing, and tells nobody.
    let before = tidings.count("SELECT COUNT(*) FROM event").await;
    elena.does("removeReaction", with(&it, THUMB)).await;
    assert_eq!(tidings.count("SELECT COUNT(*) FROM event").await, before);
    // Of others nothing is taken.
    amina.does("addReaction", with(&it, THUMB)).await;
    elena.does("removeReaction", with(&it, THUMB)).await;
    assert_eq!(counts(&amina, &it).await, [group(THUMB, 1, true)]);
    amina.does("removeReaction", with(&it, THUMB)).await;
    assert_eq!(counts(&amina, &it).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p36_toggles_at_the_same_time_end_as_one_after_the_other_would() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let it = message(thread::SLEEP, 4).gid();
    for toggles in [2, 7, 8] {
        let before = counts(&elena, &it).await.len();
        let all = (0..toggles).map(|_| elena.does("toggleReaction", with(&it, THUMB)));
        join_all(all).await;
        let after = counts(&elena, &it).await.len();
        assert_eq!(after, (before + toggles) % 2, "{toggles}");
        let rows = tidings.count("SELECT COUNT(*) FROM message_reaction").await;
        assert_eq!(usize::try_from(rows).unwrap(), after);
    }
    // A repeat is no toggle.
    let mut once = with(&it, HEART);
    once["idempotencyKey"] = json!("one-toggle");
    let all = (0..6).map(|_| elena.does("toggleReaction", once.clone()));
    join_all(all).await;
    let hearts = counts(&elena, &it).await;
    assert!(hearts.contains(&group(HEART, 1, true)), "{hearts:?}");
}

#[tokio::test]
async fn p35_only_one_emoji_is_a_reaction_and_nothing_else_is_stored() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let it = message(thread::SLEEP, 4).gid();
    let before = tidings.stored().await;
    for bad in [
        "",
        "a",
        "+1",
        ":heart:",
        "\u{1F44D}\u{1F44D}",
        "\u{1F44D} ",
        "<b>",
        "\u{1F1E9}",
    ] {
        for name in ["toggleReaction", "addReaction", "removeReaction"] {
            let code = elena.refused(name, with(&it, bad)).await;
            assert_eq!(code, "EMOJI_NOT_ALLOWED", "{name} {bad:?}");
        }
    }
    let long = THUMB.repeat(20_000);
    let code = elena.refused("addReaction", with(&it, &long)).await;
    assert_eq!(code, "EMOJI_NOT_ALLOWED");
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn p35_s27_s33_who_cannot_write_cannot_react() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    let refusals = [
        ("client", thread::OFFICE_CLOSING, "REPLY_NOT_ALLOWED"),
        ("inactive-client", thread::CLOSING, "CLIENT_INACTIVE"),
        ("second-client", thread::SLEEP, "NOT_FOUND"),
        ("outsider", thread::SLEEP, "NOT_FOUND"),
        ("biller", thread::SLEEP, "NOT_FOUND"),
        ("scheduler", thread::OFFICE_CLOSING, "REPLY_NOT_ALLOWED"),
    ];
    for (who, thread, code) in refusals {
        let it = message(thread, 1).gid();
        for name in ["toggleReaction", "addReaction", "removeReaction"] {
            let found = tidings.caller(who).refused(name, with(&it, THUMB)).await;
            assert_eq!(found, code, "{who} {name}");
        }
    }
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn p35_a_storm_of_reactions_is_bounded() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let it = message(thread::SLEEP, 4).gid();
    // One emoji put and taken back within a minute.
    for _ in 0..60 {
        elena.does("toggleReaction", with(&it, THUMB)).await;
    }
    let refused = elena.refused("toggleReaction", with(&it, THUMB)).await;
    assert_eq!(refused, "TOO_MANY_REACTIONS");
    assert_eq!(
        elena.refused("addReaction", with(&it, HEART)).await,
        "TOO_MANY_REACTIONS"
    );
    // Nobody else is bounded by it, and a minute later it is over.
    let amina = tidings.caller("clinician");
    amina.does("addReaction", with(&it, THUMB)).await;
    tidings.clock.advance(TimeDelta::seconds(60));
    elena.does("toggleReaction", with(&it, THUMB)).await;
    // Different emoji on one message: those that are there take more reactions, others do not.
    let emoji: Vec<String> = (0x1F600..0x1F613)
        .map(|code| char::from_u32(code).unwrap().to_string())
        .collect();
    assert_eq!(emoji.len(), 19);
    for emoji in &emoji {
        amina.does("addReaction", with(&it, emoji)).await;
    }
    assert_eq!(
        elena.refused("addReaction", with(&it, HEART)).await,
        "TOO_MANY_REACTIONS"
    );
    elena.does("addReaction", with(&it, &emoji[3])).await;
    amina.does("removeReaction", with(&it, &emoji[0])).await;
    elena.does("addReaction", with(&it, HEART)).await;
    assert_eq!(counts(&elena, &it).await.len(), 20);
}

#[tokio::test]
async fn p35_s26_of_a_broadcast_clients_learn_nothing_of_each_others_reactions() {
    let tidings = Tidings::start().await;
    let both = [client::CLIENT, client::SECOND_CLIENT];
    let (_, it) = to_clients(&tidings, &both, false).await;
    let lucia = tidings.caller("scheduler");
    lucia.does("addReaction", with(&it, HEART)).await;
    // No client can react here: rows of a time when it could are put by hand.
    for (who, owner) in [
        (account::CLIENT, client::CLIENT),
        (account::SECOND_CLIENT, client::SECOND_CLIENT),
    ] {
        let sql = format!(
            "INSERT INTO message_reaction (message_id, emoji, principal_id, principal_kind, client_id, created_at) \
             SELECT m.id, '{THUMB}', {{ACCOUNT}}, 'ACCOUNT', {owner}, m.created_at FROM message m \
             JOIN thread_client y ON y.thread_id = m.thread_id AND y.client_id = {owner} \
             WHERE m.body = 'b' AND y.client_id = {{}}",
            owner = tidings.literal(owner.0)
        );
        tidings.link(&sql, owner, who).await;
    }
    assert_eq!(
        counts(&lucia, &it).await,
        [group(HEART, 1, true), group(THUMB, 2, false)]
    );
    for who in ["client", "second-client"] {
        let caller = tidings.caller(who);
        let told = counts(&caller, &it).await;
        assert_eq!(told, [group(HEART, 1, false), group(THUMB, 1, true)]);
        let text = look(&caller, &it, REACTIONS).await.to_string();
        let other = if who == "client" {
            client::SECOND_CLIENT
        } else {
            client::CLIENT
        };
        assert!(!text.contains(&other.gid()), "{who}: {text}");
    }
    // Nor by an event: the staff member's is told to both, another client's to none.
    tidings.relayed().await;
    let mut elena = tidings.listen("client").await;
    lucia.does("removeReaction", with(&it, HEART)).await;
    let event = elena.expect("ReactionChanged").await;
    assert_eq!(event["message"]["reactions"][0]["count"], 1);
    let tell = json!({ "kind": "REACTION_CHANGED", "message": tidings_domain::MessageId(uuid_of(&it)),
        "by": { "Account": account::SECOND_CLIENT } });
    let sql = format!(
        "INSERT INTO event (at, agency_id, access, payload, thread_id) SELECT t.created_at, t.agency_id, FALSE, \
         '{tell}', t.id FROM thread t JOIN thread_client y ON y.thread_id = t.id WHERE y.client_id = {{}} AND t.subject = 's'"
    );
    tidings.alter(&sql, client::CLIENT).await;
    tidings.nothing_more(&mut [elena]).await;
}

fn uuid_of(gid: &str) -> uuid::Uuid {
    use base64::Engine as _;
    let (_, text) = gid.split_once('_').unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text);
    uuid::Uuid::from_slice(&bytes.unwrap()).unwrap()
}

#[tokio::test]
async fn p35_k5_p46_in_a_group_reactors_are_masked_and_a_family_names_its_client() {
    let tidings = Tidings::start().await;
    let all = [
        client::CLIENT,
        client::FIRST_CHILD,
        client::SECOND_CHILD,
        client::SECOND_CLIENT,
    ];
    let (_, it) = to_clients(&tidings, &all, true).await;
    let (elena, ruth) = (tidings.caller("client"), tidings.caller("guardian"));
    assert_eq!(
        ruth.refused("addReaction", with(&it, THUMB)).await,
        "BAD_USER_INPUT"
    );
    let mut named = with(&it, THUMB);
    named["actingFor"] = json!(client::SECOND_CHILD.gid());
    ruth.does("addReaction", named.clone()).await;
    named["actingFor"] = json!(client::FIRST_CHILD.gid());
    ruth.does("addReaction", named.clone()).await;
    named["actingFor"] = json!(client::CLIENT.gid());
    assert_eq!(ruth.refused("addReaction", named).await, "NOT_FOUND");
    // Whoever signed in reacted, once for both of its clients.
    let told = look(&elena, &it, REACTIONS).await;
    assert_eq!(told["reactions"][0]["count"], 1);
    let reactor = &told["reactions"][0]["reactors"][0];
    assert_eq!(reactor["__typename"], "GroupMember", "{told:#}");
    assert_eq!(reactor["number"], 3);
    assert_eq!(reactor["client"], json!(null));
    for hidden in [client::FIRST_CHILD.gid(), client::SECOND_CHILD.gid()] {
        assert!(!told.to_string().contains(&hidden), "{told:#}");
    }
    assert!(!told.to_string().contains("Adeyemi"), "{told:#}");
    let told = look(&ruth, &it, REACTIONS).await;
    let reactor = &told["reactions"][0]["reactors"][0];
    assert_eq!(reactor["id"], json!(client::SECOND_CHILD.gid()));
    let told = look(&tidings.caller("scheduler"), &it, REACTIONS).await;
    let reactor = &told["reactions"][0]["reactors"][0];
    assert_eq!(reactor["id"], json!(client::SECOND_CHILD.gid()));
}
