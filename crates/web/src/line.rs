//! The live line to the relay: frames both ways, over what the network lets through.
//!
//! A WebSocket comes first; where none can be opened, server-sent events with requests beside them; where those
//! are withheld, long polls. docs/PROTOCOL.md, section 7.3.

mod events;
mod poll;
mod post;
pub mod socket;
mod ways;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::encode_uri_component;
use js_sys::futures::spawn_local;
use segel_wire::{ClientFrame, Code, Problem, ServerFrame, limits};

use self::events::End;
use self::socket::{Socket, SocketEvent};
use self::ways::Way;
use crate::clock::now_ms;
use crate::http::{self, Accept, Body, Deadline, HttpError, Method, Request};
use crate::json;
use crate::timer::{Timer, after};

pub use self::ways::Ways;

/// How long a WebSocket may take to open.
const OPEN_WITHIN_MS: u32 = 10_000;
/// How long a worse way is gone before the better ones are tried again.
const BETTER_AFTER_MS: u32 = 5 * 60_000;
/// A line on which something was heard within this time is there.
const LATELY_MS: u64 = 20_000;

/// Events that may come over a worse way before those that came are taken; a socket's relay counts by itself.
const AHEAD: u32 = 2 * limits::FLOW_EVENTS;

/// An open or opening line. Dropping it closes it, and no event is heard after that.
pub struct Line(Rc<Work>);

/// What happened on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineEvent {
    /// Frames may be sent now, hello first.
    Opened,
    /// A frame came; an error about no event, if it was none.
    Frame(ServerFrame),
    /// It is over, or never came to be; the last event.
    Closed,
}

struct Work {
    relay: String,
    way: Way,
    ways: Rc<Ways>,
    on_event: Box<dyn Fn(LineEvent)>,
    /// The one that frames go over, or one that shows whether a better way has opened up.
    socket: RefCell<Option<Socket>>,
    /// What is asked for at the moment, unless frames go over a socket.
    reading: RefCell<Option<Deadline>>,
    timer: RefCell<Option<Timer>>,
    token: RefCell<String>,
    /// What is to be sent, and whether somebody is at it.
    waiting: RefCell<VecDeque<ClientFrame>>,
    sending: Cell<bool>,
    worked: Cell<bool>,
    heard_at: Cell<u64>,
    /// Events that came and were not taken, and who waits until they are.
    ahead: Cell<u32>,
    reader: RefCell<Option<Waker>>,
    over: Cell<bool>,
}

impl Line {
    /// Starts to connect to the relay, an origin; `on_event` hears how it goes, never before this function has
    /// returned. What comes of it is remembered in `ways` for the next line.
    pub fn open(relay: &str, ways: &Rc<Ways>, on_event: impl Fn(LineEvent) + 'static) -> Self {
        let work = Rc::new(Work {
            relay: relay.to_owned(),
            way: ways.way(),
            ways: Rc::clone(ways),
            on_event: Box::new(on_event),
            socket: RefCell::default(),
            reading: RefCell::default(),
            timer: RefCell::default(),
            token: RefCell::default(),
            waiting: RefCell::default(),
            sending: Cell::default(),
            worked: Cell::default(),
            heard_at: Cell::default(),
            ahead: Cell::default(),
            reader: RefCell::default(),
            over: Cell::default(),
        });
        if work.way == Way::Socket {
            work.open_socket();
        } else {
            work.try_better_later();
            let work = Rc::clone(&work);
            spawn_local(async move { work.tell(LineEvent::Opened) });
        }
        Self(work)
    }

