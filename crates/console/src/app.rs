//! What an agent does goes to the engine; what the engine shows goes to the page.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use segel_core::show::{self, Body, Gate, Item, Refusal, Show, Summary};
use segel_core::tabs::Stand;
use segel_core::{AgentConfig, Engine, Input, Outgoing, StartError};
use segel_crypto::enrol::EnrolmentCode;
use segel_mask::{MaskedText, Writer};
use segel_ui::guard::mask_beside;
use segel_ui::running::{Handle, PutAway, Running, Screen};
use segel_ui::{Act, Action, Items, Language, Situation, Trouble, transcript};
use segel_web::dom;
use segel_web::files::{Address, Fetched};
use segel_web::helper::Helper;
use segel_web::kept::KeptState;
use segel_web::notice::{self, Allowed, Notices};
use segel_web::page::{self, Listener};
use segel_web::random::Random;
use segel_web::store::{LATER, Later};
use segel_wire::ids::{AgentId, ConversationId, EventId};
use segel_wire::limits::MESSAGE_CHARS;
use segel_wire::signed::Masking;
use web_sys::Element;
use zeroize::Zeroizing;

use crate::canned;
use crate::desk::{Deed, Does, Pressed, Sheet, deed_of};
use crate::drafts::Audience;
use crate::model::{self, Enrolment, Keys, Model, Refused};
use crate::view::Console;

/// Under which name the console remembers whose it was last.
const LAST: &str = "segel/console";

/// Under which name the console remembers that its agent wants no keys.
const KEYS_OFF: &str = "segel/console/keys-off";

/// Under which name the console remembers that its agent wants notices.
const NOTICES: &str = "segel/console/notices";

/// A running console.
pub(crate) struct App {
    _running: Running,
}

/// The console's screen.
struct Desk(Rc<Parts>);

struct Parts {
    language: Language,
    helper: Helper,
    act: Act,
    does: Does,
    _keys: Listener,
    handle: Handle,
    model: RefCell<Model>,
    console: RefCell<Console>,
    code: Option<EnrolmentCode>,
    notices: RefCell<Notices>,
    /// The conversation whose messages were asked for last.
    asked_for: Cell<Option<ConversationId>>,
    /// The transcript that the browser may still be reading.
    saved: RefCell<Option<Address>>,
}

impl App {
    /// Puts the console on the page and starts the engine once this tab leads.
    pub(crate) fn start(language: Language, helper: Helper) -> Self {
        Self { _running: Running::start(|handle| Desk::new(handle, language, helper)) }
    }
}

impl Desk {
    fn new(handle: Handle, language: Language, helper: Helper) -> Self {
        let parts = Rc::new_cyclic(|me| {
            let (acts, desk, keyboard) = (me.clone(), me.clone(), me.clone());
            let act: Act = Rc::new(move |action| with(&acts, |parts| parts.act(action)));
            let does: Does = Rc::new(move |deed| with(&desk, |parts| parts.do_at_desk(deed)));
            Parts {
                language,
                helper,
                _keys: page::on_key(move |key| {
                    let pressed = Pressed { key: &key.name, types: key.types, commands: key.commands };
                    keyboard.upgrade().is_some_and(|parts| parts.press(pressed))
                }),
                handle,
                model: RefCell::new(new_model()),
                console: RefCell::new(Console::new(language, &act, &does)),
                act,
                does,
                notices: RefCell::default(),
                asked_for: Cell::new(None),
                saved: RefCell::default(),
                code: page::take_fragment().and_then(|text| EnrolmentCode::parse(&text).ok()),
            }
        });
        dom::mount("segel", parts.console.borrow().root());
        Self(parts)
    }
}

impl Screen for Desk {
    /// One store and one lead for each site under each root key: a code of another site leaves this one's
    /// device as it is. Without a code it is the site that was opened last.
    fn store_name(&self) -> String {
        let coded = self.0.code.as_ref().map(|EnrolmentCode { site, root, .. }| {
            [LAST, "/", &site.to_string(), "/", &root.to_string()].concat()
        });
        coded.or_else(|| page::remembered(LAST)).unwrap_or_else(|| LAST.to_owned())
    }

