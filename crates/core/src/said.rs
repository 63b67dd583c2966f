//! What a message says, from a content and into one.

use segel_crypto::attachment::Attachment;
use segel_crypto::content;
use segel_wire::Withdraws;
use segel_wire::cbor;
use segel_wire::ids::Octets;

use crate::conversation::Message;
use crate::masking;
use crate::show::{Answer, Body, Details, File, Rating, Refusal};

impl Message {
    /// Takes in what a content says that opened.
    pub(crate) fn say(&mut self, body: content::Body) {
        self.body = match body {
            content::Body::Text(text) => Body::Text(masking::on_arrival(&text)),
            content::Body::Attachment(attachment) => match File::described(&attachment) {
                Ok(mut file) => {
                    file.name = masking::on_arrival(&file.name);
                    self.attachment =
                        Some(Attachment { name: file.name.clone(), caption: None, ..attachment });
                    Body::File(file)
                }
                Err(refusal) => Body::Closed(refusal),
            },
            content::Body::Token(signed) => {
                self.token = Some(Octets(cbor::encode(&signed)));
                Body::Withheld
            }
            content::Body::End => Body::Ended,
            content::Body::Rating(rating) => {
                Body::Rated(Rating { comment: rating.comment.as_deref().map(masking::on_arrival), ..rating })
            }
            content::Body::Details(details) => {
                let answer = |Answer { label, text }: &Answer| Answer {
                    label: masking::on_arrival(label),
                    text: masking::on_arrival(text),
                };
                let answers = details.answers.as_deref().map(|all| all.iter().map(answer).collect());
                Body::Details(Details {
                    answers,
                    agreed: details.agreed,
                    page: masking::on_arrival(&details.page),
                    language: masking::on_arrival(&details.language),
                })
            }
            content::Body::Withdrawal(event) => {
                self.withdraws = Some(Withdraws { event, attachment: None });
                Body::Withheld
            }
            content::Body::Note(text) => Body::Note(masking::on_arrival(&text)),
            content::Body::Labels(labels) => {
                Body::Labels(labels.iter().map(|label| masking::on_arrival(label)).collect())
            }
            _ => Body::Closed(Refusal::NotUnderstood),
        };
    }

    /// What a content of this message says, if it is a person's and ready to be sealed.
    pub(crate) fn said(&self) -> Option<content::Body> {
        match (&self.body, &self.attachment, &self.token) {
            (Body::Text(text), ..) => Some(content::Body::Text(text.clone())),
            (Body::Note(text), ..) => Some(content::Body::Note(text.clone())),
            (Body::Labels(labels), ..) => Some(content::Body::Labels(labels.clone())),
            (Body::File(_), Some(attachment), _) => Some(content::Body::Attachment(attachment.clone())),
            (Body::Ended, ..) => Some(content::Body::End),
            (Body::Erased, ..) => Some(content::Body::Erasure),
            (Body::Rated(rating), ..) => Some(content::Body::Rating(rating.clone())),
            (Body::Details(details), ..) => Some(content::Body::Details(details.clone())),
            (.., Some(token)) => cbor::decode(&token.0).ok().map(content::Body::Token),
            _ => self.withdraws.map(|withdraws| content::Body::Withdrawal(withdraws.event)),
        }
    }
}
