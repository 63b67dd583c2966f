//! Files on their way to and from the relay, one at a time each way and a chunk in memory at a time. PROTOCOL.md,
//! sections 5.11 and 7.2.

mod fetch;
mod upload;

use rand_core::CryptoRng;
use segel_wire::ids::{AttachmentId, ConversationId, EventId};
use segel_wire::{Code, Problem};

use self::fetch::Fetch;
use self::upload::Upload;
use super::{Engine, passes};
use crate::conversation::Stage;
use crate::io::{Answer, Output, Request};
use crate::link::{self, Backoff, first_after};
use crate::show::{Progress, Refusal, Show, Transfer};

/// Files that are under way. Nothing of it outlives the page: a source that is gone cannot be read again.
#[derive(Default)]
pub(super) struct Attachments {
    uploads: Vec<Upload>,
    fetches: Vec<Fetch>,
    /// What takes up room at the relay and nobody goes on with, until the relay has heard so.
    given_up: Vec<(ConversationId, AttachmentId)>,
    sending: Backoff,
    fetching: Backoff,
    forgetting: Backoff,
}

/// What a refused request means for a file.
enum Verdict {
    /// The same question, a little later.
    Again,
    /// The session lapsed: after the next login.
    LogIn,
    /// For good.
    Refused(Refusal),
}

impl Attachments {
    /// How many are under way or to be given up.
    pub(super) fn len(&self) -> usize {
        self.uploads.len() + self.fetches.len() + self.given_up.len()
    }

    /// The clock was set back by so many milliseconds.
    pub(super) fn move_back(&mut self, by: u64) {
        for backoff in [&mut self.sending, &mut self.fetching, &mut self.forgetting] {
            backoff.move_back(by);
        }
    }

    /// When to look again, Unix milliseconds.
    pub(super) fn wake_at(&self, now: u64) -> u64 {
        if self.len() == 0 { u64::MAX } else { self.first_due(now) }
    }

    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn first_due(&self, now: u64) -> u64 {
        let of = |waits: bool, backoff: Backoff| if waits { backoff.at() } else { u64::MAX };
        let times = [
            of(self.uploads.iter().any(|upload| !upload.rests), self.sending),
            of(!self.fetches.is_empty(), self.fetching),
            of(!self.given_up.is_empty(), self.forgetting),
        ];
        // What is due already waits for something else.
        first_after(now, times.into_iter())
    }

    /// Tries a file again whose source is still there; answers whether it is.
    pub(super) fn retry(&mut self, event: EventId) -> bool {
        let upload = self.uploads.iter_mut().find(|upload| upload.event == event);
        upload.is_some_and(|upload| core::mem::take(&mut upload.rests))
    }

    /// An upload goes on a little later, and those for other conversations before it: it may never come further.
    fn put_off(&mut self, id: ConversationId, now: u64, random: &mut impl CryptoRng) {
        self.sending.failed(now, random);
        let uploads = core::mem::take(&mut self.uploads).into_iter();
        let (later, sooner): (Vec<_>, Vec<_>) = uploads.partition(|upload| upload.conversation == id);
        self.uploads = sooner;
        self.uploads.extend(later);
    }

    /// What was asked and did not leave is asked anew.
    pub(super) fn store_failed(&mut self) {
        self.uploads.iter_mut().for_each(Upload::look_again);
    }
}

impl Engine {
    pub(super) fn pump_attachments(&mut self, now: u64, random: &mut impl CryptoRng) {
        self.pump_upload(now, random);
        if self.link.stage == link::Stage::Online && self.attachments.fetching.is_due(now) {
            self.pump_fetch();
        }
        if let Some(&(id, attachment)) = self.attachments.given_up.first()
            && self.link.stage == link::Stage::Online
            && self.attachments.forgetting.is_due(now)
            // What still waits to be kept, or is on its way, would come after it.
            && !self.is_asking(|asked| match asked {
                Request::ForgetUpload(..) => true,
                Request::BeginUpload(_, of, _) | Request::AddChunk(_, of, ..) => *of == attachment,
                _ => false,
            })
        {
            self.ask_at_once(Request::ForgetUpload(id, attachment));
        }
    }

