//! From a file to an attachment that the relay has: measure, begin, seal and send chunk by chunk; then the message.

use rand_core::CryptoRng;
use segel_crypto::attachment::{Measure, SealedHash, Sealer};
use segel_wire::Code;
use segel_wire::api::UploadAnswer;
use segel_wire::ids::{AttachmentId, ConversationId, EventId};
use segel_wire::limits::{CHUNK_BYTES, CHUNK_OVERHEAD};
use segel_wire::sizes::SealedSize;

use super::{Verdict, percent};
use crate::conversation::{Message, Stage};
use crate::engine::{Engine, Part, make_id};
use crate::file::{OutgoingFile, Source, Way};
use crate::io::{Answer, Output, Request};
use crate::link;
use crate::records::Name;
use crate::show::{Body, Progress, Refusal};

const SEALED_CHUNK: u64 = (CHUNK_BYTES + CHUNK_OVERHEAD) as u64;

/// A file on its way to the relay.
pub(super) struct Upload {
    pub(super) conversation: ConversationId,
    pub(super) event: EventId,
    file: OutgoingFile,
    /// The first reading, until it is over.
    measure: Option<Measure>,
    /// Bytes read the first time.
    measured: u64,
    sealing: Option<Sealing>,
    /// The chunk to send next; absent until the relay has said how far it has come.
    next: Option<u32>,
    awaits: Awaits,
    /// Whether the newest policy had its say on what is to be begun.
    is_masked: bool,
    /// Whether it failed and waits for the person.
    pub(super) rests: bool,
}

/// What a measured file is sealed with.
struct Sealing {
    sealer: Sealer,
    size: SealedSize,
    hash: SealedHash,
    /// How many chunks were sealed at least once.
    hashed: u32,
}

/// What an upload waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Awaits {
    Nothing,
    /// Bytes of the source from here on.
    Bytes(u64),
    /// The relay.
    Answer,
}

impl Upload {
    fn new(conversation: ConversationId, event: EventId, file: OutgoingFile) -> Self {
        Self {
            conversation,
            event,
            file,
            measure: None,
            measured: 0,
            sealing: None,
            next: None,
            awaits: Awaits::Nothing,
            is_masked: false,
            rests: false,
        }
    }

    /// The relay is asked again how far it has come.
    pub(super) fn look_again(&mut self) {
        self.awaits = Awaits::Nothing;
        self.is_masked = false;
        self.next = None;
    }

    /// The driver's number for the source, if it has it.
    pub(super) fn outside(&self) -> Option<u64> {
        match self.file.source {
            Source::Outside(number) => Some(number),
            Source::Text(_) => None,
        }
    }

    /// What the relay may keep of it.
    pub(super) fn attachment(&self) -> Option<AttachmentId> {
        self.sealing.as_ref().map(|sealing| sealing.sealer.id())
    }

    /// From the first reading on: another id and another key.
    fn begin_anew(&mut self) {
        self.measure = None;
        self.measured = 0;
        self.sealing = None;
        self.look_again();
    }

    /// The bytes that are to be read next, from and to.
    fn wanted(&self) -> (u64, u64) {
        if let (Some(sealing), Some(next)) = (&self.sealing, self.next) {
            return sealing.sealer.source_of(next);
        }
        let to = self.measured + CHUNK_BYTES as u64;
        (self.measured, to.min(self.file.description.size))
    }

    /// Takes bytes that were read; answers a sealed chunk and its offset once the file is measured.
    fn take(&mut self, bytes: &[u8], random: &mut impl CryptoRng) -> Result<Option<(u64, Vec<u8>)>, Refusal> {
        let changed = Refusal::SourceChanged;
        if bytes.is_empty() && self.measured < self.file.description.size {
            return Err(changed);
        }
        if let (Some(sealing), Some(next)) = (&mut self.sealing, self.next) {
            let sealed = sealing.sealer.seal(next, bytes).map_err(|_| changed)?;
            if sealing.hashed == next {
                sealing.hash.take(&sealed);
                sealing.hashed += 1;
            }
            return Ok(Some((u64::from(next) * SEALED_CHUNK, sealed)));
        }
        let description = &self.file.description;
        if self.measured == 0 {
            // The driver may have been handed text as something else.
            match self.file.source {
                Source::Text(_) => description.check_head(bytes)?,
                Source::Outside(_) if description.way(bytes)? == Way::Masked => {
                    return Err(Refusal::FileUnmasked);
                }
                Source::Outside(_) => {}
            }
            self.measure = Some(Measure::new(description.size).map_err(|_| Refusal::FileTooLarge)?);
        }
        let measure = self.measure.as_mut().ok_or(changed)?;
        measure.take(bytes).map_err(|_| changed)?;
        self.measured += bytes.len() as u64;
        if self.measured >= description.size
            && let Some(measure) = self.measure.take()
        {
            let measured = measure.finish().map_err(|_| changed)?;
            let size = SealedSize::derive(description.size).map_err(|_| Refusal::FileTooLarge)?;
            let sealer = Sealer::new(measured, AttachmentId(make_id(random)), random);
            self.sealing = Some(Sealing { sealer, size, hash: SealedHash::default(), hashed: 0 });
        }
        Ok(None)
    }

