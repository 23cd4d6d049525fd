//! Chance that is the same at every run.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Dice for one seed.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below the bound, which must not be 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let number = self.0.next_u64() % u64::try_from(bound).unwrap();
        usize::try_from(number).unwrap()
    }

    /// The same, signed.
    pub(crate) fn upto(&mut self, bound: i64) -> i64 {
        i64::try_from(self.below(usize::try_from(bound).unwrap())).unwrap()
    }

    /// Heads, so many times in a hundred.
    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of these.
    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Some of these, each with this chance in a hundred.
    pub(crate) fn some<T: Copy>(&mut self, of: &[T], chance: usize) -> Vec<T> {
        of.iter()
            .copied()
            .filter(|_| self.percent(chance))
            .collect()
    }
}
