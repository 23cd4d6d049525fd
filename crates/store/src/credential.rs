//! What people sign in with. Unscoped by nature: who signs in is nobody yet.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, QueryResult};
use tidings_domain::{AccountId, AgencyId, Login, Principal, PrincipalKind, StaffId};
use uuid::Uuid;

use crate::database::Store;
use crate::error::{Result, StoreError};
use crate::sql::{Reader, Sql};
use crate::writer::Tx;

/// What somebody signs in with.
#[derive(Clone, Debug)]
pub struct Credential {
    /// Who.
    pub principal: Principal,
    /// The hash of the password.
    pub password_hash: String,
}

/// Somebody to whom a link to choose a password goes.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// Who.
    pub principal: Principal,
    /// In which agency.
    pub agency: AgencyId,
    /// The address on file.
    pub address: String,
    /// The login, if there is one.
    pub login: Option<String>,
}

/// A link to choose a password.
#[derive(Clone, Debug)]
pub struct PasswordLink {
    /// Its id.
    pub id: Uuid,
    /// Whose password.
    pub principal: Principal,
    /// In which agency.
    pub agency: AgencyId,
    /// SHA-256 of its token, in hexadecimal.
    pub token_hash: String,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// From this moment on it opens nothing.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

fn principal(kind: PrincipalKind, id: Uuid) -> Result<Principal> {
    match kind {
        PrincipalKind::Staff => Ok(Principal::Staff(StaffId(id))),
        PrincipalKind::Account => Ok(Principal::Account(AccountId(id))),
        PrincipalKind::Client => Err(StoreError::Corrupt("credential")),
    }
}

/// Adds everybody who may sign in, as far as their own record says: `kind`, `id`, `agency_id`,
/// `email`.
fn people(sql: &mut Sql) {
    sql.push(
        "(SELECT 'STAFF' AS kind, m.id, m.agency_id, m.email FROM staff_member m WHERE m.active ",
    );
    sql.push("UNION ALL SELECT 'ACCOUNT', o.id, o.agency_id, o.email FROM portal_account o ");
    sql.push("WHERE o.state = 'CONNECTED')");
}

fn addressee(row: &QueryResult) -> Result<Addressee> {
    let mut row = Reader::new(row);
    Ok(Addressee {
        principal: principal(row.next()?, row.next()?)?,
        agency: row.next()?,
        address: row.next()?,
        login: row.next()?,
    })
}

fn password_link(row: &QueryResult) -> Result<PasswordLink> {
    let mut row = Reader::new(row);
    Ok(PasswordLink {
        id: row.next()?,
        agency: row.next()?,
        principal: principal(row.next()?, row.next()?)?,
        token_hash: row.next()?,
        created_at: row.next()?,
        expires_at: row.next()?,
        used_at: row.next()?,
    })
}

const LINK: &str = "SELECT k.id, k.agency_id, k.principal_kind, k.principal_id, k.token_hash, \
                    k.created_at, k.expires_at, k.used_at FROM password_link k WHERE k.id = ";

impl Store {
    /// What somebody with this login signs in with.
    pub async fn credential(&self, login: &Login) -> Result<Option<Credential>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT c.principal_kind, c.principal_id, c.password_hash FROM credential c ");
        sql.push("WHERE c.login = ").bind(login.as_str());
        let row = self.read.query_one_raw(sql.statement()).await?;
        let read = |row: &QueryResult| {
            let mut row = Reader::new(row);
            Ok(Credential {
                principal: principal(row.next()?, row.next()?)?,
                password_hash: row.next()?,
            })
        };
        row.as_ref().map(read).transpose()
    }

    /// Who has this login and may sign in.
    pub async fn addressee(&self, login: &Login) -> Result<Option<Addressee>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT w.kind, w.id, w.agency_id, w.email, c.login FROM credential c JOIN ");
        people(&mut sql);
        sql.push(" w ON w.id = c.principal_id WHERE c.login = ")
            .bind(login.as_str());
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map(addressee).transpose()
    }

    /// A link to choose a password.
    pub async fn password_link(&self, id: Uuid) -> Result<Option<PasswordLink>> {
        let mut sql = Sql::new(self.backend());
        sql.push(LINK).bind(id);
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map(password_link).transpose()
    }
}

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
            let owner: Uuid = Reader::new(row).next()?;
            if owner != principal.uuid() {
                return Ok(false);
            }
        }
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(
            "INSERT INTO credential (principal_id, principal_kind, login, password_hash, changed_at) VALUES (",
        );
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

    /// Somebody who may sign in, inside the write.
    pub async fn addressee_of(&self, principal: Principal) -> Result<Option<Addressee>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT w.kind, w.id, w.agency_id, w.email, c.login FROM ");
        people(&mut sql);
        sql.push(" w LEFT JOIN credential c ON c.principal_id = w.id WHERE w.id = ");
        sql.bind(principal.uuid());
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(addressee).transpose()
    }

    /// Stores a link to choose a password, in place of those before it.
    pub async fn insert_password_link(&self, link: &PasswordLink) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM password_link WHERE principal_id = ")
            .bind(link.principal.uuid());
        self.execute_raw(sql.statement()).await?;
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO password_link (id, agency_id, principal_kind, principal_id, token_hash, created_at, expires_at) VALUES (");
        sql.bind(link.id).push(", ").bind(link.agency).push(", ");
        sql.bind(link.principal.kind().as_str())
            .push(", ")
            .bind(link.principal.uuid());
        sql.push(", ")
            .bind(link.token_hash.as_str())
            .push(", ")
            .bind(link.created_at);
        sql.push(", ").bind(link.expires_at).push(")");
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// A link to choose a password, locked until the end of the write.
    pub async fn lock_password_link(&self, id: Uuid) -> Result<Option<PasswordLink>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(LINK).bind(id);
        if sql.postgres() {
            sql.push(" FOR NO KEY UPDATE");
        }
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(password_link).transpose()
    }

    /// Notes that a link to choose a password was used.
    pub async fn use_password_link(&self, id: Uuid, now: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE password_link SET used_at = ")
            .bind(now)
            .push(" WHERE id = ")
            .bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Counts an attempt under a key, within a window that began at `since` at the earliest. Answers
    /// how many there were, this one included.
    pub async fn count_attempt(
        &self,
        key: &str,
        now: DateTime<Utc>,
        since: DateTime<Utc>,
    ) -> Result<i32> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("INSERT INTO sign_in_attempt AS f (key, attempts, first_at) VALUES (");
        sql.bind(key).push(", 1, ").bind(now);
        sql.push(") ON CONFLICT (key) DO UPDATE SET attempts = CASE WHEN f.first_at < ");
        sql.bind(since)
            .push(" THEN 1 ELSE f.attempts + 1 END, first_at = CASE WHEN f.first_at < ");
        sql.bind(since)
            .push(" THEN excluded.first_at ELSE f.first_at END RETURNING attempts");
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map_or(Ok(0), |row| Reader::new(row).next())
    }

    /// Takes attempts under a key back: all, or the one that succeeded.
    pub async fn forgive_attempts(&self, key: &str, all: bool) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE sign_in_attempt SET attempts = ");
        sql.push(if all { "0" } else { "attempts - 1" })
            .push(" WHERE key = ")
            .bind(key);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}
