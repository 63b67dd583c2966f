//! Numbers that come in several messages, and codes that somebody asked for.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::asks::{sentences, words};
use crate::digits::{BULLET, Class, class};
use crate::kind::Kind;
use crate::mask::{Earlier, MaskError, Masked, MaskedText, Masker, check, finish};
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

/// After so many messages of the own side, or so many with numbers, nobody answers the question any more.
const TURNS: u8 = 8;
const ANSWERS: u8 = 3;

/// A part of a card has so many digits together: fewer are a count or its number in a list.
const PART: usize = 3;

/// So long is what somebody says between a word and its code ("wait"), in bytes.
const ASIDE: usize = 24;

/// What was said before a text, as far as it bears on what numbers are: the ends of this writer's messages as they were
/// sent, and what the other side asked for. Nothing in it was masked away before.
#[derive(Clone, Default)]
pub struct Conversation {
    /// The newest last.
    said: Vec<Said>,
    asked: Meaning,
    /// How many messages of this writer were said since then, and how many of them had numbers.
    turns: u8,
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
    /// The other side said this. A question stays until another one follows that this writer has said something between.
    pub fn heard(&mut self, text: &str) {
        let asked = sentences(text).filter(|(_, says)| !says.has(Meaning::NOT));
        let asked = asked.fold(Meaning::NOTHING, |all, (_, says)| all | says);
        if self.turns == 0 {
            self.asked = self.asked | asked;
        } else if asked.has(Meaning::ASK) || text.contains(['?', '؟']) {
            (self.asked, self.answers, self.turns) = (asked, 0, 0);
        }
    }

    /// This writer said this, as it was sent: masked.
    pub fn said(&mut self, text: &str) {
        let skipped = text.char_indices().rev().take(TAIL).last().map_or(0, |(at, _)| at);
        let tail = String::from(&text[skipped..]);
        let has_digits = has_number(&tail);
        if self.said.len() == REMEMBERED {
            self.said.remove(0);
        }
        self.answers = self.answers.saturating_add(u8::from(has_digits));
        self.turns = self.turns.saturating_add(1);
        self.said.push(Said { tail, skipped, has_digits });
    }

    fn asked(&self) -> Meaning {
        let is_open = self.answers < ANSWERS && self.turns < TURNS;
        if is_open { self.asked } else { Meaning::NOTHING }
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
        if !conversation.said.is_empty() {
            self.complete(conversation, text, writer, &mut found, &mut earlier);
        }
        finish(text, found, earlier)
    }

    /// Masks short texts that are read together: a number that several of them make up is masked in the last of them.
    pub fn mask_together(&self, texts: &[String], writer: Writer) -> Result<Vec<MaskedText>, MaskError> {
        let mut before = Conversation::default();
        let masked = texts.iter().map(|text| {
            let masked = self.mask_in(&before, text, writer)?.text;
            before.said(masked.as_str());
            Ok(masked)
        });
        masked.collect()
    }

    /// Adds what is found in a text only together with what was said before it. Nothing was before a first message has gone, so it
    /// stays a function.
    #[inline(never)]
    fn complete(
        &self,
        conversation: &Conversation,
        text: &str,
        writer: Writer,
        found: &mut Vec<Finding>,
        earlier: &mut Vec<Earlier>,
    ) {
        let said = &conversation.said;
        let last = said.len() - 1;
        let text = head(text);
        let all = 0..text.len();
        let whole = |nth: usize| (nth, 0..said[nth].tail.len());
        let numbers: Vec<_> = (0..=last).filter(|nth| said[*nth].has_digits).map(whole).collect();
        let mut join = |messages: &[(usize, Range<usize>)], between, own: &Range<usize>, only| {
            if !messages.is_empty() {
                let joined = Joined::new(said, messages, between, text, own);
                self.add(&joined, writer, only, found, earlier);
            }
        };
        join(&numbers, "\n", &all, Only::Any);
        join(&[whole(last)], "\n", &all, Only::Any);
        join(&[whole(last)], "", &all, Only::Any);
        if let Some(own) = part(text) {
            let parts = |nth: usize| part(&said[nth].tail).map(|bytes| (nth, bytes));
            join(&(0..=last).filter_map(parts).collect::<Vec<_>>(), "\n", &own, Only::Cards);
        }
        if last > 0 && !said[last].has_digits && said[last].tail.len() <= ASIDE {
            join(&[whole(last - 1), whole(last)], "\n", &all, Only::Codes);
        }
    }

