//! What a visitor does goes to the engine; what the engine shows goes to the panel and the page's loader.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::futures::spawn_local;
use segel_core::show::{Refusal, Reporting, Show};
use segel_core::tabs::Stand;
use segel_core::{Engine, Input, OutgoingDetails, OutgoingToken, VisitorConfig};
use segel_mask::Writer;
use segel_ui::running::{Handle, PutAway, Running, Screen};
use segel_ui::{Act, Action, Language, ReportStep, Situation, Trouble, transcript};
use segel_web::channel::Port;
use segel_web::clock::now_ms;
use segel_web::files::{Address, Fetched};
use segel_web::helper::Helper;
use segel_web::kept::KeptState;
use segel_web::page::{self, Listener};
use segel_web::random::Random;
use segel_web::store::Later;
use segel_web::timer::{Timer, after};
use segel_web::{dom, json, rest};
use segel_wire::ids::{ConversationId, EventId, Octets};
use segel_wire::signed::Masking;
use segel_wire::{json_read, json_write};
use wasm_bindgen::JsValue;
use web_sys::{Element, MessagePort};

use crate::model::{self, Model, Place};
use crate::view::{Panel, Preferences};

/// In milliseconds.
const MINUTE: u32 = 60_000;

/// A running widget.
pub(crate) struct App {
    _running: Running,
}

/// The widget's screen.
#[derive(Clone)]
struct Widget(Rc<Parts>);

struct Parts {
    handle: Handle,
    config: VisitorConfig,
    model: RefCell<Model>,
    panel: RefCell<Panel>,
    port: RefCell<Option<Port>>,
    /// Where on its site the page is, as the loader says.
    path: RefCell<String>,
    open: Cell<bool>,
    /// The panel was opened and the browser has not brought the focus yet.
    awaits_focus: Cell<bool>,
    comes: RefCell<Option<[Listener; 2]>>,
    told: Cell<Told>,
    /// What the clock says of the site's hours changes.
    minute: RefCell<Option<Timer>>,
    language: Language,
    /// The transcript or report that the browser may still be reading.
    saved: RefCell<Option<Address>>,
    /// Runs what is fetched when it is wanted.
    helper: Helper,
}

/// What the loader was told last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Told {
    exists: bool,
    unread: u32,
    /// Whether the number may not stand in the page's title.
    no_title: bool,
}

/// What the loader says.
#[derive(Debug)]
struct FromLoader {
    kind: String,
    /// An identity token.
    token: Option<Octets>,
    /// The page's path.
    path: Option<String>,
}

json_read!(FromLoader { kind = "type", token, path });

/// What the loader is told.
#[derive(Debug, Default)]
struct ToLoader {
    kind: &'static str,
    count: Option<u32>,
    /// For what an identity token is asked.
    conversation: Option<String>,
    visitor: Option<String>,
}

json_write!(ToLoader { kind = "type", count, conversation, visitor });

impl App {
    /// Puts the panel on the page and starts the engine once this tab leads.
    pub(crate) fn start(
        config: VisitorConfig,
        language: Language,
        port: MessagePort,
        helper: Helper,
    ) -> Self {
        Self { _running: Running::start(|handle| Widget::new(handle, config, language, port, helper)) }
    }
}

impl Widget {
    fn new(
        handle: Handle,
        config: VisitorConfig,
        language: Language,
        port: MessagePort,
        helper: Helper,
    ) -> Self {
        let parts = Rc::new_cyclic(|me| {
            let me = std::rc::Weak::<Parts>::clone(me);
            let act: Act = Rc::new(move |action| {
                if let Some(parts) = me.upgrade() {
                    parts.act(action);
                }
            });
            Parts {
                handle,
                config,
                model: RefCell::default(),
                panel: RefCell::new(Panel::new(language, &act)),
                port: RefCell::default(),
                path: RefCell::default(),
                language,
                saved: RefCell::default(),
                open: Cell::new(false),
                awaits_focus: Cell::new(false),
                comes: RefCell::default(),
                told: Cell::default(),
                minute: RefCell::default(),
                helper,
            }
        });
        dom::mount("segel", parts.panel.borrow().root());
        let me = Rc::downgrade(&parts);
        *parts.port.borrow_mut() = Some(Port::new(port, move |message| {
            if let Some(parts) = me.upgrade() {
                parts.hear(message);
            }
        }));
        let me = Rc::downgrade(&parts);
        let focus = page::on_focus(move || {
            if let Some(parts) = me.upgrade()
                && parts.awaits_focus.take()
            {
                parts.panel.borrow().focus();
            }
        });
        let me = Rc::downgrade(&parts);
        // Who comes by pressing something goes on there: it must not scroll away from under the finger.
        let press = page::on_press(move || {
            if let Some(parts) = me.upgrade() {
                parts.awaits_focus.set(false);
            }
        });
        *parts.comes.borrow_mut() = Some([focus, press]);
        Self(parts)
    }
}

