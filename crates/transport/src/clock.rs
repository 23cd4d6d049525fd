//! All timers of a socket, on one sleep.

use std::{future::Future, pin::Pin, task::Context, time::Duration};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::options::Options;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// The peer has not read for too long.
    WriteStalled,
    /// `connection_init` did not come, or its answer takes too long.
    Handshake,
    /// The token will expire.
    Expiring,
    /// Nothing was heard since the last ping.
    DeadPeer,
    /// Time to ping.
    Ping,
}

pub(crate) struct Clock {
    sleep: Pin<Box<Sleep>>,
    ping_interval: Duration,
    pong_timeout: Duration,
    handshake_by: Option<Instant>,
    expiry_notice: Duration,
    expiring_at: Option<Instant>,
    write_by: Option<Instant>,
    ping_at: Option<Instant>,
    pong_by: Option<Instant>,
    moved: bool,
}

/// `None` when so far away that it never comes.
fn after(duration: Duration) -> Option<Instant> {
    Instant::now().checked_add(duration)
}

impl Clock {
    pub(crate) fn new(options: &Options) -> Self {
        let handshake_by = after(options.init_timeout);
        Self {
            sleep: Box::pin(sleep_until(handshake_by.unwrap_or_else(Instant::now))),
            ping_interval: options.ping_interval,
            pong_timeout: options.pong_timeout,
            handshake_by,
            expiry_notice: options.expiry_notice,
            expiring_at: None,
            write_by: None,
            ping_at: after(options.ping_interval),
            pong_by: None,
            moved: false,
        }
    }

    /// Whether a deadline was set since the last poll, which must be followed by one.
    pub(crate) fn moved(&self) -> bool {
        self.moved
    }

    /// Allows the handshake this long from now; `None` when it is over.
    pub(crate) fn set_handshake(&mut self, limit: Option<Duration>) {
        self.handshake_by = limit.and_then(after);
        self.moved |= self.handshake_by.is_some();
    }

    /// Arms the notice for a token that is good for so long; `None` if for ever.
    pub(crate) fn set_expiry(&mut self, left: Option<Duration>) {
        self.expiring_at = left.and_then(|left| after(left.saturating_sub(self.expiry_notice)));
        self.moved |= self.expiring_at.is_some();
    }

    /// Starts (unless it runs) or stops the limit on the write under way.
    pub(crate) fn set_write(&mut self, limit: Option<Duration>) {
        match limit {
            None => self.write_by = None,
            Some(limit) if self.write_by.is_none() => {
                self.write_by = after(limit);
                self.moved = true;
            }
            Some(_) => {}
        }
    }

    /// The peer lives.
    pub(crate) fn heard(&mut self) {
        self.pong_by = None;
    }

    /// What is due now, one at a time; `None` arms the sleep for what comes next.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Option<Alarm> {
        self.moved = false;
        loop {
            let (at, alarm) = [
                (self.write_by, Alarm::WriteStalled),
                (self.handshake_by, Alarm::Handshake),
                (self.expiring_at, Alarm::Expiring),
                (self.pong_by, Alarm::DeadPeer),
                (self.ping_at, Alarm::Ping),
            ]
            .into_iter()
            .filter_map(|(at, alarm)| Some((at?, alarm)))
            .min_by_key(|(at, _)| *at)?;
            // A deadline that moved away leaves the sleep too early, which costs one wake; a reset per message
            // would cost more.
            if at < self.sleep.deadline() || self.sleep.is_elapsed() {
                self.sleep.as_mut().reset(at);
            }
            if self.sleep.as_mut().poll(cx).is_pending() {
                return None;
            }
            if at <= Instant::now() {
                self.take(alarm);
                self.moved = true;
                return Some(alarm);
            }
        }
    }

    fn take(&mut self, alarm: Alarm) {
        match alarm {
            Alarm::WriteStalled => self.write_by = None,
            Alarm::Handshake => self.handshake_by = None,
            Alarm::Expiring => self.expiring_at = None,
            Alarm::DeadPeer => self.pong_by = None,
            Alarm::Ping => {
                self.ping_at = after(self.ping_interval);
                if self.pong_by.is_none() {
                    self.pong_by = after(self.pong_timeout);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    #[tokio::test(start_paused = true)]
    async fn a_token_is_told_to_expire_shortly_before_and_at_once_when_it_is_later() {
        let mut clock = Clock::new(&Options::default());
        clock.set_handshake(None);
        let poll = |clock: &mut Clock| clock.poll(&mut Context::from_waker(Waker::noop()));
        clock.set_expiry(Some(Duration::from_secs(40)));
        assert!(clock.moved());
        tokio::time::advance(Duration::from_millis(9_999)).await;
        assert_eq!(poll(&mut clock), None);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(poll(&mut clock), Some(Alarm::Expiring));
        assert_eq!(poll(&mut clock), None);
        clock.set_expiry(Some(Duration::from_secs(2)));
        assert_eq!(poll(&mut clock), Some(Alarm::Expiring));
        clock.set_expiry(Some(Duration::from_secs(40)));
        clock.set_expiry(None);
        tokio::time::advance(Duration::from_secs(11)).await;
        assert_eq!(poll(&mut clock), Some(Alarm::Ping));
    }
}
