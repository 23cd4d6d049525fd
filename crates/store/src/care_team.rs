//! Care teams: who is assigned to whom, and from when to when.

use chrono::NaiveDate;
use sea_orm::entity::prelude::{ActiveModelTrait, EntityTrait};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryResult, Set};
use tidings_domain::{AccountState, CareTeamMemberId, ClientId, StaffId};
use tidings_policy::{ContactFacts, ContactWith, Viewer};

use crate::database::Store;
use crate::entities::{care_team_member, client, staff_member};
use crate::error::Result;
use crate::sql::{Reader, Sql, row};
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

impl care_team_member::Model {
    /// Whether the assignment holds on a day; both of its ends are days on which it does.
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.start_date <= day && self.end_date.is_none_or(|end| end >= day)
    }
}

impl CareTeamRow {
    /// Whether the membership holds on a day, both ends included (CX-14).
    #[must_use]
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.member.holds_on(day)
    }
}

/// What decides whether a client may write to somebody first (K13).
#[must_use]
pub fn contact_facts(client: &client::Model, account: AccountState) -> ContactFacts {
    ContactFacts {
        account,
        status: client.status,
        sends: client.may_send,
        direct_chat: client.direct_chat,
    }
}

/// What decides whether a client may write to this staff member, whose memberships of today these are.
pub fn contact_with<'a>(
    staff: &staff_member::Model,
    mut today: impl Iterator<Item = &'a care_team_member::Model>,
) -> ContactWith {
    let first = today.next();
    let public = first.is_some_and(|member| member.public) || today.any(|member| member.public);
    ContactWith::Member {
        on_care_team: staff.active && first.is_some(),
        displayed: staff.display_in_portal && public,
        allows_contact: staff.allow_client_contact,
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
    /// What decides whether this client may write to somebody first (K13).
    pub async fn contact_facts(&self, client: &client::Model) -> Result<ContactFacts> {
        let account = self.account_state(client.id).await?;
        Ok(contact_facts(
            client,
            account.unwrap_or(AccountState::Invited),
        ))
    }

    /// What decides whether this client may write to this staff member in particular (K13).
    pub async fn contact_with(
        &self,
        client: &client::Model,
        staff: &staff_member::Model,
        today: NaiveDate,
    ) -> Result<ContactWith> {
        let memberships = self.memberships(client.id, staff.id).await?;
        let present = memberships.iter().filter(|member| member.holds_on(today));
        Ok(contact_with(staff, present))
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
}
