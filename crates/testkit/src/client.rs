//! A device in the hands of a test: an engine of `segel-core` with a native driver.

mod driver;
mod files;
mod http;
mod screen;
mod store;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use segel_core::show::{Body, Deed, Delivery, Gate, Link, Refusal, Standing};
use segel_core::{
    AgentConfig, Engine, Input, Outgoing, OutgoingFile, OutgoingToken, StartError, VisitorConfig,
};
use segel_mask::{MaskedText, Writer};
use segel_wire::ids::{AgentId, ConversationId, EventId};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use self::driver::{Driver, Signal};
use self::files::Files;
pub use self::screen::Screen;
pub use self::store::MemoryStore;
use crate::DEADLINE;

/// Which part a device has.
#[derive(Debug, Clone)]
pub enum Part {
    /// A visitor, as a page's tag says.
    Visitor(VisitorConfig),
    /// An agent.
    Agent(AgentConfig),
}

/// A device that runs until it is dropped; like a browser tab, it ends without a word.
#[derive(Debug)]
pub struct Client {
    part: Part,
    /// The web origin that its requests name, as a browser would.
    origin: Option<String>,
    seed: u64,
    store: MemoryStore,
    files: Files,
    clock: Clock,
    signals: mpsc::UnboundedSender<Signal>,
    screen: watch::Receiver<Screen>,
    running: JoinHandle<()>,
}

/// The machine's clock, set wrong by some milliseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    /// Unix milliseconds.
    pub(crate) fn now(&self) -> u64 {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        u64::try_from(real).unwrap().saturating_add_signed(self.0.load(Ordering::Relaxed))
    }
}

impl Client {
    /// Starts a device from what the store keeps. Its keys follow from `seed`.
    pub fn start(part: Part, origin: Option<&str>, seed: u64, store: MemoryStore) -> Self {
        Self::start_at(part, origin, seed, store, Duration::ZERO).expect("the engine starts")
    }

    /// Starts a device whose clock is `ahead`; or says why its engine does not start.
    pub fn start_at(
        part: Part,
        origin: Option<&str>,
        seed: u64,
        store: MemoryStore,
        ahead: Duration,
    ) -> Result<Self, StartError> {
        let clock = Clock::default();
        clock.0.store(i64::try_from(ahead.as_millis()).unwrap(), Ordering::Relaxed);
        let origin = origin.map(str::to_owned);
        let files = Files::default();
        let (signals, screen, running) = run(&part, origin.clone(), seed, (&store, &files), &clock)?;
        Ok(Self { part, origin, seed, store, files, clock, signals, screen, running })
    }

    /// Ends the device as a closed tab would, and starts it again from what its store keeps.
    pub async fn restart(&mut self) {
        self.running.abort();
        let _ = (&mut self.running).await;
        self.seed += 1_000;
        // What a closed tab had open is gone.
        self.files = Files::default();
        let kept = (&self.store, &self.files);
        let started = run(&self.part, self.origin.clone(), self.seed, kept, &self.clock);
        (self.signals, self.screen, self.running) = started.expect("the engine starts again");
    }

    /// Ends the device and starts it again with another tag, or another code.
    pub async fn restart_as(&mut self, part: Part) {
        self.part = part;
        self.restart().await;
    }

    /// Ends the device and starts it again from an older copy of its store.
    pub async fn set_back(&mut self, copy: &MemoryStore) {
        self.store = copy.copy();
        self.restart().await;
    }

    /// Hands the engine an input.
    pub fn input(&self, input: Input) {
        self.signals.send(Signal::Input(input)).expect("the driver runs");
    }

    /// Masks and sends a text in the device's only conversation, which a visitor's first text starts.
    pub fn say(&self, text: &str) {
        self.submit(self.screen().conversations.keys().next().copied(), text);
    }

    /// Masks and sends a text in a conversation.
    pub fn say_in(&self, conversation: ConversationId, text: &str) {
        self.submit(Some(conversation), text);
    }

    /// Masks a note and sends it to the agents of a conversation.
    pub fn note(&self, conversation: ConversationId, text: &str) {
        let text = Outgoing::note(self.mask(text));
        self.input(Input::Submit { conversation: Some(conversation), event: None, text, quotes: None });
    }

    /// Gives a conversation these labels.
    pub fn label(&self, conversation: ConversationId, labels: &[&str]) {
        let labels = labels.iter().map(|label| self.mask(label));
        let text = Outgoing::labels(labels).expect("labels");
        self.input(Input::Submit { conversation: Some(conversation), event: None, text, quotes: None });
    }

