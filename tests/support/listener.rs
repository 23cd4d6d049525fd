//! Members of the cast who listen to everything that they can be told of.

use serde_json::{Value, json};
use tidings_server::seed::cast::{CAST, client, thread};

use super::{Caller, Global as _, Socket, Tidings};

/// Every kind of event, with what tests look at.
pub(crate) const EVENTS: &str = "
subscription($after: EventCursor, $kinds: [EventKind!]) { events(after: $after, kinds: $kinds) { kind: __typename
  ... on MessageAdded { cursor thread { ...T } message { ...M viewerUnread } }
  ... on MessageChanged { cursor thread { ...T } message { ...M } }
  ... on MessageDeleted { cursor messageId seq thread { ...T } }
  ... on ReactionChanged { cursor thread { ...T } message { ...M } }
  ... on ThreadNoteAdded { cursor thread { id } note { number bodyText } }
  ... on DraftChanged { cursor draftId draft { id body } }
  ... on ThreadChanged { cursor thread { ...T } }
  ... on ReadReceiptAdded { cursor fromSeq toSeq seenAt thread { id }
      reader { ... on StaffMember { id } ... on PortalAccount { id } } }
  ... on ViewerStateChanged { cursor thread { ...T } }
  ... on ClientChanged { cursor client { id status } }
  ... on RequestSent { cursor request { id status } }
  ... on RequestChanged { cursor request { id status } }
  ... on RequestFulfilled { cursor request { id status } }
  ... on NotificationAdded { cursor notification { id kind readAt request { id } } }
  ... on AccessRevoked { cursor threadIds everything }
  ... on AccessGranted { cursor threadIds everything } } }
fragment T on Thread { id subject archived audience { kind } topic { id } locked messageCount viewerUnreadCount viewerHasPinned }
fragment M on Message { id seq bodyText pinnedAt revision replyTo { messageId bodyText } reactions { emoji count viewerHasReacted } }";

/// The messages of one thread, or of all.
pub(crate) const MESSAGES: &str = "subscription($thread: ID, $after: EventCursor) {
  messageAdded(threadId: $thread, after: $after) { cursor thread { id } message { id seq bodyText } } }";

/// A socket with one subscription, and the cursor of what it got last.
pub(crate) struct Listener {
    pub(crate) name: &'static str,
    pub(crate) socket: Socket,
    pub(crate) cursor: String,
}

impl Caller<'_> {
    /// The present end of the log.
    pub(crate) async fn cursor(&self) -> String {
        let data = self.data("{ eventCursor }", json!({})).await;
        data["eventCursor"].as_str().unwrap().to_owned()
    }
}

