//! What the law needs to know of threads, loaded for many at once and as fresh as the question.
//!
//! Unscoped by nature: the answer goes to [`decide`](tidings_policy::decide), not to a viewer.

mod request;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::ConnectionTrait;
use tidings_domain::{
    AccountId, AgencyId, ClientId, ParticipantStanding, Principal, StaffId, ThreadId,
};
use tidings_policy::{ClientFacts, ThreadFacts};

use crate::database::Store;
use crate::entities::{client, message, staff_member, thread};
use crate::error::Result;
use crate::message::MessageRow;
use crate::sql::{AT_ONCE, Known, Reader, Sql};
use crate::thread::listed;
use crate::viewer::today;
use crate::writer::Tx;

pub use request::{LiveRequest, record_facts};

/// A thread as a stream needs it: the row, the facts, and who may be waiting for it.
#[derive(Clone, Debug)]
pub struct LiveThread {
    /// The thread.
    pub thread: Arc<thread::Model>,
    /// Its client, if it has exactly one.
    pub client: Option<Arc<client::Model>>,
    /// The portal accounts that act for its clients.
    pub accounts: Vec<AccountId>,
    /// For [`decide`](tidings_policy::decide).
    pub facts: ThreadFacts,
}

/// The care team of a client on a day, and its supervisors.
#[derive(Clone, Debug, Default)]
pub struct TeamFacts {
    /// The staff on the team.
    pub assigned: Vec<StaffId>,
    /// The supervisors of that staff.
    pub supervisors: Vec<StaffId>,
}

/// An assignment that a day changes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssignmentTurn {
    /// In which agency.
    pub agency: AgencyId,
    /// To which client.
    pub client: ClientId,
    /// Whose.
    pub staff: StaffId,
    /// The day with which it begins, or on which it does not hold any more.
    pub day: NaiveDate,
    /// Whether it held the day before.
    pub held: bool,
}

impl Store {
    /// The assignments that begin or no longer hold with one of these days, in every agency.
    pub async fn assignment_turns(
        &self,
        first: NaiveDate,
        last: NaiveDate,
    ) -> Result<Vec<AssignmentTurn>> {
        let before = |day: NaiveDate| day.pred_opt().unwrap_or(day);
        let mut sql = Sql::new(self.backend());
        sql.push(
            "SELECT cl.agency_id, c.client_id, c.staff_id, c.start_date, c.end_date \
             FROM care_team_member c JOIN client cl ON cl.id = c.client_id \
             WHERE (c.end_date IS NULL OR c.end_date >= c.start_date) AND ((c.start_date >= ",
        );
        sql.bind(first).push(" AND c.start_date <= ").bind(last);
        sql.push(") OR (c.end_date >= ").bind(before(first));
        sql.push(" AND c.end_date <= ")
            .bind(before(last))
            .push("))");
        let mut turns = Vec::new();
        for row in &self.read.query_all_raw(sql.statement()).await? {
            let mut row = Reader::new(row);
            let (agency, client, staff) = (row.next()?, row.next()?, row.next()?);
            let (start, end): (NaiveDate, Option<NaiveDate>) = (row.next()?, row.next()?);
            let begins = (start, false);
            let over = end.and_then(|end| end.succ_opt()).map(|day| (day, true));
            let within = |(day, _): &(NaiveDate, bool)| (first..=last).contains(day);
            let both = [begins].into_iter().chain(over).filter(within);
            turns.extend(both.map(|(day, held)| AssignmentTurn {
                agency,
                client,
                staff,
                day,
                held,
            }));
        }
        Ok(turns)
    }

    /// These threads with their facts as of now.
    pub async fn live_threads(
        &self,
        ids: &[ThreadId],
        now: DateTime<Utc>,
    ) -> Result<HashMap<ThreadId, LiveThread>> {
        live_threads(&self.read, ids, now).await
    }

