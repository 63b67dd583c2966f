//! Which numbers are given to payment cards, by prefix and length.
//!
//! Sources: ISO/IEC 7812-1 for the digits' meaning and the lengths; Wikipedia, "Payment card number", table of issuer
//! identification numbers; braintree/credit-card-type (`src/lib/card-types.ts`), whose prefixes are all in here, exact or
//! broad; the open corpus in `tests/data` for the Indonesian debit cards that start with 6019.

/// How much a range says by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Luhn and this range make a card.
    Exact,
    /// As exact; a card word stands in for Luhn, because not every issuer here keeps to it.
    ExactWithoutLuhn,
    /// Anything may begin like this: grouping or a card word has to be there as well.
    Broad,
}
use Trust::{Broad, Exact, ExactWithoutLuhn};

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
                    Exact => issuer.exact.0 |= lengths.0,
                    ExactWithoutLuhn => {
                        issuer.exact.0 |= lengths.0;
                        issuer.without_luhn.0 |= lengths.0;
                    }
                    Broad => issuer.broad.0 |= lengths.0,
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

/// A set of lengths up to 31, one bit each.
#[derive(Clone, Copy, Default)]
struct Lengths(u32);

impl Lengths {
    const fn of(lengths: &[u32]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < lengths.len() {
            bits |= 1 << lengths[at];
            at += 1;
        }
        Self(bits)
    }

    fn has(self, length: usize) -> bool {
        length < 32 && self.0 & (1 << length) != 0
    }
}

const L14: Lengths = Lengths::of(&[14]);
const L15: Lengths = Lengths::of(&[15]);
const L16: Lengths = Lengths::of(&[16]);
const L13_16_19: Lengths = Lengths::of(&[13, 16, 19]);
const L16_19: Lengths = Lengths::of(&[16, 19]);
const L16_18_19: Lengths = Lengths::of(&[16, 18, 19]);
const FROM_16: Lengths = Lengths::of(&[16, 17, 18, 19]);
const FROM_15: Lengths = Lengths::of(&[15, 16, 17, 18, 19]);
const FROM_14: Lengths = Lengths::of(&[14, 15, 16, 17, 18, 19]);
const FROM_12: Lengths = Lengths::of(&[12, 13, 14, 15, 16, 17, 18, 19]);

/// By first digit, and never over two of them, so that the rows of one are a slice.
#[rustfmt::skip]
const RANGES: [Range; 65] = [
    (100_000, 199_999, L15, Broad),                   // UATP
    (180_000, 180_099, L15, Exact),                   // JCB
    (194_600, 194_699, L16_18_19, ExactWithoutLuhn),  // GPN
    (213_100, 213_199, L15, Exact),                   // JCB
    (220_000, 220_499, FROM_16, Exact),               // Mir
    (220_500, 220_599, L16, Exact),                   // Borica
    (222_100, 272_099, L16, Exact),                   // Mastercard
    (300_000, 305_999, FROM_15, Broad),               // Diners Club
    (300_000, 305_999, L14, Exact),                   // Diners Club
    (308_800, 309_499, L16, Broad),                   // JCB before 1999
    (309_500, 309_599, FROM_15, Broad),               // Diners Club
    (309_500, 309_599, L14, Exact),                   // Diners Club
    (309_600, 310_299, L16, Broad),                   // JCB before 1999
    (311_200, 312_099, L16, Broad),                   // JCB before 1999
    (315_800, 315_999, L16, Broad),                   // JCB before 1999
    (333_700, 334_999, L16, Broad),                   // JCB before 1999
    (340_000, 349_999, L15, Exact),                   // American Express
    (352_800, 358_999, FROM_16, Exact),               // JCB
    (360_000, 369_999, FROM_15, Broad),               // Diners Club
    (360_000, 369_999, L14, Exact),                   // Diners Club
    (370_000, 379_999, L15, Exact),                   // American Express
    (380_000, 399_999, FROM_15, Broad),               // Diners Club
    (380_000, 399_999, L14, Exact),                   // Diners Club
    (384_100, 384_199, L16_19, Exact),                // Hipercard
    (400_000, 499_999, L13_16_19, Exact),             // Visa; Elo and Dankort in it
    (500_000, 509_999, FROM_12, Broad),               // Maestro and banks' own cards
    (501_105, 501_105, L16, Exact),                   // Argencard
    (501_800, 501_899, FROM_14, Exact),               // Maestro
    (501_900, 501_999, L16, Exact),                   // Dankort
    (502_000, 502_099, FROM_14, Exact),               // Maestro
    (503_800, 503_899, FROM_14, Exact),               // Maestro
    (504_175, 504_175, L16, Exact),                   // Elo
    (506_099, 506_198, L16_18_19, Exact),             // Verve
    (506_699, 506_778, L16, Exact),                   // Elo
    (507_865, 507_964, L16_18_19, Exact),             // Verve
    (508_500, 508_999, L16, Exact),                   // RuPay
    (509_000, 509_999, L16, Exact),                   // Elo
    (510_000, 559_999, L16, Exact),                   // Mastercard
    (560_000, 599_999, FROM_12, Broad),               // Maestro and banks' own cards
    (564_182, 564_182, L16_18_19, Exact),             // Switch
    (589_300, 589_399, FROM_14, Exact),               // Maestro
    (589_562, 589_562, L16, Exact),                   // Naranja
    (589_657, 589_657, L16, Exact),                   // Cabal
    (600_000, 699_999, FROM_12, Broad),               // Maestro and banks' own cards
    (601_100, 601_199, FROM_16, Exact),               // Discover
    (601_900, 601_999, L16, ExactWithoutLuhn),        // Indonesian debit before GPN
    (604_201, 604_219, L16, Exact),                   // Cabal
    (606_282, 606_282, L16_19, Exact),                // Hipercard
    (606_985, 608_500, L16, Exact),                   // RuPay
    (620_000, 629_999, FROM_16, ExactWithoutLuhn),    // UnionPay
    (630_400, 630_499, FROM_14, Exact),               // Maestro, Laser
    (633_110, 633_110, L16_18_19, Exact),             // Switch
    (633_300, 633_499, L16_18_19, Exact),             // Switch, Solo
    (636_297, 636_297, L16, Exact),                   // Elo
    (636_368, 636_368, L16, Exact),                   // Elo
    (637_000, 639_999, L16, Exact),                   // InstaPayment; Hiper in it
    (644_000, 659_999, FROM_16, Exact),               // Discover; RuPay, Troy, Elo and Verve in it
    (670_000, 679_999, FROM_14, Exact),               // Maestro, Solo, Laser
    (810_000, 817_199, FROM_16, ExactWithoutLuhn),    // UnionPay
    (817_200, 820_199, L16, Exact),                   // RuPay
    (860_000, 860_099, L16, Exact),                   // UzCard
    (936_000, 936_099, L16_18_19, ExactWithoutLuhn),  // GPN
    (970_400, 970_499, L16_19, Exact),                // Napas
    (979_200, 979_299, L16, Exact),                   // Troy
    (986_000, 986_099, L16, Exact),                   // Humo
];

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
