//! A relay in memory, to docs/PROTOCOL.md, sections 6 and 7: what it keeps survives a crash, the rest does not.
//!
//! It is written from the text and shares no code with the reference relay, so that the engines meet two.

mod attachments;
mod erasure;
mod prekeys;
mod streams;

use std::collections::{BTreeMap, BTreeSet};

use segel_core::{Answer, Request};
use segel_crypto::content::{ContentHash, Header};
use segel_wire::api::{BundlesAnswer, ChallengeAnswer, EventsAnswer, LoginAnswer, LoginRequest};
use segel_wire::ids::{Challenge, ConversationId, DeviceId, EventId, InvitationId, RootKey, SiteId};
use segel_wire::signed::{Agent, LoginStatement, VerifiedRoster};
use segel_wire::{Code, ContentDigest, Delivered, DeskId, Envelope, Octets, Withdraws, limits};

use self::attachments::AttachmentStore;
use self::prekeys::PrekeyStore;
pub(crate) use self::streams::Sent;
use self::streams::Stream;
use crate::Planted;
use crate::chance::Chance;
use crate::owner::RELAY;

/// So many of its own events of a conversation a device keeps; an agent's as many acts and withdrawals besides.
pub(crate) const VISITORS_KEEP: usize = 64;
pub(crate) const AGENTS_KEEP: usize = 8;
/// Who lacks prekeys is asked for again within this, milliseconds.
const ASKED_WITHIN: u64 = 60_000;

pub(crate) struct Relay {
    site: SiteId,
    root: RootKey,
    planted: Option<Planted>,
    pub(crate) is_up: bool,
    kept: Durable,
    /// What was committed at some time, as an operator copied it.
    copy: Option<Durable>,
    /// Events that were ever stored, in order, as their senders sent them first.
    ever: Vec<(ConversationId, DeviceId, EventId)>,
    /// When each event was stored, Unix milliseconds: once, and again each time that it was lost and sent again.
    times: BTreeMap<EventId, Vec<u64>>,
    /// When each device first uploaded prekeys, Unix milliseconds: before that nobody can seal to it.
    reachable: BTreeMap<DeviceId, u64>,
    /// Rows that were ever written: no two that stood in the same place have the same mark.
    marks: u64,
    challenges: BTreeMap<Challenge, u64>,
    streams: BTreeMap<u64, Stream>,
}

/// What was committed.
#[derive(Default, Clone)]
struct Durable {
    rosters: Vec<(VerifiedRoster, Vec<u8>)>,
    sessions: BTreeMap<String, Session>,
    enrolments: BTreeMap<InvitationId, Vec<u8>>,
    prekeys: PrekeyStore,
    attachments: AttachmentStore,
    conversations: BTreeMap<ConversationId, Conversation>,
    log: Vec<Row>,
}

#[derive(Clone, Copy)]
struct Session {
    device: DeviceId,
    /// Unix seconds.
    expires: u64,
}

#[derive(Clone)]
struct Conversation {
    visitor: DeviceId,
    desk: DeskId,
    head: u64,
    events: BTreeMap<EventId, usize>,
    is_erased: bool,
}

/// A stored event.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) conversation: ConversationId,
    pub(crate) position: u64,
    pub(crate) event: EventId,
    pub(crate) sender: DeviceId,
    /// Unix milliseconds.
    pub(crate) time: u64,
    mark: u64,
    /// As it was stored.
    pub(crate) envelope: Envelope,
    /// The earlier event that it took back.
    withdraws: Option<Withdraws>,
    /// Whether it was taken back: nothing of what was sealed is given to anybody.
    pub(crate) is_withdrawn: bool,
    /// The conversation's visitor.
    pub(crate) visitor: DeviceId,
    /// Whether that device was erased, and this with it: its place is all that is left.
    pub(crate) is_erased: bool,
}

