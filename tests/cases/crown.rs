//! The fifth crown test: every query field, mutation and subscription is refused for nobody, for
//! the wrong client and for the wrong agency, and a refusal never tells whether a thing exists.

pub(crate) mod rows;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tidings_server::seed::cast;

use self::rows::{DOCUMENTS, Own, PLACES, Place, document, own};
use crate::support::{
    ANSWER, DRAFT, FILE, Global, HANDED_IN, Socket, Tidings, WAITING, document_request, gid, key,
    location_request, nowhere, release_request,
};

/// Who may see nothing of the demo's `client`.
const WRONG: &[&str] = &["second-client", "outsider", "outsider-client"];

/// Types and fields of the schema, as deep as arguments go.
const SHAPE: &str = "{ __schema { queryType { name } mutationType { name } subscriptionType { name }
  types { name fields(includeDeprecated: true) { name args { name type { ...R } } } inputFields { name type { ...R } } } } }
  fragment R on __Type { name ofType { name ofType { name ofType { name ofType { name } } } } }";

/// The schema as it describes itself.
struct Shape(Value);

impl Shape {
    async fn ask(tidings: &Tidings) -> Self {
        let mut data = tidings.caller("clinician").data(SHAPE, json!({})).await;
        Self(data["__schema"].take())
    }

    /// The root fields of an operation type.
    fn root(&self, operation: &str) -> &Vec<Value> {
        let name = self.0[operation]["name"].as_str().unwrap();
        self.of(name)["fields"].as_array().unwrap()
    }

    fn of(&self, name: &str) -> &Value {
        let mut types = self.0["types"].as_array().unwrap().iter();
        types.find(|of| of["name"] == name).unwrap()
    }

    /// Every root field.
    fn fields(&self) -> Vec<&Value> {
        let roots = ["queryType", "mutationType", "subscriptionType"];
        roots.iter().flat_map(|root| self.root(root)).collect()
    }

    /// Adds every place below an argument where an id goes in: `startThread.input.to.clientId`.
    fn places(&self, path: &str, argument: &Value, found: &mut BTreeSet<String>) {
        let path = format!("{path}.{}", argument["name"].as_str().unwrap());
        let mut of = &argument["type"];
        while of["name"].is_null() {
            of = &of["ofType"];
        }
        let name = of["name"].as_str().unwrap();
        if name == "ID" {
            found.insert(path);
        } else if let Some(fields) = self.of(name)["inputFields"].as_array() {
            for field in fields {
                self.places(&path, field, found);
            }
        }
    }
}

#[tokio::test]
async fn every_root_field_and_every_place_of_an_id_has_its_row() {
    let tidings = Tidings::start().await;
    let shape = Shape::ask(&tidings).await;
    let mut fields = BTreeSet::new();
    let mut places = BTreeSet::new();
    for field in shape.fields() {
        let name = field["name"].as_str().unwrap();
        fields.insert(name.to_owned());
        for argument in field["args"].as_array().unwrap() {
            shape.places(name, argument, &mut places);
        }
    }
    let rows: BTreeSet<String> = DOCUMENTS
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(fields, rows, "a root field needs a row in DOCUMENTS");
    let rows: BTreeSet<String> = PLACES.iter().map(|place| place.path.to_owned()).collect();
    assert_eq!(
        places, rows,
        "a place where an id goes in needs a row in PLACES"
    );
}

/// The operation of a place with this id in it.
fn variables(place: &Place, own: &Own, id: &str) -> Value {
    let mut variables = (place.variables)(own, id);
    if variables.get("input").is_some() {
        variables["input"]["idempotencyKey"] = json!(key());
    }
    variables
}

/// An answer without what differs from request to request.
fn bare(mut answer: Value) -> Value {
    for error in answer["errors"].as_array_mut().into_iter().flatten() {
        error["extensions"]
            .as_object_mut()
            .unwrap()
            .remove("requestId");
    }
    answer
}

async fn ask(tidings: &Tidings, who: &'static str, place: &Place, id: &str) -> Value {
    let document = document(place.path);
    let variables = variables(place, &own(who), id);
    let caller = tidings.caller(who);
    if place.path.starts_with("uploadAttachment.") {
        let (name, kind) = ("a.txt", "text/plain");
        let answer = caller.multipart(&document, variables, name, kind, b"Dear Ann");
        return bare(answer.await);
    }
    if !document.starts_with("subscription") {
        let (status, answer) = caller.send(&document, variables).await;
        return json!({ "status": status, "answer": bare(answer) });
    }
    let mut socket = caller.socket().await;
    let asked = socket.subscribe(&document, variables).await;
    // Operations are answered side by side, and a refusal takes a look at the database. Behind
    // several that are surely refused, one after the other, whatever has no answer is a stream.
    let absent = self::variables(place, &own(who), &nowhere(place.kind));
    let mut answer = Value::Null;
    for _ in 0..3 {
        let refused = socket.subscribe(&document, absent.clone()).await;
        while answer["id"] != json!(refused) && answer["id"] != json!(asked) {
            answer = socket.receive().await;
        }
    }
    if answer["id"] != json!(asked) {
        return json!("a stream");
    }
    for error in answer["payload"].as_array_mut().unwrap() {
        error["extensions"]
            .as_object_mut()
            .unwrap()
            .remove("requestId");
    }
    answer
}

