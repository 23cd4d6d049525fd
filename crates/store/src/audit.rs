//! The audit log: append-only, in each agency a chain of links.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{ColumnTrait, EntityTrait};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use tidings_domain::{AgencyId, AuditEntry, AuditSubject, Deed, Principal};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::audit_entry;
use crate::error::Result;
use crate::page::Page;
use crate::sql::{Reader, Sql};
use crate::visibility::visible;
use crate::writer::Tx;

/// Entries that one look at a chain reads at once.
const PAGE: u64 = 1_000;

/// What a look at the whole chain of an agency found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditChain {
    /// Every entry is as it was written.
    Whole {
        /// How many there are.
        entries: i64,
        /// The last link. Kept elsewhere, it shows whether entries were cut off at the end.
        head: String,
    },
    /// The first entry that is not as it was written, or is missing.
    Broken {
        /// Its number.
        number: i64,
    },
}

impl audit_entry::Model {
    /// The entry that the row keeps.
    fn entry(&self) -> AuditEntry {
        AuditEntry {
            agency: self.agency_id,
            number: self.number,
            at: self.at,
            actor: self.actor(),
            deed: self.deed,
            subject: AuditSubject {
                kind: self.subject_kind,
                id: self.subject_id,
            },
            detail: self.detail.clone(),
        }
    }

    /// Who did it; nobody where the system did it by itself.
    #[must_use]
    pub fn actor(&self) -> Option<Principal> {
        Some(Principal::new(self.actor_kind?, self.actor_id?))
    }
}

impl Tx {
    /// Adds an entry in this transaction. Entries of one agency are written in turns, from here to the
    /// end of the write: call it last.
    pub async fn audit(
        &self,
        agency: AgencyId,
        actor: Option<Principal>,
        deed: Deed,
        subject: AuditSubject,
        detail: String,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let (number, before) = self.audit_head(agency).await?;
        let entry = AuditEntry {
            agency,
            number: number + 1,
            at,
            actor,
            deed,
            subject,
            detail,
        };
        let row = audit_entry::Model {
            agency_id: agency,
            number: entry.number,
            at,
            actor_kind: actor.map(Principal::kind),
            actor_id: actor.map(Principal::uuid),
            deed,
            subject_kind: subject.kind,
            subject_id: subject.id,
            link: entry.link(&before),
            detail: entry.detail,
        };
        audit_entry::Entity::insert(row.into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// The number and the link of the newest entry, held against other writers.
    async fn audit_head(&self, agency: AgencyId) -> Result<(i64, String)> {
        let mut sql = Sql::new(self.get_database_backend());
        if sql.postgres() {
            // The agency's row exists before its first entry. Not FOR UPDATE: every insert of a row
            // that refers to the agency would wait.
            sql.push("SELECT a.id FROM agency a WHERE a.id = ")
                .bind(agency);
            sql.push(" FOR NO KEY UPDATE");
            self.query_one_raw(sql.statement()).await?;
            sql = Sql::new(self.get_database_backend());
        }
        sql.push("SELECT e.number, e.link FROM audit_entry e WHERE e.agency_id = ")
            .bind(agency);
        sql.push(" ORDER BY e.number DESC LIMIT 1");
        match self.query_one_raw(sql.statement()).await? {
            None => Ok((0, String::new())),
            Some(row) => {
                let mut row = Reader::new(&row);
                Ok((row.next()?, row.next()?))
            }
        }
    }
}

impl Store {
    /// The audit log as far as the viewer may read it, newest first, behind an entry.
    pub async fn audit_log(
        &self,
        viewer: &Viewer,
        after: Option<i64>,
        first: usize,
    ) -> Result<Page<audit_entry::Model>> {
        let mut query = visible::<audit_entry::Entity>(viewer)
            .order_by_desc(audit_entry::Column::Number)
            .limit(first as u64 + 1);
        if let Some(number) = after {
            query = query.filter(audit_entry::Column::Number.lt(number));
        }
        let mut rows = query.all(&self.read).await?;
        let has_next = rows.len() > first;
        rows.truncate(first);
        Ok(Page {
            rows,
            has_next,
            has_previous: after.is_some(),
        })
    }

    /// Reads the whole chain of an agency and says whether each entry is as it was written.
    pub async fn verify_audit(&self, agency: AgencyId) -> Result<AuditChain> {
        let (mut entries, mut head) = (0, String::new());
        loop {
            let rows = self.audit_entries(agency, entries, PAGE).await?;
            for row in &rows {
                let whole = row.number == entries + 1 && row.entry().link(&head) == row.link;
                entries += 1;
                if !whole {
                    return Ok(AuditChain::Broken { number: entries });
                }
                head.clone_from(&row.link);
            }
            if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
                return Ok(AuditChain::Whole { entries, head });
            }
        }
    }
}
