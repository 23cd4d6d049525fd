//! The relay: reads the log once for the whole process and hands each event to the hub.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use tidings_domain::{AgencyId, Event, EventRecord, Position, Principal, StaffId, limits};
use tidings_policy::{Action, decide};
use tracing::Instrument as _;

use crate::context::Service;
use crate::error::Result;
use crate::live::{Prepared, prepare};

/// Events read from the log at once, and whose messages are held in memory at once.
const BATCH: usize = 50;

/// First and longest pause before another look at events that cannot be read yet.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));

/// When the relay looks again.
enum Again {
    /// At once: there may be more.
    Now,
    /// Soon: there is more, behind a transaction in progress.
    Soon,
    /// When somebody calls.
    Called,
}

/// How the relay runs.
#[derive(Clone, Copy, Debug)]
pub struct RelayOptions {
    /// Longest time between two looks at the log when nobody calls.
    pub sweep: Duration,
    /// How long events are kept (G3), at least seven days.
    pub retention: chrono::Duration,
}

/// The relay, standing at the end of the log as it was when it was made.
#[derive(Debug)]
pub struct Relay {
    service: Service,
    options: RelayOptions,
    pruned_at: DateTime<Utc>,
    /// The quarter of an hour in which waiting viewers last learned the day.
    quarter: Option<i64>,
    /// The days that have begun, as far as this relay knows.
    days: HashMap<AgencyId, NaiveDate>,
}

impl Service {
    /// Puts the hub at the end of the log. Before that, nobody may subscribe.
    pub async fn relay(&self, options: RelayOptions) -> Result<Relay> {
        let mut relay = Relay {
            service: self.clone(),
            options,
            pruned_at: DateTime::<Utc>::MIN_UTC,
            quarter: None,
            days: HashMap::new(),
        };
        relay.turn_days(self.clock.now()).await?;
        self.hub.begin(self.store.log_end().await?);
        Ok(relay)
    }

    /// How far the relay is, and where the newest event stands that it can read. For readiness and
    /// metrics.
    pub async fn relay_lag(&self) -> Result<(Position, Position)> {
        Ok((self.hub.position(), self.store.newest_event().await?))
    }
}

impl Service {
    /// Ends the wait of all sockets and streams whose session was revoked.
    fn end_sessions(&self, records: &[EventRecord]) {
        for record in records {
            if let Event::SessionRevoked { session } = record.event {
                self.watches.end(session);
            }
        }
    }
}

impl Relay {
    /// Relays until the process ends. A fault of the database is logged and tried again.
    pub async fn run(mut self) {
        let mut woken = self.service.bus.woken();
        let mut pause = PAUSES.0;
        loop {
            match self.turn().await {
                Ok(Again::Now) => pause = PAUSES.0,
                Ok(Again::Soon) => {
                    woken.wait(pause.min(self.options.sweep)).await;
                    pause = (pause * 2).min(PAUSES.1);
                }
                Ok(Again::Called) => {
                    pause = PAUSES.0;
                    woken.wait(self.options.sweep).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the relay cannot read the event log; trying again");
                    tokio::time::sleep(self.options.sweep).await;
                }
            }
        }
    }

    /// Relays one batch.
    async fn turn(&mut self) -> Result<Again> {
        let service = self.service.clone();
        let now = service.clock.now();
        self.prune(now).await?;
        self.turn_days(now).await?;
        let records = service
            .store
            .events_after(service.hub.position(), BATCH)
            .await?;
        service.end_sessions(&records);
        let full = records.len() == BATCH;
        if !records.is_empty() {
            let span = tracing::debug_span!("relay", events = records.len());
            self.relay(records, now).instrument(span).await?;
        }
        let position = service.hub.position();
        Ok(if full {
            Again::Now
        } else if service.store.events_wait_behind(position).await? {
            // What ends a session does not wait for whoever holds the log up.
            let ahead = service.store.access_events_after(position).await?;
            service.end_sessions(&ahead);
            Again::Soon
        } else {
            Again::Called
        })
    }

