//! The directory: agencies, staff, clients, accounts, audiences and topics. Scoped reads.

use sea_orm::entity::prelude::{ColumnTrait, EntityTrait};
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use tidings_domain::{
    AccountId, AudienceId, AudienceKind, ClientId, ClientStatus, StaffId, TopicId,
};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::entities::{
    agency, audience, client, portal_account, portal_account_client, staff_member, topic,
};
use crate::error::Result;
use crate::page::Page;
use crate::visibility::visible;

/// A place in a list of people that is sorted by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePlace {
    /// The name by which the list is sorted.
    pub name: String,
    /// The row.
    pub id: uuid::Uuid,
}

impl Store {
    /// Those of the clients that the viewer sees.
    pub async fn clients(&self, viewer: &Viewer, ids: &[ClientId]) -> Result<Vec<client::Model>> {
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
        let search: String = search.chars().filter(|c| !c.is_control()).collect();
        let search = search.trim().to_lowercase();
        if !search.is_empty() {
            let literal = search
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
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

    /// Staff of the viewer's agency by name; to a portal account, those who are shown to clients.
    pub async fn find_staff(
        &self,
        viewer: &Viewer,
        after: Option<&NamePlace>,
        first: usize,
    ) -> Result<Page<staff_member::Model>> {
        let mut query = visible::<staff_member::Entity>(viewer)
            .filter(staff_member::Column::Active.eq(true))
            .order_by_asc(staff_member::Column::DisplayName)
            .order_by_asc(staff_member::Column::Id)
            .limit(first as u64 + 1);
        if viewer.staff().is_none() {
            query = query.filter(staff_member::Column::DisplayInPortal.eq(true));
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

/// Ids for an `IN` list, repeated up to a power of two: few statements for lists of every length.
pub(crate) fn padded<T: Copy>(ids: &[T]) -> Vec<T> {
    let mut padded = ids.to_vec();
    if let Some(last) = ids.last() {
        padded.resize(ids.len().next_power_of_two(), *last);
    }
    padded
}
