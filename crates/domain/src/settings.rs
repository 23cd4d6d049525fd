//! What an agency decides for itself.

use serde::{Deserialize, Serialize};

use crate::file_type::FilePurpose;
use crate::limits;
use crate::vocabulary::{ClientNaming, SupervisorScope};

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
    /// Whether voice notes come in (P-28, K2).
    pub voice_notes: bool,
    /// Whether the formats of phones' cameras come in: WebP and HEIC (P-29, K2).
    pub photos: bool,
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
            voice_notes: false,
            photos: false,
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

    /// Most attachments of one message, whatever the policy says.
    #[must_use]
    pub fn most_attachments(&self) -> usize {
        let most = usize::try_from(self.attachments_per_message);
        most.unwrap_or(limits::MAX_ATTACHMENTS)
            .min(limits::MAX_ATTACHMENTS)
    }
}