    /// An agent has hundreds of conversations and reads a few. Only a new device must find everything of the one before.
    fn reads_later(&self) -> Option<&'static Later> {
        self.0.code.is_none().then_some(&LATER)
    }

    fn stand(&self) -> Stand {
        Stand::default()
    }

    fn writer(&self) -> Writer {
        Writer::Agent
    }

    fn masking(&self) -> Option<Masking> {
        self.0.model.borrow().situation.masking.clone()
    }

    fn change(&self, change: &dyn Fn(&mut Situation)) {
        change(&mut self.0.model.borrow_mut().situation);
    }

    fn make_engine(&self, state: &KeptState, random: &mut Random) -> Result<Option<Engine>, Trouble> {
        // An agent's keys must outlive the tab: nobody could enrol them anew at each start.
        if state.store.is_none() {
            return Err(Trouble::StoreBlocked);
        }
        let config = AgentConfig { code: self.0.code.clone() };
        match Engine::agent(&config, state.key.clone(), &state.kept, random) {
            Ok(engine) => {
                page::remember(LAST, &self.store_name());
                Ok(Some(engine))
            }
            Err(StartError::NotEnrolled) => {
                self.0.model.borrow_mut().set_enrolment(Enrolment::NoCode);
                Ok(None)
            }
            Err(StartError::Broken(_)) => Err(Trouble::Refused(Refusal::StoreBroken)),
        }
    }

    fn forget(&self) {
        self.0.asked_for.set(None);
        self.0.model.borrow_mut().forget();
    }

    fn show(&self, show: Show) {
        if let Show::Conversation(summary) = &show {
            self.0.notify(summary);
        }
        let mut model = self.0.model.borrow_mut();
        match show {
            Show::Gate(Gate::Preparing) => model.set_enrolment(Enrolment::MakingKeys),
            Show::Gate(Gate::AwaitingRoster) => model.set_enrolment(Enrolment::Waiting),
            Show::Gate(Gate::Refused(refusal @ Refusal::EnrolmentRefused)) => {
                model.set_enrolment(Enrolment::Refused(refusal));
            }
            Show::Gate(_) => model.set_enrolment(Enrolment::Done),
            _ => {}
        }
        model.apply(show);
    }

    fn hand(&self, event: EventId, fetched: Fetched) {
        self.0.console.borrow_mut().hand(event, fetched);
    }

    fn render(&self) {
        let wants = page::remembered(NOTICES).is_some_and(|wants| wants == "1");
        self.0.model.borrow_mut().notices = match notice::allowed() {
            Allowed::No => model::Notices::Barred,
            Allowed::Yes if wants => model::Notices::On,
            Allowed::Yes | Allowed::Unasked => model::Notices::Off,
        };
        self.0.console.borrow_mut().render(&self.0.model.borrow());
    }

    /// The agent has the end of the open conversation before their eyes.
    fn look(&self) {
        self.0.ask_for_messages();
        let opened =
            self.0.model.borrow().opened().filter(|opened| !opened.verifying).map(|opened| {
                (opened.conversation, opened.summary.is_some_and(|summary| summary.unread > 0))
            });
        let seen = opened.filter(|_| page::visible());
        self.0.handle.looks(seen.map(|(conversation, _)| conversation));
        if let Some((conversation, true)) = seen {
            self.0.handle.input(Input::Seen(conversation));
        }
    }

    fn clear(&self) -> PutAway {
        let Parts { language, act, does, .. } = &*self.0;
        let before = self.0.model.replace(new_model());
        self.0.console.replace(Console::new(*language, act, does));
        dom::mount("segel", self.0.console.borrow().root());
        self.0.asked_for.set(None);
        drop(self.0.saved.take());
        drop(self.0.notices.take());
        PutAway { written: Zeroizing::new(before.drafts.to_bytes()), files: Vec::new() }
    }

    fn put_back(&self, PutAway { written, .. }: PutAway) {
        self.0.model.borrow_mut().drafts.put_back(&written);
        self.0.handle.render_soon();
    }

    fn root(&self) -> Element {
        self.0.console.borrow().root().clone()
    }

    fn helper(&self) -> Helper {
        self.0.helper.clone()
    }

    fn way_out(&self) -> Option<(Act, &'static str)> {
        None
    }
}