    /// Adds what is found in earlier messages and a text together.
    fn add(
        &self,
        joined: &Joined,
        writer: Writer,
        only: Only,
        found: &mut Vec<Finding>,
        earlier: &mut Vec<Earlier>,
    ) {
        for one in self.find(&joined.text, writer, Meaning::NOTHING) {
            let (start, end) = (one.bytes.start, one.bytes.end);
            if !match only {
                Only::Any => true,
                Only::Cards => one.kind == Kind::Card && start < joined.start,
                Only::Codes => matches!(one.kind, Kind::Cvv | Kind::Pin | Kind::Otp) && start >= joined.start,
            } {
                continue;
            }
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
                let is_same = |known: &&mut Earlier| {
                    (known.kind, known.back) == (one.kind, one.back) && known.start < end && start < known.end
                };
                match earlier.iter_mut().find(is_same) {
                    Some(known) => {
                        (known.start, known.end) = (known.start.min(start), known.end.max(end));
                    }
                    None => earlier.push(one),
                }
            }
            if end <= joined.start {
                continue;
            }
            let place = |at: usize| at.saturating_sub(joined.start) + joined.from;
            let own = |range: &Range<usize>| {
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

/// What a joined text is read for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    Any,
    /// Cards, of which the messages are parts.
    Cards,
    /// Codes of the new message.
    Codes,
}

/// Earlier messages and the start of a new one, as one text.
struct Joined {
    text: String,
    /// Where the new message starts.
    start: usize,
    /// How many bytes of the new message are left out before that.
    from: usize,
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
    /// Of these bytes of some messages and `own` ones of a new one.
    fn new(
        said: &[Said],
        messages: &[(usize, Range<usize>)],
        between: &str,
        text: &str,
        own: &Range<usize>,
    ) -> Self {
        let mut joined = String::new();
        let mut pieces = Vec::new();
        for (nth, bytes) in messages {
            let Said { tail, skipped, .. } = &said[*nth];
            let start = joined.len();
            joined.push_str(&tail[bytes.clone()]);
            pieces.push(Piece { nth: *nth, start, end: joined.len(), skipped: skipped + bytes.start });
            joined.push_str(between);
        }
        let start = joined.len();
        joined.push_str(&text[own.clone()]);
        Self { text: joined, start, from: own.start, messages: said.len(), pieces }
    }
}

/// The bytes of a text from the first number that may be part of a card to its last digit.
fn part(text: &str) -> Option<Range<usize>> {
    let (mut start, mut count, mut first) = (0, 0, None);
    for (at, c) in text.char_indices() {
        count = if is_digit(c) { count + 1 } else { 0 };
        if count == 1 {
            start = at;
        } else if count == PART {
            first.get_or_insert(start);
        }
    }
    let (last, c) = text.char_indices().rfind(|(_, c)| is_digit(*c))?;
    Some(first?..last + c.len_utf8())
}

/// Whether a text has digits, masked or not.
fn has_number(text: &str) -> bool {
    text.contains(|c| is_digit(c) || c == BULLET) || words(text).any(|says| says.digit().is_some())
}

fn is_digit(c: char) -> bool {
    matches!(class(c), Class::Digit(_))
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
    fn a_number_in_two_short_texts_is_masked_in_the_second() {
        let labels = ["VIP", "4111 1111", "1111 1111", "refund"].map(String::from);
        let masked = Masker::default().mask_together(&labels, Writer::Agent).unwrap();
        assert!(masked.iter().map(MaskedText::as_str).eq(["VIP", "4111 1111", "•••• ••••", "refund"]));
    }

    #[test]
    fn parts_of_a_card_are_found_with_other_messages_and_numbers_between() {
        for texts in [
            &["4111 1111", "bentar 2 menit", "1111 1111"][..],
            &["1. 4111", "2. 1111", "3. 1111", "4. 1111"],
            &["4111 1111 ya kak", "jam 10.30 saya balik", "lanjutannya 1111 1111"],
        ] {
            let (sent, earlier) = chat(texts);
            assert!(!sent.last().unwrap().contains("1111"), "{sent:?}");
            assert!(earlier.iter().any(|part| part.kind == Kind::Card), "{earlier:?}");
        }
        assert_eq!(chat(&["pesanan 4111 1111", "yang 2 pcs", "total 1500000"]).1, []);
    }

    #[test]
    fn a_word_and_its_code_may_have_an_aside_between() {
        assert_eq!(chat(&["cvv", "bentar ya", "123"]).0[2], "•••");
        assert_eq!(chat(&["cvv itu apa", "oke makasih", "saya beli 150 pcs"]).0[2], "saya beli 150 pcs");
    }

    #[test]
    fn expiry_and_code_are_masked_after_a_card_that_came_in_parts() {
        for (texts, masked) in [
            (&["4365 9542", "2058 7918", "09/27", "123"][..], &["•••• ••••", "••/••", "•••"][..]),
            (&["4365 9542", "2058 7918", "123"], &["•••• ••••", "•••"]),
            (&["4365", "9542", "2058", "7918", "0927", "123"], &["••••", "••••", "•••"]),
            (&["4365 9542", "2058 7918", "exp 09/27", "123"], &["•••• ••••", "exp ••/••", "•••"]),
            (&["4556 7375", "8689 9855", "Budi", "09/27", "123"], &["•••• ••••", "Budi", "••/••", "•••"]),
            (&["kartu 4556737586899855 exp 0927", "123"], &["•••"]),
            (&["kartu 4556737586899855", "09/27", "123"], &["••/••", "•••"]),
            (&["4556 7375 8689 9855 09/27", "123"], &["•••"]),
            (&["4556737586899855", "0927", "123"], &["••••", "•••"]),
        ] {
            let (sent, _) = chat(texts);
            assert_eq!(sent[sent.len() - masked.len()..], *masked, "{texts:?}");
        }
        assert_eq!(chat(&["pesanan 4365 9542", "yang 2 pcs", "123"]).0[2], "123");
    }

    #[test]
    fn a_question_stays_until_it_is_answered_or_another_follows() {
        let answer = |talk: &[&str]| {
            let mut conversation = Conversation::default();
            let (last, before) = talk.split_last().unwrap();
            for text in before {
                match text.strip_prefix("A: ") {
                    Some(text) => conversation.heard(text),
                    None => conversation.said(text),
                }
            }
            Masker::default().mask_in(&conversation, last, Writer::Visitor).unwrap().text.into_string()
        };
        for talk in [
            &["A: CVV-nya berapa kak?", "A: Ditunggu ya kak", "123"][..],
            &["A: Boleh minta 3 angka di belakang kartunya?", "A: Terima kasih 🙏", "bentar", "123"],
            &["A: CVV-nya berapa?", "bentar", "A: Baik, ditunggu ya kak", "123"],
            &["A: CVV-nya berapa?", "ini", "ya", "kak", "123"],
        ] {
            assert_eq!(answer(talk), "•••", "{talk:?}");
        }
        assert_eq!(answer(&["A: CVV-nya?", "ga bisa", "A: Nomor pesanannya berapa?", "4821"]), "4821");
        assert_eq!(answer(&["A: Nomor rekening BCA kakak berapa?", "1234567890"]), "••••••••90");
        // Parts of a card are no codes, whatever else is asked for.
        assert_eq!(answer(&["A: Mohon nomor kartu dan CVV", "4556 7375"]), "4556 7375");
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
        assert_eq!(answer("Boleh 3 angka di belakang kartu?", "123"), "•••");
        assert_eq!(answer("kode keamanan kartunya berapa", "123 kak"), "••• kak");
        assert_eq!(answer("Tolong kirim kode yang masuk lewat SMS", "482913"), "••••••");
        assert_eq!(answer("Untuk keamanan, boleh nomor pesanannya?", "482913"), "482913");
        assert_eq!(answer("ما هي الأرقام الثلاثة على ظهر البطاقة؟", "123"), "•••");
        assert_eq!(answer("ما هو رمز التحقق الذي وصلك؟", "482913"), "••••••");
        assert_eq!(answer("لا ترسل رمز التحقق. كم رقم الطلب؟", "482913"), "482913");
        assert_eq!(answer("Nomor pesanannya berapa?", "482913"), "482913");
        assert_eq!(answer("Jangan berikan OTP. Nomor antrean berapa?", "482913"), "482913");
    }
}
