//! The check digit of ISO/IEC 7812-1, annex B.

/// Checks digits as they come, first to last.
#[derive(Default)]
pub(crate) struct Luhn {
    /// The sum in which the last digit counts once, the one before it double, and so on.
    once: u32,
    /// And the sum in which the last digit counts double.
    double: u32,
}

impl Luhn {
    /// Takes the next digit.
    pub(crate) fn push(&mut self, digit: u8) {
        let digit = u32::from(digit);
        let doubled = if digit < 5 { 2 * digit } else { 2 * digit - 9 };
        (self.once, self.double) = (self.double + digit, self.once + doubled);
    }

    /// Whether the last digit taken is the check digit of those before it, of which there are some.
    pub(crate) fn holds(&self) -> bool {
        self.once.is_multiple_of(10)
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
        for digits in ["4111111111111112", "4111111111111211", "1411111111111111", "1"] {
            assert!(!holds(digits), "{digits}");
        }
    }
}
