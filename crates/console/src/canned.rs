//! Texts that an agent keeps to send again: found, filled, and as a file. Without a browser but for reading JSON.

use js_sys::JSON;
use segel_core::{Canned, CannedError};
use segel_web::json;
use segel_wire::json::write;
use segel_wire::{json_read, json_write};

/// How it stands with the texts that are kept.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Replies {
    /// All of them.
    pub(crate) all: Vec<Canned>,
    /// The words that are searched for and the place that was gone to, while some are offered.
    pub(crate) offered: Option<(String, usize)>,
    /// Whether the sheet is open on which they are changed.
    pub(crate) managed: bool,
}

impl Replies {
    /// Those that are offered, and the place that was gone to.
    pub(crate) fn found(&self) -> Option<(Vec<&Canned>, usize)> {
        let (words, at) = self.offered.as_ref()?;
        let found = find(&self.all, words);
        let at = (*at).min(found.len().saturating_sub(1));
        Some((found, at))
    }

    /// The one at this place of those that are offered, or the one gone to.
    pub(crate) fn get(&self, at: Option<usize>) -> Option<&Canned> {
        let (found, gone_to) = self.found()?;
        found.get(at.unwrap_or(gone_to)).copied()
    }

    /// Goes so many places on in what is offered.
    pub(crate) fn step(&mut self, by: isize) {
        let last =
            |(found, at): (Vec<_>, usize)| at.saturating_add_signed(by).min(found.len().saturating_sub(1));
        let next = self.found().map(last);
        if let (Some(next), Some((_, at))) = (next, &mut self.offered) {
            *at = next;
        }
    }
}

/// What is known of the open conversation, for the places of a text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Known<'a> {
    /// Who the visitor is, by the business's word.
    pub(crate) visitor: Option<&'a str>,
    /// The agent's name.
    pub(crate) agent: Option<&'a str>,
    /// The business's name.
    pub(crate) business: Option<&'a str>,
}

impl Known<'_> {
    fn of(&self, name: &str) -> Option<&str> {
        match name {
            "visitor" => self.visitor,
            "agent" => self.agent,
            "business" => self.business,
            _ => None,
        }
    }
}

/// Those in whose name or text these words stand, those with the words in their name first.
pub(crate) fn find<'a>(all: &'a [Canned], words: &str) -> Vec<&'a Canned> {
    let words = words.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&words);
    let (named, others): (Vec<_>, Vec<_>) = all.iter().partition(|canned| has(&canned.name));
    named.into_iter().chain(others.into_iter().filter(|canned| has(&canned.text))).collect()
}

/// A text with what is known in its places, and the places that stay as they are, each once.
pub(crate) fn fill(text: &str, known: Known<'_>) -> (String, Vec<String>) {
    let (mut filled, mut left) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let place = after.split_once('}').filter(|(name, _)| is_name(name));
        let Some((name, after_place)) = place else {
            filled.push('{');
            rest = after;
            continue;
        };
        let place = ["{", name, "}"].concat();
        filled.push_str(known.of(name).unwrap_or(&place));
        if known.of(name).is_none() && !left.contains(&place) {
            left.push(place);
        }
        rest = after_place;
    }
    filled.push_str(rest);
    (filled, left)
}

/// Why a file's texts cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ImportError {
    /// It is no JSON.
    NoJson,
    /// It is JSON of another shape.
    NoTexts,
    /// What it says cannot be kept.
    Refused(CannedError),
}

/// The texts of a file, for a browser to save.
pub(crate) fn export(all: &[Canned]) -> String {
    let replies = all.iter().map(|Canned { name, text }| Named { name: name.clone(), text: text.clone() });
    // There is no number in it that could be too large.
    write(&File { replies: replies.collect() }).unwrap_or_default()
}

/// These texts and those of a file, which take the place of what has the same name.
pub(crate) fn import(file: &str, kept: &[Canned]) -> Result<Vec<Canned>, ImportError> {
    let value = JSON::parse(file).map_err(|_| ImportError::NoJson)?;
    let File { replies } = json::from_value(value).map_err(|_| ImportError::NoTexts)?;
    let came: Vec<_> = replies.into_iter().map(|Named { name, text }| Canned { name, text }).collect();
    merge(kept, came).map_err(ImportError::Refused)
}

fn merge(kept: &[Canned], came: Vec<Canned>) -> Result<Vec<Canned>, CannedError> {
    Canned::check(&came)?;
    let is_replaced = |canned: &&Canned| came.iter().any(|other| other.name == canned.name);
    let mut all: Vec<_> = kept.iter().filter(|canned| !is_replaced(canned)).cloned().collect();
    all.extend(came);
    Canned::check(&all)?;
    Ok(all)
}

/// A file as it stands.
struct File {
    replies: Vec<Named>,
}

json_read!(File { replies });
json_write!(File { replies });

struct Named {
    name: String,
    text: String,
}

json_read!(Named { name, text });
json_write!(Named { name, text });

/// Whether this can stand in a place: `{name}`.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canned(name: &str, text: &str) -> Canned {
        Canned { name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn what_is_known_is_filled_in_and_the_rest_is_left_and_named() {
        let known = Known { visitor: None, agent: Some("Agen Demo"), business: Some("Toko Contoh") };
        let (text, left) =
            fill("Halo {visitor}, saya {agent} dari {business}. {visitor}, pesanan {nomor}?", known);
        assert_eq!(text, "Halo {visitor}, saya Agen Demo dari Toko Contoh. {visitor}, pesanan {nomor}?");
        assert_eq!(left, ["{visitor}", "{nomor}"]);
        for text in ["{", "}", "{}", "{ visitor }", "a {b\nc} d", "{{"] {
            assert_eq!(fill(text, known), (text.to_owned(), vec![]), "{text}");
        }
        let braces = Known { agent: Some("{business}"), ..known };
        assert_eq!(fill("{agent}", braces).0, "{business}", "what is filled in is filled no further");
    }

    #[test]
    fn names_are_found_before_texts() {
        let all = [canned("tutup", "Terima kasih"), canned("terima", "Sudah sampai?"), canned("lain", "-")];
        let found = |words| find(&all, words).iter().map(|canned| &*canned.name).collect::<Vec<_>>();
        assert_eq!(found(" TERIMA "), ["terima", "tutup"]);
        assert_eq!(found(""), ["tutup", "terima", "lain"]);
        assert_eq!(found("tidak ada"), [""; 0]);
    }

    #[test]
    fn a_file_replaces_what_has_the_same_name_and_keeps_the_rest() {
        let kept = [canned("a", "1"), canned("b", "2")];
        let merged = merge(&kept, vec![canned("b", "3"), canned("c", "4")]);
        assert_eq!(merged, Ok(vec![canned("a", "1"), canned("b", "3"), canned("c", "4")]));
        assert_eq!(merge(&kept, vec![canned("c", "")]), Err(CannedError::NoText(0)));
        let many = (0..Canned::MOST).map(|number| canned(&number.to_string(), "x")).collect();
        assert_eq!(merge(&kept, many), Err(CannedError::TooMany));
    }

    #[test]
    fn a_file_says_names_and_texts() {
        let file = export(&[canned("a", "\"satu\" {visitor}")]);
        assert_eq!(file, r#"{"replies":[{"name":"a","text":"\"satu\" {visitor}"}]}"#);
    }
}
