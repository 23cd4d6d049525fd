//! The hub: subscribers indexed by what can reach them, so that an event costs what its readers
//! cost, however many others wait (events.md, delivery).

mod channels;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use tidings_domain::{AgencyId, Position, Principal, ThreadId};
use tidings_policy::Viewer;

use self::channels::{Channel, reached_by};
use super::Filter;
use super::LiveEvent;
use super::prepare::Prepared;
use super::queue::{Closed, Receiver, Sender, queue};

pub(crate) type SubscriberId = u64;

struct Subscriber {
    principal: Principal,
    filter: Filter,
    queue: Sender,
}

struct Waiting {
    viewer: Arc<Viewer>,
    /// Which load the viewer came from; an older load never replaces a newer one.
    load: u64,
    subscribers: HashSet<SubscriberId>,
}

#[derive(Default)]
struct State {
    position: Position,
    next_id: SubscriberId,
    next_load: u64,
    subscribers: HashMap<SubscriberId, Subscriber>,
    waiting: HashMap<Principal, Waiting>,
    channels: HashMap<Channel, HashSet<SubscriberId>>,
}

/// All subscribers of this process.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<State>>);

/// A place in the hub; given up when it is dropped.
pub(crate) struct Registration {
    hub: Hub,
    id: SubscriberId,
    /// What the subscriber is sent.
    pub(crate) queue: Receiver,
    /// Everything behind this position comes through the queue.
    pub(crate) from: Position,
}

impl Registration {
    /// Forgets what came so far, and counts from here: it was decided for a viewer that may have
    /// been stale, and is in the log.
    pub(crate) fn restart(&mut self) {
        let state = self.hub.state();
        self.queue.clear();
        self.from = state.position;
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.hub.state().remove(self.id);
    }
}

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place. Events behind [`Registration::from`] come from now on.
    pub(crate) fn register(&self, viewer: &Arc<Viewer>, filter: Filter) -> Registration {
        let (sender, queue) = queue();
        let mut state = self.state();
        let id = state.next_id;
        state.next_id += 1;
        let principal = viewer.principal();
        state
            .waiting
            .entry(principal)
            .or_insert_with(|| Waiting {
                viewer: Arc::clone(viewer),
                load: 0,
                subscribers: HashSet::new(),
            })
            .subscribers
            .insert(id);
        state.subscribers.insert(
            id,
            Subscriber {
                principal,
                filter,
                queue: sender,
            },
        );
        state.index(id);
        Registration {
            hub: self.clone(),
            id,
            queue,
            from: state.position,
        }
    }

    /// A number for a load of viewers that begins now; see [`Hub::refresh`].
    pub(crate) fn begin_load(&self) -> u64 {
        let mut state = self.state();
        state.next_load += 1;
        state.next_load
    }

    /// Replaces a waiting viewer by a fresh load, and answers the freshest there is. None means
    /// that it may not sign in any more: its subscriptions end.
    pub(crate) fn refresh(
        &self,
        principal: Principal,
        load: u64,
        viewer: Option<Arc<Viewer>>,
    ) -> Option<Arc<Viewer>> {
        let mut state = self.state();
        let Some(waiting) = state.waiting.get_mut(&principal) else {
            return viewer;
        };
        if load <= waiting.load {
            return Some(Arc::clone(&waiting.viewer));
        }
        let subscribers: Vec<SubscriberId> = waiting.subscribers.iter().copied().collect();
        let Some(viewer) = viewer else {
            let ended = subscribers.into_iter();
            ended.for_each(|id| state.close(id, Closed::Ended));
            return None;
        };
        waiting.load = load;
        if waiting.viewer == viewer {
            // All of its streams hold the one.
            return Some(Arc::clone(&waiting.viewer));
        }
        let before = std::mem::replace(&mut waiting.viewer, Arc::clone(&viewer));
        if roles(&before) != roles(&viewer) {
            for id in subscribers {
                state.unindex(id, &before);
                state.index(id);
            }
        }
        Some(viewer)
    }

    /// Tells the waiting viewers which day it is in their agencies.
    pub(crate) fn turn_days(&self, days: &HashMap<AgencyId, NaiveDate>) {
        let mut state = self.state();
        for waiting in state.waiting.values_mut() {
            let day = days.get(&waiting.viewer.agency());
            if let Some(day) = day.filter(|day| **day != waiting.viewer.today()) {
                waiting.viewer = Arc::new(waiting.viewer.on_day(*day));
            }
        }
    }

    /// Whether this principal waits here.
    pub(crate) fn waits(&self, principal: Principal) -> bool {
        self.state().waiting.contains_key(&principal)
    }

    /// The principals of an agency who wait here.
    pub(crate) fn of_agency(&self, agency: AgencyId) -> Vec<Principal> {
        let state = self.state();
        let of_agency = state
            .waiting
            .iter()
            .filter(|(_, w)| w.viewer.agency() == agency);
        of_agency.map(|(who, _)| *who).collect()
    }

    /// The threads for which this principal waits singly.
    pub(crate) fn single_threads(&self, principal: Principal) -> Vec<ThreadId> {
        let state = self.state();
        let Some(waiting) = state.waiting.get(&principal) else {
            return Vec::new();
        };
        let subscribers = waiting
            .subscribers
            .iter()
            .filter_map(|id| state.subscribers.get(id));
        subscribers
            .filter_map(|subscriber| subscriber.filter.thread)
            .collect()
    }

    /// Ends the subscriptions of a principal to one thread (T-39).
    pub(crate) fn end_thread(&self, principal: Principal, thread: ThreadId) {
        let mut state = self.state();
        let Some(waiting) = state.waiting.get(&principal) else {
            return;
        };
        let ended: Vec<SubscriberId> = waiting
            .subscribers
            .iter()
            .filter(|id| {
                state
                    .subscribers
                    .get(id)
                    .is_some_and(|s| s.filter.thread == Some(thread))
            })
            .copied()
            .collect();
        for id in ended {
            state.close(id, Closed::Ended);
        }
    }

    /// The viewer of a principal who waits here.
    pub(crate) fn viewer(&self, principal: Principal) -> Option<Arc<Viewer>> {
        self.state()
            .waiting
            .get(&principal)
            .map(|waiting| Arc::clone(&waiting.viewer))
    }

    /// Where the hub stands in the log.
    pub(crate) fn position(&self) -> Position {
        self.state().position
    }

    /// Puts the hub at its start.
    pub(crate) fn begin(&self, position: Position) {
        self.state().position = position;
    }

    /// Moves past events if nobody waits here who could want them.
    pub(crate) fn pass(&self, position: Position) -> bool {
        let mut state = self.state();
        let nobody = state.subscribers.is_empty();
        if nobody {
            state.position = position;
        }
        nobody
    }

    /// Hands an event to everyone who waits for it and may see it, and moves past it. Answers how
    /// many got it.
    pub(crate) fn deliver(&self, prepared: &Prepared, now: DateTime<Utc>) -> usize {
        let mut state = self.state();
        let mut decided: HashMap<Principal, Option<Arc<LiveEvent>>> = HashMap::new();
        let mut closed = Vec::new();
        let mut delivered = 0;
        for id in state.candidates(prepared) {
            let Some(subscriber) = state.subscribers.get(&id) else {
                continue;
            };
            let event = decided.entry(subscriber.principal).or_insert_with(|| {
                let viewer = Arc::clone(&state.waiting.get(&subscriber.principal)?.viewer);
                prepared.for_viewer(&viewer).map(Arc::new)
            });
            let Some(event) = event else {
                continue;
            };
            if super::stream::ends(&subscriber.filter, &event.kind) {
                closed.push((id, Closed::Ended));
            } else if super::stream::wants(&subscriber.filter, &event.kind) {
                if subscriber.queue.offer(Arc::clone(event)) {
                    delivered += 1;
                } else {
                    // It loses its place; what waits for it already stays in its queue, and it
                    // goes on from the last of that.
                    closed.push((id, Closed::Overrun(now)));
                }
            }
        }
        for (id, why) in closed {
            state.close(id, why);
        }
        state.position = prepared.record.position;
        delivered
    }
}

