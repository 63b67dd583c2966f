//! Signals: passed on to whoever is there, kept nowhere and answered by nothing. docs/PROTOCOL.md, section 7.3.

use std::time::Instant;

use segel_wire::{ConversationId, Octets, ServerFrame, limits};

use crate::config::EventRate;
use crate::events::{self, Caller};
use crate::service::Service;

/// How fast one device may signal.
pub(crate) const RATE: EventRate = EventRate { per_second: 1, burst: 5 };

/// Passes a signal of the caller on to the streams of all others who reach the conversation, or drops it.
pub(crate) async fn pass(service: &Service, caller: &Caller, conversation: ConversationId, signal: Octets) {
    let sender = caller.session.device;
    if signal.0.len() > limits::SIGNAL_BYTES || service.signals.admit(sender, Instant::now()).is_err() {
        return;
    }
    if let Ok(reached) = events::reachable(service, caller, conversation).await {
        let frame = ServerFrame::Signal { conversation, sender, signal };
        service.listeners.pass(&caller.site, reached.visitor, sender, &frame);
    }
}
