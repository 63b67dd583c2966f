//! What a visitor is asked before a conversation, as the site's owner writes it down. PROTOCOL.md, section 3.3.

use std::collections::BTreeSet;

use segel_wire::limits;
use segel_wire::signed::{Asks, Consent, Intake, Need, Question};
use serde::{Deserialize, Serialize};

use crate::masking::{Action, MaskingEntry};
use crate::owner::{Owner, OwnerError};

/// What is asked, as it stands in the owner's file: JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntakeEntry {
    /// The questions, in their order.
    #[serde(default)]
    pub questions: Vec<QuestionEntry>,
    /// What the visitor agrees to.
    pub consent: Option<ConsentEntry>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionEntry {
    /// What is asked for.
    pub label: String,
    /// What is an answer.
    pub asks: AsksEntry,
    /// What can be chosen, of a choice.
    #[serde(default)]
    pub options: Vec<String>,
    /// Whether there must be an answer.
    #[serde(default)]
    pub required: bool,
}

/// What a question is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AsksEntry {
    /// A line of text.
    Line,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// One of the options.
    Choice,
}

/// What the visitor agrees to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentEntry {
    /// The text.
    pub text: String,
    /// The address of the privacy notice.
    pub notice: Option<String>,
}

/// Why a visitor cannot be asked so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// The file is no such JSON.
    #[error("the file does not say what is asked: {0}")]
    Unreadable(String),
    /// Neither a question nor a text to agree to.
    #[error("the file asks nothing: it needs `questions`, `consent` or both")]
    Empty,
    /// Too many questions.
    #[error("a visitor is asked at most {} questions", limits::INTAKE_QUESTIONS)]
    TooMany,
    /// A label or an option is empty or over its size.
    #[error("a label or an option must have 1 to {max} bytes of text, unlike {0:?}", max = limits::NAME_BYTES)]
    BadName(String),
    /// A label or an option stands twice.
    #[error("{0:?} stands twice: its answers could not be told apart")]
    Twice(String),
    /// A choice without options or with too many, or another question with some.
    #[error("the question {0:?} must have 1 to {max} `options` if it is a choice, and none if not", max = limits::INTAKE_OPTIONS)]
    BadOptions(String),
    /// A text to agree to is empty or over its size.
    #[error("a text to agree to must have 1 to {} bytes", limits::CONSENT_BYTES)]
    BadConsent,
    /// The notice's address is none that a browser may be sent to.
    #[error("{0:?} is no address of a privacy notice: it begins with https://, is written in ASCII and has at most {max} bytes", max = limits::NOTICE_BYTES)]
    BadNotice(String),
}

impl Owner {
    /// Says what a visitor is asked before a conversation, instead of what was asked before.
    pub fn set_intake(&mut self, entry: IntakeEntry) -> Result<(), OwnerError> {
        self.change(|site| {
            site.intake = Some(entry);
            Ok(())
        })
    }

    /// Asks nothing any more.
    pub fn forget_intake(&mut self) -> Result<(), OwnerError> {
        self.change(|site| {
            site.intake = None;
            Ok(())
        })
    }
}

impl IntakeEntry {
    /// Reads an owner's file.
    pub fn read(json: &str) -> Result<Self, IntakeError> {
        let entry: Self =
            serde_json::from_str(json).map_err(|error| IntakeError::Unreadable(error.to_string()))?;
        entry.check()?;
        Ok(entry)
    }

    /// Labels whose answers come masked, since the site lets no such number or address through.
    pub fn masked(&self, masking: &MaskingEntry) -> Vec<&str> {
        let is_masked = |question: &&QuestionEntry| {
            let kind = match question.asks {
                AsksEntry::Email => "email",
                AsksEntry::Phone => "phone",
                AsksEntry::Line | AsksEntry::Choice => return false,
            };
            let action = masking.rules.get(kind).map(|actions| actions.visitor);
            !matches!(action, Some(Action::Warn | Action::Leave))
        };
        self.questions.iter().filter(is_masked).map(|question| question.label.as_str()).collect()
    }

    pub(crate) fn draw(&self) -> Intake {
        let questions: Vec<_> = self.questions.iter().map(QuestionEntry::draw).collect();
        let consent = self.consent.as_ref();
        Intake {
            questions: (!questions.is_empty()).then_some(questions),
            consent: consent.map(|entry| Consent { text: entry.text.clone(), notice: entry.notice.clone() }),
        }
    }

    fn check(&self) -> Result<(), IntakeError> {
        if self.questions.is_empty() && self.consent.is_none() {
            return Err(IntakeError::Empty);
        }
        if self.questions.len() > limits::INTAKE_QUESTIONS {
            return Err(IntakeError::TooMany);
        }
        check_names(self.questions.iter().map(|question| &question.label))?;
        for question in &self.questions {
            let most = if question.asks == AsksEntry::Choice { limits::INTAKE_OPTIONS } else { 0 };
            if !(most.min(1)..=most).contains(&question.options.len()) {
                return Err(IntakeError::BadOptions(question.label.clone()));
            }
            check_names(question.options.iter())?;
        }
        self.consent.as_ref().map_or(Ok(()), ConsentEntry::check)
    }
}

