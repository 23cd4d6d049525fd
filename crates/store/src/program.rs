//! Programs and enrolments: scoped reads.

use chrono::NaiveDate;
use sea_orm::entity::prelude::ColumnTrait;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use tidings_domain::{ClientId, EnrollmentId, ProgramId};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::directory::padded;
use crate::entities::{enrollment, program};
use crate::error::Result;
use crate::visibility::visible;

/// Most programs of an agency that are listed.
const MOST_PROGRAMS: u64 = 500;

impl enrollment::Model {
    /// Whether the client is enrolled on a day; on both of its ends, too.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.entry_date <= day && self.exit_date.is_none_or(|exit| exit >= day)
    }
}

impl Store {
    /// The programs of the viewer's agency by name, at most 500 (CX-02). None for an account.
    pub async fn all_programs(&self, viewer: &Viewer) -> Result<Vec<program::Model>> {
        let query = visible::<program::Entity>(viewer)
            .order_by_asc(program::Column::Name)
            .order_by_asc(program::Column::Id)
            .limit(MOST_PROGRAMS);
        Ok(query.all(&self.read).await?)
    }

    /// Those of the programs that the viewer sees.
    pub async fn programs(
        &self,
        viewer: &Viewer,
        ids: &[ProgramId],
    ) -> Result<Vec<program::Model>> {
        let query = visible::<program::Entity>(viewer);
        let query = query.filter(program::Column::Id.is_in(padded(ids)));
        Ok(query.all(&self.read).await?)
    }

    /// Those of the enrolments that the viewer sees.
    pub async fn enrollments(
        &self,
        viewer: &Viewer,
        ids: &[EnrollmentId],
    ) -> Result<Vec<enrollment::Model>> {
        let query = visible::<enrollment::Entity>(viewer);
        let query = query.filter(enrollment::Column::Id.is_in(padded(ids)));
        Ok(query.all(&self.read).await?)
    }

    /// The enrolments of these clients that the viewer sees, newest first.
    pub async fn enrollments_of(
        &self,
        viewer: &Viewer,
        clients: &[ClientId],
    ) -> Result<Vec<enrollment::Model>> {
        let query = visible::<enrollment::Entity>(viewer)
            .filter(enrollment::Column::ClientId.is_in(padded(clients)))
            .order_by_desc(enrollment::Column::EntryDate)
            .order_by_desc(enrollment::Column::Id);
        Ok(query.all(&self.read).await?)
    }
}
