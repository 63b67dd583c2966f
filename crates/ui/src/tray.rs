//! Files that were chosen and not sent yet, each with what will happen to it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::futures::spawn_local;
use segel_core::show::Refusal;
use segel_web::dom::{self, El, el, icon};
use wasm_bindgen::JsCast;
use web_sys::{Element, FileList, HtmlElement, HtmlInputElement};

use crate::chosen::Chosen;
use crate::icons;
use crate::text::{Language, fill};
use crate::timeline::file::about;

/// The button that chooses files, and the list of those that were.
pub(crate) struct Tray {
    button: El,
    parts: Rc<Parts>,
}

struct Parts {
    language: Language,
    root: El,
    listed: RefCell<Vec<Listed>>,
    /// How often everything was let go of.
    clearings: Cell<u32>,
    on_change: RefCell<Box<dyn Fn()>>,
}

/// A file in the list; without one that may be sent it only says why.
struct Listed {
    number: u32,
    chosen: Option<Chosen>,
    root: El,
}

impl Tray {
    /// Nothing is chosen.
    pub(crate) fn new(language: Language) -> Self {
        let text = language.text();
        let parts = Rc::new(Parts {
            language,
            root: el("ul").class("tray"),
            listed: RefCell::default(),
            clearings: Cell::new(0),
            on_change: RefCell::new(Box::new(|| {})),
        });
        let input = el("input").attr("type", "file").attr("multiple", "").attr("tabindex", "-1").hidden();
        let field: HtmlInputElement = input.clone().unchecked_into();
        let input = input.on("change", {
            let (field, parts) = (field.clone(), Rc::clone(&parts));
            move |_| {
                parts.take(field.files());
                // The same file can be chosen again.
                field.set_value("");
            }
        });
        let button = el("button")
            .class("plain attach")
            .attr("type", "button")
            .attr("aria-label", text.attach)
            .attr("title", text.attach)
            .child(icon(icons::CLIP))
            .on("click", move |_| field.unchecked_ref::<HtmlElement>().click());
        Self { button: el("div").child(button).child(input), parts }
    }

    /// The list to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.parts.root
    }

    /// The button to put on the page.
    pub(crate) fn button(&self) -> &Element {
        &self.button
    }

    /// Calls `on_change` whenever there is more or less that can be sent.
    pub(crate) fn on_change(&self, on_change: impl Fn() + 'static) {
        *self.parts.on_change.borrow_mut() = Box::new(on_change);
    }

    /// Looks at these files and lists them; answers whether there are any.
    pub(crate) fn take(&self, files: Option<FileList>) -> bool {
        self.parts.take(files)
    }

    /// Whether there is something to send.
    pub(crate) fn has_files(&self) -> bool {
        self.parts.listed.borrow().iter().any(|listed| listed.chosen.is_some())
    }

    /// Hands out what can be sent and lets go of the rest.
    pub(crate) fn empty(&self) -> Vec<Chosen> {
        let listed = self.parts.listed.take();
        let chosen = listed.into_iter().filter_map(|listed| {
            listed.root.remove();
            listed.chosen
        });
        chosen.collect()
    }

    /// Lets go of everything, also of what is still being looked at.
    pub(crate) fn clear(&self) {
        self.parts.clearings.set(self.parts.clearings.get() + 1);
        drop(self.empty());
        (self.parts.on_change.borrow())();
    }
}

impl Parts {
    fn take(self: &Rc<Self>, files: Option<FileList>) -> bool {
        let files: Vec<_> =
            files.map_or_else(Vec::new, |files| (0..files.length()).filter_map(|at| files.get(at)).collect());
        let has_some = !files.is_empty();
        for file in files {
            let me = Rc::downgrade(self);
            let clearings = self.clearings.get();
            spawn_local(async move {
                let name = file.name();
                let looked = Chosen::look(file).await;
                if let Some(parts) = me.upgrade().filter(|parts| parts.clearings.get() == clearings) {
                    parts.list(&name, looked);
                }
            });
        }
        has_some
    }

    fn list(self: &Rc<Self>, name: &str, looked: Result<Chosen, Refusal>) {
        let text = self.language.text();
        let number = self.listed.borrow().last().map_or(0, |last| last.number + 1);
        let (words, about) = match &looked {
            Err(refusal) => (self.language.refusal(*refusal).to_owned(), String::new()),
            Ok(chosen) => {
                let words = match chosen.masked_places() {
                    None => text.file_unread.to_owned(),
                    Some(0) => text.file_clean.to_owned(),
                    Some(places) => fill(text.file_masked, &places.to_string()),
                };
                (words, about(chosen.description(), self.language))
            }
        };
        let name = looked.as_ref().map_or(name, |chosen| &chosen.description().name);
        let me = Rc::downgrade(self);
        let take_out = el("button")
            .class("plain")
            .attr("type", "button")
            .attr("aria-label", &[text.take_out, " ", name].concat())
            .child(icon(icons::CROSS))
            .on("click", move |_| {
                if let Some(parts) = me.upgrade() {
                    parts.take_out(number);
                }
            });
        let said = el("div")
            .child(el("p").class("name").attr("dir", "auto").text(name))
            .child(el("p").class("about").text(&about))
            .child(el("p").class("says").attr("role", "status").text(&words));
        let root = el("li").class(if looked.is_ok() { "" } else { "refused" }).child(said).child(take_out);
        dom::insert(&self.root, &root, None);
        self.listed.borrow_mut().push(Listed { number, chosen: looked.ok(), root });
        (self.on_change.borrow())();
    }

    fn take_out(&self, number: u32) {
        let at = self.listed.borrow().iter().position(|listed| listed.number == number);
        if let Some(at) = at {
            let listed = self.listed.borrow_mut().remove(at);
            listed.root.remove();
            // The listener that is running is the listed one's own: it is let go of afterwards.
            spawn_local(async move { drop(listed) });
            (self.on_change.borrow())();
        }
    }
}
