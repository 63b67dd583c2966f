//! What a site asks of a visitor before a conversation. Labels, options and the text to agree to are the site's words and stay
//! text; answers are masked like a message.

use std::cell::RefCell;
use std::rc::Rc;

use segel_core::show::Details;
use segel_mask::Writer;
use segel_web::dom::{self, El, el};
use segel_wire::limits;
use segel_wire::signed::{Asks, Consent, Intake, Masking, Need, Question};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};

use crate::action::{Act, Action};
use crate::guard::Guard;
use crate::notice::Notice;
use crate::text::{Language, fill};

/// A telephone number has so many digits, masked or not.
const PHONE_DIGITS: usize = 5;

/// What is still to be asked of somebody of whom this is known; nothing if everything is.
pub fn left_open(intake: &Intake, known: Option<&Details>) -> Option<Intake> {
    let is_open = |question: &&Question| !known.is_some_and(|known| is_answered(question, known));
    let questions: Vec<_> = intake.questions.iter().flatten().filter(is_open).cloned().collect();
    let agreed = known.and_then(|known| known.agreed).map(|agreed| agreed.consent);
    let consent = intake.consent.clone().filter(|consent| Some(consent.derive_hash()) != agreed);
    let questions = (!questions.is_empty()).then_some(questions);
    (questions.is_some() || consent.is_some()).then_some(Intake { questions, consent })
}

fn is_answered(question: &Question, known: &Details) -> bool {
    let answer = known.answers.iter().flatten().find(|answer| answer.label == question.label);
    answer.is_some_and(|answer| fault(question, &answer.text).is_none())
}

/// Why something is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Missing,
    NoEmail,
    NoPhone,
}

fn fault(question: &Question, answer: &str) -> Option<Fault> {
    if answer.is_empty() {
        return (question.need == Need::Required).then_some(Fault::Missing);
    }
    // Digits of other scripts and masks are no ASCII; to know all of them would weigh more than it is worth.
    let is_digit = |letter: &char| letter.is_ascii_digit() || !letter.is_ascii();
    match &question.asks {
        Asks::Line => None,
        Asks::Email => {
            let parts = answer.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty());
            (parts.is_none() || answer.contains(' ')).then_some(Fault::NoEmail)
        }
        Asks::Phone => (answer.chars().filter(is_digit).count() < PHONE_DIGITS).then_some(Fault::NoPhone),
        Asks::Choice(options) => options.iter().all(|option| option != answer).then_some(Fault::Missing),
    }
}

/// The questions as a form, and the button that begins.
pub struct Form {
    root: El,
    parts: Rc<Parts>,
}

struct Parts {
    language: Language,
    act: Act,
    guard: RefCell<Guard>,
    notice: Notice,
    fields: Vec<Field>,
    /// The box that says that the visitor agrees.
    agrees: Option<Field>,
}

/// What is filled in, and what is said of it.
struct Field {
    question: Option<Question>,
    input: Element,
    fault: Element,
}

impl Form {
    /// Asks this, in the name of the business; nothing is filled in.
    pub fn new(language: Language, act: &Act, business: &str, intake: &Intake) -> Self {
        let text = language.text();
        let mut root = el("form")
            .class("intake")
            .attr("novalidate", "")
            .child(el("h2").text(text.greeting()))
            .child(el("p").text(&fill(text.greeting_sealed(), business)));
        let mut fields = Vec::new();
        for question in intake.questions.iter().flatten() {
            let (shown, field) = ask(question, fields.len(), language);
            root = root.child(shown);
            fields.push(field);
        }
        let agrees = intake.consent.as_ref().map(|consent| agree(consent, language));
        let (consent, agrees) = agrees.unzip();
        if let Some(consent) = consent {
            root = root.child(consent);
        }
        let notice = Notice::new(language, act);
        let start = el("button").class("primary").attr("type", "submit").text(text.start());
        root = root.place(notice.root()).child(start);
        let guard = RefCell::default();
        let parts = Rc::new(Parts { language, act: Rc::clone(act), guard, notice, fields, agrees });
        let (typing, sending) = (Rc::clone(&parts), Rc::clone(&parts));
        let root = root.on("input", move |_| typing.typed()).on("submit", move |event| {
            event.prevent_default();
            sending.submit();
        });
        Self { root, parts }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// Masks by this policy from now on.
    pub fn guard(&self, masking: Option<&Masking>) {
        self.parts.guard.borrow_mut().update(masking, Writer::Visitor, &[]);
    }

    /// Puts the focus on what is asked first, unless a screen keyboard would then cover the rest.
    pub fn focus(&self) {
        if let Some(field) = self.parts.all().next().filter(|_| dom::matches_media("(pointer: fine)")) {
            dom::focus(&field.input);
        }
    }
}

impl Parts {
    fn all(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(&self.agrees)
    }

