//! One device follows the store at its own pace.
//!
//! What was missed and what happens are read the same way, from the store after the last row that
//! was sent: there is no seam between them. A slow reader costs the relay one batch of memory, and what is on its way
//! to it: that is bounded by its window.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use segel_wire::{ClientFrame, Code, ConversationId, Envelope, EventId, ServerFrame, Withdraws};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use super::connection::End;
use super::line::Line;
use super::listeners::{Listener, Signal};
use super::window::Window;
use crate::clock::now_seconds;
use crate::events::{self, Caller};
use crate::refusal::Refusal;
use crate::service::Service;
use crate::signals;
use crate::store::{Place, cursor};

/// Events read from the store at once.
const BATCH: usize = 16;

pub(super) struct Follower<'a> {
    service: &'a Service,
    line: Line<'a>,
    listener: Listener<'a>,
    caller: Caller,
    /// The last that was sent.
    place: Place,
    window: Window,
    caught_up: bool,
    heard: Instant,
}

impl<'a> Follower<'a> {
    pub(super) fn new(service: &'a Service, line: Line<'a>, caller: Caller, place: Place) -> Self {
        let listener = service.listeners.listen(caller.session.device);
        let (window, heard) = (Window::new(), Instant::now());
        Self { service, line, listener, caller, place, window, caught_up: false, heard }
    }

    /// Follows until there is a reason not to.
    pub(super) async fn follow(mut self) -> Result<Infallible, End> {
        let expiry = Instant::now() + self.session_left();
        let mut roster = self.caller.site.watch();
        let probe_every = self.line.probe_every();
        let mut probe = interval_at(Instant::now() + probe_every, probe_every);
        probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let bell = Arc::clone(&self.listener.bell);
        bell.notify_one();
        loop {
            let waits_until = self.window.waits_until(self.service.patience);
            tokio::select! {
                () = sleep_until(expiry) => return Err(Code::Unauthenticated.into()),
                () = sleep_until(waits_until.unwrap_or(expiry)), if waits_until.is_some() => {
                    return Err(Code::SlowConsumer.into());
                }
                frame = self.line.receive() => {
                    self.heard = Instant::now();
                    if let Some(frame) = frame? {
                        self.heed(frame).await?;
                    }
                }
                () = bell.notified() => {
                    if self.deliver().await? < BATCH && self.window.has_room() && !self.caught_up {
                        self.caught_up = true;
                        self.head().await?;
                    }
                }
                signal = self.listener.signals.recv() => self.pass_on(signal).await?,
                Ok(()) = roster.changed() => {
                    self.hint().await?;
                    // The roster may have brought conversations within reach.
                    bell.notify_one();
                }
                _ = probe.tick() => {
                    if self.line.answers_probes() && self.heard.elapsed() > probe_every * 2 {
                        return Err(End::Gone);
                    }
                    self.line.probe().await?;
                }
            }
        }
    }

    /// Hands over the newest roster's order and what was missed, or if nothing was, the first thing that happens
    /// within `wait`; then `head`, unless there is more.
    pub(super) async fn look_once(mut self, wait: Duration) -> Result<(), End> {
        let until = Instant::now() + wait.min(self.session_left());
        let mut roster = self.caller.site.watch();
        let bell = Arc::clone(&self.listener.bell);
        self.hint().await?;
        let mut sent = self.deliver().await?;
        self.caught_up = sent < BATCH;
        while sent == 0 {
            tokio::select! {
                () = sleep_until(until) => break,
                () = bell.notified() => sent = self.deliver().await?,
                signal = self.listener.signals.recv() => {
                    self.pass_on(signal).await?;
                    break;
                }
                Ok(()) = roster.changed() => {
                    self.hint().await?;
                    sent = self.deliver().await?;
                    break;
                }
            }
        }
        if sent < BATCH { self.head().await } else { Ok(()) }
    }

    fn session_left(&self) -> Duration {
        Duration::from_secs(self.caller.session.expires.saturating_sub(now_seconds()))
    }

    async fn heed(&mut self, frame: ClientFrame) -> Result<(), End> {
        match frame {
            ClientFrame::Send { conversation, event, envelope, withdraws } => {
                self.store(conversation, event, envelope, withdraws).await
            }
            ClientFrame::Signal { conversation, signal } => {
                signals::pass(self.service, &self.caller, conversation, signal).await;
                Ok(())
            }
            ClientFrame::Flow { events } => {
                let had_room = self.window.has_room();
                self.window.taken(events);
                if !had_room {
                    self.listener.bell.notify_one();
                }
                Ok(())
            }
            ClientFrame::Ping => self.line.send(ServerFrame::Pong).await,
            ClientFrame::Hello { .. } => Err(Code::Malformed.into()),
        }
    }

    async fn store(
        &mut self,
        conversation: ConversationId,
        event: EventId,
        envelope: Envelope,
        withdraws: Option<Withdraws>,
    ) -> Result<(), End> {
        let stored = events::store(self.service, &self.caller, conversation, event, envelope, withdraws);
        let answer = match stored.await {
            Ok(stored) => {
                ServerFrame::Stored { conversation, event, position: stored.position, time: stored.time }
            }
            Err(refusal) => ServerFrame::Error { event: Some(event), problem: refusal.problem() },
        };
        self.line.send(answer).await
    }

    async fn hint(&mut self) -> Result<(), End> {
        let Some(order) = self.caller.site.newest().map(|roster| roster.order()) else { return Ok(()) };
        self.line.send(ServerFrame::Roster { generation: order.generation, version: order.version }).await
    }

    async fn head(&mut self) -> Result<(), End> {
        let cursor = cursor(self.service.store.epoch(), self.place);
        self.line.send(ServerFrame::Head { cursor }).await
    }

    /// Sends a signal after the events that were stored before it, one of which may give its key; not to who is
    /// still catching up, and not if a roster that was published meanwhile has put its conversation out of reach.
    /// No signal means that this ear was closed, because the device opened many more streams.
    async fn pass_on(&mut self, signal: Option<Signal>) -> Result<(), End> {
        let signal = signal.ok_or(Code::TooMany)?;
        if !self.caught_up {
            return Ok(());
        }
        while self.listener.bell.notified().now_or_never().is_some() {
            self.deliver().await?;
        }
        if self.window.has_room() && self.caller.reach().contains(self.caller.session.site, signal.visitor) {
            self.line.send(signal.frame).await?;
        }
        Ok(())
    }

    /// Sends the next batch, as far as there is room, and answers how many were read; rings for itself if there may be
    /// more, so that whoever follows also listens in between. Without room nothing is read: the client rings.
    async fn deliver(&mut self) -> Result<usize, End> {
        if !self.window.has_room() {
            return Ok(0);
        }
        let Caller { session, .. } = &self.caller;
        let (site, device) = (session.site, session.device);
        let batch = self.service.store.since(self.caller.reach(), device, self.place.row, BATCH).await;
        let batch = batch.map_err(Refusal::from)?;
        let read = batch.len();
        for stored in batch {
            // A roster that was published meanwhile may have put it out of reach, and the next may bring it back: no cursor
            // goes past it. The store is asked anew for what is within reach after it.
            if !self.caller.reach().contains(site, stored.visitor) {
                break;
            }
            if let Some(bytes) = self.line.send_event(stored.event).await? {
                self.window.sent(bytes);
            }
            self.place = stored.place;
            if !self.window.has_room() {
                break;
            }
        }
        if read == BATCH {
            self.listener.bell.notify_one();
        }
        Ok(read)
    }
}
