//! Which answers are shared: those that nobody's eyes are needed for.

use std::sync::Arc;

use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use async_graphql::parser::{parse_query, parse_schema};
use async_graphql::{Variables, value};
use chrono::{TimeZone as _, Utc};
use tidings_domain::{
    AgencyId, AudienceKind, BodyFormat, ClientId, ClientStatus, Lifecycle, MessageId, Position,
    Principal, PrincipalKind, RoleSet, StaffId, ThreadId, ThreadKind,
};
use tidings_policy::{bare, field_rule};
use tidings_service::live::{LiveEvent, LiveKind, Scope};
use tidings_store::{ClientRow, LiveThread, MessageModel, MessageRow, StaffRow, ThreadRow};
use uuid::Uuid;

use super::document::executable;
use super::operation::{Operation, Operations};
use super::rendered::Rendered;

const AGENCY: AgencyId = AgencyId(Uuid::from_u128(1));
const STAFF: Uuid = Uuid::from_u128(2);
const CLIENT: ClientId = ClientId(Uuid::from_u128(3));

/// A message of a staff member in a client's thread, as all who get it get it.
fn added(body: &str) -> LiveEvent {
    let noon = Utc.with_ymd_and_hms(2026, 6, 15, 12, 0, 0).unwrap();
    let (thread_id, message_id) = (ThreadId(Uuid::from_u128(4)), MessageId(Uuid::from_u128(5)));
    let staff = StaffRow {
        id: StaffId(STAFF),
        agency_id: AGENCY,
        display_name: "Amina Clinician".to_owned(),
        title: None,
        email: "amina@example.org".to_owned(),
        roles: RoleSet::of(&[]),
        active: true,
        allow_client_contact: true,
        display_in_portal: true,
        created_at: noon,
    };
    let client = ClientRow {
        id: CLIENT,
        agency_id: AGENCY,
        display_name: "Client".to_owned(),
        sort_name: "client".to_owned(),
        email: None,
        status: ClientStatus::Active,
        direct_chat: false,
        may_send: true,
        created_at: noon,
    };
    let thread = ThreadRow {
        id: thread_id,
        agency_id: AGENCY,
        kind: ThreadKind::Team,
        lifecycle: Lifecycle::Open,
        audience: Some(AudienceKind::Clinical),
        client_id: Some(CLIENT),
        topic_id: None,
        subject: "Sleep".to_owned(),
        started_by_kind: PrincipalKind::Staff,
        started_by_id: STAFF,
        version: 1,
        last_seq: 7,
        last_message_id: message_id,
        last_activity_at: noon,
        created_at: noon,
        locked_by_id: None,
        deleted_messages: 0,
    };
    let message = MessageModel {
        id: message_id,
        thread_id,
        seq: 7,
        author_kind: PrincipalKind::Staff,
        author_id: STAFF,
        account_id: None,
        body: body.to_owned(),
        created_at: noon,
        seen_by_client_at: Some(noon),
        body_format: BodyFormat::Plain,
        deleted_at: None,
        body_html: None,
        reply_to_id: None,
        reply_to_revision: None,
        revision: 1,
        edited_at: None,
        pinned_at: None,
    };
    let position = Position {
        transaction: 0,
        seq: 1,
    };
    LiveEvent {
        position,
        at: noon,
        kind: LiveKind::MessageAdded {
            thread: Arc::new(LiveThread {
                thread: Arc::new(thread),
                client: Some(Arc::new(client)),
                accounts: Vec::new(),
                facts: bare(AGENCY, Principal::Staff(StaffId(STAFF))),
            }),
            message: Arc::new(MessageRow {
                message,
                staff: Some(Arc::new(staff)),
                client: None,
                unread: true,
            }),
        },
    }
}

fn operation(
    operations: &Operations,
    text: &str,
    variables: async_graphql::Value,
) -> Arc<Operation> {
    let variables = Variables::from_value(variables);
    let document = parse_query(text).unwrap();
    let executable = executable(&document, None, &variables).unwrap();
    operations.find(text, None, executable).unwrap()
}

fn shared(selection: &str, event: &LiveEvent) -> Option<Arc<Rendered>> {
    let operations = Operations::default();
    let text = format!("subscription {{ messageAdded {{ {selection} }} }}");
    operations.shared(&operation(&operations, &text, value!({})), event)
}

/// The fields of a type, each as it is selected.
fn fields(of: &str) -> Vec<(String, String)> {
    let document = parse_schema(crate::sdl()).unwrap();
    let kinds = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(of) => Some(&of.node),
            _ => None,
        });
    let kinds: Vec<_> = kinds.collect();
    let find = |name: &str| {
        kinds
            .iter()
            .find(|of| of.name.node == name)
            .map(|of| &of.kind)
    };
    let Some(TypeKind::Object(object)) = find(of) else {
        panic!("{of} is no object")
    };
    let select = |field: &async_graphql::parser::types::FieldDefinition| {
        let name = field.name.node.to_string();
        let of = field.ty.node.to_string();
        let leaf = match find(of.trim_matches(['[', ']', '!'])) {
            Some(TypeKind::Object(_) | TypeKind::Union(_) | TypeKind::Interface(_)) => {
                "{ __typename }"
            }
            _ => "",
        };
        let arguments = if name == "messages" { "(first: 1)" } else { "" };
        (name.clone(), format!("{name}{arguments} {leaf}"))
    };
    object
        .fields
        .iter()
        .map(|field| select(&field.node))
        .collect()
}

