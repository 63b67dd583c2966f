//! Acts at work: wanted, signed, and judged in the order of the log. PROTOCOL.md, section 5.9.
//! What follows from one that counts is in `history.rs`.

use rand_core::CryptoRng;
use segel_crypto::act::{ActContext, ActError, Assignment, Seat, SignedAct};
use segel_wire::ids::{AgentId, ConversationId, DeskId, DeviceId, EventId};
use segel_wire::limits;
use segel_wire::signed::{Agent, VerifiedRoster};

use super::{Engine, Part, make_id};
use crate::account::Account;
use crate::acts::{ActRecord, Verdict};
use crate::conversation::{Conversation, Message, Stage};
use crate::io::Request;
use crate::records::Name;
use crate::show::{Body, Deed, Hold, Refusal, Standing};
use crate::sorted::Sorted;

/// A roster that an act waits for is asked for again after this, in milliseconds.
const ASK_AGAIN: u64 = 10_000;

/// Whether it is a content's turn to be sealed.
pub(super) enum Turn {
    /// It is.
    Now,
    /// Something before it is not settled.
    Later,
    /// Once the conversation is claimed.
    AfterClaim,
    /// The conversation is not this agent's.
    Never(Refusal),
}

impl Engine {
    /// The person wants an act. One is on its way at a time.
    pub(super) fn act(
        &mut self,
        id: ConversationId,
        deed: Deed<AgentId>,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        if conversation.is_acting() {
            return;
        }
        if conversation.is_over() {
            return self.show_refused(Refusal::ConversationEnded);
        }
        if self.is_so(id, deed, now) {
            return;
        }
        if !self.permits(id, deed, now) {
            return self.show_refused(Refusal::ActRefused);
        }
        let time = conversation.next_time(now);
        let event = self.want(id, deed, time, random);
        if let Some(conversation) = self.conversations.get_mut(&id) {
            conversation.outbox.push(event);
        }
    }

    /// Puts a claim before the text that waits for it.
    pub(super) fn claim_before(
        &mut self,
        id: ConversationId,
        event: EventId,
        random: &mut impl CryptoRng,
    ) -> EventId {
        let text = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let time = text.map_or(0, |text| text.time.saturating_sub(1));
        let claim = self.want(id, Deed::Claim, time, random);
        if let Some(conversation) = self.conversations.get_mut(&id) {
            conversation.outbox.insert(0, claim);
        }
        claim
    }

    /// Whether a content of this conversation may be sealed now.
    pub(super) fn turn(&self, id: ConversationId, event: EventId, now: u64) -> Turn {
        let Some(conversation) = self.conversations.get(&id) else { return Turn::Later };
        if !self.is_settled(id) {
            return Turn::Later;
        }
        let Some(message) = conversation.messages.get(&event) else { return Turn::Later };
        if conversation.facts.erased.is_some() {
            return Turn::Never(Refusal::ConversationErased);
        }
        let outlives = message.withdraws.is_some()
            || matches!(message.body, Body::Rated(_) | Body::Erased)
            || message.is_for_agents();
        if conversation.is_closed() && !outlives {
            return Turn::Never(Refusal::ConversationEnded);
        }
        // What was said is its sender's to take back, whoever holds the conversation since.
        if self.part != Part::Agent || message.act.is_some() || message.withdraws.is_some() {
            return Turn::Now;
        }
        match self.standing(id, now) {
            Standing::Mine | Standing::Joined => Turn::Now,
            Standing::Others => Turn::Never(Refusal::HeldByAnother),
            Standing::Free if message.is_for_agents() && conversation.is_closed() => Turn::Now,
            Standing::Free if !self.permits(id, Deed::Claim, now) => Turn::Never(Refusal::ActRefused),
            Standing::Free if message.is_for_agents() => Turn::Now,
            Standing::Free => Turn::AfterClaim,
        }
    }

    /// Whether every act that has its turn was judged: before that nothing is sealed, whether anybody sees it or not.
    pub(super) fn is_settled(&self, id: ConversationId) -> bool {
        let Some(conversation) = self.conversations.get(&id) else { return false };
        let awaits_judgement = |message: &Message| {
            let is_own = matches!(message.stage, Stage::Sent);
            let act = message.act.as_ref().filter(|act| act.verdict.is_none());
            is_own && act.is_some_and(|act| !act.logged || !conversation.is_ahead(message))
        };
        !conversation.messages.values().any(awaits_judgement) && self.lacks_roster(id).is_none()
    }

