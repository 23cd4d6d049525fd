//! What an import matches on, and the changes that it makes. Unscoped by nature: an import is the
//! operator's, or goes to one agency by what it is given.

mod job;

use chrono::NaiveDate;
use sea_orm::entity::prelude::{ActiveModelTrait, ColumnTrait, EntityTrait};
use sea_orm::{ConnectionTrait, QueryFilter, Set};
use tidings_domain::{
    AccountId, AgencyId, CareTeamMemberId, CareTeamSource, ClientId, ClientStatus, EnrollmentId,
    ExternalKind, HouseholdRole, ProgramId, RoleSet, StaffId,
};
use uuid::Uuid;

use crate::database::Store;
use crate::entities::{
    agency, care_team_member, client, enrollment, external_id, portal_account_client, program,
    staff_member,
};
use crate::error::{Result, StoreError};
use crate::sql::{Reader, Row, Sql, row};
use crate::writer::Tx;

row! {
    external_id { agency_id, source, kind, external_id, row_id, digest, origin, labels }
    portal_account_client { client_id, account_id, rank }
}

/// By which imports of one database wait for each other, on PostgreSQL.
const IMPORTS: i64 = 0x7469_6469_6e67;

/// What is there before an import: ids and addresses, no content.
#[derive(Clone, Debug, Default)]
pub struct ImportState {
    /// What came from the same source before.
    pub known: Vec<external_id::Model>,
    /// The addresses of staff.
    pub staff: Vec<(AgencyId, String, StaffId)>,
    /// The addresses of portal accounts.
    pub accounts: Vec<(AgencyId, String, AccountId)>,
    /// Which account acts for which client.
    pub links: Vec<portal_account_client::Model>,
}

/// A staff member as a source has them.
#[derive(Clone, Copy, Debug)]
pub struct StaffChange<'a> {
    /// Name as shown.
    pub display_name: &'a str,
    /// Title.
    pub title: Option<&'a str>,
    /// Address.
    pub email: &'a str,
    /// Roles and whether they work there; none if that stays.
    pub access: Option<(RoleSet, bool)>,
}

/// A client as a source has them.
#[derive(Clone, Copy, Debug)]
pub struct ClientChange<'a> {
    /// Name as shown.
    pub display_name: &'a str,
    /// Name as searched.
    pub sort_name: &'a str,
    /// Address.
    pub email: Option<&'a str>,
    /// Active or not.
    pub status: ClientStatus,
}

/// An enrolment as a source has it.
#[derive(Clone, Copy, Debug)]
pub struct EnrollmentChange<'a> {
    /// Who.
    pub client: ClientId,
    /// In what.
    pub program: ProgramId,
    /// First day.
    pub entry: NaiveDate,
    /// Last day.
    pub exit: Option<NaiveDate>,
    /// The household.
    pub household: Option<&'a str>,
    /// The place in it.
    pub role: HouseholdRole,
}

/// A membership as a source has it.
#[derive(Clone, Copy, Debug)]
pub struct MemberChange {
    /// First day.
    pub start: NaiveDate,
    /// Last day.
    pub end: Option<NaiveDate>,
    /// Whether others than the agency's staff see it.
    pub public: bool,
    /// Where it came from.
    pub source: CareTeamSource,
}

impl Store {
    /// What is there before an import from a source, into one agency or into all.
    pub async fn import_state(
        &self,
        source: &str,
        agency: Option<AgencyId>,
    ) -> Result<ImportState> {
        state(&self.read, source, agency).await
    }

    /// Whether there is such an agency.
    pub async fn agency_exists(&self, agency: AgencyId) -> Result<bool> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT a.id FROM agency a WHERE a.id = ")
            .bind(agency);
        Ok(self.read.query_one_raw(sql.statement()).await?.is_some())
    }
}

