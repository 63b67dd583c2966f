//! The ledger: which records changed, sealed and handed out as one transaction a step.
//!
//! Persist, then send: what leaves the device waits in the ledger until its generation is kept.

use std::collections::{BTreeMap, VecDeque};

use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use segel_crypto::storage::StateKey;
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use zeroize::Zeroizing;

use crate::io::{Change, Kept, Output};

/// What is kept cannot be read: another key, or altered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is kept on this device cannot be read")]
pub struct BrokenStore;

/// The names of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Account,
    Membership,
    Cursor,
    Conversation(ConversationId),
    Message(ConversationId, EventId),
    Sessions(DeviceId, Option<ConversationId>),
}

impl Name {
    fn to_text(self) -> String {
        match self {
            Self::Account => "account".to_owned(),
            Self::Membership => "membership".to_owned(),
            Self::Cursor => "cursor".to_owned(),
            Self::Conversation(id) => ["conversation/", &id.to_string()].concat(),
            Self::Message(id, event) => ["message/", &id.to_string(), "/", &event.to_string()].concat(),
            Self::Sessions(device, None) => ["sessions/", &device.to_string()].concat(),
            Self::Sessions(device, Some(scope)) => {
                ["sessions/", &device.to_string(), "/", &scope.to_string()].concat()
            }
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let name = match (parts.next()?, parts.next(), parts.next()) {
            ("account", None, None) => Self::Account,
            ("membership", None, None) => Self::Membership,
            ("cursor", None, None) => Self::Cursor,
            ("conversation", Some(id), None) => Self::Conversation(id.parse().ok()?),
            ("message", Some(id), Some(event)) => Self::Message(id.parse().ok()?, event.parse().ok()?),
            ("sessions", Some(device), None) => Self::Sessions(device.parse().ok()?, None),
            ("sessions", Some(device), Some(scope)) => {
                Self::Sessions(device.parse().ok()?, Some(scope.parse().ok()?))
            }
            _ => return None,
        };
        Some(name)
    }
}

/// Changes of the current step, and outputs that wait for earlier ones.
pub(crate) struct Ledger {
    key: StateKey,
    generation: u64,
    kept: u64,
    changed: BTreeMap<Name, Zeroizing<Vec<u8>>>,
    waiting: VecDeque<(u64, Output)>,
}

/// Kept records, opened.
pub(crate) struct Opened(BTreeMap<Name, Zeroizing<Vec<u8>>>);

impl Ledger {
    /// Opens everything that is kept.
    pub(crate) fn open(key: StateKey, kept: &Kept) -> Result<(Self, Opened), BrokenStore> {
        let records = kept.records.iter().map(|(text, sealed)| {
            let name = Name::parse(text).ok_or(BrokenStore)?;
            key.open(text, sealed).map(|record| (name, record)).map_err(|_| BrokenStore)
        });
        let opened = Opened(records.collect::<Result<_, _>>()?);
        let ledger = Self {
            key,
            generation: kept.generation,
            kept: kept.generation,
            changed: BTreeMap::new(),
            waiting: VecDeque::new(),
        };
        Ok((ledger, opened))
    }

    /// Puts a record into the current step.
    pub(crate) fn put<T: Encode<()>>(&mut self, name: Name, record: &T) {
        self.changed.insert(name, Zeroizing::new(cbor::encode(record)));
    }

    /// Hands out `output` once the current step is kept.
    pub(crate) fn after_store(&mut self, output: Output) {
        let generation = self.generation + u64::from(!self.changed.is_empty());
        self.waiting.push_back((generation, output));
    }

    /// Ends the step: its changes as one transaction, if there are any.
    pub(crate) fn close_step(&mut self, random: &mut impl CryptoRng) -> Option<Output> {
        if self.changed.is_empty() {
            return None;
        }
        self.generation += 1;
        let changes = core::mem::take(&mut self.changed).into_iter().map(|(name, record)| {
            let name = name.to_text();
            let sealed = self.key.seal(&name, &record, random);
            Change { name, sealed }
        });
        Some(Output::Store { generation: self.generation, changes: changes.collect() })
    }

    /// Everything up to this generation is kept.
    pub(crate) fn stored(&mut self, generation: u64) {
        self.kept = self.kept.max(generation);
    }

    /// What waited for nothing but what is kept by now, in order.
    pub(crate) fn release(&mut self) -> Vec<Output> {
        let ready = self.waiting.iter().take_while(|(waits_for, _)| *waits_for <= self.kept).count();
        self.waiting.drain(..ready).map(|(_, output)| output).collect()
    }

    /// Gives up on what waits; nothing of it was sent.
    pub(crate) fn abandon(&mut self) {
        self.waiting.clear();
    }
}

impl Opened {
    /// The names of what was kept.
    pub(crate) fn names(&self) -> impl Iterator<Item = Name> + '_ {
        self.0.keys().copied()
    }

    /// The record of this name, if it was kept.
    pub(crate) fn read<T: for<'b> Decode<'b, ()>>(&self, name: Name) -> Result<Option<T>, BrokenStore> {
        self.0.get(&name).map(|bytes| minicbor::decode(bytes).map_err(|_| BrokenStore)).transpose()
    }
}
