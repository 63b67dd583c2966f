//! Files that were chosen and not sent yet, each with what will happen to it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::futures::spawn_local;
use segel_core::show::Refusal;
use segel_web::dom::{self, El, el, icon};
use wasm_bindgen::JsCast;
use web_sys::{Element, File, FileList, HtmlElement, HtmlInputElement};

use crate::chosen::{Chosen, Looked};
use crate::guard::Guard;
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
    guard: Rc<RefCell<Guard>>,
    root: El,
    listed: RefCell<Vec<Listed>>,
    /// How often everything was let go of.
    clearings: Cell<u32>,
    /// Whether no file is taken.
    is_closed: Cell<bool>,
    on_change: RefCell<Box<dyn Fn()>>,
}

/// A file in the list; without one that may be sent it only says why.
struct Listed {
    number: u32,
    looked: Option<(File, Looked)>,
    root: El,
}

impl Tray {
    /// Nothing is chosen; what will be is masked by this guard.
    pub(crate) fn new(language: Language, guard: Rc<RefCell<Guard>>) -> Self {
        let text = language.text();
        let parts = Rc::new(Parts {
            language,
            guard,
            root: el("ul").class("tray"),
            listed: RefCell::default(),
            clearings: Cell::new(0),
            is_closed: Cell::new(false),
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
            .attr("aria-label", text.attach())
            .attr("title", text.attach())
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

    /// The files that can be sent, as they were chosen.
    pub(crate) fn files(&self) -> Vec<File> {
        let listed = self.parts.listed.borrow();
        listed.iter().filter_map(|listed| listed.looked.as_ref()).map(|(file, _)| file.clone()).collect()
    }

    /// Looks at these files and lists them.
    pub(crate) fn put_back(&self, files: Vec<File>) {
        self.parts.look_at(files);
    }

    /// Takes no files, or takes some again.
    pub(crate) fn close(&self, is_closed: bool) {
        self.parts.is_closed.set(is_closed);
        dom::set_hidden(&self.button, is_closed);
    }

    /// Whether there is something to send.
    pub(crate) fn has_files(&self) -> bool {
        self.parts.listed.borrow().iter().any(|listed| listed.looked.is_some())
    }

    /// Hands out what can be sent, masked as the guard stands now, and lets go of the rest; what it no longer lets
    /// out stays and says why.
    pub(crate) fn empty(&self) -> Vec<Chosen> {
        let mut chosen = Vec::new();
        for Listed { looked, root, .. } in self.parts.listed.take() {
            root.remove();
            if let Some((file, looked)) = looked {
                let copy = looked.mask(&self.parts.guard.borrow());
                match copy {
                    Ok(copy) => chosen.push(Chosen::new(file, copy)),
                    Err(refusal) => self.parts.list(looked.name(), Err(refusal)),
                }
            }
        }
        chosen
    }

    /// Lets go of everything, also of what is still being looked at.
    pub(crate) fn clear(&self) {
        self.parts.clearings.set(self.parts.clearings.get() + 1);
        for listed in self.parts.listed.take() {
            listed.root.remove();
        }
        (self.parts.on_change.borrow())();
    }
}

impl Parts {
    fn take(self: &Rc<Self>, files: Option<FileList>) -> bool {
        let files: Vec<_> =
            files.map_or_else(Vec::new, |files| (0..files.length()).filter_map(|at| files.get(at)).collect());
        let has_some = !files.is_empty();
        if !self.is_closed.get() {
            self.look_at(files);
        }
        has_some
    }

    fn look_at(self: &Rc<Self>, files: Vec<File>) {
        for file in files {
            let me = Rc::downgrade(self);
            let clearings = self.clearings.get();
            spawn_local(async move {
                let name = file.name();
                let looked = Looked::at(&file).await.map(|looked| (file, looked));
                if let Some(parts) = me.upgrade().filter(|parts| parts.clearings.get() == clearings) {
                    parts.list(&name, looked);
                }
            });
        }
    }

    fn list(self: &Rc<Self>, name: &str, looked: Result<(File, Looked), Refusal>) {
        let text = self.language.text();
        let number = self.listed.borrow().last().map_or(0, |last| last.number + 1);
        let copy = match &looked {
            Err(refusal) => Err(*refusal),
            Ok((_, looked)) => looked.mask(&self.guard.borrow()),
        };
        let (words, about) = match &copy {
            Err(refusal) => (self.language.refusal(*refusal).to_owned(), String::new()),
            Ok(copy) => {
                let words = match copy.masked_places() {
                    None => text.file_unread().to_owned(),
                    Some(0) => text.file_clean().to_owned(),
                    Some(places) => fill(text.file_masked(), &places.to_string()),
                };
                (words, about(copy.description(), self.language))
            }
        };
        let name = copy.as_ref().map_or(name, |copy| &copy.description().name);
        let me = Rc::downgrade(self);
        let take_out = el("button")
            .class("plain")
            .attr("type", "button")
            .attr("aria-label", &[text.take_out(), " ", name].concat())
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
        let root = el("li").class(if copy.is_ok() { "" } else { "refused" }).child(said).child(take_out);
        dom::insert(&self.root, &root, None);
        self.listed.borrow_mut().push(Listed { number, looked: looked.ok().filter(|_| copy.is_ok()), root });
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
