//! Carries out what an engine puts out, and tells it what came of it. No decision is made here.

mod keeper;
mod relay;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::futures::spawn_local;
use segel_core::show::Show;
use segel_core::tabs::Stand;
use segel_core::{Answer, Engine, Input, Output};
use segel_wire::ServerFrame;
use segel_wire::ids::EventId;
use segel_wire::signed::Intake;
use web_sys::File;

use crate::clock::now_ms;
use crate::files::{self, Fetched, Pieces, Sources};
use crate::line::{Line, LineEvent, Ways};
use crate::page::{self, Listener};
use crate::random::Random;
use crate::rest;
use crate::store::Home;
use crate::timer::{Timer, after};
pub use keeper::Fate;
pub(crate) use keeper::Keeper;
use keeper::Told;

/// An engine at work in this tab. It stops when the last handle is dropped.
#[derive(Clone)]
pub struct Driver(Rc<Work>);

struct Work {
    me: Weak<Work>,
    engine: RefCell<Engine>,
    random: RefCell<Random>,
    keeper: Keeper,
    inputs: RefCell<Vec<Input>>,
    busy: Cell<bool>,
    line: RefCell<Option<Line>>,
    ways: Rc<Ways>,
    timer: RefCell<Option<Timer>>,
    sources: RefCell<Sources>,
    pieces: RefCell<Pieces>,
    on_show: Box<dyn Fn(Show)>,
    on_file: Box<dyn Fn(EventId, Fetched)>,
    _online: Listener,
}

impl Driver {
    /// Starts an engine. Without a store nothing outlives the tab; a new one is made with what is kept first. Neither `on_show` nor
    /// `on_file`, which is given the files that came whole, may hand in an input. `on_fate` hears what becomes of the store.
    pub fn start(
        engine: Engine,
        random: Random,
        store: Option<Home>,
        on_show: impl Fn(Show) + 'static,
        on_file: impl Fn(EventId, Fetched) + 'static,
        on_fate: impl Fn(Fate) + 'static,
    ) -> Self {
        let ways = Rc::<Ways>::default();
        let work = Rc::new_cyclic(|me: &Weak<Work>| {
            let online = me.clone();
            let kept = me.clone();
            Work {
                me: me.clone(),
                engine: RefCell::new(engine),
                random: RefCell::new(random),
                keeper: Keeper::new(store, move |told| match told {
                    Told::Input(input) => tell(&kept, input),
                    // What becomes of a store is nothing to whoever has let the engine go.
                    Told::Fate(fate) if kept.strong_count() > 0 => on_fate(fate),
                    Told::Fate(_) => {}
                }),
                inputs: RefCell::default(),
                busy: Cell::new(false),
                line: RefCell::default(),
                ways: Rc::clone(&ways),
                timer: RefCell::default(),
                sources: RefCell::default(),
                pieces: RefCell::default(),
                on_show: Box::new(on_show),
                on_file: Box::new(on_file),
                _online: page::on_online_change(move |up| {
                    // It may be another network.
                    ways.start_over();
                    tell(&online, Input::Network(up));
                }),
            }
        });
        work.input(Input::Network(page::online()));
        Self(work)
    }

    /// Hands in what happened.
    pub fn input(&self, input: Input) {
        self.0.input(input);
    }

    /// Whether all that was handed in so far was carried out, and what came of it is kept.
    pub fn is_kept(&self) -> bool {
        !self.0.busy.get() && self.0.keeper.is_done()
    }

    /// Goes on once that is so: at once if it is, and never if it cannot be. `go_on` may hand in nothing.
    pub fn once_kept(&self, go_on: Box<dyn FnOnce()>) {
        if self.is_kept() {
            go_on();
        } else {
            self.0.keeper.wait(go_on);
        }
    }

    /// Asks the store whether another tab has begun a term in it, which is said like any other [`Fate`].
    pub fn make_sure(&self) {
        self.0.keeper.make_sure();
    }

    /// As [`Engine::serves`].
    pub fn serves(&self, stand: &Stand) -> bool {
        self.0.engine.borrow().serves(stand)
    }

    /// As [`Engine::gives_way`].
    pub fn gives_way(&self) -> bool {
        self.0.engine.borrow().gives_way(now_ms())
    }

    /// All that is to be seen now.
    pub fn everything(&self) -> Vec<Show> {
        self.0.engine.borrow().everything(now_ms())
    }

    /// Takes a file that the engine may read; answers the number that it knows it by.
    pub fn put_source(&self, file: File) -> u64 {
        self.0.sources.borrow_mut().put(file)
    }
}

