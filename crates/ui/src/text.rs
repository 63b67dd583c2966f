//! Every visible sentence, by name. The sentences themselves stand in `www/texts`, a file for each language; the
//! program is given those of one, in the order of the tables.

#[macro_use]
mod sections;
mod desk;
mod later;
mod report;
#[cfg(feature = "shipped")]
mod shipped;
mod table;

use segel_core::show::{Gate, Refusal};
use segel_mask::Kind;

pub use desk::DeskText;
pub use later::LaterText;
pub use report::ReportText;
pub use table::Text;

use crate::trouble::Trouble;

/// How many sentences widget and console share: the lines of a file of the widget.
pub const SHARED: usize = table::months::END;
/// How many there are with those that only agents see: the lines of a file of the console.
pub const WITH_DESK: usize = desk::desk::END;

/// The language of the screen.
#[derive(Debug, Clone, Copy)]
pub struct Language(Sentences);

/// The sentences of a language, each at its place.
#[derive(Debug, Clone, Copy)]
struct Sentences(&'static [&'static str]);

impl Sentences {
    /// Reads a file as it is served, a sentence a line, and keeps it as long as the program runs; `None` if it has not as many
    /// as there should be.
    fn read(texts: String, count: usize) -> Option<Self> {
        let sentences: Vec<_> = texts.leak().split('\n').collect();
        (sentences.len() == count).then(|| Self(sentences.leak()))
    }

    /// The sentence at a place.
    fn at(self, place: usize) -> &'static str {
        self.0.get(place).copied().unwrap_or_default()
    }
}

impl Language {
    /// Reads a file as it is served, if it has as many sentences as there should be ([`SHARED`] or [`WITH_DESK`]).
    pub fn read(texts: String, count: usize) -> Option<Self> {
        Sentences::read(texts, count).map(Self)
    }

    /// The sentences that widget and console share.
    pub const fn text(self) -> Text {
        Text(self.0)
    }

    /// The sentences that only agents see.
    pub const fn desk(self) -> DeskText {
        DeskText(self.0)
    }

