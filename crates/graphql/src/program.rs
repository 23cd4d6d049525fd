//! `Program` and `Enrollment`.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Description, ID, Object, Result};
use tidings_domain::ClientId;
use tidings_store::{EnrollmentRow, ProgramRow};

use crate::enums::HouseholdRole;
use crate::error::not_found;
use crate::loaders::{Load, LoadError, Rows, grouped};
use crate::node::Global;
use crate::request::Ask;
use crate::scalars::Date;

/// What an agency enrols clients in. Staff only.
#[derive(Description)]
pub(crate) struct Program(pub(crate) ProgramRow);

#[Object(use_type_description)]
impl Program {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it is there still.
    async fn active(&self) -> bool {
        self.0.active
    }
}

/// An enrolment of a client in a program. It comes from an import. Staff only.
#[derive(Description)]
pub(crate) struct Enrollment(pub(crate) EnrollmentRow);

#[Object(use_type_description)]
impl Enrollment {
    /// The global id.
    pub(crate) async fn id(&self) -> ID {
        self.0.id.global()
    }

    /// The program.
    async fn program(&self, ctx: &Context<'_>) -> Result<Program> {
        let row = ctx.one(self.0.program_id).await?.ok_or_else(not_found)?;
        Ok(Program(row))
    }

    /// The first day.
    async fn entry_date(&self) -> Date {
        Date(self.0.entry_date)
    }

    /// The last day; the enrolment holds on that day still. Null if it goes on.
    async fn exit_date(&self) -> Option<Date> {
        self.0.exit_date.map(Date)
    }

    /// Whether the client is enrolled today, in the agency's time zone.
    async fn active(&self, ctx: &Context<'_>) -> Result<bool> {
        let today = ctx.viewer()?.today();
        Ok(self.0.holds_on(today))
    }

    /// The client's place in the household with which they came.
    async fn household_role(&self) -> HouseholdRole {
        self.0.household_role.into()
    }
}

/// The enrolments of a client.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EnrollmentsOf(pub(crate) ClientId);

impl Loader<EnrollmentsOf> for Rows {
    type Value = Vec<EnrollmentRow>;
    type Error = LoadError;

    async fn load(
        &self,
        keys: &[EnrollmentsOf],
    ) -> Result<HashMap<EnrollmentsOf, Self::Value>, LoadError> {
        let clients: Vec<ClientId> = keys.iter().map(|key| key.0).collect();
        let store = &self.0.service.store;
        let rows = store.enrollments_of(&self.0.viewer(), &clients).await?;
        Ok(grouped(keys, rows, |row| EnrollmentsOf(row.client_id)))
    }
}