#[tokio::test]
async fn c25_k18_nobody_is_refused_everywhere() {
    let tidings = Tidings::start().await;
    let before = tidings.stored().await;
    let mut bodies = BTreeSet::new();
    for (field, text) in DOCUMENTS {
        let document = document(field);
        let place = PLACES
            .iter()
            .find(|place| place.path.starts_with(&format!("{field}.")));
        let own = own("clinician");
        let right = place.map_or(json!({ "input": {} }), |p| variables(p, &own, &p.foreign()));
        if text.starts_with("subscription") {
            let close = Socket::refused(&tidings.address(), None).await;
            assert_eq!(close["close"], json!(4403), "{field}: {close}");
            continue;
        }
        let (status, answer) = tidings.nobody().send(&document, right).await;
        assert_eq!(status, 401, "{field}: {answer:#}");
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED",
            "{field}"
        );
        assert!(answer.get("data").is_none(), "{field}: {answer:#}");
        bodies.insert(bare(answer).to_string());
    }
    assert_eq!(
        bodies.len(),
        1,
        "one answer for nobody, whatever is asked: {bodies:#?}"
    );
    assert_eq!(tidings.stored().await, before);
}

#[tokio::test]
async fn c25_p48_k18_what_is_not_ones_own_answers_as_if_it_were_not_there() {
    let tidings = Tidings::start().await;
    tidings.attachment_waits().await;
    tidings.papers_wait().await;
    tidings.drafts_wait().await;
    let before = tidings.stored().await;
    for place in PLACES {
        for who in WRONG {
            if place.known || place.agency_wide && *who == "second-client" {
                continue;
            }
            let there = place.foreign();
            let absent = nowhere(place.kind);
            let (foreign, random) = (
                ask(&tidings, who, place, &there).await,
                ask(&tidings, who, place, &absent).await,
            );
            let name = format!("{} of a {} by {who}", place.path, place.kind);
            assert_eq!(foreign, random, "{name}: told apart");
            let text = foreign.to_string();
            assert!(!text.contains(&there), "{name}: {foreign:#}");
            assert_ne!(foreign, json!("a stream"), "{name}: not refused");
        }
    }
    assert_eq!(
        tidings.stored().await,
        before,
        "a refused operation stored something"
    );
}

#[tokio::test]
async fn the_rows_of_the_crown_test_reach_what_they_name() {
    let tidings = Tidings::start().await;
    tidings.attachment_waits().await;
    tidings.papers_wait().await;
    for place in PLACES {
        // Some of them send it, or take it away; and what is sent is no draft's any more.
        tidings.drafts_wait().await;
        let there = ask(&tidings, place.right, place, &place.foreign()).await;
        let absent = ask(&tidings, place.right, place, &nowhere(place.kind)).await;
        let name = format!("{} of a {}", place.path, place.kind);
        assert_ne!(
            there, absent,
            "{name}: {} cannot tell them apart",
            place.right
        );
        let text = there.to_string();
        assert!(!text.contains("\"errors\":["), "{name}: {there:#}");
    }
}

/// Every id that belongs to the demo agency, and nothing else.
fn harbor_lane() -> Vec<String> {
    let mut ids: Vec<String> = vec![WAITING.gid(), DRAFT.gid(), ANSWER.gid()];
    let other_threads = [cast::thread::OTHER_APPOINTMENT, cast::thread::OTHER_SESSION];
    let threads = cast::thread::ALL
        .iter()
        .filter(|id| !other_threads.contains(id));
    for thread in threads {
        ids.push(thread.gid());
        ids.extend((1..=8).map(|seq| cast::message(*thread, seq).gid()));
    }
    let clients = cast::client::ALL
        .iter()
        .filter(|id| **id != cast::client::OUTSIDER);
    ids.extend(clients.clone().map(|id| id.gid()));
    ids.extend(clients.map(|id| gid("CareTeam", id.0)));
    let programs = cast::program::ALL.iter();
    ids.extend(
        programs
            .filter(|id| **id != cast::program::OUTSIDER)
            .map(|id| id.gid()),
    );
    ids.push(cast::enrollment::CLIENT.gid());
    let accounts = cast::account::ALL.iter();
    ids.extend(
        accounts
            .filter(|id| **id != cast::account::OUTSIDER_CLIENT)
            .map(|id| id.gid()),
    );
    ids.extend(
        cast::staff::ALL
            .iter()
            .filter(|id| **id != cast::staff::OUTSIDER)
            .map(|id| id.gid()),
    );
    let requests = cast::request::ALL.iter();
    ids.extend(requests.flat_map(|id| [location_request(*id), release_request(*id)]));
    ids.push(document_request(cast::request::DOCUMENT));
    ids.extend([HANDED_IN.gid(), FILE.gid()]);
    ids.push(cast::document_category::INCOME.gid());
    ids.extend(cast::document_name::ALL.iter().map(|id| id.gid()));
    ids.extend(cast::location::ALL.iter().map(|id| id.gid()));
    ids.extend(cast::release::ALL.iter().map(|id| id.gid()));
    ids.extend(cast::notification::ALL.iter().map(|id| id.gid()));
    ids.push(cast::agency::HARBOR_LANE.gid());
    ids.extend(
        [
            cast::audience::ADMINISTRATIVE,
            cast::audience::BILLING,
            cast::audience::CLINICAL,
        ]
        .map(Global::gid),
    );
    ids
}

