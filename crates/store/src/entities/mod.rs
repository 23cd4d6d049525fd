//! The tables as SeaORM entities. Private: only the models leave this crate, so that nobody above
//! can read a row but through a scoped read.

pub(crate) mod agency;
pub(crate) mod attachment;
pub(crate) mod audience;
pub(crate) mod audit_entry;
pub(crate) mod care_team_member;
pub(crate) mod client;
pub(crate) mod client_sharing;
pub(crate) mod directory_import;
pub(crate) mod document;
pub(crate) mod document_category;
pub(crate) mod document_file;
pub(crate) mod document_name;
pub(crate) mod enrollment;
pub(crate) mod external_id;
pub(crate) mod location;
pub(crate) mod message;
pub(crate) mod message_reaction;
pub(crate) mod message_revision;
pub(crate) mod messaging_policy;
pub(crate) mod notification;
pub(crate) mod portal_account;
pub(crate) mod portal_account_client;
pub(crate) mod portal_request;
pub(crate) mod program;
pub(crate) mod read_receipt;
pub(crate) mod release_of_information;
pub(crate) mod staff_member;
pub(crate) mod supervision;
pub(crate) mod thread;
pub(crate) mod thread_client;
pub(crate) mod thread_participant;
pub(crate) mod thread_state;
pub(crate) mod topic;
pub(crate) mod upload;
