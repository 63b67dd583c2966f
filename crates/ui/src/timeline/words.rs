//! What stands in a timeline, in words.

use segel_core::show::{Author, Body, Deed, Item, Refusal, Stars};

use crate::text::{Language, fill, fill_two};

/// Who wrote it.
pub(crate) fn name(author: &Author, language: Language) -> &str {
    let text = language.text();
    match author {
        Author::Own => text.own(),
        Author::Visitor => text.visitor(),
        Author::Agent(name) => name,
        Author::Unknown => text.unknown(),
    }
}

/// Whether it is no message, but something that happened.
pub(crate) fn is_notice(body: &Body) -> bool {
    matches!(
        body,
        Body::Closed(
            Refusal::TokenRefused
                | Refusal::WithdrawalRefused
                | Refusal::EndRefused
                | Refusal::DetailsRefused
        ) | Body::Act(_)
            | Body::Ended
            | Body::Erased
            | Body::Introduced(_)
    )
}

/// What is said of something that is no text, file or rating, and stands in the timeline.
pub(crate) fn sentence(item: &Item, language: Language) -> Option<String> {
    let text = language.text();
    Some(match &item.body {
        Body::Text(_)
        | Body::Note(_)
        | Body::Labels(_)
        | Body::File(_)
        | Body::Rated(_)
        | Body::Withheld
        | Body::Details(_) => return None,
        Body::Closed(refusal) if is_notice(&item.body) => language.refusal(*refusal).to_owned(),
        Body::Closed(refusal) => [text.closed(), " ", language.refusal(*refusal)].concat(),
        Body::BeforeEnrolment => text.before_enrolment().to_owned(),
        Body::Withdrawn => text.withdrawn().to_owned(),
        Body::Introduced(subject) if subject.is_empty() => text.signed_out().to_owned(),
        Body::Introduced(subject) => fill(text.introduced(), subject),
        // Only agents see it.
        Body::Erased => language.desk().erased().to_owned(),
        Body::Ended => fill(text.ended(), name(&item.author, language)),
        Body::Act(deed) => in_words(deed, name(&item.author, language), language),
    })
}

/// Stars as a number of five.
pub(crate) fn stars(stars: Stars, language: Language) -> String {
    fill(language.text().stars(), &(stars as u8 + 1).to_string())
}

/// Stars as they are drawn.
pub(crate) fn drawn(stars: Stars) -> String {
    Stars::ALL.iter().map(|star| if *star as u8 <= stars as u8 { '★' } else { '☆' }).collect()
}

/// What happened to the conversation, in a sentence.
fn in_words(deed: &Deed<String>, who: &str, language: Language) -> String {
    let text = language.text();
    match deed {
        Deed::Claim => fill(text.claimed(), who),
        Deed::Transfer(to) => fill_two(text.transferred(), who, to),
        Deed::Release => fill(text.released(), who),
        Deed::Takeover => fill(text.taken_over(), who),
        Deed::Join => fill(text.has_joined(), who),
        Deed::Leave => fill(text.has_left(), who),
        Deed::End => fill(text.ended(), who),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_drawn_and_said() {
        assert_eq!(drawn(Stars::One), "★☆☆☆☆");
        assert_eq!(drawn(Stars::Four), "★★★★☆");
        assert_eq!(stars(Stars::Four, Language::indonesian()), "4 dari 5 bintang");
    }
}
