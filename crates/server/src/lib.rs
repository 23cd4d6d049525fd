//! The front door: configuration, tokens and wiring (in the making).

pub mod auth;
pub mod config;
pub mod seed;
