//! The counter: the GraphQL schema, its types, guards, loaders and subscriptions.
//!
//! A type is a newtype over a row with every field written out; no column reaches the schema by
//! accident. A resolver parses ids and cursors, asks the store (reads) or the service (writes), and
//! holds no rule: what a viewer may see is in the store's scoped reads, what it may read of an
//! object is in the law's `FIELDS`, what it may do is decided by the service.
//!
//! # Adding the next field
//!
//! Write it on its type with a description; list it in `FIELDS` (policy) if it is guarded, or in
//! `tests/open_fields.txt` if everybody who sees the object may read it; `cargo xtask generate`.

mod account;
mod account_mutations;
mod administration;
mod agency;
mod attachment;
mod attachment_mutations;
mod audience;
mod audit;
mod batching;
mod bulk_mutations;
mod care_team;
mod chat_loaders;
mod chat_mutations;
mod client;
mod connection;
mod contacts;
mod cursor;
mod deletion;
mod deletion_loaders;
mod deletion_mutations;
mod directory_import;
mod directory_mutations;
mod document;
mod document_loaders;
mod document_mutations;
mod draft;
mod draft_loaders;
mod draft_mutations;
mod enums;
mod error;
mod event;
mod export_mutations;
mod guard;
mod inbox;
mod live;
mod loaders;
mod mass_sending;
mod message;
mod message_edit_mutations;
mod message_loaders;
mod message_mutations;
mod message_page;
mod node;
mod notification;
mod own_view_mutations;
mod people;
mod policy_mutations;
mod portal_request;
mod portal_request_mutations;
mod price;
mod program;
mod query;
mod quote;
mod reaction;
mod record;
mod record_mutations;
mod request;
mod scalars;
mod schema;
mod search;
mod session;
mod sharing;
mod staff;
mod subscription;
mod thread;
mod thread_mutations;
mod thread_note;
mod thread_parts;
mod thread_people;
mod unread;
mod user_error_code;
mod user_settings;

pub use live::Answer;
pub use node::attachment_id;
pub use request::Request;
pub use schema::{SchemaOptions, TidingsSchema, sdl};