    /// Goes on after what the relay has stored; `false` if it claims what was never sent.
    fn goes_on(&mut self, answer: UploadAnswer) -> bool {
        let Some(sealing) = &self.sealing else { return false };
        let stored = u32::try_from(answer.stored.div_ceil(SEALED_CHUNK)).unwrap_or(u32::MAX);
        self.next = Some(stored);
        let is_boundary = answer.stored == sealing.size.bytes() || answer.stored.is_multiple_of(SEALED_CHUNK);
        answer.size == sealing.size.bytes() && is_boundary && stored <= sealing.hashed
    }

    fn is_whole(&self) -> bool {
        self.sealing.as_ref().is_some_and(|sealing| Some(sealing.sealer.chunks()) == self.next)
    }
}

impl Engine {
    /// Takes a file up: its row is kept at once, its message sent when the relay has all of it.
    pub(in crate::engine) fn attach(
        &mut self,
        conversation: Option<ConversationId>,
        event: Option<EventId>,
        file: OutgoingFile,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let event = event.unwrap_or_else(|| EventId(make_id(random)));
        if let Some(id) = self.place_of(event).or_else(|| self.taken_out_of(event)) {
            return self.attach_again(id, event, file);
        }
        self.make_account(random);
        let id = self.conversation_for(conversation, random);
        self.precede(id, event, now, random);
        let conversation = self.conversations.or_default(id);
        let stage = match file.description.check() {
            Ok(()) => Stage::Uploading,
            Err(refusal) => Stage::Failed(refusal),
        };
        let is_taken = matches!(stage, Stage::Uploading);
        let message = Message::own(Body::File(file.description.clone()), conversation.next_time(now), stage);
        self.ledger.put(Name::Conversation(id), &conversation.facts);
        self.ledger.put(Name::Message(id, event), &message);
        conversation.messages.insert(event, message);
        self.shown.dirty.insert((id, event), ());
        let upload = Upload::new(id, event, file);
        if is_taken {
            self.show_progress(id, event, Progress::Sending(0));
            self.attachments.uploads.push(upload);
        } else {
            self.outputs.extend(upload.outside().map(Output::Release));
        }
    }

    /// A file that was taken before goes on if its source was lost since.
    fn attach_again(&mut self, id: ConversationId, event: EventId, file: OutgoingFile) {
        let upload = Upload::new(id, event, file);
        let message = self.conversations.get_mut(&id).and_then(|kept| kept.messages.get_mut(&event));
        let is_lost = |message: &Message| matches!(message.stage, Stage::Failed(Refusal::SourceGone));
        let is_held = self.attachments.uploads.iter().any(|other| other.event == event);
        match message {
            Some(message) if message.is_file() && is_lost(message) && !is_held => {
                message.body = Body::File(upload.file.description.clone());
                message.stage = Stage::Uploading;
                self.ledger.put(Name::Message(id, event), message);
                self.shown.dirty.insert((id, event), ());
                self.show_progress(id, event, Progress::Sending(0));
                self.attachments.uploads.push(upload);
            }
            _ => self.outputs.extend(upload.outside().map(Output::Release)),
        }
    }

    /// Bytes of a source, or that they cannot be read.
    pub(in crate::engine) fn source_read(
        &mut self,
        source: u64,
        from: u64,
        bytes: Option<&[u8]>,
        random: &mut impl CryptoRng,
    ) {
        let is_asked = |upload: &Upload| {
            upload.outside() == Some(source) && upload.awaits == Awaits::Bytes(from) && !upload.rests
        };
        if let Some(at) = self.attachments.uploads.iter().position(is_asked) {
            self.attachments.uploads[at].awaits = Awaits::Nothing;
            match bytes {
                Some(bytes) => self.take_bytes(at, bytes, random),
                None => self.fail_upload(at, Refusal::SourceGone),
            }
        }
    }

