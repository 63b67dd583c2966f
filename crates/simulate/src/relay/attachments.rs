//! Attachments: chunk by chunk in order, whole or not to be had. PROTOCOL.md, sections 5.11 and 7.2.

use std::collections::BTreeMap;

use segel_core::Answer;
use segel_wire::Code;
use segel_wire::api::UploadAnswer;
use segel_wire::ids::{AttachmentId, ConversationId, DeviceId};
use segel_wire::limits::ATTACHMENT_BYTES;
use segel_wire::sizes::derive_padded;

/// Bytes of a full chunk, sealed, and what sealing adds to each.
const SEALED_CHUNK: u64 = 65_552;
const OVERHEAD: u64 = 16;
/// How long an upload may rest, in milliseconds: short, so that some are forgotten.
const UNFINISHED: u64 = 60_000;
/// How many are forgotten at a beginning.
const AT_ONCE: usize = 2;

#[derive(Default, Clone)]
pub(super) struct AttachmentStore(BTreeMap<(ConversationId, AttachmentId), Upload>);

#[derive(Clone)]
struct Upload {
    device: DeviceId,
    /// Of all sealed chunks.
    size: u64,
    octets: Vec<u8>,
    /// When the last chunk came, Unix milliseconds.
    touched: u64,
}

impl Upload {
    fn stored(&self) -> u64 {
        self.octets.len() as u64
    }

    fn is_whole(&self) -> bool {
        self.stored() == self.size
    }

    fn answer(&self) -> Answer {
        Answer::Upload(UploadAnswer { size: self.size, stored: self.stored() })
    }
}

impl AttachmentStore {
    /// Everything of a conversation goes.
    pub(super) fn erase(&mut self, id: ConversationId) {
        self.0.retain(|(conversation, _), _| *conversation != id);
    }

    /// Begins an upload, or says how far it has come; `now` in Unix milliseconds.
    pub(super) fn begin(
        &mut self,
        at: (ConversationId, AttachmentId),
        device: DeviceId,
        size: u64,
        now: u64,
    ) -> Result<Answer, Code> {
        check_size(size)?;
        let is_over = |upload: &Upload| !upload.is_whole() && now >= upload.touched + UNFINISHED;
        let over = self.0.iter().filter(|(_, upload)| is_over(upload)).map(|(at, _)| *at);
        let over: Vec<_> = over.take(AT_ONCE).collect();
        self.0.retain(|at, _| !over.contains(at));
        let new = || Upload { device, size, octets: Vec::new(), touched: now };
        let upload = self.0.entry(at).or_insert_with(new);
        if (upload.device, upload.size) == (device, size) { Ok(upload.answer()) } else { Err(Code::Conflict) }
    }

    /// Adds a chunk.
    pub(super) fn add(
        &mut self,
        at: (ConversationId, AttachmentId),
        device: DeviceId,
        (offset, chunk): (u64, &[u8]),
        now: u64,
    ) -> Result<Answer, Code> {
        let upload = self.0.get_mut(&at).ok_or(Code::NotFound)?;
        if upload.device != device {
            return Err(Code::Conflict);
        }
        let length = SEALED_CHUNK.min(upload.size.saturating_sub(offset));
        if !offset.is_multiple_of(SEALED_CHUNK) || chunk.len() as u64 != length || length == 0 {
            return Err(Code::Malformed);
        }
        if offset > upload.stored() {
            return Err(Code::OffsetRefused);
        }
        if offset == upload.stored() {
            upload.octets.extend_from_slice(chunk);
            upload.touched = now;
            return Ok(upload.answer());
        }
        let stored = within(&upload.octets, offset, offset + length - 1);
        if stored == Some(chunk) { Ok(upload.answer()) } else { Err(Code::Conflict) }
    }

    /// Forgets an upload that is not whole.
    pub(super) fn forget(
        &mut self,
        at: (ConversationId, AttachmentId),
        device: DeviceId,
    ) -> Result<Answer, Code> {
        if self.0.get(&at).is_some_and(|upload| upload.is_whole() || upload.device != device) {
            return Err(Code::Conflict);
        }
        self.0.remove(&at);
        Ok(Answer::Done)
    }

    /// Bytes of a whole attachment, the first and the last.
    pub(super) fn fetch(
        &self,
        at: (ConversationId, AttachmentId),
        first: u64,
        last: u64,
    ) -> Result<Answer, Code> {
        let upload = self.0.get(&at).filter(|upload| upload.is_whole()).ok_or(Code::NotFound)?;
        let octets = within(&upload.octets, first, last).ok_or(Code::RangeRefused)?;
        if octets.len() as u64 > SEALED_CHUNK {
            return Err(Code::RangeRefused);
        }
        Ok(Answer::Octets(octets.to_vec()))
    }

    /// How many uploads of a device are not whole.
    pub(super) fn unfinished(&self, device: DeviceId) -> usize {
        self.0.values().filter(|upload| upload.device == device && !upload.is_whole()).count()
    }
}

/// Refuses a size that sealing does not give.
fn check_size(size: u64) -> Result<(), Code> {
    let padded = size.saturating_sub(OVERHEAD * size.div_ceil(SEALED_CHUNK));
    if padded > ATTACHMENT_BYTES {
        return Err(Code::TooLarge);
    }
    if padded >= 256 && derive_padded(padded) == padded { Ok(()) } else { Err(Code::Malformed) }
}

fn within(octets: &[u8], first: u64, last: u64) -> Option<&[u8]> {
    let (first, last) = (usize::try_from(first).ok()?, usize::try_from(last).ok()?);
    octets.get(first..=last)
}
