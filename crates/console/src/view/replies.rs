//! The texts that an agent keeps to send again, on a sheet over the page: added, changed, deleted, and as a file.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::futures::spawn_local;
use segel_core::{Canned, CannedError};
use segel_ui::Language;
use segel_ui::text::{DeskText, fill};
use segel_web::dom::{self, El, button, el};
use segel_web::files;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use crate::canned::{ImportError, import};
use crate::desk::{Deed, Does};

/// A file of texts is not read beyond this many bytes.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// A list beside a form; the browser keeps the focus in it and closes it by Escape.
pub(crate) struct Replies {
    root: El,
    parts: Rc<Parts>,
    names: Vec<El>,
    shown: Vec<Canned>,
}

/// What the listeners share.
struct Parts {
    text: DeskText,
    does: Does,
    all: RefCell<Vec<Canned>>,
    /// Which is in the form; none for another one.
    chosen: Cell<Option<usize>>,
    list: El,
    name: HtmlInputElement,
    words: HtmlTextAreaElement,
    delete: Element,
    says: El,
}

impl Replies {
    /// Closed.
    pub(crate) fn new(language: Language, does: &Does) -> Self {
        let text = language.desk();
        let name = el("input").attr("type", "text").attr("dir", "auto").attr("autocomplete", "off");
        let words = el("textarea").attr("rows", "5").attr("dir", "auto");
        let delete = button(text.reply_delete()).class("deed delete");
        let parts = Rc::new(Parts {
            text,
            does: Rc::clone(does),
            all: RefCell::default(),
            chosen: Cell::new(None),
            list: el("ul"),
            name: name.clone().unchecked_into(),
            words: words.clone().unchecked_into(),
            delete: delete.clone(),
            says: el("p").class("says").attr("role", "status"),
        });
        let on = |act: fn(&Rc<Parts>)| {
            let parts = Rc::downgrade(&parts);
            move || {
                if let Some(parts) = parts.upgrade() {
                    act(&parts);
                }
            }
        };
        let (begins, saves, deletes) = (on(Parts::begin), on(Parts::save), on(Parts::delete));
        let (exports, closes, ends) = (Rc::clone(does), Rc::clone(does), Rc::clone(does));
        let file = el("input").attr("type", "file").attr("accept", ".json,application/json").hidden();
        let field: HtmlInputElement = file.clone().unchecked_into();
        let (opens, imports) = (field.clone(), Rc::downgrade(&parts));
        let file = file.on("change", move |_| {
            if let Some(parts) = imports.upgrade() {
                parts.import(&field);
            }
        });
        let fields = el("div")
            .class("fields")
            .child(el("label").child(el("span").text(text.reply_name())).child(name))
            .child(el("label").child(el("span").text(text.reply_text())).child(words))
            .place(&parts.says)
            .child(
                el("div")
                    .class("deeds")
                    .child(button(text.reply_save()).class("deed").on("click", move |_| saves()))
                    .child(delete.on("click", move |_| deletes())),
            );
        let files = el("div")
            .class("files")
            .child(button(text.replies_import()).class("return").on("click", move |_| {
                opens.unchecked_ref::<HtmlElement>().click();
            }))
            .child(file)
            .child(button(text.replies_export()).class("return").on("click", move |_| exports(Deed::Export)))
            .child(
                button(text.keys_close()).class("return").on("click", move |_| closes(Deed::Manage(false))),
            );
        let listed = el("div")
            .class("kept")
            .child(button(text.reply_new()).class("deed").on("click", move |_| begins()))
            .place(&parts.list);
        let root = el("dialog")
            .class("help manage")
            .attr("aria-labelledby", "segel-manage")
            .child(el("h2").attr("id", "segel-manage").text(text.replies()))
            .child(el("p").text(text.replies_why()))
            .child(el("div").class("both").child(listed).child(fields))
            .child(files)
            .on("close", move |_| ends(Deed::Manage(false)));
        Self { root, parts, names: Vec::new(), shown: Vec::new() }
    }

    /// The element to put on the page.
    pub(crate) fn root(&self) -> &Element {
        &self.root
    }

