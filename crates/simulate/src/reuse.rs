//! Whether what must serve once serves once: keys, nonces and salts.

use std::ops::Range;

use segel_core::Request;
use segel_wire::ClientFrame;

use crate::world::World;

impl World {
    /// Looks at what a frame is sealed with: a wrap's salt, a content's commitment, a signal's key and nonce.
    pub(crate) fn watch_for_reuse(&mut self, frame: &ClientFrame) {
        let uses: Vec<_> = match frame {
            ClientFrame::Send { envelope, .. } => {
                let content = once_in(&envelope.content.0, 67..99);
                let salts = envelope.wraps.iter().filter_map(|wrapped| once_in(&wrapped.wrap.0, 11..35));
                content.into_iter().chain(salts).collect()
            }
            ClientFrame::Signal { signal, .. } => once_in(&signal.0, 2..34).into_iter().collect(),
            _ => return,
        };
        for (once, of) in uses {
            self.use_once(once, &of);
        }
    }

    /// Looks at a chunk of a file, whose nonce is its place.
    pub(crate) fn watch_chunks(&mut self, request: &Request) {
        if let Request::AddChunk(_, attachment, offset, chunk) = request {
            let place = [&attachment.0[..], &offset.to_be_bytes()].concat();
            self.use_once(place, chunk);
        }
    }

    fn use_once(&mut self, once: Vec<u8>, of: &[u8]) {
        if self.used_once.entry(once).or_insert_with(|| of.to_vec()) != of {
            self.complaints.push("a key or nonce was used twice".to_owned());
        }
    }
}

/// What must serve once, and what it serves for.
fn once_in(sealed: &[u8], place: Range<usize>) -> Option<(Vec<u8>, Vec<u8>)> {
    Some((sealed.get(place)?.to_vec(), sealed.to_vec()))
}