impl Store {
    /// What another system says about sharing of a row that the caller has found visible.
    pub async fn labels(&self, row: Uuid) -> Result<Vec<String>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT x.labels FROM external_id x WHERE x.labels IS NOT NULL AND x.row_id = ");
        sql.bind(row).push(" ORDER BY x.source LIMIT 1");
        let Some(row) = self.read.query_one_raw(sql.statement()).await? else {
            return Ok(Vec::new());
        };
        let labels: String = Reader::new(&row).next()?;
        serde_json::from_str(&labels).map_err(|_| StoreError::Corrupt("labels"))
    }

    /// The agencies of this name.
    pub async fn agencies_named(&self, name: &str) -> Result<Vec<AgencyId>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT a.id FROM agency a WHERE a.name = ")
            .bind(name);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }
}

impl Tx {
    /// The same, inside the write; imports of one database wait for each other here.
    pub async fn import_state(
        &self,
        source: &str,
        agency: Option<AgencyId>,
    ) -> Result<ImportState> {
        let mut sql = Sql::new(self.get_database_backend());
        if sql.postgres() {
            sql.push("SELECT pg_advisory_xact_lock(")
                .bind(IMPORTS)
                .push(")");
            self.execute_raw(sql.statement()).await?;
        }
        state(&**self, source, agency).await
    }

