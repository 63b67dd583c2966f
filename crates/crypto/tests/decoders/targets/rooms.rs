//! What members of a conversation send each other besides texts: acts, attachments and signals.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use segel_crypto::act::{Act, ActContext, ActHash, Assignment, Seat, SignedAct};
use segel_crypto::attachment::{Attachment, Measured, Opener, Sealer};
use segel_crypto::signal::{SharedKey, SignalReceiver};
use segel_wire::ids::Octets;
use segel_wire::signed::statement;
use segel_wire::{cbor, limits};
use sha2::{Digest, Sha256};

use super::decode;
use super::fixture::{CONVERSATION, NOW, fixture, seeded, sign};

/// The key of every signal here.
const SIGNAL_KEY: [u8; 32] = [0x5a; 32];

/// An act as it comes, and one that a listed device signed, with any content; the bytes are also a list of
/// acts, of which each that follows moves the state by one.
pub(super) fn act(bytes: &[u8]) {
    let fixture = fixture();
    let roster = fixture.verified_roster();
    let desk = &roster.roster().desks[0];
    let signed = |act: Vec<u8>, signer: usize| {
        let signature = sign(&fixture.parties[signer].signing, &Act::statement(&act));
        SignedAct { act: Octets(act), signature }
    };
    let mut acts: Vec<SignedAct> = decode::<SignedAct>(bytes).into_iter().collect();
    acts.push(signed(bytes.to_vec(), 1));
    acts.extend(decode::<Vec<Act>>(bytes).iter().flatten().map(|act| {
        let named = fixture.parties.iter().position(|party| party.id == act.device);
        signed(cbor::encode(act), named.unwrap_or(0))
    }));
    let mut state = Assignment::default();
    for act in &acts {
        for sender in &fixture.parties {
            let context =
                ActContext { roster, desk, conversation: &CONVERSATION, sender: &sender.id, now: NOW };
            let Ok(after) = state.follow(act, &context) else { continue };
            assert_eq!(after.epoch, state.epoch + 1);
            assert_eq!(after.hash, ActHash::derive(&act.act.0));
            assert!(roster.device(&sender.id, NOW).is_some(), "a stranger acts");
            assert!(after.joined.iter().all(|agent| Some(*agent) != after.holder));
            let devices = state.devices_of_act(&after, roster, desk, NOW);
            for devices in [devices, after.devices(roster, Seat::Own(desk), NOW)] {
                assert!(devices.len() <= limits::DESK_DEVICES && devices.is_sorted_by(|a, b| a < b));
                assert!(devices.iter().all(|device| roster.device(device, NOW).is_some()));
            }
            assert!(after.follow(act, &context).is_err(), "an act counted twice");
            state = after;
        }
    }
    let stored = cbor::encode(&state);
    assert_eq!(cbor::decode::<Assignment>(&stored), Ok(state));
}

/// An attachment that a member describes, with any chunks; and genuine chunks, damaged as the bytes say.
pub(super) fn attachment(bytes: &[u8]) {
    if let Some(attachment) = decode::<Attachment>(bytes) {
        open_anything(&attachment, bytes);
    }
    if let Some(sealer) = decode::<Sealer>(bytes) {
        for index in [0, 1, sealer.chunks().saturating_sub(1), u32::MAX] {
            let (from, to) = sealer.source_of(index);
            assert!(from <= to && to - from <= limits::CHUNK_BYTES as u64);
            let _ = sealer.seal(index, bytes);
        }
    }
    let _ = decode::<Measured>(bytes);
    let (attachment, chunks) = &fixture().attachment;
    let Ok([choice, at, to]) = <[u8; 3]>::try_from(bytes.get(..3).unwrap_or_default()) else { return };
    let mut damaged = chunks.clone();
    let index = usize::from(at) % damaged.len();
    match choice % 6 {
        0 => damaged[index].extend_from_slice(&bytes[3..]),
        1 => damaged.swap(index, usize::from(to) % chunks.len()),
        2 => damaged.truncate(index),
        3 => damaged.push(chunks[index].clone()),
        4 => drop(damaged.remove(index)),
        _ => {
            let length = damaged[index].len();
            damaged[index][(usize::from(to) * length) >> 8] ^= 1 << (choice >> 5);
        }
    }
    assert_eq!(open(attachment, &damaged), damaged == *chunks, "an altered file opened");
}

