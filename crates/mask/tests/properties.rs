//! What holds for every text.

use proptest::prelude::*;
use segel_mask::mask;

/// Ways to write a gap between groups.
const GAPS: [&str; 9] = ["", " ", "-", ".", " - ", "\n", "\u{a0}", "\u{200b}", "/"];

/// Words around a card, none of which ends in a digit or is one.
const AROUND: [&str; 6] = ["", "kartu saya ", "(", "charge ", "Halo kak, ", "pakai nomor ini: "];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_is_masked_to_as_many_characters(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn masking_twice_changes_nothing(text in numbers()) {
        check(&text)?;
    }

    #[test]
    fn no_eight_digits_of_a_card_remain(
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

/// Spans in order that rebuild the result, the same number of characters, and nothing new on a second pass.
fn check(text: &str) -> Result<(), TestCaseError> {
    let masked = mask(text)?;
    let mut rebuilt = String::new();
    let mut from = 0;
    for span in &masked.spans {
        prop_assert!(from <= span.start && span.start < span.end);
        rebuilt += &text[from..span.start];
        rebuilt += &span.replacement;
        from = span.end;
    }
    rebuilt += &text[from..];
    let once = masked.text.into_string();
    prop_assert_eq!(&once, &rebuilt);
    prop_assert_eq!(once.chars().count(), text.chars().count());
    let twice = mask(&once)?;
    prop_assert_eq!(&once, twice.text.as_str());
    prop_assert!(twice.spans.is_empty());
    Ok(())
}

/// Digits, gaps, masked digits and telling words in any order: texts that try to be cards.
fn numbers() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => card(),
        4 => "[0-9]{1,6}",
        2 => "[4-6][0-9]{3} [0-9]{4} [0-9]{4} [0-9]{4}",
        8 => select(&GAPS).prop_map(String::from),
        1 => select(&["••••••••", "•", "kartu ", "order ", "a", "f", "https://", "0.", "💳", "５"]).prop_map(String::from),
    ];
    prop::collection::vec(piece, 1..30).prop_map(|pieces| pieces.concat())
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

fn check_digit(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            let value = u32::from(digit - b'0') << u32::from(at % 2 == 0);
            value / 10 + value % 10
        })
        .sum();
    char::from(b'0' + u8::try_from((10 - sum % 10) % 10).unwrap_or_default())
}

/// The same digits in the script that has this zero.
fn script(digits: &str, zero: char) -> Vec<char> {
    digits.bytes().filter_map(|digit| char::from_u32(zero as u32 + u32::from(digit - b'0'))).collect()
}

fn select<T: Copy + std::fmt::Debug + 'static>(options: &'static [T]) -> impl Strategy<Value = T> {
    (0..options.len()).prop_map(|at| options[at])
}