    /// Sends a file that the masker cannot read.
    pub fn attach(&self, name: &str, media_type: &str, bytes: &[u8]) {
        let (size, source) = (bytes.len() as u64, self.files.put(bytes.to_vec()));
        let file = OutgoingFile::opaque(masked(name), media_type.to_owned(), size, source);
        self.input(Input::Attach { conversation: None, event: None, file });
    }

    /// Masks and sends a file of text.
    pub fn attach_text(&self, name: &str, media_type: &str, text: &str) {
        let file = OutgoingFile::text(masked(name), media_type.to_owned(), masked(text));
        self.input(Input::Attach { conversation: None, event: None, file });
    }

    /// Changes every file that the engine may read again.
    pub fn change_sources(&self, change: impl Fn(&mut Vec<u8>)) {
        self.files.change(change);
    }

    /// Takes away every file that the engine may read again.
    pub fn lose_sources(&self) {
        self.files.lose();
    }

    /// How many files the engine has not let go of.
    pub fn held_sources(&self) -> usize {
        self.files.held()
    }

    /// Waits until a file of this name is shown that another device sent, and fetches it.
    pub async fn fetch(&self, name: &str) -> EventId {
        let came = |screen: &Screen| screen.file(name).is_some();
        let screen = self.until(&format!("the file {name}"), came).await;
        let (conversation, event) = screen.file(name).map(|item| (item.conversation, item.event)).unwrap();
        self.input(Input::Fetch { conversation, event });
        event
    }

    /// Waits until a file of this name came, and answers its bytes.
    pub async fn gets(&self, name: &str) -> Vec<u8> {
        let event = self.fetch(name).await;
        let screen = self.until(&format!("all of {name}"), |screen| screen.files.contains_key(&event)).await;
        screen.files[&event].clone()
    }

    /// Forgets a file that was fetched, so that it can be waited for again.
    pub fn forget_file(&self, event: EventId) {
        self.signals.send(Signal::Forget(event)).expect("the driver runs");
    }

    /// Waits until the own file of this name is shown as stored by the relay.
    pub async fn has_sent_file(&self, name: &str) -> Screen {
        let is_sent = |screen: &Screen| {
            use Delivery::{Delivered, Read, Sent};
            screen.file(name).is_some_and(|item| matches!(item.delivery, Sent | Delivered | Read))
        };
        self.until(&format!("{name} to be sent"), is_sent).await
    }

    /// Waits until the own file of this name is shown so; what came or was read is sent, too.
    pub async fn file_is(&self, name: &str, delivery: Delivery) -> Screen {
        let is = |screen: &Screen| {
            screen.file(name).is_some_and(|item| match item.delivery {
                Delivery::Delivered | Delivery::Read => delivery == Delivery::Sent,
                other => other == delivery,
            })
        };
        self.until(&format!("{name} to be {delivery:?}"), is).await
    }

    /// Presses a key in the draft of the device's only conversation.
    pub fn types(&self) {
        self.input(Input::Typing { conversation: self.conversation(), typing: true });
    }

    /// Has the device's only conversation before its person's eyes, or no longer.
    pub fn looks(&self, looking: bool) {
        self.input(Input::Look(looking.then(|| self.conversation())));
    }

    /// Says that the page can vouch for the visitor, and waits until it is asked to, once more.
    pub async fn is_asked_who(&self) -> (ConversationId, [u8; 32]) {
        let before = self.screen().introductions.len();
        self.input(Input::Introduce(None));
        self.is_asked_again(before).await
    }

    /// Waits until the page was asked to vouch more often than so.
    pub async fn is_asked_again(&self, before: usize) -> (ConversationId, [u8; 32]) {
        let asked = |screen: &Screen| screen.introductions.len() > before;
        let screen = self.until("to be asked who the visitor is", asked).await;
        *screen.introductions.last().unwrap()
    }

    /// Hands in a token that the business signed.
    pub fn introduce(&self, token: &[u8]) {
        let masker = segel_core::masker(self.screen().masking.as_ref()).unwrap();
        let mask = |subject: &str| Some(masker.mask(subject, Writer::Visitor).ok()?.text);
        self.input(Input::Introduce(Some(OutgoingToken::read(token, mask).expect("a token"))));
    }

    /// Does something about who holds a conversation.
    pub fn does(&self, conversation: ConversationId, deed: Deed<AgentId>) {
        self.input(Input::Act { conversation, deed });
    }

    /// Waits until this device's agent stands so to the conversation, and none of its acts is on its way.
    pub async fn stands(&self, conversation: ConversationId, standing: Standing) -> Screen {
        let is = |screen: &Screen| {
            let listed = screen.conversations.get(&conversation);
            listed.is_some_and(|summary| summary.hold.standing == standing && !summary.hold.acting)
        };
        self.until(&format!("the conversation to be {standing:?}"), is).await
    }

