//! Kinds of thread: who stands together in one, who learns of whom, who can answer (K5).

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff};

use crate::support::{Caller, Global as _, Tidings};

fn clients(ids: &[tidings_domain::ClientId]) -> Vec<Value> {
    ids.iter()
        .map(|id| json!({ "clientId": id.gid() }))
        .collect()
}

/// A thread to these people, under an audience that schedulers and practice admins see.
fn to(recipients: &[Value]) -> Value {
    json!({ "to": recipients, "audience": "ADMINISTRATIVE", "subject": "The heating",
        "body": "The office stays closed on Friday." })
}

async fn starts(caller: &Caller<'_>, input: Value) -> (String, String) {
    let started = caller.does("startThread", input).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (
        text(&started["thread"]["id"]),
        text(&started["thread"]["kind"]),
    )
}

/// Everything about a thread that could tell of other people.
const ABOUT: &str = "query($id: ID!) { thread(id: $id) {
    id kind subject viewerCanReply replyBlockedReason client { id } messageCount
    startedBy { __typename ... on StaffMember { id } ... on Client { id } }
    participants { standing person { __typename ... on StaffMember { id } ... on Client { id displayName } ... on GroupMember { number name client { id } } } }
    groupMembers { number name client { id } }
    messages(first: 50) { edges { node { id bodyText
        author { __typename ... on StaffMember { id } ... on Client { id displayName } ... on GroupMember { number name client { id } } } } } }
    lastMessage { author { __typename ... on Client { id displayName } ... on GroupMember { number name } } }
} }";

#[tokio::test]
async fn s02_s08_s24_s25_s26_k5_the_recipients_make_the_kind() {
    let tidings = Tidings::start().await;
    let lucia = tidings.caller("scheduler");
    let colleague = json!({ "staffMemberId": staff::PRACTICE_ADMIN.gid() });
    let group = json!({ "staffGroup": "ALL_SCHEDULERS" });
    let one = clients(&[client::CLIENT]);
    let two = clients(&[client::CLIENT, client::SECOND_CLIENT]);
    let with = |mut list: Vec<Value>, more: &Value| {
        list.push(more.clone());
        list
    };
    for (list, kind) in [
        (one.clone(), "DIRECT"),
        (with(one.clone(), &colleague), "TEAM"),
        (with(one.clone(), &group), "TEAM"),
        (two.clone(), "BROADCAST"),
        (with(two.clone(), &colleague), "BROADCAST"),
    ] {
        assert_eq!(starts(&lucia, to(&list)).await.1, kind, "{list:?}");
    }
    let internal = json!({ "to": [colleague], "subject": "Keys", "body": "Who has the keys?" });
    let (thread, kind) = starts(&lucia, internal.clone()).await;
    assert_eq!(kind, "INTERNAL");
    assert!(tidings.caller("practice-admin").sees(&thread).await);
    // Oneself alone is nobody.
    let me = json!({ "staffMemberId": staff::SCHEDULER.gid() });
    let mut alone = internal.clone();
    alone["to"] = json!([me]);
    assert_eq!(
        lucia.refused("startThread", alone).await,
        "RECIPIENT_REQUIRED"
    );
    // An internal thread has no audience; one with a client must have one.
    let mut of_audience = internal;
    of_audience["audience"] = json!("CLINICAL");
    assert_eq!(
        lucia.refused("startThread", of_audience).await,
        "AUDIENCE_NOT_ALLOWED"
    );
    let mut without = to(&two);
    without["audience"] = json!(null);
    assert_eq!(
        lucia.refused("startThread", without).await,
        "AUDIENCE_REQUIRED"
    );
}

#[tokio::test]
async fn s03_p23_no_client_ever_sees_an_internal_thread_and_all_its_staff_reply() {
    let tidings = Tidings::start().await;
    let lucia = tidings.caller("scheduler");
    let input = json!({ "to": [{ "staffMemberId": staff::CLINICIAN.gid() }, { "staffMemberId": staff::BILLER.gid() }],
        "subject": "Elena's appointment", "body": "Can we talk?" });
    let (thread, kind) = starts(&lucia, input).await;
    assert_eq!(kind, "INTERNAL");
    for who in ["scheduler", "clinician", "biller"] {
        tidings.caller(who).writes(&thread, "Yes.").await;
    }
    for who in [
        "client",
        "guardian",
        "practice-admin",
        "clinical-admin",
        "outsider",
    ] {
        let caller = tidings.caller(who);
        assert!(!caller.sees(&thread).await, "{who}");
        let everything = json!({ "state": "ALL_INCLUDING_ARCHIVED" });
        assert!(!caller.inbox(everything).await.contains(&thread), "{who}");
    }
    // C-18: no label of the portal.
    let labels = lucia.messages(&thread).await[0]["labels"].clone();
    assert_eq!(labels, json!([]));
    // S-03: the portal may be switched off.
    tidings.policy(json!({ "portal_enabled": false })).await;
    tidings
        .caller("biller")
        .writes(&thread, "Still here.")
        .await;
    let refused = lucia
        .refused("startThread", to(&clients(&[client::CLIENT])))
        .await;
    assert_eq!(refused, "PORTAL_DISABLED");
}

