//! What must hold, as functions that panic where it does not. The property tests and the fuzz targets run the same.

use segel_mask::{Action, Conversation, Kind, Masked, Masker, Outcome, Pattern, Policy, Rule, Writer, mask};

/// What texts that try to be something are made of, beside digits.
pub(crate) const PIECES: [&str; 64] = [
    " ",
    "-",
    ".",
    "/",
    ",",
    "\n",
    ":",
    " - ",
    "|",
    "+",
    "(",
    ")",
    "@",
    "^",
    "=",
    "%",
    "••••••••",
    "•",
    "o",
    "O",
    "&nbsp;",
    "kartu ",
    "card ",
    "order ",
    "pesanan ",
    "va ",
    "token ",
    "otp ",
    "pin ",
    "cvv ",
    "exp ",
    "nik ",
    "kk ",
    "npwp ",
    "bpjs ",
    "paspor X",
    "rm ",
    "rek bca ",
    "bca ",
    "transfer ",
    "iban ",
    "hp ",
    "wa ",
    "ssn ",
    "rb ",
    "digit ",
    "lalu ",
    "dua ",
    "nine ",
    "nol-",
    "kode keamanan ",
    "resi ",
    "a@b.co ",
    "GB",
    "DE89",
    "Rp",
    "jam ",
    "https://",
    "💳",
    "５",
    "\u{200b}",
    "a",
    "f",
    "é",
];

/// A text of digits and pieces, one a byte: the digits are more than half of it.
#[allow(dead_code, reason = "the property tests have a strategy instead")]
pub(crate) fn compose(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        match PIECES.get(usize::from(*byte)) {
            Some(piece) => text += piece,
            None => text.push(char::from(b'0' + byte % 10)),
        }
    }
    text
}

/// All of it, for `text` and for `text` cut in two at a character.
#[allow(dead_code, reason = "the fuzz targets ask for one at a time")]
pub(crate) fn check_all(text: &str, at: usize) {
    check(text);
    check_cards(text);
    check_cut(text, at);
}

/// Masks `text`: its spans rebuild the result, and masking the result again changes nothing.
pub(crate) fn check(text: &str) {
    let masked = mask(text).expect("no text is refused");
    let mut rebuilt = String::new();
    let mut from = 0;
    for span in &masked.spans {
        assert!(from <= span.start && span.start < span.end, "spans out of order in {text:?}");
        rebuilt += &text[from..span.start];
        match &span.outcome {
            Outcome::Masked(replacement) => rebuilt += replacement,
            Outcome::Warned | Outcome::Blocked => panic!("the default policy masks"),
        }
        from = span.end;
    }
    rebuilt += &text[from..];
    let once = masked.text.as_str();
    assert_eq!(once, rebuilt, "of {text:?}");
    assert!(once.chars().count() <= text.chars().count());
    assert_eq!(mask(once).expect("no text is refused").text.as_str(), once, "masked twice: {text:?}");
}

/// Masks `text`: of what never may be kept no more digits stay than the policy says, and what nobody would take for anything
/// but a card, 16 digits between white space, is masked.
pub(crate) fn check_cards(text: &str) {
    let masked = mask(text).expect("no text is refused");
    for span in masked.spans.iter().filter(|span| span.kind.is_always_kept_back()) {
        let Outcome::Masked(replacement) = &span.outcome else { panic!("the default policy masks") };
        let most = if span.kind == Kind::Card { 4 } else { 0 };
        // The digits of a space as addresses write it are none of the number.
        let digits = replacement.replace("%20", "").chars().filter(|c| c.is_numeric()).count();
        assert!(digits <= most, "{text:?}: {masked:?}");
    }
    for word in masked.text.as_str().split_whitespace() {
        assert!(!is_plain_card(word), "{word} stays of {text:?}");
    }
}

