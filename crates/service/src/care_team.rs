//! Assigning staff to clients, and ending assignments.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tidings_domain::{
    CareTeamMemberId, CareTeamSource, ClientId, Deed, Event, StaffId, UserErrorCode,
};
use tidings_policy::{AdminAction, Viewer, administers};
use tidings_store::{CareTeamMemberRow, Subject};

use crate::context::{Begin, Service, Write};
use crate::error::{Error, Result};

/// A staff member to put on a client's care team.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Assign {
    /// The client.
    pub client: ClientId,
    /// The staff member.
    pub staff: StaffId,
    /// First day; today if left out.
    pub start: Option<NaiveDate>,
    /// Last day; open if left out.
    pub end: Option<NaiveDate>,
    /// Whether others than the agency's staff see the membership (CX-14).
    pub public: bool,
}

/// An assignment to end.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EndAssignment {
    /// Which.
    pub member: CareTeamMemberId,
    /// Last day; yesterday if left out, which ends it at once.
    pub last: Option<NaiveDate>,
}

/// A membership that was made or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// Which.
    pub member: CareTeamMemberId,
    /// Of which client.
    pub client: ClientId,
}

impl Service {
    /// Puts a staff member on a client's care team. For practice and clinical admins.
    pub async fn assign_care_team_member(
        &self,
        viewer: &Viewer,
        key: &str,
        input: Assign,
    ) -> Result<Assigned> {
        if !administers(viewer, AdminAction::ManageCareTeam) {
            return Err(Error::forbidden());
        }
        let write = match self
            .begin(viewer, key, "assignCareTeamMember", &input)
            .await?
        {
            Begin::Done(assigned) => return Ok(assigned),
            Begin::New(write) => write,
        };
        let client = write
            .tx
            .lock_client(viewer, input.client)
            .await?
            .ok_or_else(Error::not_found)?;
        let staff = write.tx.staff_member(viewer, input.staff).await?;
        let staff = staff
            .filter(|staff| staff.active)
            .ok_or_else(Error::not_found)?;
        let start = input.start.unwrap_or_else(|| viewer.today());
        if input.end.is_some_and(|end| end < start) {
            return Err(Error::refused(
                UserErrorCode::DateRangeInvalid,
                &["endDate"],
            ));
        }
        let memberships = write.tx.memberships(client.id, staff.id).await?;
        let overlaps = |other: &CareTeamMemberRow| {
            other.end_date.is_none_or(|end| end >= start)
                && input.end.is_none_or(|end| end >= other.start_date)
        };
        if memberships.iter().any(overlaps) {
            return Err(Error::refused(
                UserErrorCode::AlreadyAssigned,
                &["staffMemberId"],
            ));
        }
        let member = CareTeamMemberRow {
            id: write.id(),
            client_id: client.id,
            staff_id: staff.id,
            start_date: start,
            end_date: input.end,
            public: input.public,
            source: CareTeamSource::Manual,
            created_at: write.now,
        };
        write.tx.insert_membership(&member).await?;
        tell(&write, viewer, &member, &memberships).await?;
        audit(&write, viewer, Deed::CareTeamAssigned, &member).await?;
        write
            .commit(Assigned {
                member: member.id,
                client: client.id,
            })
            .await
    }

    /// Ends an assignment (CX-14). Access ends with the last day, open streams included.
    pub async fn end_care_team_assignment(
        &self,
        viewer: &Viewer,
        key: &str,
        input: EndAssignment,
    ) -> Result<Assigned> {
        if !administers(viewer, AdminAction::ManageCareTeam) {
            return Err(Error::forbidden());
        }
        let write = match self
            .begin(viewer, key, "endCareTeamAssignment", &input)
            .await?
        {
            Begin::Done(ended) => return Ok(ended),
            Begin::New(write) => write,
        };
        let found = write.tx.membership(viewer, input.member).await?;
        let found = found.ok_or_else(Error::not_found)?;
        // Read again under the lock: another write may have changed it meanwhile.
        write.tx.lock_client(viewer, found.client_id).await?;
        let before = write
            .tx
            .memberships(found.client_id, found.staff_id)
            .await?;
        let member = before.iter().find(|other| other.id == found.id);
        let member = member.cloned().ok_or_else(Error::not_found)?;
        let last = last_day(viewer, &member, &before, input.last)?;
        write.tx.end_membership(member.id, last).await?;
        tell(&write, viewer, &member, &before).await?;
        audit(&write, viewer, Deed::CareTeamEnded, &member).await?;
        write
            .commit(Assigned {
                member: member.id,
                client: member.client_id,
            })
            .await
    }
}

/// The day with which an assignment is to end.
fn last_day(
    viewer: &Viewer,
    member: &CareTeamMemberRow,
    all: &[CareTeamMemberRow],
    wanted: Option<NaiveDate>,
) -> Result<NaiveDate> {
    let Some(last) = wanted else {
        // One that began today, or lies ahead, ends before it began: it never holds. One that has
        // ended already stays as it is.
        let yesterday = viewer.today().pred_opt().unwrap_or_else(|| viewer.today());
        return Ok(member.end_date.map_or(yesterday, |end| end.min(yesterday)));
    };
    if last < member.start_date {
        let code = UserErrorCode::DateRangeInvalid;
        return Err(Error::refused(code, &["lastDate"]));
    }
    let others = all.iter().filter(|other| other.id != member.id);
    let mut others =
        others.filter(|other| other.end_date.is_none_or(|end| end >= member.start_date));
    if others.any(|other| other.start_date <= last) {
        let code = UserErrorCode::AlreadyAssigned;
        return Err(Error::refused(code, &["lastDate"]));
    }
    Ok(last)
}

/// Tells of a changed assignment, and whether it held before the change.
async fn tell(
    write: &Write<'_>,
    viewer: &Viewer,
    member: &CareTeamMemberRow,
    before: &[CareTeamMemberRow],
) -> Result<()> {
    let today = viewer.today();
    let subject = Subject {
        agency: viewer.agency(),
        thread: None,
        client: Some(member.client_id),
    };
    let event = Event::CareTeamChanged {
        staff: member.staff_id,
        held: before.iter().any(|other| other.holds_on(today)),
    };
    write.emit(subject, event).await
}

/// Keeps who was assigned, and who assigned.
async fn audit(
    write: &Write<'_>,
    viewer: &Viewer,
    deed: Deed,
    member: &CareTeamMemberRow,
) -> Result<()> {
    let detail = format!("staff member {}", member.staff_id);
    write
        .audit(viewer.agency(), deed, member.client_id, detail)
        .await
}
