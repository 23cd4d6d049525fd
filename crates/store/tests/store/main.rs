//! The store, proved from outside on either database.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/mod.rs"]
mod support;

mod attachments;
mod audit;
mod claim;
mod crown;
mod directory;
mod event_log;
mod gapless;
mod model;
mod paging;
mod reading;
mod records;
mod search;
mod shared;
mod stir;
mod writer;
