//! The demo cast as a test names it: global ids, and the database itself where no mutation reaches.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use tidings_domain::{
    AccountId, AgencyId, AttachmentId, AudienceId, CareTeamMemberId, ClientId, Clock as _,
    DocumentCategoryId, DocumentFileId, DocumentId, DocumentNameId, DraftId, EnrollmentId,
    LocationId, MessageId, NotificationId, PortalRequestId, ProgramId, ReleaseId, StaffId,
    ThreadId, TopicId,
};
use tidings_server::seed::cast;
use uuid::Uuid;

use sqlx::{Connection as _, PgConnection, SqliteConnection};

use super::{Tidings, rand_u128};

/// An id as GraphQL shows it.
pub(crate) trait Global {
    fn gid(self) -> String;
}

/// The global id of a type and a row.
pub(crate) fn gid(name: &str, id: Uuid) -> String {
    format!("{name}_{}", URL_SAFE_NO_PAD.encode(id))
}

/// A well-formed id of this type that no row has.
pub(crate) fn nowhere(name: &str) -> String {
    gid(name, Uuid::from_u128(rand_u128()))
}

macro_rules! global {
    ($($id:ident => $name:literal,)+) => {$(
        impl Global for $id {
            fn gid(self) -> String {
                gid($name, self.0)
            }
        }
    )+};
}

global! {
    AgencyId => "Agency",
    AudienceId => "Audience",
    TopicId => "Topic",
    StaffId => "StaffMember",
    ClientId => "Client",
    AccountId => "PortalAccount",
    CareTeamMemberId => "CareTeamMember",
    ProgramId => "Program",
    EnrollmentId => "Enrollment",
    ThreadId => "Thread",
    MessageId => "Message",
    AttachmentId => "Attachment",
    DocumentCategoryId => "DocumentCategory",
    DocumentNameId => "PredefinedDocumentName",
    DocumentId => "Document",
    DocumentFileId => "DocumentFile",
    LocationId => "Location",
    ReleaseId => "ReleaseOfInformation",
    NotificationId => "Notification",
    DraftId => "Draft",
}

/// The global id of a portal request for a document.
pub(crate) fn document_request(id: PortalRequestId) -> String {
    gid("DocumentRequest", id.0)
}

/// The global id of a portal request for a location.
pub(crate) fn location_request(id: PortalRequestId) -> String {
    gid("LocationRequest", id.0)
}

/// The global id of a portal request for a release of information.
pub(crate) fn release_request(id: PortalRequestId) -> String {
    gid("ReleaseOfInformationRequest", id.0)
}

/// The membership of the demo by which a staff member is on a client's care team.
pub(crate) fn membership(client: ClientId, staff: StaffId) -> String {
    let name = format!("care-team-member/{client}/{staff}");
    CareTeamMemberId(cast::id(&name)).gid()
}

