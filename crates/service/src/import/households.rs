//! Enrolments, and the families that follow from households: a child under age who has no account
//! stands behind the head of the household, whose record is the family's primary one.

use std::collections::HashMap;

use tidings_domain::{AccountId, AgencyId, ClientId, ExternalKind, HouseholdRole};
use tidings_import::{Enrollment, ProblemCode};
use tidings_store::{EnrollmentChange, EnrollmentRow};

use super::change::{Changing, Outcome, Problems};
use super::index::digest;
use super::summary::Kind;
use crate::error::Result;

/// Who stands with whom: only what can lead to a link is kept.
#[derive(Default)]
pub(super) struct Households {
    /// The accounts of heads who have one.
    heads: HashMap<(AgencyId, String), AccountId>,
    /// Children without an account.
    children: Vec<(AgencyId, String, ClientId)>,
}

impl Changing<'_> {
    pub(super) async fn enrollment(&mut self, enrollment: &Enrollment) -> Result<Problems> {
        let client = self.client_of(&enrollment.agency, &enrollment.client);
        let Some((agency, client, _)) = client else {
            return Ok(vec![(ProblemCode::DanglingReference, "PersonalID")]);
        };
        let program = self
            .index
            .get(ExternalKind::Program, agency, &enrollment.program);
        let program = program.map(|known| known.row.into());
        let known = self
            .index
            .get(ExternalKind::Enrollment, agency, &enrollment.id);
        if enrollment.deleted {
            return match known.map(|known| known.row) {
                Some(row) => self.forget_enrollment(agency, &enrollment.id, row).await,
                None => Ok(Vec::new()),
            };
        }
        let Some(program) = program else {
            return Ok(vec![(ProblemCode::DanglingReference, "ProjectID")]);
        };
        self.household(agency, client, enrollment);
        let said = digest(enrollment, enrollment.exit.is_some())?;
        let kinds = (ExternalKind::Enrollment, Kind::Enrollment);
        match self
            .compare(kinds, agency, &enrollment.id, &said, None, &[])
            .await?
        {
            Outcome::Added(id) => self.batch.enrollments.push(EnrollmentRow {
                id: id.into(),
                agency_id: agency,
                client_id: client,
                program_id: program,
                entry_date: enrollment.entry,
                exit_date: enrollment.exit,
                household: enrollment.household.clone(),
                household_role: enrollment.role,
                created_at: self.now,
            }),
            Outcome::Changed(id) => {
                let change = EnrollmentChange {
                    client,
                    program,
                    entry: enrollment.entry,
                    exit: enrollment.exit,
                    household: enrollment.household.as_deref(),
                    role: enrollment.role,
                };
                if let Some(tx) = self.tx {
                    tx.change_enrollment(id.into(), change).await?;
                }
            }
            Outcome::Same => {}
        }
        Ok(Vec::new())
    }

    /// What was deleted at the source never was.
    async fn forget_enrollment(
        &mut self,
        agency: AgencyId,
        id: &str,
        row: uuid::Uuid,
    ) -> Result<Problems> {
        self.summary.count(Kind::Enrollment).closed += 1;
        self.touched.insert(agency);
        self.index.forget(ExternalKind::Enrollment, agency, id);
        if let Some(tx) = self.tx {
            tx.delete_enrollment(row.into()).await?;
            let key = (agency, ExternalKind::Enrollment);
            tx.forget_external(key, &self.plan.source, id).await?;
        }
        Ok(Vec::new())
    }

    fn household(&mut self, agency: AgencyId, client: ClientId, enrollment: &Enrollment) {
        let today = self.today(agency);
        let ended = enrollment.exit.is_some_and(|exit| exit < today);
        let Some(household) = enrollment.household.clone().filter(|_| !ended) else {
            return;
        };
        let account = self.links.get(&client).copied();
        match (enrollment.role, account) {
            (HouseholdRole::Head, Some(account)) => {
                self.households.heads.insert((agency, household), account);
            }
            (HouseholdRole::Child, None) => {
                self.households.children.push((agency, household, client));
            }
            _ => {}
        }
    }

    /// Puts children into the hands of the account of the head of their household.
    pub(super) async fn link_households(&mut self) -> Result<()> {
        let households = std::mem::take(&mut self.households);
        for (agency, household, client) in households.children {
            let account = households.heads.get(&(agency, household));
            let Some(account) = account.filter(|_| !self.links.contains_key(&client)) else {
                continue;
            };
            self.summary.count(Kind::Family).added += 1;
            self.link(agency, *account, client).await?;
        }
        Ok(())
    }
}
