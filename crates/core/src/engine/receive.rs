//! Frames of the relay: what waits for a roster, what is known already, what became of own events.
//! PROTOCOL.md, section 5.7; opening is in `unseal.rs`.

use rand_core::CryptoRng;
use segel_crypto::content::{ContentHash, Header};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::{Code, Delivered, Problem, ServerFrame};

use super::{Engine, Part, passes};
use crate::account::Account;
use crate::chronicle::{Entry, hash_of};
use crate::conversation::{Message, Stage};
use crate::io::{Output, Request};
use crate::link;
use crate::membership::Named;
use crate::records::Name;
use crate::show::Refusal;

/// What came of asking for a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// The newest that the relay serves is known: nothing newer is to be had.
    Newest,
    /// One more of the past is known.
    Link,
    /// It was refused.
    Nothing,
}

/// Events that may wait for a roster before the connection is taken up anew.
const HELD: usize = 256;

impl Engine {
    pub(super) fn frame(&mut self, frame: ServerFrame, now: u64, random: &mut impl CryptoRng) {
        if !self.link.is_up() {
            return;
        }
        self.link.heard(now);
        match frame {
            ServerFrame::Welcome { .. } => {
                self.link.stage = link::Stage::CatchingUp;
                self.refresh_roster(now);
                self.told.forget_old(now / 1_000);
            }
            ServerFrame::Event(delivered) => self.receive(delivered, now, random),
            ServerFrame::Head { cursor } => {
                self.link.from_start = false;
                self.link.stage = link::Stage::Online;
                if self.held.is_empty() {
                    self.move_cursor(Some(cursor));
                }
                self.everything_came();
            }
            ServerFrame::Stored { conversation, event, position, time } => {
                self.sending.succeeded(now, 0);
                self.link.backoff.succeeded(now, 0);
                self.confirm(conversation, event, (position, time), now);
                self.make_up(conversation, now, random);
            }
            ServerFrame::Signal { conversation, sender, signal } => {
                self.signalled(conversation, sender, &signal.0, now);
            }
            ServerFrame::Roster { .. } => self.refresh_roster(now),
            ServerFrame::Error { event: Some(event), problem } => {
                self.send_refused(event, &problem, now, random);
            }
            ServerFrame::Error { event: None, .. } => self.mishear(now, random),
            ServerFrame::Bye { problem } => {
                match problem.code {
                    Code::Unauthenticated => self.link.token = None,
                    Code::CursorRefused => self.begin_anew(),
                    Code::OriginRefused => self.show_refused(Refusal::OriginRefused),
                    _ => {}
                }
                self.reconnect(now, random);
            }
            ServerFrame::Pong => {}
        }
    }

    /// A roster came, or was refused: takes up what waited for it.
    pub(super) fn release_held(&mut self, reached: Reached, now: u64, random: &mut impl CryptoRng) {
        if reached == Reached::Nothing && self.membership.counting().is_none() {
            // What is kept is from before the page's floor: nothing can be said of anybody until one comes that counts.
            return;
        }
        if !self.held.is_empty() {
            self.take_held(reached, now, random);
        }
    }

    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn take_held(&mut self, reached: Reached, now: u64, random: &mut impl CryptoRng) {
        while !self.held.is_empty() {
            let delivered = self.held.remove(0);
            let named = self.relate(&delivered);
            let hopeless = match reached {
                Reached::Newest => named == Named::Newer,
                Reached::Link => false,
                Reached::Nothing => matches!(named, Named::Newer | Named::Older(_)),
            };
            if hopeless {
                self.give_up_on(&delivered);
                let is_known = self.is_known(&delivered);
                let hash = hash_of(&delivered);
                self.count_own(&delivered, hash, is_known);
                self.chronicle(&delivered, hash);
                self.keep_unrelated(&delivered, hash, is_known);
                self.took(delivered.cursor);
                continue;
            }
            match named {
                Named::Known | Named::Forked => self.open(delivered, now, random),
                Named::Newer => {
                    self.held.insert(0, delivered);
                    return self.refresh_roster(now);
                }
                Named::Older(version) => {
                    self.held.insert(0, delivered);
                    return self.ask_at_once(Request::RosterVersion(version));
                }
            }
        }
    }

    pub(super) fn seen(&mut self, id: ConversationId) {
        if let Some(conversation) = self.conversations.get_mut(&id)
            && conversation.facts.unread > 0
        {
            conversation.facts.unread = 0;
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            self.shown.lists.insert(id, ());
        }
    }

