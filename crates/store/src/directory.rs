//! The directory: agencies, staff, clients, accounts, audiences and topics: scoped reads, and writes.

use sea_orm::entity::prelude::{ActiveModelTrait, ColumnTrait, EntityTrait};
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, LockType};
use sea_orm::{ConnectionTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set};
use tidings_domain::{
    AccountId, AccountState, AudienceId, AudienceKind, ClientId, ClientStatus, RoleSet, StaffId,
    TopicId,
};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::{
    agency, audience, client, portal_account, portal_account_client, staff_member, topic,
};
use crate::error::Result;
use crate::page::Page;
use crate::sql::{Reader, Sql};
use crate::visibility::visible;
use crate::writer::Tx;

/// A place in a list of people that is sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePlace {
    /// The name by which the list is sorted.
    pub name: String,
    /// The row.
    pub id: uuid::Uuid,
}

impl Store {
    /// Those of the clients that the viewer sees in its own agency.
    pub(crate) async fn own_clients(
        &self,
        viewer: &Viewer,
        ids: &[ClientId],
    ) -> Result<Vec<client::Model>> {
        let query = visible::<client::Entity>(viewer);
        Ok(query
            .filter(client::Column::Id.is_in(padded(ids)))
            .all(&self.read)
            .await?)
    }

