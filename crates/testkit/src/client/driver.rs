//! Carries out an engine's outputs, in order, and tells it what happened.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use rand_chacha::ChaCha20Rng;
use segel_core::{Engine, Input, Output};
use segel_wire::ids::EventId;
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, Request, header};
use tokio_tungstenite::tungstenite::{self, Message};

use super::http::Http;
use super::{Clock, Files, MemoryStore, Screen};

const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// What wakes a driver.
#[derive(Debug)]
pub(crate) enum Signal {
    /// For the engine.
    Input(Input),
    /// For the engine, if the socket of this number is still the one.
    Socket(u64, Input),
    /// A file that was fetched is to be forgotten.
    Forget(EventId),
}

pub(crate) struct Driver {
    engine: Engine,
    random: ChaCha20Rng,
    clock: Clock,
    store: MemoryStore,
    files: Files,
    origin: Option<String>,
    http: Http,
    signals: mpsc::UnboundedSender<Signal>,
    screen: watch::Sender<Screen>,
    socket: Option<Socket>,
    sockets: u64,
    wake_at: u64,
    /// Requests and sockets; they end with the driver.
    tasks: JoinSet<()>,
}

struct Socket {
    number: u64,
    frames: mpsc::UnboundedSender<String>,
    task: AbortHandle,
}

impl Driver {
    pub(crate) fn new(
        engine: Engine,
        random: ChaCha20Rng,
        clock: Clock,
        (store, files): (MemoryStore, Files),
        origin: Option<String>,
        signals: mpsc::UnboundedSender<Signal>,
        screen: watch::Sender<Screen>,
    ) -> Self {
        let http = Http::new(engine.relay(), engine.site(), origin.clone());
        let (tasks, wake_at) = (JoinSet::new(), u64::MAX);
        Self {
            engine,
            random,
            clock,
            store,
            files,
            origin,
            http,
            signals,
            screen,
            socket: None,
            sockets: 0,
            wake_at,
            tasks,
        }
    }

    pub(crate) async fn run(mut self, mut signals: mpsc::UnboundedReceiver<Signal>) {
        self.take(Input::Woke);
        loop {
            let wait = Duration::from_millis(self.wake_at.saturating_sub(self.clock.now()));
            let input = tokio::select! {
                signal = signals.recv() => match signal {
                    Some(Signal::Input(input)) => input,
                    Some(Signal::Socket(number, input)) if self.is_current(number) => input,
                    Some(Signal::Socket(..)) => continue,
                    Some(Signal::Forget(event)) => {
                        self.screen.send_modify(|screen| drop(screen.files.remove(&event)));
                        continue;
                    }
                    None => return,
                },
                () = sleep(wait), if self.wake_at < u64::MAX => {
                    self.wake_at = u64::MAX;
                    Input::Woke
                }
                Some(_) = self.tasks.join_next() => continue,
            };
            self.take(input);
        }
    }

    /// Hands in one input and carries out everything that follows from it.
    fn take(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            self.engine.handle(input, self.clock.now(), &mut self.random);
            while let Some(output) = self.engine.poll() {
                inputs.extend(self.carry_out(output));
            }
        }
    }

    fn carry_out(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Store { generation, changes } => {
                let kept = self.store.keep(generation, changes);
                return Some(if kept { Input::Stored(generation) } else { Input::StoreFailed(generation) });
            }
            Output::Request { id, request, token } => {
                let (http, signals) = (self.http.clone(), self.signals.clone());
                self.tasks.spawn(async move {
                    let answer = http.ask(request, token).await;
                    let _ = signals.send(Signal::Input(Input::Answered { id, answer }));
                });
            }
            Output::Connect => self.connect(),
            Output::Disconnect => self.disconnect(),
            Output::Send(frame) => {
                let text = serde_json::to_string(&frame).unwrap();
                // A socket that is gone says so itself.
                let _ = self.socket.as_ref().map(|socket| socket.frames.send(text));
            }
            Output::Read { source, from, to } => {
                let bytes = self.files.read(source, from, to);
                return Some(Input::Read { source, from, bytes });
            }
            Output::Release(source) => self.files.release(source),
            Output::Piece { event, bytes } => self.files.take(event, bytes),
            Output::Whole(event) => self.screen.send_modify(|screen| {
                screen.files.insert(event, self.files.whole(event));
            }),
            Output::Broken(event) => drop(self.files.whole(event)),
            Output::Show(show) => self.screen.send_modify(|screen| screen.apply(show)),
            Output::WakeAt(time) => self.wake_at = time,
            // It started with everything.
            Output::Load { .. } => {}
        }
        None
    }

    fn connect(&mut self) {
        self.disconnect();
        self.sockets += 1;
        let address = self.engine.relay().replacen("http", "ws", 1) + "/v1/stream";
        let mut request = address.into_client_request().unwrap();
        if let Some(origin) = &self.origin {
            request.headers_mut().insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        let (frames, outgoing) = mpsc::unbounded_channel();
        let task = self.tasks.spawn(speak(self.sockets, request, outgoing, self.signals.clone()));
        self.socket = Some(Socket { number: self.sockets, frames, task });
    }

    fn disconnect(&mut self) {
        if let Some(socket) = self.socket.take() {
            socket.task.abort();
        }
    }

    fn is_current(&self, number: u64) -> bool {
        self.socket.as_ref().is_some_and(|socket| socket.number == number)
    }
}

/// Speaks frames over one socket until it closes.
async fn speak(
    number: u64,
    request: Request<()>,
    mut outgoing: mpsc::UnboundedReceiver<String>,
    signals: mpsc::UnboundedSender<Signal>,
) {
    let say = |input| {
        let _ = signals.send(Signal::Socket(number, input));
    };
    if let Ok(Ok((socket, _))) = timeout(CONNECT_WITHIN, connect_async(request)).await {
        say(Input::SocketOpened);
        let (mut sink, mut source) = socket.split();
        loop {
            tokio::select! {
                Some(text) = outgoing.recv() => {
                    if sink.send(Message::text(text)).await.is_err() {
                        break;
                    }
                }
                received = source.next() => match received {
                    Some(Ok(Message::Text(text))) => {
                        say(Input::Frame(serde_json::from_str(&text).expect("a frame of the protocol")));
                    }
                    Some(Ok(Message::Close(_)) | Err::<_, tungstenite::Error>(_)) | None => break,
                    Some(Ok(_)) => {}
                },
            }
        }
    }
    say(Input::SocketClosed);
}