/// What is shared, type by type; whoever adds a field decides with the resolver alone, and sees it here.
#[test]
fn g5_only_what_nobody_has_to_look_at_is_shared() {
    let event = added("Hello");
    let within = |of: &str, wrap: &dyn Fn(&str) -> String| -> String {
        let all = fields(of).into_iter();
        let shared = all.filter(|(_, selected)| shared(&wrap(selected), &event).is_some());
        let names: Vec<String> = shared.map(|(name, _)| name).collect();
        for name in &names {
            assert!(
                field_rule(&format!("{of}.{name}")).is_none(),
                "{of}.{name} is guarded"
            );
            assert!(!name.starts_with("viewer"), "{of}.{name}");
        }
        names.join(" ")
    };
    let author =
        |selected: &str| format!("message {{ author {{ ... on StaffMember {{ {selected} }} }} }}");
    for (of, wrap, expected) in [
        (
            "MessageAdded",
            &(|s: &str| s.to_owned()) as &dyn Fn(&str) -> String,
            "cursor message thread",
        ),
        (
            "Message",
            &|s: &str| format!("message {{ {s} }}"),
            "id seq thread author bodyFormat bodyText bodyHtml replyTo pinnedAt revision editedAt createdAt labels",
        ),
        (
            "Thread",
            &|s: &str| format!("thread {{ {s} }}"),
            "id kind topic subject client groupMembers createdAt lastActivityAt messageCount locked",
        ),
        (
            "Client",
            &|s: &str| format!("thread {{ client {{ {s} }} }}"),
            "id displayName status careTeam",
        ),
        ("StaffMember", &author, "id displayName title"),
    ] {
        assert_eq!(within(of, wrap), expected, "{of}");
    }
}

#[test]
fn g5_one_field_that_depends_on_the_viewer_keeps_the_whole_answer_to_each() {
    let event = added("Hello");
    assert!(shared("cursor message { id bodyText }", &event).is_some());
    for field in [
        "message { viewerUnread }",
        "message { seenByClientAt }",
        "thread { version archived }",
        "message { thread { viewerUnreadCount } }",
        "thread { audience { kind } }",
    ] {
        assert!(
            shared(&format!("cursor message {{ id bodyText }} {field}"), &event).is_none(),
            "{field}"
        );
    }
}

#[test]
fn a_text_is_no_cursor_whatever_it_says() {
    let body = "\"cursor\":\"\u{0}\" {} []";
    let rendered = shared("a: cursor message { bodyText } b: cursor", &added(body)).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&rendered.with_cursor("C")).unwrap();
    let event = &answer["messageAdded"];
    assert_eq!((&event["a"], &event["b"]), (&"C".into(), &"C".into()));
    assert_eq!(event["message"]["bodyText"], body);
}

#[test]
fn g5_what_differs_in_anything_is_executed_by_itself() {
    let operations = Operations::default();
    let text = "subscription($t: ID, $yes: Boolean!) { messageAdded(threadId: $t) { message { id bodyText @include(if: $yes) } } }";
    let ask = |variables| operation(&operations, text, variables);
    let yes = ask(value!({ "t": "a", "yes": true }));
    // Which thread is no part of the answer; what is shown of it is.
    assert!(Arc::ptr_eq(&yes, &ask(value!({ "t": "b", "yes": true }))));
    let no = ask(value!({ "t": "a", "yes": false }));
    assert!(!Arc::ptr_eq(&yes, &no));
    let event = added("Hello");
    let first = operations.shared(&yes, &event).unwrap();
    assert!(Arc::ptr_eq(
        &first,
        &operations.shared(&yes, &event).unwrap()
    ));
    assert!(first.with_cursor("").contains("Hello"));
    assert!(
        !operations
            .shared(&no, &event)
            .unwrap()
            .with_cursor("")
            .contains("Hello")
    );
    // The same place in the log, read at another time: other rows.
    let later = operations.shared(&yes, &added("Changed")).unwrap();
    assert!(later.with_cursor("").contains("Changed"));
    // And what is told to one viewer only.
    let lost = LiveEvent {
        kind: LiveKind::AccessRevoked(Scope::Everything),
        ..added("")
    };
    let all = operation(
        &operations,
        "subscription { events { __typename } }",
        value!({}),
    );
    assert!(operations.shared(&all, &lost).is_none());
    assert!(operations.shared(&all, &event).is_some());
}
