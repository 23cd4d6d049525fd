//! What callers do in many tests, in a word each.

use serde_json::{Value, json};

use super::{Caller, key};

/// Every mutation: its input's type, and what a test looks at of its payload.
pub(crate) const MUTATIONS: &[(&str, &str, &str)] = &[
    (
        "startThread",
        "StartThreadInput",
        "thread { ...T } message { ...M }",
    ),
    (
        "sendMessage",
        "SendMessageInput",
        "thread { ...T } message { ...M }",
    ),
    (
        "importDirectory",
        "ImportDirectoryInput",
        "directoryImport { id }",
    ),
    (
        "uploadAttachment",
        "UploadAttachmentInput",
        "attachment { id }",
    ),
    (
        "createUpload",
        "CreateUploadInput",
        "ticket { attachmentId }",
    ),
    (
        "editThreadHeader",
        "EditThreadHeaderInput",
        "thread { ...T }",
    ),
    (
        "setThreadArchived",
        "SetThreadArchivedInput",
        "thread { ...T }",
    ),
    (
        "editMessage",
        "EditMessageInput",
        "message { ...M revision }",
    ),
    (
        "setMessagePinned",
        "SetMessagePinnedInput",
        "message { ...M pinnedAt thread { id pinnedMessages { id } } }",
    ),
    (
        "toggleReaction",
        "ReactionInput",
        "message { ...M reactions { emoji count viewerHasReacted } }",
    ),
    (
        "addReaction",
        "ReactionInput",
        "message { ...M reactions { emoji count viewerHasReacted } }",
    ),
    (
        "removeReaction",
        "ReactionInput",
        "message { ...M reactions { emoji count viewerHasReacted } }",
    ),
    (
        "setThreadLocked",
        "SetThreadLockedInput",
        "thread { ...T locked }",
    ),
    (
        "addThreadNote",
        "AddThreadNoteInput",
        "note { number bodyText author { id } } thread { id }",
    ),
    (
        "saveDraft",
        "SaveDraftInput",
        "draft { id body bodyFormat subject group audience thread { id } replyTo { id } actingFor { id } topic { id } attachments { id } to { client { id } staffMember { id } staffGroup } }",
    ),
    ("deleteDraft", "DeleteDraftInput", "deletedDraftId"),
    ("setThreadPinned", "SetThreadPinnedInput", "thread { ...T }"),
    (
        "hideThread",
        "HideThreadInput",
        "thread { ...T viewerHasHidden }",
    ),
    (
        "unhideThread",
        "HideThreadInput",
        "thread { ...T viewerHasHidden }",
    ),
    (
        "removeFromMyView",
        "RemoveFromMyViewInput",
        "thread { ...T }",
    ),
    ("restoreToView", "RestoreToViewInput", "restoredId"),
    ("deleteThread", "DeleteThreadInput", "deletedThreadId"),
    (
        "setLegalHold",
        "SetLegalHoldInput",
        "client { id legalHold }",
    ),
    ("bulk", "BulkInput", "results { done code }"),
    (
        "exportThread",
        "ExportThreadInput",
        "export { url expiresAt format }",
    ),
    ("shareThread", "ChangeThreadPeopleInput", "thread { ...T }"),
    (
        "unshareThread",
        "ChangeThreadPeopleInput",
        "thread { ...T }",
    ),
    (
        "addThreadParticipants",
        "ChangeThreadPeopleInput",
        "thread { ...T }",
    ),
    (
        "removeThreadParticipants",
        "ChangeThreadPeopleInput",
        "thread { ...T }",
    ),
    (
        "deleteMessage",
        "DeleteMessageInput",
        "deletedMessageId thread { ...T }",
    ),
    (
        "markRead",
        "MarkMessagesInput",
        "threads { ...T } messages { ...M }",
    ),
    (
        "markUnread",
        "MarkMessagesInput",
        "threads { ...T } messages { ...M }",
    ),
    (
        "markThreadRead",
        "MarkThreadReadInput",
        "threads { ...T } messages { ...M }",
    ),
    (
        "assignCareTeamMember",
        "AssignCareTeamMemberInput",
        "careTeamMember { id startDate endDate active } client { id }",
    ),
    (
        "endCareTeamAssignment",
        "EndCareTeamAssignmentInput",
        "careTeamMember { id startDate endDate active } client { id }",
    ),
    (
        "setClientStatus",
        "SetClientStatusInput",
        "client { id status }",
    ),
    (
        "setStaffRoles",
        "SetStaffRolesInput",
        "staffMember { id roles }",
    ),
    (
        "updateStaffSettings",
        "UpdateStaffSettingsInput",
        "staffMember { id allowClientInitiatedContact displayInPortal }",
    ),
    (
        "linkClientToAccount",
        "LinkClientToAccountInput",
        "portalAccount { id state } client { id }",
    ),
    (
        "unlinkClient",
        "UnlinkClientInput",
        "portalAccount { id state } client { id }",
    ),
    (
        "switchPrimaryClient",
        "SwitchPrimaryClientInput",
        "portalAccount { id state } client { id }",
    ),
    (
        "createStaffMember",
        "CreateStaffMemberInput",
        "staffMember { id displayName }",
    ),
    (
        "setStaffActive",
        "SetStaffActiveInput",
        "staffMember { id active }",
    ),
    ("createClient", "CreateClientInput", "client { id status }"),
    (
        "saveTopic",
        "SaveTopicInput",
        "topic { id title defaultSubject }",
    ),
    (
        "setAudienceLabel",
        "SetAudienceLabelInput",
        "audience { id label }",
    ),
    ("createAgency", "CreateAgencyInput", "agencyId adminId"),
    ("revokeSession", "RevokeSessionInput", "sessionIds"),
    ("revokeAllSessions", "RevokeAllSessionsInput", "sessionIds"),
    (
        "sendPasswordLink",
        "SendPasswordLinkInput",
        "staffMember { id }",
    ),
    (
        "sendPortalRequest",
        "SendPortalRequestInput",
        "request { id __typename status noteText noteHtml expiresAt ... on ReleaseOfInformationRequest { textSha256 } }",
    ),
    (
        "sendPortalRequests",
        "SendPortalRequestsInput",
        "results { client { id } request { id __typename status noteText client { id } } refusal { field code message } }",
    ),
    (
        "markPortalRequestSeen",
        "NamePortalRequestInput",
        "request { id status seenAt }",
    ),
    (
        "cancelPortalRequest",
        "NamePortalRequestInput",
        "request { id status closedAt }",
    ),
    (
        "fulfillLocationRequest",
        "FulfillLocationRequestInput",
        "request { id status location { id } }",
    ),
    (
        "fulfillReleaseOfInformationRequest",
        "FulfillReleaseOfInformationRequestInput",
        "request { id status releaseOfInformation { id startsOn expiresOn } }",
    ),
    (
        "fulfillDocumentRequest",
        "FulfillDocumentRequestInput",
        "request { id status document { id } }",
    ),
    (
        "addDocument",
        "AddDocumentInput",
        "document { id name files { id fileName size url } }",
    ),
    (
        "saveDocumentCategory",
        "SaveDocumentCategoryInput",
        "documentCategory { id name active predefinedNames { id name } }",
    ),
    ("setClientSharing", "SetClientSharingInput", "client { id }"),
    ("addLocation", "AddLocationInput", "location { id }"),
    (
        "revokeReleaseOfInformation",
        "RevokeReleaseOfInformationInput",
        "releaseOfInformation { id active revokedAt }",
    ),
    (
        "markNotificationsRead",
        "MarkNotificationsReadInput",
        "notifications { id readAt }",
    ),
    (
        "invitePortalAccount",
        "InvitePortalAccountInput",
        "portalAccount { id state email invitation { open daysLeft remindersSent sentAt expiresAt acceptedAt } } client { id }",
    ),
    (
        "deactivatePortalAccount",
        "DeactivatePortalAccountInput",
        "portalAccount { id state } client { id }",
    ),
    (
        "updateMySettings",
        "UpdateMySettingsInput",
        "settings { staffMember { allowClientInitiatedContact displayInPortal emailNotifications } enterKeyAction \
         openMostRecentThread inAppAlerts notifyByEmail emailContent alertContent emailsCarryContent \
         alertsCarryContent }",
    ),
    (
        "openDirectThread",
        "OpenDirectThreadInput",
        "thread { ...T } message { ...M } created",
    ),
    (
        "convertToGroup",
        "ConvertToGroupInput",
        "thread { ...T } message { ...M }",
    ),
    (
        "setClientMessaging",
        "SetClientMessagingInput",
        "clients { id canSend directChatAccess }",
    ),
    (
        "updateMessagingPolicy",
        "UpdateMessagingPolicyInput",
        "messagingPolicy { version portalEnabled minBodyChars clientMaxMessageChars chatSharing \
         clientAudienceInboxes defaultDirectChatSharing staffEmailContent internalMessaging }",
    ),
];

