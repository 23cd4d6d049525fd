//! The tables as SeaORM entities. Private: only the models leave this crate, so that nobody above
//! can read a row but through a scoped read.

#![expect(
    unreachable_pub,
    reason = "derived code is public by itself; the module is not"
)]

pub(crate) mod agency;
pub(crate) mod audience;
pub(crate) mod care_team_member;
pub(crate) mod client;
pub(crate) mod event;
pub(crate) mod event_floor;
pub(crate) mod idempotency_key;
pub(crate) mod message;
pub(crate) mod message_mark;
pub(crate) mod messaging_policy;
pub(crate) mod portal_account;
pub(crate) mod portal_account_client;
pub(crate) mod read_receipt;
pub(crate) mod staff_member;
pub(crate) mod supervision;
pub(crate) mod thread;
pub(crate) mod thread_participant;
pub(crate) mod thread_state;
pub(crate) mod topic;
