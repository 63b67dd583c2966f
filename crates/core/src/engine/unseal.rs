//! From a delivered event to what is shown: sender, wrap, content, order. PROTOCOL.md, section 5.7.

use rand_core::CryptoRng;
use segel_crypto::act::{ActHash, SignedAct};
use segel_crypto::content::{self, ContentContext, ContentHash, ContentKey, Header};
use segel_crypto::handshake::{self, Context, HandshakeError};
use segel_crypto::log::Seen;
use segel_crypto::prekeys::Used;
use segel_crypto::session::{Session, Wrap, WrapContext, WrapError};
use segel_wire::Delivered;
use segel_wire::ids::IdentityKey;
use segel_wire::limits;

use super::pull::lacks_roster;
use super::{Engine, Part};
use crate::account::Account;
use crate::acts::ActRecord;
use crate::chronicle::{Entry, hash_of};
use crate::conversation::Message;
use crate::membership::Named;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Author, Body, Refusal, Standing};
use crate::unopened::Unopened;

/// A wrap that opened, and what moved by it.
struct Unwrapped {
    session: Session,
    key: ContentKey,
    used: Option<Used>,
    /// The sender's, where the wrap begins the session.
    identity: Option<IdentityKey>,
}

/// Why a wrap did not open.
struct Closed {
    refusal: Refusal,
    /// Whether this device's or the peer's state may have been set back.
    may_be_stale: bool,
}

/// Everything about a content that opened.
struct Opened {
    author: Author,
    peer: Peer,
    unwrapped: Unwrapped,
    message: content::Message,
}

impl Engine {
    /// Opens an event that did not open before, and keeps what comes of it.
    pub(super) fn unseal(
        &mut self,
        delivered: &Delivered,
        hash: ContentHash,
        is_known: bool,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let own = self.account.as_ref().map(Account::device);
        let is_quiet = Header::parse(&delivered.content.0).is_ok_and(|header| header.quiet);
        if own == Some(delivered.sender) {
            self.confirm(delivered.conversation, delivered.event, (delivered.position, delivered.time), now);
            if !is_quiet && !is_known && !self.takes_back_at_last(delivered, hash, now, random) {
                self.keep_sealed(delivered, Author::Own, hash, now);
            }
            return;
        }
        if self.relate(delivered) == Named::Forked {
            return self.keep_unrelated(delivered, hash, is_known);
        }
        let (author, peer) = match self.vouch(delivered, now) {
            Ok(vouched) => vouched,
            Err(refusal) => {
                self.keep_closed(delivered, None, refusal, is_known);
                if delivered.wrap.is_some() {
                    // A member may hand on the key of what a device said before it was removed, or has.
                    self.unlock_delivered(delivered, now, random);
                    self.keep_unopened(delivered, hash);
                }
                return;
            }
        };
        if delivered.wrap.is_none() {
            if !is_known {
                self.pass_over(delivered);
            }
            if !is_quiet && !is_known {
                self.keep_sealed(delivered, author, hash, now);
            }
            return self.unlock_delivered(delivered, now, random);
        }
        match self.unwrap(delivered, hash, peer, now) {
            Ok((_, message)) if message.body.is_for_agents() && !self.is_among_agents(delivered, &author) => {
                self.keep_closed(delivered, Some(author), Refusal::MessageAltered, is_known);
            }
            Ok((unwrapped, message))
                if author == Author::Visitor && matches!(message.body, content::Body::Erasure) =>
            {
                self.heed_erasure(delivered, unwrapped.used, message.time);
            }
            Ok((unwrapped, message)) => {
                self.opened(delivered, hash, Opened { author, peer, unwrapped, message }, now, random);
            }
            Err(closed) => {
                self.keep_closed(delivered, Some(author), closed.refusal, is_known);
                if closed.may_be_stale {
                    self.unlock_delivered(delivered, now, random);
                    self.keep_unopened(delivered, hash);
                    let is_genuine = closed.refusal == Refusal::MessageStale;
                    self.plan_resync(delivered.conversation, peer, is_genuine, now);
                }
            }
        }
    }

