//! The rows: a document for every root field, and every place where an id goes in.

use serde_json::{Value, json};
use tidings_server::seed::cast::{
    self, account, agency, audience, client, document_category, document_name, enrollment,
    location, notification, program, release, request, staff, thread, topic,
};

use crate::cases::portal_requests::default_release;
use crate::support::{
    ANSWER, DRAFT, FILE, Global as _, HANDED_IN, PAPERS, WAITING, document_request, gid,
    location_request, membership, mutation, release_request,
};

/// Every root field with the document that asks it; a mutation's comes from `support`.
#[rustfmt::skip]
pub(crate) const DOCUMENTS: &[(&str, &str)] = &[
    ("viewer", "query { viewer { __typename ... on StaffMember { id } ... on PortalAccount { id clients { id careTeam { id members { id staffMember { id } } } } } } }"),
    ("agency", "query { agency { id name documentCategories { id predefinedNames { id } } } }"),
    ("node", "query($id: ID!) { node(id: $id) { id __typename } }"),
    ("nodes", "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"),
    ("thread", "query($id: ID!) { thread(id: $id) { id subject messages(last: 5) { edges { node { id bodyText } } } } }"),
    ("client", "query($id: ID!) { client(id: $id) { id displayName careTeam { id members { id } } portalRequests(first: 100) { edges { node { id } } } locations(first: 100) { edges { node { id } } } documents(first: 100) { edges { node { id files { id } } } } releases(first: 100) { edges { node { id } } } } }"),
    ("client", "query($id: ID!) { client(id: $id) { id displayName enrollments { id program { id } } careTeam { id members { id } } } }"),
    ("clients", "query { clients(first: 100) { edges { cursor node { id careTeam { id members(includeInactive: true) { id staffMember { id } } } messageableCareTeam { id } } } } }"),
    ("staffMembers", "query { staffMembers(first: 100) { edges { node { id displayName } } } }"),
    ("programs", "query { programs { id name } }"),
    ("audiences", "query { audiences { id label topics { id title } } }"),
    ("unreadCounts", "query { unreadCounts { messages threads byAudience { audience messages threads } } }"),
    ("auditLog", "query { auditLog(first: 100) { edges { cursor node { number subjectId actor { ... on StaffMember { id } } } } } }"),
    ("eventCursor", "query { eventCursor }"),
    ("audienceChangePreview", "query($id: ID!) { audienceChangePreview(threadId: $id, to: BILLING) { losing { id } gaining { id } } }"),
    ("inbox", "query { inbox(first: 100, filter: { state: ALL_INCLUDING_ARCHIVED }) { edges { node { id client { id } audience { id } topic { id } participants { person { ... on StaffMember { id } ... on Client { id } } } startedBy { ... on StaffMember { id } } lastMessage { id author { ... on StaffMember { id } ... on Client { id } } } messages(last: 3) { edges { node { id } } } } } } }"),
    ("sharedDocuments", "query { sharedDocuments(first: 100) { edges { node { id url message { id thread { id } } } } } }"),
    ("portalRequest", "query($id: ID!) { portalRequest(id: $id) { id client { id } requestedBy { id } ... on LocationRequest { location { id } } ... on DocumentRequest { document { id } } ... on ReleaseOfInformationRequest { releaseOfInformation { id } } } }"),
    ("notifications", "query { notifications(first: 100) { edges { node { id client { id } request { id } releaseOfInformation { id } } } } }"),
    ("unreadNotificationCount", "query { unreadNotificationCount }"),
    ("sendPortalRequest", ""),
    ("sendPortalRequests", ""),
    ("markPortalRequestSeen", ""),
    ("cancelPortalRequest", ""),
    ("fulfillLocationRequest", ""),
    ("fulfillReleaseOfInformationRequest", ""),
    ("setClientSharing", ""),
    ("sharedClients", "query { sharedClients(first: 100) { edges { node { id } } } }"),
    ("addLocation", ""),
    ("fulfillDocumentRequest", ""),
    ("addDocument", ""),
    ("saveDocumentCategory", ""),
    ("revokeReleaseOfInformation", ""),
    ("markNotificationsRead", ""),
    ("requestFulfilled", "subscription($id: ID) { requestFulfilled(clientId: $id) { request { id } } }"),
    ("search", "query { search(query: \"the\", first: 100) { edges { cursor node { kind thread { id } message { id } attachment { id } excerpt { parts { text } } } } } }"),
    ("startThread", ""),
    ("sendMessage", ""),
    ("editMessage", ""),
    ("setMessagePinned", ""),
    ("toggleReaction", ""),
    ("addReaction", ""),
    ("removeReaction", ""),
    ("setThreadLocked", ""),
    ("importDirectory", ""),
    ("directoryImports", "query { directoryImports(first: 100) { id } }"),
    ("addThreadNote", ""),
    ("saveDraft", ""),
    ("deleteDraft", ""),
    ("drafts", "query { drafts { id body thread { id } attachments { id } } }"),
    ("uploadAttachment", ""),
    ("createUpload", ""),
    ("editThreadHeader", ""),
    ("setThreadArchived", ""),
    ("setThreadPinned", ""),
    ("exportThread", ""),
    ("shareThread", ""),
    ("unshareThread", ""),
    ("addThreadParticipants", ""),
    ("removeThreadParticipants", ""),
    ("staffGroups", "query { staffGroups { kind members { id } } }"),
    ("markRead", ""),
    ("markUnread", ""),
    ("markThreadRead", ""),
    ("deleteMessage", ""),
    ("deleteThread", ""),
    ("hideThread", ""),
    ("unhideThread", ""),
    ("removeFromMyView", ""),
    ("restoreToView", ""),
    ("setLegalHold", ""),
    ("bulk", ""),
    ("assignCareTeamMember", ""),
    ("endCareTeamAssignment", ""),
    ("setClientStatus", ""),
    ("setStaffRoles", ""),
    ("updateStaffSettings", ""),
    ("mySettings", "query { mySettings { enterKeyAction staffMember { id } } }"),
    ("updateMySettings", ""),
    ("contacts", "query { contacts(kind: CLIENT, first: 100) { edges { cursor node { name person { ... on Client { id } } thread { id } } } } }"),
    ("findRecipients", "query { findRecipients(search: \"\", first: 20) { matches { ... on Client { id } ... on StaffMember { id } } } }"),
    ("openDirectThread", ""),
    ("convertToGroup", ""),
    ("setClientMessaging", ""),
    ("updateMessagingPolicy", ""),
    ("sessions", "query { sessions { id device } }"),
    ("linkClientToAccount", ""),
    ("unlinkClient", ""),
    ("switchPrimaryClient", ""),
    ("createStaffMember", ""),
    ("setStaffActive", ""),
    ("createClient", ""),
    ("saveTopic", ""),
    ("setAudienceLabel", ""),
    ("createAgency", ""),
    ("revokeSession", ""),
    ("revokeAllSessions", ""),
    ("sendPasswordLink", ""),
    ("invitePortalAccount", ""),
    ("deactivatePortalAccount", ""),
    ("messageAdded", "subscription($id: ID) { messageAdded(threadId: $id) { message { id } } }"),
    ("events", "subscription { events { __typename } }"),
];