/// A signal as it comes, and one that a member sealed around any 32 bytes.
pub(super) fn signal(bytes: &[u8]) {
    let fixture = fixture();
    let sender = fixture.parties[0].id;
    if let Some(shared) = decode::<SharedKey>(bytes) {
        let _ = SignalReceiver::new(&CONVERSATION, &sender, &shared, NOW);
    }
    let shared: SharedKey = cbor::read(&make_signal_key()).unwrap();
    let mut receiver = SignalReceiver::new(&CONVERSATION, &sender, &shared, NOW);
    let genuine = bytes == make_signal();
    assert_eq!(receiver.open(bytes, NOW).is_ok(), genuine, "a forged signal counts");
    let mut receiver = SignalReceiver::new(&CONVERSATION, &sender, &shared, NOW);
    let mut counters = 0;
    for (number, inside) in bytes.chunks(32).enumerate() {
        let sealed = seal_signal(inside, number);
        if receiver.open(&sealed, NOW).is_ok() {
            counters += 1;
            assert!(receiver.open(&sealed, NOW).is_err(), "a signal counted twice");
        }
    }
    assert!(counters <= bytes.len() / 32);
}

/// Opens an attachment that nobody sealed: in bounded memory, and it is never whole.
fn open_anything(attachment: &Attachment, bytes: &[u8]) {
    let Ok(mut opener) = Opener::new(attachment) else {
        assert!(attachment.size > limits::ATTACHMENT_BYTES);
        return;
    };
    let expected = opener.expects();
    assert!((limits::CHUNK_OVERHEAD + 1..=limits::CHUNK_BYTES + limits::CHUNK_OVERHEAD).contains(&expected));
    let mut chunk = bytes.to_vec();
    chunk.resize(expected, 0);
    assert!(opener.open(bytes).is_err() && opener.open(&chunk).is_err());
    assert!(opener.finish().is_err());
}

/// Whether all chunks open and the file is whole.
fn open(attachment: &Attachment, chunks: &[Vec<u8>]) -> bool {
    let mut opener = Opener::new(attachment).unwrap();
    let mut size = 0;
    for chunk in chunks {
        let Ok(part) = opener.open(chunk) else { return false };
        size += part.len() as u64;
    }
    opener.finish().is_ok() && size == attachment.size
}

/// Section 5.12, by whoever holds the key.
fn seal_signal(inside: &[u8], number: usize) -> Vec<u8> {
    let sender = fixture().parties[0].id;
    let fields: [&[u8]; 3] = [&CONVERSATION.0, &sender.0, &SIGNAL_KEY];
    let id: [u8; 32] = Sha256::digest(statement("segel/1 signal key", &fields)).into();
    let mut nonce = [0; 24];
    nonce[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let header = [&[1, 2][..], &id[..8], &nonce].concat();
    let bound = statement("segel/1 signal", &[&CONVERSATION.0, &sender.0, &header]);
    let cipher = XChaCha20Poly1305::new(&SIGNAL_KEY.into());
    let payload = Payload { msg: inside, aad: &bound };
    [header, cipher.encrypt(&XNonce::from(nonce), payload).unwrap()].concat()
}

/// The visitor's key for signals, as it is handed out.
pub(super) fn make_signal_key() -> Vec<u8> {
    [&[0xa2, 0x00, 0x58, 0x20][..], &SIGNAL_KEY, &[0x01], &cbor::encode(&(NOW + 60))].concat()
}

/// A genuine signal of the visitor's.
pub(super) fn make_signal() -> Vec<u8> {
    seal_signal(&make_signal_plaintext(1), 0)
}

/// What is inside a signal.
pub(super) fn make_signal_plaintext(counter: u8) -> Vec<u8> {
    let mut inside = [&[0x83, counter][..], &cbor::encode(&NOW), &[0x01]].concat();
    inside.resize(32, 0);
    inside
}

/// A file of two chunks, as a message describes it and as it is sealed.
pub(super) fn make_attachment() -> (Attachment, Vec<Vec<u8>>) {
    let file: Vec<u8> = (0..70_000_u32).map(|at| at.to_le_bytes()[0]).collect();
    let mut measure = segel_crypto::attachment::Measure::new(file.len() as u64).unwrap();
    measure.take(&file).unwrap();
    let id = segel_wire::ids::AttachmentId([0xaa; 16]);
    let sealer = Sealer::new(measure.finish().unwrap(), id, &mut seeded(12));
    let chunk = |index| {
        let (from, to) = sealer.source_of(index);
        let range = usize::try_from(from).unwrap()..usize::try_from(to).unwrap();
        sealer.seal(index, &file[range]).unwrap()
    };
    let chunks: Vec<_> = (0..sealer.chunks()).map(chunk).collect();
    let hash = Sha256::digest(chunks.concat()).into();
    (sealer.describe(hash, "price list.pdf".to_owned(), "application/pdf".to_owned(), None), chunks)
}
