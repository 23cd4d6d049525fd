//! Several audiences as one value.

use crate::vocabulary::AudienceKind;

/// A set of [`AudienceKind`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AudienceSet(u8);

impl AudienceSet {
    /// No audience.
    pub const NONE: Self = Self(0);
    /// All three.
    pub const ALL: Self = Self(0b111);

    /// The set of the given audiences.
    #[must_use]
    pub const fn of(kinds: &[AudienceKind]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < kinds.len() {
            bits |= 1 << (kinds[i] as u8);
            i += 1;
        }
        Self(bits)
    }

    /// Whether the audience is in the set.
    #[must_use]
    pub const fn has(self, kind: AudienceKind) -> bool {
        self.0 & (1 << (kind as u8)) != 0
    }

    /// Whether all three are in the set.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == Self::ALL.0
    }

    /// Whether none is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What either set holds.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both sets hold.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The audiences of the set, in the order of [`AudienceKind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = AudienceKind> {
        AudienceKind::ALL
            .iter()
            .copied()
            .filter(move |kind| self.has(*kind))
    }
}