    /// Sends a frame. Whether it arrived, answers tell; a line that closed meanwhile says so itself.
    pub fn send(&self, frame: ClientFrame) {
        if self.0.over.get() {
            return;
        }
        if self.0.way == Way::Socket {
            if let Some(socket) = &*self.0.socket.borrow() {
                // The engine sends again over the next line what a closed socket did not take.
                let _ = socket.send_json(&frame);
            }
            return;
        }
        match frame {
            ClientFrame::Hello { token, cursor } => {
                *self.0.token.borrow_mut() = token;
                spawn_local(Rc::clone(&self.0).read(cursor));
            }
            ClientFrame::Flow { events } => {
                self.0.ahead.set(self.0.ahead.get().saturating_sub(events));
                if let Some(reader) = self.0.reader.take() {
                    reader.wake();
                }
            }
            ClientFrame::Ping => {
                if now_ms().saturating_sub(self.0.heard_at.get()) < LATELY_MS {
                    self.0.tell(LineEvent::Frame(ServerFrame::Pong));
                }
            }
            ClientFrame::Send { .. } | ClientFrame::Signal { .. } => {
                self.0.waiting.borrow_mut().push_back(frame);
                if !self.0.sending.replace(true) {
                    spawn_local(Rc::clone(&self.0).post_all());
                }
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // A socket that opened and carried nothing is none.
        if self.0.way == Way::Socket && !self.0.worked.get() && !self.0.over.get() {
            self.0.ways.failed();
        }
        self.0.end();
    }
}

impl Work {
    fn open_socket(self: &Rc<Self>) {
        let work = Rc::clone(self);
        *self.timer.borrow_mut() = Some(after(OPEN_WITHIN_MS, move || work.close()));
        let work = Rc::clone(self);
        let opened = Socket::open(&self.stream_address(), move |event| match event {
            SocketEvent::Opened => {
                drop(work.timer.take());
                work.tell(LineEvent::Opened);
            }
            SocketEvent::Text(text) => {
                work.hear();
                work.take(&text);
            }
            SocketEvent::Closed { .. } => work.close(),
        });
        if opened.is_err() {
            let work = Rc::clone(self);
            spawn_local(async move { work.close() });
        }
        *self.socket.borrow_mut() = opened.ok();
    }

    /// After a while sees whether a socket can be opened, and makes way for it.
    fn try_better_later(self: &Rc<Self>) {
        let work = Rc::clone(self);
        let try_better = move || {
            let trying = Rc::clone(&work);
            let opened = Socket::open(&work.stream_address(), move |event| match event {
                SocketEvent::Opened => {
                    trying.ways.start_over();
                    trying.close();
                }
                SocketEvent::Text(_) => {}
                SocketEvent::Closed { .. } => {
                    trying.ways.rise();
                    trying.try_better_later();
                }
            });
            *work.socket.borrow_mut() = opened.ok();
        };
        *self.timer.borrow_mut() = Some(after(BETTER_AFTER_MS, try_better));
    }

    /// Waits until so few events are ahead that more may come; for ever, if the line ends meanwhile.
    async fn room(&self) {
        poll_fn(|context| {
            if self.ahead.get() < AHEAD {
                return Poll::Ready(());
            }
            self.reader.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    async fn read(self: Rc<Self>, cursor: Option<String>) {
        if self.way == Way::Events {
            if self.read_events(cursor.as_deref()).await == End::Over {
                return self.close();
            }
            self.ways.sink();
        }
        // Why the line is over, it has said if the relay gave a reason.
        let _ = self.read_polls(cursor).await;
        self.close();
    }

    /// Asks for events after the cursor; what is still read of them ends with the line, or when time is up.
    async fn ask(
        &self,
        accept: Accept,
        query: &str,
        cursor: Option<&str>,
        patience_ms: u32,
    ) -> Result<web_sys::Response, HttpError> {
        if self.over.get() {
            return Err(HttpError::Unreachable);
        }
        let mut url = [&self.relay, "/v1/events", query].concat();
        if let Some(cursor) = cursor {
            url += if query.is_empty() { "?cursor=" } else { "&cursor=" };
            url += &String::from(encode_uri_component(cursor));
        }
        let token = Some(self.token.borrow().clone());
        let request = Request { method: Method::Get, url, token, range: None, body: Body::Empty };
        let deadline = Deadline::start(patience_ms)?;
        let signal = deadline.signal();
        // The one before is done with.
        drop(self.reading.replace(Some(deadline)));
        http::begin(&request, Some(accept), &signal).await
    }

    fn stream_address(&self) -> String {
        // "http" becomes "ws" and "https" becomes "wss".
        ["ws", self.relay.strip_prefix("http").unwrap_or(&self.relay), "/v1/stream"].concat()
    }

    /// Takes note of a sign of life.
    fn hear(&self) {
        self.heard_at.set(now_ms());
        if !self.worked.replace(true) {
            self.ways.worked();
        }
    }

    /// Hands on a frame; closes a line that speaks what is not understood.
    fn take(&self, text: &str) {
        match json::parse(text) {
            Ok(frame) => self.tell(LineEvent::Frame(frame)),
            Err(_) => self.mishear(),
        }
    }

    /// What came is no frame: says so as an error about no event, and closes the line.
    #[inline(never)]
    fn mishear(&self) {
        let (kind, title) = (String::new(), String::new());
        let problem = Problem { kind, title, status: 0, code: Code::Malformed };
        self.tell(LineEvent::Frame(ServerFrame::Error { event: None, problem }));
        self.close();
    }

    /// The relay refuses to say anything more, and says why.
    async fn take_refusal(&self, answer: &web_sys::Response) -> Result<(), HttpError> {
        let problem = http::read(answer).await?.body.json::<Problem>()?;
        self.hear();
        self.tell(LineEvent::Frame(ServerFrame::Bye { problem }));
        Ok(())
    }

    fn tell(&self, event: LineEvent) {
        if !self.over.get() {
            if matches!(event, LineEvent::Frame(ServerFrame::Event(_))) {
                self.ahead.set(self.ahead.get() + 1);
            }
            (self.on_event)(event);
        }
    }

    /// Ends the line and says so.
    fn close(&self) {
        if self.over.get() {
            return;
        }
        if !self.worked.get() {
            self.ways.failed();
        }
        self.end();
        (self.on_event)(LineEvent::Closed);
    }

    /// Lets go of everything that knows of this line, too.
    fn end(&self) {
        self.over.set(true);
        drop(self.socket.take());
        drop(self.reading.take());
        drop(self.reader.take());
        drop(self.timer.take());
    }
}
