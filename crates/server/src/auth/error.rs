//! Why a token was refused: a reason for the log, and one text for every client.

use std::fmt;

use tidings_domain::ErrorCode;

/// Why a token was refused.
///
/// `Display` is what a client may read and tells nothing but whether the token has expired;
/// [`TokenError::reason`] is what the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenError {
    /// Longer than [`super::MAX_TOKEN_BYTES`].
    TooLarge,
    /// Not three parts of base64url with a JSON object in the first two, or a claim of a wrong type.
    Malformed,
    /// An algorithm other than those pinned: `none` among them.
    AlgorithmNotAllowed,
    /// A header that must be understood and is not (`crit`), or a token of another kind (`typ`).
    HeaderNotSupported,
    /// No `kid`, although there is a set of keys to choose from.
    MissingKeyId,
    /// A `kid` that is not in the key set.
    UnknownKey,
    /// No key set could be loaded yet.
    KeysUnavailable,
    /// The signature does not match.
    BadSignature,
    /// A claim that every token must have is missing.
    MissingClaim,
    /// Another issuer.
    WrongIssuer,
    /// Another audience.
    WrongAudience,
    /// A subject or session that is no UUID.
    BadSubject,
    /// `nbf` or `iat` lies in the future.
    NotYetValid,
    /// `exp` has passed. Only said of a token whose signature matches.
    Expired,
}

impl TokenError {
    /// The reason, for logs and metrics. It is stable and carries nothing of the token.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::HeaderNotSupported => "header_not_supported",
            Self::MissingKeyId => "missing_key_id",
            Self::UnknownKey => "unknown_key",
            Self::KeysUnavailable => "keys_unavailable",
            Self::BadSignature => "bad_signature",
            Self::MissingClaim => "missing_claim",
            Self::WrongIssuer => "wrong_issuer",
            Self::WrongAudience => "wrong_audience",
            Self::BadSubject => "bad_subject",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
        }
    }

    /// The code for clients, in `extensions.code`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            // A client must know that it should fetch a fresh token.
            Self::Expired => ErrorCode::TokenExpired.as_str(),
            _ => "UNAUTHENTICATED",
        }
    }

    /// The text for clients.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Expired => "The token has expired.",
            // SECURITY: one text for all the rest, so that nobody can feel their way to a token.
            _ => "The token is not valid.",
        }
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for TokenError {}
