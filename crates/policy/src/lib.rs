//! The law: who may do what, as tables that a care manager could proofread.
//!
//! Pure and synchronous: no database, no network, no GraphQL. Two readers of one table, no third:
//! [`decide`] answers for one row at hand, [`grants`] says which rows a viewer reaches, and the
//! store turns those grants into SQL. A test in the store holds the two equal.
//!
//! # Adding the next rule
//!
//! Add a row to `table.rs`; if it needs a new way to relate to a thread, add a [`Standing`] and a
//! [`Reach`], and the store does not compile until the reach has its SQL. Then remake the
//! snapshot `policy_table.snap` and read the difference aloud.

mod administration;
mod attachment;
mod contact;
mod decide;
mod deletion;
mod fields;
mod grants;
mod message;
mod notice;
mod record;
mod table;
mod viewer;

pub use administration::{AdminAction, administers};
pub use attachment::{AttachmentFacts, decide_attachment, may_upload};
pub use contact::{ContactFacts, ContactWith, may_contact};
pub use decide::{
    ClientFacts, Denied, ThreadFacts, bare, client_block, decide, may_address, write_block,
};
pub use deletion::{
    ContentFacts, DELETE_SEEN, DELETE_UNSEEN, MessageFacts, deletes_seen, deletes_seen_somewhere,
    may_name_to_delete, message_delete_block, reads_deleted, thread_delete_block,
};
pub use fields::{FIELDS, FieldRule, field_rule};
pub use grants::{Grant, Reach, grants};
pub use message::{decide_draft, may_edit, shows_reaction};
pub use notice::{NoticeChannel, carries_content};
pub use record::{
    RECORD_ROLES, RECORDS, RecordFacts, RecordGrant, RecordReach, RecordRule, RecordStanding,
    decide_record, may_act_for, may_change_requests, may_revoke, may_send_request, record_grants,
};
pub use table::{Action, ON_DELETED, STAFF_ONLY, Standing, VIEW, ViewRule, readers, wide_roles};
pub use viewer::{AccountViewer, OwnClient, StaffViewer, Viewer};
