//! Reads the tables in `data` when this crate is compiled: what is wrong in one does not compile.

/// A set of lengths up to 63, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lengths(pub(crate) u64);

impl Lengths {
    /// Whether this length is in the set.
    pub(crate) const fn has(self, length: usize) -> bool {
        length < 64 && self.0 & (1 << length) != 0
    }

    /// The longest.
    pub(crate) const fn most(self) -> usize {
        63 - self.0.leading_zeros() as usize
    }
}

/// A table of words between white space, with comments from `#` to the end of the line.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    data: &'static [u8],
    at: usize,
}

impl Table {
    pub(crate) const fn new(data: &'static [u8]) -> Self {
        Self { data, at: 0 }.past_blank()
    }

    /// Whether nothing is left.
    pub(crate) const fn is_read(self) -> bool {
        self.at == self.data.len()
    }

    /// How many lines of the table are not blank.
    pub(crate) const fn rows(mut self) -> usize {
        let mut rows = 0;
        while !self.is_read() {
            rows += 1;
            self = self.past_line();
        }
        rows
    }

    /// A decimal number, and what comes after it.
    pub(crate) const fn number(mut self) -> (u32, Self) {
        let mut number = 0;
        assert!(self.now().is_ascii_digit(), "a table lacks a number");
        while self.now().is_ascii_digit() {
            number = number * 10 + (self.now() - b'0') as u32;
            self.at += 1;
        }
        if matches!(self.now(), b'-' | b',') {
            self.at += 1;
        }
        (number, self.past_blank())
    }

    /// Lengths such as `13,16` or `12-19`.
    pub(crate) const fn lengths(mut self) -> (Lengths, Self) {
        let mut bits = 0;
        loop {
            let (from, next) = self.number();
            let mark = self.mark_before(next);
            let (to, next) = if mark == b'-' { next.number() } else { (from, next) };
            let mut length = from;
            while length <= to {
                bits |= 1 << length;
                length += 1;
            }
            let mark = self.mark_before(next);
            self = next;
            if mark != b',' {
                return (Lengths(bits), self);
            }
        }
    }

    /// Whether the next word starts with this letter; and what comes after it.
    pub(crate) const fn letter(self) -> (u8, Self) {
        (self.now(), self.past_word())
    }

    pub(crate) const fn past_word(mut self) -> Self {
        while !self.now().is_ascii_whitespace() {
            self.at += 1;
        }
        self.past_blank()
    }

    pub(crate) const fn past_line(mut self) -> Self {
        while self.now() != b'\n' {
            self.at += 1;
        }
        self.past_blank()
    }

    /// The character that ended the number before `next`.
    const fn mark_before(self, next: Self) -> u8 {
        assert!(self.at < next.at, "a table's number is empty");
        self.data[next.at - 1]
    }

    const fn now(self) -> u8 {
        if self.at < self.data.len() { self.data[self.at] } else { b'\n' }
    }

    const fn past_blank(mut self) -> Self {
        while self.at < self.data.len() {
            if self.data[self.at] == b'#' {
                while self.at < self.data.len() && self.data[self.at] != b'\n' {
                    self.at += 1;
                }
            } else if self.data[self.at].is_ascii_whitespace() {
                self.at += 1;
            } else {
                break;
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_lists_and_ranges() {
        let (lengths, rest) = Table::new(b"# a comment\n3,5-7 x").lengths();
        assert!((0..10).filter(|&length| lengths.has(length)).eq([3, 5, 6, 7]));
        assert_eq!((lengths.most(), rest.letter().0), (7, b'x'));
    }
}
