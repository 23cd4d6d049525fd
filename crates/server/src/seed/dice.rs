//! Chance that follows from a seed number. Integers only: the same throws on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of throws.
#[derive(Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The throws of a seed number; `stream` keeps independent uses of it apart.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number below `n`; 0 if `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// A place in a list of so many.
    pub(super) fn index(&mut self, len: usize) -> usize {
        let len = u64::try_from(len).unwrap_or(u64::MAX);
        usize::try_from(self.below(len)).unwrap_or_default()
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len())]
    }

    /// Puts a list into any order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.index(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_follow_from_the_seed_and_the_stream() {
        let throws = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            (0..50).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(throws(7, 0), throws(7, 0));
        assert_ne!(throws(7, 0), throws(8, 0));
        assert_ne!(throws(7, 0), throws(7, 1));
    }

    #[test]
    fn throws_stay_in_their_bounds_and_reach_them() {
        let mut dice = Dice::new(1, 0);
        let mut seen = [false; 3];
        for _ in 0..100 {
            let throw = dice.between(5, 7);
            seen[usize::try_from(throw - 5).unwrap()] = true;
        }
        assert_eq!(seen, [true; 3]);
        assert_eq!(dice.below(0), 0);
    }
}
