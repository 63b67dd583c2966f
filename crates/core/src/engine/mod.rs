//! One engine for both parts: a visitor with a conversation, an agent with many.
//!
//! Every input changes state and then [`Engine::pump`] looks at the whole and starts what is due, so
//! that nothing depends on the order in which answers come.

mod acts;
mod again;
mod asking;
mod attachments;
mod backlog;
mod blocked;
mod canned;
mod clock;
mod connect;
mod details;
mod ending;
mod erasing;
mod giving_up;
mod history;
mod introduction;
mod masked;
mod missed;
mod notes;
mod prekeys;
mod pull;
mod quiet;
mod receive;
mod report;
mod resync;
mod roster;
mod send;
mod sessions;
mod shelf;
mod shown;
mod signals;
mod storing;
mod told;
mod unseal;
mod wishes;
mod withdraw;

use std::collections::VecDeque;

use rand_core::CryptoRng;
use segel_crypto::storage::StateKey;
use segel_wire::ids::{ConversationId, DeviceId, EventId, RootKey, SiteId};
use segel_wire::{ClientFrame, Code, Delivered};

use self::attachments::Attachments;
use self::blocked::Blocked;
use self::erasing::Erasing;
use self::introduction::Introduction;
pub(crate) use self::pull::Pulls;
use self::resync::Resync;
use self::roster::RosterCheck;
use self::shelf::{Shelf, Shelving};
use self::shown::Shown;
use self::told::Told;
use crate::account::{Account, AgentConfig, VisitorConfig};
use crate::canned::Canned;
use crate::conversation::Conversation;
use crate::io::{Answer, Input, Kept, Output, Request};
use crate::link::{Backoff, Link, Pulse};
use crate::membership::{Membership, MembershipRecord};
use crate::peers::Peers;
use crate::records::{BrokenStore, Ledger, Name, Opened};
use crate::show::{Details, Refusal};
use crate::signals::Signals;
use crate::sorted::{Sorted, SortedSet};

/// The state machine of one device.
pub struct Engine {
    site: SiteId,
    root: RootKey,
    relay: String,
    part: Part,
    account: Option<Account>,
    membership: Membership,
    peers: Peers,
    conversations: Sorted<ConversationId, Conversation>,
    link: Link,
    ledger: Ledger,
    /// Requests that were not answered yet.
    asked: Sorted<u64, Request>,
    next_request: u64,
    roster_check: RosterCheck,
    /// Whether the relay has refused this device's enrolment.
    enrolment_refused: bool,
    /// Why no session can be started now.
    bundle_trouble: Option<Refusal>,
    bundles: Backoff,
    /// When to try again what the relay did not take for now.
    sending: Backoff,
    /// When to try again to keep what could not be kept.
    storing: Backoff,
    prekeys: PrekeyUpload,
    /// Devices that have no usable bundle, and when to ask for one again.
    unreachable: Sorted<DeviceId, u64>,
    /// Grows while none of those that were asked for has one.
    seeking: Backoff,
    /// Whom to ask anew.
    resyncs: Vec<Resync>,
    /// What the local clock showed last, Unix milliseconds.
    latest: u64,
    /// What was handed on to whom, and which acts others know.
    told: Told,
    /// Conversations with acts that could not be judged yet.
    unsettled: SortedSet<ConversationId>,
    /// When to ask again for a roster that an act waits for.
    act_rosters: Backoff,
    /// Conversations with contents whose keys were handed on.
    fetching: SortedSet<ConversationId>,
    fetches: Backoff,
    /// The conversation that was asked about last.
    fetched_last: Option<ConversationId>,
    /// Events that wait for a roster, in order.
    held: Vec<Delivered>,
    signals: Signals,
    /// Where it is to be said how far the person has read, and when, Unix milliseconds.
    reads_due: Vec<(ConversationId, u64)>,
    introduction: Introduction,
    /// What is said of the visitor before messages that are still to come, by those: each tab may begin the conversation.
    details: Sorted<EventId, Details>,
    /// Everything of this visitor is being erased.
    erasing: Option<Erasing>,
    /// Files that are sent and fetched.
    attachments: Attachments,
    /// What an agent's engine does about messages that are in the store.
    shelf: Option<&'static dyn Shelving>,
    /// The texts that an agent keeps on this device.
    canned: Vec<Canned>,
    /// The conversations of which an agent wants nothing shown on this device.
    blocked: Blocked,
    /// What waits for such messages, in the order in which it came.
    waiting: VecDeque<Input>,
    /// The conversation whose messages are being read.
    loading: Option<ConversationId>,
    shown: Shown,
    outputs: VecDeque<Output>,
}

/// Says nothing: an engine holds keys, tokens and messages.
impl core::fmt::Debug for Engine {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Engine")
    }
}

/// Which part this device has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// A visitor, on a page of this origin.
    Visitor { page: String },
    /// An agent.
    Agent,
}

