//! Section 5.11: a file comes whole from its own chunks in their order, or not at all.
#![expect(clippy::unwrap_used, reason = "the tests' helpers fail as the tests do")]

use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::attachment::{Attachment, Measure, Measured, OpenError, Opener, SealError, Sealer};
use segel_wire::cbor;
use segel_wire::ids::AttachmentId;
use segel_wire::limits::{ATTACHMENT_BYTES, CHUNK_BYTES};
use sha2::{Digest, Sha256};

const ID: AttachmentId = AttachmentId([0xa7; 16]);

/// Bytes that no chunk repeats.
fn source(size: usize) -> Vec<u8> {
    (0..size).map(|at| u8::try_from((at / 251 + at % 251) % 256).unwrap()).collect()
}

fn measure(source: &[u8]) -> Measured {
    let mut measure = Measure::new(source.len() as u64).unwrap();
    source.chunks(10_007).for_each(|piece| measure.take(piece).unwrap());
    measure.finish().unwrap()
}

fn sealer(source: &[u8]) -> Sealer {
    Sealer::new(measure(source), ID, &mut ChaCha20Rng::seed_from_u64(1))
}

fn chunk(sealer: &Sealer, source: &[u8], index: u32) -> Result<Vec<u8>, SealError> {
    let (from, to) = sealer.source_of(index);
    sealer.seal(index, &source[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()])
}

fn seal(source: &[u8]) -> (Attachment, Vec<Vec<u8>>) {
    let sealer = sealer(source);
    let chunks: Vec<_> = (0..sealer.chunks()).map(|index| chunk(&sealer, source, index).unwrap()).collect();
    let hash = Sha256::digest(chunks.concat()).into();
    (sealer.describe(hash, "bukti.pdf".into(), "application/pdf".into(), None), chunks)
}

fn open(attachment: &Attachment, chunks: &[Vec<u8>]) -> Result<Vec<u8>, OpenError> {
    let mut opener = Opener::new(attachment)?;
    let mut file = Vec::new();
    for chunk in chunks {
        file.extend(opener.open(chunk)?);
    }
    opener.finish().map(|()| file)
}

#[test]
fn a_file_of_any_size_comes_back() {
    for size in [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 200_000, 3 * CHUNK_BYTES] {
        let source = source(size);
        let (attachment, chunks) = seal(&source);
        assert_eq!(attachment.size, size as u64);
        assert!(chunks.iter().all(|chunk| chunk.len() > 16 && chunk.len() <= CHUNK_BYTES + 16), "{size}");
        assert_eq!(open(&attachment, &chunks).unwrap(), source, "{size}");
        let described: Attachment = cbor::decode(&cbor::encode(&attachment)).unwrap();
        assert_eq!(described, attachment);
    }
}

#[test]
fn chunks_that_are_missing_doubled_swapped_or_too_many_are_refused() {
    let (attachment, chunks) = seal(&source(200_000));
    let [a, b, c, d] = &chunks[..] else { panic!("four chunks") };
    let of =
        |chunks: &[&Vec<u8>]| open(&attachment, &chunks.iter().map(|c| (*c).clone()).collect::<Vec<_>>());
    assert_eq!(of(&[a, b, c]), Err(OpenError::Truncated));
    assert_eq!(of(&[]), Err(OpenError::Truncated));
    assert_eq!(of(&[a, b, c, d, d]), Err(OpenError::AfterTheLast));
    for wrong in [[b, a, c, d], [a, c, b, d], [a, a, c, d], [a, b, d, c]] {
        assert_eq!(of(&wrong), Err(OpenError::NotAuthentic));
    }
}

