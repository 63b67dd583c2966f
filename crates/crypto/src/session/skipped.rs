//! Message keys that were skipped over, for wraps that come late. PROTOCOL.md, section 5.2.

use segel_wire::{cbor_array, cbor_transparent, limits};

use super::chain::{HeaderKey, MessageKey};

/// Skipped keys by the chain that they are of, the oldest chain first, the oldest key first in each.
#[derive(Debug, Clone, Default)]
pub(super) struct Skipped(Vec<SkippedChain>);

cbor_transparent!(Skipped);

/// The keys that were skipped in one chain.
#[derive(Debug, Clone)]
pub(super) struct SkippedChain {
    pub(super) header: HeaderKey,
    keys: Vec<SkippedKey>,
    /// Whether it is the receiving chain that still grows.
    is_current: bool,
}

cbor_array!(SkippedChain { header, keys, is_current });

/// A message key that was skipped over.
#[derive(Debug, Clone)]
pub(super) struct SkippedKey {
    pub(super) n: u32,
    pub(super) key: MessageKey,
    /// When, Unix seconds.
    pub(super) at: u64,
}

cbor_array!(SkippedKey { n, key, at });

impl Skipped {
    /// Past chains, the newest first: what a header is tried with after the current and the next chain.
    pub(super) fn past(&self) -> impl Iterator<Item = &SkippedChain> {
        self.0.iter().rev().filter(|chain| !chain.is_current)
    }

    /// The skipped key of the current chain, unless it has lapsed at `now` (Unix seconds).
    pub(super) fn current(&self, n: u32, now: u64) -> Option<&MessageKey> {
        self.0.iter().find(|chain| chain.is_current)?.key(n, now)
    }

    /// Takes out a key that was used, by its chain's place: `None` for the current one, else as in
    /// [`Skipped::past`].
    pub(super) fn use_up(&mut self, past: Option<usize>, n: u32) {
        let chain = match past {
            None => self.0.iter_mut().find(|chain| chain.is_current),
            Some(place) => self.0.iter_mut().rev().filter(|chain| !chain.is_current).nth(place),
        };
        if let Some(chain) = chain {
            chain.keys.retain(|key| key.n != n);
        }
        self.0.retain(|chain| !chain.keys.is_empty());
    }

    /// Adds keys to the current chain, whose header key is `header`.
    pub(super) fn add(&mut self, header: &HeaderKey, keys: Vec<SkippedKey>) {
        if keys.is_empty() {
            return;
        }
        match self.0.iter_mut().find(|chain| chain.is_current) {
            Some(chain) => chain.keys.extend(keys),
            None => self.0.push(SkippedChain { header: header.clone(), keys, is_current: true }),
        }
    }

    /// The current chain is past; at most five of those are kept.
    pub(super) fn turn(&mut self) {
        self.0.iter_mut().for_each(|chain| chain.is_current = false);
        let surplus = self.0.len().saturating_sub(limits::SKIPPED_CHAINS);
        self.0.drain(..surplus);
    }

    /// Drops what is older than seven days at `now` (Unix seconds), and of more than `most` keys the oldest.
    pub(super) fn prune(&mut self, now: u64, most: usize) {
        let mut surplus = self.count().saturating_sub(most);
        for chain in &mut self.0 {
            let old = chain.keys.iter().take_while(|key| key.is_old(now)).count();
            let gone = old.max(surplus.min(chain.keys.len()));
            chain.keys.drain(..gone);
            surplus = surplus.saturating_sub(gone);
        }
        self.0.retain(|chain| !chain.keys.is_empty());
    }

    pub(super) fn count(&self) -> usize {
        self.0.iter().map(|chain| chain.keys.len()).sum()
    }

    /// When the oldest key was skipped, Unix seconds.
    pub(super) fn oldest(&self) -> Option<u64> {
        self.0.first().and_then(|chain| chain.keys.first()).map(|key| key.at)
    }
}

impl SkippedChain {
    /// The skipped key of this number, unless it has lapsed at `now` (Unix seconds).
    pub(super) fn key(&self, n: u32, now: u64) -> Option<&MessageKey> {
        self.keys.iter().find(|key| key.n == n && !key.is_old(now)).map(|key| &key.key)
    }
}

impl SkippedKey {
    fn is_old(&self, now: u64) -> bool {
        now >= self.at.saturating_add(limits::SKIPPED_SECONDS)
    }
}
