//! Sealed attachments: who may send and fetch them, and how much room they have.

use std::ops::RangeInclusive;

use segel_wire::api::UploadAnswer;
use segel_wire::limits::{CHUNK_BYTES, CHUNK_OVERHEAD};
use segel_wire::sizes::{SealedSize, SealedSizeError};
use segel_wire::{AttachmentId, Code, ConversationId};

use crate::clock::now_seconds;
use crate::events::{self, Caller};
use crate::refusal::Refusal;
use crate::service::Service;
use crate::store::{Added, AttachmentPlace, Begun, NewUpload};

/// Bytes that one answer holds at most.
const ANSWERED: u64 = (CHUNK_BYTES + CHUNK_OVERHEAD) as u64;

/// An attachment that the caller may reach; whether it is kept is not known yet.
pub(crate) async fn reachable(
    service: &Service,
    caller: &Caller,
    conversation: ConversationId,
    attachment: AttachmentId,
) -> Result<AttachmentPlace, Refusal> {
    events::reachable(service, caller, conversation).await?;
    Ok(AttachmentPlace { conversation, attachment })
}

/// Begins an upload, or says how far it has come.
pub(crate) async fn begin(
    service: &Service,
    caller: &Caller,
    place: AttachmentPlace,
    size: u64,
) -> Result<UploadAnswer, Refusal> {
    let size = SealedSize::new(size).map_err(|error| match error {
        SealedSizeError::Impossible => Code::Malformed,
        SealedSizeError::TooLarge => Code::TooLarge,
    })?;
    events::admit(service, caller)?;
    let upload = NewUpload { place, sender: caller.session.device, size };
    match service.store.begin_upload(upload, service.room, now_seconds()).await? {
        Begun::Stored(answer) => Ok(answer),
        Begun::Conflict => Err(Code::Conflict.into()),
        Begun::NoRoom => Err(Code::QuotaExceeded.into()),
    }
}

/// Adds a chunk.
pub(crate) async fn add(
    service: &Service,
    caller: &Caller,
    place: AttachmentPlace,
    offset: u64,
    chunk: Vec<u8>,
) -> Result<UploadAnswer, Refusal> {
    events::admit(service, caller)?;
    let added = service.store.add_chunk(place, caller.session.device, offset, chunk, now_seconds());
    match added.await? {
        Added::Stored(answer) => {
            tracing::debug!(conversation = %place.conversation, stored = answer.stored, "chunk stored");
            Ok(answer)
        }
        Added::Conflict => Err(Code::Conflict.into()),
        Added::Gap => Err(Code::OffsetRefused.into()),
        Added::Unfit => Err(Code::Malformed.into()),
        Added::Missing => Err(Code::NotFound.into()),
    }
}

/// Forgets an upload of the caller's that is not whole.
pub(crate) async fn forget(
    service: &Service,
    caller: &Caller,
    place: AttachmentPlace,
) -> Result<(), Refusal> {
    events::admit(service, caller)?;
    let is_gone = service.store.forget_upload(place, caller.session.device).await?;
    if is_gone { Ok(()) } else { Err(Code::Conflict.into()) }
}

/// How far an upload has come.
pub(crate) async fn show(
    service: &Service,
    caller: &Caller,
    place: AttachmentPlace,
) -> Result<UploadAnswer, Refusal> {
    events::admit(service, caller)?;
    Ok(service.store.upload(place).await?.ok_or(Code::NotFound)?)
}

/// Bytes of an attachment that is whole, and how many it has in all.
pub(crate) async fn fetch(
    service: &Service,
    caller: &Caller,
    place: AttachmentPlace,
    asked: Option<RangeInclusive<u64>>,
) -> Result<(Vec<u8>, RangeInclusive<u64>, u64), Refusal> {
    let upload = show(service, caller, place).await?;
    if upload.stored != upload.size {
        return Err(Code::NotFound.into());
    }
    let is_had = |range: &RangeInclusive<u64>| {
        let (first, last) = (*range.start(), *range.end());
        first <= last && last < upload.size && last - first < ANSWERED
    };
    let range = asked.filter(is_had).ok_or(Code::RangeRefused)?;
    let bytes = service.store.attachment_bytes(place, *range.start(), *range.end()).await?;
    Ok((bytes, range, upload.size))
}