impl Relay {
    pub(crate) fn new(site: SiteId, root: RootKey, planted: Option<Planted>) -> Self {
        let (kept, challenges, streams) = (Durable::default(), BTreeMap::new(), BTreeMap::new());
        Self {
            site,
            root,
            planted,
            is_up: true,
            kept,
            copy: None,
            ever: Vec::new(),
            times: BTreeMap::new(),
            reachable: BTreeMap::new(),
            marks: 0,
            challenges,
            streams,
        }
    }

    /// Everything in memory is gone; the sockets that were open are named.
    pub(crate) fn crash(&mut self) -> Vec<u64> {
        self.is_up = false;
        self.challenges.clear();
        core::mem::take(&mut self.streams).into_keys().collect()
    }

    /// An operator copies what is kept.
    pub(crate) fn copy(&mut self) {
        self.copy = Some(self.kept.clone());
    }

    /// What is kept was lost, and the copy is put back. Owners publish again what they have published since.
    pub(crate) fn set_back(&mut self) {
        if let Some(copy) = &self.copy {
            let lost = core::mem::replace(&mut self.kept, copy.clone());
            self.kept.rosters = lost.rosters;
            self.kept.enrolments = lost.enrolments;
            // A file that came since nobody could send again.
            self.kept.attachments = lost.attachments;
        }
    }

    /// Publishes a roster; streams are told.
    pub(crate) fn publish(&mut self, bytes: Vec<u8>) -> Vec<Sent> {
        if let Ok(roster) = VerifiedRoster::open(&bytes, &self.site, &self.root) {
            self.kept.rosters.push((roster, bytes));
        }
        self.announce()
    }

    /// Enrolments, in no order that means anything.
    pub(crate) fn enrolments(&self) -> impl Iterator<Item = (InvitationId, Vec<u8>)> {
        self.kept.enrolments.iter().map(|(id, bytes)| (*id, bytes.clone()))
    }

    /// Whether an event was stored and lost, and its sender has sent so many after it in that conversation that it keeps it no
    /// more (docs/PROTOCOL.md, 6.4).
    pub(crate) fn has_lost_for_good(&self, event: EventId, is_visitors: bool) -> bool {
        let Some(place) = self.ever.iter().position(|(.., stored)| *stored == event) else { return false };
        let (conversation, sender, _) = self.ever[place];
        let later = self.ever.iter().skip(place + 1);
        let later = later.filter(|(of, by, _)| (*of, *by) == (conversation, sender)).count();
        later >= if is_visitors { VISITORS_KEEP } else { AGENTS_KEEP }
    }

    /// When an event was stored, Unix milliseconds: more than once by a relay that was set back.
    pub(crate) fn times(&self, event: EventId) -> &[u64] {
        self.times.get(&event).map_or(&[], Vec::as_slice)
    }

    /// Everything stored, in order.
    pub(crate) fn log(&self) -> &[Row] {
        &self.kept.log
    }

    /// How many uploads of a device are not whole.
    pub(crate) fn unfinished(&self, device: DeviceId) -> usize {
        self.kept.attachments.unfinished(device)
    }

    /// Whether a device is in the newest roster.
    pub(crate) fn lists(&self, device: DeviceId) -> bool {
        self.kept.rosters.last().is_some_and(|(roster, _)| roster.device(&device, 0).is_some())
    }

    /// When the newest roster was signed, Unix seconds.
    pub(crate) fn issued_at(&self) -> u64 {
        self.kept.rosters.last().map_or(0, |(roster, _)| roster.roster().issued_at)
    }

    /// The devices that the newest roster lists.
    pub(crate) fn listed(&self) -> Vec<DeviceId> {
        let roster = self.kept.rosters.last().map(|(roster, _)| roster.roster());
        let agents = roster.into_iter().flat_map(|roster| &roster.agents);
        agents.flat_map(|agent| &agent.devices).map(|device| device.keys.derive_id(&self.site)).collect()
    }

    /// Whether a device could be sealed to when an event was, at `sealed`: its roster lists it, and it had prekeys for a while.
    pub(crate) fn could_reach(&self, device: DeviceId, row: &Row, sealed: u64) -> bool {
        let version = Header::parse(&row.envelope.content.0).map_or(0, |header| header.order.version);
        let named = self.kept.rosters.iter().find(|(roster, _)| roster.roster().order.version == version);
        let is_listed = named.is_some_and(|(roster, _)| roster.device(&device, 0).is_some());
        is_listed && self.reachable.get(&device).is_some_and(|at| at + ASKED_WITHIN < sealed)
    }

