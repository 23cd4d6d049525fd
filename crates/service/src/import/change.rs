//! One import at work: what is known, what waits to be stored, what was counted.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use tidings_domain::{
    AccountId, AgencyId, AudienceKind, ClientId, Deed, Event, ExternalKind, MessagingPolicy,
    Principal, StaffId,
};
use tidings_import::{Agency, ProblemCode, Program, Record};
use tidings_store::{
    AgencyRow, AudienceRow, Batch, ExternalIdRow, ImportState, ProgramRow, Subject, Tx, policy_row,
};
use uuid::Uuid;

use super::Plan;
use super::households::Households;
use super::index::{Index, Known, digest};
use super::summary::{ImportSummary, Kind};
use crate::context::{Service, new_id};
use crate::error::Result;

/// Rows that wait until they are stored together.
const TOGETHER: usize = 2_000;

/// What is wrong with a record beside what is stored, and in which field.
pub(super) type Problems = Vec<(ProblemCode, &'static str)>;

pub(super) struct Changing<'a> {
    pub(super) service: &'a Service,
    pub(super) plan: Plan,
    /// None for a preview.
    pub(super) tx: Option<&'a Tx>,
    pub(super) index: Index,
    pub(super) batch: Batch,
    pub(super) waiting: usize,
    pub(super) summary: ImportSummary,
    pub(super) now: DateTime<Utc>,
    days: HashMap<AgencyId, NaiveDate>,
    /// Staff by address, lower case.
    pub(super) staff: HashMap<(AgencyId, String), StaffId>,
    /// Accounts by address, lower case.
    pub(super) accounts: HashMap<(AgencyId, String), AccountId>,
    /// Which account acts for which client.
    pub(super) links: HashMap<ClientId, AccountId>,
    /// For how many clients an account acts, and the next rank.
    pub(super) ranks: HashMap<AccountId, i32>,
    pub(super) households: Households,
    /// The agencies in which something changes.
    pub(super) touched: BTreeSet<AgencyId>,
}

/// What became of a record.
pub(super) enum Outcome {
    /// It is new: its row's id.
    Added(Uuid),
    /// The source says something else of it: its row's id.
    Changed(Uuid),
    /// As it was.
    Same,
}

impl<'a> Changing<'a> {
    pub(super) fn new(
        service: &'a Service,
        plan: Plan,
        tx: Option<&'a Tx>,
        state: ImportState,
        days: HashMap<AgencyId, NaiveDate>,
        now: DateTime<Utc>,
    ) -> Self {
        let mut ranks: HashMap<AccountId, i32> = HashMap::new();
        for link in &state.links {
            let next = ranks.entry(link.account_id).or_default();
            *next = (*next).max(link.rank + 1);
        }
        let lower =
            |(agency, email, id): (AgencyId, String, _)| ((agency, email.to_lowercase()), id);
        Self {
            service,
            plan,
            tx,
            index: Index::of(state.known),
            batch: Batch::default(),
            waiting: 0,
            summary: ImportSummary::default(),
            now,
            days,
            staff: state.staff.into_iter().map(lower).collect(),
            accounts: state
                .accounts
                .into_iter()
                .map(|(agency, email, id)| ((agency, email.to_lowercase()), id))
                .collect(),
            links: state
                .links
                .iter()
                .map(|link| (link.client_id, link.account_id))
                .collect(),
            ranks,
            households: Households::default(),
            touched: BTreeSet::new(),
        }
    }

    /// Takes one record. What it names has come before it.
    pub(super) async fn take(&mut self, record: Record) -> Result<Problems> {
        let problems = match record {
            Record::Agency(agency) => self.agency(&agency).await?,
            Record::Program(program) => self.program(&program).await?,
            Record::Staff(staff) => self.staff_member(&staff).await?,
            Record::Client(client) => self.client(&client).await?,
            Record::Family(family) => self.family(&family).await?,
            Record::Enrollment(enrollment) => self.enrollment(&enrollment).await?,
            Record::Team(team) => self.team(&team).await?,
        };
        self.flush(TOGETHER).await?;
        Ok(problems)
    }

    /// Ends the walk: what waits is stored.
    pub(super) async fn finish(&mut self) -> Result<()> {
        self.link_households().await?;
        self.flush(1).await?;
        self.audit().await
    }

    /// Writes into the log of each agency that it was imported into.
    async fn audit(&self) -> Result<()> {
        let Some(tx) = self.tx else {
            return Ok(());
        };
        let actor = self.plan.by.map(Principal::Staff);
        for agency in &self.touched {
            let (deed, detail) = (Deed::DirectoryImported, self.plan.format.to_owned());
            tx.audit(*agency, actor, deed, (*agency).into(), detail, self.now)
                .await?;
        }
        Ok(())
    }

    /// Stores what waits, if it is at least so much.
    async fn flush(&mut self, least: usize) -> Result<()> {
        if self.waiting < least {
            return Ok(());
        }
        self.waiting = 0;
        let batch = std::mem::take(&mut self.batch);
        match self.tx {
            Some(tx) => Ok(tx.insert_batch(batch).await?),
            None => Ok(()),
        }
    }

    /// A new id.
    pub(super) fn id(&self) -> Uuid {
        new_id(self.service)
    }

    /// The day in an agency.
    pub(super) fn today(&self, agency: AgencyId) -> NaiveDate {
        let day = self.days.get(&agency).copied();
        day.unwrap_or_else(|| self.now.date_naive())
    }

    /// The agency that a record names; none if the source has no such organization.
    pub(super) fn agency_of(&self, name: &str) -> Option<AgencyId> {
        if let Some(agency) = self.plan.agency {
            return Some(agency);
        }
        let agencies = self.index.agencies(ExternalKind::Agency, name);
        agencies.first().copied()
    }

