//! An attachment as its sender and its receiver handle it.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::attachment::{Measure, Opener, Sealer};
use segel_wire::ids::AttachmentId;
use segel_wire::limits::CHUNK_BYTES;

use segel_hazmat::kdf::Hasher;

/// Measures, seals and opens a file, chunk by chunk, with every hash of section 5.11.
pub(crate) fn seal_and_open_file(file: &[u8]) -> Option<Vec<u8>> {
    let mut random = ChaCha20Rng::seed_from_u64(1);
    let mut measure = Measure::new(file.len() as u64).ok()?;
    file.chunks(CHUNK_BYTES).try_for_each(|piece| measure.take(piece)).ok()?;
    let sealer = Sealer::new(measure.finish().ok()?, AttachmentId([0xa7; 16]), &mut random);
    let mut hash = Hasher::default();
    let mut chunks = Vec::new();
    for index in 0..sealer.chunks() {
        let (from, to) = sealer.source_of(index);
        let piece = file.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)?;
        let chunk = sealer.seal(index, piece).ok()?;
        hash.update(&chunk);
        chunks.push(chunk);
    }
    let attachment = sealer.describe(hash.finish(), "bukti.pdf".into(), "application/pdf".into(), None);
    let mut opener = Opener::new(&attachment).ok()?;
    let mut whole = Vec::with_capacity(file.len());
    for chunk in &chunks {
        whole.extend_from_slice(&opener.open(chunk).ok()?);
    }
    opener.finish().ok()?;
    Some(whole)
}
