//! Writes that were done once (G4).

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{IdempotencyKey, Principal};

use crate::error::{Result, StoreError};
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

/// What an idempotency key says of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is new: go on, and [`Tx::settle`] the outcome before the commit.
    New,
    /// It was done; this was its outcome.
    Done {
        /// Hash of the operation and input of then.
        fingerprint: String,
        /// The outcome, as the service wrote it.
        outcome: String,
    },
}

impl Tx {
    /// Claims a key in this transaction. Of many equal requests at once one gets `New`; the others
    /// wait for its end and get `Done`, or the claim if it failed.
    pub async fn claim(
        &self,
        viewer: Principal,
        key: &IdempotencyKey,
        fingerprint: &str,
        now: DateTime<Utc>,
    ) -> Result<Claim> {
        let backend = self.get_database_backend();
        let mut sql = Sql::new(backend);
        sql.push("INSERT INTO idempotency_key (viewer_id, key, fingerprint, outcome, created_at) VALUES (");
        sql.bind(viewer.uuid())
            .push(", ")
            .bind(key.as_str())
            .push(", ")
            .bind(fingerprint);
        sql.push(", '', ")
            .bind(now)
            .push(") ON CONFLICT (viewer_id, key) DO NOTHING");
        if self.execute_raw(sql.statement()).await?.rows_affected() == 1 {
            return Ok(Claim::New);
        }
        let mut sql = Sql::new(backend);
        sql.push("SELECT fingerprint, outcome FROM idempotency_key WHERE viewer_id = ");
        sql.bind(viewer.uuid())
            .push(" AND key = ")
            .bind(key.as_str());
        let row = self.query_one_raw(sql.statement()).await?;
        match row {
            Some(row) => {
                let mut row = Reader::new(&row);
                Ok(Claim::Done {
                    fingerprint: row.next()?,
                    outcome: row.next()?,
                })
            }
            // Pruned in this very moment: seven days are over, and nothing was claimed.
            None => Err(StoreError::Commit(
                "the key was pruned; try again".to_owned(),
            )),
        }
    }

    /// Keeps the outcome of a claimed write.
    pub async fn settle(
        &self,
        viewer: Principal,
        key: &IdempotencyKey,
        outcome: &str,
    ) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE idempotency_key SET outcome = ")
            .bind(outcome);
        sql.push(" WHERE viewer_id = ")
            .bind(viewer.uuid())
            .push(" AND key = ")
            .bind(key.as_str());
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}
