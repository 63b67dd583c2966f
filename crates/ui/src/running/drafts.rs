//! What a person was writing when everything was locked: sealed, in the memory of its tab alone, and back on the screen once
//! everything is open.

use segel_core::tabs::Wish;
use segel_web::lock::{DraftKey, StateKey};
use segel_web::random::Random;
use segel_web::tabs::Said;
use segel_wire::ids::Octets;
use segel_wire::{cbor, cbor_map};
use web_sys::File;
use zeroize::Zeroizing;

use super::{PutAway, Work};

/// What waits until everything is open.
pub(super) struct Away {
    sealed: Vec<u8>,
    /// Opens it, where the lock was set while this tab slept and had nothing to seal it under that only the lock gives: it is for
    /// whoever opens that one.
    key: Option<DraftKey>,
    /// The files of what was sent, in its order.
    files: Vec<Option<File>>,
    /// Those that were chosen and not sent.
    chosen: Vec<File>,
}

/// What of it is sealed.
struct Writing {
    /// As the screen gave it away.
    written: Octets,
    /// What was sent and the relay may not have.
    wishes: Vec<Wish>,
}

cbor_map!(Writing { 0: written, 1: wishes });

impl Work {
    /// How the lock stands, for the other tabs.
    #[inline(never)]
    pub(super) fn locks(&self) -> Said {
        let Some(minutes) = self.locks_after() else { return Said::Locks(0, Vec::new()) };
        let key = self.locking().key.borrow().as_ref().map(cbor::encode);
        Said::Locks(minutes, key.unwrap_or_default())
    }

    /// The tab that leads says how the lock stands.
    #[inline(never)]
    pub(super) fn heard_of_lock(&self, minutes: u32, key: &[u8]) {
        self.watch(minutes);
        if self.locking.get().is_some() && self.bring_back(cbor::read(key).ok()) {
            self.say_held();
        }
    }

    /// Takes off the screen what was shown and written. Whatever was sent and not settled waits with that.
    #[inline(never)]
    pub(super) fn put_away(&self) {
        let (PutAway { written, files: chosen }, held) = (self.screen.clear(), self.follower.take_all());
        let locking = self.locking();
        let Ok(mut random) = Random::new() else { return };
        let of_lock = locking.key.take();
        if of_lock.is_none() && locking.away.borrow().is_some() {
            // Nothing was open here since that was put away.
            return;
        }
        let passing = of_lock.is_none().then(|| DraftKey::derive(&StateKey::make_passing(&mut random)));
        let Some(key) = of_lock.as_ref().or(passing.as_ref()) else { return };
        let (wishes, files) = held.into_iter().unzip();
        let writing = Writing { written: Octets(written.to_vec()), wishes };
        let sealed = key.seal(&Zeroizing::new(cbor::encode(&writing)), &mut random);
        locking.away.replace(Some(Away { sealed, key: passing, files, chosen }));
    }

    /// Whoever is there when this tab wakes may be somebody else: what lies beside its own key goes.
    #[inline(never)]
    pub(super) fn give_up_away(&self) {
        self.locking().away.borrow_mut().take_if(|away| away.key.is_some());
    }

    /// Everything is open, by the state key that this one belongs to: what was put away under it is there again, and held until it
    /// is settled. Nobody else gets to see it, who has erased what was kept for instance. Answers whether there was any.
    #[inline(never)]
    pub(super) fn bring_back(&self, key: Option<DraftKey>) -> bool {
        let locking = self.locking();
        let away = locking.away.take();
        let opened =
            away.zip(key.as_ref()).and_then(|(Away { sealed, key: passing, files, chosen }, key)| {
                let writing: Writing = cbor::read(&passing.as_ref().unwrap_or(key).open(&sealed)?).ok()?;
                Some((writing, files, chosen))
            });
        locking.key.replace(key);
        let Some((Writing { written, wishes }, files, chosen)) = opened else { return false };
        self.screen.put_back(PutAway { written: Zeroizing::new(written.0), files: chosen });
        for (wish, file) in wishes.into_iter().zip(files) {
            self.follower.hold(wish, file);
        }
        true
    }
}