    /// Keeps an event closed that names no known roster. The newest that the relay serves may be older than one that there was, so
    /// that it becomes known later.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn keep_unrelated(&mut self, delivered: &Delivered, hash: ContentHash, is_known: bool) {
        self.keep_closed(delivered, None, Refusal::RosterForked, is_known);
        let named = self.membership.relate_to(&delivered.content.0);
        if delivered.wrap.is_some() && matches!(named, Some(Named::Newer | Named::Older(_))) {
            self.keep_unopened(delivered, hash);
        }
    }

    /// Keeps a closed event with its reason, by the author that the roster gives, if it was asked. It has no say in
    /// what opens later.
    pub(super) fn keep_closed(
        &mut self,
        delivered: &Delivered,
        author: Option<Author>,
        refusal: Refusal,
        is_known: bool,
    ) {
        if is_known {
            return;
        }
        self.pass_over(delivered);
        let author = author.unwrap_or_else(|| match (&self.part, refusal) {
            (_, Refusal::UnknownSender) => Author::Unknown,
            (Part::Visitor { .. }, _) => Author::Agent(String::new()),
            (Part::Agent, _) => Author::Visitor,
        });
        let hash = hash_of(delivered);
        let message = Message::received(author, Body::Closed(refusal), delivered.time);
        self.keep(delivered, Message { content: Some(hash), ..message });
    }

    /// An event that was not sealed to this device: while another agent holds the conversation it is none of its.
    fn keep_sealed(&mut self, delivered: &Delivered, author: Author, hash: ContentHash, now: u64) {
        let is_others =
            self.part == Part::Agent && self.standing(delivered.conversation, now) == Standing::Others;
        let body = match delivered.hash {
            _ if is_others => Body::Withheld,
            Some(_) => Body::Closed(Refusal::MessageMissing),
            None => Body::BeforeEnrolment,
        };
        let message = Message::received(author, body, delivered.time);
        self.keep(delivered, Message { content: Some(hash), ..message });
        self.plan_missed(delivered.conversation, now);
    }

    /// The key of a content may have been handed on before it came.
    fn unlock_delivered(&mut self, delivered: &Delivered, now: u64, random: &mut impl CryptoRng) {
        let (id, event) = (delivered.conversation, delivered.event);
        let message = self.conversations.get_mut(&id).and_then(|kept| kept.messages.get_mut(&event));
        let Some(message) = message.filter(|message| message.awaits_content()) else { return };
        // Where the roster that it names is not at hand, it is pulled with that.
        if message.is_content_of(event, delivered)
            && lacks_roster(&self.membership, &delivered.content.0).is_none()
        {
            message.stored = Some(delivered.time / 1_000);
            self.unlock(id, event, &Unopened::of(delivered.clone()), now, random);
        }
    }

    /// Whether a content of another device opens and was not opened before; nothing moves.
    pub(super) fn can_open(&self, delivered: &Delivered, hash: ContentHash, now: u64) -> bool {
        let vouched = self.vouch(delivered, now);
        vouched.is_ok_and(|(_, peer)| self.unwrap(delivered, hash, peer, now).is_ok())
    }

    /// Opens wrap and content aside; nothing moves.
    fn unwrap(
        &self,
        delivered: &Delivered,
        hash: ContentHash,
        peer: Peer,
        now: u64,
    ) -> Result<(Unwrapped, content::Message), Closed> {
        let own = self.account.as_ref().map(Account::device);
        let (Some(bytes), Some(recipient)) = (&delivered.wrap, own) else {
            return Err(Closed::altered());
        };
        let wrap = Wrap::parse(&bytes.0).map_err(|_| Closed::altered())?;
        let (conversation, event, sender) = (&delivered.conversation, &delivered.event, &delivered.sender);
        let context = WrapContext { conversation, event, sender, recipient: &recipient, content: &hash };
        let unwrapped = self.open_wrap(peer, &wrap, &context, now)?;
        let context = ContentContext { conversation, event, sender, recipients: &delivered.recipients };
        let message = content::open(&delivered.content.0, &unwrapped.key, &context);
        Ok((unwrapped, message.map_err(|_| Closed::altered())?))
    }

    /// Through the session that the wrap names, or the one that its init starts.
    fn open_wrap(
        &self,
        peer: Peer,
        wrap: &Wrap<'_>,
        context: &WrapContext<'_>,
        now: u64,
    ) -> Result<Unwrapped, Closed> {
        let time = self.membership.time(now);
        if let Some(session) = self.peers.named(peer, wrap.alias) {
            let mut session = session.clone();
            let key = session.open(wrap, context, time)?;
            return Ok(Unwrapped { session, key, used: None, identity: None });
        }
        let (Some(init), Some(account)) = (&wrap.init, &self.account) else {
            return Err(Closed { refusal: Refusal::MessageAltered, may_be_stale: true });
        };
        let scope = Context { root: &self.root, site: &self.site, scope: peer.1 };
        let response =
            handshake::respond(&account.secrets, &account.prekeys, init, context.sender, &scope, time)?;
        // What a new session cannot open is no question of state.
        let opened = response.open(wrap, context, time).map_err(|_| Closed::altered())?;
        let (session, key, used) = opened;
        Ok(Unwrapped { session, key, used: Some(used), identity: Some(init.keys.identity) })
    }

    /// Everything held: sessions move on, and the content takes effect.
    fn opened(
        &mut self,
        delivered: &Delivered,
        hash: ContentHash,
        opened: Opened,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Opened { author, peer, unwrapped, message } = opened;
        let (id, time) = (delivered.conversation, self.membership.time(now));
        let facts = &mut self.conversations.or_default(id).facts;
        let warning = match facts.chronicle.hear(delivered.sender, &message, hash) {
            Ok(warning) => warning,
            Err(refusal) => {
                let is_known = self.is_known(delivered);
                return self.keep_closed(delivered, Some(author), refusal, is_known);
            }
        };
        let known = facts.identity;
        if author == Author::Visitor {
            facts.visitor = Some(delivered.sender);
            facts.desk.get_or_insert(message.desk);
            facts.identity = unwrapped.identity.or(facts.identity);
        }
        let is_introduced = facts.identity != known;
        // Only what opened proves that the relay has come this far.
        facts.head = facts.head.max(delivered.position);
        self.ledger.put(Name::Conversation(id), facts);
        if is_introduced {
            // What people compare is shown, be it something that nobody sees which tells of it.
            self.shown.lists.insert(id, ());
            // Tokens that a member handed on before could not be judged without it.
            self.judge_tokens(id);
            // Nor could anybody be asked for what stayed closed.
            self.plan_resync(id, peer, false, now);
        }
        self.peers.keep(peer, unwrapped.session, time, &mut self.ledger);
        if let (Some(used), Some(account)) = (unwrapped.used, &mut self.account) {
            account.prekeys.use_up(used);
            self.ledger.put(Name::Account, account);
            self.told.forget(delivered.sender);
            // One less is at the relay: it is asked how many are left.
            self.prekeys.uploaded = false;
        }
        if author == Author::Visitor
            && self.conversations.or_default(id).facts.chronicle.confirms(message.seen)
        {
            self.confirm_vouched(id, message.seen.position);
        }
        if self.part == Part::Agent && matches!(author, Author::Agent(_)) {
            let version = Header::parse(&delivered.content.0).map_or(0, |header| header.order.version);
            self.told_of_visitor(id, &delivered.recipients, version, now);
        }
        self.note_act(delivered, peer, (message.act, message.seen), now, random);
        let outdated = self.outdated(delivered, message.time);
        warning.into_iter().chain(outdated).for_each(|warning| self.show_refused(warning));
        self.heard_of_own(delivered, &author, &message);
        let received = Message::received(author.clone(), Body::Closed(Refusal::NotUnderstood), message.time);
        let mut received = Message { content: Some(hash), key: Some(unwrapped.key), ..received };
        match message.body {
            body @ (content::Body::Text(_) | content::Body::Attachment(_)) => {
                received.say(body);
                received.quotes = message.quotes;
                if !received.is_open() {
                    received.key = None;
                }
                self.keep(delivered, received);
                let facts = &mut self.conversations.or_default(id).facts;
                facts.unread += 1;
                self.ledger.put(Name::Conversation(id), facts);
                self.pass_on(id, delivered, now, random);
            }
            content::Body::Act(signed) => self.act_opened(delivered, signed, received, now, random),
            content::Body::Request(events) => self.requested(id, peer, &events, now, random),
            content::Body::Grants(mut grants) => {
                // Only what stands in the log before it can be handed on.
                grants.retain(|grant| (1..delivered.position).contains(&grant.position));
                self.granted(id, (&author, delivered.sender), &grants, now, random);
            }
            content::Body::SignalKey(shared) => self.signal_key_given(delivered, shared, now),
            // What it says was heard above.
            content::Body::Read(_) => {}
            body @ (content::Body::End
            | content::Body::Rating(_)
            | content::Body::Details(_)
            | content::Body::Erasure) => {
                received.close(body, &author);
                if !received.is_open() {
                    received.key = None;
                }
                self.keep(delivered, received);
                self.pass_on(id, delivered, now, random);
            }
            body @ (content::Body::Note(_) | content::Body::Labels(_)) => {
                received.say(body);
                self.keep(delivered, received);
                self.pass_on(id, delivered, now, random);
            }
            body @ (content::Body::Token(_) | content::Body::Withdrawal(_)) => {
                received.say(body);
                received.stored = Some(delivered.time / 1_000);
                self.keep(delivered, received);
                self.judge_tokens(id);
                self.pass_on(id, delivered, now, random);
            }
        }
    }

    fn act_opened(
        &mut self,
        delivered: &Delivered,
        signed: SignedAct,
        received: Message,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let header = Header::parse(&delivered.content.0).ok();
        let version = header.map_or(0, |header| header.order.version);
        let read = header.and_then(|header| ActRecord::read(signed, header.order).ok());
        let is_for_visitor = self.reaches_visitor(delivered.conversation, &delivered.recipients, version);
        let Some(act) = read.filter(|_| is_for_visitor) else {
            let body = Body::Closed(Refusal::ActRefused);
            return self.keep(delivered, Message { body, key: None, ..received });
        };
        let body = Body::Act(act.deed.named(|agent| self.name_of(agent)));
        self.keep(delivered, Message { body, act: Some(act), ..received });
        self.act_logged(delivered.conversation, delivered.event, now, random);
    }

    /// Whether what is for agents alone belongs where it was delivered.
    fn is_among_agents(&self, delivered: &Delivered, author: &Author) -> bool {
        let version = Header::parse(&delivered.content.0).map_or(0, |header| header.order.version);
        self.is_between_agents(author, (delivered.conversation, &delivered.recipients, version))
    }

    /// A content names the last act that its sender knows, and how far it saw the log: its sender is asked for what is not
    /// known here, and told what it does not know.
    fn note_act(
        &mut self,
        delivered: &Delivered,
        peer: Peer,
        (act, seen): (Option<ActHash>, Seen),
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let id = delivered.conversation;
        self.told.hear((id, delivered.sender), (act, seen.position));
        let Some(conversation) = self.conversations.get(&id) else { return };
        if !act.is_none_or(|act| conversation.knows(act)) {
            self.ask_for_acts(id, peer, delivered.event, now, random);
        } else if conversation.counts_after(act, seen.position) && self.is_of_its_readers(id, now) {
            self.requested(id, peer, &[], now, random);
        }
    }

    /// Who the sender is by the roster, or that it is the conversation's visitor.
    fn vouch(&self, delivered: &Delivered, now: u64) -> Result<(Author, Peer), Refusal> {
        let roster = self.membership.counting();
        let listed = roster.and_then(|roster| roster.device(&delivered.sender, self.membership.time(now)));
        let peer = (delivered.sender, self.scope_of(delivered.conversation, listed.is_some()));
        if let Some((agent, _)) = listed {
            return Ok((Author::Agent(agent.name.clone()), peer));
        }
        let is_visitor = self.part == Part::Agent
            && self.visitor_of(delivered.conversation).is_none_or(|visitor| visitor == delivered.sender)
            && !self.was_listed(delivered);
        if is_visitor { Ok((Author::Visitor, peer)) } else { Err(Refusal::UnknownSender) }
    }

    /// Whether the sender was kept from newer rosters; `written` in Unix milliseconds.
    fn outdated(&self, delivered: &Delivered, written: u64) -> Option<Refusal> {
        let header = Header::parse(&delivered.content.0).ok()?;
        let superseded = self.membership.superseded_at(header.order.version)?;
        let late = written / 1_000 > superseded.saturating_add(limits::OUTDATED_SECONDS);
        late.then_some(Refusal::RosterOutdated)
    }

    pub(super) fn is_known(&self, delivered: &Delivered) -> bool {
        let conversation = self.conversations.get(&delivered.conversation);
        conversation.is_some_and(|conversation| conversation.messages.contains(&delivered.event))
    }

    pub(super) fn keep(&mut self, delivered: &Delivered, message: Message) {
        let (id, event) = (delivered.conversation, delivered.event);
        let (position, sender) = (Some(delivered.position), Some(delivered.sender));
        let conversation = self.conversations.or_default(id);
        let in_log = message
            .content
            .is_some_and(|content| conversation.facts.chronicle.took_in(&Entry::of(delivered, &content)));
        let message = Message { position, sender, in_log, ..message };
        self.signals.came(id, delivered.sender);
        self.ledger.put(Name::Message(id, event), &message);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        conversation.messages.insert(event, message);
        self.shown.dirty.insert((id, event), ());
        self.heed_withdrawals(id);
    }

    /// Keeps the closed content beside its message, for a key that may come later: of each sender as many as one
    /// request names. The least promising one gives way; it is asked for after these.
    fn keep_unopened(&mut self, delivered: &Delivered, hash: ContentHash) {
        let id = delivered.conversation;
        let conversation = self.conversations.or_default(id);
        let Some(message) = conversation.messages.get_mut(&delivered.event) else { return };
        let is_genuine = message.is_open() && message.vouched.is_none();
        let is_kept = message.unopened.is_some() || message.content != Some(hash);
        if is_kept || is_genuine || message.awaits_content() {
            return;
        }
        message.stored = Some(delivered.time / 1_000);
        message.unopened = Some(Unopened::of(delivered.clone()));
        if let Some(surplus) = conversation.surplus(delivered.event)
            && let Some(message) = conversation.messages.get_mut(&surplus)
        {
            message.give_way();
            self.ledger.put(Name::Message(id, surplus), message);
        }
        if let Some(message) = conversation.messages.get(&delivered.event) {
            self.ledger.put(Name::Message(id, delivered.event), message);
        }
    }

    fn pass_over(&mut self, delivered: &Delivered) {
        let facts = &mut self.conversations.or_default(delivered.conversation).facts;
        facts.chronicle.pass_over(delivered.sender, hash_of(delivered));
        self.ledger.put(Name::Conversation(delivered.conversation), facts);
    }
}

