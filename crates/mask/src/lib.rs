//! Finds sensitive numbers in text and masks them before the text can be sealed.
//!
//! [`mask`] is the only function that makes a [`MaskedText`], so whatever accepts nothing else cannot be
//! handed text that was never looked at. The first form finds payment cards.
//!
//! A text is read once. [`runs`] gathers digits that belong together, whatever script they are written in
//! and whatever stands between them; [`card`] decides which groups of such a run are a card, by the ranges in
//! [`issuers`], by how they are set apart ([`shape`]) and by the words around ([`context`]); [`mask()`]
//! rewrites what was found.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod card;
mod context;
mod digits;
mod issuers;
mod luhn;
mod mask;
mod runs;
mod shape;

pub use mask::{Kind, MAX_BYTES, MaskError, Masked, MaskedText, Span, mask};
