//! Who calls: tokens are verified here, and made for development.
//!
//! A token says **who** ([`Claims`]): a subject, and until when. It never says what the subject may
//! do; that comes from the database at each request and each event. This module knows neither the
//! database nor HTTP: it takes the text of a token and the time.
//!
//! - `verify.rs`: the checks, in the order in which they run.
//! - `parts.rs`: the three parts of a token, read strictly.
//! - `keys.rs`: a JSON Web Key Set, each key with the one algorithm it is for.
//! - `ring.rs`: the present key set, refreshed without a storm; `source.rs`: where it comes from.
//! - `shared_secret.rs`, `mint.rs`: HS256 for development.
//!
//! To accept another algorithm: a line in `parts.rs` (the header) and one in `keys.rs` (the key
//! type it belongs to), and tokens of it in the tests. Never one that signs with a public value.

mod error;
mod keys;
mod mint;
mod parts;
mod ring;
mod shared_secret;
mod source;
#[cfg(test)]
mod tests;
mod verify;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use error::TokenError;
pub(crate) use mint::issuer;
pub use mint::{mint, mint_in};
pub(crate) use shared_secret::made_secret;
pub use verify::Verifier;

/// The longest token that is looked at, in bytes: four times what identity providers send.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// What a valid token says. No roles: what the subject may do comes from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whom the token was made for (`sub`): a staff member or a portal account.
    pub subject: Uuid,
    /// The login that the token belongs to (`sid`), when the issuer tells.
    pub session: Option<Uuid>,
    /// The moment from which the token is no longer valid (`exp`), without the leeway: the time to
    /// announce to the client.
    pub expires_at: DateTime<Utc>,
}