    /// Signs an own act as it follows now, whenever it was wanted, and the devices that it goes to; `None` if it is
    /// not allowed any more.
    pub(super) fn sign_act(
        &self,
        id: ConversationId,
        deed: Deed<AgentId>,
        desk: DeskId,
        now: u64,
    ) -> Option<(SignedAct, Vec<DeviceId>)> {
        let (roster, account) = (self.membership.roster()?, self.account.as_ref()?);
        let conversation = self.conversations.get(&id)?;
        let (sender, time) = (account.device(), self.membership.time(now));
        let desk = roster.desk(&conversation.facts.desk.unwrap_or(desk))?;
        let context = ActContext { roster, desk, conversation: &id, sender: &sender, now: time };
        let (kind, agent) = deed.kind();
        let before = &conversation.facts.assignment;
        let signed = before.draft(kind, agent, &context).sign(&account.secrets);
        let after = before.follow(&signed, &context).ok()?;
        Some((signed, before.devices_of_act(&after, roster, desk, time)))
    }

    /// An act stands in the log: judges it, and whatever waited for it.
    pub(super) fn act_logged(
        &mut self,
        id: ConversationId,
        event: EventId,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        let Some(act) = message.act.as_mut().filter(|act| !act.logged || act.verdict.is_none()) else {
            return;
        };
        act.logged = true;
        if !act.counts() {
            // What was said of it was said of another log.
            act.verdict = None;
        }
        self.ledger.put(Name::Message(id, event), message);
        self.settle(id, now, random);
    }

    /// Judges what can be judged by now, and asks for a roster that an act waits for.
    pub(super) fn pump_acts(&mut self, now: u64, random: &mut impl CryptoRng) {
        let unsettled: Vec<_> = self.unsettled.keys().copied().collect();
        for id in unsettled {
            self.settle(id, now, random);
        }
        let lacking = self.unsettled.keys().find_map(|id| self.lacks_roster(*id));
        if let Some(version) = lacking
            && self.link.is_up()
            && self.act_rosters.is_due(now)
            && !self.is_asking_for_rosters()
        {
            self.act_rosters.succeeded(now, ASK_AGAIN);
            self.ask_at_once(Request::RosterVersion(version));
        }
    }

    /// Who holds the conversation, and what this person may do about that.
    pub(super) fn hold(&self, id: ConversationId, now: u64) -> Hold {
        let (Some(conversation), Some(roster)) = (self.conversations.get(&id), self.membership.roster())
        else {
            return Hold::default();
        };
        let holder = self.holder_by(id, &conversation.facts.assignment, now);
        let holder = holder.map(|agent| agent.name.clone());
        let standing = self.standing(id, now);
        if self.part != Part::Agent || !self.is_answerable(id) || conversation.is_over() {
            return Hold { standing, holder, ..Hold::default() };
        }
        let deeds = [Deed::Claim, Deed::Release, Deed::Takeover, Deed::Join, Deed::Leave, Deed::End];
        let may = deeds.into_iter().filter(|deed| self.permits(id, *deed, now)).collect();
        let heirs = roster.roster().agents.iter().filter(|agent| {
            standing == Standing::Mine && { self.permits(id, Deed::Transfer(agent.id), now) }
        });
        let colleagues = heirs.map(|agent| (agent.id, agent.name.clone())).collect();
        Hold { standing, holder, acting: conversation.is_acting(), may, colleagues }
    }

    /// How this device's agent stands to the conversation; to a visitor it is free or another's.
    pub(super) fn standing(&self, id: ConversationId, now: u64) -> Standing {
        let (Some(conversation), Some(roster)) = (self.conversations.get(&id), self.membership.roster())
        else {
            return Standing::Free;
        };
        let Some(seat) = Seat::find(roster, conversation.facts.desk) else { return Standing::Free };
        let own = self.own_agent().map(|agent| agent.id);
        let assignment = &conversation.facts.assignment;
        match assignment.holder_now(roster, seat, self.membership.time(now)) {
            None => Standing::Free,
            Some(holder) if Some(holder.id) == own => Standing::Mine,
            Some(_) if assignment.joined_now(roster, seat).any(|agent| Some(agent.id) == own) => {
                Standing::Joined
            }
            Some(_) => Standing::Others,
        }
    }

    /// The agent of this device, as the newest roster lists it.
    pub(super) fn own_agent(&self) -> Option<&Agent> {
        let device = self.account.as_ref().map(Account::device)?;
        self.membership.roster()?.device(&device, 0).map(|(agent, _)| agent)
    }

