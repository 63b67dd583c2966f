//! The only way for text to leave: through the mask.

use segel_mask::MaskedText;

/// Text that may be sealed. Its one constructor takes [`MaskedText`], which only `segel-mask` makes;
/// there is no other way to hand text to an engine.
#[derive(Debug, Clone)]
pub struct Outgoing(MaskedText);

impl Outgoing {
    /// Masked text, ready to be sealed.
    pub fn new(text: MaskedText) -> Self {
        Self(text)
    }

    pub(crate) fn into_string(self) -> String {
        self.0.into_string()
    }
}
