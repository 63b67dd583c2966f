//! Finds sensitive numbers in text and masks them before the text can be sealed.
//!
//! [`mask`] and [`Masker`] alone make a [`MaskedText`], so whatever accepts nothing else cannot be handed text that was
//! never looked at. docs/MASKING.md says what is found and what is not.
//!
//! A text is read once. [`runs`] gathers digits that belong together, whatever script they are written in, spelled
//! or not, and whatever stands between them; [`card`] decides which groups of such a run are a card, by the ranges in
//! [`issuers`] and by how they are set apart ([`shape`]); [`rules`] decides what the other numbers are, by the words
//! around ([`cues`], [`marks`]) and their form ([`number`]); [`mask()`] rewrites what was found, and looks once more whether what is left
//! looks like anything ([`settle`]). [`conversation`] does the same
//! over several messages.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod asks;
mod came;
mod card;
mod context;
mod conversation;
mod cues;
mod digits;
mod email;
mod iban;
mod issuers;
mod kind;
mod luhn;
mod marks;
mod mask;
mod number;
mod pattern;
mod policy;
mod rules;
mod runs;
mod scan;
mod settle;
mod shape;
mod steps;
mod table;
mod words;

pub use asks::Asks;
pub use conversation::Conversation;
pub use kind::Kind;
pub use mask::{Earlier, MAX_BYTES, MaskError, Masked, MaskedText, Masker, Outcome, Span, mask};
pub use pattern::{Pattern, PatternError};
pub use policy::{Action, MAX_ALLOWED, MAX_KEPT, MAX_PATTERNS, Policy, PolicyError, Rule, Writer};
