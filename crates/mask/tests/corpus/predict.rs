//! What masking finds in a text, or in the messages that it is cut into.

use segel_mask::{Conversation, Kind, MaskError, Masker, Writer};

/// Something found; places are counted in Unicode scalar values of the whole text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
}

/// A message as it was sent, and where it stands in the whole text.
struct Sent {
    text: String,
    start: usize,
}

/// Everything found when the visitor sends `text`, or these ranges of it one after another.
pub(crate) fn predict(text: &str, messages: &[[usize; 2]]) -> Result<Vec<Found>, MaskError> {
    let whole = [[0, text.chars().count()]];
    let messages = if messages.is_empty() { &whole[..] } else { messages };
    let masker = Masker::default();
    let mut conversation = Conversation::default();
    let mut sent: Vec<Sent> = Vec::new();
    let mut found = Vec::new();
    for &[start, end] in messages {
        let message: String = text.chars().skip(start).take(end.saturating_sub(start)).collect();
        let sent_as = masker.mask_in(&conversation, &message, Writer::Visitor)?;
        let place = |of: &str, byte: usize, at: usize| at + of[..byte].chars().count();
        let (mut byte, mut at) = (0, start);
        // Spans are in order: none of the text is counted twice.
        let mut next = |until: usize| {
            at += message[byte..until].chars().count();
            byte = until;
            at
        };
        found.extend(sent_as.spans.iter().map(|span| {
            let (start, end) = (next(span.start), next(span.end));
            Found { start, end, kind: span.kind }
        }));
        for part in &sent_as.earlier {
            if let Some(earlier) = sent.len().checked_sub(part.back).and_then(|nth| sent.get(nth)) {
                found.push(Found {
                    start: place(&earlier.text, part.start, earlier.start),
                    end: place(&earlier.text, part.end, earlier.start),
                    kind: part.kind,
                });
            }
        }
        conversation.said(sent_as.text.as_str());
        sent.push(Sent { text: sent_as.text.into_string(), start });
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
