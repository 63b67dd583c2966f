//! Where a message is written. What is typed stays, whatever happens around it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use segel_core::show::Item;
use segel_mask::{MaskError, Masked, Span, Writer};
use segel_web::dom::{self, El, el, icon};
use segel_wire::cbor;
use segel_wire::ids::EventId;
use segel_wire::limits::MESSAGE_CHARS;
use segel_wire::signed::Masking;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DragEvent, Element, Event, HtmlTextAreaElement, KeyboardEvent};
use zeroize::Zeroizing;

use crate::action::{Act, Action};
use crate::emoji::Emoji;
use crate::guard::Guard;
use crate::icons;
use crate::notice::Notice;
use crate::pieces::Pieces;
use crate::quote::Quoting;
use crate::running::PutAway;
use crate::text::{Language, fill};
use crate::tray::Tray;

/// The counter shows when this many characters or fewer are left.
const COUNTED: usize = 200;

/// A text area that grows, the notice of what masking changes in it, and the button that sends.
pub struct Composer {
    root: El,
    parts: Rc<Parts>,
    _emoji: Rc<Emoji>,
}

impl Composer {
    /// An empty composer that can send.
    pub fn new(language: Language, act: Act) -> Self {
        let area = text_area(language);
        let grow = el("div").class("grow");
        // A copy of what is typed, behind it: as high as the text, and underlined where something was found.
        let backdrop = el("div").class("backdrop").attr("aria-hidden", "true");
        let send = send_button(language);
        let guard = Rc::<RefCell<Guard>>::default();
        let tray = Tray::new(language, Rc::clone(&guard));
        let hindrance = el("p").class("hindrance").attr("id", "segel-hindrance").attr("role", "status");
        let count = el("p").class("count").attr("id", "segel-count");

        let parts = Rc::new(Parts {
            language,
            notice: Notice::new(language, &leading_back_to(&area, &act)),
            act,
            area: area.clone().unchecked_into(),
            backdrop: Pieces::new(backdrop, piece),
            guard,
            send: send.clone(),
            hindrance: hindrance.clone(),
            count: count.clone(),
            quoting: Quoting::new(language, &area),
            tray,
            is_hindered: Cell::new(false),
        });
        let me = Rc::downgrade(&parts);
        parts.tray.on_change(move || {
            if let Some(parts) = me.upgrade() {
                parts.read();
            }
        });
        let choosing = Rc::downgrade(&parts);
        let emoji = Rc::new(Emoji::new(language, move |chosen| {
            if let Some(parts) = choosing.upgrade() {
                parts.put(chosen);
            }
        }));
        let grid = Rc::clone(&emoji);
        let (typing, pressing, submitting) = (Rc::clone(&parts), Rc::clone(&parts), Rc::clone(&parts));
        let (pasting, dropping) = (Rc::clone(&parts), Rc::clone(&parts));
        let (scrolling, escaping) = (Rc::clone(&parts), Rc::clone(&parts));
        let area = area.on("input", move |_| typing.typed()).on("scroll", move |_| scrolling.follow());
        let area = area.on("keydown", move |event| {
            if let Some(key) = event.dyn_ref::<KeyboardEvent>()
                && sends(key)
            {
                event.prevent_default();
                pressing.submit();
            }
        });
        let area = area.on("paste", move |event| {
            let carried = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data);
            if pasting.tray.take(carried.and_then(|carried| carried.files())) {
                event.prevent_default();
            }
        });
        let root = el("form")
            .class("composer")
            .attr("novalidate", "")
            .child(hindrance)
            .place(parts.notice.root())
            .place(parts.quoting.root())
            .place(parts.tray.root())
            .place(emoji.root())
            .child(
                el("div")
                    .class("line")
                    .place(parts.tray.button())
                    .child(grow.place(parts.backdrop.root()).child(area))
                    .place(emoji.button())
                    .child(send),
            )
            .child(count)
            .on("submit", move |event| {
                event.prevent_default();
                submitting.submit();
            })
            .on("keydown", move |event| {
                if let Some(key) = event.dyn_ref::<KeyboardEvent>() {
                    grid.press(key);
                    if !key.cancel_bubble() {
                        escaping.quoting.press(key);
                    }
                }
            })
            // Without this the browser would open what is dropped, and leave the chat.
            .on("dragover", Event::prevent_default)
            .on("drop", move |event| {
                event.prevent_default();
                let carried = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer);
                dropping.tray.take(carried.and_then(|carried| carried.files()));
            });
        parts.read();
        Self { root, parts, _emoji: emoji }
    }

    /// The element to put on the page.
    pub fn root(&self) -> &Element {
        &self.root
    }

    /// What is typed, raw.
    pub fn draft(&self) -> String {
        self.parts.area.value()
    }

    /// Puts a draft in the place of what is typed; reports no [`Action::Draft`].
    pub fn set_draft(&self, draft: &str) {
        if self.parts.area.value() != draft {
            self.parts.area.set_value(draft);
            self.parts.read();
        }
    }

    /// What is being written and answered, and the files that go with it, for another composer.
    pub fn put_away(&self) -> PutAway {
        let Parts { quoting, tray, .. } = &*self.parts;
        let written = (self.draft(), Vec::from_iter(quoting.event()));
        PutAway { written: Zeroizing::new(cbor::encode(&written)), files: tray.files() }
    }

    /// Goes on with what was put away, unless something was typed here.
    pub fn put_back(&self, PutAway { written, files }: PutAway) {
        let Ok((draft, quotes)) = cbor::read::<(String, Vec<EventId>)>(&written) else { return };
        if self.draft().is_empty() {
            self.set_draft(&draft);
            if let Some(event) = quotes.first() {
                self.parts.quoting.resume(*event);
            }
            self.parts.tray.put_back(files);
        }
    }

    /// Lets go of the files that were chosen and not sent, and of what was to be answered.
    pub fn let_go(&self) {
        self.parts.tray.clear();
        self.parts.quoting.take();
    }

    /// The next text answers one of these messages.
    pub fn quote(&self, event: EventId, items: &[Item]) {
        self.parts.quoting.begin(event, items);
    }

    /// Masks by this policy from now on, and by what these messages say of numbers in the next.
    pub fn guard(&self, masking: Option<&Masking>, writer: Writer, items: &[Item]) {
        self.parts.quoting.render(items);
        if self.parts.guard.borrow_mut().update(masking, writer, items) && !self.parts.area.value().is_empty()
        {
            self.parts.read();
        }
    }

    /// Says why nothing can be sent now, or `None`: it can. Typing goes on in either case.
    pub fn hinder(&self, why: Option<&str>) {
        dom::set_text(&self.parts.hindrance, why.unwrap_or_default());
        // Said again and again, it must not take away what was said of a message that was just sent.
        if self.parts.is_hindered.replace(why.is_some()) != why.is_some() {
            self.parts.read();
        }
    }

    /// Whom what is written is for, in words, and whether files can go with it.
    pub fn address(&self, label: &str, send: &str, takes_files: bool) {
        dom::set_attr(&self.parts.area, "aria-label", label);
        dom::set_attr(&self.parts.area, "placeholder", label);
        dom::set_attr(&self.parts.send, "aria-label", send);
        dom::set_attr(&self.parts.send, "title", send);
        self.parts.tray.close(!takes_files);
    }

    /// Puts a text in at the caret, as if typed, and selects the first place of `mark` in what is written then.
    pub fn insert(&self, text: &str, mark: Option<&str>) {
        self.parts.put(text);
        let draft = self.draft();
        let at = mark.and_then(|mark| draft.split_once(mark).map(|(before, _)| (before, mark)));
        if let Some((before, mark)) = at {
            let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or_default();
            // It fails only for kinds of fields that this is none of.
            let _ = self.parts.area.set_selection_range(units(before), units(before) + units(mark));
        }
    }

    /// Puts a text in the place of all that is typed, as if typed.
    pub fn replace(&self, text: &str) {
        self.parts.area.select();
        self.parts.put(text);
    }

    /// Puts the focus on the text area, unless a screen keyboard would then cover the conversation.
    pub fn focus(&self) {
        if dom::matches_media("(pointer: fine)") {
            dom::focus(&self.parts.area);
        }
    }
}

