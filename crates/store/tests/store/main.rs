//! The store, proved from outside on either database.

#[path = "../support/mod.rs"]
mod support;

mod claim;
mod crown;
mod directory;
mod event_log;
mod gapless;
mod model;
mod paging;
mod reading;
mod stir;
mod writer;
