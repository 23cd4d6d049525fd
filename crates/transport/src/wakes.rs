//! Which of a socket's sources has something to do.
//!
//! A socket is one task that waits for many things: its peer, its timers, its session's end, up to 64
//! operations. Polling all of them at each wake is what makes a socket with many subscriptions dear. Here each
//! source gets a waker of its own that raises a flag before it wakes the task, and only flagged sources are
//! polled.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// The sources besides operations, as flags.
pub(crate) mod signal {
    /// Messages from the peer.
    pub(crate) const READ: u64 = 1;
    /// Timers.
    pub(crate) const TIMER: u64 = 2;
    /// The authentication under way, or the end of the session.
    pub(crate) const PHASE: u64 = 4;
    /// The shutdown of the gateway.
    pub(crate) const SHUTDOWN: u64 = 8;
    pub(crate) const ALL: u64 = READ | TIMER | PHASE | SHUTDOWN;
}

/// How many operations have a flag.
pub(crate) const SLOTS: usize = 64;

pub(crate) struct Wakes {
    signals: AtomicU64,
    slots: AtomicU64,
    task: AtomicWaker,
}

impl Wakes {
    /// With all signals raised, so that each source is polled once and registers its waker.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            signals: AtomicU64::new(signal::ALL),
            slots: AtomicU64::new(0),
            task: AtomicWaker::new(),
        })
    }

    /// Must come before flags are read, or a wake in between is lost.
    pub(crate) fn register(&self, task: &Waker) {
        self.task.register(task);
    }

    /// Takes all raised signals down.
    pub(crate) fn take_signals(&self) -> u64 {
        self.signals.swap(0, Ordering::AcqRel)
    }

    /// Raises signals without waking: the task is awake.
    pub(crate) fn raise(&self, signals: u64) {
        self.signals.fetch_or(signals, Ordering::AcqRel);
    }

    pub(crate) fn raise_slot(&self, slot: usize) {
        self.slots.fetch_or(1 << slot, Ordering::AcqRel);
    }

    /// Takes down the flag of the first raised slot after `last`, round robin.
    pub(crate) fn take_slot(&self, last: usize) -> Option<usize> {
        let raised = self.slots.load(Ordering::Acquire);
        if raised == 0 {
            return None;
        }
        let after = (last + 1) % SLOTS;
        let distance = raised
            .rotate_right(u32::try_from(after).unwrap_or(0))
            .trailing_zeros();
        let slot = (after + distance as usize) % SLOTS;
        self.slots.fetch_and(!(1 << slot), Ordering::AcqRel);
        Some(slot)
    }

    pub(crate) fn signal_waker(self: &Arc<Self>, signals: u64) -> Waker {
        self.waker(Flag::Signals(signals))
    }

    pub(crate) fn slot_waker(self: &Arc<Self>, slot: usize) -> Waker {
        self.waker(Flag::Slot(slot))
    }

    fn waker(self: &Arc<Self>, flag: Flag) -> Waker {
        Waker::from(Arc::new(Source {
            wakes: Arc::clone(self),
            flag,
        }))
    }
}

enum Flag {
    Signals(u64),
    Slot(usize),
}

struct Source {
    wakes: Arc<Wakes>,
    flag: Flag,
}

impl Wake for Source {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        match self.flag {
            Flag::Signals(signals) => self.wakes.raise(signals),
            Flag::Slot(slot) => self.wakes.raise_slot(slot),
        }
        self.wakes.task.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_taken_in_turn() {
        let wakes = Wakes::new();
        for slot in [0, 5, 63] {
            wakes.slot_waker(slot).wake();
        }
        assert_eq!(wakes.take_slot(5), Some(63));
        wakes.raise_slot(63);
        assert_eq!(wakes.take_slot(63), Some(0));
        assert_eq!(wakes.take_slot(0), Some(5));
        assert_eq!(wakes.take_slot(5), Some(63));
        assert_eq!(wakes.take_slot(63), None);
    }

    #[test]
    fn signals_are_taken_once() {
        let wakes = Wakes::new();
        assert_eq!(wakes.take_signals(), signal::ALL);
        wakes.signal_waker(signal::TIMER).wake_by_ref();
        assert_eq!(wakes.take_signals(), signal::TIMER);
        assert_eq!(wakes.take_signals(), 0);
    }
}
