//! What a visitor can report to the site's owner, in the place of the conversation. PROTOCOL.md, section 5.13.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use js_sys::futures::spawn_local;
use segel_core::show::{Author, Body, Item, Reporting};
use segel_ui::served;
use segel_ui::text::{ReportText, fill};
use segel_ui::time::Moment;
use segel_ui::{Act, Action, Language, ReportStep};
use segel_web::dom::{self, El, el};
use segel_web::files::{Address, Fetched};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::json;
use segel_wire::report::Report as File;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::model::{Model, Place};

/// The messages of agents with a box each, what the file would hold, and the ways on and back.
pub(crate) struct Report {
    root: El,
    heading: El,
    holds: El,
    shows: El,
    legend: El,
    messages: El,
    list: El,
    none: El,
    back: El,
    save: El,
    parts: Rc<Parts>,
}

/// What its buttons know.
struct Parts {
    language: Language,
    act: Act,
    texts: Rc<Texts>,
    /// Newest first.
    lines: RefCell<Vec<Line>>,
    told: Element,
    /// The business, as sentences name it.
    business: RefCell<String>,
    /// What is to be in the file that the relay is asked for.
    wanted: RefCell<Option<Vec<EventId>>>,
}

/// A message that can be chosen.
struct Line {
    event: EventId,
    root: El,
    input: Element,
}

/// The sentences about reports, which are served apart.
pub(crate) struct Texts {
    act: Act,
    sentences: OnceCell<ReportText>,
    is_fetching: Cell<bool>,
}

impl Texts {
    /// The sentences, once they came.
    pub(crate) fn get(&self) -> Option<ReportText> {
        self.sentences.get().copied()
    }

    /// Asks for them unless they are here or on their way.
    pub(crate) fn fetch(this: &Rc<Self>) {
        if this.get().is_some() || this.is_fetching.replace(true) {
            return;
        }
        let this = Rc::clone(this);
        spawn_local(async move {
            let texts = served::fetch("report").await.and_then(ReportText::read);
            this.is_fetching.set(false);
            if let Some(texts) = texts {
                // Nobody else sets them.
                let _ = this.sentences.set(texts);
                (this.act)(Action::Scrolled);
            }
        });
    }
}

impl Report {
    /// Without messages, and without words until they come.
    pub(crate) fn new(language: Language, act: &Act) -> Self {
        let texts =
            Rc::new(Texts { act: Rc::clone(act), sentences: OnceCell::new(), is_fetching: Cell::default() });
        Texts::fetch(&texts);
        let heading = el("h2").attr("tabindex", "-1").attr("id", "segel-report");
        let (holds, shows, none, legend, list) = (el("p"), el("p"), el("p"), el("legend"), el("ul"));
        let told = el("p").class("told").attr("role", "status");
        let parts = Rc::new(Parts {
            language,
            act: Rc::clone(act),
            texts,
            lines: RefCell::default(),
            told: told.clone(),
            business: RefCell::default(),
            wanted: RefCell::default(),
        });
        let (changed, saves) = (Rc::clone(&parts), Rc::clone(&parts));
        let messages =
            el("fieldset").place(&legend).place(&list).on("change", move |_| changed.say("", false));
        let save = el("button").class("primary").attr("type", "button").on("click", move |_| saves.ask());
        let (leaves, escapes) = (Rc::clone(act), Rc::clone(act));
        let leave = || Action::Report(ReportStep::Show(false));
        let back = el("button").class("return").attr("type", "button").on("click", move |_| leaves(leave()));
        let root = el("section")
            .class("report")
            .attr("aria-labelledby", "segel-report")
            .place(&heading)
            .place(&holds)
            .place(&shows)
            .place(&messages)
            .place(&none)
            .child(
                el("div")
                    .class("ways")
                    .child(told)
                    .child(el("div").class("choices").place(&back).place(&save)),
            )
            .on("keydown", move |event| {
                if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape") {
                    // It leads back to the conversation, and not out of the chat.
                    event.stop_propagation();
                    escapes(leave());
                }
            })
            .hidden();
        Self { root, heading, holds, shows, legend, messages, list, none, back, save, parts }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// What is said of reports.
    pub(crate) fn texts(&self) -> &Rc<Texts> {
        &self.parts.texts
    }

    /// Puts the focus on the heading, where reading begins.
    pub(crate) fn focus(&self) {
        dom::focus(&self.heading);
    }

    /// Shows what can be reported now, with nothing chosen when it was not there before.
    pub(crate) fn render(&self, model: &Model, before: Place, place: Place) {
        dom::set_hidden(&self.root, place != Place::Report);
        let Some(texts) = self.parts.texts.get().filter(|_| place == Place::Report) else { return };
        if before != place {
            self.begin(texts, model.situation.business.as_deref().unwrap_or_default());
        }
        self.parts.render(&self.list, model.items().as_slice());
        let is_empty = self.parts.lines.borrow().is_empty();
        dom::set_hidden(&self.none, !is_empty);
        for part in [&self.messages, &self.save] {
            dom::set_hidden(part, is_empty);
        }
    }