/// How things stand with the own prekeys at the relay.
#[derive(Default)]
struct PrekeyUpload {
    backoff: Backoff,
    /// Whether the relay has the newest.
    uploaded: bool,
    /// Whether it was heard since the start.
    heard: bool,
}

/// Why an engine cannot start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// What is kept cannot be read.
    #[error(transparent)]
    Broken(#[from] BrokenStore),
    /// An agent's console that was never enrolled, without a code.
    #[error("this browser is not enrolled; open the address with an enrolment code")]
    NotEnrolled,
}

impl Engine {
    /// A visitor's engine. Keys are made with the first message, not before.
    pub fn visitor(config: VisitorConfig, key: StateKey, kept: &Kept) -> Result<Self, StartError> {
        let (ledger, opened) = Ledger::open(key, kept)?;
        let account: Option<Account> = opened.read(Name::Account)?;
        if account.as_ref().is_some_and(|account| account.site != config.site || account.root != config.root)
        {
            return Err(BrokenStore.into());
        }
        let mut engine =
            Self::new(config.site, config.root, config.relay, Part::Visitor { page: config.page }, ledger);
        engine.membership.set_floor(config.floor);
        engine.restore(account, &opened)
    }

    /// An agent's engine: from what is kept, or from an enrolment code. With a code nothing may be left out of what is
    /// kept: a new device takes everything of the one before out of the store.
    pub fn agent(
        config: &AgentConfig,
        key: StateKey,
        kept: &Kept,
        random: &mut impl CryptoRng,
    ) -> Result<Self, StartError> {
        let left_out = kept.left_out;
        let (mut ledger, opened) = Ledger::open(key, kept)?;
        let kept = opened.read::<Account>(Name::Account)?;
        let stays =
            |account: &Account| config.code.as_ref().is_none_or(|code| !account.gives_way_to(code, &opened));
        let (account, opened) = match (kept.filter(stays), &config.code) {
            (Some(account), _) => (account, opened),
            (None, Some(code)) => {
                // A device of its own, with nothing of the one before.
                opened.iter().for_each(|(name, _)| ledger.remove(name));
                let account = Account::make_agent(code, random);
                ledger.put(Name::Account, &account);
                (account, Opened::default())
            }
            (None, None) => return Err(StartError::NotEnrolled),
        };
        let mut engine = Self::new(account.site, account.root, account.relay.clone(), Part::Agent, ledger);
        engine.shelf = Some(&Shelf);
        engine.restore_canned(&opened)?;
        engine.restore_blocked(&opened)?;
        if left_out {
            engine.restore_outlines(&opened)?;
        }
        let mut engine = engine.restore(Some(account), &opened)?;
        Shelf.want_left_behind(&mut engine, 0);
        Ok(engine)
    }

    /// Takes an input; `now` in Unix milliseconds by the local clock. One about a conversation whose messages are in the
    /// store waits until they were read, and with it whatever comes after it: what the relay sends keeps its order.
    pub fn handle(&mut self, input: Input, now: u64, random: &mut impl CryptoRng) {
        let Some(agents) = self.shelf else { return self.take(input, now, random) };
        agents.put(self, input);
        while let Some(next) = agents.next(self) {
            self.take(next, now, random);
        }
    }

