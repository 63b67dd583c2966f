//! What was said before is handed on with a conversation, and made up for where a message crossed an act.
//! PROTOCOL.md, section 5.10.

use rand_core::CryptoRng;
use segel_crypto::act::{Assignment, Seat};
use segel_crypto::content::{self, ContentContext, ContentHash, Header};
use segel_crypto::grant::Grant;
use segel_wire::ids::{AgentId, ConversationId, DeviceId, EventId};
use segel_wire::signed::Agent;
use segel_wire::{Delivered, limits};

use super::pull::lacks_roster;
use super::{Engine, Part};
use crate::account::Account;
use crate::acts::ActRecord;
use crate::chronicle::Entry;
use crate::conversation::{Conversation, Message};
use crate::membership::Named;
use crate::peers::Peer;
use crate::records::Name;
use crate::show::{Author, Body, Deed, Refusal};
use crate::sorted::SortedSet;
use crate::unopened::Unopened;

impl Engine {
    /// An act counts: whoever it lets in gets what was said before. Who transfers or releases gives it; where
    /// somebody takes or joins, the visitor and the devices of whoever held it do.
    pub(super) fn hand_on(
        &mut self,
        id: ConversationId,
        (deed, signer): (Deed<AgentId>, Option<DeviceId>),
        before: &Assignment,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let own = self.account.as_ref().map(Account::device);
        let held = self.own_agent().map(|agent| agent.id).filter(|own| before.holder == Some(*own));
        let gives = match deed {
            Deed::Transfer(_) | Deed::Release => signer == own,
            Deed::Claim | Deed::Takeover | Deed::Join => {
                // Nobody is let in by who took hold in a role that the newest roster does not give.
                signer != own && (self.part != Part::Agent || held.is_some()) && self.is_held(id, now)
            }
            Deed::Leave | Deed::End => false,
        };
        if !gives {
            return;
        }
        // A holder who is not there any more has left nothing behind for the inbox.
        let was_lost = match deed {
            Deed::Claim => before.holder.is_some(),
            Deed::Takeover => before.holder.is_some() && self.holder_by(id, before, now).is_none(),
            _ => false,
        };
        let known = if was_lost { Vec::new() } else { self.readers_of(id, before, now) };
        let new = self.readers(id, now).into_iter().filter(|device| !known.contains(device));
        let new: Vec<_> = new.filter(|device| Some(*device) != own).collect();
        let Some(conversation) = self.conversations.get(&id) else { return };
        let open = conversation.messages.iter().filter(|(_, message)| message.is_open());
        let open = open.filter_map(|(event, message)| Some(((message.position?, *event), ())));
        let open: SortedSet<_> = open.collect();
        let grants: Vec<_> = open.keys().filter_map(|(_, event)| self.grant(id, *event)).collect();
        for device in new {
            self.give(id, device, &grants, now, random);
        }
    }

    /// Own messages that the log puts after an act which they did not know go to whoever reads along now.
    pub(super) fn make_up(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        let crossed = self.conversations.get(&id).map(Conversation::crossed).unwrap_or_default();
        if !crossed.is_empty() {
            self.give_crossed(id, &crossed, now, random);
        }
    }

    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn give_crossed(
        &mut self,
        id: ConversationId,
        crossed: &[EventId],
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let own = self.account.as_ref().map(Account::device);
        for device in self.readers(id, now).into_iter().filter(|device| Some(*device) != own) {
            let mut grants = Vec::new();
            for event in crossed {
                let grant = self.grant(id, *event);
                let conversation = self.conversations.or_default(id);
                let Some(message) = conversation.messages.get_mut(event) else { continue };
                let recipients = message.recipients.get_or_insert_default();
                if !recipients.contains(&device) {
                    recipients.push(device);
                    self.ledger.put(Name::Message(id, *event), message);
                    grants.extend(grant);
                }
            }
            self.give(id, device, &grants, now, random);
        }
    }

    /// A message came to this device after the conversation had passed to others, whom it was not sealed to.
    pub(super) fn pass_on(
        &mut self,
        id: ConversationId,
        delivered: &Delivered,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let acted = self.conversations.get(&id).is_some_and(|kept| kept.facts.assignment.epoch > 0);
        if !acted || self.is_of_its_readers(id, now) {
            return;
        }
        let readers = self.readers(id, now);
        let grants: Vec<_> = self.grant(id, delivered.event).into_iter().collect();
        for device in readers {
            if !delivered.recipients.contains(&device) {
                self.give(id, device, &grants, now, random);
            }
        }
    }

