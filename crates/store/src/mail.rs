//! Mails that wait to leave (G7). Unscoped by nature: who is mailed is decided when a mail is queued,
//! in the transaction of what it tells of; here they are only taken in turn and crossed off.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{
    AccountId, AccountState, AgencyId, ClientId, MailId, MailKind, MessageId, PrincipalKind,
    RoleSet, StaffId, ThreadId,
};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::{mail, thread};
use crate::error::Result;
use crate::sql::{AT_ONCE, Reader, Sql, row};
use crate::visibility::on_the_team_today;
use crate::writer::Tx;

row! {
    mail {
        id, agency_id, kind, recipient_kind, recipient_id, address, message_id, permit_id,
        created_at, due_at, attempts, sent_at, given_up_at,
    }
}

/// A portal account that can be told of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reachable {
    /// Which login.
    pub account: AccountId,
    /// Its default address (S-17).
    pub address: String,
}

/// A staff member who may be told of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colleague {
    /// Who.
    pub staff: StaffId,
    /// The work address.
    pub address: String,
    /// With which roles.
    pub roles: RoleSet,
    /// Whether the thread lists them.
    pub listed: bool,
}

impl Tx {
    /// Queues mails: they leave when this write is on disk, or not at all.
    pub async fn queue_mails(&self, mails: Vec<mail::Model>) -> Result<()> {
        self.bulk(mails).await
    }

    /// The clients of a thread that has several, for those who tell them of it.
    pub async fn clients_of_thread(&self, thread: ThreadId) -> Result<Vec<ClientId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT y.client_id FROM thread_client y WHERE y.thread_id = ");
        sql.bind(thread).push(" ORDER BY y.number");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    /// The portal accounts of these clients that can sign in, each once, but for one: whoever acts.
    pub async fn reachable_accounts(
        &self,
        clients: &[ClientId],
        but: Option<AccountId>,
    ) -> Result<Vec<Reachable>> {
        let mut found = Vec::new();
        for clients in clients.chunks(AT_ONCE) {
            let mut sql = Sql::new(self.get_database_backend());
            sql.push("SELECT DISTINCT o.id, o.email FROM portal_account o ");
            sql.push("JOIN portal_account_client l ON l.account_id = o.id WHERE o.state = '");
            sql.push(AccountState::Connected.as_str());
            sql.push("' AND l.client_id IN ").list(clients);
            for row in &self.query_all_raw(sql.statement()).await? {
                let mut row = Reader::new(row);
                let (account, address) = (row.next()?, row.next()?);
                found.push(Reachable { account, address });
            }
        }
        found.sort_by_key(|one| one.account);
        found.dedup();
        found.retain(|one| Some(one.account) != but);
        Ok(found)
    }

    /// The staff who may be told of a message in a thread: those whom it lists, and the care team of
    /// its client today. Whether they see it is the law's to say.
    pub async fn colleagues(
        &self,
        viewer: &Viewer,
        thread: &thread::Model,
    ) -> Result<Vec<Colleague>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT st.id, st.email, st.roles, EXISTS (SELECT 1 FROM thread_participant q ");
        sql.push("WHERE q.thread_id = ").bind(thread.id);
        sql.push(
            " AND q.principal_id = st.id) FROM staff_member st WHERE st.active AND st.agency_id = ",
        );
        sql.bind(thread.agency_id);
        sql.push(
            " AND st.id IN (SELECT p.principal_id FROM thread_participant p WHERE p.thread_id = ",
        );
        sql.bind(thread.id);
        if let Some(client) = thread.client_id {
            sql.push(" UNION SELECT c.staff_id FROM care_team_member c WHERE c.client_id = ");
            sql.bind(client);
            on_the_team_today(&mut sql, viewer);
        }
        sql.push(") ORDER BY st.id");
        let rows = self.query_all_raw(sql.statement()).await?;
        let colleague = |row| {
            let mut row = Reader::new(row);
            Ok(Colleague {
                staff: row.next()?,
                address: row.next()?,
                roles: row.next()?,
                listed: row.next()?,
            })
        };
        rows.iter().map(colleague).collect()
    }

