//! What a person was writing when everything was locked: sealed, in the memory of its tab alone, and back on the screen once
//! everything is open.

use segel_core::tabs::Wish;
use segel_web::lock::DraftKey;
use segel_web::random::Random;
use segel_web::tabs::Said;
use segel_wire::ids::Octets;
use segel_wire::{cbor, cbor_map};
use web_sys::File;
use zeroize::Zeroizing;

use super::Work;

/// What waits until everything is open.
pub(super) struct Away {
    sealed: Vec<u8>,
    /// The files of what was sent, in its order.
    files: Vec<Option<File>>,
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
    /// How the lock stands, for the other tabs; nothing where none is set and open.
    #[inline(never)]
    pub(super) fn locks(&self) -> Option<Said> {
        let minutes = self.locks_after()?;
        let key = self.locking().key.borrow().as_ref().map(cbor::encode);
        Some(Said::Locks(minutes, key.unwrap_or_default()))
    }

    /// The tab that leads says how the lock stands.
    #[inline(never)]
    pub(super) fn heard_of_lock(&self, minutes: u32, key: &[u8]) {
        self.watch(minutes);
        if self.locking.get().is_some() && self.bring_back(cbor::read(key).ok()) {
            self.wish_held();
        }
    }

    /// Takes off the screen what was shown and written. Whatever was sent and not settled waits with that.
    #[inline(never)]
    pub(super) fn put_away(&self) {
        let (written, held) = (self.screen.clear(), self.follower.take_all());
        let locking = self.locking();
        // Without a key nothing was open here since it closed, and what was put away then stays.
        let (Some(key), Ok(mut random)) = (locking.key.take(), Random::new()) else { return };
        let (wishes, files) = held.into_iter().unzip();
        let writing = Writing { written: Octets(written.to_vec()), wishes };
        let sealed = key.seal(&Zeroizing::new(cbor::encode(&writing)), &mut random);
        locking.away.replace(Some(Away { sealed, files }));
    }

    /// Everything is open, by the state key that this one belongs to: what was put away under it is there again, and held until it
    /// is settled. Nobody else gets to see it, who has erased what was kept for instance. Answers whether there was any.
    #[inline(never)]
    pub(super) fn bring_back(&self, key: Option<DraftKey>) -> bool {
        let locking = self.locking();
        let away = locking.away.take();
        let opened = away.zip(key.as_ref()).and_then(|(Away { sealed, files }, key)| {
            let writing: Writing = cbor::read(&key.open(&sealed)?).ok()?;
            Some((writing, files))
        });
        locking.key.replace(key);
        let Some((Writing { written, wishes }, files)) = opened else { return false };
        self.screen.put_back(&written.0);
        for (wish, file) in wishes.into_iter().zip(files) {
            self.follower.hold(wish, file);
        }
        true
    }
}
