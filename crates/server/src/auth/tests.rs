//! Tokens that are right, tokens that are not, and keys that change.

mod attacks;
mod claims;
mod key_sets;
mod made_secret;
mod rotation;
mod support;
