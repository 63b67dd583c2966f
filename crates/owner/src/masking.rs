//! What a site has masked, as its owner says it. PROTOCOL.md, section 3.3, and docs/MASKING.md.

use std::collections::BTreeMap;
use std::str::FromStr;

use segel_mask::{Kind, MAX_KEPT, Pattern};
use segel_wire::limits;
use segel_wire::signed::{Masking, MaskingAction, MaskingRule};
use serde::{Deserialize, Serialize};

use crate::owner::{Owner, OwnerError};
use crate::site::SiteError;

/// What the owner has said so far; nothing, if everything is masked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskingEntry {
    /// By kind.
    pub rules: BTreeMap<String, Actions>,
    /// Numbers that stay.
    pub allowed: Vec<String>,
    /// By pattern.
    pub patterns: BTreeMap<String, Actions>,
}

/// What is done when either writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actions {
    /// When the visitor writes.
    pub visitor: Action,
    /// When an agent writes.
    pub agent: Action,
}

/// An action, as it is typed: `mask`, `mask:2`, `warn`, `block` or `leave`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Masked, but for so many digits at the end.
    Mask(u8),
    /// The writer is told.
    Warn,
    /// Nothing is sent.
    Block,
    /// It stays.
    Leave,
}

impl FromStr for Action {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mask" => Ok(Self::Mask(MAX_KEPT)),
            "warn" => Ok(Self::Warn),
            "block" => Ok(Self::Block),
            "leave" => Ok(Self::Leave),
            _ => {
                let kept = text.strip_prefix("mask:").and_then(|kept| kept.parse().ok());
                kept.filter(|kept| *kept <= MAX_KEPT)
                    .map(Self::Mask)
                    .ok_or("expected mask, mask:0 to mask:4, warn, block or leave")
            }
        }
    }
}

impl Owner {
    /// Says what is done with a kind.
    pub fn mask_kind(&mut self, kind: &str, actions: Actions) -> Result<(), OwnerError> {
        self.change(|site| {
            let known = Kind::ALL.into_iter().find(|known| known.name() == kind);
            let known = known.ok_or_else(|| SiteError::UnknownKind(kind.to_owned()))?;
            let lets_through = |action| matches!(action, Action::Warn | Action::Leave);
            if known.is_always_kept_back() && (lets_through(actions.visitor) || lets_through(actions.agent)) {
                return Err(SiteError::AlwaysKeptBack(kind.to_owned()));
            }
            site.masking.rules.insert(kind.to_owned(), actions);
            Ok(())
        })
    }

    /// Says what is done with what a pattern finds.
    pub fn mask_pattern(&mut self, pattern: &str, actions: Actions) -> Result<(), OwnerError> {
        self.change(|site| {
            Pattern::new(pattern).map_err(|error| SiteError::BadPattern(error.to_string()))?;
            site.masking.patterns.insert(pattern.to_owned(), actions);
            if pattern.len() > limits::NAME_BYTES || site.masking.patterns.len() > limits::MASKING_PATTERNS {
                return Err(SiteError::Full);
            }
            Ok(())
        })
    }

    /// Lets a number stay, such as the site's own; again is the same.
    pub fn allow_number(&mut self, number: &str) -> Result<(), OwnerError> {
        self.change(|site| {
            let allowed = &mut site.masking.allowed;
            if allowed.iter().any(|known| known == number) {
                return Ok(());
            }
            if number.len() > limits::NAME_BYTES || allowed.len() == limits::MASKING_ALLOWED {
                return Err(SiteError::Full);
            }
            allowed.push(number.to_owned());
            Ok(())
        })
    }

    /// Takes back all that was said of masking: everything is masked.
    pub fn mask_everything(&mut self) -> Result<(), OwnerError> {
        self.change(|site| {
            site.masking = MaskingEntry::default();
            Ok(())
        })
    }
}

impl MaskingEntry {
    /// As the roster says it; nothing where nothing was said.
    pub(crate) fn draw(&self) -> Option<Masking> {
        let rules = |entries: &BTreeMap<String, Actions>| {
            let rules: Vec<_> = entries.iter().map(|(kind, actions)| actions.draw(kind)).collect();
            (!rules.is_empty()).then_some(rules)
        };
        let allowed = (!self.allowed.is_empty()).then(|| self.allowed.clone());
        (*self != Self::default()).then(|| Masking {
            rules: rules(&self.rules),
            allowed,
            patterns: rules(&self.patterns),
        })
    }
}

impl Actions {
    fn draw(self, kind: &str) -> MaskingRule {
        let action = |action| match action {
            Action::Mask(kept) => MaskingAction::Mask(kept),
            Action::Warn => MaskingAction::Warn,
            Action::Block => MaskingAction::Block,
            Action::Leave => MaskingAction::Leave,
        };
        MaskingRule { kind: kind.to_owned(), visitor: action(self.visitor), agent: action(self.agent) }
    }
}
