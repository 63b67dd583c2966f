//! What an agent does goes to the engine; what the engine shows goes to the page.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use segel_core::show::{Gate, Refusal, Show};
use segel_core::tabs::Stand;
use segel_core::{AgentConfig, Engine, Input, StartError};
use segel_crypto::enrol::EnrolmentCode;
use segel_mask::Writer;
use segel_ui::running::{Handle, Running, Screen};
use segel_ui::{Act, Action, Language, Situation, Trouble};
use segel_web::files::Fetched;
use segel_web::kept::KeptState;
use segel_web::random::Random;
use segel_web::{dom, page};
use segel_wire::ids::EventId;
use segel_wire::signed::Masking;

use crate::model::{Enrolment, Model};
use crate::view::Console;

/// Under which name the console remembers whose it was last.
const LAST: &str = "segel/console";

/// A running console.
pub(crate) struct App {
    _running: Running,
}

/// The console's screen.
struct Desk(Rc<Parts>);

struct Parts {
    handle: Handle,
    model: RefCell<Model>,
    console: RefCell<Console>,
    code: Option<EnrolmentCode>,
}

impl App {
    /// Puts the console on the page and starts the engine once this tab leads.
    pub(crate) fn start() -> Self {
        Self { _running: Running::start(Desk::new) }
    }
}

impl Desk {
    fn new(handle: Handle) -> Self {
        let languages = page::languages();
        let language = Language::choose(languages.iter().map(String::as_str));
        let parts = Rc::new_cyclic(|me| {
            let me = Weak::<Parts>::clone(me);
            let act: Act = Rc::new(move |action| {
                if let Some(parts) = me.upgrade() {
                    parts.act(action);
                }
            });
            Parts {
                handle,
                model: RefCell::default(),
                console: RefCell::new(Console::new(language, &act)),
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
        self.0.model.borrow_mut().forget();
    }

    fn show(&self, show: Show) {
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
        self.0.console.borrow_mut().render(&self.0.model.borrow());
    }

    /// The agent has the end of the open conversation before their eyes.
    fn look(&self) {
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
}

impl Parts {
    fn act(&self, action: Action) {
        let open = self.model.borrow().opened().map(|opened| opened.conversation);
        match (action, open) {
            (Action::Send(text), Some(conversation)) => {
                self.model.borrow_mut().set_draft(String::new());
                self.handle.submit(Some(conversation), text);
            }
            (Action::Attach(chosen), Some(conversation)) => self.handle.attach(Some(conversation), chosen),
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
                self.model.borrow_mut().set_draft(draft);
                self.handle.input(Input::Typing { conversation, typing });
            }
            (Action::Dismiss, _) => self.model.borrow_mut().situation.dismiss(),
            (Action::Open(conversation), _) => self.model.borrow_mut().open(conversation),
            (Action::Verify(on), _) => self.model.borrow_mut().verify(on),
            (Action::Back, _) => self.model.borrow_mut().back(),
            (
                Action::Send(_)
                | Action::Attach(_)
                | Action::Retry(_)
                | Action::Fetch(_)
                | Action::Cancel(_)
                | Action::Withdraw(_)
                | Action::Draft(_)
                | Action::Do(_),
                None,
            )
            | (Action::Close, _) => {}
        }
        self.handle.render_soon();
    }
}