    fn receive(&mut self, delivered: Delivered, now: u64, random: &mut impl CryptoRng) {
        if self.is_unlisted() {
            // A newer roster may list it, and then it is told everything.
            return self.refresh_roster(now);
        }
        let waits = matches!(self.relate(&delivered), Named::Newer | Named::Older(_));
        if self.held.is_empty() && !waits {
            return self.open(delivered, now, random);
        }
        if self.held.len() == HELD {
            // The cursor stands before the first of them: everything comes again.
            return self.reconnect(now, random);
        }
        self.held.push(delivered);
        if waits {
            self.refresh_roster(now);
        }
    }

    /// How the roster that an event names stands to those at hand; what is refused whatever it names waits for none.
    pub(super) fn relate(&self, delivered: &Delivered) -> Named {
        let header = Header::parse(&delivered.content.0);
        let is_dropped = self.is_of_nobody(delivered) || self.is_erased(delivered.conversation);
        let Some(header) = header.ok().filter(|_| !is_dropped) else { return Named::Known };
        let named = match self.membership.counting() {
            // Who sent it is asked of one that counts.
            None => Named::Newer,
            Some(_) => self.membership.relate(header.order, header.roster),
        };
        let sought = self.roster_check.sought_in_vain.is_some_and(|order| header.order <= order);
        if named == Named::Newer && sought { Named::Forked } else { named }
    }

    /// The newest roster is known and this event names a newer one: nobody is asked for it again.
    fn give_up_on(&mut self, delivered: &Delivered) {
        if let Ok(header) = Header::parse(&delivered.content.0) {
            self.roster_check.sought_in_vain = self.roster_check.sought_in_vain.max(Some(header.order));
        }
    }

    /// A visitor's conversations are those that it began; another one is the relay's doing.
    fn is_of_nobody(&self, delivered: &Delivered) -> bool {
        self.part != Part::Agent && !self.conversations.contains(&delivered.conversation)
    }

    fn open(&mut self, delivered: Delivered, now: u64, random: &mut impl CryptoRng) {
        let (id, event) = (delivered.conversation, delivered.event);
        if self.is_erased(id) {
            return self.took(delivered.cursor);
        }
        if self.is_of_nobody(&delivered) {
            self.show_refused(Refusal::MessageAltered);
            return self.took(delivered.cursor);
        }
        let hash = hash_of(&delivered);
        self.let_go_of_lost(&delivered, hash);
        let conversation = self.conversations.or_default(id);
        let known = conversation.messages.get(&event);
        let is_same = known.is_some_and(|message| {
            message.content == Some(hash) && (!message.in_log || message.position == Some(delivered.position))
        });
        let has_opened = known.is_some_and(Message::is_open);
        if self.link.from_start && known.is_some_and(|message| message.stands_elsewhere(&delivered)) {
            // How far the log came was never kept, and the relay was set back meanwhile: it is heard like one that says so.
            self.begin_anew();
            return self.reconnect(now, random);
        }
        let is_past = delivered.position <= conversation.facts.head;
        let own = self.account.as_ref().map(Account::device);
        let was_sent = own == Some(delivered.sender) && known.is_some_and(Message::is_unsent_message);
        // A tombstone of what leaves no message here is one of these, too.
        let may_be_quiet =
            delivered.hash.is_some() || Header::parse(&delivered.content.0).is_ok_and(|header| header.quiet);
        let is_kept = known.is_some();
        // It was refused, be it that the relay had stored it when it came before: the next one would take its place.
        let was_taken_back = was_sent && is_same && !known.is_some_and(Message::is_outgoing);
        if is_same {
            self.place(&delivered);
        }
        if may_be_quiet && !is_kept && self.may_be_repeated(&delivered, hash, now) {
            // Nothing of it is kept, and it took effect when it came first.
            let log = &self.conversations.or_default(id).facts.chronicle;
            if !log.holds(delivered.position) {
                self.chronicle(&delivered, hash);
            }
            self.confirm(id, event, (delivered.position, delivered.time), now);
        } else if is_same && has_opened {
            if was_taken_back {
                self.count_own(&delivered, hash, false);
            }
            self.chronicle(&delivered, hash);
            self.confirm(id, event, (delivered.position, delivered.time), now);
            self.raise_head(id, delivered.position);
            self.read_again(id, event, now);
            self.act_logged(id, event, now, random);
            self.make_up(id, now, random);
        } else if was_sent && !is_same {
            self.adopt(&delivered, hash, now);
        } else if has_opened || (is_past && !is_same) {
            self.show_refused(Refusal::MessageReplayed);
        } else {
            // What did not open before may have been altered on its way: the genuine message still counts.
            self.count_own(&delivered, hash, is_kept);
            self.chronicle(&delivered, hash);
            self.unseal(&delivered, hash, is_kept, now, random);
        }
        self.came_back(&delivered);
        self.took(delivered.cursor);
    }

