//! Portal requests and the records that they leave: a law of their own beside that of threads,
//! with the same two readers. [`decide_record`] answers for one row, [`record_grants`] says what a
//! viewer reaches.
//!
//! Whether a record is private is an axis of its own (K18): it says what other agencies see that
//! share the client, and nothing about who sees it in the client's own.

use tidings_domain::{AgencyId, ClientId, ClientStatus, Role, UserErrorCode};

use crate::decide::Denied;
use crate::viewer::Viewer;

/// How a viewer relates to a request or a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordStanding {
    /// It is about a client for whom the portal account acts.
    Own,
    /// The staff member works in its agency, with one of [`RECORD_ROLES`].
    Agency,
    /// The staff member works, with one of [`RECORD_ROLES`], in an agency with which the client is
    /// shared.
    Sharing,
}

/// One row of the law: who relates to a request or a record like this sees it.
#[derive(Clone, Copy, Debug)]
pub struct RecordRule {
    /// The standing.
    pub standing: RecordStanding,
    /// Whether it opens private ones, too.
    pub private: bool,
    /// Whether it opens those, too, that are hidden from the portal (CX-12).
    pub hidden: bool,
    /// Where the rule comes from.
    pub source: &'static str,
}

/// Who sees which requests and records.
#[rustfmt::skip]
pub const RECORDS: &[RecordRule] = &[
    RecordRule { standing: RecordStanding::Own,     private: true,  hidden: false, source: "C-46, P-48, CX-12" },
    RecordRule { standing: RecordStanding::Agency,  private: true,  hidden: true,  source: "C-34" },
    RecordRule { standing: RecordStanding::Sharing, private: false, hidden: true,  source: "K18, C-34, C-38, C-42" },
];

/// The roles that work with records. Whoever runs the system does not by doing so.
pub const RECORD_ROLES: &[Role] = &[
    Role::Clinician,
    Role::Supervisor,
    Role::ClinicalAdmin,
    Role::PracticeAdmin,
    Role::PracticeScheduler,
    Role::PracticeBiller,
];

/// What the law needs to know of a request or a record.
#[derive(Clone, Copy, Debug)]
pub struct RecordFacts<'a> {
    /// The client's agency.
    pub agency: AgencyId,
    /// The client.
    pub client: ClientId,
    /// Whether it is kept from other agencies.
    pub private: bool,
    /// Whether it is kept from the client's own portal (CX-12).
    pub hidden: bool,
    /// The agencies with which the client is shared.
    pub shared_with: &'a [AgencyId],
}

/// A set of requests or records, described by how they are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordReach {
    /// Those of the clients of the viewer's portal account.
    OwnClients,
    /// Those of the viewer's agency.
    Agency(AgencyId),
    /// Those of clients that other agencies share with this one.
    SharedWith(AgencyId),
}

/// One part of what a viewer sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordGrant {
    /// Where to look.
    pub reach: RecordReach,
    /// Whether private ones count, too.
    pub private: bool,
    /// Whether those that are hidden from the portal count, too.
    pub hidden: bool,
}

fn works_with_records(viewer: &Viewer) -> bool {
    viewer
        .staff()
        .is_some_and(|staff| RECORD_ROLES.iter().any(|role| staff.roles.has(*role)))
}

impl RecordFacts<'_> {
    fn has(&self, viewer: &Viewer, standing: RecordStanding) -> bool {
        match (viewer, standing) {
            // SECURITY: an account is one of its agency, whatever ids it could name.
            (Viewer::Account(account), RecordStanding::Own) => {
                account.agency == self.agency && account.own(self.client).is_some()
            }
            (Viewer::Staff(staff), RecordStanding::Agency) => {
                staff.agency == self.agency && works_with_records(viewer)
            }
            (Viewer::Staff(staff), RecordStanding::Sharing) => {
                staff.agency != self.agency
                    && self.shared_with.contains(&staff.agency)
                    && works_with_records(viewer)
            }
            (Viewer::Account(_), _) | (Viewer::Staff(_), RecordStanding::Own) => false,
        }
    }
}

/// Whether the viewer sees a request or a record: if one row of [`RECORDS`] says so.
pub fn decide_record(viewer: &Viewer, facts: &RecordFacts<'_>) -> Result<(), Denied> {
    let opens = |rule: &RecordRule| {
        (rule.private || !facts.private)
            && (rule.hidden || !facts.hidden)
            && facts.has(viewer, rule.standing)
    };
    if RECORDS.iter().any(opens) {
        Ok(())
    } else {
        Err(Denied::NotVisible)
    }
}

/// Everything that the viewer reaches. Empty means nothing: deny by default.
#[must_use]
pub fn record_grants(viewer: &Viewer) -> Vec<RecordGrant> {
    let reach = |standing: RecordStanding| match (viewer, standing) {
        (Viewer::Account(_), RecordStanding::Own) => Some(RecordReach::OwnClients),
        (Viewer::Staff(staff), RecordStanding::Agency) if works_with_records(viewer) => {
            Some(RecordReach::Agency(staff.agency))
        }
        (Viewer::Staff(staff), RecordStanding::Sharing) if works_with_records(viewer) => {
            Some(RecordReach::SharedWith(staff.agency))
        }
        _ => None,
    };
    let grant = |rule: &RecordRule| {
        reach(rule.standing).map(|reach| RecordGrant {
            reach,
            private: rule.private,
            hidden: rule.hidden,
        })
    };
    RECORDS.iter().filter_map(grant).collect()
}

/// Whether the viewer may ask clients of the own agency for something (C-31).
pub fn may_send_request(viewer: &Viewer) -> Result<(), Denied> {
    if !works_with_records(viewer) {
        return Err(Denied::Forbidden);
    }
    if !viewer.policy().portal_enabled {
        return Err(Denied::Refused(UserErrorCode::PortalDisabled));
    }
    Ok(())
}

/// Whether the viewer may take back a request that it sees. An agency with which the client is
/// shared only reads.
pub fn may_change_requests(viewer: &Viewer, agency: AgencyId) -> Result<(), Denied> {
    if works_with_records(viewer) && viewer.agency() == agency {
        Ok(())
    } else {
        Err(Denied::Forbidden)
    }
}

/// Whether the viewer may do something for this client through its portal account: fulfil what it
/// is asked for (C-49), or add to its record (CX-19). An inactive client reads and does not write
/// (S-33).
pub fn may_act_for(viewer: &Viewer, client: ClientId) -> Result<(), Denied> {
    let Viewer::Account(account) = viewer else {
        return Err(Denied::Forbidden);
    };
    // SECURITY: an account acts for its own clients and for nobody else (P-48).
    let own = account.own(client).ok_or(Denied::NotVisible)?;
    if !account.policy.portal_enabled {
        Err(Denied::Refused(UserErrorCode::PortalDisabled))
    } else if own.status == ClientStatus::Inactive {
        Err(Denied::Refused(UserErrorCode::ClientInactive))
    } else {
        Ok(())
    }
}

/// Whether the viewer may revoke a release that it sees: the client at any time, active or not,
/// and the staff of its agency on its behalf.
pub fn may_revoke(viewer: &Viewer, agency: AgencyId, client: ClientId) -> Result<(), Denied> {
    match viewer {
        Viewer::Account(account) if account.own(client).is_some() => Ok(()),
        Viewer::Account(_) => Err(Denied::NotVisible),
        Viewer::Staff(_) => may_change_requests(viewer, agency),
    }
}
