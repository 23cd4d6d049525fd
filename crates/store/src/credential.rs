//! What people sign in with. Unscoped by nature: who signs in is nobody yet.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{Login, Principal};

use crate::error::Result;
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

impl Tx {
    /// Stores what somebody signs in with, in place of what it was. `false` if the login is somebody
    /// else's; nothing is stored then.
    pub async fn set_credential(
        &self,
        principal: Principal,
        login: &Login,
        password_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT c.principal_id FROM credential c WHERE c.login = ")
            .bind(login.as_str());
        if let Some(row) = &self.query_one_raw(sql.statement()).await? {
            let owner: uuid::Uuid = Reader::new(row).next()?;
            if owner != principal.uuid() {
                return Ok(false);
            }
        }
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO credential (principal_id, principal_kind, login, password_hash, changed_at) VALUES (");
        sql.bind(principal.uuid())
            .push(", ")
            .bind(principal.kind().as_str());
        sql.push(", ")
            .bind(login.as_str())
            .push(", ")
            .bind(password_hash);
        sql.push(", ").bind(now);
        sql.push(") ON CONFLICT (principal_id) DO UPDATE SET login = excluded.login, ");
        sql.push("password_hash = excluded.password_hash, changed_at = excluded.changed_at");
        self.execute_raw(sql.statement()).await?;
        Ok(true)
    }
}
