//! Sizes of files in words.

use crate::text::Language;

/// A size such as `1,4 MB`, rounded to a tenth where it is small.
pub fn in_words(bytes: u64, language: Language) -> String {
    let (unit, tenths) = match bytes {
        0..1_000 => return [&bytes.to_string(), " B"].concat(),
        1_000..1_000_000 => (" kB", bytes / 100),
        _ => (" MB", bytes / 100_000),
    };
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if whole >= 10 || tenth == 0 {
        return [&whole.to_string(), unit].concat();
    }
    [&whole.to_string(), language.text().point(), &tenth.to_string(), unit].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_the_unit_and_the_point_that_people_read() {
        for (bytes, words) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (1_499, "1,4 kB"),
            (65_536, "65 kB"),
            (1_500_000, "1,5 MB"),
            (104_857_600, "104 MB"),
        ] {
            assert_eq!(in_words(bytes, Language::indonesian()), words);
        }
        assert_eq!(in_words(1_500_000, Language::english()), "1.5 MB");
    }
}