/// What tells that something was stored: each table's rows, and sums of what changes in place.
const STORED: &[&str] = &[
    "SELECT COUNT(*) FROM thread",
    "SELECT COUNT(*) FROM thread_participant",
    "SELECT COUNT(*) FROM message",
    "SELECT COUNT(*) FROM message WHERE seen_by_client_at IS NOT NULL",
    "SELECT COUNT(*) FROM message WHERE deleted_at IS NOT NULL",
    "SELECT COUNT(*) FROM tombstone",
    "SELECT COUNT(*) FROM message_removal",
    "SELECT COUNT(*) FROM legal_hold",
    "SELECT CAST(SUM(hidden_seq + removed_seq) AS BIGINT) FROM thread_state",
    "SELECT COUNT(*) FROM thread_state",
    "SELECT COUNT(*) FROM thread_state WHERE pinned",
    "SELECT CAST(SUM(read_seq + unread_adjust) AS BIGINT) FROM thread_state",
    "SELECT COUNT(*) FROM message_mark",
    "SELECT COUNT(*) FROM read_receipt",
    "SELECT COUNT(*) FROM care_team_member",
    "SELECT COUNT(*) FROM care_team_member WHERE end_date IS NULL",
    // Care teams are counted above; the server tells of each new day's by itself.
    "SELECT COUNT(*) FROM event WHERE payload NOT LIKE '%CARE_TEAM_CHANGED%'",
    // The server itself claims each new day once.
    "SELECT COUNT(*) FROM idempotency_key WHERE fingerprint <> 'day'",
    "SELECT CAST(SUM(last_seq) AS BIGINT) FROM thread",
    "SELECT CAST(SUM(version) AS BIGINT) FROM thread",
    "SELECT CAST(SUM(LENGTH(subject)) AS BIGINT) FROM thread",
    "SELECT COUNT(*) FROM thread WHERE lifecycle = 'ARCHIVED'",
    "SELECT CAST(SUM(roles) AS BIGINT) FROM staff_member",
    "SELECT COUNT(*) FROM staff_member WHERE allow_client_contact",
    "SELECT COUNT(*) FROM staff_member WHERE display_in_portal",
    "SELECT COUNT(*) FROM client WHERE status = 'ACTIVE'",
    "SELECT COUNT(*) FROM agency",
    "SELECT COUNT(*) FROM staff_member",
    "SELECT COUNT(*) FROM client",
    "SELECT COUNT(*) FROM portal_account_client",
    "SELECT COUNT(*) FROM external_id",
    "SELECT COUNT(*) FROM program",
    "SELECT COUNT(*) FROM enrollment",
    "SELECT COUNT(*) FROM client WHERE may_send",
    "SELECT COUNT(*) FROM client WHERE direct_chat",
    "SELECT COUNT(*) FROM thread_continuation",
    "SELECT COUNT(*) FROM attachment",
    "SELECT COUNT(*) FROM document",
    "SELECT COUNT(*) FROM document_file",
    "SELECT COUNT(*) FROM document_category WHERE active",
    "SELECT COUNT(*) FROM document_name WHERE active",
    "SELECT COUNT(*) FROM messaging_policy",
    "SELECT COUNT(*) FROM user_settings",
    "SELECT CAST(COALESCE(SUM(LENGTH(settings)), 0) AS BIGINT) FROM user_settings",
    "SELECT COUNT(*) FROM attachment",
    "SELECT COUNT(*) FROM attachment WHERE message_id IS NOT NULL",
    "SELECT COUNT(*) FROM upload",
    "SELECT COUNT(*) FROM message WHERE pinned_at IS NOT NULL",
    "SELECT COUNT(*) FROM message WHERE reply_to_id IS NOT NULL",
    "SELECT CAST(SUM(revision) AS BIGINT) FROM message",
    "SELECT COUNT(*) FROM message_revision",
    "SELECT COUNT(*) FROM message_reaction",
    "SELECT COUNT(*) FROM thread_note",
    "SELECT COUNT(*) FROM draft",
    "SELECT CAST(COALESCE(SUM(LENGTH(body)), 0) AS BIGINT) FROM draft",
    "SELECT COUNT(*) FROM draft_attachment",
    "SELECT COUNT(*) FROM thread WHERE locked_by_id IS NOT NULL",
    "SELECT COUNT(*) FROM client_sharing",
    "SELECT COUNT(*) FROM portal_request",
    "SELECT COUNT(*) FROM portal_request WHERE status = 'SENT'",
    "SELECT COUNT(*) FROM portal_request WHERE closed_at IS NULL",
    "SELECT COUNT(*) FROM location",
    "SELECT COUNT(*) FROM release_of_information",
    "SELECT COUNT(*) FROM release_of_information WHERE revoked_at IS NULL",
    "SELECT COUNT(*) FROM notification",
    "SELECT COUNT(*) FROM notification WHERE read_at IS NULL",
    "SELECT COUNT(*) FROM agency",
    "SELECT COUNT(*) FROM staff_member WHERE active",
    "SELECT COUNT(*) FROM staff_member",
    "SELECT COUNT(*) FROM client",
    "SELECT CAST(SUM(LENGTH(title)) AS BIGINT) FROM topic",
    "SELECT CAST(SUM(LENGTH(label)) AS BIGINT) FROM audience",
    "SELECT CAST(SUM(rank) AS BIGINT) FROM portal_account_client",
    "SELECT COUNT(*) FROM portal_account_client",
    "SELECT COUNT(*) FROM portal_account",
    "SELECT COUNT(*) FROM portal_account WHERE state = 'CONNECTED'",
    "SELECT COUNT(*) FROM invitation",
    "SELECT COUNT(*) FROM invitation WHERE withdrawn_at IS NULL AND accepted_at IS NULL",
    "SELECT COUNT(*) FROM mail",
    "SELECT CAST(COALESCE(SUM(seq), 0) AS BIGINT) FROM mail_mark",
    "SELECT COUNT(*) FROM credential",
    "SELECT COUNT(*) FROM session",
    "SELECT COUNT(*) FROM session WHERE revoked_at IS NULL",
    "SELECT COUNT(*) FROM password_link",
];

