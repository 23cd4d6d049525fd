//! What falls due by itself: requests whose time is over, and releases that end soon. Unscoped: it
//! answers no viewer.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{AccountId, AgencyId, RequestStatus, StaffId};

use crate::database::Store;
use crate::entities::{portal_request, release_of_information};
use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::viewer::{switches, today};
use crate::writer::Tx;

/// A release of which notice may be due, with who is to be told.
#[derive(Clone, Debug)]
pub struct EndingRelease {
    /// The release.
    pub release: release_of_information::Model,
    /// The staff member whose request it fulfilled, if there was one.
    pub requested_by: Option<StaffId>,
    /// The portal account that acts for the client.
    pub account: Option<AccountId>,
}

/// An agency's day, and how long before their end releases are noticed there.
#[derive(Clone, Copy, Debug)]
pub struct NoticeDay {
    /// The agency.
    pub agency: AgencyId,
    /// Which day it is there.
    pub today: NaiveDate,
    /// Days before the end; 0 means never.
    pub days: u32,
}

impl Store {
    /// Which day it is in every agency, and how long before their end releases are noticed.
    pub async fn notice_days(&self, now: DateTime<Utc>) -> Result<Vec<NoticeDay>> {
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT a.id, a.time_zone, p.switches FROM agency a \
             JOIN messaging_policy p ON p.agency_id = a.id AND p.version = a.policy_version \
             ORDER BY a.id",
        );
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter()
            .map(|row| {
                let mut row = Reader::new(row);
                let (agency, zone, text): (_, String, String) =
                    (row.next()?, row.next()?, row.next()?);
                Ok(NoticeDay {
                    agency,
                    today: today(&zone, now)?,
                    days: switches(&text)?.release_notice_days,
                })
            })
            .collect()
    }
}

impl Tx {
    /// Closes requests whose time is over, at most `limit`. Of one that is fulfilled at the same
    /// moment one of the two wins.
    pub async fn expire_portal_requests(
        &self,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<portal_request::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE portal_request SET status = '")
            .push(RequestStatus::Expired.as_str());
        sql.push("', closed_at = ").bind(now);
        // Asked again outside: PostgreSQL looks once more at a row that it had to wait for.
        sql.push(
            " WHERE closed_at IS NULL AND id IN (SELECT o.id FROM portal_request o \
             WHERE o.closed_at IS NULL AND o.expires_at <= ",
        );
        sql.bind(now)
            .push(" ORDER BY o.expires_at LIMIT ")
            .number(limit);
        sql.push(") RETURNING ")
            .columns::<portal_request::Model>("portal_request");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    /// Takes the releases of an agency that hold and end by this day, and of which no notice was
    /// given, at most `limit`: each of them once.
    pub async fn take_ending_releases(
        &self,
        agency: AgencyId,
        today: NaiveDate,
        last: NaiveDate,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<EndingRelease>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE release_of_information SET noticed_at = ")
            .bind(now);
        sql.push(
            " WHERE noticed_at IS NULL AND id IN (SELECT o.id FROM release_of_information o \
             WHERE o.noticed_at IS NULL AND o.revoked_at IS NULL AND o.agency_id = ",
        );
        sql.bind(agency).push(" AND o.expires_on >= ").bind(today);
        sql.push(" AND o.expires_on <= ")
            .bind(last)
            .push(" LIMIT ")
            .number(limit);
        sql.push(") RETURNING ")
            .columns::<release_of_information::Model>("release_of_information");
        sql.push(
            ", (SELECT r.requested_by FROM portal_request r \
             WHERE r.id = release_of_information.request_id), \
             (SELECT l.account_id FROM portal_account_client l \
             WHERE l.client_id = release_of_information.client_id)",
        );
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter()
            .map(|row| {
                let mut row = Reader::new(row);
                Ok(EndingRelease {
                    release: row.row()?,
                    requested_by: row.next()?,
                    account: row.next()?,
                })
            })
            .collect()
    }
}
