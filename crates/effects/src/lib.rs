//! The doors from Tidings to the world: the event bus, the files, and threads as files to keep; mail
//! comes beside them.
//!
//! Nothing here knows a rule, a row or GraphQL.
//!
//! # Adding the next door
//!
//! A module with a small type and its options. A trait only where two implementations ship.

mod bus;
pub mod files;
pub mod mail;
pub mod transcript;
pub mod voice;

pub use bus::{Bus, Woken};