/// An attachment of the demo's clinician that waits to be sent, for tests of what an id opens; its
/// file is not there.
pub(crate) const WAITING: AttachmentId = AttachmentId(Uuid::from_u128(0x0a77_ac40));

/// Attachments that the demo's client has uploaded as documents, likewise.
pub(crate) const PAPERS: [AttachmentId; 2] = [
    AttachmentId(Uuid::from_u128(0x0a77_ac41)),
    AttachmentId(Uuid::from_u128(0x0a77_ac42)),
];

/// A document of the demo's client that nobody asked for, likewise.
pub(crate) const HANDED_IN: DocumentId = DocumentId(Uuid::from_u128(0x0d0c));

/// Its file.
pub(crate) const FILE: DocumentFileId = DocumentFileId(Uuid::from_u128(0x0f11e));

/// A draft of the demo's clinician for a new thread, for tests of what an id opens.
pub(crate) const DRAFT: DraftId = DraftId(Uuid::from_u128(0x0aef_1a70));

/// A draft of the demo's clinician in `SLEEP`, likewise.
pub(crate) const ANSWER: DraftId = DraftId(Uuid::from_u128(0x0aef_1a71));

impl Tidings {
    /// Stores [`DRAFT`] and [`ANSWER`] in the place of all of the clinician's drafts.
    pub(crate) async fn drafts_wait(&self) {
        let clinician = cast::staff::CLINICIAN;
        let gone = "DELETE FROM draft_attachment WHERE draft_id IN (SELECT id FROM draft WHERE \
                    owner_id = {}); DELETE FROM draft WHERE owner_id = {}";
        self.alter(gone, clinician).await;
        let sleep = self.literal(cast::thread::SLEEP.0);
        for (id, thread) in [(DRAFT, "NULL"), (ANSWER, sleep.as_str())] {
            let id = self.literal(id.0);
            let sql = format!(
                "INSERT INTO draft (id, agency_id, owner_kind, owner_id, thread_id, recipients, as_group, subject, \
                 body_format, body, updated_at) SELECT {id}, agency_id, 'STAFF', id, {thread}, '[]', FALSE, '', \
                 'PLAIN', 'b', created_at FROM staff_member WHERE id = {{}}"
            );
            self.alter(&sql, clinician).await;
        }
    }

    /// Stores [`WAITING`].
    pub(crate) async fn attachment_waits(&self) {
        let sql = format!(
            "INSERT INTO attachment (id, agency_id, uploader_kind, uploader_id, purpose, file_name, media_type, kind, \
             bytes, sha256, file_id, created_at, expires_at) SELECT {id}, agency_id, 'STAFF', id, 'MESSAGE', \
             'a.pdf', 'application/pdf', 'DOCUMENT', 1, '', {id}, created_at, '2036-01-01 00:00:00+00:00' \
             FROM staff_member WHERE id = {{}}",
            id = self.literal(WAITING.0)
        );
        self.alter(&sql, cast::staff::CLINICIAN).await;
        // And a session of hers, beside it.
        let sql = format!(
            "INSERT INTO session (id, agency_id, principal_kind, principal_id, created_at, last_used_at, expires_at, \
             ends_at, generation, refresh_hash) SELECT {id}, agency_id, 'STAFF', id, created_at, created_at, \
             '2036-01-01 00:00:00+00:00', '2036-01-01 00:00:00+00:00', 0, '' FROM staff_member WHERE id = {{}}",
            id = self.literal(WAITING.0)
        );
        self.alter(&sql, cast::staff::CLINICIAN).await;
    }

