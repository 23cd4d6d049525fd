//! The demo: two small agencies, with the people and the conversations of the cast.

mod assessments;
mod people;
mod requests;
mod scripts;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use chrono_tz::Tz;
use tidings_domain::{Clock, Deed, MessagingPolicy, Principal};
use tidings_store::{AgencyRow, Batch, CareTeamMemberRow, Store, Tx, policy_row};

use super::cast::{self, agency};
use super::{Result, SeedError};

/// Where the agencies are, and thus which day it is there.
const HARBOR_LANE_ZONE: Tz = Tz::America__New_York;
const FERNHILL_ZONE: Tz = Tz::Europe__London;

/// The moments that the demo's rows are reckoned from.
#[derive(Clone, Copy, Debug)]
struct Times {
    now: DateTime<Utc>,
    /// When the agencies and their people were added.
    founded: DateTime<Utc>,
    /// The day in the demo agency.
    today: NaiveDate,
}

/// Makes the demo agency and its neighbour, in one transaction. Ids are fixed ([`cast`]), times
/// are relative to the clock.
///
/// # Errors
/// [`SeedError::DemoExists`] when it is there already.
pub async fn demo(store: &Store, clock: &dyn Clock) -> Result<()> {
    let now = clock.now();
    let someone = cast::staff::CLINICAL_ADMIN.0;
    if store.viewer(someone, now).await?.is_some() {
        return Err(SeedError::DemoExists);
    }
    let batch = batch(now)?;
    let care_teams = batch.care_team_members.clone();
    let tx = store.begin().await?;
    tx.insert_batch(batch).await?;
    audit(&tx, care_teams).await?;
    Ok(tx.commit().await?)
}

/// Who was put on a care team of the demo agency, as its audit log would have kept it.
async fn audit(tx: &Tx, mut members: Vec<CareTeamMemberRow>) -> Result<()> {
    let by = Principal::Staff(cast::staff::CLINICAL_ADMIN);
    members.retain(|member| member.client_id != cast::client::OUTSIDER);
    members.sort_by_key(|member| (member.created_at, member.id));
    for member in members {
        tx.audit(
            agency::HARBOR_LANE,
            Some(by),
            Deed::CareTeamAssigned,
            member.client_id.into(),
            format!("staff member {}", member.staff_id),
            member.created_at,
        )
        .await?;
    }
    Ok(())
}

/// Makes the demo when the database holds no agency at all. Answers whether it did.
pub async fn demo_when_empty(store: &Store, clock: &dyn Clock) -> Result<bool> {
    if !store.is_empty().await? {
        return Ok(false);
    }
    match demo(store, clock).await {
        Ok(()) => Ok(true),
        // Another server has been faster.
        Err(_) if !store.is_empty().await? => Ok(false),
        Err(error) => Err(error),
    }
}

/// All rows of the demo as of a moment.
fn batch(now: DateTime<Utc>) -> Result<Batch> {
    let times = Times {
        now,
        founded: now - Duration::days(400),
        today: now.with_timezone(&HARBOR_LANE_ZONE).date_naive(),
    };
    let mut batch = Batch::default();
    let agencies = [
        (
            agency::HARBOR_LANE,
            "Harbor Lane Family Services",
            HARBOR_LANE_ZONE,
        ),
        (agency::FERNHILL, "Fernhill Counseling", FERNHILL_ZONE),
    ];
    for (id, name, zone) in agencies {
        batch.agencies.push(AgencyRow {
            id,
            name: name.to_owned(),
            time_zone: zone.name().to_owned(),
            policy_version: 1,
            created_at: times.founded,
        });
        let policy = policy_row(id, 1, &MessagingPolicy::default(), times.founded)?;
        batch.policies.push(policy);
    }
    people::add(&mut batch, &times);
    scripts::add(&mut batch, &times);
    requests::add(&mut batch, &times);
    Ok(batch)
}