impl Screen for Widget {
    /// One store and one lead for each site under each root key.
    fn store_name(&self) -> String {
        let VisitorConfig { site, root, .. } = &self.0.config;
        ["segel/", &site.to_string(), "/", &root.to_string()].concat()
    }

    /// A visitor has few conversations, and looks at them.
    fn reads_later(&self) -> Option<&'static Later> {
        None
    }

    fn stand(&self) -> Stand {
        let VisitorConfig { page, floor, .. } = &self.0.config;
        Stand { page: page.clone(), floor: *floor }
    }

    fn writer(&self) -> Writer {
        Writer::Visitor
    }

    fn masking(&self) -> Option<Masking> {
        self.0.model.borrow().situation.masking.clone()
    }

    fn change(&self, change: &dyn Fn(&mut Situation)) {
        change(&mut self.0.model.borrow_mut().situation);
    }

    fn make_engine(&self, state: &KeptState, _: &mut Random) -> Result<Option<Engine>, Trouble> {
        Engine::visitor(self.0.config.clone(), state.key.clone(), &state.kept)
            .map(Some)
            .map_err(|_| Trouble::Refused(Refusal::StoreBroken))
    }

    fn forget(&self) {
        self.0.model.borrow_mut().forget();
        self.0.panel.borrow().lose_report();
    }

    fn show(&self, show: Show) {
        match &show {
            Show::Introduce { conversation, visitor } => {
                let (conversation, visitor) = (Some(conversation.to_string()), Some(visitor.clone()));
                return self.0.post(&ToLoader { kind: "identify", conversation, visitor, count: None });
            }
            // It is the page's to mend, and nothing to a visitor.
            Show::Refused(Refusal::TokenRefused) => return self.0.say("refused"),
            Show::Erased => self.0.say("gone"),
            Show::Report(conversation, reporting) => return self.0.reported(*conversation, reporting),
            _ => {}
        }
        self.0.model.borrow_mut().apply(show);
    }

    fn hand(&self, event: EventId, fetched: Fetched) {
        self.0.panel.borrow_mut().hand(event, fetched);
    }

    fn render(&self) {
        let parts = &self.0;
        if rest::is_here() {
            parts.describe();
        }
        let model = parts.model.borrow();
        parts.panel.borrow_mut().render(&model);
        if model.situation.hours.is_some() {
            let handle = parts.handle.clone();
            *parts.minute.borrow_mut() = Some(after(MINUTE, move || handle.render_soon()));
        }
        if model.screen() != model::Screen::Chat {
            // A page that the site does not list learns nothing.
            return;
        }
        if (model.has_gone() || model.is_away()) && !rest::is_here() {
            // With it comes what is said of the visitor afterwards.
            let handle = parts.handle.clone();
            rest::then(move || handle.render_soon());
        }
        let exists = !model.talks().is_empty();
        let on = if exists { parts.panel.borrow().preferences() } else { Preferences::default() };
        let now = Told { exists, unread: model.unread(), no_title: !on.title };
        let before = parts.told.replace(now);
        if now.exists && !before.exists {
            parts.say("exists");
        }
        if now.no_title != before.no_title {
            parts.post(&ToLoader { kind: "title", count: Some(u32::from(on.title)), ..ToLoader::default() });
        }
        let is_away = !(parts.open.get() && page::visible());
        if on.sound && is_away && before.exists && now.unread > before.unread {
            parts.chime();
        }
        if now.unread != before.unread {
            parts.post(&ToLoader { kind: "unread", count: Some(now.unread), ..ToLoader::default() });
        }
    }

    fn look(&self) {
        self.0.look();
    }

    #[inline(never)]
    fn clear(&self) -> PutAway {
        let parts = &self.0;
        let written = parts.panel.borrow().put_away();
        parts.model.replace(Model::default());
        drop(parts.saved.take());
        drop(parts.minute.take());
        let act = parts.panel.borrow().act();
        parts.panel.replace(Panel::new(parts.language, &act));
        dom::mount("segel", parts.panel.borrow().root());
        let told = parts.told.get();
        if told.unread > 0 {
            parts.told.set(Told { unread: 0, ..told });
            parts.post(&ToLoader { kind: "unread", count: Some(0), ..ToLoader::default() });
        }
        written
    }

    #[inline(never)]
    fn put_back(&self, written: PutAway) {
        self.0.panel.borrow().put_back(written);
    }

    #[inline(never)]
    fn root(&self) -> Element {
        self.0.panel.borrow().root().clone()
    }

    #[inline(never)]
    fn helper(&self) -> Helper {
        self.0.helper.clone()
    }

    #[inline(never)]
    fn way_out(&self) -> Option<(Act, &'static str)> {
        Some((self.0.panel.borrow().act(), self.0.language.text().close()))
    }
}

