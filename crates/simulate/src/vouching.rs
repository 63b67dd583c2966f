//! The business's server, which says who a visitor is; now and then what it says does not count.

use ed25519_dalek::{Signer, SigningKey};
use segel_core::show::Life;
use segel_core::{Input, OutgoingToken};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, IdentityKey, Octets, Signature, VoucherKey};
use segel_wire::limits::{TOKEN_LIFE_SECONDS, TOKEN_SKEW_SECONDS};
use segel_wire::signed::{SignedToken, Token};

use crate::device::Device;
use crate::world::{Happening, World};

/// The server's key.
pub(crate) struct Voucher(SigningKey);

/// What the server said.
pub(crate) struct Vouched {
    browser: usize,
    /// When the page has it, Unix milliseconds.
    comes: u64,
    pub(crate) subject: String,
    conversation: ConversationId,
    voucher: VoucherKey,
    /// Unix seconds.
    not_after: u64,
    /// Whether it is for another, or by somebody else.
    pub(crate) is_false: bool,
}

impl Voucher {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Its public half.
    pub(crate) fn key(&self) -> VoucherKey {
        VoucherKey(self.0.verifying_key().to_bytes())
    }

    fn sign(&self, token: &Token) -> Vec<u8> {
        let token = Octets(cbor::encode(token));
        let signature = Signature(self.0.sign(&Token::statement(&token.0)).to_bytes());
        cbor::encode(&SignedToken { token, voucher: self.key(), signature })
    }
}

impl Vouched {
    /// Whether that key signed it.
    pub(crate) fn is_by(&self, voucher: VoucherKey) -> bool {
        self.voucher == voucher
    }

    /// Whether it counts in a conversation, in a message that was written and stored then, both in Unix seconds, under
    /// a roster that lists one voucher.
    pub(crate) fn counts(
        &self,
        conversation: ConversationId,
        (written, stored): (u64, u64),
        listed: VoucherKey,
    ) -> bool {
        !self.is_false
            && self.voucher == listed
            && self.conversation == conversation
            && written < self.not_after
            && self.not_after <= written + TOKEN_LIFE_SECONDS
            && written.abs_diff(stored) <= TOKEN_SKEW_SECONDS
    }
}

/// A token as a page hands it over; `None` if the mask would change it.
pub(crate) fn read(token: &[u8]) -> Option<OutgoingToken> {
    OutgoingToken::read(token, |subject| Some(segel_mask::mask(subject).ok()?.text)).ok()
}

impl World {
    /// A tab's page is asked who the visitor is, and asks its server.
    pub(crate) fn ask_page(&mut self, tab: usize, conversation: ConversationId, visitor: &str) {
        let Ok(IdentityKey(visitor)) = visitor.parse() else { return };
        let now = self.now / 1_000;
        let number = self.vouched.len();
        let subject = format!("Pelanggan Demo {number}");
        let mut token = Token {
            site: self.site().0,
            subject: subject.clone(),
            conversation,
            visitor,
            not_after: now + self.chance.between(30, TOKEN_LIFE_SECONDS),
        };
        let other = Voucher::new(self.chance.id());
        let mut wait = self.chance.between(20, 2_000);
        let fault = if self.now < self.weather.ends_at { self.chance.between(0, 15) } else { 15 };
        match fault {
            0 => token.visitor[0] ^= 1,
            1 => token.conversation.0[0] ^= 1,
            3 => token.not_after = now - 10,
            4 => token.not_after = now + 5_000,
            5 => wait = self.chance.between(60_000, 700_000),
            _ => {}
        }
        let voucher = if fault == 2 { &other } else { self.owner.voucher() };
        let (signed, key) = (voucher.sign(&token), voucher.key());
        let is_false = fault <= 2;
        self.tally.count(if fault <= 5 { "tokens that are false, late or early" } else { "tokens" });
        let not_after = token.not_after;
        let (comes, browser) = (self.now + wait, self.devices[tab].browser);
        self.vouched.push(Vouched {
            browser,
            comes,
            subject,
            conversation,
            voucher: key,
            not_after,
            is_false,
        });
        let life = self.devices[tab].tab.life;
        self.agenda.plan(comes, Happening::Vouched { tab, life, token: signed });
    }

    /// The page hands in a token.
    pub(crate) fn introduce(&mut self, tab: usize, token: &[u8]) {
        match read(token) {
            Some(token) => self.input(tab, Input::Introduce(Some(token))),
            None => self.complaints.push("a token was not taken".to_owned()),
        }
    }

    /// Whether one of the tokens that a browser's pages have handed in may not count to the engine of one of its tabs.
    pub(crate) fn may_refuse_token(&self, tab: usize) -> bool {
        let Device { browser, screen, .. } = &self.devices[tab];
        let written = self.browsers[*browser].clock(self.now) / 1_000;
        // No engine goes by a clock that stands before its roster.
        let written_later = written.max(self.relay.issued_at());
        let is_open = |id: &ConversationId| {
            screen.conversations.get(id).is_some_and(|summary| summary.life == Life::Open)
        };
        let is_there = |vouched: &&Vouched| vouched.browser == *browser && vouched.comes <= self.now;
        let listed = self.owner.voucher().key();
        let mut handed_in = self.vouched.iter().filter(is_there);
        // Engines hear of another key a little later.
        self.happened("vouchers renewed")
            || handed_in.any(|vouched| {
                let at = vouched.conversation;
                let is_for_now = |written| vouched.counts(at, (written, written), listed);
                !is_open(&at) || !is_for_now(written) || !is_for_now(written_later)
            })
    }
}
