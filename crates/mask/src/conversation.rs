//! Numbers that come in several messages, and codes that somebody asked for.

use alloc::string::String;
use alloc::vec::Vec;

use crate::asks::{sentences, words};
use crate::digits::{Class, class};
use crate::mask::{Earlier, MaskError, Masked, Masker, check, finish};
use crate::policy::{Action, Writer};
use crate::scan::Finding;
use crate::settle::add;
use crate::words::Meaning;

/// So many messages may have parts of one number.
const REMEMBERED: usize = 8;

/// So much of the end of each is remembered, in characters.
const TAIL: usize = 120;

/// So much of the start of a new message may complete a number, in characters.
const HEAD: usize = 480;

/// After so many messages of the own side nobody answers the question any more.
const ANSWERS: u8 = 3;

/// What was said before a text, as far as it bears on what numbers are: the ends of this writer's messages as they were
/// sent, and what the other side asked for. Nothing in it was masked away before.
#[derive(Clone, Default)]
pub struct Conversation {
    /// The newest last.
    said: Vec<Said>,
    asked: Meaning,
    answers: u8,
}

/// A message of this writer.
#[derive(Clone)]
struct Said {
    tail: String,
    /// How many bytes of the message are not in the tail.
    skipped: usize,
    has_digits: bool,
}

impl Conversation {
    /// The other side said this.
    pub fn heard(&mut self, text: &str) {
        let asked = sentences(text).filter(|(_, says)| !says.has(Meaning::NOT));
        self.asked = asked.fold(Meaning::NOTHING, |all, (_, says)| all | says);
        self.answers = 0;
    }

    /// This writer said this, as it was sent: masked.
    pub fn said(&mut self, text: &str) {
        let skipped = text.char_indices().rev().take(TAIL).last().map_or(0, |(at, _)| at);
        let tail = String::from(&text[skipped..]);
        let has_digits = Said::has_number(&tail);
        if self.said.len() == REMEMBERED {
            self.said.remove(0);
        }
        self.said.push(Said { tail, skipped, has_digits });
        self.answers = self.answers.saturating_add(1);
    }

    fn asked(&self) -> Meaning {
        if self.answers < ANSWERS { self.asked } else { Meaning::NOTHING }
    }
}

/// How much is remembered, never what.
impl core::fmt::Debug for Conversation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Conversation").field("said", &self.said.len()).finish_non_exhaustive()
    }
}

impl Masker {
    /// Masks the next text of a conversation: as [`Masker::mask`], and what completes a number of earlier messages or
    /// answers a question.
    pub fn mask_in(
        &self,
        conversation: &Conversation,
        text: &str,
        writer: Writer,
    ) -> Result<Masked, MaskError> {
        check(text)?;
        let mut found = self.find(text, writer, conversation.asked());
        let mut earlier = Vec::new();
        let last = conversation.said.len().saturating_sub(1);
        let numbers: Vec<_> = (0..=last)
            .filter(|nth| conversation.said.get(*nth).is_some_and(|said| said.has_digits))
            .collect();
        for (messages, between) in [(&numbers[..], "\n"), (&[last], "\n"), (&[last], "")] {
            if messages.iter().all(|nth| *nth < conversation.said.len()) && !messages.is_empty() {
                let joined = Joined::new(conversation, messages, between, text);
                self.complete(&joined, writer, &mut found, &mut earlier);
            }
        }
        finish(text, found, earlier)
    }

    /// Adds what is found in a text only together with what was said before it.
    fn complete(
        &self,
        joined: &Joined,
        writer: Writer,
        found: &mut Vec<Finding>,
        earlier: &mut Vec<Earlier>,
    ) {
        for one in self.find(&joined.text, writer, Meaning::NOTHING) {
            let (start, end) = (one.bytes.start, one.bytes.end);
            // What is whole in one earlier message is told once: when the next one says what it was.
            let is_told = end <= joined.start && joined.pieces.len() > 1;
            if is_told || !matches!(one.action, Action::Mask(_) | Action::Block) {
                continue;
            }
            let crosses = start < joined.start;
            for piece in joined.pieces.iter().filter(|piece| start < piece.end && piece.start < end) {
                let (from, to) = (start.max(piece.start), end.min(piece.end));
                let back = joined.messages - piece.nth;
                let (start, end) = (from - piece.start + piece.skipped, to - piece.start + piece.skipped);
                let one = Earlier { kind: one.kind, back, start, end };
                if !earlier.contains(&one) {
                    earlier.push(one);
                }
            }
            if end <= joined.start {
                continue;
            }
            let place = |at: usize| at.saturating_sub(joined.start);
            let own = |range: &core::ops::Range<usize>| {
                (range.start >= joined.start).then(|| place(range.start)..place(range.end))
            };
            let action = match one.action {
                // What stayed readable would be read together with what was sent before.
                Action::Mask(_) if crosses => Action::Mask(0),
                action => action,
            };
            let bytes = place(start.max(joined.start))..place(end);
            let places = one.places.iter().filter_map(own).collect();
            add(found, Finding { kind: one.kind, bytes, places, action });
        }
    }
}