    /// What came of the report that was wanted here, which the browser is told to save.
    pub(crate) fn take(&self, conversation: ConversationId, reporting: &Reporting) -> Option<Address> {
        self.parts.take(conversation, reporting)
    }

    /// Nothing comes any more of a report that is wanted.
    // The rest of the program: within its caller it would not be.
    #[inline(never)]
    pub(crate) fn lose(&self) {
        let is_wanted = self.parts.wanted.borrow().is_some();
        if let Some(texts) = self.parts.texts.get().filter(|_| is_wanted) {
            self.parts.say(texts.unreached(), true);
        }
    }

    fn begin(&self, texts: ReportText, business: &str) {
        for (part, words) in [
            (&self.heading, texts.title()),
            (&self.holds, texts.holds()),
            (&self.legend, texts.choose()),
            (&self.none, texts.none()),
            (&self.back, texts.back()),
            (&self.save, texts.save()),
        ] {
            dom::set_text(part, words);
        }
        dom::set_text(&self.shows, &fill(texts.shows(), business));
        self.parts.business.replace(business.to_owned());
        self.parts.say("", false);
        for line in self.parts.lines.take() {
            line.root.remove();
        }
    }
}

impl Parts {
    /// Shows every message of an agent; one that stays keeps its box, and with it the focus.
    fn render(&self, list: &Element, items: &[Item]) {
        let mut next = list.first_child();
        let mut before = self.lines.take();
        let mut lines = Vec::new();
        for item in items.iter().rev() {
            let (Author::Agent(name), Some(said), Some(_)) = (&item.author, self.said(item), item.position)
            else {
                continue;
            };
            let known = before.iter().position(|line| line.event == item.event);
            let line = match known {
                Some(at) => before.swap_remove(at),
                None => Line::new(item.event, &said, name, &self.time(item)),
            };
            next = dom::keep_in_order(list, &line.root, next);
            lines.push(line);
        }
        for line in before {
            line.root.remove();
        }
        self.lines.replace(lines);
    }

    fn said(&self, item: &Item) -> Option<String> {
        match &item.body {
            Body::Text(text) => Some(text.clone()),
            Body::File(file) => Some([self.language.text().file(), ": ", &file.name].concat()),
            _ => None,
        }
    }

    fn time(&self, item: &Item) -> String {
        Moment::local(item.time).short(self.language, Moment::now())
    }

    /// Has a report made of what is chosen.
    fn ask(&self) {
        let Some(texts) = self.texts.get() else { return };
        let is_chosen = |line: &&Line| line.input.matches(":checked").unwrap_or_default();
        let chosen: Vec<_> = self.lines.borrow().iter().filter(is_chosen).map(|line| line.event).collect();
        if chosen.is_empty() {
            return self.say(texts.unchosen(), true);
        }
        self.say(texts.waiting(), false);
        self.wanted.replace(Some(chosen.clone()));
        (self.act)(Action::Report(ReportStep::Make(chosen)));
    }

    fn take(&self, conversation: ConversationId, reporting: &Reporting) -> Option<Address> {
        let (texts, wanted) = (self.texts.get()?, self.wanted.borrow().clone()?);
        let refusal = match reporting {
            Reporting::Made(file) if file.conversation == conversation && is_of(file, &wanted) => {
                let saved = save(file, texts);
                if saved.is_some() {
                    self.say(&fill(texts.saved(), &self.business.borrow()), false);
                }
                return saved;
            }
            // Another tab's.
            Reporting::Made(_) => return None,
            Reporting::Unreached => texts.unreached(),
            Reporting::Missing => texts.missing(),
        };
        self.say(refusal, true);
        None
    }

    /// Says how it stands; nothing is wanted any more.
    fn say(&self, words: &str, is_wrong: bool) {
        self.wanted.take();
        dom::set_text(&self.told, words);
        dom::set_class(&self.told, "wrong", is_wrong);
    }
}

impl Line {
    fn new(event: EventId, said: &str, name: &str, time: &str) -> Self {
        let input = el("input").attr("type", "checkbox");
        let about =
            el("span").class("by").child(el("bdi").text(name)).text(" · ").child(el("time").text(time));
        let words =
            el("span").child(el("span").class("said").attr("dir", "auto").text(said)).text(" ").child(about);
        let root = el("li").child(el("label").place(&input).child(words));
        Self { event, root, input: input.clone() }
    }
}

/// Whether a report is of just these messages.
fn is_of(file: &File, wanted: &[EventId]) -> bool {
    file.messages.len() == wanted.len() && file.messages.iter().all(|message| wanted.contains(&message.event))
}

/// Has the browser save it; it reads the file after this, so the address is to be kept.
fn save(file: &File, texts: ReportText) -> Option<Address> {
    let address = Fetched::of_text(&json::write(file).ok()?)?.into_address("application/json")?;
    address.save(&[texts.file(), "-", &Moment::now().iso(), ".json"].concat());
    Some(address)
}