    /// Those of the staff who were mailed about a message of the thread and have not read it yet: they
    /// know already (T-43).
    pub async fn told_and_unread(
        &self,
        thread: ThreadId,
        staff: &[StaffId],
    ) -> Result<Vec<StaffId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT k.viewer_id FROM mail_mark k LEFT JOIN thread_state s ");
        sql.push("ON s.viewer_id = k.viewer_id AND s.thread_id = k.thread_id WHERE k.thread_id = ");
        sql.bind(thread).push(" AND k.viewer_id IN ").list(staff);
        // Read is what the position covers, but for marks.
        sql.push(" AND (k.seq <= COALESCE(s.read_seq, 0)) = EXISTS (SELECT 1 FROM message_mark n ");
        sql.push(
            "WHERE n.viewer_id = k.viewer_id AND n.thread_id = k.thread_id AND n.seq = k.seq)",
        );
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    /// Notes that the staff are mailed about this message of the thread.
    pub async fn mark_told(&self, thread: ThreadId, seq: i64, staff: &[StaffId]) -> Result<()> {
        for staff in staff.chunks(AT_ONCE) {
            let mut sql = Sql::new(self.get_database_backend());
            sql.push("INSERT INTO mail_mark (viewer_id, thread_id, seq) VALUES ");
            for (at, id) in staff.iter().enumerate() {
                sql.push(if at == 0 { "(" } else { ", (" }).bind(*id);
                sql.push(", ").bind(thread).push(", ").bind(seq).push(")");
            }
            sql.push(" ON CONFLICT (thread_id, viewer_id) DO UPDATE SET seq = excluded.seq");
            self.execute_raw(sql.statement()).await?;
        }
        Ok(())
    }

    /// Takes mails that are due, so that for the time of the lease nobody else tries them: at most
    /// `limit`, the oldest first. What is not crossed off until then is due again.
    pub async fn take_mails(
        &self,
        now: DateTime<Utc>,
        lease: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<mail::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE mail SET attempts = attempts + 1, due_at = ")
            .bind(lease);
        sql.push(" WHERE id IN (SELECT w.id FROM mail w WHERE w.sent_at IS NULL ");
        sql.push("AND w.given_up_at IS NULL AND w.due_at <= ")
            .bind(now);
        sql.push(" ORDER BY w.due_at, w.id LIMIT ").number(limit);
        if sql.postgres() {
            sql.push(" FOR UPDATE SKIP LOCKED");
        }
        sql.push(") RETURNING ").columns::<mail::Model>("mail");
        let rows = self.query_all_raw(sql.statement()).await?;
        let mut mails: Vec<mail::Model> = rows
            .iter()
            .map(|row| Reader::new(row).row())
            .collect::<Result<_>>()?;
        mails.sort_by_key(|mail| (mail.created_at, mail.id));
        Ok(mails)
    }

    /// Those of the messages that are still there: a mail about another has nothing to tell (S-32).
    pub async fn messages_there(&self, messages: &[MessageId]) -> Result<Vec<MessageId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT m.id FROM message m WHERE m.id IN ")
            .list(messages);
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    /// Crosses off a mail that has left.
    pub async fn mail_left(&self, id: MailId, now: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE mail SET sent_at = ").bind(now);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Puts a mail off until a later moment.
    pub async fn put_mail_off(&self, id: MailId, due: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE mail SET due_at = ").bind(due);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Gives a mail up.
    pub async fn give_mail_up(&self, id: MailId, now: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE mail SET given_up_at = ").bind(now);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Forgets mails that were queued before a moment and do not wait any more.
    pub async fn forget_mails(&self, before: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("DELETE FROM mail WHERE (sent_at IS NOT NULL OR given_up_at IS NOT NULL) ");
        sql.push("AND created_at < ").bind(before);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}

impl Store {
    /// Whether a mail is due.
    pub async fn mail_is_due(&self, now: DateTime<Utc>) -> Result<bool> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT w.id FROM mail w WHERE w.sent_at IS NULL AND w.given_up_at IS NULL ");
        sql.push("AND w.due_at <= ").bind(now).push(" LIMIT 1");
        Ok(self.read.query_one_raw(sql.statement()).await?.is_some())
    }
}

/// A mail that leaves as soon as it can.
#[must_use]
pub fn mail_row(
    id: MailId,
    agency: AgencyId,
    kind: MailKind,
    recipient: (PrincipalKind, uuid::Uuid),
    address: &str,
    now: DateTime<Utc>,
) -> mail::Model {
    mail::Model {
        id,
        agency_id: agency,
        kind,
        recipient_kind: recipient.0,
        recipient_id: recipient.1,
        address: address.to_owned(),
        message_id: None,
        permit_id: None,
        created_at: now,
        due_at: now,
        attempts: 0,
        sent_at: None,
        given_up_at: None,
    }
}
