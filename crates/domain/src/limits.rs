//! Bounds that hold for everybody, whatever an agency's policy says. A policy may only be stricter.

/// Longest message text, in Unicode scalar values (K16).
pub const MAX_BODY_CHARS: usize = 65_536;
/// Longest subject, in Unicode scalar values.
pub const MAX_SUBJECT_CHARS: usize = 255;
/// Longest idempotency key, in ASCII characters.
pub const MAX_IDEMPOTENCY_KEY: usize = 128;
/// Days for which an idempotency key is remembered (G4).
pub const IDEMPOTENCY_DAYS: i64 = 7;
/// Largest page of any connection.
pub const MAX_PAGE: usize = 100;
/// Most ids that `nodes(ids:)` and the read-state mutations take at once.
pub const MAX_IDS: usize = 100;
/// Most recipients of one thread that this version takes.
pub const MAX_RECIPIENTS: usize = 100;
/// Most threads that one viewer can pin.
pub const MAX_PINNED: u64 = 100;
/// Subject of a thread that a client starts without one (K9).
pub const DEFAULT_SUBJECT: &str = "(no subject)";