    fn take(&mut self, input: Input, now: u64, random: &mut impl CryptoRng) {
        self.keep_time(now);
        if self.is_past_hearing(&input) {
            return;
        }
        match input {
            Input::Submit { conversation, event, text, quotes } => {
                self.ledger.resume();
                self.submit(conversation, event, (text, quotes), now, random);
            }
            Input::Typing { conversation, typing } => self.signals.typed(conversation, typing, now),
            Input::Look(conversation) => self.looked(conversation, now),
            Input::Introduce(None) => self.introduction = Introduction::Wanted,
            Input::Seen(conversation) => {
                self.read(conversation, now);
                self.seen(conversation);
            }
            Input::Network(up) => self.network(up, now),
            Input::Answered { id, answer } => {
                if let Some(request) = self.asked.remove(&id) {
                    self.answered(request, answer, now, random);
                }
            }
            Input::SocketOpened => self.greet(now),
            Input::SocketClosed => {
                if self.link.is_up() {
                    self.disconnected(now, random);
                }
            }
            Input::Frame(frame) => self.frame(frame, now, random),
            Input::Stored(generation) => self.stored(generation, now),
            Input::StoreFailed(_) => self.store_failed(now, random),
            Input::Woke => self.shown.wake_at = None,
            wish => self.fulfil(wish, now, random),
        }
        if !self.is_erased_everywhere() {
            self.pump(now, random);
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The site, for the paths of requests.
    pub fn site(&self) -> SiteId {
        self.site
    }

    /// The relay's origin.
    pub fn relay(&self) -> &str {
        &self.relay
    }

    fn new(site: SiteId, root: RootKey, relay: String, part: Part, ledger: Ledger) -> Self {
        Self {
            membership: Membership::new(site, root),
            site,
            root,
            relay,
            part,
            account: None,
            peers: Peers::default(),
            conversations: Sorted::new(),
            link: Link::new(None),
            ledger,
            asked: Sorted::new(),
            next_request: 1,
            roster_check: RosterCheck::default(),
            enrolment_refused: false,
            bundle_trouble: None,
            bundles: Backoff::default(),
            sending: Backoff::default(),
            storing: Backoff::default(),
            prekeys: PrekeyUpload::default(),
            unreachable: Sorted::new(),
            seeking: Backoff::default(),
            resyncs: Vec::new(),
            latest: 0,
            told: Told::default(),
            unsettled: SortedSet::new(),
            act_rosters: Backoff::default(),
            fetching: SortedSet::new(),
            fetches: Backoff::default(),
            fetched_last: None,
            held: Vec::new(),
            signals: Signals::default(),
            reads_due: Vec::new(),
            introduction: Introduction::default(),
            details: Sorted::new(),
            erasing: None,
            attachments: Attachments::default(),
            shelf: None,
            canned: Vec::new(),
            blocked: Blocked::default(),
            waiting: VecDeque::new(),
            loading: None,
            shown: Shown::default(),
            outputs: VecDeque::new(),
        }
    }

    fn restore(mut self, account: Option<Account>, opened: &Opened) -> Result<Self, StartError> {
        self.erasing = account.as_ref().and_then(|account| account.erasing).map(|_| Erasing::default());
        self.account = account;
        if let Some(record) = opened.read::<MembershipRecord>(Name::Membership)? {
            self.membership.restore(&record)?;
        }
        self.peers = Peers::restore(opened)?;
        Conversation::restore_all(opened, &mut self.conversations)?;
        self.link = Link::new(opened.read(Name::Cursor)?.flatten());
        for id in self.conversations.keys().copied().collect::<Vec<_>>() {
            self.shown.lists.insert(id, ());
            if !self.is_stored(id) {
                self.take_up(id);
            }
        }
        self.restore_reads();
        self.show_site();
        Ok(self)
    }

    /// Starts whatever is due, closes the step and shows what changed.
    fn pump(&mut self, now: u64, random: &mut impl CryptoRng) {
        match self.link.pulse(now) {
            Pulse::Fine => {}
            Pulse::Ping => self.outputs.push_back(Output::Send(ClientFrame::Ping)),
            Pulse::Lost => {
                self.outputs.push_back(Output::Disconnect);
                self.disconnected(now, random);
            }
        }
        self.pump_roster(now);
        self.pump_link(now);
        if self.erasing.is_some() {
            self.pump_erasing(now);
            self.pump_outbox(now, random);
        } else {
            self.pump_talk(now, random);
        }
        self.pump_storing(now);
        if let Some(shelf) = self.shelf {
            shelf.keep(self);
        }
        self.close_step(random);
        let released = self.ledger.release();
        self.outputs.extend(released);
        self.show_changes(now);
        self.plan_wake(now);
    }

    fn pump_talk(&mut self, now: u64, random: &mut impl CryptoRng) {
        self.pump_prekeys(now, random);
        if !self.resyncs.is_empty() {
            self.pump_resyncs(now, random);
        }
        self.pump_acts(now, random);
        if !self.fetching.is_empty() {
            self.pump_pulls(now);
        }
        self.pump_attachments(now, random);
        self.pump_introduction(now);
        self.pump_outbox(now, random);
        if !self.reads_due.is_empty() {
            self.pump_reads(now, random);
        }
        self.pump_signals(now, random);
    }

    fn answered(&mut self, request: Request, answer: Answer, now: u64, random: &mut impl CryptoRng) {
        match request {
            Request::Roster | Request::RosterVersion(_) => {
                self.roster_answered(&request, answer, now, random);
            }
            Request::Challenge | Request::Login(_) | Request::Enrol(..) => {
                self.login_answered(&request, answer, now, random);
            }
            Request::PutPrekeys(_) => self.prekeys_answered(answer, now, random),
            Request::Bundles(request, scopes) => {
                let asked: Vec<_> = request.devices.into_iter().zip(scopes).collect();
                self.bundles_answered(&asked, answer, now, random);
            }
            Request::OpenConversation(id, _) => self.conversation_answered(id, &answer, now, random),
            Request::Events(id, after, wanted) => {
                self.events_answered((id, after, wanted), answer, now, random);
            }
            Request::Erase(_) => self.erasure_answered(answer, now, random),
            Request::BeginUpload(..)
            | Request::AddChunk(..)
            | Request::ForgetUpload(..)
            | Request::FetchChunk(..) => self.attachment_answered(&request, answer, now, random),
        }
    }
}

/// Whether the relay may well answer otherwise a little later.
fn passes(code: Code) -> bool {
    matches!(code, Code::TooMany | Code::Internal | Code::Draining)
}

fn make_id(random: &mut impl CryptoRng) -> [u8; 16] {
    let mut id = [0; 16];
    random.fill_bytes(&mut id);
    id
}
