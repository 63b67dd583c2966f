//! Sessions with members that there is none with, or only a worn one: bundles are asked for and used.
//! PROTOCOL.md, sections 3.4, 4 and 5.3.

use rand_core::CryptoRng;
use segel_crypto::content;
use segel_crypto::handshake::{self, Context, HandshakeError};
use segel_wire::api::BundlesRequest;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, IdentityKey};
use segel_wire::signed::{Bundle, BundleError};
use segel_wire::{Code, Problem, cbor, limits};

use super::{Engine, Part, passes};
use crate::conversation::Control;
use crate::io::{Answer, Output, Request};
use crate::link::{Backoff, first_after};
use crate::peers::Peer;
use crate::records::Name;
use crate::show::Refusal;

/// After a bundle that was refused it is asked for again so much later, in milliseconds.
const TRY_AGAIN: u64 = 10_000;
/// How long what is handed on waits before its receiver's bundle is asked for again, in milliseconds.
const HOUR: u64 = 60 * 60 * 1_000;

impl Engine {
    /// Asks for bundles of the peers that a handshake is due with. Whether sealing waits for them.
    pub(super) fn seeks_sessions(&mut self, peers: &[Peer], now: u64) -> bool {
        let time = self.membership.time(now);
        let missing = peers.iter().filter(|peer| self.peers.wants_handshake(**peer, time));
        let missing: Vec<Peer> = missing.copied().collect();
        let is_due = |peer: &&Peer| self.unreachable.get(&peer.0).is_none_or(|until| *until <= now);
        let due: Vec<Peer> = missing.iter().filter(is_due).copied().collect();
        if !due.is_empty() {
            self.ask_for_bundles(&due, now);
        } else if self.bundle_trouble.is_some() {
            self.ask_for_bundles(&missing, now);
        }
        !due.is_empty() || self.bundle_trouble.is_some()
    }