    /// Whom the sender of a message forgot: the visitor, a device of an agent who has another one that it went to, or, while
    /// no agent has done anything in the conversation, a device of the desk.
    pub(crate) fn forgotten(&self, row: &Row, sealed: u64) -> Option<DeviceId> {
        let has = |device: &DeviceId| {
            *device == row.sender || row.envelope.wraps.iter().any(|wrapped| wrapped.device == *device)
        };
        let version = Header::parse(&row.envelope.content.0).map_or(0, |header| header.order.version);
        let mut rosters = self.kept.rosters.iter().map(|(roster, _)| roster.roster());
        let named = rosters.find(|roster| roster.order.version == version);
        let mut before = self.kept.log.iter().take_while(|other| other.event != row.event);
        let is_anybodys =
            !before.any(|other| other.conversation == row.conversation && other.sender != other.visitor);
        let desks = named.into_iter().filter(|_| is_anybodys).flat_map(|roster| &roster.desks);
        let inbox = desks.flat_map(|desk| desk.inbox.iter().copied());
        let devices = |agent: &Agent| {
            let ids = agent.devices.iter().map(|device| device.keys.derive_id(&self.site));
            ids.collect::<Vec<_>>()
        };
        let agents = named.into_iter().flat_map(|roster| &roster.agents).map(devices);
        let readers = agents.filter(|devices| devices.iter().any(has)).flatten().chain(inbox);
        let readers = readers.filter(|device| self.could_reach(*device, row, sealed));
        readers.chain([row.visitor]).find(|device| !has(device))
    }

    /// Answers an HTTP request; `now` in Unix milliseconds.
    pub(crate) fn answer(
        &mut self,
        request: &Request,
        token: Option<&str>,
        now: u64,
        chance: &mut Chance,
    ) -> Answer {
        let answer = match request {
            Request::Roster => self.octets(self.kept.rosters.len().checked_sub(1)),
            Request::RosterVersion(version) => {
                let is = |(roster, _): &(VerifiedRoster, _)| roster.roster().order.version == *version;
                self.octets(self.kept.rosters.iter().position(is))
            }
            Request::Challenge => Ok(self.challenge(now, chance)),
            Request::Login(login) => self.log_in(login, now, chance),
            Request::Enrol(invitation, bytes) => {
                let kept = self.kept.enrolments.entry(*invitation).or_insert_with(|| bytes.clone());
                if kept == bytes { Ok(Answer::Done) } else { Err(Code::Conflict) }
            }
            Request::PutPrekeys(bytes) => self.session(token, now).and_then(|device| {
                let kept = self.kept.prekeys.keep(&self.site, device, bytes, now / 1_000);
                self.reachable.entry(device).or_insert(now);
                kept.map(Answer::Prekeys).ok_or(Code::SignatureRefused)
            }),
            Request::Bundles(asked, _) => self.session(token, now).map(|asker| {
                let devices: BTreeSet<_> = asked.devices.iter().take(limits::DESK_DEVICES).copied().collect();
                let bundles = devices.into_iter().filter_map(|device| {
                    let one_time = asker != device && (self.lists(device) || self.lists(asker));
                    self.kept.prekeys.take(device, one_time, now / 1_000).map(Octets)
                });
                Answer::Bundles(BundlesAnswer { bundles: bundles.collect() })
            }),
            Request::BeginUpload(id, attachment, size) => self
                .reach(*id, token, now)
                .and_then(|device| self.kept.attachments.begin((*id, *attachment), device, *size, now)),
            Request::AddChunk(id, attachment, offset, chunk) => {
                self.reach(*id, token, now).and_then(|device| {
                    self.kept.attachments.add((*id, *attachment), device, (*offset, chunk), now)
                })
            }
            Request::ForgetUpload(id, attachment) => self
                .reach(*id, token, now)
                .and_then(|device| self.kept.attachments.forget((*id, *attachment), device)),
            Request::FetchChunk(id, attachment, first, last) => self
                .reach(*id, token, now)
                .and_then(|_| self.kept.attachments.fetch((*id, *attachment), *first, *last)),
            Request::Events(id, after, _) => {
                self.session(token, now).and_then(|device| self.page(*id, device, *after))
            }
            Request::Erase(erasure) => {
                self.session(token, now).and_then(|device| self.erase(device, &erasure.keeps))
            }
            Request::OpenConversation(id, open) => {
                self.session(token, now).and_then(|device| self.open(*id, device, open.desk))
            }
        };
        answer.unwrap_or_else(|code| Answer::Problem(code.into()))
    }