impl ConsentEntry {
    fn check(&self) -> Result<(), IntakeError> {
        if self.text.trim().is_empty() || self.text.len() > limits::CONSENT_BYTES {
            return Err(IntakeError::BadConsent);
        }
        let is_address = |notice: &&String| {
            notice.len() <= limits::NOTICE_BYTES
                && notice.bytes().all(|byte| byte.is_ascii_graphic())
                && url::Url::parse(notice).is_ok_and(|url| url.scheme() == "https")
                && notice.starts_with("https://")
        };
        match self.notice.as_ref().filter(|notice| !is_address(notice)) {
            Some(notice) => Err(IntakeError::BadNotice(notice.clone())),
            None => Ok(()),
        }
    }
}

impl QuestionEntry {
    fn draw(&self) -> Question {
        let asks = match self.asks {
            AsksEntry::Line => Asks::Line,
            AsksEntry::Email => Asks::Email,
            AsksEntry::Phone => Asks::Phone,
            AsksEntry::Choice => Asks::Choice(self.options.clone()),
        };
        let need = if self.required { Need::Required } else { Need::Optional };
        Question { label: self.label.clone(), asks, need }
    }
}

/// Each of some length within its limit, and none twice.
fn check_names<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), IntakeError> {
    let mut known = BTreeSet::new();
    for name in names {
        if name.trim().is_empty() || name.len() > limits::NAME_BYTES {
            return Err(IntakeError::BadName(name.clone()));
        }
        if !known.insert(name) {
            return Err(IntakeError::Twice(name.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::masking::Actions;

    fn read(json: &str) -> Result<IntakeEntry, IntakeError> {
        IntakeEntry::read(json)
    }

    #[test]
    fn what_is_written_down_is_what_is_asked() {
        let entry = read(
            r#"{ "questions": [
                { "label": "Nama", "asks": "line", "required": true },
                { "label": "Perihal", "asks": "choice", "options": ["Pesanan", "Retur"] }
            ], "consent": { "text": "Saya setuju", "notice": "https://toko.example/privasi" } }"#,
        );
        let intake = entry.unwrap().draw();
        let questions = intake.questions.unwrap();
        assert_eq!((questions[0].asks.clone(), questions[0].need), (Asks::Line, Need::Required));
        assert_eq!(questions[1].asks, Asks::Choice(vec!["Pesanan".to_owned(), "Retur".to_owned()]));
        assert_eq!(intake.consent.unwrap().notice.as_deref(), Some("https://toko.example/privasi"));
        let alone = read(r#"{ "consent": { "text": "Saya setuju" } }"#).unwrap().draw();
        assert_eq!(alone.questions, None);
    }

    #[test]
    fn what_no_roster_may_say_is_refused_with_its_reason() {
        let question = |rest: &str| format!(r#"{{ "questions": [{{ "label": "Nama", {rest} }}] }}"#);
        let many = [r#"{ "label": "Nama", "asks": "line" }"#; 9].join(",");
        let long = "a".repeat(limits::NAME_BYTES + 1);
        let consent = |text: &str, notice: &str| {
            format!(r#"{{ "consent": {{ "text": "{text}", "notice": "{notice}" }} }}"#)
        };
        for (json, error) in [
            ("{}".to_owned(), IntakeError::Empty),
            (format!(r#"{{ "questions": [{many}] }}"#), IntakeError::TooMany),
            (question(r#""asks": "choice""#), IntakeError::BadOptions("Nama".to_owned())),
            (question(r#""asks": "line", "options": ["a"]"#), IntakeError::BadOptions("Nama".to_owned())),
            (question(r#""asks": "choice", "options": ["a", "a"]"#), IntakeError::Twice("a".to_owned())),
            (question(r#""asks": "choice", "options": [" "]"#), IntakeError::BadName(" ".to_owned())),
            (
                format!(r#"{{ "questions": [{{ "label": "{long}", "asks": "line" }}] }}"#),
                IntakeError::BadName(long.clone()),
            ),
            (consent("", "https://toko.example"), IntakeError::BadConsent),
            (consent("Ya", "http://toko.example"), IntakeError::BadNotice("http://toko.example".to_owned())),
            (consent("Ya", "https://"), IntakeError::BadNotice("https://".to_owned())),
        ] {
            assert_eq!(read(&json), Err(error), "{json}");
        }
        assert!(matches!(read("halo"), Err(IntakeError::Unreadable(_))));
        assert!(matches!(read(&question(r#""asks": "iris scan""#)), Err(IntakeError::Unreadable(_))));
    }

    #[test]
    fn answers_that_come_masked_are_named() {
        let entry = read(
            r#"{ "questions": [
                { "label": "Surel", "asks": "email" }, { "label": "Telepon", "asks": "phone" },
                { "label": "Nama", "asks": "line" } ] }"#,
        );
        let entry = entry.unwrap();
        assert_eq!(entry.masked(&MaskingEntry::default()), ["Surel", "Telepon"]);
        let leave = Actions { visitor: Action::Leave, agent: Action::Mask(0) };
        let rules = BTreeMap::from([("email".to_owned(), leave)]);
        assert_eq!(entry.masked(&MaskingEntry { rules, ..MaskingEntry::default() }), ["Telepon"]);
    }
}
