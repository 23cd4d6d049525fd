//! The arithmetic of reading: a position, and marks that are exceptions to it.

use std::collections::BTreeSet;

/// A viewer's reading of one thread, as numbers.
pub(super) struct Book {
    pub(super) read_seq: i64,
    /// At or below `read_seq`: unread. Above it: read.
    pub(super) marks: BTreeSet<i64>,
    /// Deleted: neither read nor unread, and never marked.
    pub(super) deleted: BTreeSet<i64>,
}

impl Book {
    pub(super) fn is_read(&self, seq: i64) -> bool {
        self.deleted.contains(&seq) || (seq <= self.read_seq) != self.marks.contains(&seq)
    }

    pub(super) fn adjust(&self) -> i64 {
        let marks = self.marks.iter();
        let marks = marks.map(|seq| if *seq <= self.read_seq { 1 } else { -1 });
        let deleted = self.deleted.range(..=self.read_seq).map(|_| 1);
        marks.chain(deleted).sum()
    }

    /// Reads everything up to a number; answers the ranges that were unread.
    pub(super) fn read_up_to(&mut self, seq: i64) -> Vec<(i64, i64)> {
        let mut fresh: Vec<i64> = self
            .marks
            .range(..=seq.min(self.read_seq))
            .copied()
            .collect();
        fresh.extend((self.read_seq + 1..=seq).filter(|s| !self.is_read(*s)));
        self.marks.retain(|mark| *mark > seq);
        self.read_seq = self.read_seq.max(seq);
        self.advance();
        ranges(&fresh)
    }

    pub(super) fn read(&mut self, seqs: &[i64]) -> Vec<(i64, i64)> {
        let mut fresh: Vec<i64> = seqs
            .iter()
            .copied()
            .filter(|seq| !self.is_read(*seq))
            .collect();
        fresh.sort_unstable();
        fresh.dedup();
        for seq in &fresh {
            self.toggle(*seq);
        }
        self.advance();
        ranges(&fresh)
    }

    pub(super) fn unread(&mut self, seqs: &[i64]) {
        for seq in seqs {
            if self.is_read(*seq) && !self.deleted.contains(seq) {
                self.toggle(*seq);
            }
        }
    }

    fn toggle(&mut self, seq: i64) {
        if !self.marks.remove(&seq) {
            self.marks.insert(seq);
        }
    }

    /// Swallows marks that continue the position.
    fn advance(&mut self) {
        while self.marks.remove(&(self.read_seq + 1)) {
            self.read_seq += 1;
        }
    }
}

/// Sorted numbers as ranges.
fn ranges(seqs: &[i64]) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for seq in seqs {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == *seq => *end = *seq,
            _ => ranges.push((*seq, *seq)),
        }
    }
    ranges
}

/// Ranges less other ranges. Both hold numbers from 1.
pub(super) fn without(ranges: &[(i64, i64)], others: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut left = ranges.to_vec();
    for (from, to) in others {
        left = left
            .into_iter()
            .flat_map(|(a, b)| [(a, b.min(from - 1)), (a.max(to + 1), b)])
            .filter(|(a, b)| a <= b)
            .collect();
    }
    left
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

    use super::*;
    use crate::read_state::Reading;

    fn readings() -> impl Strategy<Value = Vec<Reading>> {
        let seqs = || prop::collection::vec(1_i64..=12, 0..5);
        let one = prop_oneof![
            (0_i64..=12).prop_map(Reading::UpTo),
            seqs().prop_map(Reading::Read),
            seqs().prop_map(Reading::Unread),
            (any::<bool>(), Just(0)).prop_map(|_| Reading::UpTo(0)),
        ];
        prop::collection::vec(one, 0..20)
    }

    #[test]
    fn p06_ranges_less_ranges() {
        assert_eq!(without(&[(1, 9)], &[(3, 4), (8, 20)]), [(1, 2), (5, 7)]);
        assert_eq!(without(&[(1, 2), (5, 5)], &[(1, 5)]), []);
        assert_eq!(without(&[(4, 4)], &[(1, 3), (5, 9)]), [(4, 4)]);
    }

    proptest! {
        #[test]
        fn s06_t24_unread_arithmetic_equals_a_recount(readings in readings()) {
            let last = 12;
            let mut book = Book { read_seq: 0, marks: BTreeSet::new(), deleted: BTreeSet::new() };
            let mut unread: BTreeSet<i64> = (1..=last).collect();
            for reading in readings {
                match &reading {
                    Reading::UpTo(seq) => {
                        let expect: Vec<i64> = unread.range(..=*seq).copied().collect();
                        assert_eq!(book.read_up_to(*seq), ranges(&expect));
                        unread.retain(|s| s > seq);
                    }
                    Reading::Read(seqs) => {
                        book.read(seqs);
                        unread.retain(|s| !seqs.contains(s));
                    }
                    Reading::Unread(seqs) => {
                        book.unread(seqs);
                        unread.extend(seqs);
                    }
                    Reading::Removed(_) | Reading::RemovedUpTo(_) | Reading::Sent { .. } => {}
                }
                let left = last - book.read_seq + book.adjust();
                assert_eq!(left, i64::try_from(unread.len()).unwrap());
                for seq in 1..=last {
                    assert_eq!(book.is_read(seq), !unread.contains(&seq));
                }
            }
        }
    }
}
