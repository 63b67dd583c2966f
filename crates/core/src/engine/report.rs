//! What shows the site's owner what was said. PROTOCOL.md, section 5.13.

use rand_core::CryptoRng;
use segel_crypto::content::{self, ContentContext};
use segel_wire::ids::{ConversationId, EventId, Octets};
use segel_wire::report::{Report, Reported};
use segel_wire::{Code, Delivered, cbor};

use super::{Engine, passes};
use crate::io::{Answer, Output, Request};
use crate::reporting::{Reporting, Wanted};
use crate::show::{Body, Show};

impl Engine {
    /// Makes a report of these messages of others: contents stayed at the relay, which is asked for them; nothing else leaves.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn report(&mut self, conversation: ConversationId, events: Vec<EventId>) {
        let (kind, site, messages) = (Report::KIND.to_owned(), self.site, Vec::new());
        self.seek(Wanted { events, report: Report { kind, site, conversation, messages } });
    }

    /// A page came in which one of them was to be.
    #[inline(never)]
    pub(super) fn report_answered(
        &mut self,
        mut wanted: Wanted,
        answer: Answer,
        now: u64,
        random: &mut impl CryptoRng,
    ) {
        let conversation = wanted.report.conversation;
        match answer {
            Answer::Events(page) => {
                let before = wanted.report.messages.len();
                for delivered in page.events {
                    let is_new = wanted.lacks(delivered.event);
                    let reported = self.reported(conversation, delivered).filter(|_| is_new);
                    wanted.report.messages.extend(reported);
                }
                if wanted.report.messages.len() > before {
                    self.seek(wanted);
                } else {
                    self.show_report(conversation, Reporting::Missing);
                }
            }
            Answer::Problem(problem) if problem.code == Code::Unauthenticated => {
                self.session_problem(&problem, now, random);
                self.show_report(conversation, Reporting::Unreached);
            }
            Answer::Problem(problem) if !passes(problem.code) => {
                self.show_report(conversation, Reporting::Missing);
            }
            _ => self.show_report(conversation, Reporting::Unreached),
        }
    }

    /// Asks for the next one, or shows the whole.
    fn seek(&mut self, mut wanted: Wanted) {
        let id = wanted.report.conversation;
        let Some(next) = wanted.events.iter().find(|event| wanted.lacks(**event)) else {
            wanted.report.messages.sort_by_key(|message| message.position);
            return self.show_report(id, Reporting::Made(wanted.report));
        };
        let message = self.conversations.get(&id).and_then(|conversation| conversation.messages.get(next));
        let Some(position) = message.and_then(|message| message.position) else {
            return self.show_report(id, Reporting::Missing);
        };
        if self.link.token.is_none() {
            return self.show_report(id, Reporting::Unreached);
        }
        // Whoever wants it waits for an answer, whatever becomes of what else is to be kept.
        self.ask_at_once(Request::Events(id, position.saturating_sub(1), Some(Box::new(wanted))));
    }

    /// A delivered event as it stands in a report, if it is the text or file that was opened here.
    fn reported(&self, id: ConversationId, delivered: Delivered) -> Option<Reported> {
        let message = self.conversations.get(&id)?.messages.get(&delivered.event)?;
        let is_said = matches!(message.body, Body::Text(_) | Body::File(_));
        let key =
            message.key.as_ref().filter(|_| is_said && message.is_content_of(delivered.event, &delivered))?;
        let Delivered { event, position, sender, content, recipients, .. } = delivered;
        let bound_to =
            ContentContext { conversation: &id, event: &event, sender: &sender, recipients: &recipients };
        // What its sender sealed, which may be more than is shown: some is masked on arrival.
        let said = match content::open(&content.0, key, &bound_to).ok()?.body {
            content::Body::Text(text) => text,
            content::Body::Attachment(file) => file.name,
            _ => return None,
        };
        // As it stands in a grant.
        let key: Octets = cbor::decode(&cbor::encode(key)).ok()?;
        Some(Reported { event, position, sender, recipients, content, key, said })
    }

    fn show_report(&mut self, id: ConversationId, reporting: Reporting) {
        self.outputs.push_back(Output::Show(Show::Report(id, Box::new(reporting))));
    }
}

impl Wanted {
    /// Whether it is wanted and has not come.
    fn lacks(&self, event: EventId) -> bool {
        self.events.contains(&event) && self.report.messages.iter().all(|message| message.event != event)
    }
}
