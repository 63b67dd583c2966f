//! Which numbers are given to payment cards, by prefix and length, as in `data/issuers.txt`.

use crate::table::{Lengths, Table};

/// How much a range says by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Luhn and this range make a card.
    Exact,
    /// As exact; a card word stands in for Luhn.
    Lax,
    /// Grouping or a card word has to be there as well.
    Broad,
}

/// The place of a prefix's first digit.
const FIRST_DIGIT: u32 = 100_000;

/// The first six digits, from and to, the lengths given out, and what that says.
type Range = (u32, u32, Lengths, Trust);

/// The lengths that the ranges of one prefix allow.
#[derive(Clone, Copy, Default)]
pub(crate) struct Issuer {
    exact: Lengths,
    without_luhn: Lengths,
    broad: Lengths,
}

impl Issuer {
    /// What is known of numbers that start with these digits; the first six tell.
    pub(crate) fn of(digits: &[u8]) -> Self {
        let prefix = digits.iter().take(6).fold(0, |prefix, &digit| prefix * 10 + u32::from(digit));
        Self::of_prefix(prefix)
    }

    fn of_prefix(prefix: u32) -> Self {
        let first = prefix / FIRST_DIGIT * FIRST_DIGIT;
        let start = RANGES.partition_point(|range| range.0 < first);
        let mut issuer = Self::default();
        for &(from, to, lengths, trust) in RANGES[start..].iter().take_while(|range| range.0 <= prefix) {
            if (from..=to).contains(&prefix) {
                match trust {
                    Trust::Exact => issuer.exact.0 |= lengths.0,
                    Trust::Lax => {
                        issuer.exact.0 |= lengths.0;
                        issuer.without_luhn.0 |= lengths.0;
                    }
                    Trust::Broad => issuer.broad.0 |= lengths.0,
                }
            }
        }
        issuer
    }

    /// Luhn and this length make a card.
    pub(crate) fn is_exact(self, length: usize) -> bool {
        self.exact.has(length)
    }

    /// This length may fail Luhn.
    pub(crate) fn may_fail_luhn(self, length: usize) -> bool {
        self.without_luhn.has(length)
    }

    /// A number of this length may be a card.
    pub(crate) fn is_broad(self, length: usize) -> bool {
        self.broad.has(length)
    }
}

const DATA: Table = Table::new(include_bytes!("../data/issuers.txt"));

/// By first digit, and never over two of them, so that the rows of one are a slice.
static RANGES: [Range; DATA.rows()] = ranges();

const fn ranges<const N: usize>() -> [Range; N] {
    let mut ranges = [(0, 0, Lengths(0), Trust::Broad); N];
    let (mut table, mut row) = (DATA, 0);
    while row < N {
        let (from, rest) = table.number();
        let (to, rest) = rest.number();
        let (lengths, rest) = rest.lengths();
        let trust = match rest.letter().0 {
            b'e' => Trust::Exact,
            b'l' => Trust::Lax,
            trust => {
                assert!(trust == b'b', "an issuer's range says nothing");
                Trust::Broad
            }
        };
        ranges[row] = (from, to, lengths, trust);
        table = rest.past_line();
        row += 1;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_six_digits_in_order() {
        for (from, to, lengths, _) in RANGES {
            assert!(from <= to && from / FIRST_DIGIT == to / FIRST_DIGIT && to <= 999_999);
            assert!(lengths.0 != 0);
        }
        assert!(RANGES.is_sorted_by_key(|range| range.0));
    }

    #[test]
    fn a_range_holds_its_first_and_last_prefix_only() {
        for prefix in [222_100, 272_099, 510_000, 559_999] {
            assert!(Issuer::of_prefix(prefix).is_exact(16));
        }
        for prefix in [222_099, 272_100] {
            assert!(!Issuer::of_prefix(prefix).is_exact(16));
        }
        assert!(!Issuer::of_prefix(411_111).is_exact(15));
    }

    #[test]
    fn overlapping_ranges_add_up() {
        let maestro = Issuer::of_prefix(670_000);
        assert!(maestro.is_exact(18) && !maestro.is_exact(12) && maestro.is_broad(12));
    }

    #[test]
    fn only_the_named_networks_do_without_luhn() {
        for prefix in [620_000, 810_000, 936_000, 194_600, 601_900] {
            assert!(Issuer::of_prefix(prefix).may_fail_luhn(16));
        }
        for prefix in [411_111, 550_000, 670_000, 999_999] {
            assert!(!Issuer::of_prefix(prefix).may_fail_luhn(16));
        }
    }
}
