//! Care teams: who is assigned to whom, and from when to when.

use chrono::NaiveDate;
use sea_orm::entity::prelude::{ActiveModelTrait, ColumnTrait, EntityTrait};
use sea_orm::sea_query::LockType;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryFilter, QueryResult, QuerySelect, Set};
use tidings_domain::{
    AccountState, CareTeamMemberId, ClientId, ClientStatus, RoleSet, StaffId, TopicId,
};
use tidings_policy::{ContactFacts, Viewer};

use crate::database::Store;
use crate::entities::{care_team_member, client, staff_member, topic};
use crate::error::Result;
use crate::sql::{Reader, Sql, row};
use crate::visibility::visible;
use crate::writer::Tx;

row! {
    care_team_member { id, client_id, staff_id, start_date, end_date, public, source, created_at }
}

/// A membership with its person.
#[derive(Clone, Debug)]
pub struct CareTeamRow {
    /// The membership.
    pub member: care_team_member::Model,
    /// The staff member.
    pub staff: staff_member::Model,
}

impl CareTeamRow {
    /// Whether the membership holds on a day, both ends included (CX-14).
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.member.start_date <= day && self.member.end_date.is_none_or(|end| end >= day)
    }
}

impl Store {
    /// The memberships of these clients, past, present and to come, by start. A portal account is
    /// shown members that are public, displayed and present (C-29, CX-11, CX-14).
    pub async fn care_teams(
        &self,
        viewer: &Viewer,
        clients: &[ClientId],
    ) -> Result<Vec<CareTeamRow>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ")
            .columns::<care_team_member::Model>("c")
            .push(", ");
        sql.columns::<staff_member::Model>("st").push(
            " FROM care_team_member c JOIN client cl ON cl.id = c.client_id \
             JOIN staff_member st ON st.id = c.staff_id WHERE cl.agency_id = ",
        );
        sql.bind(viewer.agency());
        shown(&mut sql, viewer);
        sql.push(" AND c.client_id IN ")
            .list(clients)
            .push(" ORDER BY c.start_date, c.id");
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(read).collect()
    }

    /// Those of the memberships that the viewer is shown.
    pub async fn care_team_members(
        &self,
        viewer: &Viewer,
        ids: &[CareTeamMemberId],
    ) -> Result<Vec<CareTeamRow>> {
        let mut sql = Sql::new(self.backend());
        sql.push("SELECT ")
            .columns::<care_team_member::Model>("c")
            .push(", ");
        sql.columns::<staff_member::Model>("st").push(
            " FROM care_team_member c JOIN client cl ON cl.id = c.client_id \
             JOIN staff_member st ON st.id = c.staff_id WHERE cl.agency_id = ",
        );
        sql.bind(viewer.agency());
        shown(&mut sql, viewer);
        sql.push(" AND c.id IN ").list(ids);
        let rows = self.read.query_all_raw(sql.statement()).await?;
        rows.iter().map(read).collect()
    }
}

/// What a portal account is shown of the teams of its own clients: members who are public,
/// displayed and present (C-29, CX-11, CX-14).
fn shown(sql: &mut Sql, viewer: &Viewer) {
    if let Viewer::Account(account) = viewer {
        let own: Vec<ClientId> = account.clients.iter().map(|own| own.id).collect();
        sql.push(" AND c.client_id IN ").list(&own);
        sql.push(" AND c.public AND st.display_in_portal AND st.active AND c.start_date <= ");
        sql.bind(account.today)
            .push(" AND (c.end_date IS NULL OR c.end_date >= ");
        sql.bind(account.today).push(")");
    }
}

fn read(row: &QueryResult) -> Result<CareTeamRow> {
    let mut row = Reader::new(row);
    Ok(CareTeamRow {
        member: row.row()?,
        staff: row.row()?,
    })
}

impl Tx {
    /// A client that the viewer sees, inside the write.
    pub async fn client(&self, viewer: &Viewer, id: ClientId) -> Result<Option<client::Model>> {
        let query = visible::<client::Entity>(viewer).filter(client::Column::Id.eq(id));
        Ok(query.one(&**self).await?)
    }

    /// The same, locked until the end of the write: its record and its care team change in turns.
    pub async fn lock_client(
        &self,
        viewer: &Viewer,
        id: ClientId,
    ) -> Result<Option<client::Model>> {
        let query = visible::<client::Entity>(viewer).filter(client::Column::Id.eq(id));
        let query = query.lock(LockType::NoKeyUpdate);
        Ok(query.one(&**self).await?)
    }

    /// A staff member that the viewer sees, inside the write.
    pub async fn staff_member(
        &self,
        viewer: &Viewer,
        id: StaffId,
    ) -> Result<Option<staff_member::Model>> {
        let query = visible::<staff_member::Entity>(viewer).filter(staff_member::Column::Id.eq(id));
        Ok(query.one(&**self).await?)
    }