fn new_model() -> Model {
    let off = page::remembered(KEYS_OFF).is_some_and(|off| off == "1");
    Model::new(Keys { off, listed: false })
}

fn with(parts: &Weak<Parts>, act: impl FnOnce(&Parts)) {
    if let Some(parts) = parts.upgrade() {
        act(&parts);
    }
}

impl Parts {
    /// A key was pressed; whether it did something.
    fn press(&self, pressed: Pressed<'_>) -> bool {
        let Keys { listed, off } = self.model.borrow().keys;
        let has_sheet = self.model.borrow().has_sheet();
        // A sheet has the page for itself, and so has what stands in the screen's place.
        let is_away = self.console.borrow().root().has_attribute("hidden");
        let deed = deed_of(pressed, !off).filter(|_| !listed && !has_sheet && !is_away);
        deed.inspect(|deed| self.do_at_desk(deed.clone())).is_some()
    }

    /// Says beside the page that there is something new, and nothing of what it says, to an agent who looks elsewhere.
    fn notify(&self, summary: &Summary) {
        let model = self.model.borrow();
        let is_away = !(page::visible() && page::has_focus());
        if model.notices == model::Notices::On && is_away && model.is_news(summary) {
            let text = self.language.desk();
            let name = model.situation.business.as_deref().unwrap_or(text.console());
            self.notices.borrow_mut().show(name, text.notice());
        }
    }

    /// Turns notices on or off; the person is asked by the browser when they turn them on first.
    fn turn_notices(&self) {
        let wants = match self.model.borrow().notices {
            model::Notices::Barred => return,
            model::Notices::On => false,
            model::Notices::Off => true,
        };
        page::remember(NOTICES, if wants { "1" } else { "0" });
        if wants && notice::allowed() == Allowed::Unasked {
            let handle = self.handle.clone();
            // The answer is looked up when the page is rendered.
            notice::ask(move || handle.render_soon());
        }
    }

    fn do_at_desk(&self, deed: Deed) {
        match deed {
            Deed::Filter(filter) => self.model.borrow_mut().inbox.filter = filter,
            Deed::Search(words) => self.model.borrow_mut().inbox.search(&words),
            Deed::Next => self.model.borrow_mut().step(1),
            Deed::Previous => self.model.borrow_mut().step(-1),
            Deed::Claim => {
                let may_claim = self.model.borrow().opened().is_some_and(|opened| {
                    opened.summary.is_some_and(|summary| summary.hold.may.contains(&show::Deed::Claim))
                });
                if may_claim {
                    self.act(Action::Do(show::Deed::Claim));
                }
            }
            Deed::Write | Deed::Note => {
                let audience = if deed == Deed::Note { Audience::Agents } else { Audience::Everyone };
                self.model.borrow_mut().address(audience);
                self.console.borrow().write();
            }
            Deed::Read => self.console.borrow().read(),
            Deed::Find => self.console.borrow().find(),
            Deed::Help(on) => self.model.borrow_mut().keys.listed = on,
            Deed::Keys(on) => {
                self.model.borrow_mut().keys.off = !on;
                page::remember(KEYS_OFF, if on { "0" } else { "1" });
            }
            Deed::Notices => self.turn_notices(),
            Deed::Scrolled => {}
            deed => self.do_among_agents(deed),
        }
        self.handle.render_soon();
    }