    /// Content keys came: opens what is closed here, at once or when its content is fetched. Only the sender's own
    /// word and the visitor's make a message as genuine as a wrap would have.
    pub(super) fn granted(
        &mut self,
        id: ConversationId,
        (author, giver): (&Author, DeviceId),
        grants: &[Grant],
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let name = match author {
            Author::Agent(name) => Some(name.clone()),
            _ => None,
        };
        for grant in grants {
            let Some(conversation) = self.conversations.get_mut(&id) else { return };
            if !conversation.messages.contains(&grant.event) {
                // It was never delivered: the relay is asked for it like for any content.
                let message = Message::received(Author::Unknown, Body::Withheld, now);
                let (position, sender) = (Some(grant.position), Some(grant.sender));
                // What nobody sees and came without a wrap left nothing but its place in the log.
                let entry = Entry::of_grant(&id, grant);
                let in_log = conversation.facts.chronicle.took_in(&entry);
                let message = Message { position, sender, content: Some(grant.content), in_log, ..message };
                conversation.messages.insert(grant.event, message);
            }
            let Some(message) = conversation.messages.get_mut(&grant.event) else { continue };
            let vouched = name.clone().filter(|_| grant.sender != giver);
            if message.is_claim() && (vouched.is_none() || conversation.pulls.contains(&grant.event)) {
                // Nothing but a key of somebody's speaks for what was said of it before.
                message.position = Some(grant.position);
                (message.sender, message.content) = (Some(grant.sender), Some(grant.content));
            }
            // A relay that lets events stand elsewhere for this device than for the giver opens none of them here.
            let is_for = message.position == Some(grant.position)
                && message.sender == Some(grant.sender)
                && message.content == Some(grant.content);
            // One claim does not drive out another that no page spoke against.
            let has_key = message.key.is_some()
                && (message.vouched.is_none() || !conversation.pulls.contains(&grant.event));
            if !is_for || (vouched.is_some() && (message.is_open() || has_key)) {
                continue;
            }
            message.vouched = vouched;
            conversation.pulls.remove(&grant.event);
            self.shown.dirty.insert((id, grant.event), ());
            if !message.is_open() {
                message.key = Some(grant.key.clone());
            }
            let is_open = message.is_open();
            let lacks_roster =
                |unopened: &Unopened| lacks_roster(&self.membership, &unopened.content.0).is_some();
            let unopened = message.unopened.clone().filter(|unopened| !lacks_roster(unopened));
            if unopened.is_none() || is_open {
                // It is open by a genuine word, or pulled anew when the roster that it names is there.
                message.unopened = None;
            }
            self.ledger.put(Name::Message(id, grant.event), message);
            match unopened {
                // It may be genuine by now.
                _ if is_open => self.heed_withdrawals(id),
                Some(unopened) => self.unlock(id, grant.event, &unopened, now, random),
                None => self.fetching.insert(id, ()),
            }
        }
    }