/// What the composer's listeners share.
struct Parts {
    language: Language,
    act: Act,
    area: HtmlTextAreaElement,
    backdrop: Pieces,
    guard: Rc<RefCell<Guard>>,
    send: Element,
    hindrance: Element,
    count: Element,
    notice: Notice,
    quoting: Quoting,
    tray: Tray,
    is_hindered: Cell<bool>,
}

impl Parts {
    fn typed(&self) {
        self.read();
        (self.act)(Action::Draft(self.area.value()));
    }

    /// Puts a piece in at the caret, or in the place of what is selected.
    fn put(&self, piece: &str) {
        let end = |end: Result<Option<u32>, _>| end.ok().flatten().unwrap_or_default();
        let (from, to) = (end(self.area.selection_start()), end(self.area.selection_end()));
        let after = from + u32::try_from(piece.encode_utf16().count()).unwrap_or_default();
        // Both fail only for kinds of fields that this is none of.
        let _ = self.area.set_range_text_with_start_and_end(piece, from, to);
        let _ = self.area.set_selection_range(after, after);
        dom::focus(&self.area);
        self.typed();
    }

    fn submit(&self) {
        if let Some(masked) = self.read() {
            let files = self.tray.empty();
            let earlier = self.guard.borrow().earlier(&masked);
            self.area.set_value("");
            self.read();
            self.notice.tell_sent(&masked, earlier);
            dom::focus(&self.area);
            (self.act)(Action::Draft(String::new()));
            for file in files {
                (self.act)(Action::Attach(file));
            }
            if !masked.text.as_str().is_empty() {
                self.guard.borrow_mut().hand_on(masked.text.as_str().to_owned());
                (self.act)(Action::Send(masked.text, self.quoting.take()));
            }
        }
    }