impl Closed {
    fn altered() -> Self {
        Self { refusal: Refusal::MessageAltered, may_be_stale: false }
    }
}

impl From<WrapError> for Closed {
    fn from(error: WrapError) -> Self {
        match error {
            WrapError::Stale => Self { refusal: Refusal::MessageStale, may_be_stale: true },
            // Whoever was set back may have made an offer since that is answered, or lacks a thousand wraps.
            WrapError::NotAuthentic | WrapError::TooFarAhead | WrapError::KemRefused => {
                Self { refusal: Refusal::MessageAltered, may_be_stale: true }
            }
            WrapError::WeakKey => Self { refusal: Refusal::WeakKey, may_be_stale: false },
            WrapError::Malformed | WrapError::UnknownSuite => Self::altered(),
        }
    }
}

impl From<HandshakeError> for Closed {
    fn from(error: HandshakeError) -> Self {
        match error {
            HandshakeError::WeakKey(_) | HandshakeError::BadKemKey(_) => {
                Self { refusal: Refusal::WeakKey, may_be_stale: false }
            }
            HandshakeError::UnknownPrekey => Self { refusal: Refusal::MessageAltered, may_be_stale: true },
            HandshakeError::Seen => Self { refusal: Refusal::MessageReplayed, may_be_stale: false },
            HandshakeError::WrongSender => Self::altered(),
        }
    }
}
