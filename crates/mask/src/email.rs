//! E-mail addresses: the part of RFC 5321 that people write.

use alloc::vec::Vec;
use core::ops::Range;

/// How long what stands before the @ may be, in bytes.
const LOCAL: usize = 64;

/// Every address of `text`, in order.
pub(crate) fn find(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    // The library looks at a word of memory at a time.
    if !bytes.contains(&b'@') {
        return found;
    }
    for at in 0..bytes.len() {
        if bytes[at] != b'@' {
            continue;
        }
        let from = found.last().map_or(0, |last| last.end);
        if at < from {
            continue;
        }
        let local = bytes[from..at].iter().rev().take(LOCAL).take_while(|byte| is_local(**byte)).count();
        let local = bytes[at - local..at].iter().skip_while(|byte| **byte == b'.').count();
        if local > 0
            && let Some(domain) = domain(&bytes[at + 1..])
        {
            found.push(at - local..at + 1 + domain);
        }
    }
    found
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte)
}

/// How long the domain is that `bytes` start with: labels, the last of two letters or more.
fn domain(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut best = None;
    loop {
        let label = bytes[at..]
            .iter()
            .take(LOCAL)
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
            .count();
        let letters = bytes[at..at + label].iter().all(u8::is_ascii_alphabetic);
        if at > 0 && label >= 2 && letters {
            best = Some(at + label);
        }
        at += label;
        if label == 0 || bytes.get(at) != Some(&b'.') || at > 4 * LOCAL {
            return best;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_a_sentence_goes_on() {
        for (text, address) in [
            ("email saya anggrainikoko@example.org", "anggrainikoko@example.org"),
            ("my email: joe123@solvvy.co.uk.", "joe123@solvvy.co.uk"),
            ("<a.b+c@d-e.example>", "a.b+c@d-e.example"),
        ] {
            let found = find(text);
            assert_eq!(found.iter().map(|range| &text[range.clone()]).collect::<Vec<_>>(), [address]);
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in ["a@b", "@toko_contoh", "a@.id", "5 @ 3.000", "a@b.c", "@@@@", "harga@10.000"] {
            assert!(find(text).is_empty(), "{text}");
        }
    }
}
