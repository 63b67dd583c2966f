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

/// The text around some digits.
pub(crate) struct Context<'t> {
    before: &'t str,
    after: &'t str,
    near: OnceCell<Near>,
}

impl<'t> Context<'t> {
    /// The text around the bytes `start..end`.
    pub(crate) fn of(text: &'t str, Range { start, end }: Range<usize>) -> Self {
        Self { before: &text[..start], after: &text[end..], near: OnceCell::new() }
    }

    /// What the words say; those before count more.
    pub(crate) fn near(&self) -> Near {
        *self.near.get_or_init(|| near(last_chars(self.before, BEFORE), first_chars(self.after, AFTER)))
    }

    /// Whether the digits stand in a web address.
    pub(crate) fn in_address(&self) -> bool {
        let before = last_chars(self.before, ADDRESS);
        let token = before.rsplit(char::is_whitespace).next().unwrap_or(before);
        token.contains("://") || token.contains("www.")
    }
}

fn near(before: &str, after: &str) -> Near {
    let (far, close) = before.rfind(is_digit).map_or(("", before), |at| before.split_at(at));
    if let Some(near) = nearest(close, true).or_else(|| nearest(far, false)) {
        return near;
    }
    let mut words_after = after.split(|c: char| !c.is_alphabetic());
    if contains_any(before) || words_after.any(|word| is_in(&CARD, word) || is_in(&CARD_AFTER, word)) {
        Near::Card
    } else {
        Near::Nothing
    }
}

/// What the last telling word says. A word such as "order" speaks only of the number that follows it, hence `of_next`.
fn nearest(text: &str, of_next: bool) -> Option<Near> {
    let mut words = text.rsplit(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).peekable();
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

/// Whether the bytes `start..end` are cut out of a code of letters and digits, such as a hexadecimal id.
pub(crate) fn in_code(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (last_chars(&text[..start], CODE), first_chars(&text[end..], CODE));
    let outside = before.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let left = &before[outside.len()..];
    let beyond = after.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let right = &after[..after.len() - beyond.len()];
    let is_hex = |letters: &str| !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_hexdigit());
    (is_hex(left) && outside.ends_with(is_digit))
        || (is_hex(right) && beyond.starts_with(is_digit))
        || (is_hex(left) && is_hex(right))
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

fn is_in(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn contains_any(text: &str) -> bool {
    !text.is_ascii() && CARD_ELSEWHERE.iter().any(|word| text.contains(word))
}

/// Words for a card and the names of networks, Indonesian and English.
#[rustfmt::skip]
const CARD: [&str; 37] = [
    "card", "cards", "creditcard", "debitcard", "cardnumber", "cardno", "ccnumber", "cc", "pan", "credit", "debit", "charge",
    "kartu", "kartunya", "kartuku", "kartumu", "kredit", "atm", "gpn", "visa", "mastercard", "master", "amex", "express", "jcb",
    "unionpay", "diners", "discover", "maestro", "mir", "rupay", "verve", "troy", "elo", "hipercard", "humo", "uzcard",
];

/// Words that follow the number of a card.
const CARD_AFTER: [&str; 9] =
    ["cvv", "cvc", "cvn", "exp", "expiry", "expires", "expired", "valid", "berlaku"];

/// "Card" in the scripts that have no spaces or other letters.
const CARD_ELSEWHERE: [&str; 8] = ["カード", "卡", "카드", "карт", "कार्ड", "بطاق", "บัตร", "thẻ"];

/// Words for numbers that are not cards.
#[rustfmt::skip]
const OTHER: [&str; 59] = [
    "order", "pesanan", "invoice", "faktur", "tagihan", "booking", "reservasi", "referensi", "reference", "ref", "transaction",
    "trx", "ticket", "tiket", "trace", "request", "event", "session", "kode", "code", "barcode", "ean", "upc", "sku", "isbn",
    "resi", "tracking", "awb", "shipment", "paket", "va", "virtual", "rekening", "rek", "account", "norek", "token", "listrik",
    "electricity", "pln", "pelanggan", "customer", "meter", "meteran", "imei", "iccid", "imsi", "serial", "nik", "ktp",
    "npwp", "nomorinduk", "kependudukan", "passport", "paspor", "phone", "telepon", "hp", "wa",
];

/// Words that make another card of "card": they stand before it in English and after it in Indonesian.
#[rustfmt::skip]
const NOT_A_PAYMENT: [&str; 29] = [
    "sim", "gift", "member", "membership", "loyalty", "reward", "rewards", "library", "id", "identity", "business", "memory",
    "sd", "boarding", "report", "voucher", "student", "insurance", "perdana", "bpjs", "keluarga", "pelajar", "mahasiswa",
    "anggota", "nama", "penduduk", "identitas", "prakerja", "pegawai",
];
