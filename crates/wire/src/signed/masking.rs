//! What a site has masked before sealing, as its roster says. PROTOCOL.md, section 3.3.

use crate::cbor::{Cbor, MalformedCbor, Reader, Writer};
use crate::{cbor_array, cbor_map, limits};

/// What a site has masked; what it does not name is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masking {
    /// What is done with a kind of number, by kinds in order; absent if there are none.
    pub rules: Option<Vec<MaskingRule>>,
    /// Numbers that stay, such as the site's own telephone number; absent if there are none.
    pub allowed: Option<Vec<String>>,
    /// The site's own patterns, the `kind` of each being the pattern; absent if there are none.
    pub patterns: Option<Vec<MaskingRule>>,
}

cbor_map!(Masking { 0: rules, 1: allowed, 2: patterns });

/// What is done with one kind, by who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskingRule {
    /// The kind's name, or a pattern: docs/MASKING.md.
    pub kind: String,
    /// When the visitor writes.
    pub visitor: MaskingAction,
    /// When an agent writes.
    pub agent: MaskingAction,
}

cbor_array!(MaskingRule { kind, visitor, agent });

/// What is done with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskingAction {
    /// It is masked, but for so many digits at its end.
    Mask(u8),
    /// It stays, and its writer is told.
    Warn,
    /// Nothing is sent while it is there.
    Block,
    /// It stays.
    Leave,
}

impl MaskingAction {
    /// The most digits that stay.
    const KEPT: u8 = 4;

    /// Whether the number may leave as it is.
    pub fn lets_through(self) -> bool {
        matches!(self, Self::Warn | Self::Leave)
    }
}

impl Cbor for MaskingAction {
    fn write(&self, to: &mut Writer) {
        to.number(match self {
            Self::Mask(kept) => u64::from((*kept).min(Self::KEPT)),
            Self::Warn => 5,
            Self::Block => 6,
            Self::Leave => 7,
        });
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, MalformedCbor> {
        match from.number()? {
            5 => Ok(Self::Warn),
            6 => Ok(Self::Block),
            7 => Ok(Self::Leave),
            kept => match u8::try_from(kept) {
                Ok(kept) if kept <= Self::KEPT => Ok(Self::Mask(kept)),
                _ => Err(MalformedCbor),
            },
        }
    }
}

impl Masking {
    /// Kinds that no site lets through.
    const ALWAYS: [&str; 4] = ["card", "cvv", "pin", "track"];

    /// Lists within their limits, rules in order and each once, and nothing let through that never may be.
    pub(crate) fn is_consistent(&self) -> bool {
        let (rules, patterns) = (self.rules.as_deref(), self.patterns.as_deref());
        let kind = |rule: &MaskingRule| {
            rule.kind.len() <= limits::NAME_BYTES
                && !(Self::ALWAYS.contains(&rule.kind.as_str())
                    && (rule.visitor.lets_through() || rule.agent.lets_through()))
        };
        let pattern = |rule: &MaskingRule| rule.kind.len() <= limits::NAME_BYTES;
        rules.is_none_or(|rules| {
            is_list(rules, limits::MASKING_RULES)
                && rules.is_sorted_by(|a, b| a.kind < b.kind)
                && rules.iter().all(kind)
        }) && patterns.is_none_or(|patterns| {
            is_list(patterns, limits::MASKING_PATTERNS) && patterns.iter().all(pattern)
        }) && self.allowed.as_deref().is_none_or(|allowed| {
            is_list(allowed, limits::MASKING_ALLOWED)
                && allowed.iter().all(|number| number.len() <= limits::NAME_BYTES)
        })
    }
}

/// Within its limit; an empty one is left out instead.
fn is_list<T>(list: &[T], most: usize) -> bool {
    (1..=most).contains(&list.len())
}
