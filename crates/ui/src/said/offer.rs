//! Answers that an agent offers with a text, and a card around it: PROTOCOL.md, section 5.21.
//!
//! Both are lines of the text itself. So there is nothing beside it that could say something else, that the mask could miss, or
//! that a client would have to know: one that does not read them shows the text.

use segel_wire::{limits, text};

use super::address;

const OPENS: &str = "[ ";
const CLOSES: &str = " ]";
const TITLE_MARK: char = '*';
const SCHEME: &str = "https://";

/// A text whose lines say more than words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer<'a> {
    /// What stands above it.
    pub title: Option<&'a str>,
    /// What is said; may be empty below a title.
    pub text: &'a str,
    /// Where it leads.
    pub link: Option<Link<'a>>,
    /// What may be answered, each once.
    pub answers: Vec<&'a str>,
}

/// An address that leads where it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'a> {
    /// All of it.
    pub address: &'a str,
    /// Its host, with the port if it names one.
    pub host: &'a str,
}

/// Why an offer cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferError {
    /// There is neither a title nor a text.
    NoText,
    /// The text has lines that would be read as a title, a link or answers.
    Misread,
    /// The title cannot be one.
    Title,
    /// The address is none of https that leads where it says.
    Link,
    /// There is nothing to answer, and nothing that a title stands above.
    Nothing,
    /// There are too many answers.
    TooMany,
    /// The answer at this place, from 0, cannot be one.
    Answer(usize),
    /// The answer at this place stands before it, too.
    Twice(usize),
}