    /// Clients by name, whose name or part of a name begins with `search` (T-16).
    pub async fn find_clients(
        &self,
        viewer: &Viewer,
        search: &str,
        status: Option<ClientStatus>,
        after: Option<&NamePlace>,
        first: usize,
    ) -> Result<Page<client::Model>> {
        let mut query = visible::<client::Entity>(viewer)
            .order_by_asc(client::Column::SortName)
            .order_by_asc(client::Column::Id)
            .limit(first as u64 + 1);
        if let Some(literal) = literal(search) {
            let name = || Expr::col((client::Entity, client::Column::SortName));
            let begins = LikeExpr::new(format!("{literal}%")).escape('\\');
            let contains = LikeExpr::new(format!("% {literal}%")).escape('\\');
            query = query.filter(name().like(begins).or(name().like(contains)));
        }
        if let Some(status) = status {
            query = query.filter(client::Column::Status.eq(status));
        }
        if let Some(place) = after {
            let key = Expr::tuple([
                Expr::col((client::Entity, client::Column::SortName)),
                Expr::col((client::Entity, client::Column::Id)),
            ]);
            let place = Expr::tuple([Expr::val(place.name.clone()), Expr::val(place.id)]);
            query = query.filter(key.gt(place));
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

    /// Those of the staff members that the viewer sees.
    pub async fn staff(
        &self,
        viewer: &Viewer,
        ids: &[StaffId],
    ) -> Result<Vec<staff_member::Model>> {
        let query = visible::<staff_member::Entity>(viewer);
        Ok(query
            .filter(staff_member::Column::Id.is_in(padded(ids)))
            .all(&self.read)
            .await?)
    }

    /// Staff of the viewer's agency by name, whose name or part of a name begins with `search`; to a
    /// portal account, those who are shown to clients.
    pub async fn find_staff(
        &self,
        viewer: &Viewer,
        search: &str,
        after: Option<&NamePlace>,
        first: usize,
    ) -> Result<Page<staff_member::Model>> {
        let mut query = visible::<staff_member::Entity>(viewer);
        if viewer.staff().is_none() {
            query = query.filter(staff_member::Column::DisplayInPortal.eq(true));
        }
        self.staff_by_name(query, search, after, first).await
    }

    /// The same without the viewer; nobody for who is no staff (P-21).
    pub async fn find_colleagues(
        &self,
        viewer: &Viewer,
        search: &str,
        after: Option<&NamePlace>,
        first: usize,
    ) -> Result<Page<staff_member::Model>> {
        let Some(staff) = viewer.staff() else {
            return Ok(Page::empty());
        };
        let query = visible::<staff_member::Entity>(viewer);
        let query = query.filter(staff_member::Column::Id.ne(staff.id));
        self.staff_by_name(query, search, after, first).await
    }

    async fn staff_by_name(
        &self,
        query: Select<staff_member::Entity>,
        search: &str,
        after: Option<&NamePlace>,
        first: usize,
    ) -> Result<Page<staff_member::Model>> {
        let mut query = query
            .filter(staff_member::Column::Active.eq(true))
            .order_by_asc(staff_member::Column::DisplayName)
            .order_by_asc(staff_member::Column::Id)
            .limit(first as u64 + 1);
        if let Some(literal) = literal(search) {
            let name = || {
                let name = Expr::col((staff_member::Entity, staff_member::Column::DisplayName));
                Expr::from(Func::lower(name))
            };
            let begins = LikeExpr::new(format!("{literal}%")).escape('\\');
            let contains = LikeExpr::new(format!("% {literal}%")).escape('\\');
            query = query.filter(name().like(begins).or(name().like(contains)));
        }
        if let Some(place) = after {
            let key = Expr::tuple([
                Expr::col((staff_member::Entity, staff_member::Column::DisplayName)),
                Expr::col((staff_member::Entity, staff_member::Column::Id)),
            ]);
            let place = Expr::tuple([Expr::val(place.name.clone()), Expr::val(place.id)]);
            query = query.filter(key.gt(place));
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

    /// The viewer's agency.
    pub async fn agency(&self, viewer: &Viewer) -> Result<Option<agency::Model>> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the viewer's own agency and no other"
        )]
        let query = agency::Entity::find_by_id(viewer.agency());
        Ok(query.one(&self.read).await?)
    }

    /// The three audiences of the viewer's agency, in their order.
    pub async fn audiences(&self, viewer: &Viewer) -> Result<Vec<audience::Model>> {
        let mut rows = visible::<audience::Entity>(viewer).all(&self.read).await?;
        rows.sort_by_key(|row| row.kind);
        Ok(rows)
    }

    /// Those of the audiences that the viewer sees.
    pub async fn audiences_by_id(
        &self,
        viewer: &Viewer,
        ids: &[AudienceId],
    ) -> Result<Vec<audience::Model>> {
        let query = visible::<audience::Entity>(viewer);
        Ok(query
            .filter(audience::Column::Id.is_in(padded(ids)))
            .all(&self.read)
            .await?)
    }

    /// The topics of these audiences, in their order.
    pub async fn topics_of(
        &self,
        viewer: &Viewer,
        audiences: &[AudienceKind],
    ) -> Result<Vec<topic::Model>> {
        let query = visible::<topic::Entity>(viewer)
            .filter(topic::Column::Audience.is_in(audiences.iter().copied()))
            .order_by_asc(topic::Column::Rank);
        Ok(query.all(&self.read).await?)
    }

    /// Those of the topics that the viewer sees.
    pub async fn topics(&self, viewer: &Viewer, ids: &[TopicId]) -> Result<Vec<topic::Model>> {
        let query = visible::<topic::Entity>(viewer);
        Ok(query
            .filter(topic::Column::Id.is_in(padded(ids)))
            .all(&self.read)
            .await?)
    }

    /// Those of the portal accounts that the viewer sees.
    pub async fn accounts(
        &self,
        viewer: &Viewer,
        ids: &[AccountId],
    ) -> Result<Vec<portal_account::Model>> {
        let query = visible::<portal_account::Entity>(viewer);
        Ok(query
            .filter(portal_account::Column::Id.is_in(padded(ids)))
            .all(&self.read)
            .await?)
    }

    /// Which account acts for which of these clients.
    pub async fn account_links(
        &self,
        viewer: &Viewer,
        clients: &[ClientId],
    ) -> Result<Vec<portal_account_client::Model>> {
        let query = visible::<portal_account_client::Entity>(viewer);
        let clients = padded(clients);
        let query = query.filter(portal_account_client::Column::ClientId.is_in(clients));
        Ok(query.all(&self.read).await?)
    }
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

/// Ids for an `IN` list, repeated up to a power of two: few statements for lists of every length.
pub(crate) fn padded<T: Copy>(ids: &[T]) -> Vec<T> {
    let mut padded = ids.to_vec();
    if let Some(last) = ids.last() {
        padded.resize(ids.len().next_power_of_two(), *last);
    }
    padded
}

/// What is searched for, as a `LIKE` pattern takes it literally: lower case, without control
/// characters. None for nothing.
pub(crate) fn literal(search: &str) -> Option<String> {
    let search: String = search.chars().filter(|c| !c.is_control()).collect();
    let search = search.trim().to_lowercase();
    let literal = search
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    (!literal.is_empty()).then_some(literal)
}