    /// Sets the clock ahead.
    pub fn advance(&self, by: Duration) {
        self.clock.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
        self.input(Input::Woke);
    }

    /// Sets the clock back.
    pub fn turn_back(&self, by: Duration) {
        self.clock.0.fetch_sub(i64::try_from(by.as_millis()).unwrap(), Ordering::Relaxed);
        self.input(Input::Woke);
    }

    /// What is shown now.
    pub fn screen(&self) -> Screen {
        self.screen.borrow().clone()
    }

    /// What is kept.
    pub fn store(&self) -> &MemoryStore {
        &self.store
    }

    /// Waits until the screen is as wished.
    pub async fn until(&self, wish: &str, mut is_so: impl FnMut(&Screen) -> bool) -> Screen {
        let mut screen = self.screen.clone();
        let shown = timeout(DEADLINE, screen.wait_for(|screen| is_so(screen))).await;
        let Ok(shown) = shown else { panic!("waited in vain for {wish}; shown is {:#?}", self.screen()) };
        shown.unwrap_or_else(|_| panic!("the driver ended before {wish}")).clone()
    }

    /// Waits until this text of another device is shown, and the conversation that it is in.
    pub async fn reads(&self, text: &str) -> Screen {
        let is = |screen: &Screen| {
            screen.items.values().any(|item| {
                item.delivery == Delivery::Received
                    && matches!(&item.body, Body::Text(read) if read == text)
                    && screen.conversations.contains_key(&item.conversation)
            })
        };
        self.until(&format!("to read {text}"), is).await
    }

    /// Waits until this own text is shown as stored by the relay.
    pub async fn has_sent(&self, text: &str) -> Screen {
        let is_sent = |screen: &Screen| {
            use Delivery::{Delivered, Read, Sent};
            matches!(screen.delivery(text), Some(Sent | Delivered | Read))
        };
        self.until(&format!("{text} to be sent"), is_sent).await
    }

    /// Waits for this gate.
    pub async fn meets(&self, gate: Gate) -> Screen {
        self.until(&format!("{gate:?}"), |screen| screen.gate == Some(gate)).await
    }

    /// Waits until the relay is reached and everything missed has come.
    pub async fn is_online(&self) -> Screen {
        self.until("to be online", |screen| screen.link == Some(Link::Online)).await
    }

    /// Waits until a refusal is shown: by itself, or as the reason why a message stays closed.
    pub async fn refuses(&self, refusal: Refusal) -> Screen {
        let closed = |screen: &Screen| screen.closed().any(|(_, reason)| reason == refusal);
        let is = |screen: &Screen| screen.refusals.contains(&refusal) || closed(screen);
        self.until(&format!("the refusal {refusal:?}"), is).await
    }

    /// The event of this text.
    pub fn event(&self, text: &str) -> EventId {
        self.screen().item(text).expect("the text is shown").event
    }

    /// The device's only conversation.
    pub fn conversation(&self) -> ConversationId {
        let screen = self.screen();
        assert_eq!(screen.conversations.len(), 1, "{screen:#?}");
        *screen.conversations.keys().next().unwrap()
    }

    fn submit(&self, conversation: Option<ConversationId>, text: &str) {
        let text = Outgoing::new(self.mask(text));
        self.input(Input::Submit { conversation, event: None, text, quotes: None });
    }

    /// As the device's composer does.
    fn mask(&self, text: &str) -> MaskedText {
        let writer = if matches!(self.part, Part::Agent(_)) { Writer::Agent } else { Writer::Visitor };
        let masker =
            segel_core::masker(self.screen().masking.as_ref()).expect("a policy that can be followed");
        masker.mask(text, writer).expect("a text that can be masked").text
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn masked(text: &str) -> MaskedText {
    segel_mask::mask(text).expect("a text that can be masked").text
}

type Started = (mpsc::UnboundedSender<Signal>, watch::Receiver<Screen>, JoinHandle<()>);

fn run(
    part: &Part,
    origin: Option<String>,
    seed: u64,
    (store, files): (&MemoryStore, &Files),
    clock: &Clock,
) -> Result<Started, StartError> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let (key, kept) = (MemoryStore::key(), store.kept());
    let engine = match part {
        Part::Visitor(config) => Engine::visitor(config.clone(), key, &kept)?,
        Part::Agent(config) => Engine::agent(config, key, &kept, &mut random)?,
    };
    let (signals, inputs) = mpsc::unbounded_channel();
    let (screen, shown) = watch::channel(Screen::default());
    let kept = (store.clone(), files.clone());
    let driver = Driver::new(engine, random, clock.clone(), kept, origin, signals.clone(), screen);
    Ok((signals, shown, tokio::spawn(driver.run(inputs))))
}