    /// The name that the newest roster gives an agent.
    pub(super) fn name_of(&self, agent: AgentId) -> String {
        let agent = self.membership.roster().and_then(|roster| roster.agent(&agent));
        agent.map(|agent| agent.name.clone()).unwrap_or_default()
    }

    fn permits(&self, id: ConversationId, deed: Deed<AgentId>, now: u64) -> bool {
        let context = |conversation: &Conversation| {
            let (roster, account) = (self.membership.roster()?, self.account.as_ref()?);
            let desk = Seat::find(roster, conversation.facts.desk)?.own()?;
            let (sender, now) = (account.device(), self.membership.time(now));
            let context = ActContext { roster, desk, conversation: &id, sender: &sender, now };
            let (kind, agent) = deed.kind();
            Some(conversation.facts.assignment.permits(kind, agent, &context))
        };
        self.conversations.get(&id).and_then(context).unwrap_or_default()
    }

    /// Keeps an act that this person wants.
    fn want(
        &mut self,
        id: ConversationId,
        deed: Deed<AgentId>,
        time: u64,
        random: &mut impl CryptoRng,
    ) -> EventId {
        let event = EventId(make_id(random));
        let body = Body::Act(deed.named(|agent| self.name_of(agent)));
        let message = Message::own(body, time, Stage::Waiting);
        let message = Message { act: Some(ActRecord::wanted(deed)), ..message };
        self.ledger.put(Name::Message(id, event), &message);
        self.conversations.or_default(id).messages.insert(event, message);
        self.shown.lists.insert(id, ());
        event
    }

    fn settle(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        self.unsettled.remove(&id);
        // One that counts may be what an earlier one waits for: a relay that was set back got the later one first.
        while self.settle_one(id, now, random) {}
        self.ask_before(id, now, random);
    }

    /// Judges acts until one counts, or has others judged anew; whether one did.
    fn settle_one(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) -> bool {
        let unjudged = self.conversations.get(&id).map(Conversation::unjudged).unwrap_or_default();
        for &(_, _, event) in unjudged.keys() {
            if self.is_ahead(id, event) {
                continue;
            }
            match self.judge(id, event) {
                None => {
                    self.unsettled.insert(id, ());
                    return false;
                }
                Some(Ok(after)) => {
                    self.count_act(id, event, after, now, random);
                    return true;
                }
                Some(Err(error)) => {
                    let displaces = |kept: &Conversation| error == ActError::Late && kept.displaces(event);
                    if self.conversations.get(&id).is_some_and(displaces) {
                        self.judge_anew(id, event);
                        return true;
                    }
                    self.refuse_act(id, event, error, now, random);
                }
            }
        }
        false
    }

