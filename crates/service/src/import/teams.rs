//! Care teams. A member who came from an origin and is not named by it any more is off the team
//! with the day before: access ends in the import's transaction, on open streams, too (CX-13).

use chrono::NaiveDate;
use tidings_domain::{AgencyId, CareTeamMemberId, ClientId, Event, ExternalKind, StaffId};
use tidings_import::{Member, ProblemCode, Team};
use tidings_store::{CareTeamMemberRow, MemberChange};

use super::change::{Changing, Outcome, Problems};
use super::index::{GONE, digest};
use super::summary::Kind;
use crate::error::Result;

/// Whose team, as rows.
#[derive(Clone, Copy)]
struct Whose {
    agency: AgencyId,
    client: ClientId,
    /// Whether this import added the client: then nobody can be reading anything.
    new: bool,
}

impl Changing<'_> {
    pub(super) async fn team(&mut self, team: &Team) -> Result<Problems> {
        let Some((agency, client, new)) = self.client_of(&team.agency, &team.client) else {
            return Ok(vec![(ProblemCode::DanglingReference, "subject")]);
        };
        let whose = Whose {
            agency,
            client,
            new,
        };
        let mut problems = Vec::new();
        let mut present = Vec::with_capacity(team.members.len());
        for member in &team.members {
            let Some(staff) = self.index.get(ExternalKind::Staff, agency, &member.staff) else {
                let elsewhere = self.index.agencies(ExternalKind::Staff, &member.staff);
                let code = if elsewhere.is_empty() {
                    ProblemCode::DanglingReference
                } else {
                    ProblemCode::OtherAgency
                };
                problems.push((code, "participant"));
                continue;
            };
            let staff = staff.row.into();
            // The client is part of the id: an origin can turn out to be another client's.
            let id = format!("{}/{}/{}", team.origin, team.client, member.staff);
            self.member(whose, staff, &id, &team.origin, member).await?;
            present.push(id);
        }
        for id in self.index.of_origin(agency, &team.origin) {
            if !present.contains(&id) {
                self.end_member(agency, &id).await?;
            }
        }
        Ok(problems)
    }

    async fn member(
        &mut self,
        whose: Whose,
        staff: StaffId,
        id: &str,
        origin: &str,
        member: &Member,
    ) -> Result<()> {
        let Whose { agency, client, .. } = whose;
        let said = digest(member, member.end.is_some())?;
        let kinds = (ExternalKind::Member, Kind::CareTeam);
        let outcome = self
            .compare(kinds, agency, id, &said, Some(origin), &[])
            .await?;
        let start = member.start.unwrap_or_else(|| self.today(agency));
        match outcome {
            Outcome::Added(row) => {
                self.tell(whose, staff).await?;
                self.batch.care_team_members.push(CareTeamMemberRow {
                    id: row.into(),
                    client_id: client,
                    staff_id: staff,
                    start_date: start,
                    end_date: member.end,
                    public: member.public,
                    source: member.source,
                    created_at: self.now,
                });
            }
            Outcome::Changed(row) => {
                self.tell(whose, staff).await?;
                let change = MemberChange {
                    start,
                    end: member.end,
                    public: member.public,
                    source: member.source,
                };
                if let Some(tx) = self.tx {
                    tx.change_membership(row.into(), change).await?;
                }
            }
            Outcome::Same => {}
        }
        Ok(())
    }

    /// Ends a membership that its origin does not name any more.
    async fn end_member(&mut self, agency: AgencyId, id: &str) -> Result<()> {
        let known = self.index.get(ExternalKind::Member, agency, id);
        let Some(row) = known
            .filter(|known| known.digest != GONE)
            .map(|known| known.row)
        else {
            return Ok(());
        };
        let kinds = (ExternalKind::Member, Kind::CareTeam);
        self.compare(kinds, agency, id, GONE, None, &[]).await?;
        let Some(tx) = self.tx else {
            return Ok(());
        };
        let Some(member) = tx.any_membership(CareTeamMemberId(row)).await? else {
            return Ok(());
        };
        let whose = Whose {
            agency,
            client: member.client_id,
            new: false,
        };
        self.tell(whose, member.staff_id).await?;
        let yesterday = before(self.today(agency));
        let last = member.end_date.map_or(yesterday, |end| end.min(yesterday));
        Ok(tx.end_membership(member.id, last).await?)
    }

    /// Tells of a membership that is about to change, and whether it holds before that.
    async fn tell(&self, whose: Whose, staff: StaffId) -> Result<()> {
        let (Some(tx), false) = (self.tx, whose.new) else {
            return Ok(());
        };
        let today = self.today(whose.agency);
        let memberships = tx.memberships(whose.client, staff).await?;
        let event = Event::CareTeamChanged {
            staff,
            held: memberships.iter().any(|member| member.holds_on(today)),
        };
        self.emit(whose.agency, Some(whose.client), event).await
    }
}

fn before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(day)
}