    /// Moves the next upload on, until it waits for something.
    pub(super) fn pump_upload(&mut self, now: u64, random: &mut impl CryptoRng) {
        loop {
            let Some(at) = self.next_upload() else { return };
            let upload = &self.attachments.uploads[at];
            if upload.awaits != Awaits::Nothing {
                return;
            }
            if upload.is_whole() {
                self.finish_upload(at, now);
                continue;
            }
            if upload.sealing.is_some() && !self.may_upload(upload.conversation, now) {
                return;
            }
            match self.mask_file_again(at) {
                Ok(false) => {}
                Ok(true) => continue,
                Err(refusal) => {
                    self.fail_upload(at, refusal);
                    continue;
                }
            }
            let upload = &mut self.attachments.uploads[at];
            if let (Some(sealing), None) = (&upload.sealing, upload.next) {
                let (id, size) = (sealing.sealer.id(), sealing.size.bytes());
                let request = Request::BeginUpload(upload.conversation, id, size);
                upload.awaits = Awaits::Answer;
                return self.ask(request);
            }
            let (from, to) = upload.wanted();
            match &upload.file.source {
                Source::Outside(source) => {
                    let read = Output::Read { source: *source, from, to };
                    upload.awaits = Awaits::Bytes(from);
                    return self.outputs.push_back(read);
                }
                Source::Text(text) => {
                    let within = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
                    let bytes = text.as_str().as_bytes().get(within(from)..within(to));
                    let bytes = bytes.unwrap_or_default().to_vec();
                    self.take_bytes(at, &bytes, random);
                }
            }
        }
    }

    /// The relay's word on a beginning or on the chunk at an offset.
    pub(super) fn upload_answered(
        &mut self,
        id: AttachmentId,
        offset: Option<u64>,
        answer: &Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let is_it = |upload: &Upload| upload.attachment() == Some(id) && upload.awaits == Awaits::Answer;
        let Some(at) = self.attachments.uploads.iter().position(is_it) else { return };
        let Upload { conversation: of, next, .. } = self.attachments.uploads[at];
        self.attachments.uploads[at].look_again();
        match answer {
            Answer::Upload(answer) => {
                let upload = &mut self.attachments.uploads[at];
                if upload.goes_on(*answer) {
                    let (conversation, event) = (upload.conversation, upload.event);
                    self.attachments.sending.succeeded(now, 0);
                    let progress = Progress::Sending(percent(answer.stored, answer.size));
                    self.show_progress(conversation, event, progress);
                } else {
                    self.fail_upload(at, Refusal::RelayRefused);
                }
            }
            // The upload was forgotten, or has come another way than was thought.
            Answer::Problem(problem)
                if offset.is_some() && matches!(problem.code, Code::NotFound | Code::OffsetRefused) =>
            {
                self.attachments.put_off(of, now, random);
            }
            // A relay that was restored from a backup may lack the conversation.
            Answer::Problem(problem) if problem.code == Code::NotFound && self.part != Part::Agent => {
                self.open_again(of);
                self.attachments.put_off(of, now, random);
            }
            Answer::Problem(problem) if problem.code == Code::NotFound && self.awaits_visitor(of) => {}
            Answer::Problem(problem) => match self.verdict(problem, now, random) {
                Verdict::Again => {
                    self.attachments.uploads[at].next = next;
                    self.attachments.put_off(of, now, random);
                }
                Verdict::LogIn => {}
                Verdict::Refused(refusal) => self.fail_upload(at, refusal),
            },
            _ => self.attachments.put_off(of, now, random),
        }
    }

    /// The relay does not open the conversation: nothing that waits for it is sent.
    pub(in crate::engine) fn fail_uploads(&mut self, id: ConversationId, refusal: Refusal) {
        while let Some(at) =
            self.attachments.uploads.iter().position(|upload| upload.conversation == id && !upload.rests)
        {
            self.fail_upload(at, refusal);
        }
    }

    fn may_upload(&mut self, id: ConversationId, now: u64) -> bool {
        self.link.stage == link::Stage::Online
            && self.attachments.sending.is_due(now)
            && self.sending.is_due(now)
            && self.may_seal(now)
            && self.is_opened(id)
    }

    /// A file of text that is to be begun at the relay waited as the policy of then masked it. Answers whether it was to
    /// be masked again, and so is to be read and measured anew.
    fn mask_file_again(&mut self, at: usize) -> Result<bool, Refusal> {
        let upload = &self.attachments.uploads[at];
        let Source::Text(text) = &upload.file.source else { return Ok(false) };
        if upload.sealing.is_none() || upload.next.is_some() || upload.is_masked {
            return Ok(false);
        }
        let masked = self.masker().and_then(|(masker, writer)| masker.mask_again(text, writer).ok());
        let masked = masked.ok_or(Refusal::PolicyRefused)?.text;
        let is_as_before = masked == *text;
        let upload = &mut self.attachments.uploads[at];
        if is_as_before {
            upload.is_masked = true;
            return Ok(false);
        }
        let (id, event, begun) = (upload.conversation, upload.event, upload.attachment());
        let size = masked.as_str().len() as u64;
        upload.file.description.size = size;
        upload.file.source = Source::Text(masked);
        upload.begin_anew();
        upload.is_masked = true;
        self.attachments.given_up.extend(begun.map(|attachment| (id, attachment)));
        let message = self.conversations.get_mut(&id).and_then(|kept| kept.messages.get_mut(&event));
        if let Some(message) = message
            && let Body::File(file) = &mut message.body
        {
            file.size = size;
            self.ledger.put(Name::Message(id, event), message);
            self.shown.dirty.insert((id, event), ());
        }
        Ok(true)
    }