    async fn relay(&self, records: Vec<EventRecord>, now: DateTime<Utc>) -> Result<()> {
        let service = &self.service;
        let last = records.last().map(|record| record.position);
        if last.is_some_and(|last| service.hub.pass(last)) {
            return Ok(());
        }
        // G5: changes of access first, before anything that stands behind or beside them.
        let ahead = service
            .store
            .access_events_after(service.hub.position())
            .await?;
        self.apply_access(ahead.iter().chain(&records)).await?;
        for prepared in prepare(&service.store, records, now).await? {
            // What can fail comes first: the hub's position says what is done.
            self.end_singles(&prepared, now).await?;
            if service.hub.deliver(&prepared, now) > 0 {
                // Readers take what they got, and need not hold a whole batch.
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Loads afresh every waiting viewer whose access changed.
    async fn apply_access<'a>(&self, records: impl Iterator<Item = &'a EventRecord>) -> Result<()> {
        let hub = &self.service.hub;
        let mut whom = Vec::new();
        for record in records {
            match &record.event {
                Event::StaffAccessChanged { staff } | Event::CareTeamChanged { staff, .. } => {
                    whom.push(Principal::Staff(*staff));
                }
                Event::AccountAccessChanged { account } => whom.push(Principal::Account(*account)),
                Event::ClientChanged | Event::DirectChatChanged => {
                    if let Some(client) = record.client {
                        let account = self.service.store.account_of(client).await?;
                        whom.extend(account.map(Principal::Account));
                    }
                }
                Event::PolicyChanged => whom.extend(hub.of_agency(record.agency)),
                _ => {}
            }
        }
        for principal in whom {
            if hub.waits(principal) {
                self.service.reload(principal).await?;
            }
        }
        Ok(())
    }

    /// Once in a quarter of an hour, when a day may begin somewhere: waiting viewers learn of it,
    /// and the log.
    async fn turn_days(&mut self, now: DateTime<Utc>) -> Result<()> {
        let quarter = now.timestamp().div_euclid(15 * 60);
        if self.quarter == Some(quarter) {
            return Ok(());
        }
        let days = self.service.store.agency_days(now).await?;
        self.service.hub.turn_days(&days);
        let begun = |(agency, day): &(&AgencyId, &NaiveDate)| self.days.get(agency) != Some(day);
        let begun = days.iter().filter(begun).map(|(a, d)| (*a, *d)).collect();
        self.service.begin_days(&begun, now).await?;
        (self.quarter, self.days) = (Some(quarter), days);
        Ok(())
    }

    /// Ends subscriptions to single threads that a change of access has put out of sight (T-39).
    async fn end_singles(&self, prepared: &Prepared, now: DateTime<Utc>) -> Result<()> {
        let hub = &self.service.hub;
        for principal in self.concerned(&prepared.record).await? {
            let threads = hub.single_threads(principal);
            if threads.is_empty() {
                continue;
            }
            let Some(viewer) = hub.viewer(principal) else {
                continue;
            };
            let live = self.service.store.live_threads(&threads, now).await?;
            for thread in threads {
                let facts = live.get(&thread).map(|live| &live.facts);
                if facts.is_none_or(|facts| decide(&viewer, Action::View, facts).is_err()) {
                    hub.end_thread(principal, thread);
                }
            }
        }
        Ok(())
    }

    /// Drops what is older than it is kept for, once an hour.
    async fn prune(&mut self, now: DateTime<Utc>) -> Result<()> {
        if now - self.pruned_at < chrono::Duration::hours(1) {
            return Ok(());
        }
        self.pruned_at = now;
        let keys = now - chrono::Duration::days(limits::IDEMPOTENCY_DAYS);
        let dropped = self
            .service
            .store
            .prune(now - self.options.retention, keys)
            .await?;
        if dropped > 0 {
            tracing::info!(dropped, "dropped old events");
        }
        Ok(())
    }

    /// Whose access to whole threads a change of access concerns.
    async fn concerned(&self, record: &EventRecord) -> Result<Vec<Principal>> {
        let store = &self.service.store;
        let staff = |id: StaffId| Principal::Staff(id);
        Ok(match &record.event {
            Event::CareTeamChanged { staff: id, .. } => {
                let supervisors = store.supervisors_of(*id).await?;
                supervisors.into_iter().chain([*id]).map(staff).collect()
            }
            Event::StaffAccessChanged { staff: id } => vec![staff(*id)],
            Event::AccountAccessChanged { account } => vec![Principal::Account(*account)],
            Event::DirectChatChanged => match record.client {
                Some(client) => {
                    let account = store.account_of(client).await?;
                    account.map(Principal::Account).into_iter().collect()
                }
                None => Vec::new(),
            },
            Event::PolicyChanged => self.service.hub.of_agency(record.agency),
            _ => Vec::new(),
        })
    }
}
