//! The only way for text to leave: through the mask.

use segel_crypto::content::{Agreed, Answer, Details, Rating, Stars, is_label};
use segel_mask::MaskedText;
use segel_wire::ids::Octets;
use segel_wire::signed::{SignedToken, Token};
use segel_wire::{cbor, limits};

use crate::show::{Body, Refusal};

/// Text that may be sealed. Its constructors take [`MaskedText`], which only `segel-mask` makes;
/// there is no other way to hand text to an engine, and none for the note of who hands a conversation over, or for labels:
///
/// ```compile_fail,E0308
/// segel_core::Outgoing::note(String::from("halo"));
/// ```
/// ```compile_fail,E0271
/// segel_core::Outgoing::labels([String::from("halo")]);
/// ```
#[derive(Debug, Clone)]
pub struct Outgoing(Body);

impl Outgoing {
    /// Masked text, ready to be sealed to everyone in the conversation.
    pub fn new(text: MaskedText) -> Self {
        Self(Body::Text(text.into_string()))
    }

    /// A note for agents alone; a visitor's engine takes none.
    pub fn note(text: MaskedText) -> Self {
        Self(Body::Note(text.into_string()))
    }

    /// All labels that the conversation has from then on, in any order; for agents alone, too. `None` if they are more, or
    /// others, than PROTOCOL.md, section 5.18, allows.
    pub fn labels(labels: impl IntoIterator<Item = MaskedText>) -> Option<Self> {
        as_labels(labels.into_iter().map(MaskedText::into_string).collect())
            .map(|labels| Self(Body::Labels(labels)))
    }

    pub(crate) fn is_for_agents(&self) -> bool {
        self.0.is_for_agents()
    }

    pub(crate) fn into_body(self) -> Body {
        self.0
    }
}

/// Labels in their order, each once; `None` if they are no set of labels.
pub(crate) fn as_labels(mut labels: Vec<String>) -> Option<Vec<String>> {
    labels.sort_unstable();
    labels.dedup();
    (labels.len() <= limits::LABELS && labels.iter().all(|label| is_label(label))).then_some(labels)
}

/// What a visitor thinks of a conversation, with a comment that the mask passed or none.
#[derive(Clone)]
pub struct OutgoingRating(pub(crate) Rating);

impl OutgoingRating {
    /// An empty comment is none.
    pub fn new(stars: Stars, comment: MaskedText) -> Self {
        let comment = Some(comment.into_string()).filter(|comment| !comment.is_empty());
        Self(Rating { stars, comment })
    }
}

/// Says nothing of it.
impl core::fmt::Debug for OutgoingRating {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OutgoingRating")
    }
}

/// What a visitor says before the first message, with nothing of theirs that the mask did not pass.
#[derive(Clone)]
pub struct OutgoingDetails(pub(crate) Details);

impl OutgoingDetails {
    /// Answers by the labels that were asked: the engine lets no label leave that the site does not ask. An empty answer
    /// leaves the question open. `page` is the address without query and fragment, `language` a tag.
    pub fn new(
        answers: Vec<(String, MaskedText)>,
        agreed: Option<Agreed>,
        page: MaskedText,
        language: MaskedText,
    ) -> Self {
        let answer = |(label, text): (String, MaskedText)| Answer { label, text: text.into_string() };
        let answers: Vec<_> = answers.into_iter().map(answer).collect();
        Self(Details {
            answers: Some(answers).filter(|answers| !answers.is_empty()),
            agreed,
            page: page.into_string(),
            language: language.into_string(),
        })
    }

    /// As another tab hears it.
    pub fn into_details(self) -> Details {
        self.0
    }
}

/// Says nothing of it.
impl core::fmt::Debug for OutgoingDetails {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OutgoingDetails")
    }
}

/// An identity token in which the mask found nothing. It is signed, so that it goes out as it is or not at all.
#[derive(Debug, Clone)]
pub struct OutgoingToken {
    /// As it travels.
    pub(crate) signed: Octets,
    pub(crate) subject: String,
}

impl OutgoingToken {
    /// Reads a `signed-token` (PROTOCOL.md, section 3.7) and hands `mask` its name for the person. Refused if it is none,
    /// or if that name misleads or does not come back as it was.
    pub fn read(bytes: &[u8], mask: impl FnOnce(&str) -> Option<MaskedText>) -> Result<Self, Refusal> {
        let signed = cbor::decode::<SignedToken>(bytes).map_err(|_| Refusal::TokenRefused)?;
        let token: Token = cbor::decode(&signed.token.0).map_err(|_| Refusal::TokenRefused)?;
        let names_well = token.names_well();
        let subject = token.subject;
        let passes = names_well && mask(&subject).is_some_and(|masked| masked.as_str() == subject);
        if passes { Ok(Self { signed: Octets(bytes.to_vec()), subject }) } else { Err(Refusal::TokenRefused) }
    }
}

#[cfg(test)]
mod tests {
    use segel_wire::ids::{ConversationId, Signature, SiteId, VoucherKey};

    use super::*;

    fn read(subject: &str) -> Result<String, Refusal> {
        let token = Token {
            site: SiteId([1; 16]),
            subject: subject.to_owned(),
            conversation: ConversationId([2; 16]),
            visitor: [3; 32],
            not_after: 4,
        };
        let signed = SignedToken {
            token: Octets(cbor::encode(&token)),
            voucher: VoucherKey([5; 32]),
            signature: Signature([6; 64]),
        };
        let mask = |subject: &str| Some(segel_mask::mask(subject).ok()?.text);
        OutgoingToken::read(&cbor::encode(&signed), mask).map(|token| token.subject)
    }

    #[test]
    fn a_token_whose_name_for_the_person_would_be_masked_is_refused() {
        assert_eq!(read("Pelanggan Demo · C-1042").as_deref(), Ok("Pelanggan Demo · C-1042"));
        assert_eq!(read(""), Ok(String::new()));
        assert_eq!(read("Pelanggan 4111 1111 1111 1111"), Err(Refusal::TokenRefused));
        assert_eq!(read("hp 081234567890"), Err(Refusal::TokenRefused));
        assert_eq!(read("Pelanggan \u{202e}omeD"), Err(Refusal::TokenRefused));
        assert_eq!(read("\u{200b}"), Err(Refusal::TokenRefused));
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let mask = |subject: &str| Some(segel_mask::mask(subject).ok()?.text);
        assert_eq!(OutgoingToken::read(b"halo", mask).err(), Some(Refusal::TokenRefused));
    }
}
