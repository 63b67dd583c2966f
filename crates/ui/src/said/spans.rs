//! From a text to the pieces of which it stands on the page.
//!
//! `*strong*`, `_stressed_` and `` `code` `` are read only where nothing else can be meant: a mark stands at the edge of a word, by
//! itself, and has its match in the same line. Addresses become links (see `address.rs`), masked numbers are told apart, and
//! all else stays as it was written.

use super::address;
use super::split;

/// A piece of a text. Put together, the pieces are the text without the marks that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    /// What is seen, as it stands in the text.
    pub text: &'a str,
    /// What it is.
    pub kind: Kind,
    /// Whether it stands between `*`.
    pub strong: bool,
    /// Whether it stands between `_`.
    pub stressed: bool,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Words,
    /// A masked number, which goes from left to right.
    Masked,
    /// What stood between backticks.
    Code,
    /// An address of the web that leads where it says.
    Link,
}

/// A stretch of the text in which no mark is read, and the marks around it.
#[derive(Clone, Copy)]
struct Fixed {
    start: usize,
    end: usize,
    /// How many bytes on either side are marks.
    marks: usize,
    kind: Kind,
}

/// Cuts a text into its pieces.
pub fn spans(text: &str) -> Vec<Span<'_>> {
    let fixed = find_fixed(text);
    let marks = find_marks(text, &fixed);
    let (mut spans, mut at) = (Vec::new(), 0);
    let (mut strong, mut stressed) = (false, false);
    let mut fixed = fixed.iter().peekable();
    let mut marks = marks.iter().peekable();
    loop {
        let next_fixed = fixed.peek().map_or(text.len(), |fixed| fixed.start - fixed.marks);
        let next_mark = marks.peek().map_or(text.len(), |mark| **mark);
        let next = next_fixed.min(next_mark);
        put(&mut spans, text.get(at..next).unwrap_or_default(), Kind::Words, strong, stressed);
        if next == text.len() {
            return spans;
        }
        if next == next_mark {
            match text.as_bytes().get(next) {
                Some(b'*') => strong = !strong,
                _ => stressed = !stressed,
            }
            marks.next();
            at = next + 1;
        } else if let Some(Fixed { start, end, marks, kind }) = fixed.next() {
            let piece = text.get(*start..*end).unwrap_or_default();
            put(&mut spans, piece, *kind, strong, stressed);
            at = end + marks;
        }
    }
}

/// Adds a stretch, with the masked numbers in it told apart.
fn put<'a>(spans: &mut Vec<Span<'a>>, stretch: &'a str, kind: Kind, strong: bool, stressed: bool) {
    let mut add = |text: &'a str, kind| {
        if !text.is_empty() {
            spans.push(Span { text, kind, strong, stressed });
        }
    };
    let mut rest = stretch;
    while let Some((before, number, after)) = split(rest) {
        add(before, kind);
        add(number, Kind::Masked);
        rest = after;
    }
    add(rest, kind);
}

/// Addresses, links or not, and what stands between backticks, in their order.
fn find_fixed(text: &str) -> Vec<Fixed> {
    let mut all = Vec::new();
    let (mut address, mut code) = (find_address(text, 0), find_code(text, 0));
    loop {
        let next = match (address, code) {
            (Some(address), Some(code)) => {
                if address.start < code.start {
                    address
                } else {
                    code
                }
            }
            (Some(next), None) | (None, Some(next)) => next,
            (None, None) => return all,
        };
        all.push(next);
        // Each is looked for again only once it was passed: a text is not read as often as it has pieces.
        let from = next.end + next.marks;
        if address.is_some_and(|address| address.start < from) {
            address = find_address(text, from);
        }
        if code.is_some_and(|code| code.start <= from) {
            code = find_code(text, from);
        }
    }
}

/// The first address at or after `from`.
fn find_address(text: &str, from: usize) -> Option<Fixed> {
    let address::Found { start, end, leads } = address::find(text, from)?;
    Some(Fixed { start, end, marks: 0, kind: if leads { Kind::Link } else { Kind::Words } })
}

