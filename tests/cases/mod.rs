//! A module for each capability.

mod bad_input;
mod crown;
mod directory;
mod field_guards;
mod first_light;
mod header;
mod idempotency;
mod inbox;
mod law;
mod live_access;
mod live_cursors;
mod live_delivery;
mod live_kill;
mod live_snapshot;
mod read_state;
mod send_message;
mod shelf;
mod start_by_client;
mod start_thread;
mod tokens;