    fn take_bytes(&mut self, at: usize, bytes: &[u8], random: &mut impl CryptoRng) {
        let upload = &mut self.attachments.uploads[at];
        match upload.take(bytes, random) {
            Ok(None) => {}
            Ok(Some((offset, sealed))) => {
                if let Some(id) = upload.attachment() {
                    upload.awaits = Awaits::Answer;
                    let request = Request::AddChunk(upload.conversation, id, offset, sealed);
                    self.ask(request);
                }
            }
            Err(refusal) => self.fail_upload(at, refusal),
        }
    }

    /// The file is not sent. It rests, so that the person can try it again, under another key.
    fn fail_upload(&mut self, at: usize, refusal: Refusal) {
        let upload = &mut self.attachments.uploads[at];
        let (id, event, begun) = (upload.conversation, upload.event, upload.attachment());
        upload.begin_anew();
        upload.rests = true;
        self.fail(id, event, refusal);
        self.attachments.given_up.extend(begun.map(|attachment| (id, attachment)));
        if refusal.is_of_the_file() {
            // Reading it again would lead to nothing else.
            self.forget_upload(event);
        }
    }

    /// The relay has all of it: the message takes its turn.
    fn finish_upload(&mut self, at: usize, now: u64) {
        let upload = self.attachments.uploads.remove(at);
        self.outputs.extend(upload.outside().map(Output::Release));
        let Upload { conversation: id, event, file, sealing: Some(sealing), .. } = upload else { return };
        let Some(conversation) = self.conversations.get_mut(&id) else { return };
        let time = conversation.next_time(now);
        let Some(message) = conversation.messages.get_mut(&event) else { return };
        let Sealing { sealer, hash, .. } = sealing;
        let (name, media_type) = (file.description.name, file.description.media_type);
        message.attachment = Some(sealer.describe(hash.finish(), name, media_type, None));
        message.stage = Stage::Waiting;
        message.time = time;
        self.ledger.put(Name::Message(id, event), message);
        conversation.outbox.push(event);
        self.shown.dirty.insert((id, event), ());
        self.show_progress(id, event, Progress::Rests);
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::show::File;

    /// An upload of three chunks, the first of which was sealed.
    fn under_way() -> Upload {
        let random = &mut ChaCha20Rng::seed_from_u64(1);
        let bytes = vec![0xff; 150_000];
        let (name, media_type) = ("a.bin".to_owned(), "application/octet-stream".to_owned());
        let description = File { name, media_type, size: bytes.len() as u64 };
        let file = OutgoingFile { description, source: Source::Outside(1) };
        let mut upload = Upload::new(ConversationId([1; 16]), EventId([2; 16]), file);
        for piece in bytes.chunks(CHUNK_BYTES) {
            assert_eq!(upload.take(piece, random), Ok(None), "measured");
        }
        upload.next = Some(0);
        let sealed = upload.take(&bytes[..CHUNK_BYTES], random).unwrap();
        assert!(sealed.is_some_and(|(offset, sealed)| (offset, sealed.len()) == (0, 65_552)));
        upload
    }

    #[test]
    fn a_relay_that_claims_what_was_never_sent_is_not_believed() {
        let size = SealedSize::derive(150_000).unwrap().bytes();
        for (stored, size, is_believed) in [
            (0, size, true),
            (SEALED_CHUNK, size, true),
            (2 * SEALED_CHUNK, size, false),
            (size, size, false),
            (1, size, false),
            (SEALED_CHUNK - 1, size, false),
            (u64::MAX, size, false),
            (0, size + 1, false),
        ] {
            assert_eq!(under_way().goes_on(UploadAnswer { size, stored }), is_believed, "{stored} of {size}");
        }
    }

    #[test]
    fn a_source_that_shrank_grew_or_changed_in_the_midst_is_refused() {
        let random = &mut ChaCha20Rng::seed_from_u64(1);
        let changed = Err(Refusal::SourceChanged);
        for bytes in
            [vec![], vec![0xff; CHUNK_BYTES - 1], vec![0xff; CHUNK_BYTES + 1], vec![0xfe; CHUNK_BYTES]]
        {
            assert_eq!(under_way().take(&bytes, random), changed, "{} bytes", bytes.len());
        }
    }
}
