//! The check digit of ISO/IEC 7812-1, annex B.

/// Checks digits as they come, first to last.
#[derive(Default)]
pub(crate) struct Luhn {
    length: usize,
    /// The sums in which the digits at even places count once, and those at odd places.
    sums: [u32; 2],
}

impl Luhn {
    /// Takes the next digit.
    pub(crate) fn push(&mut self, digit: u8) {
        let once = u32::from(digit);
        let doubled = if once < 5 { 2 * once } else { 2 * once - 9 };
        let place = self.length % 2;
        self.sums[place] += once;
        self.sums[1 - place] += doubled;
        self.length += 1;
    }

    /// Whether the last digit taken is the check digit of those before it.
    pub(crate) fn holds(&self) -> bool {
        self.length > 0 && self.sums[(self.length - 1) % 2].is_multiple_of(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(digits: &str) -> bool {
        let mut luhn = Luhn::default();
        digits.bytes().for_each(|digit| luhn.push(digit - b'0'));
        luhn.holds()
    }

    #[test]
    fn check_digits_hold() {
        for digits in ["4111111111111111", "378282246310005", "30569309025904", "6799990100000000019", "18"] {
            assert!(holds(digits), "{digits}");
        }
    }

    #[test]
    fn one_wrong_digit_or_two_swapped_are_seen() {
        for digits in ["4111111111111112", "4111111111111211", "1411111111111111", "", "1"] {
            assert!(!holds(digits), "{digits}");
        }
    }
}
