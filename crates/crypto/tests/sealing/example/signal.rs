//! A key for signals, and one signal.

use segel_crypto::signal::{SignalKind, SignalReceiver, SignalSender};
use segel_wire::cbor;
use segel_wire::ids::DeviceId;
use segel_wire::signed::statement;

use super::{CONVERSATION, Draws, NOW, Page};
use crate::text::{self, Key};

/// What the key is, and the nonce.
const DRAWS: [u8; 2] = [59, 60];

pub(super) fn write(page: &mut Page, visitor: DeviceId, draws: &mut Draws) {
    let mut sender = SignalSender::make(&CONVERSATION, &visitor, NOW, draws);
    let signal = sender.seal(SignalKind::Typing, NOW, draws);
    let mut receiver = SignalReceiver::new(&CONVERSATION, &visitor, sender.shared(), NOW);
    assert_eq!(receiver.open(&signal, NOW), Ok(SignalKind::Typing));

    let [key, nonce]: [Key; 2] = DRAWS.map(|draw| [draw; 32]);
    let hashed = statement("segel/1 signal key", &[&CONVERSATION.0, &visitor.0, &key]);
    let id = &text::sha256(&hashed)[..8];
    // 83: three items; 01: the counter; 1a: the time in four bytes; 01: typing.
    let encoded = [&[0x83, 0x01, 0x1a][..], &u32::try_from(NOW).unwrap().to_be_bytes(), &[0x01]].concat();
    let mut padded = encoded.clone();
    padded.resize(32, 0);
    let open = [&[1, 2][..], id, &nonce[..24]].concat();
    let aad = statement("segel/1 signal", &[&CONVERSATION.0, &visitor.0, &open]);
    let sealed = text::seal_x(&key, *nonce.first_chunk().unwrap(), &aad, &padded);
    assert_eq!(signal, [open, sealed].concat());

    page.section(
        "A signal",
        "Section 5.12: the visitor is typing. Draws: 59 the key, which goes to the members in a message's body 5, 60 the\n\
         nonce.",
    );
    page.whole("key for signals, encoded", &cbor::encode(sender.shared()));
    page.value("key id", id);
    page.whole("signal, encoded", &encoded);
    page.value("padded", &padded);
    page.value("AD", &aad);
    page.value("signal", &signal);
}
