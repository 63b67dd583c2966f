//! What says of a code that it was sent.

use core::ops::Range;

use crate::words::{MAX_LETTERS, key, word_end};

/// So many words may stand between "code" and what says that it was sent.
const FILLERS: usize = 7;

/// They, and those that say so.
const CAME: [u64; 16] = {
    const WORDS: [&str; 16] = [
        "yang", "yg", "saya", "i", "udah", "sudah", "kak", "masuk", "dikirim", "diterima", "terima", "sent",
        "received", "got", "login", "rahasia",
    ];
    let mut keys = [0; 16];
    let mut at = 0;
    while at < WORDS.len() {
        keys[at] = key(WORDS[at].as_bytes(), 0, WORDS[at].len());
        at += 1;
    }
    keys
};

/// Whether these bytes between a word for a code and a number say that it was sent: with one of [`CAME`], and before it none but
/// its first; or, with none but those, what is behind the number does.
pub(crate) fn has_come(text: &[u8], bytes: Range<usize>, is_behind: bool) -> bool {
    let mut at = bytes.start;
    while at < bytes.end {
        let end = word_end(text, at);
        let word = if end - at > MAX_LETTERS { 0 } else { key(text, at, end) };
        match CAME.iter().position(|known| *known == word) {
            _ if end == at => at += 1,
            Some(..FILLERS) => at = end,
            came => return came.is_some(),
        }
    }
    is_behind
}

#[cfg(test)]
mod tests {
    use super::has_come;

    #[test]
    fn only_what_says_that_a_code_was_sent_does() {
        for text in ["yang masuk", " yg DIKIRIM", "i got", "masuk"] {
            assert!(has_come(text.as_bytes(), 0..text.len(), false), "{text}");
        }
        for text in ["", " ", "yang", "pesanan yang masuk", "masukkan", "yang sangatpanjangsekali masuk"] {
            assert!(!has_come(text.as_bytes(), 0..text.len(), false), "{text}");
        }
    }
}