    /// These messages with their authors.
    pub async fn live_messages(
        &self,
        ids: &[tidings_domain::MessageId],
    ) -> Result<Vec<MessageRow>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ")
            .columns::<message::Model>("m")
            .push(", ");
        sql.columns::<staff_member::Model>("st")
            .push(", ")
            .columns::<client::Model>("cl");
        sql.push(
            " FROM message m \
             LEFT JOIN staff_member st ON st.id = m.author_id AND m.author_kind = 'STAFF' \
             LEFT JOIN client cl ON cl.id = m.author_id AND m.author_kind = 'CLIENT' WHERE m.id IN ",
        );
        sql.list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        let (mut staff, mut clients) = (Known::default(), Known::default());
        rows.iter()
            .map(|row| {
                let mut row = Reader::new(row);
                let message = row.row()?;
                Ok(MessageRow {
                    message,
                    staff: row.shared(&mut staff)?,
                    client: row.shared(&mut clients)?,
                    unread: true,
                })
            })
            .collect()
    }

    /// The threads about a client that are not deleted, newest first, at most `limit`.
    pub async fn threads_of_client(&self, client: ClientId, limit: usize) -> Result<Vec<ThreadId>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT t.id, t.last_activity_at FROM thread t WHERE t.client_id = ")
            .bind(client);
        sql.push(
            " AND t.lifecycle IN ('OPEN', 'ARCHIVED') \
             UNION ALL SELECT t.id, y.last_activity_at FROM thread_client y \
             JOIN thread t ON t.id = y.thread_id WHERE y.client_id = ",
        );
        sql.bind(client);
        sql.push(" AND t.lifecycle IN ('OPEN', 'ARCHIVED') ORDER BY 2 DESC LIMIT ");
        sql.number(limit);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}

impl Store {
    /// The portal account that acts for a client.
    pub async fn account_of(&self, client: ClientId) -> Result<Option<AccountId>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT l.account_id FROM portal_account_client l WHERE l.client_id = ")
            .bind(client);
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).next()).transpose()
    }

    /// Who supervises a staff member.
    pub async fn supervisors_of(&self, staff: StaffId) -> Result<Vec<StaffId>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT v.supervisor_id FROM supervision v WHERE v.supervisee_id = ")
            .bind(staff);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}

impl Tx {
    /// This thread with its facts as of now, inside the write.
    pub async fn live_thread(
        &self,
        id: ThreadId,
        now: DateTime<Utc>,
    ) -> Result<Option<LiveThread>> {
        Ok(live_threads(&**self, &[id], now).await?.remove(&id))
    }

    /// The care teams of clients on a day; without those that have nobody.
    pub async fn teams_on(
        &self,
        clients: &[ClientId],
        day: NaiveDate,
    ) -> Result<HashMap<ClientId, TeamFacts>> {
        let teams = teams(&**self, clients).await?;
        let on_day = |(client, team): (&ClientId, _)| (*client, on_day([team].into_iter(), day));
        Ok(teams.iter().map(on_day).collect())
    }
}

async fn live_threads<C: ConnectionTrait>(
    db: &C,
    ids: &[ThreadId],
    now: DateTime<Utc>,
) -> Result<HashMap<ThreadId, LiveThread>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT ").columns::<thread::Model>("t").push(", ");
    sql.columns::<client::Model>("cl")
        .push(", l.account_id, a.time_zone FROM thread t");
    sql.push(
        " JOIN agency a ON a.id = t.agency_id LEFT JOIN client cl ON cl.id = t.client_id \
         LEFT JOIN portal_account_client l ON l.client_id = t.client_id WHERE t.id IN ",
    );
    sql.list(ids);
    let rows = db.query_all_raw(sql.statement()).await?;
    let mut threads = HashMap::with_capacity(rows.len());
    let mut days = HashMap::with_capacity(rows.len());
    let mut known = Known::default();
    for row in &rows {
        let mut row = Reader::new(row);
        let thread: Arc<thread::Model> = Arc::new(row.row()?);
        let client = row.shared(&mut known)?;
        let account: Option<AccountId> = row.next()?;
        let time_zone: String = row.next()?;
        days.insert(thread.id, today(&time_zone, now)?);
        let facts = bare_facts(&thread, client.as_deref());
        threads.insert(
            thread.id,
            LiveThread {
                thread,
                client,
                accounts: account.into_iter().collect(),
                facts,
            },
        );
    }
    let mut sql = Sql::new(db.get_database_backend());
    sql.push(
        "SELECT l.thread_id, l.principal_kind, l.principal_id, l.standing, \
         COALESCE(st.active AND st.allow_client_contact, FALSE) FROM thread_participant l \
         LEFT JOIN staff_member st ON st.id = l.principal_id WHERE l.thread_id IN ",
    );
    sql.list(ids);
    let mut contact: HashMap<ThreadId, bool> = HashMap::new();
    for row in &db.query_all_raw(sql.statement()).await? {
        let (thread, principal, standing) = listed(row)?;
        if let (Principal::Staff(_), ParticipantStanding::Participant) = (principal, standing) {
            *contact.entry(thread).or_default() |= row.try_get_by_index::<bool>(4)?;
        }
        if let Some(live) = threads.get_mut(&thread) {
            live.facts.listed.push((principal, standing));
        }
    }
    for live in threads.values_mut() {
        live.facts.contact_off = contact.get(&live.thread.id) == Some(&false);
    }
    add_clients(db, &mut threads).await?;
    let clients = threads.values().flat_map(|live| &live.facts.clients);
    let mut clients: Vec<ClientId> = clients.map(|client| client.id).collect();
    clients.sort_unstable();
    clients.dedup();
    let teams = teams(db, &clients).await?;
    for (id, live) in &mut threads {
        let Some(day) = days.get(id) else {
            continue;
        };
        let facts = on_day(
            live.facts
                .clients
                .iter()
                .filter_map(|client| teams.get(&client.id)),
            *day,
        );
        live.facts.assigned = facts.assigned;
        live.facts.supervisors = facts.supervisors;
    }
    Ok(threads)
}