    /// What the source said of a row last.
    pub async fn set_digest(
        &self,
        (agency, kind): (AgencyId, ExternalKind),
        source: &str,
        external: &str,
        digest: &str,
    ) -> Result<()> {
        let change = external_id::ActiveModel {
            agency_id: Set(agency),
            source: Set(source.to_owned()),
            kind: Set(kind),
            external_id: Set(external.to_owned()),
            digest: Set(digest.to_owned()),
            ..Default::default()
        };
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// Forgets what the source called a row.
    pub async fn forget_external(
        &self,
        (agency, kind): (AgencyId, ExternalKind),
        source: &str,
        external: &str,
    ) -> Result<()> {
        external_id::Entity::delete_many()
            .filter(external_id::Column::AgencyId.eq(agency))
            .filter(external_id::Column::Source.eq(source))
            .filter(external_id::Column::Kind.eq(kind))
            .filter(external_id::Column::ExternalId.eq(external))
            .exec(&**self)
            .await?;
        Ok(())
    }

    /// Renames an agency.
    pub async fn rename_agency(&self, id: AgencyId, name: &str) -> Result<()> {
        let change = agency::ActiveModel {
            id: Set(id),
            name: Set(name.to_owned()),
            ..Default::default()
        };
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// Changes a program.
    pub async fn change_program(&self, id: ProgramId, name: &str, active: bool) -> Result<()> {
        let change = program::ActiveModel {
            id: Set(id),
            name: Set(name.to_owned()),
            active: Set(active),
            ..Default::default()
        };
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// Changes a staff member; settings stay.
    pub async fn change_staff(&self, id: StaffId, to: StaffChange<'_>) -> Result<()> {
        let mut change = staff_member::ActiveModel {
            id: Set(id),
            display_name: Set(to.display_name.to_owned()),
            title: Set(to.title.map(str::to_owned)),
            email: Set(to.email.to_owned()),
            ..Default::default()
        };
        if let Some((roles, active)) = to.access {
            change.roles = Set(roles);
            change.active = Set(active);
        }
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// Changes a client; what they may use stays.
    pub async fn change_client(&self, id: ClientId, to: ClientChange<'_>) -> Result<()> {
        let change = client::ActiveModel {
            id: Set(id),
            display_name: Set(to.display_name.to_owned()),
            sort_name: Set(to.sort_name.to_owned()),
            email: Set(to.email.map(str::to_owned)),
            status: Set(to.status),
            ..Default::default()
        };
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// Changes an enrolment.
    pub async fn change_enrollment(
        &self,
        id: EnrollmentId,
        to: EnrollmentChange<'_>,
    ) -> Result<()> {
        let change = enrollment::ActiveModel {
            id: Set(id),
            client_id: Set(to.client),
            program_id: Set(to.program),
            entry_date: Set(to.entry),
            exit_date: Set(to.exit),
            household: Set(to.household.map(str::to_owned)),
            household_role: Set(to.role),
            ..Default::default()
        };
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// Takes an enrolment away that never was.
    pub async fn delete_enrollment(&self, id: EnrollmentId) -> Result<()> {
        enrollment::Entity::delete_by_id(id).exec(&**self).await?;
        Ok(())
    }

    /// Changes a membership.
    pub async fn change_membership(&self, id: CareTeamMemberId, to: MemberChange) -> Result<()> {
        let change = care_team_member::ActiveModel {
            id: Set(id),
            start_date: Set(to.start),
            end_date: Set(to.end),
            public: Set(to.public),
            source: Set(to.source),
            ..Default::default()
        };
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// One membership, whoever asks.
    pub async fn any_membership(
        &self,
        id: CareTeamMemberId,
    ) -> Result<Option<care_team_member::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<care_team_member::Model>("c");
        sql.push(" FROM care_team_member c WHERE c.id = ").bind(id);
        one(&**self, sql).await
    }

    /// One client, whoever asks.
    pub async fn any_client(&self, id: ClientId) -> Result<Option<client::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<client::Model>("cl");
        sql.push(" FROM client cl WHERE cl.id = ").bind(id);
        one(&**self, sql).await
    }

    /// One staff member, whoever asks.
    pub async fn any_staff_member(&self, id: StaffId) -> Result<Option<staff_member::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<staff_member::Model>("st");
        sql.push(" FROM staff_member st WHERE st.id = ").bind(id);
        one(&**self, sql).await
    }

    /// Takes a client out of an account's hands. Answers whether it was there.
    pub async fn unlink_account(&self, account: AccountId, client: ClientId) -> Result<bool> {
        let done = portal_account_client::Entity::delete_many()
            .filter(portal_account_client::Column::AccountId.eq(account))
            .filter(portal_account_client::Column::ClientId.eq(client))
            .exec(&**self)
            .await?;
        Ok(done.rows_affected > 0)
    }
}

async fn one<C: ConnectionTrait, R: Row>(db: &C, sql: Sql) -> Result<Option<R>> {
    let row = db.query_one_raw(sql.statement()).await?;
    row.as_ref().map(|row| Reader::new(row).row()).transpose()
}

async fn state<C: ConnectionTrait>(
    db: &C,
    source: &str,
    agency: Option<AgencyId>,
) -> Result<ImportState> {
    let mut state = ImportState::default();
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT ").columns::<external_id::Model>("x");
    sql.push(" FROM external_id x WHERE x.source = ")
        .bind(source);
    within(&mut sql, "x", agency);
    for row in &db.query_all_raw(sql.statement()).await? {
        state.known.push(Reader::new(row).row()?);
    }
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT st.agency_id, st.email, st.id FROM staff_member st WHERE st.email <> ''");
    within(&mut sql, "st", agency);
    for row in &db.query_all_raw(sql.statement()).await? {
        let mut row = Reader::new(row);
        state.staff.push((row.next()?, row.next()?, row.next()?));
    }
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT o.agency_id, o.email, o.id FROM portal_account o WHERE TRUE");
    within(&mut sql, "o", agency);
    for row in &db.query_all_raw(sql.statement()).await? {
        let mut row = Reader::new(row);
        state.accounts.push((row.next()?, row.next()?, row.next()?));
    }
    let mut sql = Sql::new(db.get_database_backend());
    sql.push("SELECT ")
        .columns::<portal_account_client::Model>("l");
    sql.push(" FROM portal_account_client l JOIN client cl ON cl.id = l.client_id WHERE TRUE");
    within(&mut sql, "cl", agency);
    for row in &db.query_all_raw(sql.statement()).await? {
        state.links.push(Reader::new(row).row()?);
    }
    Ok(state)
}

/// In one agency, if in one.
fn within(sql: &mut Sql, alias: &str, agency: Option<AgencyId>) {
    if let Some(agency) = agency {
        sql.push(" AND ")
            .push(alias)
            .push(".agency_id = ")
            .bind(agency);
    }
}
