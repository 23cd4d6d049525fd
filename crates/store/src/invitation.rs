//! Portal accounts and their invitations.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::{ColumnTrait, EntityTrait};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ConnectionTrait, IntoActiveModel, QueryFilter, QueryOrder, QueryResult, QuerySelect,
};
use tidings_domain::{AccountId, AccountState, AgencyId, ClientId, InvitationId};
use tidings_policy::Viewer;

use crate::database::Store;
use crate::directory::padded;
use crate::entities::{client, invitation, portal_account, portal_account_client};
use crate::error::Result;
use crate::sql::{AT_ONCE, Reader, Sql, row};
use crate::visibility::visible;
use crate::writer::Tx;

row! {
    invitation {
        id, agency_id, account_id, invited_by, token_hash, created_at, expires_at, remind_at,
        reminders, accepted_at, withdrawn_at,
    }
    portal_account { id, agency_id, display_name, email, state, created_at }
}

/// An invitation with its account.
#[derive(Clone, Debug)]
pub struct InvitationTo {
    /// The invitation.
    pub invitation: invitation::Model,
    /// The account.
    pub account: portal_account::Model,
}

fn invitation_to(row: &QueryResult) -> Result<InvitationTo> {
    let mut row = Reader::new(row);
    Ok(InvitationTo {
        invitation: row.row()?,
        account: row.row()?,
    })
}

fn invitations(sql: &mut Sql) {
    sql.push("SELECT ").columns::<invitation::Model>("i");
    sql.push(", ").columns::<portal_account::Model>("o");
    sql.push(" FROM invitation i JOIN portal_account o ON o.id = i.account_id WHERE ");
}

impl Store {
    /// The newest invitation of each of these accounts that the viewer sees.
    pub async fn newest_invitations(
        &self,
        viewer: &Viewer,
        accounts: &[AccountId],
    ) -> Result<Vec<invitation::Model>> {
        let query = visible::<invitation::Entity>(viewer)
            .filter(invitation::Column::AccountId.is_in(padded(accounts)))
            .order_by_desc(invitation::Column::CreatedAt)
            .order_by_desc(invitation::Column::Id);
        let mut rows = query.all(&self.read).await?;
        let mut met = HashSet::new();
        rows.retain(|row| met.insert(row.account_id));
        Ok(rows)
    }

    /// An invitation as whoever holds its token has to know it, without a viewer.
    pub async fn invitation(&self, id: InvitationId) -> Result<Option<InvitationTo>> {
        let mut sql = Sql::new(self.backend());
        invitations(&mut sql);
        sql.push("i.id = ").bind(id);
        let row = self.read.query_one_raw(sql.statement()).await?;
        row.as_ref().map(invitation_to).transpose()
    }
}

impl Tx {
    /// The portal account of a client that the viewer sees, locked until the end of the write.
    pub async fn lock_account_of(
        &self,
        viewer: &Viewer,
        client: ClientId,
    ) -> Result<Option<portal_account::Model>> {
        let links = visible::<portal_account_client::Entity>(viewer);
        let link = links.filter(portal_account_client::Column::ClientId.eq(client));
        match link.one(&**self).await? {
            Some(link) => self.lock_account(viewer, link.account_id).await,
            None => Ok(None),
        }
    }

    /// A portal account that the viewer sees, locked until the end of the write.
    pub async fn lock_account(
        &self,
        viewer: &Viewer,
        id: AccountId,
    ) -> Result<Option<portal_account::Model>> {
        let query = visible::<portal_account::Entity>(viewer);
        let query = query.filter(portal_account::Column::Id.eq(id));
        Ok(query.lock(LockType::NoKeyUpdate).one(&**self).await?)
    }