const FRAGMENTS: &str = "
fragment T on Thread { id kind subject archived viewerUnreadCount viewerHasUnread viewerHasPinned
  audience { kind } topic { id } client { id } messageCount viewerCanReply replyBlockedReason }
fragment M on Message { id seq bodyText viewerUnread labels createdAt }";

/// The document of a mutation.
pub(crate) fn mutation(name: &str) -> String {
    let (_, input, payload) = MUTATIONS
        .iter()
        .find(|row| row.0 == name)
        .unwrap_or_else(|| panic!("{name} has no row in MUTATIONS"));
    let used = |fragment: &str| payload.contains(fragment);
    let fragments: String = FRAGMENTS
        .split("fragment ")
        .filter(|text| {
            (text.starts_with("T ") && used("...T")) || (text.starts_with("M ") && used("...M"))
        })
        .fold(String::new(), |all, text| all + "fragment " + text);
    format!(
        "mutation($input: {input}!) {{ answer: {name}(input: $input) {{ {payload} userErrors {{ field code message }} }} }} {fragments}"
    )
}

impl Caller<'_> {
    /// The whole answer of a mutation; a key is made up where the input has none.
    pub(crate) async fn act(&self, name: &str, mut input: Value) -> Value {
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = json!(key());
        }
        let (text, variables) = (mutation(name), json!({ "input": input }));
        if name == "importDirectory" {
            return self
                .multipart(&text, variables, "a.ndjson", "application/x-ndjson", b"{}")
                .await;
        }
        if name == "uploadAttachment" {
            let content = b"Dear Ann";
            return self
                .multipart(&text, variables, "a.txt", "text/plain", content)
                .await;
        }
        self.ask(&text, variables).await
    }

    /// The payload of a mutation that must be done.
    pub(crate) async fn does(&self, name: &str, input: Value) -> Value {
        let mut answer = self.act(name, input).await;
        assert!(answer.get("errors").is_none(), "{name}: {answer:#}");
        assert_eq!(
            answer["data"]["answer"]["userErrors"],
            json!([]),
            "{name}: {answer:#}"
        );
        answer["data"]["answer"].take()
    }

    /// The code with which a mutation is refused: of its first user error, which comes with no
    /// object, or of the first top-level error.
    pub(crate) async fn refused(&self, name: &str, input: Value) -> String {
        let answer = self.act(name, input).await;
        if let Some(errors) = answer["errors"].as_array() {
            assert_eq!(answer["data"], json!(null), "{name}: {answer:#}");
            assert_eq!(errors.len(), 1, "{name}: {answer:#}");
            return errors[0]["extensions"]["code"].as_str().unwrap().to_owned();
        }
        let payload = answer["data"]["answer"].as_object().unwrap();
        for (field, value) in payload {
            let nothing = value.is_null() || value == &json!([]) || value == &json!(false);
            assert!(field == "userErrors" || nothing, "{name}: {answer:#}");
        }
        let code = payload["userErrors"][0]["code"].as_str();
        code.unwrap_or_else(|| panic!("{name} was not refused: {answer:#}"))
            .to_owned()
    }

    /// The threads of the caller's inbox, at most 100.
    pub(crate) async fn inbox(&self, filter: Value) -> Vec<String> {
        let query = "query($filter: InboxFilter!) { inbox(first: 100, filter: $filter) { edges { node { id } } } }";
        let data = self.data(query, json!({ "filter": filter })).await;
        ids(&data["inbox"])
    }

    /// The caller's unread messages and threads, by the counter.
    pub(crate) async fn unread(&self) -> (i64, i64) {
        let data = self
            .data("{ unreadCounts { messages threads } }", json!({}))
            .await;
        let number = |name: &str| data["unreadCounts"][name].as_i64().unwrap();
        (number("messages"), number("threads"))
    }

    /// All messages of a thread, page by page.
    pub(crate) async fn messages(&self, thread: &str) -> Vec<Value> {
        let query = "query($id: ID!, $after: String) { thread(id: $id) { messages(first: 100, after: $after) {
            pageInfo { hasNextPage endCursor }
            edges { node { id seq bodyText viewerUnread labels author { __typename ... on StaffMember { id } ... on Client { id } } } } } } }";
        let (mut all, mut after) = (Vec::new(), Value::Null);
        loop {
            let mut data = self
                .data(query, json!({ "id": thread, "after": after }))
                .await;
            let page = data["thread"]["messages"].take();
            let nodes = page["edges"].as_array().unwrap();
            all.extend(nodes.iter().map(|edge| edge["node"].clone()));
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                return all;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Whether the caller sees a thread.
    pub(crate) async fn sees(&self, thread: &str) -> bool {
        let answer = self
            .ask(
                "query($id: ID!) { thread(id: $id) { id } }",
                json!({ "id": thread }),
            )
            .await;
        if answer.get("errors").is_some() {
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "NOT_FOUND",
                "{answer:#}"
            );
        }
        answer["data"]["thread"]["id"] == json!(thread)
    }

    /// Sends a message; answers its id.
    pub(crate) async fn writes(&self, thread: &str, body: &str) -> String {
        let input = json!({ "threadId": thread, "body": body });
        let sent = self.does("sendMessage", input).await;
        sent["message"]["id"].as_str().unwrap().to_owned()
    }
}

/// The ids of a connection's nodes.
pub(crate) fn ids(connection: &Value) -> Vec<String> {
    let edges = connection["edges"].as_array().unwrap();
    edges
        .iter()
        .map(|edge| edge["node"]["id"].as_str().unwrap().to_owned())
        .collect()
}

impl super::Tidings {
    /// Gives a thread another audience, as the clinical admin, who sees all of them.
    pub(crate) async fn move_to(&self, thread: &str, audience: &str) {
        let admin = self.caller("clinical-admin");
        let query = "query($id: ID!, $to: AudienceKind!) { thread(id: $id) { version } audienceChangePreview(threadId: $id, to: $to) { token } }";
        let data = admin
            .data(query, json!({ "id": thread, "to": audience }))
            .await;
        let input = json!({ "threadId": thread, "audience": audience,
            "expectedVersion": data["thread"]["version"], "confirm": data["audienceChangePreview"]["token"] });
        admin.does("editThreadHeader", input).await;
    }
}
