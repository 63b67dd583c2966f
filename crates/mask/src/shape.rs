//! How the digits of a card are set apart on the page.

use core::ops::Range;

use crate::runs::{Gap, Group};

/// A group of so many digits is a number of its own.
const OWN_NUMBER: usize = 8;

/// Up to so many digits before a decimal point, and at least so many after it, are a fraction and no groups.
const WHOLE_PART: usize = 3;
const FRACTION: usize = 9;

/// How the groups that might be one card are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// All digits in one group.
    Single,
    /// In groups as they are printed on cards.
    Printed {
        /// Nothing of the run looks as if it went on before or after.
        apart: bool,
    },
    /// In other groups with equal gaps, as people type them, starting where such gaps start.
    Even {
        /// Nothing of the run looks as if it went on after.
        apart: bool,
    },
}

impl Shape {
    /// The shape of these groups of `run`; `None` where nobody would write a card like this.
    pub(crate) fn of(run: &[Group], groups: Range<usize>) -> Option<Self> {
        let window = Window { run, groups };
        if window.is_fraction() {
            return None;
        }
        if window.groups.len() == 1 {
            return Some(Self::Single);
        }
        if window.is_printed() {
            return Some(Self::Printed { apart: window.starts() && window.ends() });
        }
        let even = (window.starts() && window.is_even()) || window.is_all_blank();
        (even && !window.is_price()).then(|| Self::Even { apart: window.ends() })
    }

    /// Whether no card can start with this group: it stands amid equal gaps and sizes, and no card is printed so. Saves the search
    /// most of its work on long rows of short groups.
    pub(crate) fn is_amid(run: &[Group], at: usize) -> bool {
        let Some([before, this, after]) = at.checked_sub(1).and_then(|from| run.get(from..from + 3)) else {
            return false;
        };
        let size = this.size();
        !before.masked
            && after.same_gap
            && before.size() == size
            && size < OWN_NUMBER
            && !matches!(size, 4 | 6)
    }

    /// Nothing of the run looks as if it went on before or after.
    pub(crate) fn is_apart(self) -> bool {
        match self {
            Self::Single => true,
            Self::Printed { apart } | Self::Even { apart } => apart,
        }
    }

    /// In groups as they are printed on cards.
    pub(crate) fn is_printed(self) -> bool {
        matches!(self, Self::Printed { .. })
    }

    /// Written as on a card, or without gaps.
    pub(crate) fn is_usual(self) -> bool {
        !matches!(self, Self::Even { .. })
    }
}

struct Window<'r> {
    run: &'r [Group],
    groups: Range<usize>,
}

impl Window<'_> {
    fn size(&self, nth: usize) -> usize {
        self.run[self.groups.clone()].get(nth).map_or(0, Group::size)
    }

    fn is_printed(&self) -> bool {
        let sizes = [0, 1, 2, 3, 4].map(|nth| self.size(nth));
        match self.groups.len() {
            2 => matches!(sizes, [8, 8, ..] | [6, 10 | 13, ..]),
            3 => matches!(sizes, [4, 6, 4 | 5, ..] | [4, 5, 6, ..]),
            4 => matches!(sizes, [4, 4, 4, 4, _]),
            5 => matches!(sizes, [4, 4, 4, 4, 1..=3]),
            _ => false,
        }
    }

    /// All gaps are the same.
    fn is_even(&self) -> bool {
        self.run[self.groups.clone()].iter().skip(2).all(|group| group.same_gap)
    }

    /// The whole run, with spaces, line ends and words such as "then" only.
    fn is_all_blank(&self) -> bool {
        let starts = self.groups.start == 0 || self.run[self.groups.start - 1].masked;
        let mut gaps = self.run[self.groups.clone()].iter().skip(1).map(|group| group.gap);
        let blank = gaps.all(|gap| matches!(gap, Gap::Blank | Gap::Line | Gap::Words));
        starts && self.groups.end == self.run.len() && blank
    }

    /// As a price is written, with a point or a comma before every three digits.
    fn is_price(&self) -> bool {
        let mut thousands = self.run[self.groups.clone()].iter().skip(1);
        self.size(0) <= 3
            && thousands.all(|group| group.size() == 3 && matches!(group.gap, Gap::Point | Gap::Comma))
    }

    /// A decimal point stands before the first group or after it.
    fn is_fraction(&self) -> bool {
        let first = self.groups.start;
        self.has_point(first) || (self.groups.len() == 2 && self.has_point(first + 1))
    }

    /// Whether a decimal point stands before this group of the run.
    fn has_point(&self, group: usize) -> bool {
        let Some([whole, fraction]) = group.checked_sub(1).and_then(|whole| self.run.get(whole..=group))
        else {
            return false;
        };
        fraction.gap == Gap::Point && whole.size() <= WHOLE_PART && fraction.size() >= FRACTION
    }

    /// Whether the run, or a masked number in it, or other gaps or sizes stand before.
    fn starts(&self) -> bool {
        let Range { start, .. } = self.groups;
        let Some(before) = start.checked_sub(1).and_then(|before| self.run.get(before)) else { return true };
        before.masked
            || self.run.get(start + 1).is_none_or(|second| !second.same_gap)
            || self.stops_at(before)
    }

    /// Whether the run ends, or goes on with other gaps or sizes.
    fn ends(&self) -> bool {
        let Range { end, .. } = self.groups;
        let Some(after) = self.run.get(end) else { return true };
        !after.same_gap || self.run.get(end + 1).is_some_and(|next| !next.same_gap) || self.stops_at(after)
    }

    /// Whether a neighbour's size shows that it belongs to another number.
    fn stops_at(&self, neighbour: &Group) -> bool {
        let usual = self.size(0);
        let all_but_last = self.groups.start..self.groups.end.saturating_sub(1);
        let regular = || self.run[all_but_last].iter().all(|group| group.size() == usual);
        // Sixteen digits in fours are whole: fewer go on with nothing.
        let is_whole = usual == 4 && self.groups.len() == 4;
        let size = neighbour.size();
        size >= OWN_NUMBER || ((size > usual || (size < usual && is_whole)) && regular())
    }
}
