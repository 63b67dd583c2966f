//! A relay's hostile double: stands between clients and the relay, records every byte and meddles.
//!
//! Clients are told the proxy's origin as the relay's public one. Until a rule is set it passes
//! everything on as it came, preflights and `Origin` headers included, so that browsers can use it too.

mod events;
mod forward;
mod rules;
mod socket;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use segel_wire::{ClientFrame, Code, Delivered, ServerFrame};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use self::rules::Rules;
use crate::DEADLINE;

const FRAME: &str = "frame";

/// A running proxy; it ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    origin: String,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

/// Whom something was on its way to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// The relay.
    Relay,
    /// A client.
    Client,
}

/// What becomes of a request and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The request, on its way to the relay.
    Request,
    /// The answer: the relay has done what was asked.
    Answer,
    /// Both; the client is told this instead.
    Refused(Code),
}

/// What the proxy lets through, as proxies of some networks do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// Everything, as it comes.
    #[default]
    Open,
    /// Requests and answers, but no WebSocket.
    NoUpgrades,
    /// No WebSocket, and answers only when they are whole.
    Buffers,
}

/// One request, answer or frame as it came, before any meddling.
#[derive(Debug, Clone)]
pub struct Record {
    /// Whom it was on its way to.
    pub towards: Towards,
    /// `frame`, of a WebSocket or of server-sent events, or the request's method, path and query.
    pub subject: String,
    /// Headers of a request or answer, a line each.
    pub head: String,
    /// The body, or the frame's text.
    pub body: Vec<u8>,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    relay: Mutex<Option<SocketAddr>>,
    records: watch::Sender<Vec<Record>>,
    rules: Mutex<Rules>,
    /// Changes when every socket and stream of events is to be cut.
    cuts: watch::Sender<()>,
}

impl Proxy {
    /// Listens on a free port of this machine; [`Proxy::forward_to`] says where the relay is.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
            relay: Mutex::default(),
            records: watch::Sender::default(),
            rules: Mutex::default(),
            cuts: watch::Sender::new(()),
        });
        let router = Router::new().fallback(forward::forward).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, shared, serving }
    }

    /// The origin that clients are told.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Passes on to the relay at this address from now on.
    pub fn forward_to(&self, relay: SocketAddr) {
        *lock(&self.shared.relay) = Some(relay);
    }

    /// Everything that passed so far.
    pub fn records(&self) -> Vec<Record> {
        self.shared.records.borrow().clone()
    }

    /// Waits until what passed so far is as wished.
    pub async fn until(&self, wish: &str, mut is_so: impl FnMut(&[Record]) -> bool) {
        let mut records = self.shared.records.subscribe();
        let passed = timeout(DEADLINE, records.wait_for(|records| is_so(records))).await;
        assert!(passed.is_ok_and(|waited| waited.is_ok()), "waited in vain for {wish} to pass");
    }

    /// Waits until `count` more frames have passed, either way.
    pub async fn frames_passed(&self, count: usize) {
        let passed = |records: &[Record]| records.iter().filter(|record| record.subject == FRAME).count();
        let goal = passed(&self.shared.records.borrow()) + count;
        self.until(&format!("{count} frames"), |records| passed(records) >= goal).await;
    }

    /// Answers GET and POST requests whose path ends so with what `rule` makes of the genuine body.
    pub fn alter_answers(&self, path_end: &str, rule: impl FnMut(Vec<u8>) -> Vec<u8> + Send + 'static) {
        lock(&self.shared.rules).answers.push((path_end.to_owned(), Box::new(rule)));
    }

    /// Delivers what `rule` makes of each event instead of the event: nothing, another, or several.
    pub fn alter_events(&self, rule: impl FnMut(Delivered) -> Vec<Delivered> + Send + 'static) {
        lock(&self.shared.rules).events = Some(Box::new(rule));
    }

    /// Hands the relay what `rule` makes of each client's frame.
    pub fn alter_sends(&self, rule: impl FnMut(ClientFrame) -> ClientFrame + Send + 'static) {
        lock(&self.shared.rules).sends = Some(Box::new(rule));
    }

    /// Gives clients none of the relay's frames of which `rule` says so, events and answers alike.
    pub fn withhold(&self, rule: impl FnMut(&ServerFrame) -> bool + Send + 'static) {
        lock(&self.shared.rules).withheld = Some(Box::new(rule));
    }

    /// Loses of each exchange what `rule` says of its method, path and query.
    pub fn lose(&self, rule: impl FnMut(&str) -> Option<Loss> + Send + 'static) {
        lock(&self.shared.rules).losses = Some(Box::new(rule));
    }

    /// Lets through what networks of this kind do.
    pub fn behave(&self, manner: Manner) {
        lock(&self.shared.rules).manner = manner;
    }

    /// Forgets every rule.
    pub fn be_honest(&self) {
        *lock(&self.shared.rules) = Rules::default();
    }

    /// Cuts every socket and stream of events that is open now, without a word.
    pub fn cut(&self) {
        self.shared.cuts.send_replace(());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Shared {
    fn record(&self, towards: Towards, subject: &str, head: String, body: &[u8]) {
        let record = Record { towards, subject: subject.to_owned(), head, body: body.to_vec() };
        self.records.send_modify(|records| records.push(record));
    }

    fn record_frame(&self, towards: Towards, text: &str) {
        self.record(towards, FRAME, String::new(), text.as_bytes());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
