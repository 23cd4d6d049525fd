//! From a token's subject to a viewer: one statement, at each request.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use tidings_domain::{AccountId, AccountState, AgencyId, MessagingPolicy, SessionId, StaffId};
use tidings_policy::{AccountViewer, OwnClient, StaffViewer, Viewer};
use uuid::Uuid;

use crate::database::Store;
use crate::error::{Result, StoreError};
use crate::session::going_on;
use crate::sql::{Reader, Sql};

impl Store {
    /// The viewer of this subject as of now; none if there is no such person, or one who may not
    /// sign in: a staff member who left, an account that is not connected (C-24).
    pub async fn viewer(&self, subject: Uuid, now: DateTime<Utc>) -> Result<Option<Viewer>> {
        self.viewer_in(subject, None, now).await
    }

    /// The same in a session, if there is one: none if it is over, or somebody else's.
    pub async fn viewer_in(
        &self,
        subject: Uuid,
        session: Option<SessionId>,
        now: DateTime<Utc>,
    ) -> Result<Option<Viewer>> {
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT 'STAFF', a.id, a.time_zone, p.switches, m.roles, NULL, NULL, NULL, NULL, 0 AS rank \
             FROM staff_member m JOIN agency a ON a.id = m.agency_id \
             JOIN messaging_policy p ON p.agency_id = a.id AND p.version = a.policy_version \
             WHERE m.active AND m.id = ",
        );
        sql.bind(subject);
        if let Some(session) = session {
            going_on(&mut sql, session, "m.id", now);
        }
        sql.push(
            " UNION ALL SELECT 'ACCOUNT', a.id, a.time_zone, p.switches, 0, c.id, c.status, c.may_send, c.direct_chat, l.rank \
             FROM portal_account o JOIN agency a ON a.id = o.agency_id \
             JOIN messaging_policy p ON p.agency_id = a.id AND p.version = a.policy_version \
             LEFT JOIN portal_account_client l ON l.account_id = o.id \
             LEFT JOIN client c ON c.id = l.client_id WHERE o.state = '",
        );
        sql.push(AccountState::Connected.as_str())
            .push("' AND o.id = ")
            .bind(subject);
        if let Some(session) = session {
            going_on(&mut sql, session, "o.id", now);
        }
        sql.push(" ORDER BY rank");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        viewer(subject, first, &rows, (now, self.portal)).map(Some)
    }
}

impl Store {
    /// Which day it is in every agency.
    pub async fn agency_days(&self, now: DateTime<Utc>) -> Result<HashMap<AgencyId, NaiveDate>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT a.id, a.time_zone FROM agency a");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter()
            .map(|row| {
                let mut row = Reader::new(row);
                let (agency, zone): (_, String) = (row.next()?, row.next()?);
                Ok((agency, today(&zone, now)?))
            })
            .collect()
    }
}

fn viewer(
    subject: Uuid,
    first: &QueryResult,
    rows: &[QueryResult],
    (now, portal): (DateTime<Utc>, bool),
) -> Result<Viewer> {
    let mut row = Reader::new(first);
    let kind: String = row.next()?;
    let agency: AgencyId = row.next()?;
    let time_zone: String = row.next()?;
    let switches: String = row.next()?;
    let policy = Arc::new(policy(&switches, portal)?);
    let today = today(&time_zone, now)?;
    if kind == "STAFF" {
        let staff = StaffViewer {
            id: StaffId(subject),
            agency,
            roles: row.next()?,
            policy,
            today,
        };
        return Ok(Viewer::Staff(staff));
    }
    let mut clients = Vec::with_capacity(rows.len());
    for row in rows {
        // The client stands behind the five columns above.
        if let Some(id) = row.try_get_by_index::<Option<Uuid>>(5)? {
            clients.push(OwnClient {
                id: id.into(),
                status: row.try_get_by_index(6)?,
                sends: row.try_get_by_index(7)?,
                direct_chat: row.try_get_by_index(8)?,
            });
        }
    }
    Ok(Viewer::Account(AccountViewer {
        id: AccountId(subject),
        agency,
        clients,
        policy,
        today,
    }))
}

/// The switches of a policy as they were stored.
pub(crate) fn switches(text: &str) -> Result<MessagingPolicy> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt("messaging policy"))
}

/// The policy in force: an agency cannot enable what the whole system has not (CX-10).
fn policy(text: &str, portal: bool) -> Result<MessagingPolicy> {
    let stored = switches(text)?;
    Ok(MessagingPolicy {
        portal_enabled: stored.portal_enabled && portal,
        ..stored
    })
}

/// Which day it is in a time zone.
pub(crate) fn today(time_zone: &str, now: DateTime<Utc>) -> Result<NaiveDate> {
    let zone: chrono_tz::Tz = time_zone
        .parse()
        .map_err(|_| StoreError::Corrupt("time zone"))?;
    Ok(now.with_timezone(&zone).date_naive())
}
