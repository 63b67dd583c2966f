//! What the text around a number says it is.

use core::cell::OnceCell;
use core::ops::Range;

use crate::digits::{Class, class};

/// How far before and after a number a word counts, in characters.
const BEFORE: usize = 60;
const AFTER: usize = 30;

/// How far back an address may start, in characters.
const ADDRESS: usize = 200;

/// How far a code of letters and digits is looked at, in characters.
const CODE: usize = 40;

/// What the nearest telling word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Near {
    /// A payment card.
    Card,
    /// Some other number.
    Other,
    /// Nothing.
    Nothing,
}

/// The text around a run of digits.
pub(crate) struct Context<'t> {
    text: &'t str,
    run: Range<usize>,
    near: OnceCell<Near>,
    in_address: OnceCell<bool>,
}

impl<'t> Context<'t> {
    /// The text around the bytes `run`.
    pub(crate) fn of(text: &'t str, run: Range<usize>) -> Self {
        Self { text, run, near: OnceCell::new(), in_address: OnceCell::new() }
    }

    /// What the words say; those before count more.
    pub(crate) fn near(&self) -> Near {
        *self.near.get_or_init(|| {
            near(
                last_chars(&self.text[..self.run.start], BEFORE),
                first_chars(&self.text[self.run.end..], AFTER),
            )
        })
    }

    /// Whether the run stands in a web address.
    pub(crate) fn in_address(&self) -> bool {
        *self.in_address.get_or_init(|| {
            let before = &self.text[..self.run.start];
            let token =
                before.char_indices().rev().take(ADDRESS).take_while(|(_, c)| !c.is_whitespace()).last();
            token.is_some_and(|(at, _)| before[at..].contains("://") || before[at..].contains("www."))
        })
    }

    /// Whether a letter stands right before byte `start`.
    pub(crate) fn is_glued(&self, start: usize) -> bool {
        self.text[..start].ends_with(is_letter)
    }

    /// Whether the bytes `number` are cut out of a code of letters and digits, such as a hexadecimal id.
    pub(crate) fn in_code(&self, number: Range<usize>) -> bool {
        let (before, after) = (&self.text[..number.start], &self.text[number.end..]);
        if !before.ends_with(is_letter) && !after.starts_with(is_letter) {
            return false;
        }
        let (before, after) = (last_chars(before, CODE), first_chars(after, CODE));
        let outside = before.trim_end_matches(is_letter);
        let left = &before[outside.len()..];
        let beyond = after.trim_start_matches(is_letter);
        let right = &after[..after.len() - beyond.len()];
        let is_hex = |letters: &str| !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_hexdigit());
        (is_hex(left) && outside.ends_with(is_digit))
            || (is_hex(right) && beyond.starts_with(is_digit))
            || (is_hex(left) && is_hex(right))
    }
}

fn near(before: &str, after: &str) -> Near {
    let (far, close) = before.rfind(is_digit).map_or(("", before), |at| before.split_at(at));
    if let Some(near) = nearest(close, true).or_else(|| nearest(far, false)) {
        return near;
    }
    let mut words_after = after.split(|c| !is_letter(c));
    if contains_any(before) || words_after.any(|word| is_in(&CARD, word) || is_in(&CARD_AFTER, word)) {
        Near::Card
    } else {
        Near::Nothing
    }
}

/// What the last telling word says. A word such as "order" speaks only of the number that follows it, hence `of_next`.
fn nearest(text: &str, of_next: bool) -> Option<Near> {
    let mut words = text.rsplit(|c| !is_letter(c)).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        if is_in(&NOT_A_PAYMENT, word) || (of_next && is_in(&OTHER, word)) {
            return Some(Near::Other);
        }
        if is_in(&CARD, word) {
            let of_another = words.peek().is_some_and(|&before| is_in(&NOT_A_PAYMENT, before));
            return Some(if of_another { Near::Other } else { Near::Card });
        }
    }
    None
}

/// A letter of the words below; others end a word.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
}

/// A digit, masked or not: what a text says of a number must not change when its neighbour is masked.
fn is_digit(c: char) -> bool {
    matches!(class(c), Class::Digit(_) | Class::Masked)
}

fn last_chars(text: &str, count: usize) -> &str {
    let start = text.char_indices().rev().take(count).last().map_or(text.len(), |(at, _)| at);
    &text[start..]
}

