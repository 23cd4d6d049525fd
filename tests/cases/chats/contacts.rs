//! `contacts` and `findRecipients`.

use serde_json::{Value, json};
use tidings_server::seed::cast::{client, staff, thread};

use super::{id, with_staff};
use crate::support::{Caller, Global as _, Tidings, ids};

const CONTACTS: &str = "query($kind: ContactKind!, $search: String, $first: Int!, $after: String) {
  contacts(kind: $kind, search: $search, first: $first, after: $after) { pageInfo { hasNextPage endCursor }
    edges { node { kind name person { ... on StaffMember { id } ... on Client { id } } thread { id kind } } } } }";

async fn contacts(caller: &Caller<'_>, kind: &str, search: &str) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), json!(null));
    loop {
        let variables = json!({ "kind": kind, "search": search, "first": 3, "after": after });
        let data = caller.data(CONTACTS, variables).await;
        let page = &data["contacts"];
        all.extend(
            page["edges"]
                .as_array()
                .unwrap()
                .iter()
                .map(|edge| edge["node"].clone()),
        );
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn p21_p23_contacts_are_colleagues_groups_and_clients_with_the_chat_that_there_is() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    let chat = id(&amina
        .does("openDirectThread", with_staff(staff::BILLER))
        .await);
    let all = contacts(&amina, "TEAM_MEMBER", "").await;
    let names: Vec<&str> = all
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
    let of = |rows: &[Value], id: &str| {
        rows.iter()
            .find(|row| row["person"]["id"] == json!(id))
            .cloned()
    };
    assert!(
        of(&all, &staff::CLINICIAN.gid()).is_none(),
        "not the viewer"
    );
    assert!(of(&all, &staff::OUTSIDER.gid()).is_none());
    assert_eq!(
        of(&all, &staff::BILLER.gid()).unwrap()["thread"]["id"],
        json!(chat)
    );
    assert_eq!(
        of(&all, &staff::SCHEDULER.gid()).unwrap()["thread"],
        json!(null)
    );

    let clients = contacts(&amina, "CLIENT", "").await;
    let elena = of(&clients, &client::CLIENT.gid()).unwrap();
    assert_eq!(elena["kind"], "CLIENT");
    assert_eq!(elena["thread"]["kind"], "DIRECT");
    let opened = json!({ "with": { "clientId": client::CLIENT.gid() } });
    let opened = amina.does("openDirectThread", opened).await;
    assert_eq!(id(&opened), elena["thread"]["id"].as_str().unwrap());
    assert!(of(&clients, &client::OUTSIDER.gid()).is_none());

    let groups = contacts(&amina, "GROUP", "").await;
    assert!(!groups.is_empty());
    for group in &groups {
        assert!(["GROUP", "TEAM", "INTERNAL"].contains(&group["thread"]["kind"].as_str().unwrap()));
        assert!(amina.sees(group["thread"]["id"].as_str().unwrap()).await);
    }
    assert!(
        groups
            .iter()
            .all(|group| group["thread"]["id"] != json!(chat)),
        "a chat of two is no group"
    );
    assert!(
        groups
            .iter()
            .any(|group| group["thread"]["id"] == json!(thread::SCHOOL_LETTER.gid()))
    );
    // A search narrows each.
    let found = contacts(&amina, "GROUP", "school").await;
    assert!(found.iter().all(|row| {
        row["name"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("school")
    }));
    assert!(!found.is_empty());
    let word = |row: &Value| {
        row["name"]
            .as_str()
            .unwrap()
            .split(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    for kind in ["TEAM_MEMBER", "CLIENT"] {
        let rows = contacts(&amina, kind, "").await;
        let found = contacts(&amina, kind, &word(&rows[0]).to_uppercase()).await;
        assert!(
            found.contains(&rows[0]) && found.len() < rows.len(),
            "{kind}"
        );
        assert!(contacts(&amina, kind, "%").await.is_empty());
    }
    for kind in ["TEAM_MEMBER", "GROUP", "CLIENT"] {
        assert!(
            contacts(&tidings.caller("client"), kind, "")
                .await
                .is_empty()
        );
    }
}

#[tokio::test]
async fn tx03_one_search_finds_clients_staff_and_groups_of_staff() {
    let tidings = Tidings::start().await;
    let query = "query($search: String!, $first: Int!) { findRecipients(search: $search, first: $first) { more
        matches { __typename ... on Client { id displayName } ... on StaffMember { id displayName } ... on StaffGroup { kind } } } }";
    let find = async |who: &'static str, search: &str| {
        let variables = json!({ "search": search, "first": 20 });
        tidings.caller(who).data(query, variables).await["findRecipients"].take()
    };
    let all = find("clinician", "").await;
    let kinds: Vec<&str> = all["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["__typename"].as_str().unwrap())
        .collect();
    for kind in ["Client", "StaffMember", "StaffGroup"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    let groups = find("clinician", "clin").await;
    assert!(groups.to_string().contains("ALL_CLINICIANS"), "{groups:#}");
    assert!(!groups.to_string().contains("ALL_BILLERS"), "{groups:#}");
    // Nothing of another agency; to a client nobody but its own record and staff who are shown.
    assert!(!all.to_string().contains(&client::OUTSIDER.gid()));
    let own = find("client", "").await;
    assert!(!own.to_string().contains("StaffGroup"));
    assert!(own.to_string().contains(&client::CLIENT.gid()));
    assert!(!own.to_string().contains(&client::SECOND_CLIENT.gid()));
    for first in [0, 21] {
        let variables = json!({ "search": "", "first": first });
        assert_eq!(
            tidings.caller("clinician").code(query, variables).await,
            "BAD_USER_INPUT"
        );
    }
    let page = "{ inbox(first: 1) { edges { node { id } } } }";
    assert_eq!(
        ids(&tidings.caller("clinician").data(page, json!({})).await["inbox"]).len(),
        1
    );
}