    /// Opens or closes the sheet, and shows what is kept.
    pub(crate) fn render(&mut self, all: &[Canned], is_open: bool) {
        if all != self.shown {
            self.shown = all.to_vec();
            self.parts.all.replace(all.to_vec());
            self.list();
        }
        let dialog = self.root.unchecked_ref::<HtmlDialogElement>();
        match (is_open, dialog.open()) {
            (true, false) => {
                self.parts.begin();
                // A dialog that left the page cannot be shown, and there is nothing to be said of that.
                drop(dialog.show_modal());
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    }

    fn list(&mut self) {
        for name in self.names.drain(..) {
            name.remove();
        }
        for (at, canned) in self.shown.iter().enumerate() {
            let parts = Rc::downgrade(&self.parts);
            let choose = button(&canned.name).attr("dir", "auto").on("click", move |_| {
                if let Some(parts) = parts.upgrade() {
                    parts.choose(at);
                }
            });
            let name = el("li").child(choose);
            dom::insert(&self.parts.list, &name, None);
            self.names.push(name);
        }
    }
}

impl Parts {
    fn begin(self: &Rc<Self>) {
        self.put(None, "", "");
        dom::focus(&self.name);
    }

    fn choose(&self, at: usize) {
        let chosen = self.all.borrow().get(at).cloned();
        if let Some(Canned { name, text }) = chosen {
            self.put(Some(at), &name, &text);
            dom::focus(&self.words);
        }
    }

    fn put(&self, chosen: Option<usize>, name: &str, words: &str) {
        self.chosen.set(chosen);
        self.name.set_value(name);
        self.words.set_value(words);
        dom::set_hidden(&self.delete, chosen.is_none());
        dom::set_text(&self.says, "");
    }

    fn save(self: &Rc<Self>) {
        let canned =
            Canned { name: self.name.value().trim().to_owned(), text: self.words.value().trim().to_owned() };
        let mut all = self.all.borrow().clone();
        match self.chosen.get().and_then(|at| all.get_mut(at)) {
            Some(kept) => *kept = canned,
            None => all.push(canned),
        }
        if let Err(error) = Canned::check(&all) {
            return dom::set_text(&self.says, why(error, self.text).0);
        }
        self.put(None, "", "");
        self.keep(all);
        dom::focus(&self.name);
    }

    fn delete(self: &Rc<Self>) {
        let mut all = self.all.borrow().clone();
        if let Some(at) = self.chosen.get().filter(|at| *at < all.len()) {
            all.remove(at);
            self.put(None, "", "");
            self.keep(all);
            dom::focus(&self.name);
        }
    }

    fn keep(&self, all: Vec<Canned>) {
        dom::set_text(&self.says, self.text.replies_kept());
        (self.does)(Deed::Keep(all));
    }

    /// Reads the file that was chosen.
    fn import(self: &Rc<Self>, field: &HtmlInputElement) {
        let file = field.files().and_then(|files| files.get(0));
        // The same file can be chosen again.
        field.set_value("");
        let (Some(file), parts) = (file, Rc::clone(self)) else { return };
        spawn_local(async move {
            let bytes = files::read(&file, 0, files::size(&file).min(MOST_BYTES)).await;
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            let came = import(&text.unwrap_or_default(), &parts.all.borrow());
            match came {
                Ok(all) => {
                    parts.put(None, "", "");
                    parts.keep(all);
                }
                Err(error) => dom::set_text(&parts.says, &why_not(error, parts.text)),
            }
        });
    }
}

/// Why texts are not kept, and at which place.
fn why(error: CannedError, text: DeskText) -> (&'static str, Option<usize>) {
    match error {
        CannedError::TooMany => (text.replies_many(), None),
        CannedError::NoName(at) => (text.reply_no_name(), Some(at)),
        CannedError::NameTooLong(at) => (text.reply_name_long(), Some(at)),
        CannedError::NameTwice(at) => (text.reply_name_twice(), Some(at)),
        CannedError::NoText(at) => (text.reply_no_text(), Some(at)),
        CannedError::TextTooLong(at) => (text.reply_text_long(), Some(at)),
    }
}

/// Why a file is not taken, in a sentence.
fn why_not(error: ImportError, text: DeskText) -> String {
    match error {
        ImportError::NoJson => text.import_no_json().to_owned(),
        ImportError::NoTexts => text.import_no_replies().to_owned(),
        ImportError::Refused(error) => match why(error, text) {
            (words, None) => words.to_owned(),
            (words, Some(at)) => [&fill(text.import_at(), &(at + 1).to_string()), " ", words].concat(),
        },
    }
}