    /// Nothing leads to anybody whom a message is for, or to the visitor whom it answers: it waits, and the person is told so once,
    /// until somebody is reached.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn reaches_nobody(&mut self, (id, event): (ConversationId, EventId), desk: DeskId, now: u64) {
        let Some((_, members)) = self.compose((id, event), desk, now) else { return };
        // Who was just enrolled uploads prekeys within moments.
        let is_away = |peer: &Peer| self.unreachable.contains(&peer.0);
        if self.erasing.is_some() || !self.seeking.is_failing_on() || !members.iter().any(is_away) {
            return;
        }
        let visitor = self.visitor_of(id);
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let lacks_visitor = members.iter().any(|peer| Some(peer.0) == visitor);
        let away = if lacks_visitor { Refusal::VisitorAway } else { Refusal::NobodyReachable };
        if conversation.away.replace(away) != Some(away) {
            self.shown.lists.insert(id, ());
        }
    }

    /// Members of the conversation who were away may be there again.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn seek_at_once(&mut self, id: ConversationId, now: u64) {
        for (device, _) in self.members(id, now) {
            self.unreachable.remove(&device);
        }
        self.seeking = Backoff::default();
    }

    /// Anybody may be there by now.
    pub(super) fn seek_everybody(&mut self) {
        self.unreachable.clear();
        self.seeking = Backoff::default();
    }

    pub(super) fn ask_for_bundles(&mut self, peers: &[Peer], now: u64) {
        if self.bundles.is_due(now) && !self.is_asking(|asked| matches!(asked, Request::Bundles(..))) {
            let peers = &peers[..peers.len().min(limits::DESK_DEVICES)];
            let (devices, scopes) = peers.iter().copied().unzip();
            self.ask(Request::Bundles(BundlesRequest { devices }, scopes));
        }
    }

    pub(super) fn bundles_wake(&self, now: u64) -> u64 {
        let again = self.unreachable.values().map(|until| if *until > now { *until } else { *until + HOUR });
        let again = first_after(now, again);
        if self.bundle_trouble.is_some() || self.bundles.at() > now { self.bundles.at() } else { again }
    }

    pub(super) fn bundles_answered(
        &mut self,
        asked: &[Peer],
        answer: Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let bundles = match answer {
            Answer::Bundles(answer) => answer.bundles,
            Answer::Problem(problem) if !passes(problem.code) => {
                self.bundles.failed(now, random);
                return self.session_problem(&problem, now, random);
            }
            _ => return self.bundles.failed(now, random),
        };
        self.bundle_trouble = None;
        self.bundles.succeeded(now, 0);
        let time = self.membership.time(now);
        // Where one was removed since they were asked for, the others are asked for again at once.
        if asked.iter().all(|peer| self.may_reach(*peer, time)) {
            self.seeking.failed_for_long(now, random);
        }
        let until = self.seeking.at();
        self.unreachable.extend(asked.iter().map(|peer| (peer.0, until)));
        for bundle in bundles {
            match self.start_session(asked, &bundle.0, now, random) {
                Ok(Some(device)) => {
                    self.unreachable.remove(&device);
                    self.seeking = Backoff::default();
                }
                Ok(None) => {}
                Err(refusal) => {
                    self.bundle_trouble = Some(refusal);
                    self.bundles.succeeded(now, TRY_AGAIN);
                }
            }
        }
        for peer in asked {
            self.give_up_controls(*peer);
        }
    }

    /// A request that needed the session was refused.
    pub(super) fn session_problem(&mut self, problem: &Problem, now: u64, random: &mut impl CryptoRng) {
        match problem.code {
            Code::Unauthenticated => self.link.token = None,
            Code::OriginRefused => self.show_refused(Refusal::OriginRefused),
            Code::NotAMember => self.show_refused(Refusal::NotAMember),
            _ => self.show_refused(Refusal::RelayRefused),
        }
        self.reconnect(now, random);
    }

    /// Starts a session with a device whose bundle holds; `None` if the bundle has merely expired.
    fn start_session(
        &mut self,
        asked: &[Peer],
        bytes: &[u8],
        now: u64,
        random: &mut impl CryptoRng,
    ) -> Result<Option<DeviceId>, Refusal> {
        let keys = cbor::decode::<Bundle>(bytes).map_err(|_| Refusal::BundleRefused)?.keys;
        let device = keys.derive_id(&self.site);
        let time = self.membership.time(now);
        let peer = asked.iter().find(|peer| peer.0 == device).copied().ok_or(Refusal::BundleRefused)?;
        if !self.may_reach(peer, time) {
            // It was removed since it was asked for.
            return Ok(None);
        }
        let is_listed = self.membership.roster().is_some_and(|roster| roster.device(&device, time).is_some());
        let bundle = match Bundle::verify(bytes, &self.site, &device, time) {
            Ok(bundle) => bundle,
            // What a visitor uploads is the visitor's own loss, and no trouble of the desk's.
            Err(error) if error == BundleError::Expired || !is_listed => return Ok(None),
            Err(_) => return Err(Refusal::BundleRefused),
        };
        let (Some(account), Some(name)) = (&self.account, self.membership.name()) else { return Ok(None) };
        let context = Context { root: &self.root, site: &self.site, scope: peer.1 };
        let session = handshake::initiate(&account.secrets, &bundle, name, &context, time, random);
        let session = match session {
            Ok(session) => session,
            Err(_) if !is_listed => return Ok(None),
            Err(HandshakeError::WeakKey(_) | HandshakeError::BadKemKey(_)) => return Err(Refusal::WeakKey),
            Err(_) => return Err(Refusal::BundleRefused),
        };
        self.peers.keep(peer, session, time, &mut self.ledger);
        self.know_visitor(peer, bundle.keys.identity);
        self.handshake_made(peer);
        Ok(Some(device))
    }

    /// A listed device, or the visitor of the conversation; `time` in Unix seconds.
    pub(super) fn may_reach(&self, peer: Peer, time: u64) -> bool {
        let listed = self.membership.roster().is_some_and(|roster| roster.device(&peer.0, time).is_some());
        let visitor = peer.1.and_then(|id| self.visitor_of(id));
        listed || (self.part == Part::Agent && visitor == Some(peer.0))
    }

    pub(super) fn visitor_of(&self, id: ConversationId) -> Option<DeviceId> {
        let facts = &self.conversations.get(&id)?.facts;
        facts.visitor.or(facts.told)
    }

    /// A bundle that holds has its device's own keys: of a visitor, the one that people compare.
    fn know_visitor(&mut self, (device, scope): Peer, identity: IdentityKey) {
        let Some(id) = scope.filter(|id| self.visitor_of(*id) == Some(device)) else { return };
        if let Some(conversation) = self.conversations.get_mut(&id) {
            conversation.facts.identity = Some(identity);
            self.ledger.put(Name::Conversation(id), &conversation.facts);
            self.shown.lists.insert(id, ());
            self.judge_tokens(id);
        }
        // What could not be judged without it.
        self.judge_tokens(id);
    }

    pub(super) fn reconnect(&mut self, now: u64, random: &mut impl CryptoRng) {
        self.outputs.push_back(Output::Disconnect);
        self.disconnected(now, random);
    }

    /// Controls that waited for a new session with this peer can be sealed.
    fn handshake_made(&mut self, peer: Peer) {
        for (id, conversation) in self.conversations.iter_mut() {
            for (event, control) in conversation.controls.iter_mut() {
                if control.wants_handshake && control.peer() == peer {
                    control.wants_handshake = false;
                    self.ledger.put(Name::Control(*id, *event), control);
                }
            }
        }
    }

    /// Whether a control waits for the bundle of a device that had none: it may be closed for weeks, and is asked for once in an
    /// hour, or when something else changes.
    pub(super) fn waits_for_bundle(&self, control: &Control, now: u64) -> bool {
        let until = self.unreachable.get(&control.device);
        control.wants_handshake && until.is_some_and(|until| *until + HOUR > now)
    }

    /// Controls that still wait for a session with this peer: nobody can be asked who has no bundle. What is handed on waits for one.
    fn give_up_controls(&mut self, peer: Peer) {
        for (id, conversation) in self.conversations.iter_mut() {
            let is_vain = |control: &Control| {
                let is_handed_on = matches!(control.body, content::Body::Grants(_));
                control.wants_handshake && control.peer() == peer && !is_handed_on
            };
            let vain = conversation.controls.iter().filter(|(_, control)| is_vain(control));
            for event in vain.map(|(event, _)| *event).collect::<Vec<_>>() {
                conversation.controls.remove(&event);
                self.ledger.remove(Name::Control(*id, event));
            }
        }
    }
}