#[test]
fn a_chunk_of_another_attachment_or_size_is_refused() {
    let source = source(70_000);
    let (attachment, chunks) = seal(&source);
    let other = Sealer::new(measure(&source), AttachmentId([1; 16]), &mut ChaCha20Rng::seed_from_u64(1));
    let foreign = chunk(&other, &source, 0).unwrap();
    assert_eq!(open(&attachment, &[foreign, chunks[1].clone()]), Err(OpenError::NotAuthentic));
    let resized = Attachment { size: 60_000, ..attachment.clone() };
    assert_eq!(open(&resized, &chunks), Err(OpenError::NotAuthentic));
    // Of the same padded size, so that every chunk opens: what was padding is taken for the file.
    let longer = Attachment { size: 70_001, ..attachment.clone() };
    assert!(open(&longer, &chunks).is_ok_and(|file| file.len() == 70_001));
    let shorter = Attachment { size: 69_999, ..attachment.clone() };
    assert_eq!(open(&shorter, &chunks), Err(OpenError::AnotherFile));
    assert_eq!(
        Opener::new(&Attachment { size: ATTACHMENT_BYTES + 1, ..attachment }).map(drop),
        Err(OpenError::TooLarge)
    );
}

#[test]
fn a_description_that_names_another_file_is_refused_at_the_end() {
    let (attachment, chunks) = seal(&source(1_000));
    for other in [
        Attachment { plain_hash: [0; 32], ..attachment.clone() },
        Attachment { sealed_hash: [0; 32], ..attachment.clone() },
    ] {
        assert_eq!(open(&other, &chunks), Err(OpenError::AnotherFile));
    }
}

#[test]
fn any_altered_bit_is_refused() {
    let (attachment, chunks) = seal(&source(100));
    for bit in 0..chunks[0].len() * 8 {
        let mut altered = chunks[0].clone();
        altered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&attachment, &[altered]), Err(OpenError::NotAuthentic), "{bit}");
    }
}

#[test]
fn an_upload_is_resumed_from_a_stored_sealer_with_the_same_bytes() {
    let source = source(200_000);
    let (_, chunks) = seal(&source);
    let restored: Sealer = cbor::decode(&cbor::encode(&sealer(&source))).unwrap();
    for index in [2, 3, 0] {
        assert_eq!(chunk(&restored, &source, index).unwrap(), chunks[index as usize]);
    }
}

#[test]
fn a_source_that_changed_is_never_sealed_under_the_same_key() {
    let first = source(200_000);
    let sealer = sealer(&first);
    for at in [0, 70_000, 199_999] {
        let mut changed = first.clone();
        changed[at] ^= 1;
        let index = u32::try_from(at / CHUNK_BYTES).unwrap();
        assert_eq!(chunk(&sealer, &changed, index), Err(SealError::SourceChanged));
    }
    assert_eq!(sealer.seal(3, &first[3 * CHUNK_BYTES..199_999]), Err(SealError::SourceChanged));
    assert_eq!(sealer.seal(4, &[]), Err(SealError::SourceChanged), "there is no fifth chunk");
    let again = Sealer::new(measure(&first), ID, &mut ChaCha20Rng::seed_from_u64(2));
    assert_ne!(chunk(&again, &first, 0), chunk(&sealer, &first, 0), "begun anew is under another key");
}

#[test]
fn a_source_that_grows_or_shrinks_while_it_is_read_is_refused() {
    let mut measure = Measure::new(10).unwrap();
    measure.take(&[0; 10]).unwrap();
    assert_eq!(measure.take(&[0]), Err(SealError::SourceChanged));
    let mut measure = Measure::new(10).unwrap();
    measure.take(&[0; 9]).unwrap();
    assert_eq!(measure.finish(), Err(SealError::SourceChanged));
    assert_eq!(Measure::new(ATTACHMENT_BYTES + 1).map(drop), Err(SealError::TooLarge));
}

#[test]
fn it_prints_neither_name_nor_key() {
    let (attachment, _) = seal(b"halo");
    assert!(!format!("{attachment:?}").contains("bukti"));
    assert_eq!(format!("{:?}", attachment.key), "AttachmentKey(secret)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn however_a_source_is_cut_while_it_is_read_it_measures_the_same(
        size in 0_usize..150_000, piece in 1_usize..70_000
    ) {
        let source = source(size);
        let mut cut = Measure::new(size as u64).unwrap();
        source.chunks(piece).for_each(|piece| cut.take(piece).unwrap());
        prop_assert_eq!(cut.finish().unwrap(), measure(&source));
    }
}
