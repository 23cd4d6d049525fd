//! The front door: configuration, tokens, wiring, seeding, and the server itself.
//!
//! Everything is put together here and nothing is decided here: no business rule, no SQL. The
//! binary `tidings` is a thin shell over [`Server`]; the end-to-end tests start the same thing.
//!
//! # Adding the next option
//!
//! A line with its comment in `config.default.toml`, a field in [`config::Config`], a rule for its
//! bounds, and the place in `wiring.rs` where it takes effect.

pub mod auth;
pub mod config;
mod door;
mod files;
mod health;
pub mod import;
mod mail;
mod metrics;
mod playground;
mod resume;
pub mod seed;
mod sign_in;
pub mod traces;
mod wiring;

pub use wiring::{Parts, Server, open};