/// The inbox narrowed: a document of its own, since its ids stand in a filter.
const FILTERED: &str = "query($filter: InboxFilter!) { inbox(first: 100, filter: $filter) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

/// A search narrowed, likewise.
const SEARCHED: &str = "query($filter: SearchFilter!) { search(query: \"the\", first: 100, filter: $filter) { edges { node { thread { id } } } pageInfo { hasNextPage endCursor } } }";

/// The document of a root field, or of a place below it.
pub(crate) fn document(path: &str) -> String {
    let field = path.split('.').next().unwrap();
    let (name, text) = DOCUMENTS.iter().find(|row| row.0 == field).unwrap();
    match *text {
        "" => mutation(name),
        _ if path.starts_with("inbox.") => FILTERED.to_owned(),
        _ if path.starts_with("search.") => SEARCHED.to_owned(),
        text => text.to_owned(),
    }
}

/// What a viewer calls its own: it completes an operation whose one foreign id is looked at.
pub(crate) struct Own {
    staff_viewer: bool,
    client: String,
    staff: String,
    pub(crate) thread: String,
    message: String,
}

/// The own things of a member of the cast.
pub(crate) fn own(who: &str) -> Own {
    let (staff_viewer, client, staff, thread) = match who {
        "second-client" => (
            false,
            client::SECOND_CLIENT,
            staff::SECOND_CLINICIAN,
            thread::MEDICATION,
        ),
        "outsider" => (
            true,
            client::OUTSIDER,
            staff::OUTSIDER,
            thread::OTHER_SESSION,
        ),
        "outsider-client" => (
            false,
            client::OUTSIDER,
            staff::OUTSIDER,
            thread::OTHER_SESSION,
        ),
        "client" => (false, client::CLIENT, staff::CLINICIAN, thread::SLEEP),
        _ => (true, client::CLIENT, staff::CLINICIAN, thread::SLEEP),
    };
    Own {
        staff_viewer,
        client: client.gid(),
        staff: staff.gid(),
        thread: thread.gid(),
        message: cast::message(thread, 1).gid(),
    }
}