fn first_chars(text: &str, count: usize) -> &str {
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// Whether `word`, in whatever case, is one of the sorted `words`.
fn is_in(words: &[&str], word: &str) -> bool {
    let lower = || word.bytes().map(|byte| byte.to_ascii_lowercase());
    words.binary_search_by(|known| known.bytes().cmp(lower())).is_ok()
}

fn contains_any(text: &str) -> bool {
    !text.is_ascii() && CARD_ELSEWHERE.iter().any(|word| text.contains(word))
}

/// Words for a card and the names of networks, Indonesian and English.
#[rustfmt::skip]
const CARD: [&str; 37] = [
    "amex", "atm", "card", "cardno", "cardnumber", "cards", "cc", "ccnumber", "charge", "credit",
    "creditcard", "debit", "debitcard", "diners", "discover", "elo", "express", "gpn", "hipercard", "humo",
    "jcb", "kartu", "kartuku", "kartumu", "kartunya", "kredit", "maestro", "master", "mastercard", "mir",
    "pan", "rupay", "troy", "unionpay", "uzcard", "verve", "visa",
];

/// Words that follow the number of a card.
#[rustfmt::skip]
const CARD_AFTER: [&str; 9] = ["berlaku", "cvc", "cvn", "cvv", "exp", "expired", "expires", "expiry", "valid"];

/// "Card" in the scripts that have no spaces or other letters.
const CARD_ELSEWHERE: [&str; 8] = ["カード", "卡", "카드", "карт", "कार्ड", "بطاق", "บัตร", "thẻ"];

/// Words for numbers that are not cards.
#[rustfmt::skip]
const OTHER: [&str; 59] = [
    "account", "awb", "barcode", "booking", "code", "customer", "ean", "electricity", "event", "faktur",
    "hp", "iccid", "imei", "imsi", "invoice", "isbn", "kependudukan", "kode", "ktp", "listrik", "meter",
    "meteran", "nik", "nomorinduk", "norek", "npwp", "order", "paket", "paspor", "passport", "pelanggan",
    "pesanan", "phone", "pln", "ref", "reference", "referensi", "rek", "rekening", "request", "reservasi",
    "resi", "serial", "session", "shipment", "sku", "tagihan", "telepon", "ticket", "tiket", "token",
    "trace", "tracking", "transaction", "trx", "upc", "va", "virtual", "wa",
];

/// Words that make another card of "card": they stand before it in English and after it in Indonesian.
#[rustfmt::skip]
const NOT_A_PAYMENT: [&str; 29] = [
    "anggota", "boarding", "bpjs", "business", "gift", "id", "identitas", "identity", "insurance",
    "keluarga", "library", "loyalty", "mahasiswa", "member", "membership", "memory", "nama", "pegawai",
    "pelajar", "penduduk", "perdana", "prakerja", "report", "reward", "rewards", "sd", "sim", "student",
    "voucher",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn context(text: &str) -> Context<'_> {
        let start = text.find('#').unwrap();
        Context::of(text, start..text.rfind('#').unwrap() + 1)
    }

    #[test]
    fn words_are_sorted() {
        for words in [&CARD[..], &CARD_AFTER, &OTHER, &NOT_A_PAYMENT] {
            assert!(words.is_sorted(), "{words:?}");
        }
    }

    #[test]
    fn the_nearest_word_speaks() {
        for (text, near) in [
            ("kartu saya #", Near::Card),
            ("My CARD_number is #", Near::Card),
            ("kartu gagal, pesanan #", Near::Other),
            ("pesanan saya, kartunya #", Near::Card),
            ("order 12 dibayar #", Near::Nothing),
            ("# cvv 123", Near::Card),
            ("カード番号は#です", Near::Card),
            ("halo # ya", Near::Nothing),
        ] {
            assert_eq!(context(text).near(), near, "{text}");
        }
    }

    #[test]
    fn other_cards_are_not_payment_cards() {
        for text in ["SIM card #", "kartu perdana #", "kartu BPJS #", "gift card no. #", "loyalty card 2: #"]
        {
            assert_eq!(context(text).near(), Near::Other, "{text}");
        }
    }

    #[test]
    fn addresses_end_at_white_space() {
        assert!(context("see https://shop.example/t/#").in_address());
        assert!(!context("https://shop.example/ #").in_address());
    }

    #[test]
    fn hexadecimal_ids_are_codes_and_glued_words_are_not() {
        for (text, code) in
            [("a7b#c1", true), ("ab#cd", true), ("7f#", true), ("visa#cvv5", false), ("B#", false)]
        {
            let context = context(text);
            assert_eq!(context.in_code(context.run.clone()), code, "{text}");
        }
    }
}
