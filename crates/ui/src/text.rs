//! Every visible sentence, in every language, as typed tables: a language that lacks one does not compile.

mod en;
mod id;
mod table;

use segel_core::show::{Gate, Refusal};
use segel_mask::Kind;

pub use table::{DeskText, Text};

use crate::trouble::Trouble;

/// A language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Indonesian.
    Id,
    /// English.
    En,
}

impl Language {
    /// The first of these BCP 47 tags that there are sentences for; Indonesian if there is none.
    pub fn choose<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::of_tag).unwrap_or(Self::Id)
    }

    /// The tag for a `lang` attribute.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::En => "en",
        }
    }

    /// The sentences that widget and console share.
    pub const fn text(self) -> &'static Text {
        match self {
            Self::Id => &id::TEXT,
            Self::En => &en::TEXT,
        }
    }

    /// The sentences that only agents see.
    pub const fn desk(self) -> &'static DeskText {
        match self {
            Self::Id => &id::DESK,
            Self::En => &en::DESK,
        }
    }

    /// The name of a kind of number that is masked, within a sentence.
    pub const fn kind(self, kind: Kind) -> &'static str {
        match self {
            Self::Id => id::kind(kind),
            Self::En => en::kind(kind),
        }
    }

    /// Why something was refused.
    pub const fn refusal(self, refusal: Refusal) -> &'static str {
        match self {
            Self::Id => id::refusal(refusal),
            Self::En => en::refusal(refusal),
        }
    }

    /// Why the composer cannot send now; `None` if it can.
    pub const fn gate(self, gate: Gate) -> Option<&'static str> {
        let text = self.text();
        match gate {
            Gate::Open => None,
            Gate::Preparing => Some(text.preparing),
            Gate::NobodyEnrolled => Some(text.nobody_enrolled),
            Gate::AwaitingRoster => Some(text.awaiting_roster),
            Gate::Removed => Some(text.removed),
            Gate::RosterExpired => Some(self.refusal(Refusal::RosterExpired)),
            Gate::Refused(refusal) => Some(self.refusal(refusal)),
        }
    }

    /// What is wrong, in a sentence.
    pub const fn trouble(self, trouble: Trouble) -> &'static str {
        let text = self.text();
        match trouble {
            Trouble::Offline => text.offline,
            Trouble::Connecting => text.connecting,
            Trouble::OtherTab => text.other_tab,
            Trouble::Insecure => text.insecure,
            Trouble::StoreBlocked => text.store_blocked,
            Trouble::StoreBusy => text.store_busy,
            Trouble::NotKept => text.not_kept,
            Trouble::Removed => text.removed,
            Trouble::Refused(refusal) => self.refusal(refusal),
        }
    }

    /// The days of the week, from Sunday.
    pub const fn weekdays(self) -> &'static [&'static str; 7] {
        match self {
            Self::Id => &id::WEEKDAYS,
            Self::En => &en::WEEKDAYS,
        }
    }

    /// The months, from January.
    pub const fn months(self) -> &'static [&'static str; 12] {
        match self {
            Self::Id => &id::MONTHS,
            Self::En => &en::MONTHS,
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        [Self::Id, Self::En].into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

/// Puts `value` where `sentence` has its `#`.
pub fn fill(sentence: &str, value: &str) -> String {
    match sentence.split_once('#') {
        Some((before, after)) => [before, value, after].concat(),
        None => sentence.to_owned(),
    }
}

/// Puts one value where `sentence` has its first `#`, and another where it has its second.
pub fn fill_two(sentence: &str, first: &str, second: &str) -> String {
    match sentence.split_once('#') {
        Some((before, after)) => [before, first, &fill(after, second)].concat(),
        None => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const LANGUAGES: [Language; 2] = [Language::Id, Language::En];

    /// A refusal that is missing here does not compile.
    macro_rules! every_refusal {
        ($($name:ident)*) => {{
            let _ = |refusal| match refusal { $(Refusal::$name => ()),* };
            [$(Refusal::$name),*]
        }};
    }

    fn sentences(language: Language) -> Vec<(&'static str, &'static str)> {
        let mut all = language.text().sentences();
        all.extend(language.desk().sentences());
        all.extend(language.weekdays().map(|name| ("weekday", name)));
        all.extend(language.months().map(|name| ("month", name)));
        all
    }

    #[test]
    fn every_language_has_every_sentence_with_the_same_places_to_fill() {
        for language in LANGUAGES {
            for ((field, sentence), (_, other)) in sentences(language).iter().zip(sentences(Language::Id)) {
                assert!(!sentence.trim().is_empty(), "{language:?} lacks {field}");
                assert_eq!(sentence.matches('#').count(), other.matches('#').count(), "{language:?} {field}");
            }
        }
    }

    #[test]
    fn no_two_refusals_share_a_sentence() {
        let refusals = every_refusal!(
            WrongRoot RosterAltered RosterExpired RosterOlder RosterForked RosterMissing BundleRefused WeakKey
            MessageAltered MessageReplayed UnknownSender TooLarge OriginRefused PageRefused NotAMember
            EnrolmentRefused RelayRefused StoreBroken StoreFailed MessageStale EventsMissing LogForked
            RosterOutdated NotUnderstood ActRefused HeldByAnother AttachmentAltered AttachmentMissing
            FileEmpty FileTooLarge FileNameRefused FileTypeRefused FileUnmasked SourceChanged SourceGone
            QuotaExceeded PolicyRefused TokenRefused MessageMissing WithdrawalRefused
        );
        let said: BTreeSet<_> =
            LANGUAGES.iter().flat_map(|language| refusals.map(|refusal| language.refusal(refusal))).collect();
        assert_eq!(said.len(), LANGUAGES.len() * refusals.len());
        assert!(said.iter().all(|sentence| sentence.ends_with('.')));
    }

    #[test]
    fn a_language_is_chosen_by_the_first_tag_that_is_known() {
        assert_eq!(Language::choose(["fr-FR", "en-GB", "id"]), Language::En);
        assert_eq!(Language::choose(["ID_id"]), Language::Id);
        assert_eq!(Language::choose(["ar", "x"]), Language::Id);
    }

    #[test]
    fn a_value_fills_its_place() {
        assert_eq!(fill("Sisa # karakter", "3"), "Sisa 3 karakter");
        assert_eq!(fill("tanpa tempat", "3"), "tanpa tempat");
        assert_eq!(fill_two("# ke #.", "dari #1", "#2"), "dari #1 ke #2.");
    }
}
