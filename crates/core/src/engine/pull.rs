//! Contents whose keys were handed on stayed at the relay: they are pulled by their positions. PROTOCOL.md, section 5.10.

use rand_core::CryptoRng;
use segel_crypto::content::{ContentHash, Header};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::{Code, Delivered, limits};

use super::{Engine, passes};
use crate::conversation::{Conversation, Message};
use crate::io::{Answer, Request};
use crate::membership::{Membership, Named};
use crate::reporting::Wanted;
use crate::unopened::Unopened;

/// Pages that did not have one event.
#[derive(Clone, Copy, Default)]
pub(crate) struct Pulls {
    count: u32,
    /// When the next one is due, Unix milliseconds.
    due: u64,
}

/// What is next to be pulled of a conversation.
enum Next {
    /// Nothing, until a key is handed on or the next start.
    Nothing,
    /// Something at this time, Unix milliseconds.
    At(u64),
    /// What stands at this position.
    Position(u64),
}

impl Pulls {
    /// A page did not have it: the relay is wrong, or whoever handed on the key. Both may be put right, so it is asked
    /// for again after a while that doubles.
    fn failed(&mut self, now: u64) {
        self.due = now.saturating_add(limits::PULL_AGAIN_MS << self.count.min(limits::PULLS));
        self.count += 1;
    }

    pub(super) fn move_back(&mut self, by: u64) {
        self.due = self.due.saturating_sub(by);
    }

    fn are_over(self) -> bool {
        self.count >= limits::PULLS
    }
}

impl Engine {
    /// Asks for contents whose keys are here: they stayed at the relay.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn pump_pulls(&mut self, now: u64) {
        let is_asking = self.is_asking(|asked| matches!(asked, Request::Events(..)));
        if self.link.token.is_none() || !self.fetches.is_due(now) || is_asking {
            return;
        }
        // One conversation after the other, so that none keeps the others from their turn.
        let waiting: Vec<_> = self.fetching.keys().copied().collect();
        let (before, after): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|id| Some(*id) <= self.fetched_last);
        for id in after.into_iter().chain(before) {
            match self
                .conversations
                .get(&id)
                .map_or(Next::Nothing, |conversation| conversation.next_pull(now))
            {
                Next::Nothing => drop(self.fetching.remove(&id)),
                Next::At(_) => {}
                Next::Position(position) => {
                    self.fetched_last = Some(id);
                    return self.ask_at_once(Request::Events(id, position.saturating_sub(1), None));
                }
            }
        }
    }

    /// When something is next to be pulled again.
    pub(super) fn pulls_wake(&self, now: u64) -> u64 {
        if self.fetching.is_empty() { u64::MAX } else { self.next_pull(now) }
    }

    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn next_pull(&self, now: u64) -> u64 {
        let waiting = self.fetching.keys().filter_map(|id| self.conversations.get(id));
        let times = waiting.filter_map(|conversation| match conversation.next_pull(now) {
            Next::At(at) => Some(at),
            Next::Nothing | Next::Position(_) => None,
        });
        times.min().unwrap_or(u64::MAX)
    }

    pub(super) fn events_answered(
        &mut self,
        (id, after, wanted): (ConversationId, u64, Option<Box<Wanted>>),
        answer: Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        if let Some(wanted) = wanted {
            return self.report_answered(*wanted, answer, now, random);
        }
        let (page, last) = match answer {
            Answer::Events(page) => {
                let last = page.events.last().map_or(0, |delivered| delivered.position);
                (page.events, last)
            }
            Answer::Problem(problem) if problem.code == Code::Erased => {
                // Nobody is given anything of it any more.
                self.fetching.remove(&id);
                return self.fetches.succeeded(now, 0);
            }
            Answer::Problem(problem) if problem.code == Code::Unauthenticated => {
                self.fetches.failed(now, random);
                return self.session_problem(&problem, now, random);
            }
            // Nothing of the conversation is to be had, which is no reason to leave the others.
            Answer::Problem(problem) if !passes(problem.code) => (Vec::new(), u64::MAX),
            _ => return self.fetches.failed(now, random),
        };
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        // The page was to begin with what was asked for.
        let last = last.max(after.saturating_add(1));
        let Conversation { messages, pulls, .. } = conversation;
        for (event, message) in messages.iter().filter(|(_, sought)| sought.awaits_content()) {
            let is_in_page = message.position.is_some_and(|position| after < position && position <= last);
            if is_in_page && !page.iter().any(|delivered| message.is_content_of(*event, delivered)) {
                pulls.or_default(*event).failed(now);
            }
        }
        for delivered in page {
            let Some(conversation) = self.conversations.get_mut(&id) else { return };
            let sought =
                conversation.messages.get_mut(&delivered.event).filter(|sought| sought.awaits_content());
            if let Some(sought) = sought.filter(|sought| sought.is_content_of(delivered.event, &delivered)) {
                sought.stored = Some(delivered.time / 1_000);
                if let Some(version) = lacks_roster(&self.membership, &delivered.content.0) {
                    // Who wrote it stands there: without it an agent of then would be taken for the visitor.
                    if self.is_asking_for_rosters() {
                        return self.fetches.failed(now, random);
                    }
                    let pulls = &mut self.conversations.or_default(id).pulls;
                    pulls.or_default(delivered.event).failed(now);
                    self.fetches.succeeded(now, 0);
                    return self.ask_at_once(Request::RosterVersion(version));
                }
                self.unlock(id, delivered.event, &Unopened::of(delivered), now, random);
            }
        }
        self.fetches.succeeded(now, 0);
    }
}

impl Conversation {
    /// The first position of a content that is to be pulled and is due; what a page did not have waits and is asked
    /// for so often, so that no key for what never was keeps its receiver asking.
    fn next_pull(&self, now: u64) -> Next {
        let mut next = Next::Nothing;
        for (event, message) in self.messages.iter().filter(|(_, message)| message.awaits_content()) {
            let pulls = self.pulls.get(event).copied().unwrap_or_default();
            let Some(position) = message.position.filter(|_| !pulls.are_over()) else { continue };
            next = match next {
                Next::Position(first) if pulls.due <= now => Next::Position(first.min(position)),
                _ if pulls.due <= now => Next::Position(position),
                Next::Nothing => Next::At(pulls.due),
                Next::At(at) => Next::At(at.min(pulls.due)),
                Next::Position(first) => Next::Position(first),
            };
        }
        next
    }
}

impl Message {
    /// Whether a delivered event is this message with this content, at its position.
    pub(super) fn is_content_of(&self, event: EventId, delivered: &Delivered) -> bool {
        event == delivered.event
            && self.position == Some(delivered.position)
            && self.sender == Some(delivered.sender)
            && self.content == Some(ContentHash::derive(&delivered.content.0))
    }
}

/// The version of the roster that a content names, if it is one of the site's that is not at hand.
pub(super) fn lacks_roster(membership: &Membership, content: &[u8]) -> Option<u64> {
    let Header { order, roster, .. } = Header::parse(content).ok()?;
    let is_ours = membership.relate(order, roster) == Named::Known;
    (is_ours && membership.named(order.version).is_none()).then_some(order.version)
}