    /// The name of a kind of number that is masked, within a sentence.
    pub fn kind(self, kind: Kind) -> &'static str {
        self.0.at(Sentences::kinds(kind))
    }

    /// Why something was refused.
    pub fn refusal(self, refusal: Refusal) -> &'static str {
        self.0.at(Sentences::refusals(refusal))
    }

    /// Why the composer cannot send now; `None` if it can.
    pub fn gate(self, gate: Gate) -> Option<&'static str> {
        let text = self.text();
        match gate {
            Gate::Open => None,
            Gate::Preparing => Some(text.preparing()),
            Gate::NobodyEnrolled => Some(text.nobody_enrolled()),
            Gate::AwaitingRoster => Some(self.desk().awaiting_roster()),
            Gate::Removed => Some(self.desk().removed()),
            Gate::RosterExpired => Some(self.refusal(Refusal::RosterExpired)),
            Gate::Refused(refusal) => Some(self.refusal(refusal)),
            Gate::Erasing => Some(text.erasing()),
        }
    }

    /// What is wrong, in a sentence.
    pub fn trouble(self, trouble: Trouble) -> &'static str {
        let text = self.text();
        match trouble {
            Trouble::Offline => text.offline(),
            Trouble::Connecting => text.connecting(),
            Trouble::OtherTab => text.other_tab(),
            Trouble::Insecure => text.insecure(),
            Trouble::StoreBlocked => self.desk().store_blocked(),
            Trouble::StoreBusy => text.store_busy(),
            Trouble::StoreFull => text.store_full(),
            Trouble::NotKept => text.not_kept(),
            Trouble::Removed => self.desk().removed(),
            Trouble::Away(refusal) | Trouble::Refused(refusal) => self.refusal(refusal),
        }
    }

    /// A day of the week, from 0 for Sunday.
    pub fn weekday(self, day: usize) -> &'static str {
        self.0.at(table::weekdays::FIRST + day)
    }

    /// A month, from 0 for January.
    pub fn month(self, month: usize) -> &'static str {
        self.0.at(table::months::FIRST + month)
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
    use std::fs;
    use std::path::Path;

    use super::shipped::{compile, fault};
    use super::*;

    /// A refusal that is missing here does not compile.
    macro_rules! every_refusal {
        ($($name:ident)*) => {{
            let _ = |refusal| match refusal { $(Refusal::$name => ()),* };
            [$(Refusal::$name),*]
        }};
    }

    /// The tag of each language that there is a file for, and what stands in it.
    fn files() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/texts");
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths
            .map(|path| {
                (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
            })
            .collect()
    }

    fn languages() -> Vec<Language> {
        files().iter().map(|(_, file)| Language::shipped(file)).collect()
    }

    #[test]
    fn every_language_has_every_sentence_with_the_same_places_to_fill() {
        let files = files();
        assert!(files.iter().any(|(tag, _)| tag == "id") && files.len() > 1);
        let (_, model) = files.iter().find(|(tag, _)| tag == "id").unwrap();
        for (tag, file) in &files {
            assert_eq!(fault(file, model), None, "{tag}");
        }
    }

    #[test]
    fn a_file_that_lacks_a_sentence_or_has_one_too_many_or_other_places_to_fill_is_found() {
        let (_, model) = files().into_iter().find(|(tag, _)| tag == "id").unwrap();
        for (from, to, found) in [
            ("\"retry\": \"Coba lagi\",", "", "text.retry"),
            ("\"retry\": \"Coba lagi\",", "\"retry\": \" \",", "text.retry"),
            ("\"retry\": \"Coba lagi\",", "\"retry\": \"Coba\\nlagi\",", "text.retry"),
            ("\"retry\":", "\"retries\": \"Coba\", \"retry\":", "text.retries"),
            ("\"Sisa # karakter\"", "\"Sisa karakter\"", "text.left"),
            ("\"Minggu\"", "\"Minggu #\"", "weekdays.sunday"),
        ] {
            let broken = model.replacen(from, to, 1);
            assert_ne!(broken, model, "{from} is in the file");
            assert_eq!(fault(&broken, &model).as_deref(), Some(found));
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
            QuotaExceeded PolicyRefused TokenRefused MessageMissing WithdrawalRefused ConversationEnded EndRefused
            DetailsRefused ConversationErased NobodyReachable VisitorAway
        );
        let languages = languages();
        let said: BTreeSet<_> =
            languages.iter().flat_map(|language| refusals.map(|refusal| language.refusal(refusal))).collect();
        assert_eq!(said.len(), languages.len() * refusals.len());
        assert!(said.iter().all(|sentence| sentence.ends_with('.')));
    }

    #[test]
    fn what_is_asked_for_is_what_the_file_says() {
        let language = Language::indonesian();
        assert_eq!((language.text().point(), language.text().verify_back()), (",", "Kembali ke percakapan"));
        assert_eq!(
            (language.kind(Kind::Card), language.kind(Kind::Ssn)),
            ("nomor kartu", "nomor jaminan sosial")
        );
        assert_eq!(language.refusal(Refusal::FileEmpty), "Berkas ini kosong.");
        assert_eq!((language.weekday(0), language.weekday(6)), ("Minggu", "Sabtu"));
        assert_eq!((language.month(0), language.month(11)), ("Januari", "Desember"));
        assert_eq!(
            (language.desk().console(), language.desk().step_roster()),
            ("Konsol agen", "Tanda tangan pemilik")
        );
    }

    #[test]
    fn a_file_that_is_cut_off_or_of_another_program_is_not_read() {
        let whole = compile(&files()[0].1);
        let cut_off = &whole[..whole.rfind('\n').unwrap()];
        assert!(Language::read(whole.clone(), WITH_DESK).is_some());
        assert!(Language::read(whole.clone(), SHARED).is_none());
        assert!(Language::read(cut_off.to_owned(), WITH_DESK).is_none());
        let shared: Vec<_> = whole.split('\n').take(SHARED).collect();
        assert!(Language::read(shared.join("\n"), SHARED).is_some());
    }

    #[test]
    fn a_value_fills_its_place() {
        assert_eq!(fill("Sisa # karakter", "3"), "Sisa 3 karakter");
        assert_eq!(fill("tanpa tempat", "3"), "tanpa tempat");
        assert_eq!(fill_two("# ke #.", "dari #1", "#2"), "dari #1 ke #2.");
    }
}
