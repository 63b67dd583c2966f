//! A message's file on the screen: what it is, how far it has come, and what can be done with it.

use std::cell::RefCell;
use std::rc::Rc;

use segel_core::file::ANY_TYPE;
use segel_core::show::{Delivery, File, Progress};
use segel_web::dom::{self, El, el, icon};
use segel_web::files::{Address, Fetched};
use segel_wire::ids::EventId;
use web_sys::Element;

use crate::action::{Act, Action};
use crate::text::Language;
use crate::{icons, size};

/// The elements of a file, which stand in the place of a message's text.
pub(super) struct FileView {
    file: File,
    root: El,
    bar: El,
    refused: El,
    take: El,
    give_up: El,
    picture: Option<El>,
    address: Rc<RefCell<Option<Address>>>,
}

impl FileView {
    /// A file of which nothing is under way.
    pub(super) fn new(event: EventId, file: &File, language: Language, act: &Act) -> Self {
        let text = language.text();
        let outline = if file.is_picture() { icons::PICTURE } else { icons::FILE };
        let bar = el("progress").attr("max", "100").attr("aria-label", &file.name).hidden();
        let refused = el("p").class("refused").attr("role", "status");
        let address = Rc::new(RefCell::new(None::<Address>));
        let take = button("take").on("click", {
            let (act, address, name) = (Rc::clone(act), Rc::clone(&address), file.name.clone());
            move |_| match &*address.borrow() {
                Some(address) => address.save(&name),
                None => act(Action::Fetch(event)),
            }
        });
        let give_up = button("give-up").on("click", {
            let act = Rc::clone(act);
            move |_| act(Action::Cancel(event))
        });
        let about = el("p").class("about").text(&about(file, language));
        let words = el("div").child(el("p").class("name").attr("dir", "auto").text(&file.name)).child(about);
        let root = el("div")
            .class("bubble file")
            .attr("role", "group")
            .attr("aria-label", text.file())
            .child(el("div").class("what").child(icon(outline)).child(words))
            .place(&bar)
            .place(&refused)
            .child(el("div").class("deeds").place(&take).place(&give_up));
        Self { file: file.clone(), root, bar, refused, take, give_up, picture: None, address }
    }

    /// The element to put on the page.
    pub(super) fn root(&self) -> &Element {
        &self.root
    }

    /// Shows how far it has come.
    pub(super) fn update(&self, delivery: Delivery, progress: Progress, language: Language) {
        let text = language.text();
        let percent = match progress {
            Progress::Sending(percent) | Progress::Fetching(percent) => Some(percent),
            Progress::Rests | Progress::Refused(_) => None,
        };
        let is_under_way = percent.is_some() && !matches!(delivery, Delivery::Failed(_));
        dom::set_hidden(&self.bar, !is_under_way);
        dom::set_attr(&self.bar, "value", &percent.unwrap_or_default().to_string());
        dom::set_text(
            &self.refused,
            match progress {
                Progress::Refused(refusal) => language.refusal(refusal),
                _ => "",
            },
        );
        let has_arrived = !matches!(delivery, Delivery::Sending | Delivery::Failed(_));
        dom::set_hidden(&self.take, !has_arrived || is_under_way);
        let is_here = self.address.borrow().is_some();
        let take = match (is_here, self.file.is_picture()) {
            (true, _) => text.save(),
            (false, true) => text.show(),
            (false, false) => text.download(),
        };
        dom::set_text(&self.take, take);
        let is_failed = matches!(delivery, Delivery::Failed(_));
        dom::set_hidden(&self.give_up, !is_under_way && !is_failed);
        dom::set_text(&self.give_up, if is_failed { text.take_out() } else { text.cancel() });
    }

    /// The file came whole: a picture is shown, anything else is saved.
    pub(super) fn hand(&mut self, fetched: Fetched, language: Language) {
        let is_picture = self.file.is_picture();
        // Whatever is no picture of a known kind is bytes to the browser, so that it opens nothing.
        let media_type = if is_picture { &self.file.media_type } else { ANY_TYPE };
        let Some(address) = fetched.into_address(media_type) else { return };
        if is_picture {
            let picture = el("img").attr("src", address.as_str()).attr("alt", &self.file.name);
            dom::insert(&self.root, &picture, self.root.first_child().as_ref());
            self.picture = Some(picture);
        } else {
            address.save(&self.file.name);
        }
        *self.address.borrow_mut() = Some(address);
        dom::set_text(&self.take, language.text().save());
    }
}

/// Kind and size, such as `PNG · 1,5 MB`.
pub(crate) fn about(file: &File, language: Language) -> String {
    let size = size::in_words(file.size, language);
    let slash = file.media_type.bytes().position(|byte| byte == b'/');
    match slash.and_then(|at| file.media_type.get(at + 1..)) {
        Some(kind) if kind.len() <= 4 => [&kind.to_ascii_uppercase(), " · ", &size].concat(),
        _ => size,
    }
}

fn button(class: &str) -> El {
    el("button").class(class).attr("type", "button")
}
