//! What an agency decides for itself.

use chrono::{DateTime, Days, Duration, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::file_type::FilePurpose;
use crate::id::StaffId;
use crate::limits;
use crate::release::DEFAULT_RELEASE_TEXT;
use crate::vocabulary::{AudienceKind, ClientNaming, DeletionRule, SupervisorScope};

/// The switches of an agency's messaging policy. Versioned: a change makes a new version (C-50).
///
/// The defaults are the safer of the rules that the portals differ in (`docs/features.md`, K rows).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessagingPolicy {
    /// Whether clients and staff can exchange messages at all (T-01).
    pub portal_enabled: bool,
    /// Whose clients a supervisor sees (K12).
    pub supervisor_scope: SupervisorScope,
    /// Whether staff must give a subject, or a topic that fills it (K9).
    pub subject_required: bool,
    /// Fewest characters of a message, 1 to 100 (K16).
    pub min_body_chars: u32,
    /// Most characters of a client's message; none means the server's own bound (P-43).
    pub client_max_message_chars: Option<u32>,
    /// Whether clients see when staff read their messages (K7).
    pub client_sees_staff_receipts: bool,
    /// Whether a message may wait for a client who has no account yet (K11).
    pub send_to_unregistered: bool,
    /// Whether a group may have several clients, who see each other (K5).
    pub allow_multi_client_groups: bool,
    /// How the clients of a group are named to each other (PX-02).
    pub group_client_names: ClientNaming,
    /// Whether staff may share a chat with colleagues (P-12).
    pub chat_sharing: bool,
    /// The size that an attachment must stay below, in bytes: 1 to 25 MiB (S-14, K1).
    pub attachment_below_bytes: u64,
    /// Most attachments of one message, 0 to 100 (SX-01).
    pub attachments_per_message: u32,
    /// Hours for which an invitation to the portal is open, 1 to 720 (SX-08, CX-09).
    pub invitation_hours: u32,
    /// Most reminders of an open invitation, 0 to 10 (CX-08, CX-09).
    pub invitation_reminders: u32,
    /// Hours between two reminders, 1 to 720 (CX-09).
    pub invitation_reminder_hours: u32,
    /// Whether voice notes come in (P-28, K2).
    pub voice_notes: bool,
    /// Whether the formats of phones' cameras come in: WebP and HEIC (P-29, K2).
    pub photos: bool,
    /// Days for which a portal request stands open, 1 to 3,650.
    pub request_days: u32,
    /// The text that a client agrees to with a release of information; none means the server's own.
    pub release_text: Option<String>,
    /// Days for which a release holds at most, 1 to 3,650.
    pub release_days: u32,
    /// Days before the end of a release at which notice is given; 0 means never (CX-20).
    pub release_notice_days: u32,
    /// Whether clients may add documents and locations without being asked (CX-19).
    pub unsolicited_records: bool,
    /// The staff member who owns what clients add without being asked (CX-09); none means nobody.
    pub unsolicited_owner: Option<StaffId>,
    /// Who deletes messages and threads for everybody (K3).
    pub deletion: DeletionRule,
    /// Whether an admin of either kind may delete what clients have seen, in every audience (K4).
    pub either_admin_deletes: bool,
    /// Days for which the content of what was deleted is kept, for the admins of its audience; 0
    /// erases it at once (S-31, P-20). At most 3,650.
    pub deleted_grace_days: u32,
    /// Days after its sending before which no content is erased, deleted or not (K3). At most 36,500.
    pub retention_days: u32,
    /// Whether staff may write to each other (TX-04).
    pub internal_messaging: bool,
    /// Whether clients who are added from now on may use direct chats (P-40, PX-06).
    pub direct_chat_for_new_clients: bool,
    /// Whether a client cannot answer either where nobody takes messages that clients start (K13).
    pub block_replies_when_contact_off: bool,
    /// The audiences to which clients may write without naming a member of their care team (K13).
    pub client_audience_inboxes: Vec<AudienceKind>,
    /// With whom a new direct chat is shared from its first message on (P-45); at most 100.
    pub default_direct_chat_sharing: Vec<StaffId>,
    /// Whether e-mails to staff may carry the content of messages, if they choose it (P-49).
    pub staff_email_content: bool,
    /// The same for alerts to staff.
    pub staff_alert_content: bool,
    /// The same for e-mails to clients.
    pub client_email_content: bool,
    /// The same for alerts to clients.
    pub client_alert_content: bool,
}

