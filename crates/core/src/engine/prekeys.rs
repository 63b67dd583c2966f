//! The own prekeys at the relay: rotated, uploaded, topped up. PROTOCOL.md, sections 3.4 and 7.2.

use rand_core::CryptoRng;
use segel_wire::limits;

use super::{Engine, Part, passes};
use crate::io::{Answer, Request};
use crate::records::Name;

/// One-time prekeys that a visitor's device keeps at the relay: few write to it first.
const OF_VISITOR: usize = 4;

impl Engine {
    /// Uploads prekeys when they are new, were replaced, or the relay may have lost them since the start. After a
    /// start the relay is heard first: it knows whether this state is an older copy, be it one from before there were any.
    /// So the first upload is one signed prekey alone. None is made, replaced or deleted unless a roster counts by the own
    /// clock, which may be wrong by years.
    pub(super) fn pump_prekeys(&mut self, now: u64, random: &mut impl CryptoRng) {
        let time = self.membership.time(now);
        let is_timely = self.is_timely(now);
        let Some(account) = self.account.as_mut().filter(|_| is_timely) else { return };
        if self.link.token.is_none()
            || !self.prekeys.backoff.is_due(now)
            || self.asked.values().any(|asked| matches!(asked, Request::PutPrekeys(_)))
        {
            return;
        }
        let may_change = account.prekeys.is_empty() || self.prekeys.heard;
        if may_change && account.prekeys.rotate(time, random) {
            self.prekeys.uploaded = false;
            self.ledger.put(Name::Account, account);
        }
        if !self.prekeys.uploaded
            && let Some(upload) = account.prekeys.derive_upload(&account.secrets, &self.site)
        {
            self.ask(Request::PutPrekeys(upload));
        }
    }

    pub(super) fn prekeys_answered(&mut self, answer: Answer, now: u64, random: &mut impl CryptoRng) {
        let time = self.membership.time(now);
        let (stock, is_timely) = (self.stock(), self.is_timely(now));
        match answer {
            // What it says leads to new ones. They are uploaded, and it is heard, again.
            Answer::Prekeys(_) if !is_timely => {
                self.prekeys.backoff.succeeded(now, 0);
                self.prekeys.uploaded = false;
            }
            Answer::Prekeys(kept) => {
                self.prekeys.backoff.succeeded(now, 0);
                self.prekeys.heard = true;
                let Some(account) = &mut self.account else { return };
                // Nothing was made while the upload was under way: all of it is there now, whatever is said.
                let highest = kept.highest.max(account.prekeys.last_id());
                let more = account.prekeys.restock(kept.one_time, highest, stock, time, random);
                self.prekeys.uploaded = !more;
                self.ledger.put(Name::Account, account);
            }
            Answer::Problem(problem) if !passes(problem.code) => {
                self.prekeys.backoff.failed(now, random);
                self.session_problem(&problem, now, random);
            }
            _ => self.prekeys.backoff.failed(now, random),
        }
    }

    /// When prekeys next need a look.
    pub(super) fn prekeys_wake(&self, now: u64) -> u64 {
        if self.prekeys.backoff.is_due(now) { u64::MAX } else { self.prekeys.backoff.at() }
    }

    fn is_timely(&self, now: u64) -> bool {
        self.membership.roster().is_some() && !self.membership.has_ended(now)
    }

    fn stock(&self) -> usize {
        if self.part == Part::Agent { limits::ONE_TIME_KEPT } else { OF_VISITOR }
    }
}
