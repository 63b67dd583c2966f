//! The list of conversations: who waits longest comes first.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use segel_ui::lock::{Entries, Shape};
use segel_ui::text::fill;
use segel_ui::time::Moment;
use segel_ui::{Act, Language, icons};
use segel_web::dom::{self, El, el, icon};
use segel_wire::ids::ConversationId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement, KeyboardEvent};

use super::entry::Entry;
use crate::desk::{Deed, Does};
use crate::inbox::Filter;
use crate::model::{Model, Notices};

/// So many conversations are put on the page at a time, as the list is scrolled.
const PAGE: usize = 40;

/// The list below what chooses from it, or a sentence while there is nothing to list.
pub(crate) struct Inbox {
    language: Language,
    act: Act,
    root: El,
    filters: Vec<(Filter, El, El)>,
    bell: El,
    lock: Entries,
    search: El,
    labels: El,
    known: Vec<String>,
    empty: El,
    empty_heading: El,
    empty_why: El,
    list: El,
    blocked: El,
    entries: BTreeMap<ConversationId, Entry>,
    open: Option<ConversationId>,
    /// How many may be on the page.
    most: Rc<Cell<usize>>,
    chosen: Option<(Filter, Option<String>, bool)>,
}

impl Inbox {
    /// An empty list.
    pub(crate) fn new(language: Language, act: &Act, does: &Does) -> Self {
        let text = language.desk();
        let filters = Filter::EACH.map(|filter| {
            let does = Rc::clone(does);
            let words = match filter {
                Filter::Mine => text.filter_mine(),
                Filter::Unassigned => text.filter_unassigned(),
                Filter::All => text.filter_all(),
            };
            let count = el("span").class("count");
            let button = el("button")
                .attr("type", "button")
                .child(el("span").text(words))
                .place(&count)
                .on("click", move |_| does(Deed::Filter(filter)));
            (filter, button, count)
        });
        let choice = el("div").class("filters").attr("role", "group").attr("aria-label", text.filter());
        let choice = filters.iter().fold(choice, |choice, (_, button, _)| choice.place(button));
        let scrolls = Rc::clone(does);
        let search = search_field(language, does);
        let labels = label_choice(language, does);
        let help = help_button(language, does);
        let lock = Entries::new(act, Shape::Icon);
        lock.want();
        let rings = Rc::clone(does);
        let bell = el("button")
            .class("plain bell")
            .attr("type", "button")
            .child(icon(icons::BELL))
            .on("click", move |_| rings(Deed::Notices));
        let (empty_heading, empty_why) = (el("p").class("heading"), el("p"));
        let empty = el("div")
            .class("nothing")
            .attr("role", "status")
            .place(&empty_heading)
            .place(&empty_why)
            .hidden();
        let most = Rc::new(Cell::new(PAGE));
        let list = el("ul");
        let list = {
            let (node, most) = (list.clone(), Rc::clone(&most));
            list.on("scroll", move |_| {
                let is_near_end = dom::is_near(&node).1;
                if is_near_end && node.child_element_count() as usize >= most.get() {
                    most.set(most.get() + PAGE);
                    scrolls(Deed::Scrolled);
                }
            })
        };
        let opens = Rc::clone(does);
        let blocked = el("button").class("return").attr("type", "button").hidden();
        let blocked = blocked.on("click", move |_| opens(Deed::Blocked(true)));
        let root = el("nav")
            .class("inbox")
            .attr("aria-label", text.inbox())
            .child(
                el("div")
                    .class("top")
                    .child(el("h2").text(text.inbox()))
                    .place(lock.buttons()[0])
                    .place(&bell)
                    .child(help),
            )
            .child(choice)
            .place(&search)
            .place(&labels)
            .place(&empty)
            .place(&list)
            .place(&blocked);
        Self {
            language,
            act: Rc::clone(act),
            root,
            filters: filters.into(),
            bell,
            lock,
            search,
            labels,
            known: Vec::new(),
            empty,
            empty_heading,
            empty_why,
            list,
            blocked,
            entries: BTreeMap::new(),
            open: None,
            most,
            chosen: None,
        }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Puts the focus where words are searched for.
    pub(crate) fn find(&self) {
        dom::focus(&self.search);
    }

    /// Shows the conversations that are listed; one that stays keeps its element, and with it the focus. Who comes back
    /// from a conversation, or steps from one to the other, finds the focus on it.
    pub(crate) fn render(&mut self, model: &Model) {
        self.lock.render(&model.situation);
        let listing = model.listing();
        for ((filter, button, count), number) in self.filters.iter().zip(listing.counts) {
            let is_chosen = *filter == model.inbox.filter;
            dom::set_attr(button, "aria-pressed", if is_chosen { "true" } else { "false" });
            dom::set_text(count, &number.to_string());
        }
        self.render_labels(model);
        let chosen = Some((model.inbox.filter, model.inbox.label.clone(), model.inbox.searches()));
        if self.chosen != chosen {
            self.chosen = chosen;
            self.most.set(PAGE);
            self.list.set_scroll_top(0);
        }
        self.say_empty(model, listing.entries.is_empty());
        self.render_bell(model.notices);
        self.render_blocked(model);

        let open = model.opened().map(|opened| opened.conversation);
        let left = std::mem::replace(&mut self.open, open);
        if open != left && model.steps() {
            let at = listing.entries.iter().position(|entry| Some(entry.summary.conversation) == open);
            self.most.set(self.most.get().max(at.unwrap_or_default() + PAGE / 2));
        }
        let today = Moment::now();
        let mut next = self.list.first_child();
        let mut before = std::mem::take(&mut self.entries);
        for listed in listing.entries.iter().take(self.most.get()) {
            let conversation = listed.summary.conversation;
            let kept = before.remove(&conversation);
            let mut entry = kept.unwrap_or_else(|| Entry::new(conversation, self.language, &self.act));
            let has_draft = model.has_draft(conversation) && open != Some(conversation);
            entry.render(listed, open == Some(conversation), has_draft, today, self.language);
            next = dom::keep_in_order(&self.list, entry.root(), next);
            self.entries.insert(conversation, entry);
        }
        for entry in before.values() {
            entry.root().remove();
        }
        let focused = match open {
            None => left,
            Some(_) if open != left && model.steps() => open,
            Some(_) => None,
        };
        if let Some(entry) = focused.and_then(|conversation| self.entries.get(&conversation)) {
            entry.focus();
        }
    }

    /// Offers each label that there is, and the one that was chosen.
    fn render_labels(&mut self, model: &Model) {
        let mut known = model.inbox.labels();
        known.extend(model.inbox.label.clone().filter(|label| !known.contains(label)));
        dom::set_hidden(&self.labels, known.is_empty());
        if known == self.known {
            return;
        }
        dom::set_text(&self.labels, "");
        let all = el("option").attr("value", "").text(self.language.desk().label_all());
        dom::insert(&self.labels, &all, None);
        for label in &known {
            dom::insert(&self.labels, &el("option").attr("value", label).text(label), None);
        }
        let chosen = model.inbox.label.as_deref().unwrap_or_default();
        self.labels.unchecked_ref::<HtmlSelectElement>().set_value(chosen);
        self.known = known;
    }

    fn render_bell(&self, notices: Notices) {
        let text = self.language.desk();
        let (is_on, words) = match notices {
            Notices::On => ("true", text.notices()),
            Notices::Off => ("false", text.notices()),
            Notices::Barred => ("false", text.notices_barred()),
        };
        dom::set_attr(&self.bell, "aria-pressed", is_on);
        dom::set_attr(&self.bell, "aria-disabled", if notices == Notices::Barred { "true" } else { "false" });
        dom::set_attr(&self.bell, "aria-label", words);
        dom::set_attr(&self.bell, "title", words);
    }

    /// Leads to what is blocked. Who blocked the one that was open finds the focus there.
    fn render_blocked(&self, model: &Model) {
        let count = model.inbox.blocked().len();
        dom::set_hidden(&self.blocked, count == 0);
        dom::set_text(&self.blocked, &fill(self.language.desk().blocked_count(), &count.to_string()));
        if self.open.is_some_and(|open| model.inbox.is_blocked(open)) {
            dom::focus(&self.blocked);
        }
    }

    fn say_empty(&self, model: &Model, is_empty: bool) {
        let text = self.language.desk();
        let (heading, why) = if model.inbox.is_empty() {
            (text.inbox_empty(), text.inbox_empty_why())
        } else if model.inbox.searches() {
            (text.search_empty(), text.search_where())
        } else {
            (text.filter_empty(), "")
        };
        dom::set_hidden(&self.empty, !is_empty);
        dom::set_hidden(&self.list, is_empty);
        dom::set_hidden(&self.empty_why, why.is_empty());
        dom::set_text(&self.empty_heading, heading);
        dom::set_text(&self.empty_why, why);
    }
}

/// Shows which keys can be pressed.
fn help_button(language: Language, does: &Does) -> El {
    let (text, does) = (language.desk(), Rc::clone(does));
    el("button")
        .class("plain")
        .attr("type", "button")
        .attr("aria-label", text.keys())
        .attr("title", text.keys())
        .text("?")
        .on("click", move |_| does(Deed::Help(true)))
}

/// Where words are searched for.
fn search_field(language: Language, does: &Does) -> El {
    let text = language.desk();
    let (searches, ends) = (Rc::clone(does), Rc::clone(does));
    el("input")
        .class("search")
        .attr("type", "search")
        .attr("placeholder", text.search())
        .attr("aria-label", text.search())
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .on("input", move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            searches(Deed::Search(target.map(|input| input.value()).unwrap_or_default()));
        })
        .on("keydown", move |event| {
            let is_escape = event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape");
            let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(field) = field.filter(|field| is_escape && !field.value().is_empty()) {
                // It ends the search first, and leads out of it when it is pressed once more.
                event.prevent_default();
                event.stop_propagation();
                field.set_value("");
                ends(Deed::Search(String::new()));
            }
        })
}

/// Chooses a label to list, where there is any.
fn label_choice(language: Language, does: &Does) -> El {
    let does = Rc::clone(does);
    let choice =
        el("select").class("search labelled").attr("aria-label", language.desk().label_filter()).hidden();
    choice.on("change", move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        let label = target.map(|choice| choice.value()).unwrap_or_default();
        does(Deed::OfLabel(Some(label).filter(|label| !label.is_empty())));
    })
}
