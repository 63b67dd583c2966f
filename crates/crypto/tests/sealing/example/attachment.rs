//! A file of two chunks.

use segel_crypto::attachment::{Measure, Opener, SealedHash, Sealer};
use segel_wire::cbor;
use segel_wire::ids::AttachmentId;
use segel_wire::signed::statement;

use super::{Draws, Page};
use crate::text::{self, Key};

const ID: AttachmentId = AttachmentId([0xaf; 16]);
/// The draw that the key comes from.
const DRAW: Key = [61; 32];
const SIZE: u32 = 70_000;
/// Of 17 binary digits the first 6 are kept: a multiple of 2,048.
const PADDED: u64 = 71_680;

pub(super) fn write(page: &mut Page, draws: &mut Draws) {
    let file: Vec<u8> = (0..SIZE).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let mut measure = Measure::new(u64::from(SIZE)).unwrap();
    measure.take(&file).unwrap();
    let sealer = Sealer::new(measure.finish().unwrap(), ID, draws);
    let (first, second) = file.split_at(65_536);
    let chunks = [sealer.seal(0, first).unwrap(), sealer.seal(1, second).unwrap()];
    let mut hash = SealedHash::default();
    for chunk in &chunks {
        hash.take(chunk);
    }
    let caption = Some("denah toko".to_owned());
    let attachment = sealer.describe(
        hash.finish(),
        "denah.bin".to_owned(),
        "application/octet-stream".to_owned(),
        caption,
    );
    let mut opener = Opener::new(&attachment).unwrap();
    assert_eq!(chunks.iter().flat_map(|chunk| opener.open(chunk).unwrap()).collect::<Vec<_>>(), file);
    opener.finish().unwrap();

    let mut padded = file;
    padded.resize(usize::try_from(PADDED).unwrap(), 0);
    let plain_hash = text::sha256(&padded);
    let prk = text::extract(&plain_hash, &DRAW);
    let key: Key = text::expand(&prk, "segel/1 attachment key");
    let aad = statement("segel/1 attachment", &[&ID.0, &PADDED.to_be_bytes()]);
    page.section(
        "An attachment",
        "Section 5.11: 70,000 bytes, the byte at i being i mod 251; padded they are 71,680, which makes two chunks. Draw 61\n\
         is what the key comes from; the attachment's id is the byte 0xaf, repeated.",
    );
    page.value("plain hash", &plain_hash);
    page.value("PRK", &prk);
    page.value("key", &key);
    page.value("AD", &aad);
    for (index, (chunk, plain)) in (0_u8..).zip(chunks.iter().zip(padded.chunks(65_536))) {
        let mut nonce = [0; 12];
        (nonce[10], nonce[11]) = (index, index);
        assert!(*chunk == text::seal(&key, nonce, &aad, plain));
        page.value(&format!("nonce of chunk {index}"), &nonce);
        page.value(&format!("chunk {index}"), chunk);
        page.value("its first 16 bytes", &chunk[..16]);
        page.value("its last 16 bytes", &chunk[chunk.len() - 16..]);
    }
    assert_eq!(attachment.sealed_hash, text::sha256(&chunks.concat()));
    page.value("sealed hash", &attachment.sealed_hash);
    page.whole("attachment, encoded", &cbor::encode(&attachment));
}
