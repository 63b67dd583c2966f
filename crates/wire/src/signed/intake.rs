//! What a site asks of a visitor before a conversation, as its roster says. PROTOCOL.md, sections 3.3 and 5.19.

use sha2::{Digest, Sha256};

use crate::signed::statement;
use crate::{cbor_index, cbor_map, cbor_transparent, cbor_variants, limits};

/// What a visitor is asked: questions, a text to agree to, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// The questions, as they are asked; absent if there are none.
    pub questions: Option<Vec<Question>>,
    /// What the visitor agrees to; absent if to nothing.
    pub consent: Option<Consent>,
}

cbor_map!(Intake { 0: questions, 1: consent });

/// A question. All of it is the site's words, and data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked for.
    pub label: String,
    /// What is an answer.
    pub asks: Asks,
    /// Whether there must be one.
    pub need: Need,
}

cbor_map!(Question { 0: label, 1: asks, 2: need });

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// A line of text.
    Line,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// One of these.
    Choice(Vec<String>),
}

cbor_variants!(Asks { 0: Line, 1: Email, 2: Phone, 3: Choice(options) });

/// Whether a question may be left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It may.
    Optional,
    /// It may not.
    Required,
}

cbor_index!(Need { 0: Optional, 1: Required });

/// What a visitor agrees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The site's words.
    pub text: String,
    /// The address of its privacy notice; absent if it has none.
    pub notice: Option<String>,
}

cbor_map!(Consent { 0: text, 1: notice });

/// Names what was agreed to, word by word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentHash(pub [u8; 32]);

cbor_transparent!(ConsentHash);

impl Consent {
    /// SHA-256 of text and address.
    pub fn derive_hash(&self) -> ConsentHash {
        let notice = self.notice.as_deref().unwrap_or_default();
        let statement = statement("segel/1 consent", &[self.text.as_bytes(), notice.as_bytes()]);
        ConsentHash(Sha256::digest(statement).into())
    }

    fn is_consistent(&self) -> bool {
        let is_address = |notice: &String| {
            notice.len() <= limits::NOTICE_BYTES
                && notice.starts_with("https://")
                && notice.bytes().all(|byte| byte.is_ascii_graphic())
        };
        (1..=limits::CONSENT_BYTES).contains(&self.text.len()) && self.notice.as_ref().is_none_or(is_address)
    }
}

impl Intake {
    /// Whether a profile in these bytes may have one, by what one begins with: always so where one has, and hardly ever
    /// elsewhere. So much can be told without the code that reads one.
    pub fn may_stand_in(bytes: &[u8]) -> bool {
        // The profile's key, then a map that has questions, which are 1 to 8, or a consent alone.
        let begins =
            |bytes: &[u8]| matches!(bytes, [6, 0xa1 | 0xa2, 0, 0x81..=0x88] | [6, 0xa1, 1, 0xa1 | 0xa2]);
        bytes.windows(4).any(begins)
    }

    /// Lists and texts within their limits, no label or option twice, and something that is asked.
    // Within its caller it would be read by whom nothing is asked.
    #[inline(never)]
    pub(crate) fn is_consistent(&self) -> bool {
        let questions = self.questions.as_deref();
        let are_sound = |questions: &[Question]| {
            is_list(questions.iter().map(|question| &question.label), limits::INTAKE_QUESTIONS)
                && questions.iter().all(|question| match &question.asks {
                    Asks::Choice(options) => is_list(options.iter(), limits::INTAKE_OPTIONS),
                    Asks::Line | Asks::Email | Asks::Phone => true,
                })
        };
        questions.is_none_or(are_sound)
            && self.consent.as_ref().is_none_or(Consent::is_consistent)
            && (questions.is_some() || self.consent.is_some())
    }
}

