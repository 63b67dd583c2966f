//! The console's driver: what an agent does goes to the engine, what the engine shows goes to the page.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::futures::spawn_local;
use segel_core::show::{Gate, Refusal, Show};
use segel_core::{AgentConfig, Engine, Input, Outgoing, StartError};
use segel_crypto::enrol::EnrolmentCode;
use segel_ui::{Act, Action, Language, Trouble};
use segel_web::dom;
use segel_web::driver::Driver;
use segel_web::kept::{self, KeptState};
use segel_web::page::{self, Listener};
use segel_web::random::Random;
use segel_web::tab_lock::{Lead, TabLock};
use segel_wire::ids::ConversationId;

use crate::model::{Enrolment, Model};
use crate::view::Console;

/// One store and one lead for each origin that serves the console.
const STORE: &str = "segel/console";

/// A running console.
pub(crate) struct App {
    _shared: Rc<Shared>,
    _lock: Option<TabLock>,
    _visibility: Listener,
}

struct Shared {
    me: Weak<Shared>,
    model: RefCell<Model>,
    console: RefCell<Console>,
    driver: RefCell<Option<Driver>>,
    code: RefCell<Option<EnrolmentCode>>,
    render_due: Cell<bool>,
}

impl App {
    /// Puts the console on the page and starts the engine once this tab leads.
    pub(crate) fn start() -> Self {
        let languages = page::languages();
        let language = Language::choose(languages.iter().map(String::as_str));
        let shared = Rc::new_cyclic(|me| Shared::new(me, language));
        dom::mount("segel", shared.console.borrow().root());
        shared.render();
        let lead = shared.me.clone();
        let lock = if page::is_secure_context() {
            Some(TabLock::request(STORE, move |lead_now| {
                if let Some(shared) = lead.upgrade() {
                    shared.lead_changed(lead_now);
                }
            }))
        } else {
            shared.model.borrow_mut().stop(Trouble::Insecure);
            shared.render();
            None
        };
        let visible = shared.me.clone();
        let visibility = page::on_visibility_change(move |_| {
            if let Some(shared) = visible.upgrade() {
                shared.seen();
            }
        });
        Self { _shared: shared, _lock: lock, _visibility: visibility }
    }
}

impl Shared {
    fn new(me: &Weak<Self>, language: Language) -> Self {
        let act_on = me.clone();
        let act: Act = Rc::new(move |action| {
            if let Some(shared) = act_on.upgrade() {
                shared.act(action);
            }
        });
        let code = page::take_fragment().and_then(|text| EnrolmentCode::parse(&text).ok());
        Self {
            me: me.clone(),
            model: RefCell::default(),
            console: RefCell::new(Console::new(language, &act)),
            driver: RefCell::default(),
            code: RefCell::new(code),
            render_due: Cell::new(false),
        }
    }

    fn lead_changed(&self, lead: Lead) {
        self.model.borrow_mut().set_lead(lead);
        self.schedule_render();
        if let (Lead::Leading, Some(shared)) = (lead, self.me.upgrade()) {
            spawn_local(async move {
                if let Err(trouble) = shared.start_engine().await {
                    shared.model.borrow_mut().stop(trouble);
                    shared.schedule_render();
                }
            });
        }
    }

    async fn start_engine(&self) -> Result<(), Trouble> {
        let mut random = Random::new().map_err(|_| Trouble::Insecure)?;
        let broken = Trouble::Refused(Refusal::StoreBroken);
        let KeptState { store, key, kept } = kept::open(STORE, &mut random).await.map_err(|_| broken)?;
        // An agent's keys must outlive the tab: nobody could enrol them anew at each start.
        let store = store.ok_or(Trouble::StoreBlocked)?;
        let config = AgentConfig { code: self.code.take() };
        if kept.records.is_empty() && config.code.is_some() {
            self.model.borrow_mut().set_enrolment(Enrolment::MakingKeys);
            self.schedule_render();
        }
        let engine = match Engine::agent(&config, key, &kept, &mut random) {
            Ok(engine) => engine,
            Err(StartError::NotEnrolled) => {
                self.model.borrow_mut().set_enrolment(Enrolment::NoCode);
                self.schedule_render();
                return Ok(());
            }
            Err(StartError::Broken(_)) => return Err(broken),
        };
        let me = self.me.clone();
        let driver = Driver::start(engine, random, Some(store), move |show| {
            if let Some(shared) = me.upgrade() {
                shared.show(show);
            }
        });
        *self.driver.borrow_mut() = Some(driver);
        self.schedule_render();
        Ok(())
    }

    fn show(&self, show: Show) {
        let mut model = self.model.borrow_mut();
        match show {
            Show::Gate(Gate::AwaitingRoster) => model.set_enrolment(Enrolment::Waiting),
            Show::Gate(Gate::Refused(refusal @ Refusal::EnrolmentRefused)) => {
                model.set_enrolment(Enrolment::Refused(refusal));
            }
            Show::Gate(Gate::Open) => model.set_enrolment(Enrolment::Done),
            _ => {}
        }
        model.apply(show);
        drop(model);
        self.schedule_render();
    }

    fn act(&self, action: Action) {
        let open = self.model.borrow().opened().map(|opened| opened.conversation);
        match (action, open) {
            (Action::Send(text), Some(conversation)) => {
                self.model.borrow_mut().set_draft(String::new());
                self.input(Input::Submit { conversation: Some(conversation), text: Outgoing::new(text) });
            }
            (Action::Retry(event), Some(conversation)) => self.input(Input::Retry { conversation, event }),
            (Action::Draft(draft), _) => self.model.borrow_mut().set_draft(draft),
            (Action::Dismiss, _) => self.model.borrow_mut().dismiss(),
            (Action::Open(conversation), _) => self.open(conversation),
            (Action::Back, _) => self.model.borrow_mut().back(),
            (Action::Send(_) | Action::Retry(_), None) | (Action::Close, _) => {}
        }
        self.schedule_render();
    }

    fn open(&self, conversation: ConversationId) {
        self.model.borrow_mut().open(conversation);
        self.seen();
    }

    /// The agent has the end of the open conversation before their eyes.
    fn seen(&self) {
        let open = self.model.borrow().opened().and_then(|opened| opened.summary.cloned());
        if let Some(summary) = open.filter(|summary| summary.unread > 0 && page::visible()) {
            self.input(Input::Seen(summary.conversation));
        }
    }

    fn input(&self, input: Input) {
        let driver = self.driver.borrow().clone();
        if let Some(driver) = driver {
            driver.input(input);
        }
    }

    /// Renders once after everything that is happening now.
    fn schedule_render(&self) {
        if self.render_due.replace(true) {
            return;
        }
        let me = self.me.clone();
        spawn_local(async move {
            if let Some(shared) = me.upgrade() {
                shared.render_due.set(false);
                shared.render();
                shared.seen();
            }
        });
    }

    fn render(&self) {
        self.console.borrow_mut().render(&self.model.borrow());
    }
}
