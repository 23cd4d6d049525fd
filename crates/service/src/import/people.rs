//! Staff, clients, and who acts for a client.

use tidings_domain::{
    AccountId, AccountState, AgencyId, ClientId, ClientStatus, Event, ExternalKind, RoleSet,
    StaffId,
};
use tidings_import::{Client, Family, ProblemCode, Staff};
use tidings_store::{AccountClientRow, AccountRow, ClientChange, ClientRow, StaffChange, StaffRow};

use super::change::{Changing, Outcome, Problems};
use super::index::digest;
use super::summary::Kind;
use crate::error::Result;

impl Changing<'_> {
    pub(super) async fn staff_member(&mut self, staff: &Staff) -> Result<Problems> {
        let Some(agency) = self.agency_of(&staff.agency) else {
            return Ok(vec![(ProblemCode::NoAgency, "")]);
        };
        // Two hashes: access is given anew only where the source says something else of access.
        let person = digest(&(&staff.name, &staff.title, &staff.email), !staff.active)?;
        let access = digest(&(&staff.roles, staff.active), !staff.active)?;
        let said = format!("{person}{access}");
        let known = self.index.get(ExternalKind::Staff, agency, &staff.id);
        let (new, gives) = match known {
            None => (true, true),
            Some(known) => (false, !known.digest.ends_with(&access)),
        };
        if new && let Some(id) = self.colleague(agency, staff) {
            // Somebody is here already under this address: they are the same person, and what was
            // decided about them here stands.
            self.adopt(
                (ExternalKind::Staff, agency),
                &staff.id,
                id.0,
                &said,
                None,
                &[],
            )?;
            self.summary.count(Kind::Staff).unchanged += 1;
            return Ok(Vec::new());
        }
        let kinds = (ExternalKind::Staff, Kind::Staff);
        match self
            .compare(kinds, agency, &staff.id, &said, None, &[])
            .await?
        {
            Outcome::Added(id) => {
                let id = StaffId(id);
                self.add_staff(agency, id, staff);
                Ok(Vec::new())
            }
            Outcome::Changed(id) => self.change_staff(agency, id.into(), staff, gives).await,
            Outcome::Same => Ok(Vec::new()),
        }
    }

    /// The staff member who is here already under the address of a new one.
    fn colleague(&self, agency: AgencyId, staff: &Staff) -> Option<StaffId> {
        if staff.email.is_empty() {
            return None;
        }
        let email = staff.email.to_lowercase();
        self.staff.get(&(agency, email)).copied()
    }

    fn add_staff(&mut self, agency: AgencyId, id: StaffId, staff: &Staff) {
        if !staff.email.is_empty() {
            let email = staff.email.to_lowercase();
            self.staff.insert((agency, email), id);
        }
        self.batch.staff.push(StaffRow {
            id,
            agency_id: agency,
            display_name: staff.name.clone(),
            title: staff.title.clone(),
            email: staff.email.clone(),
            roles: RoleSet::of(&staff.roles),
            active: staff.active,
            allow_client_contact: staff.active,
            display_in_portal: staff.active,
            created_at: self.now,
        });
    }

    async fn change_staff(
        &mut self,
        agency: AgencyId,
        id: StaffId,
        staff: &Staff,
        gives: bool,
    ) -> Result<Problems> {
        // SECURITY: nobody's import changes their own roles, or who works here of them.
        let own = gives && self.plan.by == Some(id);
        let access = (gives && !own).then(|| (RoleSet::of(&staff.roles), staff.active));
        if let Some(tx) = self.tx {
            let before = tx.any_staff_member(id).await?;
            tx.change_staff(
                id,
                StaffChange {
                    display_name: &staff.name,
                    title: staff.title.as_deref(),
                    email: &staff.email,
                    access,
                },
            )
            .await?;
            let before = before.map(|row| (row.roles, row.active));
            if access.is_some() && before != access {
                let event = Event::StaffAccessChanged { staff: id };
                self.emit(agency, None, event).await?;
            }
        }
        Ok(if own {
            vec![(ProblemCode::OwnRoles, "code")]
        } else {
            Vec::new()
        })
    }

    pub(super) async fn client(&mut self, client: &Client) -> Result<Problems> {
        let Some(agency) = self.agency_of(&client.agency) else {
            return Ok(vec![(ProblemCode::NoAgency, "managingOrganization")]);
        };
        let elsewhere = self.index.agencies(ExternalKind::Client, &client.id);
        if self.plan.one_home && elsewhere.first().is_some_and(|other| *other != agency) {
            return Ok(vec![(ProblemCode::AgencyChanged, "managingOrganization")]);
        }
        let inactive = client.status == ClientStatus::Inactive;
        let said = digest(client, inactive)?;
        let kinds = (ExternalKind::Client, Kind::Client);
        let outcome = self.compare(kinds, agency, &client.id, &said, None, &client.labels);
        let sort_name = client.name.to_lowercase();
        match outcome.await? {
            Outcome::Added(id) => self.batch.clients.push(ClientRow {
                id: id.into(),
                agency_id: agency,
                sort_name,
                display_name: client.name.clone(),
                email: client.email.clone(),
                status: client.status,
                direct_chat: true,
                may_send: true,
                created_at: self.now,
            }),
            Outcome::Changed(id) => {
                let Some(tx) = self.tx else {
                    return Ok(Vec::new());
                };
                let before = tx.any_client(id.into()).await?;
                let change = ClientChange {
                    display_name: &client.name,
                    sort_name: &sort_name,
                    email: client.email.as_deref(),
                    status: client.status,
                };
                tx.change_client(id.into(), change).await?;
                if before.is_some_and(|row| row.status != client.status) {
                    self.emit(agency, Some(id.into()), Event::ClientChanged)
                        .await?;
                }
            }
            Outcome::Same => {}
        }
        Ok(Vec::new())
    }

    /// The row of a client, with its agency; an id without an agency is looked for in all.
    pub(super) fn client_of(&self, agency: &str, id: &str) -> Option<(AgencyId, ClientId, bool)> {
        let agency = if agency.is_empty() && self.plan.agency.is_none() {
            *self.index.agencies(ExternalKind::Client, id).first()?
        } else {
            self.agency_of(agency)?
        };
        let known = self.index.get(ExternalKind::Client, agency, id)?;
        Some((agency, known.row.into(), known.new))
    }

    pub(super) async fn family(&mut self, family: &Family) -> Result<Problems> {
        let Some((agency, client, _)) = self.client_of(&family.agency, &family.client) else {
            return Ok(vec![(ProblemCode::DanglingReference, "patient")]);
        };
        let known = self.index.get(ExternalKind::Family, agency, &family.id);
        if !family.active {
            let Some(account) = known.filter(|known| !known.ended()).map(|known| known.row) else {
                return Ok(Vec::new());
            };
            return self.let_go(agency, family, account.into(), client).await;
        }
        let account = self.accounts.get(&(agency, family.email.to_lowercase()));
        let account = account.copied();
        let taken = self.links.get(&client).copied();
        if taken.is_some() && taken != account {
            return Ok(vec![(ProblemCode::AccountTaken, "patient")]);
        }
        let said = digest(family, false)?;
        if known.is_none() {
            let account = account.unwrap_or_else(|| self.add_account(agency, family));
            let id = &family.id;
            self.adopt(
                (ExternalKind::Family, agency),
                id,
                account.0,
                &said,
                None,
                &[],
            )?;
            if taken.is_some() {
                self.summary.count(Kind::Family).unchanged += 1;
            } else {
                self.summary.count(Kind::Family).added += 1;
                self.link(agency, account, client).await?;
            }
            return Ok(Vec::new());
        }
        let kinds = (ExternalKind::Family, Kind::Family);
        // Whoever acted for the client before, or was let go by hand, stays as they are.
        let outcome = self
            .compare(kinds, agency, &family.id, &said, None, &[])
            .await?;
        if let (Outcome::Changed(_), None, Some(account)) = (outcome, taken, account) {
            self.link(agency, account, client).await?;
        }
        Ok(Vec::new())
    }

    /// A guardian does not act for the client any more.
    async fn let_go(
        &mut self,
        agency: AgencyId,
        family: &Family,
        account: AccountId,
        client: ClientId,
    ) -> Result<Problems> {
        let said = digest(family, true)?;
        let kinds = (ExternalKind::Family, Kind::Family);
        self.compare(kinds, agency, &family.id, &said, None, &[])
            .await?;
        if self.links.get(&client) == Some(&account) {
            self.links.remove(&client);
        }
        if let Some(tx) = self.tx
            && tx.unlink_account(account, client).await?
        {
            let event = Event::AccountAccessChanged { account };
            self.emit(agency, Some(client), event).await?;
        }
        Ok(Vec::new())
    }

    /// A login that waits for its invitation: an import lets nobody in.
    fn add_account(&mut self, agency: AgencyId, family: &Family) -> AccountId {
        let id = AccountId(self.id());
        self.batch.accounts.push(AccountRow {
            id,
            agency_id: agency,
            display_name: family.name.clone(),
            email: family.email.clone(),
            state: AccountState::Invited,
            created_at: self.now,
        });
        let key = (agency, family.email.to_lowercase());
        self.accounts.insert(key, id);
        id
    }

    /// Puts a client's profile into an account's hands.
    pub(super) async fn link(
        &mut self,
        agency: AgencyId,
        account: AccountId,
        client: ClientId,
    ) -> Result<()> {
        let rank = self.ranks.entry(account).or_default();
        self.batch.account_clients.push(AccountClientRow {
            client_id: client,
            account_id: account,
            rank: *rank,
        });
        *rank += 1;
        self.waiting += 1;
        self.links.insert(client, account);
        self.emit(
            agency,
            Some(client),
            Event::AccountAccessChanged { account },
        )
        .await
    }
}
