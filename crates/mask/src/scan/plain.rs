//! What is made fast, done plainly, and both held against each other: a text looked at in full however often, and all words
//! around a number read from first to last.

use core::mem::discriminant;
use core::ops::Range;
use std::string::String;
use std::vec::Vec;

use super::{Cues, Finding, Kind, Policy, Scan, Sought, Writer, join, merge};
use crate::digits::{Class, char_at, class};
use crate::pattern::Pattern;
use crate::policy::{Action, Rule};
use crate::settle::hidden;
use crate::words::{Meaning, word_at};

/// As [`super::scan`].
fn scan_in_full(text: &str, policy: &Policy) -> Vec<Finding> {
    let sought = Sought { text, policy, writer: Writer::Visitor, asked: Meaning::NOTHING };
    let words = sought.whole_words();
    let opaque = words.iter().filter(|word| matches!(word.action, Action::Mask(_) | Action::Block));
    let all: Vec<_> = opaque.clone().map(|word| word.bytes.clone()).collect();
    let addresses: Vec<_> =
        opaque.filter(|word| word.kind == Kind::Email).map(|word| word.bytes.clone()).collect();
    let numbers = |opaque: &[Range<usize>]| {
        let mut scan = Scan::new(sought, opaque);
        while scan.step() {}
        scan.found
    };
    let mut found = merge(numbers(&all), words);
    for fewer in [&addresses[..], &[]] {
        let mut always = numbers(fewer);
        always.retain(|one| one.kind.is_always_kept_back());
        found = join(found, always);
    }
    found
}

/// The telling words in these bytes, from first to last, and the numbers with their digits, as `cues::Around` has them.
fn words_in(text: &str, bytes: Range<usize>) -> Vec<(Meaning, usize)> {
    let mut words = Vec::new();
    let (mut at, mut last_end, mut goes_on) = (bytes.start, 0, false);
    while at < bytes.end {
        let (from, c) = (at, char_at(text, at).unwrap());
        let (end, says) = match word_at(text.as_bytes(), at) {
            (end, says) if end > at => (end, says),
            _ => (at + c.len_utf8(), Meaning::NOTHING),
        };
        let has_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        // "2FA" and "CV2" are words with their digit only.
        let is_half = end - at == 2 && !has_digit(at.wrapping_sub(1)) && !has_digit(end);
        let says = if is_half && says.has(Meaning::CVV | Meaning::OTP) { Meaning::NOTHING } else { says };
        at = end;
        goes_on &= c.is_ascii_alphabetic() || class(c) != Class::Other;
        if says.digit().is_some() || matches!(class(c), Class::Digit(_) | Class::Masked) {
            match words.last_mut() {
                Some((Meaning::NUMBER, digits)) if goes_on && from - last_end <= 6 => *digits += 1,
                _ => words.push((Meaning::NUMBER, 1)),
            }
            (last_end, goes_on) = (at, true);
        } else if says != Meaning::NOTHING {
            words.push((says, 0));
        }
    }
    words
}

/// Texts of the bench's words, of addresses and of numbers, in ASCII.
fn texts() -> impl Iterator<Item = String> {
    let words = include_str!("../../tests/data/bench/mix.txt").split_whitespace();
    let own = include_str!("../../tests/data/own.txt").split_whitespace();
    let words: Vec<&str> = words.chain(own).filter(|word| word.is_ascii()).collect();
    let often = [
        "a@b.co",
        "pin",
        "otp",
        "4@kartu.id",
        "1234",
        "12.x@pin.id",
        "4111111111111111",
        "MB-12345678",
        "=",
        "lalu",
        "4111.1111@x.id",
        "123",
        "cvv",
        "card",
    ];
    let mut state = 1_u64;
    let mut random = move |end: usize| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        usize::try_from(state >> 33).unwrap() % end
    };
    core::iter::repeat_with(move || {
        let mut text = String::new();
        for _ in 0..random(60) {
            text += if random(3) == 0 { often[random(often.len())] } else { words[random(words.len())] };
            text += [" ", " ", " ", "\n", "", ", ", "-", "    "][random(8)];
        }
        text
    })
}

#[test]
fn a_text_is_looked_at_again_only_where_that_makes_a_difference() {
    let mut patterns = Policy::default();
    patterns.find(Pattern::new("MB-#{8}").unwrap(), Rule::both(Action::Mask(4))).unwrap();
    patterns.find(Pattern::new("#{4}").unwrap(), Rule::both(Action::Mask(4))).unwrap();
    for text in texts().take(1_500) {
        for policy in [&Policy::default(), &patterns] {
            // Where two looks find the same, so many digits stay as it has enough for.
            let seen = |found: &[Finding]| -> Vec<_> {
                let seen_of = |one: &Finding| {
                    let hidden = hidden(one, &text).to_vec();
                    (one.kind, one.bytes.clone(), one.places.clone(), hidden, discriminant(&one.action))
                };
                found.iter().map(seen_of).collect()
            };
            let fast = super::scan(&text, policy, Writer::Visitor, Meaning::NOTHING);
            assert!(seen(&fast) == seen(&scan_in_full(&text, policy)), "{text}");
        }
    }
}

#[test]
fn words_are_the_same_whether_read_from_a_number_or_from_first_to_last() {
    for text in texts().take(1_500) {
        let mut cues = Cues::new(&text, &[]);
        let numbers = text.as_bytes().chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
        let mut end = 0;
        for number in numbers {
            let start = end;
            end += number.len();
            if !number[0].is_ascii_digit() || number.len() < 3 {
                continue;
            }
            let around = cues.around(start..end);
            let from = start.saturating_sub(60);
            let is_cut = from > 0 && text.as_bytes()[from - 1].is_ascii_alphabetic();
            let skipped =
                text.as_bytes()[from..].iter().take_while(|b| is_cut && b.is_ascii_alphabetic()).count();
            let mut before = words_in(&text, from + skipped..end);
            // The number itself, with what goes on with it.
            if let Some((_, digits)) = before.last_mut() {
                *digits -= number.len();
            }
            let is_open = |(says, digits): &&(Meaning, usize)| *says != Meaning::NUMBER || *digits == 0;
            let joins = before.last().is_some_and(|(_, digits)| *digits > 0);
            let close = before.iter().rev().skip(usize::from(!joins));
            let close = close.take_while(|mark| is_open(mark) || (mark.1 <= 2 && !joins));
            let close: Vec<_> = close.map(|mark| mark.0).filter(|says| *says != Meaning::NUMBER).collect();
            assert!(around.close().map(|mark| mark.says).eq(close), "{start} of {text}");

            let to = text.len().min(end + 30);
            let after = words_in(&text, start..to);
            let behind = after.iter().skip(1).take_while(|mark| mark.0 != Meaning::NUMBER);
            assert!(around.behind().map(|mark| mark.says).eq(behind.map(|mark| mark.0)), "{end} of {text}");
        }
    }
}
