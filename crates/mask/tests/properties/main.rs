//! What holds for every text.
#![cfg(test)]

mod invariants;
mod texts;

use invariants::{PIECES, check, check_after, check_all, check_cut, check_pattern, with_pattern};
use proptest::prelude::*;
use segel_mask::mask;
use texts::{Cases, Random, check_digit};

/// Ways to write a gap between groups.
const GAPS: [&str; 10] = ["", " ", "-", ".", " - ", "\n", "\u{a0}", "\u{200b}", "/", " lalu "];

/// Words around a card, none of which ends in a digit or is one.
const AROUND: [&str; 6] = ["", "kartu saya ", "(", "charge ", "Halo kak, ", "pakai nomor ini: "];

/// What fuzzing and random texts found: a panic, texts that a second pass masked further, cards behind an address.
const FOUND: [&str; 12] = [
    "DE89dua 62111209334731084５digit .kartu 1lalu 8",
    "4463 4495 1419 0413=3528 5802 1183 8501=6289-9044-3905-7607nik 43550339405517284946",
    "GB5 5NWBK91555821734924",
    "nine https://Rp89kode keamanan DE897",
    "5555  =dua dua dua dua dua dua otp ,",
    "3101010101000001 4503 0000 0003 0325/013",
    "paspor X4000 0000 0000 0000^^4000 0000 0000 0000",
    "abcdef@gh.lima 500 0055 5555 5559",
    "+13*141253\t+1-8141253\t+13*141253\t+13*141253\t+13*141253\t+2153213*1",
    "https://toko.example/pesanan/58978 4539890478885136",
    "12200https://0000000 4440000009900010",
    "+11121251=12121251=21111251=22111251=22111251=21111251=221",
];

/// Patterns that match parts of cards, and more than cards.
const PATTERNS: [&str; 7] =
    ["4###", "#{6}", "#{4} #{4} #{4}", "#{4}", "#{4} #{4} #{4} #{4}", "@{1,9} #{1,6}", "#{2,4} ?{1,20}"];

#[test]
fn what_fuzzing_found_stays_mended() {
    for text in FOUND {
        check_all(text, text.chars().count() / 2);
    }
}

/// As `examples/random`, which masks as many as one likes.
#[test]
fn all_of_it_holds_for_texts_that_come_from_numbers() {
    let cases = Cases::read();
    for seed in 0..5_000 {
        let mut random = Random::new(seed);
        let text = cases.text(&mut random);
        check_all(&text, random.place(text.chars().count() + 1));
    }
}

/// A spelled digit is read differently where its text is cut.
#[test]
fn readings_that_overlap_are_masked_as_one() {
    let cut = "x".repeat(455) + "#4111/1111/1111/111/satu@x.id";
    for earlier in ["halo", "2", "kartu saya 4111 11"] {
        check_after(earlier, &cut);
        check_after(earlier, "abcdef@gh.lima 500 0055 5555 5559");
    }
    check_pattern(&with_pattern("4###", 4), "abcdef@gh.lima 500 0055 5555 5559");
}

#[test]
fn no_pattern_shows_more_of_a_card() {
    let texts = [
        "4111 1111 1111 1111",
        "411111 1111111111",
        "kartu 4111-1111-1111-1111 exp 12/28 cvv 123",
        "4111/1111/1111/1111@x.id",
        "pin saya 123456 ya",
    ];
    for (pattern, keep) in PATTERNS.iter().flat_map(|pattern| [(pattern, 0), (pattern, 4)]) {
        for text in texts {
            check_pattern(&with_pattern(pattern, keep), text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_can_be_masked_and_masking_twice_changes_nothing(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn texts_of_numbers_and_telling_words_neither(text in pieces()) {
        check(&text);
    }

    #[test]
    fn cutting_a_text_in_two_unmasks_no_card(text in pieces(), at in any::<prop::sample::Index>()) {
        check_cut(&text, at.index(text.chars().count() + 1));
    }

    #[test]
    fn no_pattern_shows_more_of_any_card(
        card in card(), around in select(&AROUND), gap in select(&[" ", "-", "/", "."]), size in 4_usize..=16,
        pattern in select(&PATTERNS), keep in select(&[0, 4]),
    ) {
        let groups: Vec<String> = script(&card, '0').chunks(size).map(String::from_iter).collect();
        check_pattern(&with_pattern(pattern, keep), &format!("{around}{} ya", groups.join(gap)));
    }

    #[test]
    fn a_card_cut_anywhere_is_masked_where_it_is_complete(card in card(), at in 1_usize..13) {
        check_cut(&format!("kartu saya {card} ya"), 11 + at);
    }

    #[test]
    fn of_a_card_no_more_than_four_digits_remain(
        card in card(), around in select(&AROUND), after in select(&["", " ya", ", ok?", ")"]),
        gap in select(&GAPS), size in 1_usize..=16, zero in select(&['0', '０', '٠', '𝟎', '०']),
    ) {
        prop_assume!(!(size == 3 && gap == "."), "that is how prices are written");
        let groups: Vec<String> = script(&card, zero).chunks(size).map(String::from_iter).collect();
        let masked = mask(&format!("{around}{}{after}", groups.join(gap)))?.text.into_string();
        let digits: String = masked.chars().filter(|c| c.is_numeric()).collect();
        prop_assert!(digits.chars().count() <= 4, "{masked:?}");
    }
}

/// Digits, gaps, masked digits and telling words in any order: texts that try to be something.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        2 => card(),
        3 => "[0-9]{1,6}",
        2 => "[4-6][0-9]{3} [0-9]{4} [0-9]{4} [0-9]{4}",
        1 => "3[1-6][0-7][1-9]0[1-9][0-7][0-9]0[1-9][0-9]{6}",
        1 => "08[1-9][0-9]{8,9}",
        4 => select(&GAPS).prop_map(String::from),
        8 => select(&PIECES).prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..24).prop_map(|pieces| pieces.concat())
}

/// The number of a card of a well-known issuer.
fn card() -> impl Strategy<Value = String> {
    let start = select(&[
        ("4", 16),
        ("51", 16),
        ("2300", 16),
        ("37", 15),
        ("36", 14),
        ("3550", 16),
        ("6011", 16),
        ("62", 19),
    ]);
    (start, "[0-9]{18}").prop_map(|((start, length), random)| {
        let mut card = format!("{start}{}", &random[..length - 1 - start.len()]);
        card.push(check_digit(&card));
        card
    })
}

/// The same digits in the script that has this zero.
fn script(digits: &str, zero: char) -> Vec<char> {
    digits.bytes().filter_map(|digit| char::from_u32(zero as u32 + u32::from(digit - b'0'))).collect()
}

fn select<T: Copy + std::fmt::Debug + 'static>(options: &'static [T]) -> impl Strategy<Value = T> {
    (0..options.len()).prop_map(|at| options[at])
}