    /// Stores [`PAPERS`], [`HANDED_IN`] and [`FILE`].
    pub(crate) async fn papers_wait(&self) {
        for id in PAPERS {
            let sql = format!(
                "INSERT INTO attachment (id, agency_id, uploader_kind, uploader_id, client_id, purpose, file_name, \
                 media_type, kind, bytes, sha256, file_id, created_at, expires_at) SELECT {id}, a.agency_id, 'ACCOUNT', \
                 l.account_id, l.client_id, 'REQUEST_DOCUMENT', 'a.pdf', 'application/pdf', 'DOCUMENT', 1, '', {id}, \
                 a.created_at, '2036-01-01 00:00:00+00:00' FROM portal_account_client l JOIN client a \
                 ON a.id = l.client_id WHERE l.client_id = {{}}",
                id = self.literal(id.0)
            );
            self.alter(&sql, cast::client::CLIENT).await;
        }
        let document = self.literal(HANDED_IN.0);
        let sql = format!(
            "INSERT INTO document (id, agency_id, client_id, private, added_by, name, created_at) \
             SELECT {document}, a.agency_id, a.id, TRUE, l.account_id, 'Lease', a.created_at \
             FROM portal_account_client l JOIN client a ON a.id = l.client_id WHERE l.client_id = {{}}"
        );
        self.alter(&sql, cast::client::CLIENT).await;
        let sql = format!(
            "INSERT INTO document_file (id, document_id, rank, file_name, media_type, kind, bytes, sha256, file_id) \
             VALUES ({{}}, {document}, 0, 'a.pdf', 'application/pdf', 'DOCUMENT', 1, '', {document})"
        );
        self.alter(&sql, FILE).await;
    }

    /// Moves the clock on to a moment.
    pub(crate) fn until(&self, moment: DateTime<Utc>) {
        self.clock.advance(moment - self.clock.now());
    }

    /// Numbers that change whenever anything is stored.
    pub(crate) async fn stored(&self) -> Vec<i64> {
        let parts: Vec<String> = STORED
            .iter()
            .map(|sql| format!("CAST(({sql}) AS TEXT)"))
            .collect();
        let numbers: String = self
            .one(&format!("SELECT {}", parts.join(" || ',' || ")))
            .await;
        numbers
            .split(',')
            .map(|number| number.parse().unwrap())
            .collect()
    }

    /// The one id that a statement answers.
    pub(crate) async fn uuid(&self, sql: &str) -> Uuid {
        let sql = if self.database.is_postgres() {
            format!("SELECT CAST(({sql}) AS TEXT)")
        } else {
            format!("SELECT HEX(({sql}))")
        };
        self.one(&sql).await.parse().unwrap()
    }

    /// How many events there are.
    pub(crate) async fn events(&self) -> i64 {
        self.count("SELECT COUNT(*) FROM event").await
    }

    /// The number that a statement answers.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let text = self.one(&format!("SELECT CAST(({sql}) AS TEXT)")).await;
        text.parse().unwrap()
    }

    /// The one text that a statement answers.
    async fn one(&self, sql: &str) -> String {
        let sql = sqlx::AssertSqlSafe(sql.to_owned());
        let url = self.database.url();
        if self.database.is_postgres() {
            let mut connection = PgConnection::connect(url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await
        } else {
            let mut connection = SqliteConnection::connect(url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await
        }
        .unwrap()
    }

    /// Changes what no mutation reaches yet: policies, accounts, who works here. `{}` in the
    /// statement stands for the row's id.
    pub(crate) async fn alter(&self, sql: &str, id: impl Into<Uuid>) {
        let sql = sql.replace("{}", &self.literal(id.into()));
        self.database.alter(&sql).await;
    }

    /// The same with a portal account, for which `{ACCOUNT}` stands.
    pub(crate) async fn link(&self, sql: &str, id: impl Into<Uuid>, account: AccountId) {
        let account = self.literal(account.0);
        self.alter(&sql.replace("{ACCOUNT}", &account), id).await;
    }

    /// Lets a staff member leave. No mutation does it yet.
    pub(crate) async fn deactivate(&self, staff: tidings_domain::StaffId) {
        let leave = "UPDATE staff_member SET active = FALSE WHERE id = {}";
        self.alter(leave, staff).await;
        let tell = format!(
            "INSERT INTO event (at, agency_id, access, payload) SELECT created_at, agency_id, TRUE, \
             '{}' FROM staff_member WHERE id = {{}}",
            serde_json::json!({ "kind": "STAFF_ACCESS_CHANGED", "staff": staff })
        );
        self.alter(&tell, staff).await;
    }

    /// An id as the database writes it.
    pub(crate) fn literal(&self, id: Uuid) -> String {
        if self.database.is_postgres() {
            format!("'{id}'")
        } else {
            format!("X'{}'", id.simple())
        }
    }

    /// Sets switches of the demo agency's policy; the others keep their defaults.
    pub(crate) async fn policy(&self, switches: serde_json::Value) {
        let sql =
            format!("UPDATE messaging_policy SET switches = '{switches}' WHERE agency_id = {{}}");
        self.alter(&sql, cast::agency::HARBOR_LANE).await;
    }
}
