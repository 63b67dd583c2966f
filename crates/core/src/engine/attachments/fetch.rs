//! From an attachment to a file: chunk by chunk, whole only at the end.

use rand_core::CryptoRng;
use segel_crypto::attachment::Opener;
use segel_wire::Code;
use segel_wire::ids::{AttachmentId, ConversationId, EventId};
use segel_wire::sizes::SealedSize;

use super::{Verdict, percent};
use crate::engine::Engine;
use crate::io::{Answer, Output, Request};
use crate::show::{File, Progress, Refusal};

/// A file on its way from the relay.
pub(super) struct Fetch {
    conversation: ConversationId,
    event: EventId,
    attachment: AttachmentId,
    file: File,
    opener: Opener,
    /// Sealed bytes that were opened.
    at: u64,
    pub(super) is_asking: bool,
}

impl Fetch {
    /// Opens the chunk that came; answers its bytes, and whether it was the last.
    fn take(&mut self, sealed: &[u8]) -> Result<(Vec<u8>, bool), Refusal> {
        let bytes = self.opener.open(sealed).map_err(|_| Refusal::AttachmentAltered)?;
        if self.at == 0 {
            self.file.check_head(&bytes)?;
        }
        self.at += sealed.len() as u64;
        let is_last = self.opener.expects() == 0;
        if is_last {
            self.opener.finish().map_err(|_| Refusal::AttachmentAltered)?;
        }
        Ok((bytes, is_last))
    }
}

impl Engine {
    /// The person wants a file.
    pub(in crate::engine) fn fetch(&mut self, id: ConversationId, event: EventId) {
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let Some(attachment) = message.and_then(|message| message.attachment.as_ref()) else { return };
        let is_known = self.attachments.fetches.iter().any(|fetch| fetch.event == event);
        if let (false, Ok(file), Ok(opener)) =
            (is_known, File::described(attachment), Opener::new(attachment))
        {
            let attachment = attachment.id;
            self.attachments.fetches.push(Fetch {
                conversation: id,
                event,
                attachment,
                file,
                opener,
                at: 0,
                is_asking: false,
            });
            self.show_progress(id, event, Progress::Fetching(0));
        }
    }

    /// Asks for the next chunk of the first file.
    pub(super) fn pump_fetch(&mut self) {
        if let Some(fetch) = self.attachments.fetches.first_mut()
            && !fetch.is_asking
        {
            fetch.is_asking = true;
            let last = (fetch.at + fetch.opener.expects() as u64).saturating_sub(1);
            let request = Request::FetchChunk(fetch.conversation, fetch.attachment, fetch.at, last);
            self.ask_at_once(request);
        }
    }

    pub(super) fn fetch_answered(
        &mut self,
        id: AttachmentId,
        first: u64,
        answer: Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let is_it = |fetch: &Fetch| fetch.attachment == id && fetch.at == first && fetch.is_asking;
        let Some(at) = self.attachments.fetches.iter().position(is_it) else { return };
        let fetch = &mut self.attachments.fetches[at];
        let (conversation, event) = (fetch.conversation, fetch.event);
        fetch.is_asking = false;
        match answer {
            Answer::Octets(sealed) => match fetch.take(&sealed) {
                Ok((bytes, is_last)) => {
                    let whole = SealedSize::derive(fetch.file.size).map_or(0, SealedSize::bytes);
                    let progress = Progress::Fetching(percent(fetch.at, whole));
                    self.attachments.fetching.succeeded(now, 0);
                    self.outputs.push_back(Output::Piece { event, bytes });
                    self.show_progress(conversation, event, progress);
                    if is_last {
                        self.attachments.fetches.remove(at);
                        self.outputs.push_back(Output::Whole(event));
                        self.show_progress(conversation, event, Progress::Rests);
                    }
                }
                Err(refusal) => self.stop_fetch(event, Progress::Refused(refusal)),
            },
            Answer::Problem(problem) if matches!(problem.code, Code::NotFound | Code::RangeRefused) => {
                self.stop_fetch(event, Progress::Refused(Refusal::AttachmentMissing));
            }
            Answer::Problem(problem) => match self.verdict(&problem, now, random) {
                Verdict::Again => self.attachments.fetching.failed(now, random),
                Verdict::LogIn => {}
                Verdict::Refused(refusal) => self.stop_fetch(event, Progress::Refused(refusal)),
            },
            _ => self.attachments.fetching.failed(now, random),
        }
    }

    /// Fetches a file no further; what came of it is thrown away.
    pub(in crate::engine) fn stop_fetch(&mut self, event: EventId, progress: Progress) {
        let fetches = &mut self.attachments.fetches;
        if let Some(at) = fetches.iter().position(|fetch| fetch.event == event) {
            let conversation = fetches.remove(at).conversation;
            self.outputs.push_back(Output::Broken(event));
            self.show_progress(conversation, event, progress);
        }
    }
}
