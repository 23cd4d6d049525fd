//! What a new day changes by itself: an assignment begins, or has ended with the day before.
//!
//! Access follows the dates at once, in queries and streams alike. This is how the log learns of
//! it, so that whoever gained or lost threads is told (G5, T-39).

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Days, NaiveDate, Utc};
use tidings_domain::{AgencyId, Event, IdempotencyKey, Principal, StaffId, limits};
use tidings_store::{AssignmentTurn, Claim, Subject};

use crate::context::Service;
use crate::error::Result;

/// Days that are made up for when no server ran. Less than claims are kept.
const LOOK_BACK: u64 = limits::IDEMPOTENCY_DAYS.unsigned_abs() - 1;

impl Service {
    /// Writes the events of agencies' new days, and of days before that nobody saw begin. Each day
    /// once, however many servers there are: the claim of a day is part of the write.
    pub(crate) async fn begin_days(
        &self,
        days: &HashMap<AgencyId, NaiveDate>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (Some(first), Some(last)) = (days.values().min(), days.values().max()) else {
            return Ok(());
        };
        let first = *first - Days::new(LOOK_BACK);
        // Ordered, so that two servers that do the same never wait for each other.
        let mut turns: BTreeMap<(AgencyId, NaiveDate), Vec<AssignmentTurn>> = BTreeMap::new();
        turns.extend(
            days.iter()
                .map(|(agency, day)| ((*agency, *day), Vec::new())),
        );
        for turn in self.store.assignment_turns(first, *last).await? {
            if days.get(&turn.agency).is_some_and(|day| turn.day <= *day) {
                turns.entry((turn.agency, turn.day)).or_default().push(turn);
            }
        }
        let tx = self.store.begin().await?;
        let mut told = false;
        for ((agency, day), turns) in turns {
            // The owner of the key is the agency itself; no viewer has its id.
            let owner = Principal::Staff(StaffId(agency.0));
            let Some(key) = IdempotencyKey::parse(&format!("day/{day}")) else {
                continue;
            };
            if tx.claim(owner, &key, "day", now).await? != Claim::New {
                continue;
            }
            for turn in turns {
                let subject = Subject {
                    agency,
                    thread: None,
                    client: Some(turn.client),
                };
                let (staff, held) = (turn.staff, turn.held);
                tx.emit(subject, &Event::CareTeamChanged { staff, held }, now)
                    .await?;
                told = true;
            }
        }
        tx.commit().await?;
        if told {
            self.bus.wake();
        }
        Ok(())
    }
}