    /// Others were judged without this one, which comes before them: the state starts again from nothing.
    fn judge_anew(&mut self, id: ConversationId, displacing: EventId) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let displacing = conversation.messages.get(&displacing).and_then(|message| message.act.as_ref());
        let before = displacing.map_or(0, |act| act.epoch.saturating_sub(1));
        conversation.facts.assignment = Assignment::default();
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        for (event, message) in conversation.messages.iter_mut() {
            // What was said since knew acts that may not count.
            let knew_others = message.epoch > before;
            message.epoch = message.epoch.min(before);
            let is_act = message.act.as_mut().map(ActRecord::judge_anew).is_some();
            if is_act || knew_others {
                self.ledger.put(Name::Message(id, *event), message);
                self.shown.dirty.insert((id, *event), ());
            }
        }
    }

    /// An act of another device waits for one that is not known here: its sender knows.
    fn ask_before(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        let Some(conversation) = self.conversations.get(&id) else { return };
        let unjudged = conversation.unjudged();
        let ahead = unjudged.keys().filter_map(|(_, _, event)| {
            let message = conversation.messages.get(event).filter(|message| !message.is_own())?;
            Some((message.sender.filter(|_| self.is_ahead(id, *event))?, *event))
        });
        // One of each sender: who is ahead by an act that never was keeps nobody else from being asked.
        let ahead: Sorted<_, _> = ahead.collect();
        for (sender, event) in ahead.iter() {
            self.ask_for_acts(id, self.peer_of(id, *sender), *event, now, random);
        }
    }

    /// Whether an act waits for one before it: no roster is sought for it, and nothing waits for it.
    fn is_ahead(&self, id: ConversationId, event: EventId) -> bool {
        let Some(conversation) = self.conversations.get(&id) else { return false };
        conversation.messages.get(&event).is_some_and(|message| conversation.is_ahead(message))
    }

    /// What an act comes to; `None` while its roster or the conversation's desk is not known. One that is late at its own
    /// word is not asked who signed it, unless that matters.
    fn judge(&self, id: ConversationId, event: EventId) -> Option<Result<Assignment, ActError>> {
        let conversation = self.conversations.get(&id)?;
        let message = conversation.messages.get(&event)?;
        let act = message.act.as_ref()?;
        let (signed, sender) = (act.signed.as_ref()?, message.sender.as_ref()?);
        let state = &conversation.facts.assignment;
        let is_late = act.epoch <= state.epoch;
        if is_late && !conversation.displaces(event) {
            return Some(Err(ActError::Late));
        }
        if !is_late && act.previous() != Some(state.hash) {
            return Some(Err(ActError::NotFollowing));
        }
        let roster = self.membership.named(act.order?.version)?;
        let has_many = |roster: &VerifiedRoster| roster.roster().desks.len() > 1;
        if conversation.facts.desk.is_none()
            && (has_many(roster) || self.membership.roster().is_some_and(has_many))
        {
            return None;
        }
        let written = message.time / 1_000;
        let issued = roster.roster().issued_at.saturating_sub(limits::ACT_LEEWAY_SECONDS);
        let goes_back = !is_late && conversation.last_act().is_some_and(|(_, last)| act.order < last.order);
        let is_it = act.order == Some(roster.roster().order);
        if !is_it || goes_back || !(issued..=roster.roster().not_after).contains(&written) {
            // Under an older roster, be it by another name, or at another time the holder might not be there.
            return Some(Err(ActError::NotAllowed));
        }
        let Some(desk) = Seat::find(roster, conversation.facts.desk).and_then(Seat::own) else {
            return Some(Err(ActError::NotAllowed));
        };
        let context = ActContext { roster, desk, conversation: &id, sender, now: written };
        Some(state.follow(signed, &context))
    }

    fn count_act(
        &mut self,
        id: ConversationId,
        event: EventId,
        after: Assignment,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let own = self.own_agent().map(|agent| agent.id);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        let Some(act) = &mut message.act else { return };
        act.verdict = Some(Verdict::Counts);
        let is_first = !core::mem::replace(&mut act.followed, true);
        let (deed, signer, position) = (act.deed, message.sender, message.position);
        self.ledger.put(Name::Message(id, event), message);
        if deed == Deed::Release || matches!(deed, Deed::Transfer(to) if Some(to) == own) {
            conversation.facts.reach_back(position);
        }
        let before = core::mem::replace(&mut conversation.facts.assignment, after);
        // Who was asked has told of it; of one that is named after it may have to be asked within the same hour.
        conversation.facts.behind = Sorted::default();
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.shown.dirty.insert((id, event), ());
        if is_first {
            self.hand_on(id, (deed, signer), &before, now, random);
            self.tell_late(id, position, now, random);
        }
        self.make_up(id, now, random);
        self.plan_missed(id, now);
    }

    /// It changes nothing. That another came first is said to nobody but its signer, whose device tells those that it went to
    /// what that other is.
    fn refuse_act(
        &mut self,
        id: ConversationId,
        event: EventId,
        error: ActError,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        let mut own = None;
        if let Some(act) = &mut message.act {
            act.verdict = Some(Verdict::Refused);
            own = Some(act.deed);
        }
        let own = own.filter(|_| message.is_own());
        self.ledger.put(Name::Message(id, event), message);
        self.shown.dirty.insert((id, event), ());
        let came_second = matches!(error, ActError::Late | ActError::NotFollowing);
        // What this agent wanted may be so by another device of theirs.
        if !came_second || own.is_some_and(|deed| !self.is_so(id, deed, now)) {
            self.show_refused(Refusal::ActRefused);
        }
        if came_second {
            self.tell_first(id, event, now, random);
        }
    }

    /// The roster that the conversation's next act waits for.
    fn lacks_roster(&self, id: ConversationId) -> Option<u64> {
        let conversation = self.conversations.get(&id)?;
        let unjudged = conversation.unjudged();
        let in_turn = unjudged.keys().filter(|(_, _, event)| !self.is_ahead(id, *event));
        in_turn.map(|(_, _, event)| event).find_map(|event| {
            let version = conversation.messages.get(event)?.act.as_ref()?.order?.version;
            self.membership.named(version).is_none().then_some(version)
        })
    }
}