    /// Stores an event once, or repeats the place that it has.
    fn store(
        &mut self,
        conversation: ConversationId,
        event: EventId,
        sender: DeviceId,
        (envelope, withdraws): (Envelope, Option<Withdraws>),
        now: u64,
    ) -> Result<(u64, u64), Code> {
        envelope.check().map_err(|_| Code::Malformed)?;
        let listed = self.lists(sender);
        let kept = self.kept.conversations.get_mut(&conversation).ok_or(Code::NotFound)?;
        if kept.is_erased {
            return Err(Code::Erased);
        }
        if !listed && kept.visitor != sender {
            return Err(Code::NotAMember);
        }
        if let Some(&row) = kept.events.get(&event)
            && self.planted != Some(Planted::NoDedupe)
        {
            let row = &self.kept.log[row];
            let is_same = row.sender == sender && row.envelope == envelope && row.withdraws == withdraws;
            return if is_same { Ok((row.position, row.time)) } else { Err(Code::Conflict) };
        }
        if let Some(Withdraws { event: named, .. }) = withdraws {
            let row = kept.events.get(&named).and_then(|row| self.kept.log.get_mut(*row));
            row.filter(|row| row.sender == sender).ok_or(Code::NotFound)?.is_withdrawn = true;
        }
        kept.head += 1;
        kept.events.insert(event, self.kept.log.len());
        let position = kept.head;
        self.marks += 1;
        let (visitor, mark, is_withdrawn, is_erased) = (kept.visitor, self.marks, false, false);
        let time = now;
        let row = Row {
            conversation,
            position,
            event,
            sender,
            time,
            mark,
            envelope,
            withdraws,
            is_withdrawn,
            visitor,
            is_erased,
        };
        self.kept.log.push(row);
        self.times.entry(event).or_default().push(now);
        let place = (conversation, sender, event);
        if !self.ever.contains(&place) {
            self.ever.push(place);
        }
        Ok((position, now))
    }

    fn octets(&self, place: Option<usize>) -> Result<Answer, Code> {
        let found = place.and_then(|place| self.kept.rosters.get(place));
        found.map(|(_, bytes)| Answer::Octets(bytes.clone())).ok_or(Code::NotFound)
    }

    fn challenge(&mut self, now: u64, chance: &mut Chance) -> Answer {
        let challenge = Challenge(chance.id());
        let expires = now / 1_000 + limits::CHALLENGE_SECONDS;
        self.challenges.insert(challenge, expires);
        Answer::Challenge(ChallengeAnswer { challenge, expires })
    }

    fn log_in(&mut self, login: &LoginRequest, now: u64, chance: &mut Chance) -> Result<Answer, Code> {
        let LoginRequest { site, keys, challenge, expires, signature } = login;
        let is_open = self.challenges.remove(challenge) == Some(*expires) && now / 1_000 < *expires;
        let statement = LoginStatement { relay: RELAY, site, challenge, expires: *expires };
        if *site != self.site || !is_open || !statement.is_signed_by(&keys.login, signature) {
            return Err(Code::ProofRefused);
        }
        let token = chance.id::<16>().map(|byte| format!("{byte:02x}")).concat();
        let expires = now / 1_000 + limits::TOKEN_SECONDS;
        self.kept.sessions.insert(token.clone(), Session { device: keys.derive_id(site), expires });
        Ok(Answer::Login(LoginAnswer { token, expires }))
    }