impl Parts {
    fn act(&self, action: Action) {
        match action {
            Action::Send(text, quotes) => {
                self.handle.submit(self.conversation(), text, quotes, self.details());
            }
            Action::Answer(answers) => {
                self.model.borrow_mut().answer(answers, now_ms());
                self.handle.render_soon();
            }
            Action::Quote(event) => self.panel.borrow().quote(event, self.model.borrow().items()),
            Action::Attach(chosen) => self.handle.attach(self.conversation(), chosen, self.details()),
            Action::Retry(event) => self.tell(|conversation| Input::Retry { conversation, event }),
            Action::Fetch(event) => self.tell(|conversation| Input::Fetch { conversation, event }),
            Action::Cancel(event) => self.tell(|conversation| Input::Cancel { conversation, event }),
            Action::Withdraw(event) => self.tell(|conversation| Input::Withdraw { conversation, event }),
            Action::Dismiss => {
                self.model.borrow_mut().situation.dismiss();
                self.handle.render_soon();
            }
            Action::BeginAnew => self.handle.begin_anew(),
            Action::TryAgain => self.handle.try_again(),
            Action::Verify(on) => self.turn_to(if on { Place::Safety } else { Place::Talk }),
            Action::List(on) => self.turn_to(if on { Place::List } else { Place::Talk }),
            Action::Open(conversation) => {
                self.model.borrow_mut().open(conversation);
                self.handle.render_soon();
            }
            Action::Begin => {
                self.model.borrow_mut().begin();
                self.handle.render_soon();
            }
            Action::End => self.tell(Input::End),
            Action::Erase => self.handle.input(Input::Erase),
            Action::Rate(rating) => {
                if let Some(conversation) = self.conversation() {
                    self.handle.rate(conversation, rating);
                }
            }
            Action::Transcript => self.save_transcript(),
            Action::Report(step) => self.report(step),
            Action::Close => self.say("close"),
            // The composer holds the draft.
            Action::Draft(draft) => {
                if let Some(conversation) = self.conversation() {
                    self.handle.input(Input::Typing { conversation, typing: !draft.is_empty() });
                }
            }
            // A visitor has no say in who holds a conversation.
            Action::Back | Action::Do(_) => {}
            Action::Scrolled => self.handle.render_soon(),
            Action::LockSheet => self.handle.open_lock_sheet(),
            Action::LockNow => self.handle.lock_now(),
        }
    }

    /// The conversation that the visitor looks at.
    fn conversation(&self) -> Option<ConversationId> {
        self.model.borrow().current().map(|talk| talk.conversation)
    }

    /// What is said of the visitor before a message with which a conversation begins. The rest of the program makes it: while
    /// that is not here, nothing was asked, and no message waits.
    fn details(&self) -> Option<OutgoingDetails> {
        if rest::is_here() { self.made_details() } else { None }
    }