/// A place where an id goes in.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// From the root field on.
    pub(crate) path: &'static str,
    /// The type of the id.
    pub(crate) kind: &'static str,
    /// Variables with this id at the place and the viewer's own things at the others.
    pub(crate) variables: fn(&Own, &str) -> Value,
    /// Who may do it.
    pub(crate) right: &'static str,
    /// Whether everybody in the agency may know of the thing.
    pub(crate) agency_wide: bool,
    /// Whether everybody may know that it is there.
    pub(crate) known: bool,
}

impl Place {
    /// A thing of this type that belongs to the demo's `client`, or at least to its agency.
    pub(crate) fn foreign(&self) -> String {
        match self.kind {
            "Agency" => agency::HARBOR_LANE.gid(),
            "Attachment" if self.path.contains("Document") => PAPERS[0].gid(),
            "Attachment" => WAITING.gid(),
            "Document" => HANDED_IN.gid(),
            "DocumentCategory" => document_category::INCOME.gid(),
            "DocumentFile" => FILE.gid(),
            "DocumentRequest" => document_request(request::DOCUMENT),
            "PredefinedDocumentName" => document_name::PAY_SLIP.gid(),
            "Audience" => audience::CLINICAL.gid(),
            "CareTeam" => gid("CareTeam", client::CLIENT.0),
            "CareTeamMember" => membership(client::CLIENT, staff::CLINICIAN),
            "Client" => client::CLIENT.gid(),
            "Draft" if self.path == "sendMessage.input.draftId" => ANSWER.gid(),
            "Draft" => DRAFT.gid(),
            "Program" => program::COUNSELING.gid(),
            "Enrollment" => enrollment::CLIENT.gid(),
            "Message" => cast::message(thread::SLEEP, 1).gid(),
            "PortalAccount" => account::CLIENT.gid(),
            // Stored beside the attachment.
            "Session" => gid("Session", WAITING.0),
            "StaffMember" => staff::CLINICIAN.gid(),
            "Location" => location::CLIENT.gid(),
            "LocationRequest" => location_request(request::LOCATION),
            "Notification" => notification::CHILD_LOCATION.gid(),
            "ReleaseOfInformation" => release::CLIENT.gid(),
            "ReleaseOfInformationRequest" => release_request(request::RELEASE),
            "Thread" => thread::SLEEP.gid(),
            "Topic" => topic::BETWEEN_SESSIONS.gid(),
            other => panic!("no {other}"),
        }
    }
}

const fn place(
    path: &'static str,
    kind: &'static str,
    right: &'static str,
    variables: fn(&Own, &str) -> Value,
) -> Place {
    Place {
        path,
        kind,
        variables,
        right,
        agency_wide: false,
        known: false,
    }
}

const fn wide(place: Place) -> Place {
    Place {
        agency_wide: true,
        ..place
    }
}

/// Agencies know of each other; what is in them is another matter.
const fn known(place: Place) -> Place {
    Place {
        known: true,
        ..place
    }
}

fn id(_: &Own, id: &str) -> Value {
    json!({ "id": id })
}

/// A thread that the viewer could start.
fn start(own: &Own) -> Value {
    if own.staff_viewer {
        json!({ "to": [{ "clientId": own.client }], "audience": "CLINICAL", "subject": "s", "body": "b" })
    } else {
        json!({ "actingFor": own.client, "to": [{ "staffMemberId": own.staff }], "body": "b" })
    }
}

/// A reaction that the viewer could put, to the first message of its own thread.
fn react(own: &Own) -> Value {
    json!({ "messageId": own.message, "emoji": "\u{1F44D}" })
}

fn with(mut input: Value, field: &str, value: Value) -> Value {
    input[field] = value;
    json!({ "input": input })
}

/// A document that the viewer could ask its own client for.
fn asks_for(own: &Own, many: bool, document: Value) -> Value {
    let mut input = json!({ "request": {} });
    input["request"]["document"] = document;
    if many {
        input["clientIds"] = json!([own.client]);
    } else {
        input["clientId"] = json!(own.client);
    }
    json!({ "input": input })
}