#[tokio::test]
async fn s26_s27_clients_of_a_broadcast_learn_nothing_of_each_other_and_cannot_reply() {
    let tidings = Tidings::start().await;
    let thomas = tidings.caller("practice-admin");
    let mut list = clients(&[client::CLIENT, client::SECOND_CLIENT, client::FIRST_CHILD]);
    list.push(json!({ "staffMemberId": staff::SCHEDULER.gid() }));
    let mut listeners = Vec::new();
    for who in ["client", "guardian", "clinician"] {
        listeners.push(tidings.listen(who).await);
    }
    let (thread, _) = starts(&thomas, to(&list)).await;
    let others = [
        client::SECOND_CLIENT.gid(),
        client::FIRST_CHILD.gid(),
        staff::SCHEDULER.gid(),
    ];
    let names = ["Haruto", "Nakamura", "Samuel", "Adeyemi"];
    let elena = tidings.caller("client");
    let data = elena.data(ABOUT, json!({ "id": thread })).await;
    for told in others.iter().map(String::as_str).chain(names) {
        assert!(!data.to_string().contains(told), "{told}: {data:#}");
    }
    let people = data["thread"]["participants"].as_array().unwrap();
    assert_eq!(people.len(), 2, "the sender and oneself: {people:?}");
    assert_eq!(data["thread"]["groupMembers"], json!([]));
    // S-27
    assert_eq!(data["thread"]["viewerCanReply"], json!(false));
    assert_eq!(data["thread"]["replyBlockedReason"], "REPLY_NOT_ALLOWED");
    let reply = json!({ "threadId": thread, "body": "Thank you." });
    assert_eq!(
        elena.refused("sendMessage", reply.clone()).await,
        "REPLY_NOT_ALLOWED"
    );
    // The streams say as little.
    for listener in &mut listeners {
        let event = listener.expect("MessageAdded").await;
        assert!(!event.to_string().contains("Haruto"), "{event:#}");
    }
    // What others read is no news to a client.
    let elena_reads = json!({ "threadId": thread });
    elena.does("markThreadRead", elena_reads).await;
    // A new message to the sender works where contact is allowed; here the list of clients is staff's.
    let answer = elena
        .ask(
            "query($id: ID!) { thread(id: $id) { clients(first: 10) { edges { node { id } } } } }",
            json!({ "id": thread }),
        )
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let query = "query($id: ID!, $after: String) { thread(id: $id) { clients(first: 2, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id } } } } }";
    let page = thomas.data(query, json!({ "id": thread })).await;
    let after = page["thread"]["clients"]["pageInfo"]["endCursor"].clone();
    assert_eq!(
        page["thread"]["clients"]["pageInfo"]["hasNextPage"],
        json!(true)
    );
    let rest = thomas
        .data(query, json!({ "id": thread, "after": after }))
        .await;
    let third = rest["thread"]["clients"]["edges"][0]["node"]["id"].clone();
    assert_eq!(
        third,
        json!(client::FIRST_CHILD.gid()),
        "in the order of the recipients"
    );
    // T-06: who is assigned to one of them sees it, and speaks to nobody through it.
    let amina = tidings.caller("clinician");
    assert!(amina.sees(&thread).await);
    assert_eq!(
        amina.refused("sendMessage", reply).await,
        "REPLY_NOT_ALLOWED"
    );
    thomas.writes(&thread, "One more thing.").await;
    // Not addressed: not there.
    assert!(!tidings.caller("inactive-client").sees(&thread).await);
}

#[tokio::test]
async fn t17_s10_whoever_writes_to_many_must_be_able_to_write_to_each() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let mut input = to(&clients(&[client::CLIENT, client::SECOND_CLIENT]));
    input["audience"] = json!("CLINICAL");
    let before = tidings.stored().await;
    assert_eq!(
        amina.refused("startThread", input.clone()).await,
        "AUDIENCE_NOT_ALLOWED"
    );
    input["to"] = json!(clients(&[client::CLIENT, client::OUTSIDER]));
    assert_eq!(
        amina.refused("startThread", input.clone()).await,
        "NOT_FOUND"
    );
    assert_eq!(tidings.stored().await, before);
    input["to"] = json!(clients(&[client::CLIENT, client::FIRST_CHILD]));
    amina.does("startThread", input.clone()).await;
    // P-01, K11: one without an account is enough where the policy refuses.
    tidings
        .policy(json!({ "send_to_unregistered": false }))
        .await;
    let lucia = tidings.caller("scheduler");
    let list = clients(&[client::CLIENT, client::UNREGISTERED]);
    assert_eq!(
        lucia.refused("startThread", to(&list)).await,
        "CLIENT_NOT_ACTIVATED"
    );
}