    /// What was said of a field is out of date; what masking changes in it is shown.
    fn typed(&self) {
        if let Some(field) = self.all().find(|field| dom::has_focus(&field.input)) {
            field.say("");
            self.notice.render(&self.guard.borrow().mask(&field.value()), Vec::new());
        }
    }

    /// Hands on what was filled in, or says next to each field what is wrong with it and leads to the first.
    fn submit(&self) {
        let text = self.language.text();
        let (mut answers, mut first) = (Vec::new(), None);
        for field in self.all() {
            let value = field.value();
            let masked = self.guard.borrow().mask(&value);
            let wrong = match &field.question {
                None if field.input.matches(":checked").unwrap_or_default() => "",
                None => text.disagreed(),
                Some(question) => match fault(question, &value) {
                    Some(Fault::Missing) => text.unanswered(),
                    Some(Fault::NoEmail) => text.no_email(),
                    Some(Fault::NoPhone) => text.no_phone(),
                    None if masked.is_err() => text.unsendable(),
                    None => "",
                },
            };
            field.say(wrong);
            match (wrong, &field.question, masked) {
                ("", Some(question), Ok(masked)) => answers.push((question.label.clone(), masked.text)),
                ("", ..) => {}
                _ => first = first.or(Some(&field.input)),
            }
        }
        match first {
            Some(input) => dom::focus(input),
            None => (self.act)(Action::Answer(answers)),
        }
    }
}

impl Field {
    fn value(&self) -> String {
        // Every field of a form has a value by that name.
        self.input.unchecked_ref::<HtmlTextAreaElement>().value().trim().to_owned()
    }

    fn say(&self, wrong: &str) {
        dom::set_text(&self.fault, wrong);
        dom::set_attr(&self.input, "aria-invalid", if wrong.is_empty() { "false" } else { "true" });
    }
}

/// A question with its label, its field, and room for what is wrong.
fn ask(question: &Question, at: usize, language: Language) -> (El, Field) {
    let text = language.text();
    let id = ["segel-ask-", &at.to_string()].concat();
    let label = el("label").attr("for", &id).child(el("bdi").text(&question.label));
    let label = if question.need == Need::Required {
        label.text(" ").child(el("span").class("need").text(text.needed()))
    } else {
        label
    };
    let input = match &question.asks {
        Asks::Choice(options) => {
            let first = el("option").attr("value", "").text(text.choose());
            let option = |list: El, option: &String| list.child(el("option").text(option));
            options.iter().fold(el("select").child(first), option)
        }
        Asks::Line => field("text", "on"),
        Asks::Email => field("email", "email"),
        Asks::Phone => field("tel", "tel"),
    };
    let input = input
        .attr("id", &id)
        .attr("aria-required", if question.need == Need::Required { "true" } else { "false" });
    finish(el("div").class("field").child(label), input, &id, Some(question.clone()))
}

fn field(mode: &'static str, fills: &'static str) -> El {
    el("input")
        .attr("inputmode", mode)
        .attr("autocomplete", fills)
        .attr("maxlength", &limits::ANSWER_CHARS.to_string())
        .attr("dir", "auto")
}

/// The text to agree to with its box, and the way to the notice.
fn agree(consent: &Consent, language: Language) -> (El, Field) {
    let text = language.text();
    let id = "segel-agree";
    let input = el("input").attr("type", "checkbox").attr("id", id).attr("aria-required", "true");
    let (shown, field) = finish(el("div").class("agree"), input, id, None);
    let words = el("span").child(el("bdi").text(&consent.text)).text(" ");
    let words = words.child(el("span").class("need").text(text.needed()));
    // The box stands within its label: whoever misses it by a little meets it all the same.
    let shown = shown.child(el("label").place(&field.input).child(words));
    let Some(notice) = &consent.notice else { return (shown, field) };
    let notice = el("a").attr("href", notice).attr("target", "_blank").attr("rel", "noopener noreferrer");
    (shown.child(notice.text(text.notice())), field)
}

fn finish(shown: El, input: El, id: &str, question: Option<Question>) -> (El, Field) {
    let about = [id, "-fault"].concat();
    let fault = el("p").class("fault").attr("id", &about);
    let input = input.attr("aria-describedby", &about);
    let field = Field { question, input: input.clone(), fault: fault.clone() };
    (shown.child(input).child(fault), field)
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Agreed, Answer};