    /// The visitor has seen the same log up to here: what was vouched for and stands in it is confirmed.
    pub(super) fn confirm_vouched(&mut self, id: ConversationId, position: u64) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        for (event, message) in conversation.messages.iter_mut() {
            let is_seen = message.in_log && message.position.is_some_and(|at| at <= position);
            if message.vouched.is_some() && is_seen {
                (message.vouched, message.unopened) = (None, None);
                self.ledger.put(Name::Message(id, *event), message);
                self.shown.dirty.insert((id, *event), ());
            }
        }
        self.heed_withdrawals(id);
    }

    /// Devices that a content of this conversation goes to besides the visitor's, this one among them.
    pub(super) fn readers(&self, id: ConversationId, now: u64) -> Vec<DeviceId> {
        let conversation = self.conversations.get(&id);
        conversation
            .map_or_else(Vec::new, |conversation| self.readers_of(id, &conversation.facts.assignment, now))
    }

    /// Whether it is the visitor's, or one that contents go to.
    pub(super) fn is_of_its_readers(&self, id: ConversationId, now: u64) -> bool {
        let own = self.account.as_ref().map(Account::device);
        self.part != Part::Agent || self.readers(id, now).iter().any(|device| Some(*device) == own)
    }

    /// The content key of a message that is open here.
    pub(super) fn grant(&self, id: ConversationId, event: EventId) -> Option<Grant> {
        let message = self.conversations.get(&id)?.messages.get(&event)?;
        let (position, sender, content) = (message.position?, message.sender?, message.content?);
        let key = message.key.clone().filter(|_| message.is_open())?;
        Some(Grant { event, position, sender, content, key })
    }

    fn is_held(&self, id: ConversationId, now: u64) -> bool {
        let conversation = self.conversations.get(&id);
        conversation.is_some_and(|kept| self.holder_by(id, &kept.facts.assignment, now).is_some())
    }

    /// Who holds the conversation by these acts and is there now.
    pub(super) fn holder_by(&self, id: ConversationId, acts: &Assignment, now: u64) -> Option<&Agent> {
        let roster = self.membership.roster()?;
        let seat = Seat::find(roster, self.conversations.get(&id)?.facts.desk)?;
        acts.holder_now(roster, seat, self.membership.time(now))
    }

    fn readers_of(&self, id: ConversationId, assignment: &Assignment, now: u64) -> Vec<DeviceId> {
        let (Some(conversation), Some(roster)) = (self.conversations.get(&id), self.membership.roster())
        else {
            return Vec::new();
        };
        let seat = Seat::find(roster, conversation.facts.desk);
        seat.map_or_else(Vec::new, |seat| assignment.devices(roster, seat, self.membership.time(now)))
    }

    fn give(
        &mut self,
        id: ConversationId,
        device: DeviceId,
        grants: &[Grant],
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let peer: Peer = (device, self.scope_of(id, true));
        for some in grants.chunks(limits::GRANTS) {
            self.queue_control(id, peer, content::Body::Grants(some.to_vec()), false, now, random);
        }
    }

    /// Opens a content by a key that was handed on.
    pub(super) fn unlock(
        &mut self,
        id: ConversationId,
        event: EventId,
        sealed: &Unopened,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Unopened { sender, recipients, content, .. } = sealed;
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let is_it = message.is_some_and(|message| {
            message.sender == Some(*sender) && message.content == Some(ContentHash::derive(&content.0))
        });
        if !is_it {
            // Another content under this id, or this content under another's name.
            return;
        }
        // An act is judged by the roster that is named: it must be one of the site's.
        let is_ours = |header: &Header| self.membership.relate(header.order, header.roster) == Named::Known;
        let header = Header::parse(&content.0).ok().filter(is_ours);
        let version = header.map_or(0, |header| header.order.version);
        let author = self.author_of(id, *sender, version);
        let reaches_visitor = self.reaches_visitor(id, recipients, version);
        let is_among_agents = self.is_between_agents(&author, (id, recipients, version));
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        let bound_to = ContentContext { conversation: &id, event: &event, sender, recipients };
        let plain = message.key.as_ref().map(|key| content::open(&content.0, key, &bound_to));
        let plain = plain.and_then(Result::ok).filter(|plain| is_among_agents || !plain.body.is_for_agents());
        let (Some(plain), Some(header)) = (plain, header) else {
            (message.key, message.vouched) = (None, None);
            self.ledger.put(Name::Message(id, event), message);
            return self.show_refused(Refusal::MessageAltered);
        };
        message.time = plain.time;
        if message.vouched.is_none() {
            // What is open by a colleague's word alone is asked for all the same.
            message.unopened = None;
        }
        if message.author != Author::Own {
            message.author = author.clone();
        }
        let is_genuine = message.vouched.is_none();
        let is_news = is_genuine && message.author != Author::Own;
        if author == Author::Visitor && message.vouched.is_none() {
            conversation.facts.visitor.get_or_insert(*sender);
            conversation.facts.desk.get_or_insert(plain.desk);
        }
        let mut is_act = false;
        match plain.body {
            body @ (content::Body::Text(_) | content::Body::Attachment(_)) => {
                message.say(body);
                message.quotes = plain.quotes;
                conversation.facts.unread += u32::from(is_news);
            }
            content::Body::Act(signed) => match ActRecord::read(signed, header.order) {
                Ok(act) if reaches_visitor => {
                    let roster = self.membership.roster();
                    message.body = Body::Act(act.deed.named(|agent| {
                        let agent = roster.and_then(|roster| roster.agent(&agent));
                        agent.map(|agent| agent.name.clone()).unwrap_or_default()
                    }));
                    message.act = Some(act);
                    is_act = true;
                }
                _ => message.body = Body::Closed(Refusal::ActRefused),
            },
            body @ (content::Body::Token(_)
            | content::Body::Withdrawal(_)
            | content::Body::Note(_)
            | content::Body::Labels(_)) => message.say(body),
            body @ (content::Body::End | content::Body::Rating(_) | content::Body::Details(_)) => {
                message.close(body, &author);
            }
            _ => message.body = Body::Closed(Refusal::NotUnderstood),
        }
        if !message.is_open() {
            // It said what cannot be shown: nothing more is to be fetched.
            (message.key, message.vouched) = (None, None);
        }
        let holds = |position| conversation.facts.chronicle.holds(position);
        // Nothing is judged by a place at which the log has something else.
        is_act &= message.in_log || !message.position.is_some_and(holds);
        message.act.iter_mut().for_each(|act| act.logged &= is_act);
        self.ledger.put(Name::Message(id, event), message);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.shown.dirty.insert((id, event), ());
        if self.part == Part::Agent && is_genuine && matches!(author, Author::Agent(_)) {
            self.told_of_visitor(id, recipients, version, now);
        }
        if is_act {
            self.act_logged(id, event, now, random);
        }
        self.heed_withdrawals(id);
        self.judge_tokens(id);
    }

    /// Whether a content was sealed to the visitor too: an act that was not is nobody's business but its signer's.
    pub(super) fn reaches_visitor(&self, id: ConversationId, recipients: &[DeviceId], version: u64) -> bool {
        let own = self.account.as_ref().map(Account::device).filter(|_| self.part != Part::Agent);
        match own.or_else(|| self.visitor_of(id)) {
            Some(visitor) => recipients.contains(&visitor),
            None => self.unlisted(recipients, version).is_some(),
        }
    }

    /// The one recipient that the roster of this version does not list: the visitor, by its sender's word.
    pub(super) fn unlisted(&self, recipients: &[DeviceId], version: u64) -> Option<DeviceId> {
        let roster = self.membership.named(version)?;
        let mut unlisted = recipients.iter().filter(|device| roster.device(device, 0).is_none());
        let first = unlisted.next().copied();
        first.filter(|_| unlisted.next().is_none())
    }

    /// A colleague sealed to the visitor: who that is, or that it is another one than here.
    pub(super) fn told_of_visitor(
        &mut self,
        id: ConversationId,
        recipients: &[DeviceId],
        version: u64,
        now: u64,
    ) {
        let Some(told) = self.unlisted(recipients, version) else { return };
        let facts = &mut self.conversations.or_default(id).facts;
        match facts.visitor {
            None => facts.told = Some(told),
            Some(visitor) if visitor != told && !facts.disputed => {
                facts.disputed = true;
                self.show_refused(Refusal::UnknownSender);
            }
            Some(_) => return,
        }
        self.ledger.put(Name::Conversation(id), &self.conversations.or_default(id).facts);
        self.shown.lists.insert(id, ());
        // There is somebody to be asked for what stayed closed.
        self.plan_resync(id, (told, Some(id)), false, now);
    }

    /// Whether the roster that the content names lists its sender: a device that was removed since is no visitor.
    pub(super) fn was_listed(&self, delivered: &Delivered) -> bool {
        let named = Header::parse(&delivered.content.0).ok();
        let named = named.and_then(|header| self.membership.named(header.order.version));
        named.is_some_and(|roster| roster.device(&delivered.sender, 0).is_some())
    }

    /// Whose device it is, by the newest roster or the one that the content names.
    fn author_of(&self, id: ConversationId, sender: DeviceId, version: u64) -> Author {
        let rosters = [self.membership.roster(), self.membership.named(version)];
        let listed = rosters.into_iter().flatten().find_map(|roster| roster.device(&sender, 0));
        let visitor = self.visitor_of(id);
        match listed {
            Some((agent, _)) => Author::Agent(agent.name.clone()),
            None if self.part == Part::Agent && visitor.is_none_or(|visitor| visitor == sender) => {
                Author::Visitor
            }
            None => Author::Unknown,
        }
    }
}