    /// The device of a token.
    fn session(&self, token: Option<&str>, now: u64) -> Result<DeviceId, Code> {
        let session = token.and_then(|token| self.kept.sessions.get(token));
        let session = session.filter(|session| now / 1_000 < session.expires);
        session.map(|session| session.device).ok_or(Code::Unauthenticated)
    }

    /// The device of a token, if it reaches the conversation.
    fn reach(&self, id: ConversationId, token: Option<&str>, now: u64) -> Result<DeviceId, Code> {
        let device = self.session(token, now)?;
        let kept = self.kept.conversations.get(&id).ok_or(Code::NotFound)?;
        if kept.is_erased {
            return Err(Code::Erased);
        }
        if kept.visitor == device || self.lists(device) { Ok(device) } else { Err(Code::NotAMember) }
    }

    fn open(&mut self, id: ConversationId, visitor: DeviceId, desk: DeskId) -> Result<Answer, Code> {
        let new = || Conversation { visitor, desk, head: 0, events: BTreeMap::new(), is_erased: false };
        let kept = self.kept.conversations.entry(id).or_insert_with(new);
        if kept.is_erased {
            return Err(Code::Erased);
        }
        if kept.visitor != visitor {
            return Err(Code::NotAMember);
        }
        if kept.desk == desk { Ok(Answer::Done) } else { Err(Code::Conflict) }
    }

    fn page(&self, id: ConversationId, device: DeviceId, after: u64) -> Result<Answer, Code> {
        if self.kept.conversations.get(&id).is_some_and(|kept| kept.is_erased) {
            return Err(Code::Erased);
        }
        let is_next = |row: &Row| row.conversation == id && row.position > after;
        let rows = self.kept.log.iter().enumerate().filter(|(_, row)| is_next(row));
        let mut events: Vec<_> = rows.filter_map(|(row, _)| self.deliver(row, device)).collect();
        let more = events.len() > limits::PAGE_EVENTS;
        events.truncate(limits::PAGE_EVENTS);
        Ok(Answer::Events(EventsAnswer { events, more }))
    }

    /// Where a follower goes on that was sent so many rows.
    fn cursor(&self, rows: usize) -> String {
        let last = rows.checked_sub(1).and_then(|last| self.kept.log.get(last));
        format!("e.{rows}.{}", last.map_or(0, |row| row.mark))
    }

    /// The rows that were sent to who stands here, if they are those that are kept.
    fn rows(&self, cursor: &str) -> Option<usize> {
        let rows = cursor.split('.').nth(1)?.parse().ok()?;
        (self.cursor(rows) == cursor).then_some(rows)
    }

    /// An event as one device is sent it.
    fn deliver(&self, row: usize, device: DeviceId) -> Option<Delivered> {
        let stored = self.kept.log.get(row)?;
        let kept = self.kept.conversations.get(&stored.conversation)?;
        if kept.visitor != device && !self.lists(device) {
            return None;
        }
        let is_told = stored.envelope.wraps.iter().any(|wrapped| wrapped.device == device);
        if stored.is_erased || (kept.is_erased && !is_told) {
            return None;
        }
        let Envelope { content, wraps } = &stored.envelope;
        let delivered = Delivered {
            conversation: stored.conversation,
            position: stored.position,
            event: stored.event,
            sender: stored.sender,
            time: stored.time,
            content: content.clone(),
            recipients: wraps.iter().map(|wrapped| wrapped.device).collect(),
            wrap: wraps.iter().find(|wrapped| wrapped.device == device).map(|wrapped| wrapped.wrap.clone()),
            hash: None,
            cursor: self.cursor(row + 1),
        };
        if !stored.is_withdrawn {
            return Some(delivered);
        }
        let hash = Some(ContentDigest(ContentHash::derive(&content.0).0));
        Some(Delivered { content: Octets(Vec::new()), recipients: Vec::new(), wrap: None, hash, ..delivered })
    }
}