    /// Shows what stands in the text area; answers what can be sent beside the files, which may be no text.
    fn read(&self) -> Option<Masked> {
        let draft = self.area.value();
        let masking = self.guard.borrow().mask(draft.trim());
        self.underline(
            &draft,
            match &masking {
                Ok(masked) => &masked.spans,
                Err(MaskError::Blocked(spans)) => spans,
                Err(_) => &[],
            },
        );
        let earlier = masking.as_ref().map(|masked| self.guard.borrow().earlier(masked));
        self.notice.render(&masking, earlier.unwrap_or_default());
        let length =
            masking.as_ref().map_or_else(|_| draft.as_str(), |masked| masked.text.as_str()).chars().count();
        self.count(length);
        let least = usize::from(!self.tray.has_files());
        let sendable =
            masking.ok().filter(|_| !self.is_hindered.get() && (least..=MESSAGE_CHARS).contains(&length));
        dom::set_attr(&self.send, "aria-disabled", if sendable.is_some() { "false" } else { "true" });
        sendable
    }

    /// Copies the draft behind the text area, with what was found in it underlined.
    fn underline(&self, draft: &str, spans: &[Span]) {
        let skipped = draft.len() - draft.trim_start().len();
        let mut pieces = Vec::new();
        let mut at = 0;
        for span in spans {
            let (start, end) = (span.start + skipped, span.end + skipped);
            pieces.extend([
                draft.get(at..start).unwrap_or_default(),
                draft.get(start..end).unwrap_or_default(),
            ]);
            at = end;
        }
        // A line that was begun and is empty has no height of its own.
        let rest = [draft.get(at..).unwrap_or_default(), " "].concat();
        pieces.push(&rest);
        self.backdrop.show(&pieces);
    }

    /// Only when the browser says so: to ask it at every key would have it lay out the text at every key.
    fn follow(&self) {
        self.backdrop.root().set_scroll_top(self.area.scroll_top());
    }

    fn count(&self, length: usize) {
        let text = self.language.text();
        let words = match MESSAGE_CHARS.checked_sub(length) {
            Some(left) if left > COUNTED => String::new(),
            Some(left) => fill(text.left(), &left.to_string()),
            None => fill(text.excess(), &(length - MESSAGE_CHARS).to_string()),
        };
        dom::set_text(&self.count, &words);
        dom::set_class(&self.count, "excess", length > MESSAGE_CHARS);
    }
}

fn piece(is_found: bool) -> El {
    if is_found { el("span").class("found") } else { el("span") }
}

fn text_area(language: Language) -> El {
    let text = language.text();
    el("textarea")
        .attr("rows", "1")
        .attr("aria-label", text.write())
        .attr("placeholder", text.write())
        .attr("aria-describedby", "segel-hindrance segel-count")
        .attr("enterkeyhint", "send")
}

fn send_button(language: Language) -> El {
    let words = language.text().send();
    el("button")
        .class("send")
        .attr("type", "submit")
        .attr("aria-label", words)
        .attr("title", words)
        .child(icon(icons::SEND))
}

/// Whoever did something about what is typed goes on typing.
fn leading_back_to(area: &Element, act: &Act) -> Act {
    let (area, act) = (area.clone(), Rc::clone(act));
    Rc::new(move |action| {
        dom::focus(&area);
        act(action);
    })
}

/// Enter sends; with Shift it is a new line, and while an input method composes it belongs to that.
fn sends(key: &KeyboardEvent) -> bool {
    key.key() == "Enter" && !key.shift_key() && !key.is_composing()
}