impl<'a> Offer<'a> {
    /// Reads a text; `None` if it says no more than its words.
    pub fn read(said: &'a str) -> Option<Self> {
        let (rest, answers) = take_answers(said);
        let is_good = |(at, answer): (usize, &&str)| {
            is_name(answer, limits::OFFERED_ANSWER_CHARS) && !stands_before(&answers, at, answer)
        };
        if answers.len() > limits::OFFERED_ANSWERS || !answers.iter().enumerate().all(is_good) {
            return None;
        }
        let (before, last) = last_line(rest);
        let link = if before.is_empty() { None } else { Link::read(last) };
        let rest = if link.is_some() { before } else { rest };
        let (first, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let title = titled(first);
        let text = if title.is_some() { after } else { rest }.trim_matches('\n');
        let says = title.is_some() || !text.is_empty();
        let is_one = !answers.is_empty() || (title.is_some() && link.is_some());
        (says && is_one).then_some(Self { title, text, link, answers })
    }

    /// Title, text, link and answers.
    pub fn into_parts(self) -> (Option<&'a str>, &'a str, Option<Link<'a>>, Vec<&'a str>) {
        (self.title, self.text, self.link, self.answers)
    }

    /// Writes a text that reads as this; empty parts are none.
    pub fn write(title: &str, text: &str, link: &str, answers: &[&str]) -> Result<String, OfferError> {
        check(title, text, link, answers)?;
        let title_line = if title.is_empty() { String::new() } else { ["*", title, "*"].concat() };
        let mut said = [&title_line, text, link]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n");
        // Whoever does not read the answers sees them apart from what is said.
        said.push_str(if answers.is_empty() { "" } else { "\n" });
        for answer in answers {
            said.extend(["\n", OPENS, answer, CLOSES]);
        }
        let read = Offer::read(&said).ok_or(OfferError::Nothing)?;
        let is_it = read.title.unwrap_or_default() == title
            && read.text == text
            && read.link.map_or("", |link| link.address) == link
            && read.answers == answers;
        if is_it { Ok(said) } else { Err(OfferError::Misread) }
    }
}

impl<'a> Link<'a> {
    /// Reads a line that is an address of https and nothing else.
    fn read(line: &'a str) -> Option<Self> {
        let rest = line.strip_prefix(SCHEME)?;
        let found = address::find(line, 0)?;
        let is_it = found.leads && (found.start, found.end) == (0, line.len());
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        is_it.then_some(Self { address: line, host })
    }
}

/// What of a text stands for it in one line: of an offer its title, or what is said above its answers.
pub fn headline(said: &str) -> &str {
    Offer::read(said).map_or(said, |offer| offer.title.unwrap_or(offer.text))
}

/// Whether each part can be one.
fn check(title: &str, text: &str, link: &str, answers: &[&str]) -> Result<(), OfferError> {
    if title.is_empty() && text.is_empty() {
        return Err(OfferError::NoText);
    }
    if !title.is_empty() && !is_title(title) {
        return Err(OfferError::Title);
    }
    if !link.is_empty() && Link::read(link).is_none() {
        return Err(OfferError::Link);
    }
    if answers.len() > limits::OFFERED_ANSWERS {
        return Err(OfferError::TooMany);
    }
    for (at, answer) in answers.iter().enumerate() {
        if !is_name(answer, limits::OFFERED_ANSWER_CHARS) {
            return Err(OfferError::Answer(at));
        }
        if stands_before(answers, at, answer) {
            return Err(OfferError::Twice(at));
        }
    }
    Ok(())
}

/// What stands before the answers, without the empty lines between, and the answers.
fn take_answers(said: &str) -> (&str, Vec<&str>) {
    let (mut rest, mut answers) = (said, Vec::new());
    loop {
        let (before, line) = last_line(rest);
        let Some(answer) = line.strip_prefix(OPENS).and_then(|line| line.strip_suffix(CLOSES)) else { break };
        answers.push(answer);
        rest = before;
    }
    answers.reverse();
    (rest.trim_end_matches('\n'), answers)
}

/// What stands before the last line, and the last line.
fn last_line(text: &str) -> (&str, &str) {
    // By bytes: what looks for characters from the end would be shared with the first part of the program.
    let Some(at) = text.bytes().rposition(|byte| byte == b'\n') else { return ("", text) };
    (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default())
}

/// What a line that is a title says.
fn titled(line: &str) -> Option<&str> {
    let title = line.strip_prefix(TITLE_MARK)?.strip_suffix(TITLE_MARK)?;
    is_title(title).then_some(title)
}

fn is_title(title: &str) -> bool {
    is_name(title, limits::OFFERED_TITLE_CHARS) && !title.contains(TITLE_MARK)
}

fn stands_before(answers: &[&str], at: usize, answer: &str) -> bool {
    answers.iter().take(at).any(|before| *before == answer)
}

/// Whether a text can stand by itself and be seen, in a line, for what it is.
fn is_name(said: &str, most: usize) -> bool {
    said.trim() == said
        && said.chars().count() <= most
        && !said.chars().any(text::is_misleading)
        && !said.chars().all(text::is_invisible)
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    /// What both implementations read, and what they do not.
    const CASES: &str = include_str!("../../../../tests/vectors/offers.json");

    #[derive(Deserialize)]
    struct Cases {
        offers: Vec<Case>,
        plain: Vec<String>,
    }

    #[derive(Deserialize)]
    struct Case {
        said: String,
        /// Whether writing the parts gives these bytes.
        #[serde(default)]
        written: bool,
        #[serde(default)]
        title: String,
        #[serde(default)]
        text: String,
        #[serde(default)]
        link: String,
        #[serde(default)]
        host: String,
        answers: Vec<String>,
    }

    #[test]
    fn one_line_of_an_offer_is_its_title_or_its_text() {
        let offer = Offer::write("Jam buka", "Kapan?", "", &["Pagi", "Sore"]).unwrap();
        assert_eq!(headline(&offer), "Jam buka");
        let offer = Offer::write("", "Kapan?", "", &["Pagi"]).unwrap();
        assert_eq!(headline(&offer), "Kapan?");
        assert_eq!(headline("[ Pagi ]"), "[ Pagi ]");
    }

    #[test]
    fn both_implementations_read_and_write_the_same() {
        let cases: Cases = serde_json::from_str(CASES).unwrap();
        for case in cases.offers {
            let read = Offer::read(&case.said).unwrap_or_else(|| panic!("{} is an offer", case.said));
            assert_eq!(read.title.unwrap_or_default(), case.title, "{}", case.said);
            assert_eq!(read.text, case.text, "{}", case.said);
            assert_eq!(read.link.map_or("", |link| link.address), case.link);
            assert_eq!(read.link.map_or("", |link| link.host), case.host);
            assert_eq!(read.answers, case.answers);
            if case.written {
                let answers: Vec<_> = case.answers.iter().map(String::as_str).collect();
                assert_eq!(Offer::write(&case.title, &case.text, &case.link, &answers), Ok(case.said));
            }
        }
        for said in cases.plain {
            assert_eq!(Offer::read(&said), None, "{said}");
        }
    }

    #[test]
    fn what_would_not_be_read_as_it_was_meant_is_not_written() {
        let long = "x".repeat(limits::OFFERED_ANSWER_CHARS + 1);
        let many: Vec<_> = (0..=limits::OFFERED_ANSWERS).map(|number| number.to_string()).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        for (title, text, link, answers, error) in [
            ("", "", "", &["Ya"][..], OfferError::NoText),
            ("", "Halo", "", &[], OfferError::Nothing),
            ("Judul", "Halo", "", &[], OfferError::Nothing),
            ("Ju*dul", "Halo", "", &["Ya"], OfferError::Title),
            (&"x".repeat(limits::OFFERED_TITLE_CHARS + 1), "", "", &["Ya"], OfferError::Title),
            ("", "Halo", "http://toko.example/", &["Ya"], OfferError::Link),
            ("", "Halo", "https://toko.example@jahat.example/", &["Ya"], OfferError::Link),
            ("", "Halo", "https://toko.example/ lagi", &["Ya"], OfferError::Link),
            ("", "Halo", "", &many, OfferError::TooMany),
            ("", "Halo", "", &["Ya", &long], OfferError::Answer(1)),
            ("", "Halo", "", &["Ya\u{202e}"], OfferError::Answer(0)),
            ("", "Halo", "", &["Ya", "Tidak", "Ya"], OfferError::Twice(2)),
            ("", "*Halo*", "", &["Ya"], OfferError::Misread),
            ("Judul", "Halo\n[ Tidak ]", "", &[], OfferError::Misread),
        ] {
            assert_eq!(Offer::write(title, text, link, answers), Err(error), "{title} {text} {link}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was_meant(
            title in "[a-c*\\[\\] ]{0,6}", text in "[a-c*\\[\\] \n]{0,12}", answers in prop::collection::vec("[a-c*\\[\\] ]{0,5}", 0..8)
        ) {
            let answers: Vec<_> = answers.iter().map(String::as_str).collect();
            if let Ok(said) = Offer::write(&title, &text, "", &answers) {
                let read = Offer::read(&said).unwrap();
                prop_assert_eq!((read.title.unwrap_or_default(), read.text, read.answers), (&*title, &*text, answers));
            }
        }
    }
}