/// Adds the clients of those threads that have several, and who acts for them.
async fn add_clients<C: ConnectionTrait>(
    db: &C,
    threads: &mut HashMap<ThreadId, LiveThread>,
) -> Result<()> {
    let several = threads
        .values()
        .filter(|live| live.thread.kind.has_clients());
    let several: Vec<ThreadId> = several.map(|live| live.thread.id).collect();
    if several.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(db.get_database_backend());
    sql.push(
        "SELECT y.thread_id, c.id, c.status, c.may_send, c.direct_chat, l.account_id FROM thread_client y \
         JOIN client c ON c.id = y.client_id \
         LEFT JOIN portal_account_client l ON l.client_id = y.client_id WHERE y.thread_id IN ",
    );
    sql.list(&several).push(" ORDER BY y.thread_id, y.number");
    for row in &db.query_all_raw(sql.statement()).await? {
        let mut row = Reader::new(row);
        let thread: ThreadId = row.next()?;
        let client = ClientFacts {
            id: row.next()?,
            status: row.next()?,
            sends: row.next()?,
            direct_chat: row.next()?,
        };
        let account: Option<AccountId> = row.next()?;
        if let Some(live) = threads.get_mut(&thread) {
            live.facts.clients.push(client);
            live.accounts.extend(account);
        }
    }
    Ok(())
}

/// The facts of a thread without the people around it.
#[must_use]
pub fn bare_facts(thread: &thread::Model, client: Option<&client::Model>) -> ThreadFacts {
    ThreadFacts {
        agency: thread.agency_id,
        kind: thread.kind,
        lifecycle: thread.lifecycle,
        locked_by: thread.locked_by_id,
        audience: thread.audience,
        clients: client.map(client_facts).into_iter().collect(),
        started_by: Principal::new(thread.started_by_kind, thread.started_by_id),
        listed: Vec::new(),
        assigned: Vec::new(),
        supervisors: Vec::new(),
        contact_off: false,
    }
}

/// What the law needs to know of a client.
#[must_use]
pub fn client_facts(client: &client::Model) -> ClientFacts {
    ClientFacts {
        id: client.id,
        status: client.status,
        sends: client.may_send,
        direct_chat: client.direct_chat,
    }
}

struct Assignment {
    staff: StaffId,
    start: NaiveDate,
    end: Option<NaiveDate>,
    supervisor: Option<StaffId>,
}

async fn teams<C: ConnectionTrait>(
    db: &C,
    clients: &[ClientId],
) -> Result<HashMap<ClientId, Vec<Assignment>>> {
    let mut teams: HashMap<ClientId, Vec<Assignment>> = HashMap::with_capacity(clients.len());
    if clients.is_empty() {
        return Ok(teams);
    }
    for clients in clients.chunks(AT_ONCE) {
        let mut sql = Sql::new(db.get_database_backend());
        sql.push(
            "SELECT c.client_id, c.staff_id, c.start_date, c.end_date, v.supervisor_id \
             FROM care_team_member c LEFT JOIN supervision v ON v.supervisee_id = c.staff_id \
             WHERE c.client_id IN ",
        );
        sql.list(clients);
        for row in &db.query_all_raw(sql.statement()).await? {
            let mut row = Reader::new(row);
            let client = row.next()?;
            let staff = row.next()?;
            let (start, end, supervisor) = (row.next()?, row.next()?, row.next()?);
            teams.entry(client).or_default().push(Assignment {
                staff,
                start,
                end,
                supervisor,
            });
        }
    }
    Ok(teams)
}

fn on_day<'a>(teams: impl Iterator<Item = &'a Vec<Assignment>>, day: NaiveDate) -> TeamFacts {
    let mut facts = TeamFacts::default();
    let current = teams.flatten().filter(|assignment| {
        assignment.start <= day && assignment.end.is_none_or(|end| end >= day)
    });
    for assignment in current {
        facts.assigned.push(assignment.staff);
        facts.supervisors.extend(assignment.supervisor);
    }
    // The same people stand on the teams of many clients.
    for people in [&mut facts.assigned, &mut facts.supervisors] {
        people.sort_unstable();
        people.dedup();
    }
    facts
}
