//! Who asks. The token says who; everything here comes from the database, at each request.

use std::sync::Arc;

use chrono::NaiveDate;
use tidings_domain::{
    AccountId, AgencyId, ClientId, ClientStatus, MessagingPolicy, Principal, RoleSet, StaffId,
    ThreadKind,
};

/// A staff member who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffViewer {
    /// Who.
    pub id: StaffId,
    /// In which agency.
    pub agency: AgencyId,
    /// With which roles.
    pub roles: RoleSet,
    /// The agency's policy in force.
    pub policy: Arc<MessagingPolicy>,
    /// The day in the agency's time zone: care team dates are read against it.
    pub today: NaiveDate,
}

/// A portal account that asks, for all of its clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountViewer {
    /// Which login.
    pub id: AccountId,
    /// In which agency.
    pub agency: AgencyId,
    /// The clients for whom it acts, the primary one first (P-46).
    pub clients: Vec<OwnClient>,
    /// The agency's policy in force.
    pub policy: Arc<MessagingPolicy>,
    /// The day in the agency's time zone.
    pub today: NaiveDate,
}

/// A client for whom an account acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnClient {
    /// Which client.
    pub id: ClientId,
    /// Active or not: an inactive one does not write (S-33).
    pub status: ClientStatus,
    /// Whether it may write as such (K15).
    pub sends: bool,
    /// Whether it may use direct chats: if not, its direct threads are out of sight (K15).
    pub direct_chat: bool,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// A staff member.
    Staff(StaffViewer),
    /// A portal account.
    Account(AccountViewer),
}

impl Viewer {
    /// The viewer as a principal: the owner of read state, keys and cursors.
    #[must_use]
    pub fn principal(&self) -> Principal {
        match self {
            Self::Staff(staff) => Principal::Staff(staff.id),
            Self::Account(account) => Principal::Account(account.id),
        }
    }

    /// The viewer's agency.
    #[must_use]
    pub fn agency(&self) -> AgencyId {
        match self {
            Self::Staff(staff) => staff.agency,
            Self::Account(account) => account.agency,
        }
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> &MessagingPolicy {
        match self {
            Self::Staff(staff) => &staff.policy,
            Self::Account(account) => &account.policy,
        }
    }

    /// The day in the agency's time zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        match self {
            Self::Staff(staff) => staff.today,
            Self::Account(account) => account.today,
        }
    }

    /// The same viewer on another day.
    #[must_use]
    pub fn on_day(&self, day: NaiveDate) -> Self {
        let mut viewer = self.clone();
        match &mut viewer {
            Self::Staff(staff) => staff.today = day,
            Self::Account(account) => account.today = day,
        }
        viewer
    }

    /// The viewer as a staff member, if it is one.
    #[must_use]
    pub fn staff(&self) -> Option<&StaffViewer> {
        match self {
            Self::Staff(staff) => Some(staff),
            Self::Account(_) => None,
        }
    }

    /// The viewer as a portal account, if it is one.
    #[must_use]
    pub fn account(&self) -> Option<&AccountViewer> {
        match self {
            Self::Account(account) => Some(account),
            Self::Staff(_) => None,
        }
    }
}

impl AccountViewer {
    /// The account's own client of this id, if it acts for it.
    #[must_use]
    pub fn own(&self, client: ClientId) -> Option<OwnClient> {
        self.clients.iter().copied().find(|own| own.id == client)
    }

    /// Whether the account acts for this client and sees its threads of this kind: a
    /// direct one is out of sight while its client may not use direct chats (K15).
    #[must_use]
    pub fn reaches(&self, kind: ThreadKind, client: ClientId) -> bool {
        self.own(client)
            .is_some_and(|own| kind != ThreadKind::Direct || own.direct_chat)
    }

    /// The clients whose direct threads are out of sight (K15).
    #[must_use]
    pub fn without_direct_chat(&self) -> Vec<ClientId> {
        let without = self.clients.iter().filter(|own| !own.direct_chat);
        without.map(|own| own.id).collect()
    }
}
