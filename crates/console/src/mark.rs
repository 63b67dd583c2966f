//! What a visitor goes by for whom nobody vouches.

use segel_wire::ids::ConversationId;

/// Four letters and digits by which people tell conversations apart; not secret and not unique.
pub(crate) fn mark(conversation: ConversationId) -> String {
    // Crockford's alphabet: without I, L, O and U nothing is misread.
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    conversation.0.iter().take(4).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_has_four_letters_and_digits_that_are_not_misread() {
        assert_eq!(mark(ConversationId([7; 16])), "7777");
        assert_eq!(mark(ConversationId([0xff; 16])), "ZZZZ");
    }
}