/// Sends `text` in two messages, cut at a character: every digit of a card that is masked in the whole text is masked in its
/// message, or named as sent before; where nothing was masked in the first.
pub(crate) fn check_cut(text: &str, at: usize) {
    let cut = text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    if text.chars().count() > 100 {
        return;
    }
    let (first, second) = text.split_at(cut);
    let masker = Masker::default();
    let mut conversation = Conversation::default();
    let before = masker.mask_in(&conversation, first, Writer::Visitor).expect("no text is refused");
    conversation.said(before.text.as_str());
    let after = masker.mask_in(&conversation, second, Writer::Visitor).expect("no text is refused");
    if !before.spans.is_empty() {
        return;
    }
    let whole = mask(text).expect("no text is refused");
    for card in whole.spans.iter().filter(|span| span.kind == Kind::Card) {
        for (byte, _) in text[card.start..card.end].char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let byte = card.start + byte;
            let named = || after.earlier.iter().any(|part| (part.start..part.end).contains(&byte));
            let safe = if byte < cut { named() } else { is_masked(&after, byte - cut) };
            assert!(safe, "{text:?} cut at {at} lets a digit at {byte} through: {after:?}");
        }
    }
}

/// A masker that also masks what this pattern finds, and keeps so much of it and of addresses.
#[allow(dead_code, reason = "only the property tests have patterns")]
pub(crate) fn with_pattern(pattern: &str, keep: u8) -> Masker {
    let mut policy = Policy::default();
    let rule = Rule::both(Action::Mask(keep));
    policy.find(Pattern::new(pattern).expect("a pattern"), rule).expect("a policy");
    policy.set(Kind::Email, rule).expect("a policy");
    Masker::new(policy)
}

/// Masks `text` with patterns: of what is always kept back no more stays than without, and masking twice is masking once.
#[allow(dead_code, reason = "only the property tests have patterns")]
pub(crate) fn check_pattern(masker: &Masker, text: &str) {
    let own = masker.mask(text, Writer::Visitor).expect("no text is refused");
    let whole = mask(text).expect("no text is refused");
    for one in whole.spans.iter().filter(|span| span.kind.is_always_kept_back()) {
        let most = if one.kind == Kind::Card { 4 } else { 0 };
        let over = own.spans.iter().find(|span| span.start <= one.start && one.end <= span.end);
        let Some(Outcome::Masked(replacement)) = over.map(|span| &span.outcome) else {
            panic!("{text:?} shows what is without a pattern masked: {own:?}");
        };
        let digits = replacement.replace("%20", "").chars().filter(char::is_ascii_digit).count();
        assert!(digits <= most, "{text:?}: {own:?}");
    }
    let once = own.text.as_str();
    let twice = masker.mask(once, Writer::Visitor).expect("no text is refused");
    assert_eq!(twice.text.as_str(), once, "masked twice: {text:?}");
}

/// Sends `text` after `earlier`: nothing panics.
#[allow(dead_code, reason = "the fuzz targets cut texts in two")]
pub(crate) fn check_after(earlier: &str, text: &str) {
    let masker = Masker::default();
    let mut conversation = Conversation::default();
    conversation.said(masker.mask(earlier, Writer::Visitor).expect("no text is refused").text.as_str());
    masker.mask_in(&conversation, text, Writer::Visitor).expect("no text is refused");
}

fn is_masked(masked: &Masked, byte: usize) -> bool {
    masked.spans.iter().any(|span| (span.start..span.end).contains(&byte))
}

/// Whether these are 16 digits of Visa or Mastercard by Luhn.
fn is_plain_card(word: &str) -> bool {
    let is_issuer = word.starts_with('4') || matches!(word.get(..2), Some("51" | "52" | "53" | "54" | "55"));
    let sum: u32 = word
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let value = u32::from(byte.wrapping_sub(b'0')) << (at % 2);
            value / 10 + value % 10
        })
        .sum();
    is_issuer && word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_digit()) && sum.is_multiple_of(10)
}
