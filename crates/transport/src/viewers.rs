//! What each viewer has used: points of a leaky bucket, and open sockets.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    observer::{Connection, Observer},
    options::Options,
};

/// Accounts below which nobody looks for idle ones.
const FEW: usize = 1024;

/// The accounts of all viewers with something to their account.
pub(crate) struct Viewers {
    accounts: Mutex<Accounts>,
    capacity: f64,
    per_second: f64,
    max_sockets: u32,
    observer: Option<Arc<dyn Observer>>,
}

struct Accounts {
    by_key: HashMap<u128, Account>,
    /// With so many, those that are as good as new are dropped: the memory is bounded by who is active.
    sweep_at: usize,
}

#[derive(Clone, Copy)]
struct Account {
    /// Points that have not leaked out yet.
    spent: f64,
    at: Instant,
    sockets: u32,
}

/// What a viewer may still spend, after a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) available: u64,
}

/// One of a viewer's sockets; dropping it makes room for another.
pub(crate) struct Seat {
    viewers: Arc<Viewers>,
    key: u128,
    connection: Connection,
}

impl Viewers {
    pub(crate) fn new(options: &Options) -> Arc<Self> {
        Arc::new(Self {
            accounts: Mutex::new(Accounts {
                by_key: HashMap::new(),
                sweep_at: FEW,
            }),
            capacity: f64::from(options.rate_capacity),
            per_second: f64::from(options.rate_per_second.max(1)),
            max_sockets: options.max_sockets,
            observer: options.observer.clone(),
        })
    }

    /// Takes points from a viewer; the error is how long it has to wait for them. What costs more than the
    /// bucket holds is let through when the bucket is empty.
    pub(crate) fn charge(&self, key: u128, points: usize) -> Result<Balance, Duration> {
        if self.capacity <= 0.0 {
            return Ok(Balance {
                available: u64::MAX,
            });
        }
        let points = u32::try_from(points).map_or(self.capacity, f64::from);
        let points = points.min(self.capacity);
        let mut accounts = self.lock();
        let account = self.account(&mut accounts, key);
        let over = account.spent + points - self.capacity;
        if over > 0.0 {
            let wait = Duration::try_from_secs_f64(over / self.per_second);
            return Err(wait.unwrap_or(Duration::MAX));
        }
        account.spent += points;
        let available = (self.capacity - account.spent).floor();
        Ok(Balance {
            // Bounded by the capacity, a `u32`.
            available: Duration::from_secs_f64(available).as_secs(),
        })
    }

    /// A place for one more connection of a viewer, if there is one.
    pub(crate) fn seat(self: &Arc<Self>, key: u128, connection: Connection) -> Option<Seat> {
        let mut accounts = self.lock();
        let account = self.account(&mut accounts, key);
        if account.sockets >= self.max_sockets {
            return None;
        }
        account.sockets += 1;
        drop(accounts);
        if let Some(observer) = &self.observer {
            observer.connection(connection, true);
        }
        Some(Seat {
            viewers: Arc::clone(self),
            key,
            connection,
        })
    }

    /// The account of a viewer as of now.
    fn account<'a>(&self, accounts: &'a mut Accounts, key: u128) -> &'a mut Account {
        let now = Instant::now();
        if accounts.by_key.len() >= accounts.sweep_at {
            accounts.by_key.retain(|_, account| {
                self.leak(account, now);
                account.spent > 0.0 || account.sockets > 0
            });
            accounts.sweep_at = FEW.max(2 * accounts.by_key.len());
        }
        let account = accounts.by_key.entry(key).or_insert(Account {
            spent: 0.0,
            at: now,
            sockets: 0,
        });
        self.leak(account, now);
        account
    }

    fn leak(&self, account: &mut Account, now: Instant) {
        let leaked = (now - account.at).as_secs_f64() * self.per_second;
        account.spent = (account.spent - leaked).max(0.0);
        account.at = now;
    }

    fn lock(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(account) = self.viewers.lock().by_key.get_mut(&self.key) {
            account.sockets = account.sockets.saturating_sub(1);
        }
        if let Some(observer) = &self.viewers.observer {
            observer.connection(self.connection, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewers(capacity: u32, per_second: u32) -> Arc<Viewers> {
        Viewers::new(&Options {
            rate_capacity: capacity,
            rate_per_second: per_second,
            max_sockets: 2,
            ..Options::default()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn points_come_back_with_time_and_belong_to_one_viewer() {
        let viewers = viewers(100, 10);
        assert_eq!(viewers.charge(1, 60), Ok(Balance { available: 40 }));
        assert_eq!(viewers.charge(1, 60), Err(Duration::from_secs(2)));
        assert_eq!(viewers.charge(2, 60), Ok(Balance { available: 40 }));
        tokio::time::advance(Duration::from_millis(1_900)).await;
        assert_eq!(viewers.charge(1, 60), Err(Duration::from_millis(100)));
        tokio::time::advance(Duration::from_millis(100)).await;
        assert_eq!(viewers.charge(1, 60), Ok(Balance { available: 0 }));
        // More than there will ever be: as much as there is.
        assert_eq!(viewers.charge(1, 1_000), Err(Duration::from_secs(10)));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(viewers.charge(1, 1_000), Ok(Balance { available: 0 }));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_kept_of_viewers_who_are_gone() {
        let viewers = viewers(100, 10);
        let seat = viewers.seat(7, Connection::Socket);
        for key in 101..100 + u128::try_from(FEW).unwrap() {
            viewers.charge(key, 50).unwrap();
        }
        tokio::time::advance(Duration::from_secs(5)).await;
        viewers.charge(8, 1).unwrap();
        assert_eq!(viewers.lock().by_key.len(), 2);
        drop(seat);
    }

    #[tokio::test]
    async fn a_seat_is_free_again_when_it_is_left() {
        let viewers = viewers(0, 0);
        let one = viewers.seat(1, Connection::Socket).unwrap();
        let _two = viewers.seat(1, Connection::Socket).unwrap();
        assert!(viewers.seat(1, Connection::Socket).is_none());
        assert!(viewers.seat(2, Connection::Socket).is_some());
        drop(one);
        assert!(viewers.seat(1, Connection::Socket).is_some());
    }
}
