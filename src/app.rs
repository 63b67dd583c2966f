//! The widget's driver: what a visitor does goes to the engine, what the engine shows goes to the panel.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::futures::spawn_local;
use segel_core::show::{Refusal, Show};
use segel_core::{Engine, Input, Outgoing, VisitorConfig};
use segel_ui::{Act, Action, Language, Trouble};
use segel_web::channel::Port;
use segel_web::driver::Driver;
use segel_web::kept::{self, KeptState};
use segel_web::page::{self, Listener};
use segel_web::random::Random;
use segel_web::tab_lock::{Lead, TabLock};
use segel_web::{dom, json};
use segel_wire::ids::ConversationId;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use web_sys::MessagePort;

use crate::model::Model;
use crate::options::Options;
use crate::view::Panel;

/// A running widget.
pub(crate) struct App {
    _shared: Rc<Shared>,
    _lock: Option<TabLock>,
    _visibility: Listener,
}

struct Shared {
    me: Weak<Shared>,
    config: VisitorConfig,
    model: RefCell<Model>,
    panel: RefCell<Panel>,
    port: Port,
    driver: RefCell<Option<Driver>>,
    conversation: Cell<Option<ConversationId>>,
    open: Cell<bool>,
    told: Cell<Told>,
    render_due: Cell<bool>,
}

/// What the loader was told last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Told {
    exists: bool,
    unread: u32,
}

/// What the loader says.
#[derive(Debug, Deserialize)]
struct FromLoader {
    #[serde(rename = "type")]
    kind: String,
}

/// What the loader is told.
#[derive(Debug, Serialize)]
struct ToLoader {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
}

impl App {
    /// Puts the panel on the page and starts the engine once this tab leads.
    pub(crate) fn start(options: Options, port: MessagePort) -> Self {
        let Options { config, language } = options;
        let shared = Rc::new_cyclic(|me| Shared::new(me, config, language, port));
        dom::mount("segel", shared.panel.borrow().root());
        shared.render();
        let lead = shared.me.clone();
        let lock = if page::is_secure_context() {
            let name = shared.store_name();
            Some(TabLock::request(&name, move |lead_now| {
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
    fn new(me: &Weak<Self>, config: VisitorConfig, language: Language, port: MessagePort) -> Self {
        let (act_on, hear_on) = (me.clone(), me.clone());
        let act: Act = Rc::new(move |action| {
            if let Some(shared) = act_on.upgrade() {
                shared.act(action);
            }
        });
        let port = Port::new(port, move |message| {
            if let Some(shared) = hear_on.upgrade() {
                shared.hear(message);
            }
        });
        Self {
            me: me.clone(),
            config,
            model: RefCell::default(),
            panel: RefCell::new(Panel::new(language, &act)),
            port,
            driver: RefCell::default(),
            conversation: Cell::new(None),
            open: Cell::new(false),
            told: Cell::default(),
            render_due: Cell::new(false),
        }
    }

    /// One store and one lead for each site under each root key.
    fn store_name(&self) -> String {
        ["segel/", &self.config.site.to_string(), "/", &self.config.root.to_string()].concat()
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
        let KeptState { store, key, kept } =
            kept::open(&self.store_name(), &mut random).await.map_err(|_| broken)?;
        if store.is_none() {
            self.model.borrow_mut().keeps_nothing();
        }
        let engine = Engine::visitor(self.config.clone(), key, &kept).map_err(|_| broken)?;
        let me = self.me.clone();
        let driver = Driver::start(engine, random, store, move |show| {
            if let Some(shared) = me.upgrade() {
                shared.show(show);
            }
        });
        *self.driver.borrow_mut() = Some(driver);
        self.schedule_render();
        Ok(())
    }

    fn show(&self, show: Show) {
        if let Show::Conversation(summary) = &show {
            self.conversation.set(Some(summary.conversation));
        }
        self.model.borrow_mut().apply(show);
        self.schedule_render();
    }

    fn act(&self, action: Action) {
        match action {
            Action::Send(text) => {
                let conversation = self.conversation.get();
                self.input(Input::Submit { conversation, text: Outgoing::new(text) });
            }
            Action::Retry(event) => {
                if let Some(conversation) = self.conversation.get() {
                    self.input(Input::Retry { conversation, event });
                }
            }
            Action::Dismiss => {
                self.model.borrow_mut().dismiss();
                self.schedule_render();
            }
            Action::Close => self.post("close", None),
            // The composer holds the draft, and a visitor has one conversation.
            Action::Draft(_) | Action::Open(_) | Action::Back => {}
        }
    }

    fn hear(&self, message: JsValue) {
        let Ok(message) = json::from_value::<FromLoader>(message) else { return };
        self.open.set(message.kind == "shown");
        if self.open.get() {
            self.panel.borrow().focus();
        }
        self.seen();
    }

    /// The visitor has the end of the timeline before their eyes.
    fn seen(&self) {
        let unread = self.model.borrow().unread() > 0;
        if let (true, Some(conversation)) =
            (unread && self.open.get() && page::visible(), self.conversation.get())
        {
            self.input(Input::Seen(conversation));
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
        let model = self.model.borrow();
        self.panel.borrow_mut().render(&model);
        let now = Told { exists: self.conversation.get().is_some(), unread: model.unread() };
        let before = self.told.replace(now);
        if now.exists && !before.exists {
            self.post("exists", None);
        }
        if now.unread != before.unread {
            self.post("unread", Some(now.unread));
        }
    }

    fn post(&self, kind: &'static str, count: Option<u32>) {
        if let Ok(message) = json::to_value(&ToLoader { kind, count }) {
            // Plain texts and numbers can always be cloned.
            let _ = self.port.post(&message);
        }
    }
}
