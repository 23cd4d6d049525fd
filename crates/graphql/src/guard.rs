//! Field guards: the law's `FIELDS`, asked by name.
//!
//! A guarded field is nullable, and refusing it nulls this field alone, with an error that has its
//! path and code. async-graphql's own guards null the parent; a resolver that returns
//! `Option<Result<…>>` does not.

use async_graphql::{Context, Error, Result};
use tidings_domain::ErrorCode;
use tidings_policy::field_rule;

use crate::error::coded;
use crate::request::Ask;

#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape of a nullable field that can be refused"
)]
/// The value of `Type.field` if the viewer may read it. A field without a row in the law is
/// refused to everybody.
pub(crate) fn guarded<T>(
    ctx: &Context<'_>,
    field: &str,
    value: impl FnOnce() -> T,
) -> Option<Result<T>> {
    Some(permit(ctx, field).map(|()| value()))
}

/// Whether the viewer may read `Type.field`.
pub(crate) fn permit(ctx: &Context<'_>, field: &str) -> Result<(), Error> {
    let viewer = ctx.viewer()?;
    // SECURITY: deny by default.
    if field_rule(field).is_some_and(|rule| rule.allows(&viewer)) {
        Ok(())
    } else {
        Err(coded(ErrorCode::Forbidden, "You may not read this field."))
    }
}
