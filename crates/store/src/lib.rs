//! The rows: entities, the visibility compiler, reads, writes, transactions and the event log.
//!
//! The entities are private; only their models leave. Every read that answers somebody takes a
//! [`Viewer`](tidings_policy::Viewer) and starts at the visibility compiler (`visibility.rs`).
//! Unscoped access stands in `system.rs` (seeding), `facts.rs` (what the law asks for),
//! `event_log.rs` (what the relay reads), `files.rs` (sweeping), `due.rs` (what falls due by
//! itself), `import.rs` (what an import matches on, and which one is next), `deletion.rs` (what an
//! admin deletes without seeing it), `mail.rs` (what waits to leave), `credential.rs` and parts of
//! `invitation.rs` and `session.rs` (who is nobody yet), and nowhere else.
//!
//! This crate knows no use case and no GraphQL: it does not decide whether a write is allowed, it
//! only makes sure that a write is whole.
//!
//! # Adding the next table
//!
//! A migration, an entity in `entities/`, its rule in `visibility.rs`, its columns in a `row!`, and
//! a module of reads and writes named after the feature.

// The tests inside share their support with those from outside, which names this crate.
#[cfg(test)]
extern crate self as tidings_store;

mod administration;
mod attachment;
mod audit;
mod care_team;
mod contacts;
mod credential;
mod database;
mod deletion;
mod directory;
mod document;
mod draft;
mod due;
mod entities;
mod error;
mod event_log;
mod facts;
mod files;
mod idempotency;
mod import;
mod inbox;
mod invitation;
mod legal_hold;
mod mail;
mod message;
mod notification;
mod own_view;
mod page;
mod portal_request;
mod program;
mod reaction;
mod read_state;
mod recipients;
mod record;
mod revision;
mod search;
mod session;
mod settings;
mod shared_document;
mod sharing;
mod sql;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "not all of it serves the tests inside")]
mod support;
mod system;
#[cfg(test)]
mod tests;
mod thread;
mod thread_client;
mod thread_note;
mod viewer;
mod visibility;
mod writer;

pub use administration::is_time_zone;
pub use audit::AuditChain;
pub use care_team::{CareTeamRow, contact_facts, contact_with};
pub use contacts::{ChatOfTwo, GroupPlace};
pub use credential::{Addressee, Credential, PasswordLink};
pub use database::Store;
pub use deletion::{Deletable, DeletedMessageRow, Deletion, DueThread, Purged, TombstoneRow};
pub use directory::NamePlace;
pub use due::{EndingRelease, NoticeDay};
pub use entities::agency::Model as AgencyRow;
pub use entities::attachment::Model as AttachmentRow;
pub use entities::audience::Model as AudienceRow;
pub use entities::audit_entry::Model as AuditRow;
pub use entities::care_team_member::Model as CareTeamMemberRow;
pub use entities::client::Model as ClientRow;
pub use entities::client_sharing::Model as ClientSharingRow;
pub use entities::directory_import::Model as DirectoryImportRow;
pub use entities::document::Model as DocumentRow;
pub use entities::document_category::Model as DocumentCategoryRow;
pub use entities::document_file::Model as DocumentFileRow;
pub use entities::document_name::Model as DocumentNameRow;
pub use entities::draft::Model as DraftRow;
pub use entities::enrollment::Model as EnrollmentRow;
pub use entities::external_id::Model as ExternalIdRow;
pub use entities::invitation::Model as InvitationRow;
pub use entities::location::Model as LocationRow;
pub use entities::mail::Model as MailRow;
pub use entities::message::Model as MessageModel;
pub use entities::message_reaction::Model as ReactionModel;
pub use entities::message_revision::Model as RevisionRow;
pub use entities::messaging_policy::Model as PolicyRow;
pub use entities::notification::Model as NotificationRow;
pub use entities::portal_account::Model as AccountRow;
pub use entities::portal_account_client::Model as AccountClientRow;
pub use entities::portal_request::Model as PortalRequestRow;
pub use entities::program::Model as ProgramRow;
pub use entities::read_receipt::Model as ReceiptRow;
pub use entities::release_of_information::Model as ReleaseRow;
pub use entities::session::Model as SessionRow;
pub use entities::staff_member::Model as StaffRow;
pub use entities::supervision::Model as SupervisionRow;
pub use entities::thread::Model as ThreadRow;
pub use entities::thread_client::Model as ThreadClientRow;
pub use entities::thread_note::Model as NoteRow;
pub use entities::thread_participant::Model as ParticipantRow;
pub use entities::thread_state::Model as StateRow;
pub use entities::topic::Model as TopicRow;
pub use entities::upload::Model as UploadRow;
pub use error::{Result, StoreError};
pub use event_log::Subject;
pub use facts::{
    AssignmentTurn, LiveRequest, LiveThread, TeamFacts, bare_facts, client_facts, record_facts,
};
pub use idempotency::Claim;
pub use import::{ClientChange, EnrollmentChange, ImportState, MemberChange, StaffChange};
pub use inbox::{InboxFilter, InboxJoins, InboxKind, InboxRow, InboxState};
pub use invitation::InvitationTo;
pub use mail::{Colleague, Reachable, mail_row};
pub use message::{MessagePlace, MessageRange, MessageRow, Receipt, Take};
pub use own_view::Removed;
pub use page::{InboxPlace, Page, RecordPlace};
pub use reaction::{ReactionCounts, ReactionRow};
pub use read_state::{Reading, ReadingDone, UnreadCount, ViewerState};
pub use revision::{Edit, QuoteKey, QuoteRow};
pub use search::{SearchFilter, SearchPlace, SearchRow};
pub use session::Sessions;
pub use settings::{Policy, PolicyVersion};
pub use shared_document::DocumentPlace;
pub use system::{Batch, StaffAsViewer, policy_row};
pub use thread::{Header, SeenThread};
pub use thread_client::NumberedClient;
pub use thread_note::NoteKey;
pub use writer::Tx;