    /// A topic that the viewer sees, inside the write.
    pub async fn topic(&self, viewer: &Viewer, id: TopicId) -> Result<Option<topic::Model>> {
        let query = visible::<topic::Entity>(viewer).filter(topic::Column::Id.eq(id));
        Ok(query.one(&**self).await?)
    }

    /// The same, locked until the end of the write: a record that is read, changed and stored as a
    /// whole must not take back what another write has changed meanwhile.
    pub async fn lock_staff_member(
        &self,
        viewer: &Viewer,
        id: StaffId,
    ) -> Result<Option<staff_member::Model>> {
        let query = visible::<staff_member::Entity>(viewer).filter(staff_member::Column::Id.eq(id));
        let query = query.lock(LockType::NoKeyUpdate);
        Ok(query.one(&**self).await?)
    }

    /// How far the portal account of a client has come; none if it has none.
    pub async fn account_state(&self, client: ClientId) -> Result<Option<AccountState>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push(
            "SELECT o.state FROM portal_account o \
             JOIN portal_account_client l ON l.account_id = o.id WHERE l.client_id = ",
        );
        sql.bind(client);
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).next()).transpose()
    }

    /// What decides whether this client may write to this staff member first (K13).
    pub async fn contact_facts(
        &self,
        client: &client::Model,
        staff: &staff_member::Model,
        today: NaiveDate,
    ) -> Result<ContactFacts> {
        let memberships = self.memberships(client.id, staff.id).await?;
        let present = |member: &&care_team_member::Model| {
            member.start_date <= today && member.end_date.is_none_or(|end| end >= today)
        };
        let present: Vec<_> = memberships.iter().filter(present).collect();
        let account = self
            .account_state(client.id)
            .await?
            .unwrap_or(AccountState::Invited);
        Ok(ContactFacts {
            account,
            status: client.status,
            direct_chat: client.direct_chat,
            on_care_team: staff.active && !present.is_empty(),
            displayed: staff.display_in_portal && present.iter().any(|member| member.public),
            allows_contact: staff.allow_client_contact,
        })
    }

    /// All memberships of a staff member with a client, by start.
    pub async fn memberships(
        &self,
        client: ClientId,
        staff: StaffId,
    ) -> Result<Vec<care_team_member::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<care_team_member::Model>("c");
        sql.push(" FROM care_team_member c WHERE c.client_id = ")
            .bind(client);
        sql.push(" AND c.staff_id = ")
            .bind(staff)
            .push(" ORDER BY c.start_date");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).row()).collect()
    }

    /// One membership of a client that the viewer sees.
    pub async fn membership(
        &self,
        viewer: &Viewer,
        id: CareTeamMemberId,
    ) -> Result<Option<care_team_member::Model>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<care_team_member::Model>("c");
        sql.push(" FROM care_team_member c JOIN client cl ON cl.id = c.client_id WHERE c.id = ");
        sql.bind(id)
            .push(" AND cl.agency_id = ")
            .bind(viewer.agency());
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(|row| Reader::new(row).row()).transpose()
    }

    /// Stores a new membership.
    pub async fn insert_membership(&self, member: &care_team_member::Model) -> Result<()> {
        care_team_member::Entity::insert(member.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Gives a membership its last day.
    pub async fn end_membership(&self, id: CareTeamMemberId, last: NaiveDate) -> Result<()> {
        care_team_member::ActiveModel {
            id: Set(id),
            end_date: Set(Some(last)),
            ..Default::default()
        }
        .update_without_returning(&**self)
        .await?;
        Ok(())
    }

    /// Marks a client active or inactive.
    pub async fn set_client_status(&self, id: ClientId, status: ClientStatus) -> Result<()> {
        client::ActiveModel {
            id: Set(id),
            status: Set(status),
            ..Default::default()
        }
        .update_without_returning(&**self)
        .await?;
        Ok(())
    }

    /// Gives a staff member these roles in place of the present ones.
    pub async fn set_roles(&self, id: StaffId, roles: RoleSet) -> Result<()> {
        let change = staff_member::ActiveModel {
            id: Set(id),
            roles: Set(roles),
            ..Default::default()
        };
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// Sets a staff member's switches, and nothing else: a change of roles beside it stands.
    pub async fn set_staff_settings(
        &self,
        id: StaffId,
        allow_client_contact: bool,
        display_in_portal: bool,
    ) -> Result<()> {
        let change = staff_member::ActiveModel {
            id: Set(id),
            allow_client_contact: Set(allow_client_contact),
            display_in_portal: Set(display_in_portal),
            ..Default::default()
        };
        change.update_without_returning(&**self).await?;
        Ok(())
    }

    /// Makes writes about one staff member wait for each other until the end of this one.
    pub async fn lock_staff(&self, id: StaffId) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        if sql.postgres() {
            sql.push("SELECT st.id FROM staff_member st WHERE st.id = ")
                .bind(id);
            sql.push(" FOR NO KEY UPDATE");
            self.query_one_raw(sql.statement()).await?;
        }
        Ok(())
    }
}
