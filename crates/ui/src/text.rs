//! Every visible sentence, in every language, as typed tables: a language that lacks one does not compile.

mod en;
mod id;

use segel_core::show::{Gate, Refusal};

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

/// Puts `value` where `sentence` has its `{}`.
pub fn fill(sentence: &str, value: &str) -> String {
    match sentence.split_once("{}") {
        Some((before, after)) => [before, value, after].concat(),
        None => sentence.to_owned(),
    }
}

macro_rules! table {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $field:ident,)* }) => {
        $(#[$about])*
        #[derive(Debug)]
        pub struct $name {
            $($(#[$doc])* pub $field: &'static str,)*
        }

        #[cfg(test)]
        impl $name {
            fn sentences(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($field), self.$field),)*]
            }
        }
    };
}

table! {
    /// What widget and console share. `{}` stands for what [`fill`] puts there.
    Text {
        /// Mark beside the business's name.
        sealed,
        /// Label of the button that closes the panel.
        close,
        /// Heading of an empty conversation.
        greeting,
        /// Who can read what is written here; `{}` is the business's name.
        greeting_sealed,
        /// What is masked before sending.
        greeting_masked,
        /// The roster is being verified.
        preparing,
        /// No agent's device is enrolled.
        nobody_enrolled,
        /// This device waits for the next roster.
        awaiting_roster,
        /// This device is no longer in the roster.
        removed,
        /// Label of the timeline.
        timeline,
        /// The person at this device.
        own,
        /// The visitor.
        visitor,
        /// A device that no roster vouches for.
        unknown,
        /// A message is kept here and not yet stored by the relay.
        sending,
        /// The relay has stored a message.
        sent,
        /// A message was refused; what follows says why.
        failed,
        /// Button: send a failed message once more.
        retry,
        /// A message that cannot be opened; what follows says why.
        closed,
        /// A message that was sealed before this device was enrolled.
        before_enrolment,
        /// Button: scroll to messages that came in below.
        newer,
        /// Day line.
        today,
        /// Day line.
        yesterday,
        /// Day line before its date; `{}` is the day of the week.
        day,
        /// Label of the text area.
        write,
        /// Label of the button that sends.
        send,
        /// How many characters are left; `{}` is their number.
        left,
        /// How many characters are too many; `{}` is their number.
        excess,
        /// What the masked form of a message is introduced with.
        will_send,
        /// Why the message is masked.
        why_masked,
        /// Masking failed, so nothing can be sent.
        mask_failed,
        /// The relay is out of reach.
        offline,
        /// The relay is being reached.
        connecting,
        /// Another tab leads.
        other_tab,
        /// The page is not a secure context.
        insecure,
        /// The browser lets nothing be kept, so there is nothing to be done here.
        store_blocked,
        /// The browser lets nothing be kept, so the conversation ends with the tab.
        not_kept,
        /// Heading over a refusal that leaves nothing else to be seen.
        stopped,
        /// Introduces a refusal's stable code; `{}` is the code.
        code,
        /// Button: hide the banner.
        dismiss,
    }
}

table! {
    /// What only agents see. `{}` stands for what [`fill`] puts there.
    DeskText {
        /// Name of the page.
        console,
        /// The relay is reached.
        online,
        /// The relay is being reached, in a word or two.
        connecting,
        /// The relay is out of reach, in a word or two.
        offline,
        /// Heading of the list of conversations.
        inbox,
        /// Heading of an empty list.
        inbox_empty,
        /// What an empty list waits for.
        inbox_empty_why,
        /// A conversation's title; `{}` is its mark.
        title,
        /// Number of messages not yet seen; `{}` is their number.
        unread,
        /// Stands for the text of a last message that could not be opened.
        no_preview,
        /// Button: back to the list.
        back,
        /// Nothing is open beside the list.
        choose,
        /// This device cannot answer yet.
        not_answerable,
        /// Heading of the enrolment screen.
        enrol,
        /// No enrolment code in the address.
        enrol_no_code,
        /// Keys are being made.
        enrol_making_keys,
        /// Enrolment waits for the owner.
        enrol_waiting,
        /// Why the keys stay here.
        enrol_why,
        /// First step.
        step_code,
        /// Second step.
        step_keys,
        /// Third step.
        step_roster,
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
                assert_eq!(
                    sentence.matches("{}").count(),
                    other.matches("{}").count(),
                    "{language:?} {field}"
                );
            }
        }
    }

    #[test]
    fn no_two_refusals_share_a_sentence() {
        let refusals = every_refusal!(
            WrongRoot RosterAltered RosterExpired RosterOlder RosterForked RosterMissing BundleRefused WeakKey
            MessageAltered MessageReplayed UnknownSender TooLarge OriginRefused PageRefused NotAMember
            EnrolmentRefused RelayRefused StoreBroken StoreFailed
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
        assert_eq!(fill("Sisa {} karakter", "3"), "Sisa 3 karakter");
        assert_eq!(fill("tanpa tempat", "3"), "tanpa tempat");
    }
}