    #[inline(never)]
    fn made_details(&self) -> Option<OutgoingDetails> {
        self.model.borrow().details(&self.config.page, &self.path.borrow(), &page::language())
    }

    /// Where a conversation has begun without a word of its visitor, what would have come before it follows.
    #[inline(never)]
    fn describe(&self) {
        let late =
            self.model.borrow().late_details(&self.config.page, &self.path.borrow(), &page::language());
        if let Some((message, details)) = late {
            self.handle.input(Input::Details { message, details });
        }
    }

    fn turn_to(&self, place: Place) {
        self.model.borrow_mut().turn_to(place);
        self.handle.render_soon();
    }

    fn save_transcript(&self) {
        let model = self.model.borrow();
        let business = model.situation.business.as_deref().unwrap_or_default();
        self.saved.replace(transcript::save(model.items().as_slice(), business, self.language));
    }

    #[inline(never)]
    fn report(&self, step: ReportStep) {
        match step {
            ReportStep::Show(on) => self.turn_to(if on { Place::Report } else { Place::Talk }),
            ReportStep::Make(events) => self.tell(|conversation| Input::Report { conversation, events }),
        }
    }

    /// Every tab hears what came of a report; the one that wanted it has the browser save it.
    #[inline(never)]
    fn reported(&self, conversation: ConversationId, reporting: &Reporting) {
        let saved = self.panel.borrow_mut().reported(conversation, reporting);
        if saved.is_some() {
            self.saved.replace(saved);
        }
    }

    /// Hands in what happened in the conversation, if there is one.
    fn tell(&self, input: impl FnOnce(ConversationId) -> Input) {
        if let Some(conversation) = self.conversation() {
            self.handle.input(input(conversation));
        }
    }

    fn hear(&self, message: JsValue) {
        // Only a token can be what it should not.
        let Ok(message) = json::from_value::<FromLoader>(message) else { return self.say("refused") };
        match (message.kind.as_str(), message.token) {
            ("identify", None) => return self.handle.input(Input::Introduce(None)),
            ("identify", Some(token)) => return self.introduce(&token.0),
            _ => {}
        }
        self.open.set(message.kind == "shown");
        self.path.replace(message.path.unwrap_or_default());
        // A panel that opens again by itself on the next page must not take the focus from it, and what the
        // loader says may come before the focus that it brings.
        let is_here = page::has_focus();
        self.awaits_focus.set(self.open.get() && !is_here);
        if self.open.get() && is_here {
            self.panel.borrow().focus();
        }
        self.look();
    }

    /// The visitor has the end of the timeline before their eyes.
    fn look(&self) {
        let sees = self.open.get() && page::visible() && self.model.borrow().place() == Place::Talk;
        let looks = self.conversation().filter(|_| sees);
        let unread = self
            .model
            .borrow()
            .current()
            .and_then(|talk| talk.summary.as_ref())
            .is_some_and(|summary| summary.unread > 0);
        self.handle.looks(looks);
        if let (true, Some(conversation)) = (unread, looks) {
            self.handle.input(Input::Seen(conversation));
        }
    }

    /// The page hands in a token. Its name for the person goes the way of all text, or not at all.
    fn introduce(&self, token: &[u8]) {
        let masker = segel_core::masker(self.model.borrow().situation.masking.as_ref());
        let mask = |subject: &str| Some(masker?.mask(subject, Writer::Visitor).ok()?.text);
        match OutgoingToken::read(token, mask) {
            Ok(token) => self.handle.input(Input::Introduce(Some(token))),
            Err(_) => self.say("refused"),
        }
    }

    /// Sounds for a new message.
    #[inline(never)]
    fn chime(&self) {
        let chime = self.helper.run("chime", &[]);
        spawn_local(async move {
            if let Ok(chime) = chime {
                // Silence is no error.
                let _ = chime.await;
            }
        });
    }

    fn say(&self, kind: &'static str) {
        self.post(&ToLoader { kind, ..ToLoader::default() });
    }

    fn post(&self, message: &ToLoader) {
        if let (Ok(message), Some(port)) = (json::to_value(message), &*self.port.borrow()) {
            // Plain texts and numbers can always be cloned.
            let _ = port.post(&message);
        }
    }
}