impl Tidings {
    /// Whether this runs on PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        self.database.is_postgres()
    }

    /// Listens to everything from now on.
    pub(crate) async fn listen(&self, name: &'static str) -> Listener {
        let cursor = self.caller(name).cursor().await;
        self.listen_after(name, cursor).await
    }

    /// Listens to everything behind a cursor.
    pub(crate) async fn listen_after(&self, name: &'static str, cursor: String) -> Listener {
        let mut socket = self.caller(name).socket().await;
        socket.subscribe(EVENTS, json!({ "after": cursor })).await;
        Listener {
            name,
            socket,
            cursor,
        }
    }

    /// Listens to the messages of a thread, or of all, from now on.
    pub(crate) async fn listen_to(&self, name: &'static str, thread: Option<&str>) -> Listener {
        let cursor = self.caller(name).cursor().await;
        self.listen_to_after(name, thread, cursor).await
    }

    /// Listens to the messages of a thread, or of all, behind a cursor.
    pub(crate) async fn listen_to_after(
        &self,
        name: &'static str,
        thread: Option<&str>,
        cursor: String,
    ) -> Listener {
        let mut socket = self.caller(name).socket().await;
        let variables = json!({ "after": cursor, "thread": thread });
        socket.subscribe(MESSAGES, variables).await;
        Listener {
            name,
            socket,
            cursor,
        }
    }

    /// Writes a message and waits until it is told of, and with it everything that was written before.
    /// On PostgreSQL a transaction of another test can hold the log's end back: who listens from now
    /// on would hear, and who counts statements would count, what comes of earlier writes.
    pub(crate) async fn relayed(&self) {
        let mut listener = self.listen("clinician").await;
        let writer = self.caller("supervisor");
        writer.writes(&thread::SLEEP.gid(), "The last one.").await;
        while listener.next().await["message"]["bodyText"] != "The last one." {}
    }

    /// The whole cast listens to everything.
    pub(crate) async fn all_listen(&self) -> Vec<Listener> {
        let mut listeners = Vec::with_capacity(CAST.len());
        for member in CAST {
            listeners.push(self.listen(member.name).await);
        }
        listeners
    }

    /// Proves that nothing more came for these: makes something happen that each of them is told
    /// of, behind everything before it, and expects it next.
    pub(crate) async fn nothing_more(&self, listeners: &mut [Listener]) {
        let place = client::UNREGISTERED.gid();
        let query = "query($id: ID!) { client(id: $id) { status } }";
        let admin = self.caller("practice-admin");
        let now = admin.data(query, json!({ "id": place })).await;
        let next = match now["client"]["status"].as_str() {
            Some("ACTIVE") => "INACTIVE",
            _ => "ACTIVE",
        };
        for name in listeners
            .iter()
            .filter_map(|listener| own_thread(listener.name).map(|_| listener.name))
        {
            self.toggle_pin(name).await;
        }
        let status = json!({ "clientId": place, "status": next });
        admin.does("setClientStatus", status).await;
        for listener in listeners {
            let event = listener.next().await;
            let name = listener.name;
            if let Some(thread) = own_thread(name) {
                assert_eq!(event["kind"], "ViewerStateChanged", "{name}: {event:#}");
                assert_eq!(event["thread"]["id"], thread, "{name}: {event:#}");
            } else {
                assert_eq!(event["kind"], "ClientChanged", "{name}: {event:#}");
                assert_eq!(event["client"]["id"], place, "{name}: {event:#}");
            }
        }
    }

    /// Pins a thread of the caller's own, or unpins it.
    async fn toggle_pin(&self, name: &'static str) {
        let caller = self.caller(name);
        let thread = own_thread(name).unwrap();
        let query = "query($id: ID!) { thread(id: $id) { viewerHasPinned } }";
        let now = caller.data(query, json!({ "id": thread })).await;
        let pinned = now["thread"]["viewerHasPinned"] == json!(false);
        let input = json!({ "threadId": thread, "pinned": pinned });
        caller.does("setThreadPinned", input).await;
    }
}

/// A thread that the member sees whatever happens, for those who are not told of clients: accounts
/// and the other agency.
fn own_thread(name: &str) -> Option<String> {
    let thread = match name {
        "client" => thread::BREATHING,
        "guardian" => thread::CARE_PLAN,
        "second-client" => thread::PAYMENT_PLAN,
        "inactive-client" => thread::CLOSING,
        "outsider" | "outsider-client" => thread::OTHER_SESSION,
        _ => return None,
    };
    Some(thread.gid())
}

impl Listener {
    /// The next event.
    pub(crate) async fn next(&mut self) -> Value {
        let mut data = self.socket.data().await;
        let field = if data["events"].is_null() {
            "messageAdded"
        } else {
            "events"
        };
        let event = data[field].take();
        event["cursor"]
            .as_str()
            .unwrap()
            .clone_into(&mut self.cursor);
        event
    }

    /// The next event, which must be of this kind.
    pub(crate) async fn expect(&mut self, kind: &str) -> Value {
        let event = self.next().await;
        assert_eq!(event["kind"], kind, "{}: {event:#}", self.name);
        event
    }

    /// The next event, which must be a message with this text.
    pub(crate) async fn expect_message(&mut self, body: &str) -> Value {
        let event = self.next().await;
        assert_eq!(
            event["message"]["bodyText"], body,
            "{}: {event:#}",
            self.name
        );
        event
    }

    /// The end of the subscription with this code.
    pub(crate) async fn expect_end(&mut self, code: &str) {
        let message = self.socket.receive().await;
        assert_eq!(message["type"], "error", "{}: {message:#}", self.name);
        let found = &message["payload"][0]["extensions"]["code"];
        assert_eq!(found, code, "{}: {message:#}", self.name);
    }
}
