//! What an agency decides for itself.

use serde::{Deserialize, Serialize};

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
        }
    }
}