/// Earlier messages and the start of a new one, as one text.
struct Joined {
    text: String,
    /// Where the new message starts.
    start: usize,
    /// How many messages are remembered.
    messages: usize,
    pieces: Vec<Piece>,
}

/// Where an earlier message stands in the joined text.
struct Piece {
    nth: usize,
    start: usize,
    end: usize,
    skipped: usize,
}

impl Joined {
    fn new(conversation: &Conversation, messages: &[usize], between: &str, text: &str) -> Self {
        let mut joined = String::new();
        let mut pieces = Vec::new();
        for &nth in messages {
            let Some(said) = conversation.said.get(nth) else { continue };
            let start = joined.len();
            joined.push_str(&said.tail);
            pieces.push(Piece { nth, start, end: joined.len(), skipped: said.skipped });
            joined.push_str(between);
        }
        let start = joined.len();
        joined.push_str(head(text));
        Self { text: joined, start, messages: conversation.said.len(), pieces }
    }
}

impl Said {
    fn has_number(text: &str) -> bool {
        text.chars().any(|c| matches!(class(c), Class::Digit(_)))
            || words(text).any(|says| says.digit().is_some())
    }
}

/// The start of a text, ending where no word or number is cut.
fn head(text: &str) -> &str {
    let Some((end, _)) = text.char_indices().nth(HEAD) else { return text };
    let cut = text[..end].char_indices().rev().find(|(_, c)| c.is_whitespace());
    &text[..cut.map_or(end, |(at, _)| at)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    /// The texts one after another, as they are sent.
    fn chat(texts: &[&str]) -> (Vec<String>, Vec<Earlier>) {
        let masker = Masker::default();
        let mut conversation = Conversation::default();
        let mut sent = Vec::new();
        let mut earlier = Vec::new();
        for text in texts {
            let now = masker.mask_in(&conversation, text, Writer::Visitor).unwrap();
            conversation.said(now.text.as_str());
            sent.push(now.text.into_string());
            earlier = now.earlier;
        }
        (sent, earlier)
    }

    #[test]
    fn the_message_that_completes_a_card_is_masked_and_names_the_others() {
        let (sent, earlier) =
            chat(&["kartu saya 4111 11", "sebentar ya", "lanjut 11 1111", "terakhir 1111 ya"]);
        assert_eq!(sent[3], "terakhir •••• ya");
        let backs: Vec<_> = earlier.iter().map(|part| (part.kind, part.back)).collect();
        assert_eq!(backs, [(Kind::Card, 3), (Kind::Card, 1)]);
        assert_eq!((earlier[0].start, earlier[0].end), (11, 18));
    }

    #[test]
    fn a_word_of_the_message_before_speaks_for_a_code() {
        assert_eq!(chat(&["ini otp saya", "482913"]).0[1], "••••••");
        assert_eq!(chat(&["halo", "482913"]).0[1], "482913");
    }

    #[test]
    fn a_word_of_the_next_message_names_the_number_before() {
        let (sent, earlier) = chat(&["482913", "itu otp nya kak"]);
        assert_eq!(sent[1], "itu otp nya kak");
        assert_eq!(earlier, [Earlier { kind: Kind::Otp, back: 1, start: 0, end: 6 }]);
    }

    #[test]
    fn what_was_asked_for_is_masked_in_the_answer() {
        let answer = |question: &str, answer: &str| {
            let mut conversation = Conversation::default();
            conversation.heard(question);
            Masker::default().mask_in(&conversation, answer, Writer::Visitor).unwrap().text.into_string()
        };
        assert_eq!(answer("Boleh minta 3 angka CVV di belakang kartunya, Kak?", "123 ya"), "••• ya");
        assert_eq!(answer("Kode OTP yang masuk berapa?", "482913"), "••••••");
        assert_eq!(answer("ما هو رمز التحقق الذي وصلك؟", "482913"), "••••••");
        assert_eq!(answer("لا ترسل رمز التحقق. كم رقم الطلب؟", "482913"), "482913");
        assert_eq!(answer("Nomor pesanannya berapa?", "482913"), "482913");
        assert_eq!(answer("Jangan berikan OTP. Nomor antrean berapa?", "482913"), "482913");
    }
}