    /// The first upload that neither rests nor waits for its conversation to be opened again.
    fn next_upload(&self) -> Option<usize> {
        self.attachments.uploads.iter().position(|upload| {
            let conversation = self.conversations.get(&upload.conversation);
            !upload.rests && !conversation.is_some_and(|kept| kept.is_gone)
        })
    }

    /// An answer about an attachment.
    pub(super) fn attachment_answered(
        &mut self,
        request: &Request,
        answer: Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        match request {
            Request::BeginUpload(_, id, _) => self.upload_answered(*id, None, &answer, now, random),
            Request::AddChunk(_, id, offset, _) => {
                self.upload_answered(*id, Some(*offset), &answer, now, random);
            }
            Request::FetchChunk(_, id, first, _) => self.fetch_answered(*id, *first, answer, now, random),
            Request::ForgetUpload(_, id) => self.forget_answered(*id, &answer, now, random),
            _ => {}
        }
    }

    /// The person gives a file up: one that is being fetched, or one that was not sent.
    pub(super) fn cancel(&mut self, id: ConversationId, event: EventId) {
        self.stop_fetch(event, Progress::Rests);
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(&event));
        let is_unsent = message.is_some_and(|message| {
            message.is_file() && matches!(message.stage, Stage::Uploading | Stage::Failed(_))
        });
        if is_unsent {
            self.take_out_unsent(id, event);
        }
    }

    /// Lets go of the file of a message that is taken out; the relay is asked to do so, too.
    pub(super) fn forget_file(&mut self, id: ConversationId, event: EventId) {
        if let Some(attachment) = self.forget_upload(event) {
            self.attachments.given_up.push((id, attachment));
        }
    }

    /// The relay keeps nothing of what was given up, or never will let go of it.
    fn forget_answered(
        &mut self,
        attachment: AttachmentId,
        answer: &Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let is_over = match answer {
            Answer::Problem(problem) => match self.verdict(problem, now, random) {
                Verdict::Again => false,
                Verdict::LogIn => return,
                Verdict::Refused(_) => true,
            },
            Answer::Done => true,
            _ => false,
        };
        if is_over {
            self.attachments.given_up.retain(|(_, other)| *other != attachment);
            self.attachments.forgetting.succeeded(now, 0);
        } else {
            self.attachments.forgetting.failed(now, random);
        }
    }

    /// Lets go of an upload and its source; answers what the relay may keep of it.
    fn forget_upload(&mut self, event: EventId) -> Option<AttachmentId> {
        let uploads = &mut self.attachments.uploads;
        let at = uploads.iter().position(|upload| upload.event == event)?;
        let upload = uploads.remove(at);
        self.outputs.extend(upload.outside().map(Output::Release));
        upload.attachment()
    }

    fn show_progress(&mut self, conversation: ConversationId, event: EventId, progress: Progress) {
        let transfer = Transfer { conversation, event, progress };
        self.outputs.push_back(Output::Show(Show::Transfer(transfer)));
    }

    /// What a problem means; the connection is taken up anew where the session lapsed.
    fn verdict(&mut self, problem: &Problem, now: u64, random: &mut impl CryptoRng) -> Verdict {
        match problem.code {
            code if passes(code) => Verdict::Again,
            Code::Unauthenticated => {
                self.session_problem(problem, now, random);
                Verdict::LogIn
            }
            Code::NotAMember => Verdict::Refused(Refusal::NotAMember),
            Code::OriginRefused => Verdict::Refused(Refusal::OriginRefused),
            Code::TooLarge => Verdict::Refused(Refusal::FileTooLarge),
            Code::QuotaExceeded => Verdict::Refused(Refusal::QuotaExceeded),
            _ => Verdict::Refused(Refusal::RelayRefused),
        }
    }
}

/// How much of `whole` that is, in hundredths.
fn percent(part: u64, whole: u64) -> u32 {
    u32::try_from(part.saturating_mul(100) / whole.max(1)).unwrap_or(100).min(100)
}