    /// Compares a record with what the source said last, counts it, and keeps what it says now.
    pub(super) async fn compare(
        &mut self,
        (kind, counted): (ExternalKind, Kind),
        agency: AgencyId,
        id: &str,
        said: &str,
        origin: Option<&str>,
        labels: &[String],
    ) -> Result<Outcome> {
        let Some(known) = self.index.get(kind, agency, id) else {
            let row = self.id();
            self.adopt((kind, agency), id, row, said, origin, labels)?;
            self.summary.count(counted).added += 1;
            return Ok(Outcome::Added(row));
        };
        let (row, ended) = (known.row, known.ended());
        if known.digest == said {
            self.summary.count(counted).unchanged += 1;
            return Ok(Outcome::Same);
        }
        let counts = self.summary.count(counted);
        if said.starts_with('-') && !ended {
            counts.closed += 1;
        } else {
            counts.changed += 1;
        }
        if let Some(tx) = self.tx {
            tx.set_digest((agency, kind), &self.plan.source, id, said)
                .await?;
        }
        self.index.say(kind, agency, id, said);
        self.touched.insert(agency);
        Ok(Outcome::Changed(row))
    }

    /// Keeps that the source has an id for a row.
    pub(super) fn adopt(
        &mut self,
        (kind, agency): (ExternalKind, AgencyId),
        id: &str,
        row: Uuid,
        said: &str,
        origin: Option<&str>,
        labels: &[String],
    ) -> Result<()> {
        let known = Known {
            row,
            digest: said.to_owned(),
            new: true,
        };
        self.index.add(kind, agency, id, known);
        self.touched.insert(agency);
        if let Some(origin) = origin {
            self.index.add_origin(agency, origin, id.to_owned());
        }
        let labels = match labels {
            [] => None,
            labels => Some(json(&labels)?),
        };
        self.batch.external_ids.push(ExternalIdRow {
            agency_id: agency,
            source: self.plan.source.clone(),
            kind,
            external_id: id.to_owned(),
            row_id: row,
            digest: said.to_owned(),
            origin: origin.map(str::to_owned),
            labels,
        });
        self.waiting += 1;
        Ok(())
    }

    /// Tells of a change, in its transaction.
    pub(super) async fn emit(
        &self,
        agency: AgencyId,
        client: Option<ClientId>,
        event: Event,
    ) -> Result<()> {
        let subject = Subject {
            agency,
            thread: None,
            client,
        };
        match self.tx {
            Some(tx) => Ok(tx.emit(subject, &event, self.now).await?),
            None => Ok(()),
        }
    }

    async fn agency(&mut self, agency: &Agency) -> Result<Problems> {
        let said = digest(agency, false)?;
        let kinds = (ExternalKind::Agency, Kind::Agency);
        let home = match self.agency_of(&agency.id) {
            Some(home) => home,
            None => AgencyId(self.id()),
        };
        if self.index.get(kinds.0, home, &agency.id).is_none() {
            self.adopt(
                (kinds.0, home),
                &agency.id,
                home.0,
                &said,
                None,
                &agency.labels,
            )?;
            self.summary.count(Kind::Agency).added += 1;
            self.add_agency(home, &agency.name)?;
            // Whoever comes next names it.
            self.flush(1).await?;
            return Ok(Vec::new());
        }
        let outcome = self
            .compare(kinds, home, &agency.id, &said, None, &agency.labels)
            .await?;
        if let (Outcome::Changed(_), Some(tx)) = (outcome, self.tx) {
            tx.rename_agency(home, &agency.name).await?;
        }
        Ok(Vec::new())
    }

    fn add_agency(&mut self, id: AgencyId, name: &str) -> Result<()> {
        self.batch.agencies.push(AgencyRow {
            id,
            name: name.to_owned(),
            time_zone: self.plan.time_zone.clone(),
            policy_version: 1,
            created_at: self.now,
        });
        let policy = policy_row(id, 1, &MessagingPolicy::default(), self.now)?;
        self.batch.policies.push(policy);
        for kind in AudienceKind::ALL {
            let label = match kind {
                AudienceKind::Administrative => "Front desk",
                AudienceKind::Billing => "Billing and insurance",
                AudienceKind::Clinical => "Care team",
            };
            self.batch.audiences.push(AudienceRow {
                id: self.id().into(),
                agency_id: id,
                kind: *kind,
                label: label.to_owned(),
            });
        }
        Ok(())
    }

    async fn program(&mut self, program: &Program) -> Result<Problems> {
        let Some(agency) = self.agency_of(&program.agency) else {
            return Ok(vec![(ProblemCode::NoAgency, "OrganizationID")]);
        };
        let known = self.index.get(ExternalKind::Program, agency, &program.id);
        if known.is_none() && !program.active {
            return Ok(Vec::new());
        }
        let said = digest(program, !program.active)?;
        let kinds = (ExternalKind::Program, Kind::Program);
        match self
            .compare(kinds, agency, &program.id, &said, None, &[])
            .await?
        {
            Outcome::Added(id) => self.batch.programs.push(ProgramRow {
                id: id.into(),
                agency_id: agency,
                name: program.name.clone(),
                active: program.active,
                created_at: self.now,
            }),
            Outcome::Changed(id) => {
                if let Some(tx) = self.tx {
                    tx.change_program(id.into(), &program.name, program.active)
                        .await?;
                }
            }
            Outcome::Same => {}
        }
        Ok(Vec::new())
    }
}

/// A value as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(value);
    Ok(text.map_err(|_| tidings_store::StoreError::Corrupt("record of an import"))?)
}