fn roles(viewer: &Viewer) -> Option<(AgencyId, tidings_domain::RoleSet)> {
    viewer.staff().map(|staff| (staff.agency, staff.roles))
}

impl State {
    fn keys(&self, id: SubscriberId, viewer: &Viewer) -> Vec<Channel> {
        let Some(subscriber) = self.subscribers.get(&id) else {
            return Vec::new();
        };
        if let Some(thread) = subscriber.filter.thread {
            return vec![Channel::Thread(thread)];
        }
        let mut keys = vec![Channel::Principal(subscriber.principal)];
        if let Some((agency, roles)) = roles(viewer) {
            keys.push(Channel::Staff(agency));
            keys.extend(roles.iter().map(|role| Channel::Role(agency, role)));
        } else {
            keys.push(Channel::Accounts(viewer.agency()));
        }
        keys
    }

    fn index(&mut self, id: SubscriberId) {
        let principal = self
            .subscribers
            .get(&id)
            .map(|subscriber| subscriber.principal);
        let viewer = principal
            .and_then(|who| self.waiting.get(&who))
            .map(|w| Arc::clone(&w.viewer));
        let Some(viewer) = viewer else {
            return;
        };
        for key in self.keys(id, &viewer) {
            self.channels.entry(key).or_default().insert(id);
        }
    }

    fn unindex(&mut self, id: SubscriberId, viewer: &Viewer) {
        for key in self.keys(id, viewer) {
            if let Some(ids) = self.channels.get_mut(&key) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.channels.remove(&key);
                }
            }
        }
    }

    fn remove(&mut self, id: SubscriberId) -> Option<Subscriber> {
        let principal = self.subscribers.get(&id)?.principal;
        if let Some(viewer) = self.waiting.get(&principal).map(|w| Arc::clone(&w.viewer)) {
            self.unindex(id, &viewer);
        }
        if let Some(waiting) = self.waiting.get_mut(&principal) {
            waiting.subscribers.remove(&id);
            if waiting.subscribers.is_empty() {
                self.waiting.remove(&principal);
            }
        }
        self.subscribers.remove(&id)
    }

    fn close(&mut self, id: SubscriberId, why: Closed) {
        if let Some(subscriber) = self.remove(id) {
            subscriber.queue.close(why);
        }
    }

    fn candidates(&self, prepared: &Prepared) -> Vec<SubscriberId> {
        let mut ids: Vec<SubscriberId> = reached_by(prepared)
            .iter()
            .filter_map(|key| self.channels.get(key))
            .flatten()
            .copied()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests;
