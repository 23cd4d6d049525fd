//! What falls due by itself: requests whose time is over, and notice of releases that end soon.

use std::time::Duration;

use chrono::{DateTime, Days, Utc};
use tidings_domain::{Event, NotificationKind, Principal, limits};
use tidings_store::{EndingRelease, NoticeDay, Tx};

use crate::context::{Service, new_id};
use crate::error::Result;
use crate::notification::notify;
use crate::portal_request::who_is_told;

/// Between two looks.
const PAUSE: Duration = Duration::from_mins(1);

/// Rows of one write: others wait for it.
const AT_ONCE: usize = 200;

impl Service {
    /// Looks for what is due until the process ends. A fault is logged and tried again.
    pub async fn watch_due_forever(self) {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = self.sweep_due().await {
                tracing::error!(%error, "what is due could not be looked for; trying again");
            }
        }
    }

    /// Closes requests whose time is over, and gives notice of releases that end soon (CX-20).
    /// Several servers may do so at once: each row is taken once. Answers how many rows were.
    pub async fn sweep_due(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut taken = self.expire_requests(now).await?;
        for day in self.store.notice_days(now).await? {
            taken += self.notice_releases(day, now).await?;
        }
        if taken > 0 {
            self.bus.wake();
        }
        Ok(taken)
    }

    async fn expire_requests(&self, now: DateTime<Utc>) -> Result<usize> {
        let mut taken = 0;
        loop {
            let tx = self.store.begin().await?;
            let expired = tx.expire_portal_requests(now, AT_ONCE).await?;
            for row in &expired {
                let event = Event::RequestChanged { request: row.id };
                for subject in who_is_told(&tx, row).await? {
                    tx.emit(subject, &event, now).await?;
                }
            }
            tx.commit().await?;
            taken += expired.len();
            if expired.len() < AT_ONCE {
                return Ok(taken);
            }
        }
    }

    async fn notice_releases(&self, day: NoticeDay, now: DateTime<Utc>) -> Result<usize> {
        if day.days == 0 {
            return Ok(0);
        }
        let ahead = Days::new(u64::from(day.days.min(limits::MAX_POLICY_DAYS)));
        let last = day.today + ahead;
        let mut taken = 0;
        loop {
            let tx = self.store.begin().await?;
            let ending = tx
                .take_ending_releases(day.agency, day.today, last, now, AT_ONCE)
                .await?;
            for release in &ending {
                self.notice(&tx, release, now).await?;
            }
            tx.commit().await?;
            taken += ending.len();
            if ending.len() < AT_ONCE {
                return Ok(taken);
            }
        }
    }

    /// Tells who asked for the release, and the client's account.
    async fn notice(&self, tx: &Tx, ending: &EndingRelease, now: DateTime<Utc>) -> Result<()> {
        let row = &ending.release;
        let staff = ending.requested_by.map(Principal::Staff);
        let account = ending.account.map(Principal::Account);
        for recipient in staff.into_iter().chain(account) {
            let id = new_id(self).into();
            let about = (row.agency_id, row.client_id, row.id.0);
            let kind = NotificationKind::ReleaseExpiring;
            notify(tx, id, recipient, kind, about, now).await?;
        }
        Ok(())
    }
}
