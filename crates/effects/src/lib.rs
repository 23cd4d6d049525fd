//! The doors from Tidings to the world: today the event bus; mail and files come beside it.
//!
//! Nothing here knows a rule, a row or GraphQL.
//!
//! # Adding the next door
//!
//! A module with a small type and its options. A trait only where two implementations ship.

mod bus;

pub use bus::{Bus, Woken};