/// The first code at or after `from`.
fn find_code(text: &str, from: usize) -> Option<Fixed> {
    let mut opened = None;
    for (at, letter) in text.get(from..)?.char_indices() {
        let at = from + at;
        match letter {
            '\n' => opened = None,
            '`' => match opened {
                Some(start) if closes(text, at) => {
                    return Some(Fixed { start, end: at, marks: 1, kind: Kind::Code });
                }
                _ if opens(text, at) => opened = Some(at + 1),
                _ => {}
            },
            _ => {}
        }
    }
    None
}

/// The places of the marks that have a match.
fn find_marks(text: &str, fixed: &[Fixed]) -> Vec<usize> {
    let mut marks = Vec::new();
    // Where a strong and a stressed stretch was begun, and how many letters there were before it.
    let mut opened: [Option<(usize, usize)>; 2] = [None; 2];
    let mut letters = 0;
    let mut fixed = fixed.iter().peekable();
    for (at, letter) in text.char_indices() {
        letters += usize::from(is_of_word(letter));
        while fixed.next_if(|fixed| fixed.end + fixed.marks <= at).is_some() {}
        if fixed.peek().is_some_and(|fixed| fixed.start - fixed.marks <= at) {
            continue;
        }
        let [strong, stressed] = &mut opened;
        let (own, other) = match letter {
            '*' => (strong, stressed),
            '_' => (stressed, strong),
            '\n' => {
                opened = [None; 2];
                continue;
            }
            _ => continue,
        };
        match *own {
            Some((start, before)) if closes(text, at) && letters > before => {
                marks.extend([start, at]);
                *own = None;
                // What was begun within and goes on without is not meant so.
                *other = other.filter(|(other, _)| *other < start);
            }
            _ if opens(text, at) => *own = Some((at, letters)),
            _ => {}
        }
    }
    marks.sort_unstable();
    marks
}

/// Whether a mark stands before a word and after none.
fn opens(text: &str, at: usize) -> bool {
    let (before, mark, after) = around(text, at);
    !before.is_some_and(is_of_word)
        && before != mark
        && after != mark
        && after.is_some_and(|after| !after.is_whitespace())
}

/// Whether a mark stands after a word and before none.
fn closes(text: &str, at: usize) -> bool {
    let (before, mark, after) = around(text, at);
    !after.is_some_and(is_of_word)
        && after != mark
        && before != mark
        && before.is_some_and(|before| !before.is_whitespace())
}

fn around(text: &str, at: usize) -> (Option<char>, Option<char>, Option<char>) {
    let mut from = text.get(at..).unwrap_or_default().chars();
    (text.get(..at).unwrap_or_default().chars().next_back(), from.next(), from.next())
}

