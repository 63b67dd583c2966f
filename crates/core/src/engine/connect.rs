//! Enrolling, logging in, connecting and greeting.

use rand_core::CryptoRng;
use segel_wire::api::{ChallengeAnswer, LoginRequest};
use segel_wire::signed::LoginStatement;
use segel_wire::{ClientFrame, Code, Problem};

use super::{Engine, passes};
use crate::conversation::{self, Conversation};
use crate::io::{Answer, Output, Request};
use crate::link::Stage;
use crate::records::Name;
use crate::show::{Gate, Refusal};

impl Engine {
    /// Takes the connection one step further, if this device has keys to log in with.
    pub(super) fn pump_link(&mut self, now: u64) {
        let Some(account) = self.account.as_ref() else { return };
        if !self.link.network
            || self.link.stage != Stage::Down
            || !self.link.backoff.is_due(now)
            || self.gate(now) == Gate::Refused(Refusal::PageRefused)
        {
            return;
        }
        if let (Some(invitation), Some(enrolment)) = (account.invitation, &account.enrolment) {
            let is_asking = self.is_asking(|asked| matches!(asked, Request::Enrol(..)));
            if !self.enrolment_refused && !is_asking {
                self.ask(Request::Enrol(invitation, enrolment.0.clone()));
            }
            return;
        }
        if self.link.token.is_none() {
            self.link.stage = Stage::LoggingIn;
            return self.ask_to_enter(Request::Challenge);
        }
        self.link.stage = Stage::Connecting;
        self.link.heard(now);
        self.outputs.push_back(Output::Connect);
    }

    pub(super) fn login_answered(
        &mut self,
        request: &Request,
        answer: Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        if self.link.stage != Stage::LoggingIn && !matches!(request, Request::Enrol(..)) {
            // Of an attempt that was given up.
            return;
        }
        match (request, answer) {
            (Request::Enrol(..), Answer::Done) => {
                if let Some(account) = &mut self.account {
                    account.enrolment = None;
                    self.ledger.put(Name::Account, account);
                }
            }
            (Request::Enrol(..), Answer::Problem(Problem { code, .. }))
                if !passes(code) && code != Code::OriginRefused =>
            {
                self.enrolment_refused = true;
                self.show_refused(Refusal::EnrolmentRefused);
            }
            (Request::Challenge, Answer::Challenge(answer)) => self.log_in(&answer),
            (Request::Login(_), Answer::Login(answer)) => {
                self.link.token = Some(answer.token);
                self.link.stage = Stage::Down;
                // A relay that was set back may have lost them, and a device that was told of no event does not notice.
                self.prekeys.uploaded = false;
            }
            (_, Answer::Problem(Problem { code, .. })) => {
                if code == Code::OriginRefused {
                    self.show_refused(Refusal::OriginRefused);
                }
                self.link.token = None;
                self.link.lost(now, random);
            }
            _ => self.link.lost(now, random),
        }
    }

    /// First frame on an open socket.
    pub(super) fn greet(&mut self, now: u64) {
        if let (Stage::Connecting, Some(token)) = (self.link.stage, self.link.token.clone()) {
            self.link.opened(now);
            let cursor = self.link.cursor.clone();
            self.link.from_start = cursor.is_none();
            self.outputs.push_back(Output::Send(ClientFrame::Hello { token, cursor }));
        }
    }

    /// The relay does not know where this device stands: it was restored from a backup, and has lost what came after.
    /// It is heard from the beginning.
    pub(super) fn begin_anew(&mut self) {
        self.move_cursor(None);
        // It may have lost some, and have others again that are used up.
        self.prekeys.uploaded = false;
        self.told.clear();
        for (id, conversation) in self.conversations.iter_mut() {
            let Conversation { facts, messages, sent, .. } = conversation;
            facts.begin_anew(id);
            self.ledger.put(Name::Conversation(*id), facts);
            for (event, message) in messages.iter_mut() {
                if message.leave_log() {
                    self.ledger.put(Name::Message(*id, *event), message);
                }
            }
            // Who has read them is to be heard anew.
            let own =
                messages.iter().filter(|(_, message)| matches!(message.stage, conversation::Stage::Sent));
            self.shown.dirty.extend(own.map(|(event, _)| ((*id, *event), ())));
            for (event, sent) in sent.iter_mut() {
                sent.came_back = false;
                self.ledger.put(Name::Sent(*id, *event), sent);
            }
        }
    }

    pub(super) fn network(&mut self, up: bool, now: u64) {
        if up && !self.link.network {
            self.link.backoff.succeeded(now, 0);
            self.roster_check.backoff.succeeded(now, 0);
        }
        self.link.network = up;
    }

    /// Something came that is no frame: asked again from the same cursor, the relay most likely says it again. The person is told
    /// where nothing has got any further since a connection failed.
    #[inline(never)]
    pub(super) fn mishear(&mut self, now: u64, random: &mut impl CryptoRng) {
        if self.link.stage != Stage::Online && self.link.backoff.is_failing() {
            self.show_refused(Refusal::RelayRefused);
        }
        self.reconnect(now, random);
    }

    pub(super) fn disconnected(&mut self, now: u64, random: &mut impl CryptoRng) {
        self.link.lost(now, random);
        self.signals.disconnected();
        self.held.clear();
        self.seek_everybody();
        self.roster_check.fresh = false;
    }

    fn log_in(&mut self, answer: &ChallengeAnswer) {
        let Some(account) = &self.account else { return };
        let statement = LoginStatement {
            relay: &self.relay,
            site: &self.site,
            challenge: &answer.challenge,
            expires: answer.expires,
        };
        let signature = account.secrets.sign_login(&statement);
        let ChallengeAnswer { challenge, expires } = *answer;
        let keys = account.keys();
        let request = Request::Login(LoginRequest { site: self.site, keys, challenge, expires, signature });
        self.ask_to_enter(request);
    }

    /// Of a device whose keys are not kept nobody hears; once they are, a session depends on nothing else that is.
    fn ask_to_enter(&mut self, request: Request) {
        if self.ledger.has_kept() { self.ask_at_once(request) } else { self.ask(request) }
    }
}