    /// Whether a portal account of the agency other than this one has the address, and was not taken
    /// back.
    pub async fn address_is_taken(
        &self,
        agency: AgencyId,
        address: &str,
        but: Option<AccountId>,
    ) -> Result<bool> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT o.id FROM portal_account o WHERE o.agency_id = ")
            .bind(agency);
        sql.push(" AND LOWER(o.email) = LOWER(").bind(address);
        sql.push(") AND o.state <> '")
            .push(AccountState::Deactivated.as_str())
            .push("'");
        let rows = self.query_all_raw(sql.statement()).await?;
        for row in &rows {
            let id: AccountId = Reader::new(row).next()?;
            if Some(id) != but {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Stores a portal account that acts for one client.
    pub async fn insert_account(
        &self,
        account: &portal_account::Model,
        client: ClientId,
    ) -> Result<()> {
        portal_account::Entity::insert(account.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        let link = portal_account_client::Model {
            client_id: client,
            account_id: account.id,
            rank: 0,
        };
        portal_account_client::Entity::insert(link.into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Sets how far an account has come, and its default address.
    pub async fn set_account(&self, id: AccountId, state: AccountState, email: &str) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE portal_account SET state = ")
            .bind(state.as_str());
        sql.push(", email = ")
            .bind(email)
            .push(" WHERE id = ")
            .bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// The clients for whom an account acts, the primary one first.
    pub async fn clients_of_account(&self, id: AccountId) -> Result<Vec<ClientId>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT l.client_id FROM portal_account_client l WHERE l.account_id = ");
        sql.bind(id).push(" ORDER BY l.rank");
        let rows = self.query_all_raw(sql.statement()).await?;
        rows.iter().map(|row| Reader::new(row).next()).collect()
    }

    /// Those of the clients that could be invited: without a connected account, with an address or an
    /// account that has one (T-20). Each comes with its account, if there is one that is invited.
    pub async fn uninvited(
        &self,
        clients: &[ClientId],
        now: DateTime<Utc>,
    ) -> Result<Vec<client::Model>> {
        let mut found = Vec::new();
        for clients in clients.chunks(AT_ONCE) {
            let mut sql = Sql::new(self.get_database_backend());
            sql.push("SELECT ")
                .columns::<client::Model>("cl")
                .push(" FROM client cl WHERE cl.id IN ");
            sql.list(clients);
            // An account that was taken back is invited again by a person, not by a message.
            sql.push(
                " AND cl.email IS NOT NULL AND NOT EXISTS (SELECT 1 FROM portal_account_client l ",
            );
            sql.push("JOIN portal_account o ON o.id = l.account_id WHERE l.client_id = cl.id AND (o.state <> '");
            sql.push(AccountState::Invited.as_str());
            sql.push("' OR EXISTS (SELECT 1 FROM invitation i WHERE i.account_id = o.id ");
            sql.push("AND i.withdrawn_at IS NULL AND i.expires_at > ")
                .bind(now);
            sql.push("))) ORDER BY cl.id");
            for row in &self.query_all_raw(sql.statement()).await? {
                found.push(Reader::new(row).row()?);
            }
        }
        Ok(found)
    }

    /// Stores an invitation, in place of those that are still open.
    pub async fn insert_invitation(&self, invitation: &invitation::Model) -> Result<()> {
        self.withdraw_invitations(invitation.account_id, invitation.created_at)
            .await?;
        invitation::Entity::insert(invitation.clone().into_active_model())
            .exec_without_returning(&**self)
            .await?;
        Ok(())
    }

    /// Withdraws every open invitation of an account.
    pub async fn withdraw_invitations(&self, id: AccountId, now: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE invitation SET remind_at = NULL, withdrawn_at = ")
            .bind(now);
        sql.push(" WHERE withdrawn_at IS NULL AND accepted_at IS NULL AND account_id = ");
        sql.bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// An invitation with its account, both locked until the end of the write. Without a viewer: who
    /// holds the token has none yet.
    pub async fn lock_invitation(&self, id: InvitationId) -> Result<Option<InvitationTo>> {
        let mut sql = Sql::new(self.get_database_backend());
        invitations(&mut sql);
        sql.push("i.id = ").bind(id);
        if sql.postgres() {
            sql.push(" FOR NO KEY UPDATE");
        }
        let row = self.query_one_raw(sql.statement()).await?;
        row.as_ref().map(invitation_to).transpose()
    }

    /// Notes that an invitation was accepted.
    pub async fn accept_invitation(&self, id: InvitationId, now: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE invitation SET remind_at = NULL, accepted_at = ")
            .bind(now);
        sql.push(" WHERE id = ").bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }

    /// Takes the open invitations of which it is time to remind, with the switches of their agencies'
    /// policies: at most `limit`. Of several servers at once one gets each.
    pub async fn take_reminders(
        &self,
        now: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(InvitationTo, tidings_domain::MessagingPolicy)>> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("SELECT ").columns::<invitation::Model>("i");
        sql.push(", ")
            .columns::<portal_account::Model>("o")
            .push(", p.switches");
        sql.push(" FROM invitation i JOIN portal_account o ON o.id = i.account_id ");
        sql.push("JOIN agency a ON a.id = i.agency_id ");
        sql.push("JOIN messaging_policy p ON p.agency_id = a.id AND p.version = a.policy_version ");
        sql.push("WHERE i.remind_at <= ").bind(now);
        sql.push(" ORDER BY i.remind_at LIMIT ").number(limit);
        if sql.postgres() {
            sql.push(" FOR UPDATE OF i SKIP LOCKED");
        }
        let rows = self.query_all_raw(sql.statement()).await?;
        let read = |row| {
            let mut row = Reader::new(row);
            let to = InvitationTo {
                invitation: row.row()?,
                account: row.row()?,
            };
            let switches: String = row.next()?;
            Ok((to, crate::viewer::switches(&switches)?))
        };
        rows.iter().map(read).collect()
    }

    /// Notes that an invitation was reminded of so often, and when to remind next.
    pub async fn set_reminder(
        &self,
        id: InvitationId,
        reminders: i32,
        next: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let mut sql = Sql::new(self.get_database_backend());
        sql.push("UPDATE invitation SET reminders = ")
            .bind(reminders);
        sql.push(", remind_at = ")
            .bind(next)
            .push(" WHERE id = ")
            .bind(id);
        self.execute_raw(sql.statement()).await?;
        Ok(())
    }
}

impl InvitationTo {
    /// Whether the invitation can be accepted still.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        let invitation = &self.invitation;
        self.account.state == AccountState::Invited
            && invitation.accepted_at.is_none()
            && invitation.withdrawn_at.is_none()
            && now < invitation.expires_at
    }
}
