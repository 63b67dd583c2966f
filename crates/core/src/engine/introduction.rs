//! Who the visitor is, by the business's word: handed in by the visitor's page, judged by the agents' devices.
//! PROTOCOL.md, section 3.7.

use rand_core::CryptoRng;
use segel_wire::ids::{ConversationId, EventId, IdentityKey, Octets};
use segel_wire::signed::{SignedToken, Token, TokenContext};
use segel_wire::{cbor, limits};

use super::{Engine, Part};
use crate::conversation::{Message, Stage};
use crate::io::Output;
use crate::link;
use crate::masking;
use crate::outgoing::OutgoingToken;
use crate::records::Name;
use crate::show::{Author, Body, Identity, Refusal, Show, Summary};

/// Where the visitor's page stands with it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Introduction {
    /// It says nothing.
    #[default]
    Rests,
    /// It is asked as soon as a token could leave.
    Wanted,
    /// It was asked for this conversation; it is asked again for another.
    AskedFor(ConversationId),
}

impl Engine {
    /// Asks the page once a token could leave at once: it lives for minutes.
    pub(super) fn pump_introduction(&mut self, now: u64) {
        if self.introduction == Introduction::Rests
            || self.link.stage != link::Stage::Online
            || !self.may_seal(now)
        {
            return;
        }
        let (Some(account), Some(id)) = (&self.account, self.open_conversation()) else { return };
        if self.introduction == Introduction::AskedFor(id) {
            return;
        }
        // The same letters as any key's.
        let visitor = IdentityKey(Token::derive_visitor(&account.keys().identity)).to_string();
        self.outputs.push_back(Output::Show(Show::Introduce { conversation: id, visitor }));
        self.introduction = Introduction::AskedFor(id);
    }

    /// The page hands in a token. It is sent if it counts and says something new.
    pub(super) fn introduce(&mut self, token: OutgoingToken, now: u64, random: &mut impl CryptoRng) {
        let OutgoingToken { signed, subject } = token;
        let Some(id) = self.open_conversation().filter(|_| self.part != Part::Agent) else {
            return;
        };
        if !self.would_count(id, &signed, now) {
            return self.show_refused(Refusal::TokenRefused);
        }
        let body = Body::Introduced(subject);
        let Some(conversation) = self.conversations.get(&id) else { return };
        let is_said = conversation.introduction().is_some_and(|last| {
            let is_recent = now.abs_diff(last.time) < limits::IDENTITY_RENEWED_SECONDS * 1_000;
            last.body == body && is_recent && self.counts(id, last, self.membership.time(now))
        });
        if is_said {
            return;
        }
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        // Each tab's page hands in its own, and one that waits lives no longer than a newer one.
        let waits = |message: &Message| message.token.is_some() && matches!(message.stage, Stage::Waiting);
        if let Some((event, message)) = conversation.messages.iter_mut().find(|(_, message)| waits(message)) {
            (message.body, message.token) = (body, Some(signed));
            return self.ledger.put(Name::Message(id, *event), message);
        }
        let message = Message::own(body, conversation.next_time(now), Stage::Waiting);
        self.post(id, Message { token: Some(signed), ..message }, random);
    }

    /// Whether an own message may be sealed now; a token that lapsed while it waited may not.
    pub(super) fn is_still_of_its_moment(&self, id: ConversationId, event: EventId, now: u64) -> bool {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let token = message.and_then(|message| message.token.as_ref());
        token.is_none_or(|token| self.would_count(id, token, now))
    }

    /// An own token is stored. One that left in time and came too late, since the connection was gone in between, is
    /// asked for anew. Where only the relay's clock says so, the next would fare no better.
    pub(super) fn ask_again_if_late(&mut self, id: ConversationId, event: EventId, now: u64) {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let Some(message) = message else { return };
        let by_own_clock = Message { stored: None, ..message.clone() };
        let is_late =
            !self.counts(id, message, 0) && !self.counts(id, &by_own_clock, self.membership.time(now));
        if is_late {
            self.introduction = Introduction::Wanted;
        }
    }

