//! One device follows the store at its own pace.
//!
//! What was missed and what happens are read the same way, from the store after the last row that
//! was sent: there is no seam between them, and a slow reader costs the relay one batch of memory.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use segel_wire::{ClientFrame, Code, ConversationId, Envelope, EventId, ServerFrame};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use super::connection::{Connection, End};
use super::listeners::{Listener, Signal};
use crate::clock::now_seconds;
use crate::events::{self, Caller};
use crate::refusal::Refusal;
use crate::service::Service;
use crate::signals;
use crate::store::cursor;

/// Events read from the store at once.
const BATCH: usize = 16;
/// How often a silent peer is probed; after two probes without an answer it is gone.
const PROBE_EVERY: Duration = Duration::from_secs(30);

pub(super) struct Follower<'a> {
    service: &'a Service,
    connection: &'a mut Connection,
    listener: Listener<'a>,
    caller: Caller,
    /// The last row that was sent.
    row: u64,
    caught_up: bool,
    heard: Instant,
}

impl<'a> Follower<'a> {
    pub(super) fn new(
        service: &'a Service,
        connection: &'a mut Connection,
        caller: Caller,
        row: u64,
    ) -> Self {
        let listener = service.listeners.listen(caller.session.device);
        listener.bell.notify_one();
        Self { service, connection, listener, caller, row, caught_up: false, heard: Instant::now() }
    }

    /// Follows until there is a reason not to.
    pub(super) async fn follow(mut self) -> Result<Infallible, End> {
        let remaining = self.caller.session.expires.saturating_sub(now_seconds());
        let expiry = Instant::now() + Duration::from_secs(remaining);
        let mut roster = self.caller.site.watch();
        let mut probe = interval_at(Instant::now() + PROBE_EVERY, PROBE_EVERY);
        probe.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let bell = Arc::clone(&self.listener.bell);
        loop {
            tokio::select! {
                () = sleep_until(expiry) => return Err(Code::Unauthenticated.into()),
                frame = self.connection.receive() => {
                    self.heard = Instant::now();
                    if let Some(frame) = frame? {
                        self.heed(frame).await?;
                    }
                }
                () = bell.notified() => self.deliver().await?,
                Some(signal) = self.listener.signals.recv() => self.pass_on(signal).await?,
                Ok(()) = roster.changed() => {
                    let order = roster.borrow_and_update().as_ref().map(|roster| roster.order());
                    if let Some(order) = order {
                        let hint = ServerFrame::Roster { generation: order.generation, version: order.version };
                        self.connection.send(&hint).await?;
                        // The roster may have brought conversations within reach.
                        bell.notify_one();
                    }
                }
                _ = probe.tick() => {
                    if self.heard.elapsed() > PROBE_EVERY * 2 {
                        return Err(End::Gone);
                    }
                    self.connection.probe().await?;
                }
            }
        }
    }

    async fn heed(&mut self, frame: ClientFrame) -> Result<(), End> {
        match frame {
            ClientFrame::Send { conversation, event, envelope } => {
                self.store(conversation, event, envelope).await
            }
            ClientFrame::Signal { conversation, signal } => {
                signals::pass(self.service, &self.caller, conversation, signal).await;
                Ok(())
            }
            ClientFrame::Ping => self.connection.send(&ServerFrame::Pong).await,
            ClientFrame::Hello { .. } => Err(Code::Malformed.into()),
        }
    }

    async fn store(
        &mut self,
        conversation: ConversationId,
        event: EventId,
        envelope: Envelope,
    ) -> Result<(), End> {
        let answer = match events::store(self.service, &self.caller, conversation, event, envelope).await {
            Ok(stored) => {
                ServerFrame::Stored { conversation, event, position: stored.position, time: stored.time }
            }
            Err(refusal) => ServerFrame::Error { event: Some(event), problem: refusal.problem() },
        };
        self.connection.send(&answer).await
    }

    /// Sends a signal after the events that were stored before it, one of which may give its key; not to who is
    /// still catching up, and not if a roster that was published meanwhile has put its conversation out of reach.
    async fn pass_on(&mut self, signal: Signal) -> Result<(), End> {
        if !self.caught_up {
            return Ok(());
        }
        while self.listener.bell.notified().now_or_never().is_some() {
            self.deliver().await?;
        }
        if self.caller.reach().contains(self.caller.session.site, signal.visitor) {
            self.connection.send(&signal.frame).await?;
        }
        Ok(())
    }

    /// Sends the next batch; rings for itself if there is more, so that it also listens in between.
    async fn deliver(&mut self) -> Result<(), End> {
        let Caller { session, .. } = &self.caller;
        let (site, device) = (session.site, session.device);
        let batch = self.service.store.since(self.caller.reach(), device, self.row, BATCH).await;
        let batch = batch.map_err(Refusal::from)?;
        let full = batch.len() == BATCH;
        for stored in batch {
            // A roster that was published meanwhile may have put it out of reach.
            if self.caller.reach().contains(site, stored.visitor) {
                self.connection.send(&ServerFrame::Event(stored.event)).await?;
            }
            self.row = stored.row;
        }
        if full {
            self.listener.bell.notify_one();
        } else if !self.caught_up {
            self.caught_up = true;
            let cursor = cursor(self.service.store.epoch(), self.row);
            self.connection.send(&ServerFrame::Head { cursor }).await?;
        }
        Ok(())
    }
}