fn tell(work: &Weak<Work>, input: Input) {
    if let Some(work) = work.upgrade() {
        work.input(input);
    }
}

impl Work {
    /// Takes inputs one after the other, also those that come while one is being carried out.
    fn input(&self, input: Input) {
        self.inputs.borrow_mut().push(input);
        if !self.busy.replace(true) {
            self.work();
        }
    }

    fn work(&self) {
        loop {
            if !rest::is_here() && self.inputs.borrow().first().is_some_and(needs_rest) {
                // What comes meanwhile stays behind it.
                let me = self.me.clone();
                return rest::then(move || {
                    if let Some(work) = me.upgrade() {
                        work.work();
                    }
                });
            }
            let next = take_first(&mut self.inputs.borrow_mut());
            let Some(input) = next else { break };
            self.engine.borrow_mut().handle(input, now_ms(), &mut *self.random.borrow_mut());
            loop {
                let output = self.engine.borrow_mut().poll();
                let Some(output) = output else { break };
                self.carry_out(output);
            }
        }
        self.busy.set(false);
    }

    fn carry_out(&self, output: Output) {
        match output {
            Output::Store { generation, changes } => self.keeper.keep(generation, changes),
            Output::Load { conversation, names } => self.keeper.load(conversation, names),
            Output::Request { id, request, token } => {
                let (relay, site) = (self.engine.borrow().relay().to_owned(), self.engine.borrow().site());
                let me = self.me.clone();
                spawn_local(async move {
                    let answer = relay::ask(&relay, &site, &request, token).await;
                    tell(&me, Input::Answered { id, answer });
                });
            }
            Output::Connect => self.connect(),
            Output::Disconnect => drop(self.line.borrow_mut().take()),
            Output::Send(frame) => {
                if let Some(line) = &*self.line.borrow() {
                    line.send(frame);
                }
            }
            Output::Show(show) => (self.on_show)(show),
            Output::Read { source, from, to } => self.read(source, from, to),
            Output::Release(source) => self.sources.borrow_mut().release(source),
            Output::Piece { event, bytes } => self.pieces.borrow_mut().take(event, &bytes),
            Output::Whole(event) => {
                let fetched = self.pieces.borrow_mut().finish(event);
                if let Some(fetched) = fetched {
                    (self.on_file)(event, fetched);
                }
            }
            Output::Broken(event) => drop(self.pieces.borrow_mut().finish(event)),
            Output::WakeAt(at) => {
                let wait = u32::try_from(at.saturating_sub(now_ms())).unwrap_or(u32::MAX);
                let me = self.me.clone();
                *self.timer.borrow_mut() = Some(after(wait, move || tell(&me, Input::Woke)));
            }
        }
    }

    fn read(&self, source: u64, from: u64, to: u64) {
        let file = self.sources.borrow().get(source).cloned();
        let me = self.me.clone();
        spawn_local(async move {
            let bytes = match &file {
                Some(file) => files::read(file, from, to).await,
                None => None,
            };
            tell(&me, Input::Read { source, from, bytes });
        });
    }

    fn connect(&self) {
        let me = self.me.clone();
        let line = Line::open(self.engine.borrow().relay(), &self.ways, move |event| {
            tell(
                &me,
                match event {
                    LineEvent::Opened => Input::SocketOpened,
                    LineEvent::Frame(frame) => Input::Frame(frame),
                    LineEvent::Closed => Input::SocketClosed,
                },
            );
        });
        *self.line.borrow_mut() = Some(line);
    }
}

/// Whether the engine uses code for this that a visitor needs no earlier than for the first message that comes, or for what is
/// asked before it.
fn needs_rest(input: &Input) -> bool {
    use Input::{
        Act, Answered, Attach, Cancel, Details, End, Erase, Fetch, Frame, Introduce, Loaded, Open, Rate,
        Read, Report, Retry, Withdraw,
    };
    if let Answered { answer: Answer::Octets(bytes), .. } = input {
        return Intake::may_stand_in(bytes);
    }
    matches!(
        input,
        Frame(ServerFrame::Event(_) | ServerFrame::Signal { .. })
            | Act { .. }
            | Attach { .. }
            | Cancel { .. }
            | Details { .. }
            | End(_)
            | Erase
            | Fetch { .. }
            | Introduce(Some(_))
            | Loaded { .. }
            | Open(_)
            | Rate { .. }
            | Read { .. }
            | Report { .. }
            | Retry { .. }
            | Withdraw { .. }
    )
}

/// The oldest of a few that wait, which are too few for anything but a list.
fn take_first<T>(waiting: &mut Vec<T>) -> Option<T> {
    (!waiting.is_empty()).then(|| waiting.remove(0))
}