    /// An event is done with: once that is kept, another one may come.
    fn took(&mut self, cursor: String) {
        self.move_cursor(Some(cursor));
        if let Some(flow) = self.link.take() {
            self.ledger.after_store(Output::Send(flow));
        }
    }

    /// An event of this device that it does not know was sealed by a state that is lost: its place in the own
    /// chain is taken.
    fn count_own(&mut self, delivered: &Delivered, hash: ContentHash, is_known: bool) {
        let own = self.account.as_ref().map(Account::device);
        let facts = &mut self.conversations.or_default(delivered.conversation).facts;
        let is_last = [facts.last, facts.before].contains(&Some(hash));
        let is_old = facts.chronicle.holds(delivered.position) || delivered.position <= facts.former;
        if own != Some(delivered.sender) {
            return;
        }
        // One that nobody sees may come back after others were sealed, and leaves no message that tells of it.
        let before = facts.quiet.len();
        facts.quiet.retain(|quiet| *quiet != hash);
        let was_sealed = facts.quiet.len() < before;
        if !was_sealed && !is_known && !is_last && !is_old {
            facts.count(hash);
        }
        self.ledger.put(Name::Conversation(delivered.conversation), facts);
    }

    /// An own message that this device has not sent is with the relay: a later state, since lost, sealed and sent it.
    fn adopt(&mut self, delivered: &Delivered, hash: ContentHash, now: u64) {
        let (id, event) = (delivered.conversation, delivered.event);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if let Some(message) = conversation.messages.get_mut(&event) {
            if message.has_left() {
                conversation.facts.take_back(message.content);
            }
            message.stage = Stage::Waiting;
            message.position = Some(delivered.position);
            (message.sender, message.content) = (Some(delivered.sender), Some(hash));
            (message.key, message.recipients) = (None, None);
        }
        self.count_own(delivered, hash, false);
        self.chronicle(delivered, hash);
        self.confirm(id, event, (delivered.position, delivered.time), now);
        self.raise_head(id, delivered.position);
    }

    /// Takes the event into the conversation's log.
    fn chronicle(&mut self, delivered: &Delivered, hash: ContentHash) {
        let id = delivered.conversation;
        let conversation = self.conversations.or_default(id);
        if delivered.wrap.is_some() && conversation.facts.reached.is_none() {
            conversation.facts.reached = Some(delivered.position);
            self.ledger.put(Name::Conversation(id), &conversation.facts);
        }
        if !conversation.facts.chronicle.enter(&Entry::of(delivered, &hash)) {
            return;
        }
        let reads = conversation.facts.reads;
        let differs = conversation.facts.differs(false);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        if differs {
            self.show_refused(Refusal::LogForked);
        }
        self.show_read(id, reads);
        let conversation = self.conversations.or_default(id);
        for (event, message) in conversation.messages.iter_mut() {
            if message.position != Some(delivered.position) {
                continue;
            }
            let is_it = *event == delivered.event
                && message.sender == Some(delivered.sender)
                && message.content == Some(hash);
            if message.in_log != is_it {
                message.in_log = is_it;
                self.ledger.put(Name::Message(id, *event), message);
            }
        }
    }

