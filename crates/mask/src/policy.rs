//! What a site wants masked.

use alloc::string::String;
use alloc::vec::Vec;

use crate::digits::{Class, class};
use crate::kind::Kind;
use crate::pattern::{Pattern, is_word};

/// The most digits at the end of a number that any policy leaves readable (PCI DSS 4.0.1, 3.4.1).
pub const MAX_KEPT: u8 = 4;

/// Limits of a policy: how many patterns and exceptions it may have.
pub const MAX_PATTERNS: usize = 16;
/// As [`MAX_PATTERNS`], of exceptions.
pub const MAX_ALLOWED: usize = 64;

/// Who writes a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// The visitor.
    Visitor,
    /// An agent.
    Agent,
}

/// What is done with a number of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Its digits are taken out, but for so many at its end, at most [`MAX_KEPT`]. Never fewer than eight go.
    Mask(u8),
    /// It stays, and its writer is told.
    Warn,
    /// Nothing is sent while it is in the text.
    Block,
    /// It stays.
    Leave,
}

/// Actions by who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// When the visitor writes.
    pub visitor: Action,
    /// When an agent writes.
    pub agent: Action,
}

impl Rule {
    /// The same for both.
    pub const fn both(action: Action) -> Self {
        Self { visitor: action, agent: action }
    }

    fn of(self, writer: Writer) -> Action {
        match writer {
            Writer::Visitor => self.visitor,
            Writer::Agent => self.agent,
        }
    }
}

/// What a site wants masked: an action a kind, patterns of its own, and numbers that are known to be harmless, such as its
/// own telephone number.
///
/// Whatever it says, a card, its code, a stripe and a PIN are masked or blocked.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: [Rule; Kind::ALL.len()],
    patterns: Vec<(Pattern, Rule)>,
    allowed: Vec<String>,
}

/// Why a policy is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A card, a card's code, a stripe or a PIN would be let through.
    #[error("this kind is always masked or blocked")]
    AlwaysKeptBack,
    /// More digits would be kept than [`MAX_KEPT`].
    #[error("more digits would stay readable than may")]
    KeepsTooMuch,
    /// More than [`MAX_PATTERNS`] or [`MAX_ALLOWED`].
    #[error("the policy has too many patterns or exceptions")]
    TooMany,
}

/// Every kind masked, with the last four digits of long numbers left.
impl Default for Policy {
    fn default() -> Self {
        let rules = Kind::ALL.map(|kind| Rule::both(Action::Mask(kind.keep())));
        Self { rules, patterns: Vec::new(), allowed: Vec::new() }
    }
}

impl Policy {
    /// Sets what is done with a kind; [`Kind::Custom`] has its actions from [`Policy::find`].
    pub fn set(&mut self, kind: Kind, rule: Rule) -> Result<(), PolicyError> {
        check(rule)?;
        let lets_through = |action| matches!(action, Action::Warn | Action::Leave);
        if kind.is_always_kept_back() && (lets_through(rule.visitor) || lets_through(rule.agent)) {
            return Err(PolicyError::AlwaysKeptBack);
        }
        if let Some(place) = self.rules.get_mut(kind as usize) {
            *place = rule;
        }
        Ok(())
    }

    /// Adds a pattern of the site's own.
    pub fn find(&mut self, pattern: Pattern, rule: Rule) -> Result<(), PolicyError> {
        check(rule)?;
        if self.patterns.len() == MAX_PATTERNS {
            return Err(PolicyError::TooMany);
        }
        self.patterns.push((pattern, rule));
        Ok(())
    }

    /// Lets a number or an address through, however it is grouped; never one that is always kept back.
    pub fn allow(&mut self, number: &str) -> Result<(), PolicyError> {
        if self.allowed.len() == MAX_ALLOWED {
            return Err(PolicyError::TooMany);
        }
        self.allowed.push(bare(number));
        Ok(())
    }

    /// What is done with this number of a kind.
    pub(crate) fn action(&self, kind: Kind, number: &str, writer: Writer) -> Action {
        let Some(rule) = self.rules.get(kind as usize) else { return Action::Leave };
        let is_allowed = || self.allowed.contains(&bare(number));
        if !self.allowed.is_empty() && !kind.is_always_kept_back() && is_allowed() {
            return Action::Leave;
        }
        rule.of(writer)
    }

    /// The site's own patterns and what is done with what they find.
    pub(crate) fn patterns(&self, writer: Writer) -> impl Iterator<Item = (&Pattern, Action)> {
        self.patterns.iter().map(move |(pattern, rule)| (pattern, rule.of(writer)))
    }
}

fn check(rule: Rule) -> Result<(), PolicyError> {
    let keeps = |action| if let Action::Mask(kept) = action { kept } else { 0 };
    if keeps(rule.visitor).max(keeps(rule.agent)) > MAX_KEPT {
        return Err(PolicyError::KeepsTooMuch);
    }
    Ok(())
}

/// Letters in lower case, digits by their value, and @; nothing else.
fn bare(number: &str) -> String {
    let kept = number.chars().filter_map(|c| match class(c) {
        Class::Digit(value) => Some(char::from(b'0' + value)),
        _ if is_word(c) || c == '@' => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::Masker;

    #[test]
    fn what_opens_a_card_cannot_be_let_through() {
        let mut policy = Policy::default();
        for kind in [Kind::Card, Kind::Cvv, Kind::Pin, Kind::Track] {
            for action in [Action::Warn, Action::Leave] {
                let half = Rule { visitor: Action::Mask(0), agent: action };
                assert_eq!(policy.set(kind, half), Err(PolicyError::AlwaysKeptBack));
                assert_eq!(policy.set(kind, Rule::both(action)), Err(PolicyError::AlwaysKeptBack));
            }
            assert_eq!(policy.set(kind, Rule::both(Action::Block)), Ok(()));
        }
        assert_eq!(policy.set(Kind::Nik, Rule::both(Action::Leave)), Ok(()));
    }

    #[test]
    fn a_number_that_is_let_through_as_another_is_a_card_all_the_same() {
        let number = "5171130101696059";
        let mut policy = Policy::default();
        policy.allow(number).unwrap();
        let masker = Masker::new(policy);
        for word in ["nik", "kartu keluarga", "kartu"] {
            let answer = masker.mask(&format!("{word} {number}"), Writer::Visitor).unwrap();
            assert_eq!(answer.spans.first().map(|span| span.kind), Some(Kind::Card), "{word}");
        }
    }

    #[test]
    fn no_policy_keeps_more_than_four_digits() {
        let mut policy = Policy::default();
        assert_eq!(policy.set(Kind::Nik, Rule::both(Action::Mask(5))), Err(PolicyError::KeepsTooMuch));
        assert_eq!(policy.set(Kind::Nik, Rule::both(Action::Mask(4))), Ok(()));
    }
}