/// Something and not too much, no name twice, each of some length within its limit.
fn is_list<'a>(names: impl Iterator<Item = &'a String> + Clone, most: usize) -> bool {
    let mut rest = names.clone();
    (1..=most).contains(&names.clone().count())
        && names.into_iter().all(|name| {
            rest.next();
            (1..=limits::NAME_BYTES).contains(&name.len()) && rest.clone().all(|other| other != name)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;
    use crate::signed::Profile;

    fn question(label: &str, asks: Asks) -> Question {
        Question { label: label.to_owned(), asks, need: Need::Optional }
    }

    fn profile(intake: Option<Intake>) -> Profile {
        let (name, masking, hours) = ("Toko Contoh".to_owned(), None, None);
        Profile { name, pages: vec![], apps: vec![], vouchers: None, masking, hours, intake }
    }

    fn questions(questions: Vec<Question>) -> Intake {
        Intake { questions: Some(questions), consent: None }
    }

    fn choice(options: &[&str]) -> Intake {
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        questions(vec![question("Perihal", Asks::Choice(options))])
    }

    fn consent(text: &str, notice: Option<&str>) -> Intake {
        let consent = Consent { text: text.to_owned(), notice: notice.map(str::to_owned) };
        Intake { questions: None, consent: Some(consent) }
    }

    #[test]
    fn whether_there_is_one_is_seen_by_how_it_begins() {
        let stands = |intake| Intake::may_stand_in(&cbor::encode(&profile(intake)));
        assert!(!stands(None));
        for count in 1..=limits::INTAKE_QUESTIONS {
            let asked = (0..count).map(|at| question(&at.to_string(), Asks::Line)).collect();
            let Intake { questions, .. } = questions(asked);
            assert!(stands(Some(Intake { questions: questions.clone(), consent: None })), "{count}");
            assert!(stands(Some(Intake { questions, ..consent("Setuju", None) })), "{count}");
        }
        assert!(stands(Some(consent("Setuju", None))));
        assert!(stands(Some(consent("Setuju", Some("https://toko.example/privasi")))));
    }

    #[test]
    fn questions_are_few_and_no_label_stands_twice() {
        let many =
            |count: usize| questions((0..count).map(|at| question(&at.to_string(), Asks::Line)).collect());
        assert!(many(8).is_consistent());
        assert!(!many(9).is_consistent() && !many(0).is_consistent());
        let twice = ["Nama", "Surel", "Nama"].map(|label| question(label, Asks::Line));
        assert!(!questions(twice.to_vec()).is_consistent());
        for label in ["", &"a".repeat(limits::NAME_BYTES + 1)] {
            assert!(!questions(vec![question(label, Asks::Line)]).is_consistent(), "{label:?}");
        }
    }

    #[test]
    fn options_are_few_and_none_stands_twice() {
        assert!(choice(&["Pesanan", "Retur"]).is_consistent());
        let many = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"];
        assert!(choice(&many[..12]).is_consistent());
        for options in [&[][..], &["Retur", "Retur"], &[""], &many] {
            assert!(!choice(options).is_consistent(), "{options:?}");
        }
    }

    #[test]
    fn a_text_to_agree_to_may_stand_alone_and_its_notice_is_a_web_address() {
        assert!(consent("Setuju", None).is_consistent());
        assert!(consent("Setuju", Some("https://toko.example/privasi")).is_consistent());
        assert!(!Intake { questions: None, consent: None }.is_consistent(), "nothing is asked");
        assert!(!consent("", None).is_consistent());
        assert!(!consent(&"a".repeat(limits::CONSENT_BYTES + 1), None).is_consistent());
        let long = ["https://", &"a".repeat(limits::NOTICE_BYTES)].concat();
        for notice in
            ["", "http://toko.example", "javascript:alert(1)", "https://toko.example/\u{202e}", &long]
        {
            assert!(!consent("Setuju", Some(notice)).is_consistent(), "{notice:?}");
        }
    }

    #[test]
    fn another_word_or_another_notice_is_another_consent() {
        let hash = |text: &str, notice| consent(text, notice).consent.map(|consent| consent.derive_hash());
        assert_eq!(hash("Setuju", None), hash("Setuju", None));
        assert_ne!(hash("Setuju", None), hash("Setuju.", None));
        assert_ne!(hash("Setuju", None), hash("Setuju", Some("https://toko.example/privasi")));
    }
}
