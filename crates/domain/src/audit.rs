//! What the audit log keeps: who did what to which row, and when. Ids and switches, never content.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::id::{AccountId, AgencyId, ClientId, MessageId, Principal, StaffId, ThreadId};
use crate::vocabulary::{Deed, SubjectKind};

/// What an entry is about: a row, which may be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditSubject {
    /// Which kind of row.
    pub kind: SubjectKind,
    /// Its id.
    pub id: Uuid,
}

macro_rules! subjects {
    ($($id:ident => $kind:ident,)+) => {$(
        impl From<$id> for AuditSubject {
            fn from(id: $id) -> Self {
                Self { kind: SubjectKind::$kind, id: id.0 }
            }
        }
    )+};
}

subjects! {
    AgencyId => Agency,
    StaffId => StaffMember,
    ClientId => Client,
    AccountId => PortalAccount,
    ThreadId => Thread,
    MessageId => Message,
}

/// One entry, linked to the one before it in its agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Whose log.
    pub agency: AgencyId,
    /// From 1, without gaps.
    pub number: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody where the system did it by itself.
    pub actor: Option<Principal>,
    /// What was done.
    pub deed: Deed,
    /// To which row.
    pub subject: AuditSubject,
    /// Switches, numbers and words of the vocabulary; nothing that a person wrote.
    pub detail: String,
}

impl AuditEntry {
    /// The entry's link: a SHA-256, in hexadecimal, over the link before it and everything that the
    /// entry says. Whoever changes an entry changes every link behind it (45 CFR 164.312(c)).
    #[must_use]
    pub fn link(&self, before: &str) -> String {
        let mut hash = Sha256::new();
        // Each part with its length: no two entries come to one text.
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(before.as_bytes());
        part(self.agency.0.as_bytes());
        part(&self.number.to_be_bytes());
        part(&self.at.timestamp_micros().to_be_bytes());
        match self.actor {
            None => part(b""),
            Some(actor) => {
                part(actor.kind().as_str().as_bytes());
                part(actor.uuid().as_bytes());
            }
        }
        part(self.deed.as_str().as_bytes());
        part(self.subject.kind.as_str().as_bytes());
        part(self.subject.id.as_bytes());
        part(self.detail.as_bytes());
        let mut text = String::with_capacity(64);
        for byte in hash.finalize() {
            use std::fmt::Write as _;
            let _infallible = write!(text, "{byte:02x}");
        }
        text
    }
}
