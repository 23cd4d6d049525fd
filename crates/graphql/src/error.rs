//! Errors at the counter: top-level errors with a stable code, and `userErrors`.

use std::borrow::Cow;

use async_graphql::{Error, ErrorExtensions, SimpleObject};
use tidings_domain::ErrorCode;
use tidings_service::Refusal;
use tidings_store::StoreError;

use crate::user_error_code::UserErrorCode;

/// A refusal that a person can mend, or must be told. Nothing was stored.
#[derive(SimpleObject, Clone, Debug)]
pub(crate) struct UserError {
    /// The input field that it is about, from the outside in; null if it is about the whole.
    field: Option<Vec<String>>,
    /// The stable code.
    code: UserErrorCode,
    /// A sentence for people.
    message: String,
}

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        let field = refusal
            .field
            .into_iter()
            .map(Cow::into_owned)
            .collect::<Vec<_>>();
        let field = (!field.is_empty()).then_some(field);
        Self {
            field,
            code: refusal.code.into(),
            message: refusal.message,
        }
    }
}

/// A top-level error with its code.
pub(crate) fn coded(code: ErrorCode, message: &str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code.as_str()))
}

/// Not there, or not for this viewer.
pub(crate) fn not_found() -> Error {
    coded(ErrorCode::NotFound, "There is no such thing.")
}

/// Visible, but not for this viewer to do.
pub(crate) fn forbidden() -> Error {
    coded(ErrorCode::Forbidden, "You may not do this.")
}

/// A malformed argument.
pub(crate) fn bad_input(message: &str) -> Error {
    coded(ErrorCode::BadUserInput, message)
}

/// A fault of ours. It carries no code: the transport logs it and shows the client none of it.
pub(crate) fn fault(error: &StoreError) -> Error {
    Error::new(error.to_string())
}

/// A service's error that is no refusal.
pub(crate) fn top_level(error: &tidings_service::Error) -> Error {
    match error {
        tidings_service::Error::Code(code, message) => coded(*code, message),
        tidings_service::Error::Store(error) => fault(error),
        // No code, as for a fault of the store.
        tidings_service::Error::Files(error) => Error::new(error.to_string()),
        tidings_service::Error::Refused(refusal) => Error::new(refusal.message.clone()),
        tidings_service::Error::Several(_) => Error::new(error.to_string()),
    }
}

/// Splits what a use case answers: an outcome or refusals for the payload, other errors up.
pub(crate) fn outcome<T>(
    result: tidings_service::Result<T>,
) -> async_graphql::Result<Result<T, Vec<UserError>>> {
    match result {
        Ok(outcome) => Ok(Ok(outcome)),
        Err(tidings_service::Error::Refused(refusal)) => Ok(Err(vec![refusal.into()])),
        Err(tidings_service::Error::Several(refusals)) => {
            Ok(Err(refusals.into_iter().map(UserError::from).collect()))
        }
        Err(error) => Err(top_level(&error)),
    }
}