    /// The relay has stored an own event at this position and time, Unix milliseconds.
    pub(super) fn confirm(
        &mut self,
        id: ConversationId,
        event: EventId,
        (position, time): (u64, u64),
        now: u64,
    ) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if self.link.under_way.get(&id) == Some(&event) {
            self.link.under_way.remove(&id);
        }
        if let Some(control) = conversation.controls.remove(&event) {
            self.ledger.remove(Name::Control(id, event));
            self.signals.settle(event, true);
            self.keep_sent((id, event), position, control.stage);
        }
        self.answered_again((id, event), position);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        if !matches!(message.stage, Stage::Sent | Stage::Received) {
            conversation.outbox.retain(|other| *other != event);
            let stage = core::mem::replace(&mut message.stage, Stage::Sent);
            message.position = Some(position);
            let is_token = message.token.is_some();
            message.stored = is_token.then_some(time / 1_000);
            self.ledger.put(Name::Message(id, event), message);
            self.shown.dirty.insert((id, event), ());
            self.keep_sent((id, event), position, stage);
            if is_token {
                self.ask_again_if_late(id, event, now);
            }
        }
    }

    /// The relay refused an own event: for good, or for now.
    fn send_refused(&mut self, event: EventId, problem: &Problem, now: u64, random: &mut impl CryptoRng) {
        let under_way = self.link.under_way.iter().find(|(_, other)| **other == event);
        let Some(id) = under_way.map(|(id, _)| *id) else { return };
        let Some(conversation) = self.conversations.get(&id) else { return };
        // A withdrawal is also refused so where only what it takes back is lost, which holds up nothing else.
        let is_lost = problem.code == Code::NotFound && conversation.withdraws_with(event).is_none();
        let refusal = match problem.code {
            _ if is_lost && self.awaits_visitor(id) => {
                self.link.under_way.remove(&id);
                return;
            }
            _ if is_lost && self.part != Part::Agent => {
                // A relay that was restored from a backup may lack it.
                self.open_again(id);
                self.link.under_way.remove(&id);
                return self.sending.failed(now, random);
            }
            Code::TooLarge => Refusal::TooLarge,
            Code::NotAMember => Refusal::NotAMember,
            Code::Erased => Refusal::ConversationErased,
            Code::OriginRefused => Refusal::OriginRefused,
            Code::Unauthenticated => return self.reconnect(now, random),
            code if passes(code) => {
                self.link.under_way.remove(&id);
                return self.sending.failed(now, random);
            }
            _ => Refusal::RelayRefused,
        };
        self.link.under_way.remove(&id);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        if conversation.sent.remove(&event).is_some() {
            // It was stored once, and whoever got it has it.
            conversation.again.retain(|other| *other != event);
            self.ledger.remove(Name::Sent(id, event));
            return self.let_go_of_unjudged(id, event, refusal);
        }
        self.fail(id, event, refusal);
    }

    /// The relay lacks a conversation: an agent to whom it told of that waits until its visitor opens it there again.
    pub(super) fn awaits_visitor(&mut self, id: ConversationId) -> bool {
        let conversation = self.conversations.get_mut(&id).filter(|_| self.part == Part::Agent);
        let Some(conversation) = conversation.filter(|kept| kept.facts.was_told_of()) else { return false };
        (conversation.is_gone, conversation.away) = (true, Some(Refusal::VisitorAway));
        self.shown.lists.insert(id, ());
        true
    }

    /// A message comes no further; the person can try it again.
    pub(super) fn fail(&mut self, id: ConversationId, event: EventId, refusal: Refusal) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        conversation.outbox.retain(|other| *other != event);
        if let Some(control) = conversation.controls.remove(&event) {
            self.ledger.remove(Name::Control(id, event));
            self.signals.settle(event, false);
            if let Stage::Sealed(envelope) = &control.stage {
                conversation.facts.take_back(Some(ContentHash::derive(&envelope.content.0)));
            }
        }
        if let Some(message) = conversation.messages.get_mut(&event) {
            if message.has_left() {
                conversation.facts.take_back(message.content);
            }
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            if message.is_given_up() {
                return self.give_up(id, event, refusal);
            }
            message.stage = Stage::Failed(refusal);
            self.ledger.put(Name::Message(id, event), message);
            self.shown.dirty.insert((id, event), ());
            // Where that itself is refused, it is said again once the person looks: not again and again.
            return self.say_read(id, self.latest);
        }
        self.ledger.put(Name::Conversation(id), &conversation.facts);
    }

    /// The highest position delivered; an answer to a send does not count, since earlier events of
    /// others may still be on their way.
    fn raise_head(&mut self, id: ConversationId, position: u64) {
        if let Some(conversation) = self.conversations.get_mut(&id)
            && position > conversation.facts.head
        {
            conversation.facts.head = position;
            self.ledger.put(Name::Conversation(id), &conversation.facts);
        }
    }

    pub(super) fn move_cursor(&mut self, cursor: Option<String>) {
        self.ledger.put(Name::Cursor, &cursor);
        self.link.cursor = cursor;
    }
}
