//! How this device becomes one that visitors seal for, step by step.

use segel_ui::Language;
use segel_ui::sentence::stamp;
use segel_web::dom::{self, El, el};
use web_sys::Element;

use crate::model::Enrolment;

/// The three steps of enrolment and what the present one waits for.
pub(crate) struct Enrol {
    language: Language,
    root: El,
    steps: [El; 3],
    now: El,
}

impl Enrol {
    /// Hidden until a step is shown.
    pub(crate) fn new(language: Language) -> Self {
        let text = language.desk();
        let steps = [text.step_code(), text.step_keys(), text.step_roster()].map(|step| el("li").text(step));
        let now = el("p").class("now").attr("role", "status");
        let list = steps.iter().fold(el("ol").class("steps"), |list, step| list.place(step));
        let root = el("section")
            .class("enrol")
            .child(stamp())
            .child(el("h2").text(text.enrol()))
            .child(list)
            .place(&now)
            .child(el("p").class("why").text(text.enrol_why()))
            .hidden();
        Self { language, root, steps, now }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows a step, or hides.
    pub(crate) fn render(&self, enrolment: Option<Enrolment>) {
        let text = self.language.desk();
        dom::set_hidden(&self.root, enrolment.is_none());
        let (present, words) = match enrolment {
            Some(Enrolment::NoCode) => (0, text.enrol_no_code()),
            Some(Enrolment::Refused(refusal)) => (0, self.language.refusal(refusal)),
            Some(Enrolment::MakingKeys) => (1, text.enrol_making_keys()),
            Some(Enrolment::Waiting) => (2, text.enrol_waiting()),
            Some(Enrolment::Done) | None => (3, ""),
        };
        for (at, step) in self.steps.iter().enumerate() {
            dom::set_class(step, "done", at < present);
            dom::set_attr(step, "aria-current", if at == present { "step" } else { "false" });
        }
        dom::set_text(&self.now, words);
        dom::set_class(&self.now, "refused", matches!(enrolment, Some(Enrolment::Refused(_))));
    }
}