/// Letters of every script, and what is written like one. Punctuation beyond ASCII counts as a letter where no text of ours
/// has it at the edge of a word: a mark there is then just not read.
fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || (!letter.is_ascii() && !letter.is_whitespace() && !"،؛؟۔‘’“”…–—«»".contains(letter))
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pieces in a notation of this test: `B` strong, `I` stressed, `C` code, `L` link, `M` masked.
    fn told(text: &str) -> String {
        let mut told = String::new();
        for Span { text, kind, strong, stressed } in spans(text) {
            let letters = [
                (strong, 'B'),
                (stressed, 'I'),
                (kind == Kind::Code, 'C'),
                (kind == Kind::Link, 'L'),
                (kind == Kind::Masked, 'M'),
            ];
            let letters: String = letters.iter().filter(|(is, _)| *is).map(|(_, letter)| letter).collect();
            let piece =
                if letters.is_empty() { text.to_owned() } else { [&letters, "[", text, "]"].concat() };
            told.push_str(&piece);
        }
        told
    }

    #[test]
    fn marks_at_the_edges_of_words_are_read() {
        for (text, expected) in [
            ("*tebal*", "B[tebal]"),
            ("ini *sangat penting*, ya", "ini B[sangat penting], ya"),
            ("_miring_ dan *tebal*.", "I[miring] dan B[tebal]."),
            ("*_dua-duanya_*", "BI[dua-duanya]"),
            ("*tebal _dan miring_ lagi*", "B[tebal ]BI[dan miring]B[ lagi]"),
            ("ketik `a*b*c` di sini", "ketik C[a*b*c] di sini"),
            ("(*مهم جدا*)؟", "(B[مهم جدا])؟"),
            ("هذا *مهم*؟", "هذا B[مهم]؟"),
            ("*kartu •••• 1111*", "B[kartu ]BM[•••• 1111]"),
            ("`kode ••••`", "C[kode ]M[••••]"),
            ("*https://toko.example/a_b_c*", "BL[https://toko.example/a_b_c]"),
            ("_lihat https://toko.example_", "I[lihat ]IL[https://toko.example]"),
            ("satu\n*dua*\n\ntiga", "satu\nB[dua]\n\ntiga"),
            ("*a* *b*", "B[a] B[b]"),
        ] {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn what_could_mean_something_else_stays_as_it_was_written() {
        for text in [
            "3*4*5",
            "2 * 3 * 4",
            "nama_berkas_panjang.txt",
            "__init__ dan **tebal** dan ```kode```",
            "*satu\ndua*",
            "* butir\n* butir",
            "*tidak ditutup",
            "tidak* dibuka*",
            "*  *",
            "*!*",
            "f(*a, *b)",
            "`` ` `",
            "a`b`c",
            "harga* naik*turun",
            "<b>tebal</b> &lt;b&gt; [a](javascript:alert(1))",
            "https://pemilik:_sandi_@toko.example/*a*",
        ] {
            assert_eq!(told(text), text);
        }
        assert_eq!(told("*a _b* c_"), "B[a _b] c_", "crossed");
    }

    #[test]
    fn a_text_made_of_marks_is_read_in_one_go() {
        for hostile in ["`a` ", "*a* ", "-* ", "*- ", "https://a) ", "https://a.example/()", "://", ")", "•"]
        {
            let text = hostile.repeat(60_000 / hostile.len());
            let text = ["https://a.example/", &text].concat();
            let seen: usize = spans(&text).iter().map(|span| span.text.len()).sum();
            assert!(seen <= text.len());
        }
    }

    /// Texts in which marks, addresses, brackets and letters of several scripts meet more often than in any language.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-c0-9]{1,3}",
            4 => prop::sample::select(vec!["*", "_", "`", " ", "\n"]).prop_map(str::to_owned),
            1 => prop::sample::select(vec![
                "https://toko.example/a_b", "http://", "https://tоko.example", "(", ")", "[", "]", "<script>", "javascript:",
                "\u{202e}", "\u{200f}", "مهم", "••••", "•••• 1111", "،", "👜", "@", "\\", ".", ",", "\"", "'",
            ])
            .prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text_without_pairs_of_marks(text in text()) {
            let spans = spans(&text);
            let mut gaps = String::new();
            let mut rest = text.as_str();
            for span in &spans {
                prop_assert!(!span.text.is_empty());
                let at = span.text.as_ptr().addr() - rest.as_ptr().addr();
                gaps.push_str(&rest[..at]);
                rest = &rest[at + span.text.len()..];
            }
            gaps.push_str(rest);
            prop_assert!(gaps.chars().all(|mark| "*_`".contains(mark)), "{gaps:?} is no text");
            for mark in ['*', '_', '`'] {
                prop_assert!(gaps.chars().filter(|gap| *gap == mark).count() % 2 == 0);
            }
            if gaps.is_empty() {
                let seen: String = spans.iter().map(|span| span.text).collect();
                prop_assert_eq!(seen, text);
            }
        }

        #[test]
        fn a_link_is_plain_ascii_of_the_web(text in text()) {
            for span in spans(&text) {
                if span.kind == Kind::Link {
                    prop_assert!(span.text.starts_with("https://") || span.text.starts_with("http://"));
                    prop_assert!(span.text.bytes().all(|letter| letter.is_ascii_graphic()));
                    prop_assert!(!span.text.contains(['\\', '"', '<', '>', '`', '•']));
                }
                if span.kind == Kind::Masked {
                    prop_assert!(span.text.starts_with('•'));
                }
            }
        }
    }
}
