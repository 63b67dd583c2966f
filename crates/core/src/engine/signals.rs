//! Typing and presence: own keys and signals, and those of others. PROTOCOL.md, section 5.12.

use rand_core::CryptoRng;
use segel_crypto::content;
use segel_crypto::signal::{SharedKey, SignalKind, SignalSender};
use segel_wire::ids::{ConversationId, DeskId, DeviceId};
use segel_wire::{ClientFrame, Delivered, limits};

use super::{Engine, Part};
use crate::account::Account;
use crate::conversation::Stage;
use crate::io::Output;
use crate::link;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Author, Body, Show};
use crate::signals::{GivenKey, OwnKey};

impl Engine {
    /// Says what is due, and shows who is typing and who is there.
    pub(super) fn pump_signals(&mut self, now: u64, random: &mut impl CryptoRng) {
        if self.link.stage == link::Stage::Online && self.may_seal(now) {
            let due = self.signals.own.iter().filter_map(|own| Some((own.conversation, own.due(now)?)));
            for (id, kind) in due.collect::<Vec<_>>() {
                self.signal(id, kind, now, random);
            }
        }
        let typing: Vec<_> = self.signals.typing(now).collect();
        let typing = self.who(&typing, now, |_| true);
        let before = core::mem::replace(&mut self.signals.shown_typing, typing.clone());
        self.show_doing(&before, &typing, Show::Typing);
        let here: Vec<_> = self.signals.here(now).collect();
        // A colleague who looks as well is nothing that an agent asks for.
        let is_agent = self.part == Part::Agent;
        let here = self.who(&here, now, |author| !is_agent || *author == Author::Visitor);
        let before = core::mem::replace(&mut self.signals.shown_here, here.clone());
        self.show_doing(&before, &here, Show::Here);
    }

    /// The person looks at a conversation, or at none: at one where nobody wrote lately, nobody asks whether they do.
    pub(super) fn looked(&mut self, conversation: Option<ConversationId>, now: u64) {
        let asked = conversation.filter(|id| self.is_lively(*id, now));
        self.signals.looked(asked, now);
    }

    /// A member gave a key for signals.
    pub(super) fn signal_key_given(&mut self, delivered: &Delivered, shared: SharedKey, now: u64) {
        let (id, sender, time) = (delivered.conversation, delivered.sender, self.membership.time(now));
        let facts = &mut self.conversations.or_default(id).facts;
        facts.signal_keys.retain(|given| given.sender != sender && !given.has_lapsed(time));
        facts.signal_keys.push(GivenKey { sender, shared, at: time, to: delivered.recipients.clone() });
        self.ledger.put(Name::Conversation(id), facts);
        self.signals.forget(id, sender);
    }

    /// A signal came. What does not count is dropped in silence.
    pub(super) fn signalled(&mut self, id: ConversationId, sender: DeviceId, signal: &[u8], now: u64) {
        let keys = self.conversations.get(&id).map(|conversation| &conversation.facts.signal_keys);
        let Some(given) = keys.and_then(|keys| keys.iter().find(|given| given.sender == sender)) else {
            return;
        };
        let Some((_, members)) = self.quiet_members(id, now) else { return };
        let own = self.account.as_ref().map(Account::device);
        let is_member =
            |device: &DeviceId| Some(*device) == own || members.iter().any(|peer| peer.0 == *device);
        if is_member(&sender) && given.to.iter().all(is_member) {
            self.signals.hear(id, given, signal, self.membership.time(now), now);
        }
    }

    fn signal(&mut self, id: ConversationId, kind: SignalKind, now: u64, random: &mut impl CryptoRng) {
        let Some((desk, members)) = self.quiet_members(id, now) else { return };
        let time = self.membership.time(now);
        let Some(own) = self.signals.own.iter_mut().find(|own| own.conversation == id) else { return };
        match &mut own.key {
            Some(key) if key.members == members && !key.sender.is_due(time) => {
                if key.is_given {
                    let signal = key.sender.seal(kind, time, random).into();
                    own.say(kind, now);
                    self.outputs.push_back(Output::Send(ClientFrame::Signal { conversation: id, signal }));
                }
            }
            // What was said under a key that counts no more lapses by itself, and a look is not worth the first key.
            key if matches!(kind, SignalKind::Idle | SignalKind::Away)
                || (kind == SignalKind::Present && key.is_none()) =>
            {
                own.say(kind, now);
            }
            _ => {
                if own.may_make_key(now) && self.may_send_quietly(id, now) && self.is_lively(id, now) {
                    self.give_signal_key(id, (desk, members), now, random);
                }
            }
        }
    }

    /// Whether somebody may be looking: another member wrote lately.
    fn is_lively(&self, id: ConversationId, now: u64) -> bool {
        let Some(conversation) = self.conversations.get(&id) else { return false };
        let lately = limits::SIGNAL_KEY_WANTED_SECONDS * 1_000;
        let mut messages = conversation.messages.values();
        messages.any(|message| {
            matches!((&message.stage, &message.body), (Stage::Received, Body::Text(_) | Body::File(_)))
                // Of a clock that runs ahead, too: nothing becomes lively by waiting.
                && message.time.saturating_add(lately) >= now
        })
    }

    /// Makes a key and gives it to everyone who is reached.
    fn give_signal_key(
        &mut self,
        id: ConversationId,
        (desk, members): (DeskId, Vec<Peer>),
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(device) = self.account.as_ref().map(Account::device) else { return };
        let sender = SignalSender::make(&id, &device, self.membership.time(now), random);
        let body = content::Body::SignalKey(sender.shared().clone());
        let Some(event) = self.send_quietly(id, (desk, &members), body, now, random) else { return };
        if let Some(own) = self.signals.own.iter_mut().find(|own| own.conversation == id) {
            own.make_key(OwnKey { sender, event, members, is_given: false }, now);
        }
    }

    /// Whose devices these are, at most one for each conversation.
    fn who(
        &self,
        devices: &[(ConversationId, DeviceId)],
        now: u64,
        counts: impl Fn(&Author) -> bool,
    ) -> Vec<(ConversationId, Author)> {
        let mut who: Vec<(ConversationId, Author)> = Vec::new();
        for &(id, device) in devices {
            if who.iter().all(|(other, _)| *other != id)
                && let Some(author) = self.author_of_signal(id, device, now).filter(&counts)
            {
                who.push((id, author));
            }
        }
        who
    }

    fn show_doing(
        &mut self,
        before: &[(ConversationId, Author)],
        now: &[(ConversationId, Author)],
        show: fn(ConversationId, Option<Author>) -> Show,
    ) {
        let gone = before.iter().filter(|(id, _)| now.iter().all(|(other, _)| other != id));
        let come = now.iter().filter(|who| !before.contains(who));
        let shows = gone.map(|(id, _)| show(*id, None));
        let shows = shows.chain(come.map(|(id, author)| show(*id, Some(author.clone()))));
        self.outputs.extend(shows.map(Output::Show));
    }

    /// Whose device it is in this conversation.
    fn author_of_signal(&self, id: ConversationId, device: DeviceId, now: u64) -> Option<Author> {
        let roster = self.membership.counting()?;
        match roster.device(&device, self.membership.time(now)) {
            Some((agent, _)) => Some(Author::Agent(agent.name.clone())),
            None if self.part == Part::Agent && self.visitor_of(id) == Some(device) => Some(Author::Visitor),
            None => None,
        }
    }
}
