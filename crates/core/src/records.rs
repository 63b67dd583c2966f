//! The ledger: which records changed, sealed and handed out as one transaction a step.
//!
//! Persist, then send: what leaves the device waits in the ledger until its generation is kept.

use rand_core::CryptoRng;
use segel_crypto::storage::StateKey;
use segel_wire::cbor::{self, Cbor};
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use zeroize::Zeroizing;

use crate::io::{Change, Kept, Output};
use crate::sorted::{Sorted, SortedSet};

/// What is kept cannot be read: another key, altered, or set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what is kept on this device cannot be read")]
pub struct BrokenStore;

/// The names of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Account,
    Membership,
    Cursor,
    Canned,
    Blocked,
    Conversation(ConversationId),
    Outline(ConversationId),
    Message(ConversationId, EventId),
    Control(ConversationId, EventId),
    Sent(ConversationId, EventId),
    Sessions(DeviceId, Option<ConversationId>),
}

impl Name {
    fn to_text(self) -> String {
        match self {
            Self::Account => "account".to_owned(),
            Self::Membership => "membership".to_owned(),
            Self::Cursor => "cursor".to_owned(),
            Self::Canned => "canned".to_owned(),
            Self::Blocked => "blocked".to_owned(),
            Self::Conversation(id) => ["conversation/", &id.to_string()].concat(),
            Self::Outline(id) => ["outline/", &id.to_string()].concat(),
            Self::Message(id, event) => ["message/", &id.to_string(), "/", &event.to_string()].concat(),
            Self::Control(id, event) => ["control/", &id.to_string(), "/", &event.to_string()].concat(),
            Self::Sent(id, event) => ["sent/", &id.to_string(), "/", &event.to_string()].concat(),
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
            ("canned", None, None) => Self::Canned,
            ("blocked", None, None) => Self::Blocked,
            ("conversation", Some(id), None) => Self::Conversation(id.parse().ok()?),
            ("outline", Some(id), None) => Self::Outline(id.parse().ok()?),
            ("message", Some(id), Some(event)) => Self::Message(id.parse().ok()?, event.parse().ok()?),
            ("control", Some(id), Some(event)) => Self::Control(id.parse().ok()?, event.parse().ok()?),
            ("sent", Some(id), Some(event)) => Self::Sent(id.parse().ok()?, event.parse().ok()?),
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
    changed: Records,
    /// Handed out and not yet answered for.
    under_way: Vec<(u64, Records)>,
    waiting: Vec<(u64, Output)>,
    /// The store failed: nothing more is handed to it until the person tries again.
    halted: bool,
}

/// Records by name; none where one is taken out.
type Records = Sorted<Name, Option<Record>>;

/// Kept records, opened.
#[derive(Default)]
pub(crate) struct Opened(Vec<(Name, Record)>);

/// A record, opened.
pub(crate) struct Record(Zeroizing<Vec<u8>>);

impl Ledger {
    /// How many records and outputs wait for the store.
    pub(crate) fn backlog(&self) -> usize {
        let under_way: usize = self.under_way.iter().map(|(_, records)| records.len()).sum();
        self.changed.len() + under_way + self.waiting.len()
    }

    /// Opens everything that is kept.
    pub(crate) fn open(key: StateKey, kept: &Kept) -> Result<(Self, Opened), BrokenStore> {
        let opened = open_all(&key, &kept.records, kept.generation)?;
        let ledger = Self {
            key,
            generation: kept.generation,
            kept: kept.generation,
            changed: Sorted::new(),
            under_way: Vec::new(),
            waiting: Vec::new(),
            halted: false,
        };
        Ok((ledger, opened))
    }

    /// Opens records that were left in the store at the start.
    pub(crate) fn read(&self, records: &[(String, Vec<u8>)]) -> Result<Opened, BrokenStore> {
        open_all(&self.key, records, self.generation)
    }

    /// Conversations of which something changes in the current step.
    pub(crate) fn touched(&self) -> SortedSet<ConversationId> {
        let touched = self.changed.keys().filter_map(|name| match name {
            Name::Conversation(id) | Name::Message(id, _) => Some((*id, ())),
            _ => None,
        });
        touched.collect()
    }

    /// Puts a record into the current step.
    pub(crate) fn put<T: Cbor>(&mut self, name: Name, record: &T) {
        self.changed.insert(name, Some(Record(Zeroizing::new(cbor::encode(record)))));
    }

    /// Takes a record out of the store with the current step.
    pub(crate) fn remove(&mut self, name: Name) {
        self.changed.insert(name, None);
    }

    /// Hands out `output` once the current step is kept.
    pub(crate) fn after_store(&mut self, output: Output) {
        let generation = self.generation + u64::from(!self.changed.is_empty());
        self.waiting.push((generation, output));
    }

    /// Whether anything was ever kept: what is kept first has the device's keys in it.
    pub(crate) fn has_kept(&self) -> bool {
        self.kept > 0
    }

    /// Ends the step: its changes as one transaction, if there are any.
    pub(crate) fn close_step(&mut self, random: &mut impl CryptoRng) -> Option<Output> {
        if self.changed.is_empty() || self.halted {
            return None;
        }
        self.generation += 1;
        let records = core::mem::take(&mut self.changed);
        let changes = records.iter().map(|(name, record)| {
            let name = name.to_text();
            let seal = |record: &Record| self.key.seal(&name, self.generation, &record.0, random);
            let sealed = record.as_ref().map(seal);
            Change { name, sealed }
        });
        let output = Output::Store { generation: self.generation, changes: changes.collect() };
        self.under_way.push((self.generation, records));
        Some(output)
    }

    /// Everything up to this generation is kept.
    pub(crate) fn stored(&mut self, generation: u64) {
        self.kept = self.kept.max(generation);
        self.generation = self.generation.max(generation);
        self.under_way.retain(|(under_way, _)| *under_way > generation);
    }

    /// What waited for nothing but what is kept by now, in order.
    pub(crate) fn release(&mut self) -> Vec<Output> {
        let ready = self.waiting.iter().take_while(|(waits_for, _)| *waits_for <= self.kept).count();
        self.waiting.drain(..ready).map(|(_, output)| output).collect()
    }

    /// The store failed: what waits is given back and nothing of it was sent. What could not be kept is put
    /// into the next step, which waits for [`Ledger::resume`].
    pub(crate) fn halt(&mut self) -> Vec<Output> {
        let newer = core::mem::take(&mut self.changed);
        for (_, records) in self.under_way.drain(..) {
            self.changed.extend(records.into_iter());
        }
        self.changed.extend(newer.into_iter());
        self.generation = self.kept;
        self.halted = true;
        self.waiting.drain(..).map(|(_, output)| output).collect()
    }

    /// The person tries again.
    pub(crate) fn resume(&mut self) {
        self.halted = false;
    }
}

fn open_all(key: &StateKey, records: &[(String, Vec<u8>)], generation: u64) -> Result<Opened, BrokenStore> {
    let opened = records.iter().map(|(text, sealed)| {
        let name = Name::parse(text).ok_or(BrokenStore)?;
        let record = key.open(text, sealed, generation).map_err(|_| BrokenStore)?;
        Ok((name, Record(record.bytes)))
    });
    opened.collect::<Result<_, _>>().map(Opened)
}

impl Opened {
    /// Everything that was kept.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Name, &Record)> {
        self.0.iter().map(|(name, record)| (*name, record))
    }

    /// The record of this name, if it was kept.
    pub(crate) fn read<T: Cbor>(&self, name: Name) -> Result<Option<T>, BrokenStore> {
        self.iter().find(|(other, _)| *other == name).map(|(_, record)| record.read()).transpose()
    }
}

impl Record {
    pub(crate) fn read<T: Cbor>(&self) -> Result<T, BrokenStore> {
        cbor::read(&self.0).map_err(|_| BrokenStore)
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;
    use segel_wire::ClientFrame;

    use super::*;

    const CONVERSATION: ConversationId = ConversationId([1; 16]);

    fn key() -> StateKey {
        StateKey::new([7; 32])
    }

    fn open(records: Vec<(String, Vec<u8>)>) -> Result<(Ledger, Opened), BrokenStore> {
        Ledger::open(key(), &Kept { generation: 3, records, left_out: false })
    }

    #[test]
    fn a_name_is_read_back_from_its_text() {
        let (device, event) = (DeviceId([2; 16]), EventId([3; 16]));
        for name in [
            Name::Account,
            Name::Membership,
            Name::Cursor,
            Name::Conversation(CONVERSATION),
            Name::Outline(CONVERSATION),
            Name::Message(CONVERSATION, event),
            Name::Control(CONVERSATION, event),
            Name::Sent(CONVERSATION, event),
            Name::Sessions(device, None),
            Name::Sessions(device, Some(CONVERSATION)),
        ] {
            assert_eq!(Name::parse(&name.to_text()), Some(name));
        }
        for text in ["", "account/x", "conversation", "message/AAAA/AAAA", "sessions/"] {
            assert_eq!(Name::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_record_opens_under_its_own_name_and_key_alone() {
        let random = &mut ChaCha20Rng::seed_from_u64(1);
        let sealed = key().seal("cursor", 3, &cbor::encode(&Some("e.1".to_owned())), random);
        let (_, opened) = open(vec![("cursor".into(), sealed.clone())]).unwrap();
        assert_eq!(opened.read::<Option<String>>(Name::Cursor), Ok(Some(Some("e.1".to_owned()))));
        assert_eq!(opened.read::<Option<String>>(Name::Account), Ok(None));
        assert_eq!(opened.read::<u64>(Name::Cursor), Err(BrokenStore), "of another shape");
        assert!(open(vec![("account".into(), sealed.clone())]).is_err(), "under another name");
        let other = Kept { generation: 3, records: vec![("cursor".into(), sealed)], left_out: false };
        assert!(Ledger::open(StateKey::new([8; 32]), &other).is_err(), "under another key");
    }

    #[test]
    fn a_record_is_sealed_with_the_generation_of_its_step_and_refused_by_an_older_store() {
        let random = &mut ChaCha20Rng::seed_from_u64(1);
        let (mut ledger, _) = open(Vec::new()).unwrap();
        ledger.put(Name::Cursor, &1_u64);
        ledger.halt();
        ledger.resume();
        let Some(Output::Store { generation: 4, changes }) = ledger.close_step(random) else {
            panic!("a step to keep");
        };
        let sealed = changes.into_iter().find_map(|change| change.sealed).unwrap();
        assert_eq!(key().open("cursor", &sealed, 4).map(|record| record.generation), Ok(4));
        let records = || vec![("cursor".into(), sealed.clone())];
        let kept = |generation| Kept { generation, records: records(), left_out: false };
        assert!(Ledger::open(key(), &kept(4)).is_ok());
        assert!(Ledger::open(key(), &kept(5)).is_ok());
        assert!(Ledger::open(key(), &kept(3)).is_err(), "the store was set back");
    }

    #[test]
    fn what_waits_is_handed_out_in_order_when_its_generation_is_kept() {
        let random = &mut ChaCha20Rng::seed_from_u64(1);
        let (mut ledger, _) = open(Vec::new()).unwrap();
        ledger.after_store(Output::Connect);
        assert_eq!(ledger.release().len(), 1, "nothing is to be kept before it");

        ledger.after_store(Output::Send(ClientFrame::Ping));
        ledger.put(Name::Cursor, &1_u64);
        ledger.after_store(Output::Disconnect);
        assert!(matches!(ledger.close_step(random), Some(Output::Store { generation: 4, .. })));
        assert!(matches!(ledger.release()[..], [Output::Send(_)]));
        ledger.put(Name::Cursor, &2_u64);
        assert!(matches!(ledger.close_step(random), Some(Output::Store { generation: 5, .. })));
        ledger.after_store(Output::Connect);
        ledger.stored(4);
        assert!(matches!(ledger.release()[..], [Output::Disconnect]));
        ledger.stored(5);
        assert!(matches!(ledger.release()[..], [Output::Connect]));
        assert!(ledger.close_step(random).is_none(), "nothing changed");
    }
}