    /// A summary is shown at `now`, Unix milliseconds: notes when what it says of the visitor lapses, or begins to hold by
    /// a clock that is behind.
    pub(super) fn note_lapse(&mut self, summary: Option<&Summary>, now: u64) {
        const DAY: u64 = limits::IDENTITY_SECONDS * 1_000;
        let turns = match summary.map(|summary| &summary.identity) {
            Some(Identity::Confirmed { at, .. }) => at + DAY,
            Some(Identity::Lapsed { at, .. }) if *at > now => at - DAY + 1,
            _ => return,
        };
        let first = &mut self.shown.lapses_at;
        *first = if *first == 0 { turns } else { turns.min(*first) };
    }

    /// Conversations to be shown anew because an identity may have lapsed.
    pub(super) fn lapsed(&mut self, now: u64) -> Vec<(ConversationId, ())> {
        if !(1..=now).contains(&self.shown.lapses_at) {
            return Vec::new();
        }
        self.shown.lapses_at = 0;
        self.conversations.keys().map(|id| (*id, ())).collect()
    }

    /// Judges the tokens that others sent in a conversation, by what is known now.
    pub(super) fn judge_tokens(&mut self, id: ConversationId) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let judged = conversation.messages.iter().filter_map(|(event, message)| {
            let token = message.token.as_ref().filter(|_| matches!(message.stage, Stage::Received))?;
            let body = self.judge_token(id, message, token);
            (body != message.body).then_some((*event, body))
        });
        let judged: Vec<_> = judged.collect();
        for (event, body) in judged {
            let Some(conversation) = self.conversations.get_mut(&id) else { return };
            let Some(message) = conversation.messages.get_mut(&event) else { continue };
            message.body = body;
            self.ledger.put(Name::Message(id, event), message);
            self.shown.dirty.insert((id, event), ());
        }
    }

    /// What a token comes to. While the visitor's key is not known here nothing is said of it.
    fn judge_token(&self, id: ConversationId, message: &Message, token: &Octets) -> Body {
        let Some(facts) = self.conversations.get(&id).map(|conversation| &conversation.facts) else {
            return Body::Withheld;
        };
        if message.author != Author::Visitor || message.sender != self.visitor_of(id) {
            return Body::Closed(Refusal::TokenRefused);
        }
        let Some(identity) = &facts.identity else { return Body::Withheld };
        let (written, stored) = (message.time / 1_000, message.stored.unwrap_or_default());
        match self.verify_token(id, token, identity, (written, stored)) {
            Some(said) => Body::Introduced(masking::on_arrival(&said.subject)),
            None => Body::Closed(Refusal::TokenRefused),
        }
    }

    /// Whether an own token counts by when the relay stored it, or would if it did so at `time`, Unix seconds.
    fn counts(&self, id: ConversationId, message: &Message, time: u64) -> bool {
        let own = self.account.as_ref().map(|account| account.keys().identity);
        let times = (message.time / 1_000, message.stored.unwrap_or(time));
        let token = own.zip(message.token.as_ref());
        token.is_some_and(|(own, token)| self.verify_token(id, token, &own, times).is_some())
    }

    /// Whether an own token would count if it left now.
    fn would_count(&self, id: ConversationId, token: &Octets, now: u64) -> bool {
        let time = self.membership.time(now);
        let own = self.account.as_ref().map(|account| account.keys().identity);
        own.is_some_and(|own| self.verify_token(id, token, &own, (time, time)).is_some())
    }

    fn verify_token(
        &self,
        conversation: ConversationId,
        token: &Octets,
        sender: &IdentityKey,
        (written, stored): (u64, u64),
    ) -> Option<Token> {
        let signed: SignedToken = cbor::decode(&token.0).ok()?;
        let roster = self.membership.roster()?.roster();
        signed.verify(&TokenContext { roster, conversation: &conversation, sender, written, stored }).ok()
    }
}
