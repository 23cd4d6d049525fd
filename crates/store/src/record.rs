//! What requests leave on a client's record, and requests themselves: scoped lookups, and pages
//! from the newest to the oldest. One shape for every table.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use tidings_domain::{AssessmentId, ClientId, DocumentId, LocationId, PortalRequestId, ReleaseId};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::{assessment, document, location, portal_request, release_of_information};
use crate::error::Result;
use crate::page::{Page, RecordPlace};
use crate::sql::{Reader, Row, Sql};
use crate::visibility::{Switches, visible_records};

/// A table of the law of records.
pub(crate) trait Record: Row {
    const TABLE: &'static str;
    const HAS: Switches;
}

impl Record for portal_request::Model {
    const TABLE: &'static str = "portal_request";
    const HAS: Switches = Switches {
        private: true,
        hidden: false,
    };
}

impl Record for location::Model {
    const TABLE: &'static str = "location";
    const HAS: Switches = Switches {
        private: true,
        hidden: false,
    };
}

impl Record for document::Model {
    const TABLE: &'static str = "document";
    const HAS: Switches = Switches {
        private: true,
        hidden: false,
    };
}

impl Record for assessment::Model {
    const TABLE: &'static str = "assessment";
    const HAS: Switches = Switches {
        private: true,
        hidden: true,
    };
}

impl Record for release_of_information::Model {
    const TABLE: &'static str = "release_of_information";
    // A release is asked for without the switch (C-43).
    const HAS: Switches = Switches {
        private: false,
        hidden: false,
    };
}

/// Begins `SELECT … FROM … r WHERE` what the viewer sees of a table.
pub(crate) fn select<R: Record>(backend: DbBackend, viewer: &Viewer) -> Sql {
    let mut sql = Sql::new(backend);
    sql.push("SELECT ").columns::<R>("r");
    sql.push(" FROM ").push(R::TABLE).push(" r WHERE ");
    visible_records(&mut sql, viewer, "r", R::HAS);
    sql
}

/// Narrows a list to what stands behind a place, newest first, at most `limit` rows.
pub(crate) fn newest_first(sql: &mut Sql, alias: &str, after: Option<RecordPlace>, limit: usize) {
    if let Some(place) = after {
        sql.push(" AND (")
            .push(alias)
            .push(".created_at, ")
            .push(alias);
        sql.push(".id) < (").bind(place.created_at);
        sql.push(", ").bind(place.id).push(")");
    }
    sql.push(" ORDER BY ")
        .push(alias)
        .push(".created_at DESC, ")
        .push(alias);
    sql.push(".id DESC LIMIT ").number(limit);
}

/// The statement of a page of one client's rows.
pub(crate) fn page_statement<R: Record>(
    backend: DbBackend,
    viewer: &Viewer,
    client: ClientId,
    after: Option<RecordPlace>,
    limit: usize,
) -> Statement {
    let mut sql = select::<R>(backend, viewer);
    sql.push(" AND r.client_id = ").bind(client);
    newest_first(&mut sql, "r", after, limit);
    sql.statement()
}

impl Store {
    pub(crate) async fn rows_among<R: Record, I: Into<Value> + Copy>(
        &self,
        viewer: &Viewer,
        column: &'static str,
        ids: &[I],
    ) -> Result<Vec<R>> {
        let mut sql = select::<R>(self.backend(), viewer);
        sql.push(" AND r.").push(column).push(" IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    pub(crate) async fn page_of<R: Record>(
        &self,
        viewer: &Viewer,
        client: ClientId,
        after: Option<RecordPlace>,
        first: usize,
    ) -> Result<Page<R>> {
        let statement = page_statement::<R>(self.backend(), viewer, client, after, first + 1);
        let rows = self.read.query_all_raw(statement).await?;
        let rows: Result<Vec<R>> = rows.iter().map(|row| Reader::new(row).row()).collect();
        Ok(Page::cut(rows?, first, after.is_some()))
    }
}

/// Defines the reads of one kind of record.
macro_rules! reads {
    ($($what:literal: $row:ty, $id:ty, $by_id:ident, $of:ident $(, $for:ident)?;)+) => {$(
        impl Store {
            #[doc = concat!("Those of the ", $what, " that the viewer sees.")]
            pub async fn $by_id(&self, viewer: &Viewer, ids: &[$id]) -> Result<Vec<$row>> {
                self.rows_among(viewer, "id", ids).await
            }

            #[doc = concat!("A page of a client's ", $what, " that the viewer sees, newest first.")]
            pub async fn $of(
                &self,
                viewer: &Viewer,
                client: ClientId,
                after: Option<RecordPlace>,
                first: usize,
            ) -> Result<Page<$row>> {
                self.page_of(viewer, client, after, first).await
            }

            $(
                #[doc = concat!("The ", $what, " that these requests left, as far as the viewer sees them.")]
                pub async fn $for(
                    &self,
                    viewer: &Viewer,
                    requests: &[PortalRequestId],
                ) -> Result<Vec<$row>> {
                    self.rows_among(viewer, "request_id", requests).await
                }
            )?
        }
    )+};
}

reads! {
    "portal requests": portal_request::Model, PortalRequestId, portal_requests, portal_requests_of;
    "locations": location::Model, LocationId, locations, locations_of, locations_for;
    "documents": document::Model, DocumentId, documents, documents_of, documents_for;
    "assessments": assessment::Model, AssessmentId, assessments, assessments_of, assessments_for;
    "releases": release_of_information::Model, ReleaseId, releases, releases_of, releases_for;
}
