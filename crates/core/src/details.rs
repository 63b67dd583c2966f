//! What a visitor says before the first message, as a conversation keeps it. PROTOCOL.md, section 5.19.

use crate::conversation::Message;
use crate::show::Body;

impl Message {
    /// Whether it is that.
    pub(crate) fn is_details(&self) -> bool {
        matches!(self.body, Body::Details(_))
    }

    /// Whether it says what only the visitor may: that it has ended, how it was, or what stands before it.
    pub(crate) fn is_the_visitors(&self) -> bool {
        self.closes() || self.is_details()
    }
}