#[tokio::test]
async fn s09_tx05_sx05_groups_of_staff_are_made_by_themselves_and_expand_at_send_time() {
    let tidings = Tidings::start().await;
    let lucia = tidings.caller("scheduler");
    let data = lucia
        .data("{ staffGroups { kind members { id } } }", json!({}))
        .await;
    let groups = data["staffGroups"].as_array().unwrap();
    let members = |kind: &str| -> Vec<String> {
        let group = groups.iter().find(|group| group["kind"] == kind);
        let list = group.unwrap()["members"].as_array().unwrap();
        list.iter()
            .map(|m| m["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let schedulers = members("ALL_SCHEDULERS");
    assert!(schedulers.contains(&staff::SCHEDULER.gid()));
    assert!(schedulers.contains(&staff::SCHEDULER_BILLER.gid()));
    assert!(!members("ALL_STAFF").contains(&staff::OUTSIDER.gid()));
    let input = json!({ "to": [{ "staffGroup": "ALL_BILLERS" }], "subject": "Invoices", "body": "Please send them." });
    let (thread, kind) = starts(&lucia, input.clone()).await;
    assert_eq!(kind, "INTERNAL");
    assert!(tidings.caller("biller").sees(&thread).await);
    assert!(!tidings.caller("clinician").sees(&thread).await);
    // Who becomes one later is not in it; who is one when it is sent is.
    let roles = json!({ "staffMemberId": staff::CLINICIAN.gid(), "roles": ["CLINICIAN", "PRACTICE_BILLER"] });
    tidings
        .caller("practice-admin")
        .does("setStaffRoles", roles)
        .await;
    assert!(!tidings.caller("clinician").sees(&thread).await);
    let (thread, _) = starts(&lucia, input.clone()).await;
    assert!(tidings.caller("clinician").sees(&thread).await);
    // With one member left there is no such group.
    for id in [staff::BILLER, staff::CLINICIAN] {
        let roles = json!({ "staffMemberId": id.gid(), "roles": ["CLINICIAN"] });
        tidings
            .caller("practice-admin")
            .does("setStaffRoles", roles)
            .await;
    }
    assert_eq!(
        lucia.refused("startThread", input).await,
        "RECIPIENT_NOT_ALLOWED"
    );
    // Groups are of staff and for staff.
    let elena = tidings.caller("client");
    let data = elena.data("{ staffGroups { kind } }", json!({})).await;
    assert_eq!(data["staffGroups"], json!([]));
    let input = json!({ "actingFor": client::CLIENT.gid(), "to": [{ "staffGroup": "ALL_STAFF" }], "body": "Hello all." });
    assert_eq!(
        elena.refused("startThread", input).await,
        "RECIPIENT_NOT_ALLOWED"
    );
}

#[tokio::test]
async fn sx04_c30_a_client_writes_to_several_members_of_its_care_team() {
    let tidings = Tidings::start().await;
    let elena = tidings.caller("client");
    let mut input = json!({ "actingFor": client::CLIENT.gid(), "body": "A question for both.",
        "to": [{ "staffMemberId": staff::CLINICIAN.gid() }, { "staffMemberId": staff::SCHEDULER.gid() }] });
    let before = tidings.stored().await;
    assert_eq!(
        elena.refused("startThread", input.clone()).await,
        "NOT_CARE_TEAM_MEMBER"
    );
    assert_eq!(tidings.stored().await, before);
    let assign = json!({ "clientId": client::CLIENT.gid(), "staffMemberId": staff::SCHEDULER.gid(), "startDate": "2026-01-01" });
    tidings
        .caller("clinical-admin")
        .does("assignCareTeamMember", assign)
        .await;
    let shown = json!({ "staffMemberId": staff::SCHEDULER.gid(), "displayInPortal": true, "allowClientInitiatedContact": true });
    tidings
        .caller("practice-admin")
        .does("updateStaffSettings", shown)
        .await;
    let (thread, kind) = starts(&elena, input.clone()).await;
    assert_eq!(kind, "TEAM");
    for who in ["clinician", "scheduler"] {
        tidings
            .caller(who)
            .writes(&thread, "Here is an answer.")
            .await;
    }
    // Never to another client.
    input["to"] = json!([{ "clientId": client::SECOND_CLIENT.gid() }]);
    assert_eq!(
        elena.refused("startThread", input).await,
        "RECIPIENT_NOT_ALLOWED"
    );
}

#[tokio::test]
async fn k5_p10_px02_a_group_s_clients_see_each_other_by_the_names_of_the_policy() {
    let tidings = Tidings::start().await;
    let thomas = tidings.caller("practice-admin");
    let mut input = to(&clients(&[
        client::CLIENT,
        client::SECOND_CLIENT,
        client::FIRST_CHILD,
        client::SECOND_CHILD,
    ]));
    input["group"] = json!(true);
    assert_eq!(
        thomas.refused("startThread", input.clone()).await,
        "GROUPS_NOT_ALLOWED"
    );
    for (naming, expect) in [
        ("FULL", "Haruto Nakamura"),
        ("FIRST", "Haruto"),
        ("INITIALS", "H.N."),
    ] {
        tidings
            .policy(json!({ "allow_multi_client_groups": true, "group_client_names": naming }))
            .await;
        let (thread, kind) = starts(&thomas, input.clone()).await;
        assert_eq!(kind, "GROUP");
        tidings
            .caller("second-client")
            .writes(&thread, "Hello, everybody.")
            .await;
        let elena = tidings.caller("client");
        let data = elena.data(ABOUT, json!({ "id": thread })).await;
        assert_eq!(data["thread"]["viewerCanReply"], json!(true));
        let author = &data["thread"]["messages"]["edges"][1]["node"]["author"];
        let masked =
            json!({ "__typename": "GroupMember", "number": 2, "name": expect, "client": null });
        assert_eq!(author, &masked);
        assert_eq!(data["thread"]["lastMessage"]["author"]["name"], expect);
        let members = data["thread"]["groupMembers"].as_array().unwrap();
        assert_eq!(members.len(), 4);
        assert_eq!(members[0]["client"]["id"], json!(client::CLIENT.gid()));
        assert_eq!(members[1]["client"], json!(null));
        assert!(
            !data.to_string().contains(&client::SECOND_CLIENT.gid()),
            "{data:#}"
        );
        // The staff read the name of the record.
        let data = thomas.data(ABOUT, json!({ "id": thread })).await;
        let author = &data["thread"]["messages"]["edges"][1]["node"]["author"];
        assert_eq!(author["displayName"], "Haruto Nakamura");
        // P-46: with two children in it, the guardian says for whom she writes.
        let ruth = tidings.caller("guardian");
        let reply = json!({ "threadId": thread, "body": "From Grace." });
        assert_eq!(
            ruth.refused("sendMessage", reply.clone()).await,
            "BAD_USER_INPUT"
        );
        let mut named = reply;
        named["actingFor"] = json!(client::SECOND_CHILD.gid());
        ruth.does("sendMessage", named.clone()).await;
        named["actingFor"] = json!(client::CLIENT.gid());
        assert_eq!(ruth.refused("sendMessage", named).await, "NOT_FOUND");
        let messages = thomas.messages(&thread).await;
        assert_eq!(
            messages[2]["author"]["id"],
            json!(client::SECOND_CHILD.gid())
        );
    }
    // One client alone needs no permission of the policy.
    tidings.policy(json!({ "chat_sharing": true })).await;
    let mut one = to(&clients(&[client::CLIENT]));
    one["group"] = json!(true);
    assert_eq!(starts(&thomas, one).await.1, "GROUP");
}

#[tokio::test]
async fn s04_s10_s23_five_hundred_clients_are_addressed_one_by_one() {
    let tidings = Tidings::start().await;
    let admin = tidings.caller("clinical-admin");
    let ids =
        (0..500).map(|n| uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n));
    let ids: Vec<uuid::Uuid> = ids.collect();
    let row = |id: &uuid::Uuid| {
        let literal = tidings.literal(*id);
        format!(
            "INSERT INTO client (id, agency_id, display_name, sort_name, status, direct_chat, created_at) \
             SELECT {literal}, agency_id, 'Somebody', 'somebody', status, direct_chat, created_at \
             FROM client WHERE id = {{}};"
        )
    };
    let rows: Vec<String> = ids.iter().map(row).collect();
    tidings.alter(&rows.concat(), client::CLIENT).await;
    let ids: Vec<_> = ids.into_iter().map(tidings_domain::ClientId).collect();
    let list = clients(&ids);
    let (thread, kind) = starts(&admin, to(&list)).await;
    assert_eq!(kind, "BROADCAST");
    let clients = tidings.count("SELECT COUNT(*) FROM thread_client").await;
    assert!(clients >= 500);
    // S-04: nothing is counted against a sender.
    for _ in 0..3 {
        admin.writes(&thread, "Another one.").await;
    }
}