    /// What is for agents alone: notes, labels, and texts that are kept.
    fn do_among_agents(&self, deed: Deed) {
        let open = self.model.borrow().opened().map(|opened| opened.conversation);
        match (deed, open) {
            (Deed::SendNote(text), Some(conversation)) => self.handle.note(conversation, text),
            (Deed::DraftNote(draft), _) => self.model.borrow_mut().set_draft(Audience::Agents, draft),
            (Deed::Label(labels), Some(conversation)) => self.label(conversation, &labels),
            (Deed::OfLabel(label), _) => self.model.borrow_mut().inbox.label = label,
            (Deed::HandOver(agent, note), Some(conversation)) => self.hand_over(conversation, agent, &note),
            (Deed::Pick(on), Some(_)) => {
                self.model.borrow_mut().replies.offered = on.then(Default::default);
                if !on {
                    self.console.borrow().write();
                }
            }
            (Deed::FindReply(words), _) => {
                if let Some(offered) = &mut self.model.borrow_mut().replies.offered {
                    *offered = (words, 0);
                }
            }
            (Deed::StepReply(by), _) => self.model.borrow_mut().replies.step(by),
            (Deed::TakeReply(at), _) => {
                let taken = self.model.borrow_mut().take_reply(at);
                if let Some((text, mark)) = taken {
                    self.console.borrow().insert(&text, mark.as_deref());
                }
            }
            (Deed::Manage(on), _) => {
                let replies = &mut self.model.borrow_mut().replies;
                replies.managed = on;
                replies.offered = None;
            }
            (Deed::Block, Some(conversation)) => self.handle.input(Input::Block { conversation, on: true }),
            (Deed::Unblock(conversation), _) => self.handle.input(Input::Block { conversation, on: false }),
            (Deed::Blocked(on), _) => self.model.borrow_mut().sheet = on.then_some(Sheet::Blocked),
            (Deed::Offer(on), _) => {
                let mut model = self.model.borrow_mut();
                model.sheet = on.then_some(Sheet::Offers);
                model.replies.offered = None;
            }
            (Deed::Put(text), Some(_)) => {
                self.model.borrow_mut().sheet = None;
                self.console.borrow().replace(&text);
            }
            (Deed::Keep(texts), _) => self.handle.input(Input::Keep(texts)),
            (Deed::Export, _) => self.export(),
            _ => {}
        }
    }

    /// Gives a conversation these labels, masked like everything that a person writes, and one after another.
    fn label(&self, conversation: ConversationId, labels: &[String]) {
        let masker = segel_core::masker(self.model.borrow().situation.masking.as_ref());
        let good = masker
            .and_then(|masker| masker.mask_together(labels, Writer::Agent).ok())
            .filter(|labels| Outgoing::labels(labels.iter().cloned()).is_some());
        self.model.borrow_mut().refused = if good.is_some() { None } else { Some(Refused::Labels) };
        if let Some(labels) = good {
            self.handle.label(conversation, labels);
        }
    }

    /// Hands a conversation over. What goes with it goes before: whoever gets the conversation is given its key.
    fn hand_over(&self, conversation: ConversationId, agent: AgentId, note: &str) {
        let fits = |text: &MaskedText| text.as_str().chars().count() <= MESSAGE_CHARS;
        let masked = self.mask_note(note.trim()).filter(fits);
        self.model.borrow_mut().refused = if masked.is_some() { None } else { Some(Refused::TransferNote) };
        let Some(text) = masked else { return };
        if !text.as_str().is_empty() {
            self.handle.note(conversation, text);
        }
        self.handle.input(Input::Act { conversation, deed: show::Deed::Transfer(agent) });
    }

    /// The note stands among the open conversation's messages.
    fn mask_note(&self, note: &str) -> Option<MaskedText> {
        let model = self.model.borrow();
        let items = model.opened().and_then(|opened| opened.items).map(Items::as_slice);
        mask_beside(note, model.situation.masking.as_ref(), items.unwrap_or_default())
    }