fn to(own: &Own, recipient: Value) -> Value {
    let mut to = vec![recipient];
    if own.staff_viewer && to[0].get("clientId").is_none() {
        to.push(json!({ "clientId": own.client }));
    }
    with(start(own), "to", json!(to))
}

#[rustfmt::skip]
pub(crate) const PLACES: &[Place] = &[
    wide(place("node.id", "Agency", "clinician", id)),
    place("node.id", "Attachment", "clinician", id),
    wide(place("node.id", "Audience", "clinician", id)),
    wide(place("node.id", "Topic", "clinician", id)),
    wide(place("node.id", "StaffMember", "clinician", id)),
    place("node.id", "Program", "clinician", id),
    place("node.id", "Enrollment", "clinician", id),
    place("node.id", "CareTeam", "clinician", id),
    place("node.id", "CareTeamMember", "clinician", id),
    place("node.id", "Client", "clinician", id),
    place("node.id", "Message", "clinician", id),
    place("node.id", "PortalAccount", "clinician", id),
    place("node.id", "Thread", "clinician", id),
    place("nodes.ids", "Thread", "clinician", |_, id| json!({ "ids": [id] })),
    place("thread.id", "Thread", "clinician", id),
    place("client.id", "Client", "clinician", id),
    place("audienceChangePreview.threadId", "Thread", "clinician", id),
    place("inbox.filter.clientId", "Client", "clinician", |_, id| json!({ "filter": { "clientId": id } })),
    place("inbox.filter.topicId", "Topic", "clinician", |_, id| json!({ "filter": { "topicId": id } })),
    place("search.filter.threadId", "Thread", "clinician", |_, id| json!({ "filter": { "threadId": id } })),
    place("search.filter.clientId", "Client", "clinician", |_, id| json!({ "filter": { "clientId": id } })),
    place("startThread.input.actingFor", "Client", "client", |own, id| with(start(own), "actingFor", json!(id))),
    place("startThread.input.to.clientId", "Client", "clinician", |own, id| to(own, json!({ "clientId": id }))),
    wide(place("startThread.input.to.staffMemberId", "StaffMember", "clinician", |own, id| to(own, json!({ "staffMemberId": id })))),
    wide(place("startThread.input.topicId", "Topic", "clinician", |own, id| with(start(own), "topicId", json!(id)))),
    place("sendMessage.input.threadId", "Thread", "clinician", |_, id| with(json!({ "body": "b" }), "threadId", json!(id))),
    place("sendMessage.input.actingFor", "Client", "client", |own, id| with(json!({ "threadId": own.thread, "body": "b" }), "actingFor", json!(id))),
    place("sendMessage.input.replyToId", "Message", "clinician", |own, id| with(json!({ "threadId": own.thread, "body": "b" }), "replyToId", json!(id))),
    place("editMessage.input.messageId", "Message", "client", |_, id| with(json!({ "body": "b" }), "messageId", json!(id))),
    place("setMessagePinned.input.messageId", "Message", "clinician", |_, id| with(json!({ "pinned": true }), "messageId", json!(id))),
    place("toggleReaction.input.messageId", "Message", "clinician", |_, id| with(json!({ "emoji": "\u{1F44D}" }), "messageId", json!(id))),
    place("addReaction.input.messageId", "Message", "clinician", |_, id| with(json!({ "emoji": "\u{1F44D}" }), "messageId", json!(id))),
    place("removeReaction.input.messageId", "Message", "clinician", |_, id| with(json!({ "emoji": "\u{1F44D}" }), "messageId", json!(id))),
    place("toggleReaction.input.actingFor", "Client", "client", |own, id| with(react(own), "actingFor", json!(id))),
    place("addReaction.input.actingFor", "Client", "client", |own, id| with(react(own), "actingFor", json!(id))),
    place("removeReaction.input.actingFor", "Client", "client", |own, id| with(react(own), "actingFor", json!(id))),
    place("setThreadLocked.input.threadId", "Thread", "clinician", |_, id| with(json!({ "locked": false }), "threadId", json!(id))),
    place("node.id", "Draft", "clinician", id),
    place("addThreadNote.input.threadId", "Thread", "clinician", |_, id| with(json!({ "body": "b" }), "threadId", json!(id))),
    place("saveDraft.input.draftId", "Draft", "clinician", |_, id| with(json!({ "body": "b" }), "draftId", json!(id))),
    place("saveDraft.input.threadId", "Thread", "clinician", |_, id| with(json!({ "body": "b" }), "threadId", json!(id))),
    place("saveDraft.input.replyToId", "Message", "clinician", |own, id| with(json!({ "threadId": own.thread }), "replyToId", json!(id))),
    place("saveDraft.input.actingFor", "Client", "client", |_, id| with(json!({ "body": "b" }), "actingFor", json!(id))),
    place("saveDraft.input.to.clientId", "Client", "clinician", |_, id| with(json!({ "body": "b" }), "to", json!([{ "clientId": id }]))),
    wide(place("saveDraft.input.to.staffMemberId", "StaffMember", "client", |_, id| with(json!({ "body": "b" }), "to", json!([{ "staffMemberId": id }])))),
    wide(place("saveDraft.input.topicId", "Topic", "clinician", |_, id| with(json!({ "body": "b" }), "topicId", json!(id)))),
    place("saveDraft.input.attachmentIds", "Attachment", "clinician", |_, id| with(json!({ "body": "b" }), "attachmentIds", json!([id]))),
    place("deleteDraft.input.draftId", "Draft", "clinician", |_, id| with(json!({}), "draftId", json!(id))),
    place("startThread.input.draftId", "Draft", "clinician", |own, id| with(start(own), "draftId", json!(id))),
    place("sendMessage.input.draftId", "Draft", "clinician", |own, id| with(json!({ "threadId": own.thread, "body": "b" }), "draftId", json!(id))),
    place("startThread.input.attachmentIds", "Attachment", "clinician", |own, id| with(start(own), "attachmentIds", json!([id]))),
    place("sendMessage.input.attachmentIds", "Attachment", "clinician", |own, id| with(json!({ "threadId": own.thread, "body": "b" }), "attachmentIds", json!([id]))),
    place("uploadAttachment.input.clientId", "Client", "client", |_, id| with(json!({ "file": null }), "clientId", json!(id))),
    place("createUpload.input.clientId", "Client", "client", |_, id| with(json!({ "fileName": "a.pdf", "contentType": "", "size": 1 }), "clientId", json!(id))),
    place("editThreadHeader.input.threadId", "Thread", "clinician", |_, id| with(json!({ "expectedVersion": 1, "subject": "s" }), "threadId", json!(id))),
    place("editThreadHeader.input.topicId", "Topic", "clinical-admin", |own, id| {
        let version = if own.client == client::CLIENT.gid() { 2 } else { 1 };
        with(json!({ "threadId": own.thread, "expectedVersion": version }), "topicId", json!(id))
    }),
    place("setThreadArchived.input.threadId", "Thread", "clinician", |_, id| with(json!({ "archived": true }), "threadId", json!(id))),
    place("setThreadPinned.input.threadId", "Thread", "clinician", |_, id| with(json!({ "pinned": true }), "threadId", json!(id))),
    place("exportThread.input.threadId", "Thread", "clinician", |_, id| with(json!({ "format": "CSV" }), "threadId", json!(id))),
    place("shareThread.input.threadId", "Thread", "clinician", |_, id| with(json!({ "staffMemberIds": [staff::SCHEDULER.gid()] }), "threadId", json!(id))),
    wide(place("shareThread.input.staffMemberIds", "StaffMember", "clinician", |own, id| with(json!({ "threadId": own.thread }), "staffMemberIds", json!([id])))),
    place("unshareThread.input.threadId", "Thread", "clinician", |_, id| with(json!({ "staffMemberIds": [staff::SCHEDULER.gid()] }), "threadId", json!(id))),
    wide(place("unshareThread.input.staffMemberIds", "StaffMember", "clinician", |own, id| with(json!({ "threadId": own.thread }), "staffMemberIds", json!([id])))),
    place("addThreadParticipants.input.threadId", "Thread", "clinician", |_, id| with(json!({ "staffMemberIds": [staff::SCHEDULER.gid()] }), "threadId", json!(id))),
    wide(place("addThreadParticipants.input.staffMemberIds", "StaffMember", "clinician", |own, id| with(json!({ "threadId": own.thread }), "staffMemberIds", json!([id])))),
    place("removeThreadParticipants.input.threadId", "Thread", "clinician", |_, id| with(json!({ "staffMemberIds": [staff::SCHEDULER.gid()] }), "threadId", json!(id))),
    wide(place("removeThreadParticipants.input.staffMemberIds", "StaffMember", "clinician", |own, id| with(json!({ "threadId": own.thread }), "staffMemberIds", json!([id])))),
    place("markRead.input.messageIds", "Message", "clinician", |_, id| with(json!({}), "messageIds", json!([id]))),
    place("markUnread.input.messageIds", "Message", "clinician", |_, id| with(json!({}), "messageIds", json!([id]))),
    place("markThreadRead.input.threadId", "Thread", "clinician", |_, id| with(json!({}), "threadId", json!(id))),
    place("markThreadRead.input.upToMessageId", "Message", "clinician", |own, id| with(json!({ "threadId": own.thread }), "upToMessageId", json!(id))),
    place("assignCareTeamMember.input.clientId", "Client", "clinical-admin", |own, id| {
        with(json!({ "staffMemberId": own.staff, "startDate": "2010-01-01", "endDate": "2010-01-02" }), "clientId", json!(id))
    }),
    place("assignCareTeamMember.input.staffMemberId", "StaffMember", "clinical-admin", |own, id| {
        with(json!({ "clientId": own.client, "startDate": "2011-01-01", "endDate": "2011-01-02" }), "staffMemberId", json!(id))
    }),
    place("endCareTeamAssignment.input.careTeamMemberId", "CareTeamMember", "clinical-admin", |_, id| {
        with(json!({ "lastDate": "2036-01-01" }), "careTeamMemberId", json!(id))
    }),
    place("setClientStatus.input.clientId", "Client", "clinical-admin", |_, id| with(json!({ "status": "ACTIVE" }), "clientId", json!(id))),
    place("setStaffRoles.input.staffMemberId", "StaffMember", "practice-admin", |_, id| with(json!({ "roles": ["CLINICIAN"] }), "staffMemberId", json!(id))),
    place("updateStaffSettings.input.staffMemberId", "StaffMember", "practice-admin", |_, id| with(json!({ "displayInPortal": true }), "staffMemberId", json!(id))),
    place("node.id", "Document", "clinician", id),
    place("node.id", "DocumentFile", "clinician", id),
    place("node.id", "DocumentRequest", "clinician", id),
    wide(place("node.id", "DocumentCategory", "clinician", id)),
    wide(place("node.id", "PredefinedDocumentName", "clinician", id)),
    place("node.id", "Location", "clinician", id),
    place("node.id", "LocationRequest", "clinician", id),
    place("node.id", "Notification", "clinician", id),
    place("node.id", "ReleaseOfInformation", "clinician", id),
    place("node.id", "ReleaseOfInformationRequest", "clinician", id),
    place("portalRequest.id", "LocationRequest", "client", id),
    place("sendPortalRequest.input.clientId", "Client", "clinician", |_, id| with(json!({ "request": { "location": {} } }), "clientId", json!(id))),
    place("sendPortalRequests.input.clientIds", "Client", "clinician", |_, id| with(json!({ "request": { "location": {} } }), "clientIds", json!([id]))),
    wide(place("sendPortalRequest.input.request.document.categoryId", "DocumentCategory", "clinician", |own, id| asks_for(own, false, json!({ "categoryId": id, "otherName": "Lease" })))),
    wide(place("sendPortalRequest.input.request.document.predefinedNameId", "PredefinedDocumentName", "clinician", |own, id| asks_for(own, false, json!({ "categoryId": document_category::INCOME.gid(), "predefinedNameId": id })))),
    wide(place("sendPortalRequests.input.request.document.categoryId", "DocumentCategory", "clinician", |own, id| asks_for(own, true, json!({ "categoryId": id, "otherName": "Lease" })))),
    wide(place("sendPortalRequests.input.request.document.predefinedNameId", "PredefinedDocumentName", "clinician", |own, id| asks_for(own, true, json!({ "categoryId": document_category::INCOME.gid(), "predefinedNameId": id })))),
    place("markPortalRequestSeen.input.requestId", "LocationRequest", "client", |_, id| with(json!({}), "requestId", json!(id))),
    place("fulfillLocationRequest.input.requestId", "LocationRequest", "client", |_, id| with(json!({ "place": { "address": { "line1": "a" } } }), "requestId", json!(id))),
    place("fulfillReleaseOfInformationRequest.input.requestId", "ReleaseOfInformationRequest", "client", |_, id| with(json!({ "signedName": "a", "textSha256": default_release() }), "requestId", json!(id))),
    place("cancelPortalRequest.input.requestId", "LocationRequest", "clinician", |_, id| with(json!({}), "requestId", json!(id))),
    place("setClientSharing.input.clientId", "Client", "clinical-admin", |_, id| with(json!({ "agencyId": agency::FERNHILL.gid(), "shared": false }), "clientId", json!(id))),
    known(place("setClientSharing.input.agencyId", "Agency", "clinical-admin", |own, id| with(json!({ "clientId": own.client, "shared": false }), "agencyId", json!(id)))),
    place("addLocation.input.actingFor", "Client", "client", |_, id| with(json!({ "place": { "address": { "line1": "a" } } }), "actingFor", json!(id))),
    // Without a file both are refused behind the id; a file that is named twice is handed in once.
    place("fulfillDocumentRequest.input.requestId", "DocumentRequest", "client", |_, id| with(json!({ "attachmentIds": [] }), "requestId", json!(id))),
    place("fulfillDocumentRequest.input.attachmentIds", "Attachment", "client", |_, id| with(json!({ "requestId": document_request(request::DOCUMENT) }), "attachmentIds", json!([id, id]))),
    place("addDocument.input.actingFor", "Client", "client", |_, id| with(json!({ "name": "Lease", "attachmentIds": [] }), "actingFor", json!(id))),
    wide(place("addDocument.input.categoryId", "DocumentCategory", "client", |own, id| with(json!({ "actingFor": own.client, "name": "Lease", "attachmentIds": [] }), "categoryId", json!(id)))),
    place("addDocument.input.attachmentIds", "Attachment", "client", |own, id| with(json!({ "actingFor": own.client, "name": "Lease" }), "attachmentIds", json!([id, id]))),
    wide(place("saveDocumentCategory.input.categoryId", "DocumentCategory", "practice-admin", |_, id| with(json!({ "name": "Income", "predefinedNames": ["Pay slip"] }), "categoryId", json!(id)))),
    place("revokeReleaseOfInformation.input.releaseId", "ReleaseOfInformation", "client", |_, id| with(json!({}), "releaseId", json!(id))),
    place("markNotificationsRead.input.notificationIds", "Notification", "clinician", |_, id| with(json!({}), "notificationIds", json!([id]))),
    place("requestFulfilled.clientId", "Client", "clinician", id),
    place("openDirectThread.input.with.clientId", "Client", "clinician", |_, id| with(json!({ "message": { "audience": "CLINICAL", "subject": "s", "body": "b" } }), "with", json!({ "clientId": id }))),
    wide(place("openDirectThread.input.with.staffMemberId", "StaffMember", "scheduler", |_, id| with(json!({ "message": { "subject": "s", "body": "b" } }), "with", json!({ "staffMemberId": id })))),
    place("openDirectThread.input.threadId", "Thread", "clinician", |own, id| with(json!({ "with": { "clientId": own.client } }), "threadId", json!(id))),
    wide(place("openDirectThread.input.message.topicId", "Topic", "clinician", |own, id| with(json!({ "with": { "clientId": own.client }, "createNew": true }), "message", json!({ "audience": "CLINICAL", "topicId": id, "subject": "s", "body": "b" })))),
    place("openDirectThread.input.message.attachmentIds", "Attachment", "clinician", |own, id| with(json!({ "with": { "clientId": own.client }, "createNew": true }), "message", json!({ "audience": "CLINICAL", "attachmentIds": [id], "subject": "s", "body": "b" }))),
    place("convertToGroup.input.threadId", "Thread", "clinician", |_, id| with(json!({ "body": "b", "staffMemberIds": [staff::SCHEDULER.gid()] }), "threadId", json!(id))),
    wide(place("convertToGroup.input.clientIds", "Client", "clinical-admin", |own, id| with(json!({ "threadId": own.thread, "body": "b" }), "clientIds", json!([id])))),
    wide(place("convertToGroup.input.staffMemberIds", "StaffMember", "clinician", |own, id| with(json!({ "threadId": own.thread, "body": "b" }), "staffMemberIds", json!([id])))),
    place("convertToGroup.input.attachmentIds", "Attachment", "clinician", |own, id| with(json!({ "threadId": own.thread, "body": "b", "staffMemberIds": [own.staff] }), "attachmentIds", json!([id]))),
    place("setClientMessaging.input.clientIds", "Client", "clinical-admin", |_, id| with(json!({ "send": true }), "clientIds", json!([id]))),
    wide(place("updateMessagingPolicy.input.defaultDirectChatSharing", "StaffMember", "practice-admin", |_, id| with(json!({ "expectedVersion": 1 }), "defaultDirectChatSharing", json!([id])))),
    // The row above has made a version.
    wide(place("updateMessagingPolicy.input.unsolicitedOwner", "StaffMember", "practice-admin", |_, id| with(json!({ "expectedVersion": 2 }), "unsolicitedOwner", json!(id)))),
    place("messageAdded.threadId", "Thread", "clinician", id),
    place("setLegalHold.input.clientId", "Client", "clinical-admin", |_, id| with(json!({ "held": false }), "clientId", json!(id))),
    place("hideThread.input.threadId", "Thread", "clinician", |_, id| with(json!({}), "threadId", json!(id))),
    place("unhideThread.input.threadId", "Thread", "clinician", |_, id| with(json!({}), "threadId", json!(id))),
    // Everybody gets an answer, with an outcome for each; a test of its own looks at them.
    known(place("bulk.input.messageIds", "Message", "clinician", |_, id| with(json!({ "act": "MARK_READ" }), "messageIds", json!([id])))),
    known(place("bulk.input.threadIds", "Thread", "clinician", |_, id| with(json!({ "act": "MARK_READ" }), "threadIds", json!([id])))),
    // In this order: what was taken out of a view is given back, and what is deleted is gone.
    place("removeFromMyView.input.what.messageId", "Message", "clinician", |_, id| with(json!({}), "what", json!({ "messageId": id }))),
    place("restoreToView.input.viewerId", "StaffMember", "practice-admin", |own, id| with(json!({ "what": { "messageId": own.message } }), "viewerId", json!(id))),
    place("removeFromMyView.input.what.messageId", "Message", "clinician", |_, id| with(json!({}), "what", json!({ "messageId": id }))),
    place("restoreToView.input.what.messageId", "Message", "practice-admin", |own, id| with(json!({ "viewerId": own.staff }), "what", json!({ "messageId": id }))),
    place("removeFromMyView.input.what.threadId", "Thread", "clinician", |_, id| with(json!({}), "what", json!({ "threadId": id }))),
    place("restoreToView.input.what.threadId", "Thread", "practice-admin", |own, id| with(json!({ "viewerId": own.staff }), "what", json!({ "threadId": id }))),
    place("deleteMessage.input.messageId", "Message", "clinical-admin", |_, id| with(json!({}), "messageId", json!(id))),
    place("deleteThread.input.threadId", "Thread", "clinical-admin", |_, id| with(json!({}), "threadId", json!(id))),
    wide(place("setStaffActive.input.staffMemberId", "StaffMember", "practice-admin", |_, id| with(json!({ "active": true }), "staffMemberId", json!(id)))),
    wide(place("saveTopic.input.topicId", "Topic", "practice-admin", |_, id| with(json!({ "title": "t", "defaultSubject": "s" }), "topicId", json!(id)))),
    wide(place("setAudienceLabel.input.audienceId", "Audience", "practice-admin", |_, id| with(json!({ "label": "l" }), "audienceId", json!(id)))),
    place("linkClientToAccount.input.clientId", "Client", "practice-admin", |_, id| {
        with(json!({ "portalAccountId": account::CLIENT.gid() }), "clientId", json!(id))
    }),
    place("linkClientToAccount.input.portalAccountId", "PortalAccount", "practice-admin", |own, id| {
        with(json!({ "clientId": own.client }), "portalAccountId", json!(id))
    }),
    place("unlinkClient.input.clientId", "Client", "practice-admin", |_, id| with(json!({}), "clientId", json!(id))),
    place("switchPrimaryClient.input.clientId", "Client", "practice-admin", |_, id| {
        with(json!({ "portalAccountId": account::CLIENT.gid() }), "clientId", json!(id))
    }),
    place("switchPrimaryClient.input.portalAccountId", "PortalAccount", "practice-admin", |own, id| {
        with(json!({ "clientId": own.client }), "portalAccountId", json!(id))
    }),
    place("revokeSession.input.sessionId", "Session", "clinician", |_, id| with(json!({}), "sessionId", json!(id))),
    place("sendPasswordLink.input.staffMemberId", "StaffMember", "practice-admin", |_, id| with(json!({}), "staffMemberId", json!(id))),
    place("invitePortalAccount.input.clientId", "Client", "practice-admin", |_, id| with(json!({}), "clientId", json!(id))),
    // The last: the account signs nobody in any more.
    place("deactivatePortalAccount.input.portalAccountId", "PortalAccount", "practice-admin", |_, id| with(json!({}), "portalAccountId", json!(id))),
];