    use super::*;

    fn question(label: &str, asks: Asks, need: Need) -> Question {
        Question { label: label.to_owned(), asks, need }
    }

    fn choice() -> Asks {
        Asks::Choice(vec!["Pesanan".to_owned(), "Retur".to_owned()])
    }

    fn intake() -> Intake {
        Intake {
            questions: Some(vec![
                question("Nama", Asks::Line, Need::Required),
                question("Surel", Asks::Email, Need::Optional),
                question("Perihal", choice(), Need::Required),
            ]),
            consent: Some(Consent { text: "Setuju".to_owned(), notice: None }),
        }
    }

    fn known(answers: &[(&str, &str)], consent: Option<&Consent>) -> Details {
        let answer = |(label, text): &(&str, &str)| Answer { label: (*label).into(), text: (*text).into() };
        Details {
            answers: Some(answers.iter().map(answer).collect()),
            agreed: consent.map(|consent| Agreed { consent: consent.derive_hash(), time: 1 }),
            page: String::new(),
            language: String::new(),
        }
    }

    fn labels(left: Option<Intake>) -> Vec<String> {
        left.and_then(|left| left.questions).into_iter().flatten().map(|question| question.label).collect()
    }

    #[test]
    fn an_answer_is_of_its_kind_and_a_mask_counts_for_what_it_hides() {
        let fault = |asks: Asks, need, answer: &str| super::fault(&question("?", asks, need), answer);
        assert_eq!(fault(Asks::Line, Need::Required, ""), Some(Fault::Missing));
        assert_eq!(fault(Asks::Line, Need::Required, "a"), None);
        for asks in [Asks::Line, Asks::Email, Asks::Phone, choice()] {
            assert_eq!(fault(asks, Need::Optional, ""), None);
        }
        for email in ["a@b", "a.b@toko.example", "••••@••••.•••"] {
            assert_eq!(fault(Asks::Email, Need::Optional, email), None, "{email}");
        }
        for email in ["a", "@b", "a@", "a b@c"] {
            assert_eq!(fault(Asks::Email, Need::Optional, email), Some(Fault::NoEmail), "{email}");
        }
        for phone in ["112233", "+62 811-000-1234", "••••••••1234", "٠١٢٣٤٥"] {
            assert_eq!(fault(Asks::Phone, Need::Optional, phone), None, "{phone}");
        }
        for phone in ["1234", "telepon saja"] {
            assert_eq!(fault(Asks::Phone, Need::Optional, phone), Some(Fault::NoPhone), "{phone}");
        }
        assert_eq!(fault(choice(), Need::Optional, "Lain"), Some(Fault::Missing));
    }

    #[test]
    fn only_what_is_not_known_from_before_is_asked_again() {
        let intake = intake();
        let consent = intake.consent.as_ref();
        assert_eq!(left_open(&intake, None), Some(intake.clone()));
        let all = known(&[("Nama", "Demo"), ("Surel", ""), ("Perihal", "Retur")], consent);
        assert_eq!(left_open(&intake, Some(&all)), None, "what was left open is not asked again either");
        let other = Consent { text: "Setuju sekali".to_owned(), notice: None };
        let changed = known(&[("Nama", "Demo"), ("Perihal", "Lain")], Some(&other));
        let left = left_open(&intake, Some(&changed));
        assert_eq!(
            left.as_ref().and_then(|left| left.consent.as_ref()),
            consent,
            "another text was agreed to"
        );
        assert_eq!(labels(left), ["Surel", "Perihal"]);
    }
}