impl Default for MessagingPolicy {
    fn default() -> Self {
        Self {
            portal_enabled: true,
            supervisor_scope: SupervisorScope::Supervisees,
            subject_required: true,
            min_body_chars: 1,
            client_max_message_chars: None,
            client_sees_staff_receipts: false,
            send_to_unregistered: true,
            allow_multi_client_groups: false,
            group_client_names: ClientNaming::Initials,
            chat_sharing: true,
            attachment_below_bytes: limits::ATTACHMENT_BELOW,
            attachments_per_message: limits::ATTACHMENTS_PER_MESSAGE,
            invitation_hours: 48,
            invitation_reminders: 2,
            invitation_reminder_hours: 20,
            voice_notes: false,
            photos: false,
            request_days: limits::REQUEST_DAYS,
            release_text: None,
            release_days: limits::RELEASE_DAYS,
            release_notice_days: limits::RELEASE_NOTICE_DAYS,
            unsolicited_records: true,
            unsolicited_owner: None,
            deletion: DeletionRule::UnseenAnySeenAdmin,
            either_admin_deletes: false,
            deleted_grace_days: 0,
            retention_days: 0,
            internal_messaging: true,
            direct_chat_for_new_clients: true,
            block_replies_when_contact_off: false,
            client_audience_inboxes: Vec::new(),
            default_direct_chat_sharing: Vec::new(),
            staff_email_content: false,
            staff_alert_content: false,
            client_email_content: false,
            client_alert_content: false,
        }
    }
}

impl MessagingPolicy {
    /// What may come in as an attachment of a message (K1, K2).
    #[must_use]
    pub fn attachments(&self) -> FilePurpose {
        FilePurpose::Message {
            below: self.attachment_below_bytes,
            voice_notes: self.voice_notes,
            photos: self.photos,
        }
    }

    /// When the content of a message that is deleted now may be erased (K3).
    #[must_use]
    pub fn purge_after(&self, deleted: DateTime<Utc>, sent: DateTime<Utc>) -> DateTime<Utc> {
        let grace = self.deleted_grace_days.min(limits::MAX_GRACE_DAYS);
        let grace = deleted + Duration::days(grace.into());
        match self.retention() {
            Some(retention) => grace.max(sent + retention),
            None => grace,
        }
    }

    /// For how long after its sending the content of a message is kept, deleted or not.
    #[must_use]
    pub fn retention(&self) -> Option<Duration> {
        let days = self.retention_days.min(limits::MAX_RETENTION_DAYS);
        (days > 0).then(|| Duration::days(days.into()))
    }

    /// For how long an invitation is open (SX-08).
    #[must_use]
    pub fn invitation(&self) -> TimeDelta {
        hours(self.invitation_hours)
    }

    /// When to remind of an open invitation that was sent at `at` and told of `told` times since, if
    /// at all (CX-08).
    #[must_use]
    pub fn reminder(&self, at: DateTime<Utc>, told: u32) -> Option<DateTime<Utc>> {
        let most = self
            .invitation_reminders
            .min(limits::MAX_INVITATION_REMINDERS);
        (told < most).then(|| at + hours(self.invitation_reminder_hours))
    }

    /// Most attachments of one message, whatever the policy says.
    #[must_use]
    pub fn most_attachments(&self) -> usize {
        let most = usize::try_from(self.attachments_per_message);
        most.unwrap_or(limits::MAX_ATTACHMENTS)
            .min(limits::MAX_ATTACHMENTS)
    }

    /// The text that a client agrees to with a release of information.
    #[must_use]
    pub fn release_text(&self) -> &str {
        let own = self.release_text.as_deref();
        own.filter(|text| !text.trim().is_empty())
            .unwrap_or(DEFAULT_RELEASE_TEXT)
    }

    /// How long a portal request stands open.
    #[must_use]
    pub fn request_lasts(&self) -> Days {
        Days::new(u64::from(within_bounds(self.request_days)))
    }

    /// Days for which a release of information holds at most.
    #[must_use]
    pub fn longest_release(&self) -> u32 {
        within_bounds(self.release_days)
    }
}

fn within_bounds(days: u32) -> u32 {
    days.clamp(1, limits::MAX_POLICY_DAYS)
}

/// Hours as a policy may set them.
fn hours(hours: u32) -> TimeDelta {
    TimeDelta::hours(i64::from(hours.clamp(1, limits::MAX_INVITATION_HOURS)))
}