    /// Has the browser save the texts that are kept.
    fn export(&self) {
        let file = Fetched::of_text(&canned::export(&self.model.borrow().replies.all));
        let address = file.and_then(|file| file.into_address("application/json"));
        if let Some(address) = &address {
            address.save(&[self.language.desk().replies_file(), ".json"].concat());
        }
        self.saved.replace(address);
    }

    /// Once for each conversation that is opened, and again when another engine took over.
    fn ask_for_messages(&self) {
        let open = self.model.borrow().opened().map(|opened| opened.conversation);
        if self.asked_for.replace(open) != open
            && let Some(conversation) = open
        {
            self.handle.input(Input::Open(conversation));
        }
    }

    fn save_transcript(&self) {
        let model = self.model.borrow();
        let business = model.situation.business.as_deref().unwrap_or_default();
        if let Some(items) = model.opened().and_then(|opened| opened.items) {
            // It may be handed to the visitor, whom notes are not for.
            let is_said = |item: &&Item| !matches!(item.body, Body::Note(_));
            let said: Vec<_> = items.as_slice().iter().filter(is_said).cloned().collect();
            self.saved.replace(transcript::save(&said, business, self.language));
        }
    }

    fn act(&self, action: Action) {
        let open = self.model.borrow().opened().map(|opened| opened.conversation);
        match (action, open) {
            (Action::Send(text, quotes), Some(conversation)) => {
                self.model.borrow_mut().set_draft(Audience::Everyone, String::new());
                self.handle.submit(Some(conversation), text, quotes, None);
            }
            (Action::Quote(event), Some(_)) => {
                self.model.borrow_mut().address(Audience::Everyone);
                if let Some(opened) = self.model.borrow().opened()
                    && let Some(items) = opened.items
                {
                    self.console.borrow().quote(event, items, opened.draft);
                }
            }
            (Action::Attach(chosen), Some(conversation)) => self.handle.attach(Some(conversation), chosen, None),
            (Action::Retry(event), Some(conversation)) => {
                self.handle.input(Input::Retry { conversation, event });
            }
            (Action::Fetch(event), Some(conversation)) => {
                self.handle.input(Input::Fetch { conversation, event });
            }
            (Action::Cancel(event), Some(conversation)) => {
                self.handle.input(Input::Cancel { conversation, event });
            }
            (Action::Withdraw(event), Some(conversation)) => {
                self.handle.input(Input::Withdraw { conversation, event });
            }
            (Action::Do(deed), Some(conversation)) => {
                self.handle.input(Input::Act { conversation, deed });
            }
            (Action::Draft(draft), Some(conversation)) => {
                let typing = !draft.is_empty();
                self.model.borrow_mut().set_draft(Audience::Everyone, draft);
                self.handle.input(Input::Typing { conversation, typing });
            }
            (Action::Transcript, Some(_)) => self.save_transcript(),
            (Action::Dismiss, _) => self.model.borrow_mut().situation.dismiss(),
            (Action::BeginAnew, _) => self.handle.begin_anew(),
            (Action::TryAgain, _) => self.handle.try_again(),
            (Action::Open(conversation), _) => self.model.borrow_mut().open(conversation),
            (Action::Verify(on), _) => self.model.borrow_mut().verify(on),
            (Action::Back, _) => self.model.borrow_mut().back(),
            (Action::LockSheet, _) => self.handle.open_lock_sheet(),
            (Action::LockNow, _) => self.handle.lock_now(),
            (
                Action::Send(..)
                | Action::Quote(_)
                | Action::Attach(_)
                | Action::Retry(_)
                | Action::Fetch(_)
                | Action::Cancel(_)
                | Action::Withdraw(_)
                | Action::Draft(_)
                | Action::Transcript
                | Action::Do(_),
                None,
            )
            // An agent ends by an act, and begins and erases nothing.
            | (
                Action::Close
                | Action::Scrolled
                | Action::End
                | Action::Erase
                | Action::Report(_)
                | Action::Rate(_)
                | Action::Answer(_)
                | Action::Begin
                | Action::List(_),
                _,
            ) => {}
        }
        self.handle.render_soon();
    }
}