/// Fields that show a clinical administrator of the demo no id.
const NO_IDS: &[&str] = &[
    "unreadCounts",
    "eventCursor",
    "sessions",
    "notifications",
    "sharedClients",
    "directoryImports",
    "drafts",
    "unreadNotificationCount",
];

/// What only `client` and its care team see.
fn elena() -> Vec<String> {
    use cast::thread::{APPOINTMENT, BREATHING, INVOICE, OFFICE_CLOSING, SLEEP};
    let mut ids = vec![
        WAITING.gid(),
        DRAFT.gid(),
        ANSWER.gid(),
        cast::client::CLIENT.gid(),
        cast::account::CLIENT.gid(),
        location_request(cast::request::LOCATION),
        release_request(cast::request::RELEASE),
        document_request(cast::request::DOCUMENT),
        HANDED_IN.gid(),
        FILE.gid(),
        cast::location::CLIENT.gid(),
        cast::release::CLIENT.gid(),
        cast::program::COUNSELING.gid(),
        cast::enrollment::CLIENT.gid(),
    ];
    for thread in [APPOINTMENT, BREATHING, INVOICE, OFFICE_CLOSING, SLEEP] {
        ids.push(thread.gid());
        ids.extend((1..=8).map(|seq| cast::message(thread, seq).gid()));
    }
    ids
}

#[tokio::test]
async fn c25_k18_lists_hold_ones_own_and_nothing_else() {
    let tidings = Tidings::start().await;
    tidings.attachment_waits().await;
    tidings.papers_wait().await;
    tidings.drafts_wait().await;
    let input = json!({ "threadId": cast::thread::SLEEP.gid(), "body": "b", "attachmentIds": [WAITING.gid()] });
    tidings.caller("clinician").does("sendMessage", input).await;
    let lists = DOCUMENTS
        .iter()
        .filter(|(_, text)| text.starts_with("query {"));
    for (field, text) in lists {
        for who in WRONG {
            let answer = tidings.caller(who).ask(text, json!({})).await;
            // These are for administrators: to others they are forbidden as a whole.
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            let expected = (["auditLog", "directoryImports"].contains(field) && *who != "outsider")
                .then_some("FORBIDDEN");
            assert_eq!(code, expected, "{field} by {who}: {answer:#}");
            let hidden = if *who == "second-client" {
                elena()
            } else {
                harbor_lane()
            };
            let answer = answer.to_string();
            for id in &hidden {
                assert!(!answer.contains(id.as_str()), "{field} by {who} shows {id}");
            }
        }
        let answer = tidings
            .caller("clinical-admin")
            .ask(text, json!({}))
            .await
            .to_string();
        let seen = harbor_lane().iter().any(|id| answer.contains(id.as_str()));
        let has_ids = !NO_IDS.contains(field);
        assert_eq!(seen, has_ids, "{field} shows its own viewer nothing");
    }
}

#[tokio::test]
async fn c25_k18_s06_streams_and_counts_do_not_move_for_others() {
    let tidings = Tidings::start().await;
    let amina = tidings.caller("clinician");
    for who in ["second-client", "outsider", "outsider-client"] {
        let caller = tidings.caller(who);
        for document in [
            "subscription { events { __typename ... on MessageAdded { message { bodyText } } } }",
            "subscription { messageAdded { message { bodyText } } }",
        ] {
            let mut socket = caller.socket().await;
            socket.subscribe(document, json!({})).await;
            socket.settle().await;
            let unread = caller.unread().await;
            amina
                .writes(&cast::thread::SLEEP.gid(), "for Elena alone")
                .await;
            assert_eq!(caller.unread().await, unread, "{who}");
            caller.writes(&own(who).thread, "my own").await;
            let mut first = socket.data().await;
            while first["events"]["__typename"] == json!("ViewerStateChanged") {
                first = socket.data().await;
            }
            let text = first.to_string();
            assert!(
                text.contains("my own"),
                "{who} was told of another's message: {text}"
            );
        }
    }
}
