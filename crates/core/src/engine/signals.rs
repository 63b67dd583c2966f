//! Typing: own keys and signals, and those of others. PROTOCOL.md, section 5.12.

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
    /// Says what is due, and shows who is typing.
    pub(super) fn pump_signals(&mut self, now: u64, random: &mut impl CryptoRng) {
        if self.link.stage == link::Stage::Online && self.may_seal(now) {
            let due = self.signals.own.iter().filter_map(|own| Some((own.conversation, own.due(now)?)));
            for (id, kind) in due.collect::<Vec<_>>() {
                self.signal(id, kind, now, random);
            }
        }
        self.show_typing(now);
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
            // What was said under a key that counts no more lapses by itself.
            _ if kind == SignalKind::Idle => own.say(kind, now),
            _ => {
                let waited = now.abs_diff(own.made_at);
                if waited >= limits::SIGNAL_KEY_EVERY_SECONDS * 1_000
                    && self.may_send_quietly(id, now)
                    && self.wants_signal_key(id, now)
                {
                    self.give_signal_key(id, (desk, members), now, random);
                }
            }
        }
    }

    /// Whether a key is worth an event: somebody may be looking.
    fn wants_signal_key(&self, id: ConversationId, now: u64) -> bool {
        let Some(conversation) = self.conversations.get(&id) else { return false };
        let recent = now.saturating_sub(limits::SIGNAL_KEY_WANTED_SECONDS * 1_000);
        let mut messages = conversation.messages.values();
        messages.any(|message| {
            matches!((&message.stage, &message.body), (Stage::Received, Body::Text(_) | Body::File(_)))
                && message.time >= recent
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
            own.made_at = now;
            own.key = Some(OwnKey { sender, event, members, is_given: false });
        }
    }

    fn show_typing(&mut self, now: u64) {
        let mut typing: Vec<(ConversationId, Author)> = Vec::new();
        for (id, device) in self.signals.typing(now) {
            if typing.iter().all(|(other, _)| *other != id)
                && let Some(author) = self.typist(id, device, now)
            {
                typing.push((id, author));
            }
        }
        if typing == self.signals.shown {
            return;
        }
        let before = core::mem::take(&mut self.signals.shown);
        let gone = before.into_iter().map(|(id, _)| (id, None));
        let come = typing.iter().map(|(id, author)| (*id, Some(author.clone())));
        let shows = gone.chain(come).map(|(conversation, who)| Show::Typing(conversation, who));
        self.outputs.extend(shows.map(Output::Show));
        self.signals.shown = typing;
    }

    /// Whose device it is in this conversation.
    fn typist(&self, id: ConversationId, device: DeviceId, now: u64) -> Option<Author> {
        let roster = self.membership.counting()?;
        match roster.device(&device, self.membership.time(now)) {
            Some((agent, _)) => Some(Author::Agent(agent.name.clone())),
            None if self.part == Part::Agent && self.visitor_of(id) == Some(device) => Some(Author::Visitor),
            None => None,
        }
    }
}
