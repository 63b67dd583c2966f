//! What a visitor is to be asked, and what is said of them when a conversation begins: pure, without a browser.

use segel_core::show::{Agreed, Author, Details, Item};
use segel_core::{OutgoingDetails, masker};
use segel_mask::{MaskedText, Masker, Writer};
use segel_ui::intake::left_open;
use segel_wire::ids::EventId;
use segel_wire::limits;
use segel_wire::signed::{Consent, Intake, Question};

use crate::model::{Model, Screen, Talk};

/// What the visitor said to an intake on this page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    /// What the site asked then.
    intake: Intake,
    /// To what of it was still open.
    answers: Vec<(String, MaskedText)>,
    /// Unix milliseconds.
    time: u64,
}

/// Answers by their labels, and what was agreed to.
type Sayings = (Vec<(String, MaskedText)>, Option<Agreed>);

impl Model {
    /// What is to be asked before anything can be written; nothing where that was answered, now or in an earlier
    /// conversation.
    pub(crate) fn asks(&self) -> Option<Intake> {
        self.asked(self.situation.intake.as_ref()?)
    }

    // What asks is in the rest of the program: within its caller it would not be.
    #[inline(never)]
    fn asked(&self, intake: &Intake) -> Option<Intake> {
        let is_said = || self.said.as_ref().is_some_and(|said| said.intake == *intake);
        if self.current().is_some() || is_said() {
            None
        } else if self.talks().is_empty() {
            Some(intake.clone())
        } else {
            left_open(intake, self.known())
        }
    }

    /// The visitor answered all that was asked, and agreed if that was; `time` in Unix milliseconds.
    pub(crate) fn answer(&mut self, answers: Vec<(String, MaskedText)>, time: u64) {
        let intake = self.situation.intake.clone();
        self.said = intake.map(|intake| Said { intake, answers, time });
    }

    /// What is said of the visitor before a message with which a conversation begins, on the page of this origin and path;
    /// nothing while one can be written in.
    pub(crate) fn details(&self, origin: &str, path: &str, language: &str) -> Option<OutgoingDetails> {
        if self.open_talk().is_some() {
            return None;
        }
        let masker = masker(self.situation.masking.as_ref())?;
        let sayings = if self.talks().is_empty() { self.says() } else { self.says_again(&masker) };
        details(&masker, sayings, origin, path, language)
    }

    /// Page and language, of which nothing was asked, and which message they belong to: one of a conversation in which nothing is
    /// said of its visitor yet.
    pub(crate) fn late_details(
        &self,
        origin: &str,
        path: &str,
        language: &str,
    ) -> Option<(EventId, OutgoingDetails)> {
        let items = &self.open_talk().filter(|_| self.screen() == Screen::Chat)?.items;
        let has_gone = |item: &&Item| item.author == Author::Own && item.position.is_some();
        let message = items.as_slice().iter().find(has_gone).filter(|_| items.details().is_none())?;
        let masker = masker(self.situation.masking.as_ref())?;
        Some((message.event, details(&masker, Sayings::default(), origin, path, language)?))
    }

    fn says(&self) -> Sayings {
        let Some(Said { intake, answers, time }) = &self.said else { return Sayings::default() };
        let agreed = |consent: &Consent| Agreed { consent: consent.derive_hash(), time: *time };
        (answers.clone(), intake.consent.as_ref().map(agreed))
    }

    /// What was said now, and where nothing was, what was said before an earlier conversation.
    fn says_again(&self, masker: &Masker) -> Sayings {
        let (now, agreed) = self.says();
        let known = self.known();
        let Some(intake) = &self.situation.intake else { return Sayings::default() };
        let mut answers = Vec::new();
        for Question { label, .. } in intake.questions.iter().flatten() {
            let said = now.iter().find(|(of, _)| of == label).map(|(_, text)| text.clone());
            let before = known.and_then(|known| known.answers.iter().flatten().find(|of| of.label == *label));
            let before = before.and_then(|answer| masker.mask_elsewhere(&answer.text, Writer::Visitor).ok());
            answers.extend(said.or(before.map(|masked| masked.text)).map(|text| (label.clone(), text)));
        }
        let consent = intake.consent.as_ref().map(Consent::derive_hash);
        let before = known.and_then(|known| known.agreed);
        let agreed = before.filter(|before| Some(before.consent) == consent).or(agreed);
        (answers, agreed)
    }

    /// What the visitor said before the last conversation in which something was said.
    fn known(&self) -> Option<&Details> {
        let told = self.talks().iter().filter(|talk| talk.items.details().is_some());
        Some(told.max_by_key(|talk| Talk::time(talk))?.items.details()?.0)
    }
}

fn details(
    masker: &Masker,
    (answers, agreed): Sayings,
    origin: &str,
    path: &str,
    language: &str,
) -> Option<OutgoingDetails> {
    let mask = |text: &str| Some(masker.mask_elsewhere(text, Writer::Visitor).ok()?.text);
    let page = [origin, path].concat();
    let whole = if page.len() > limits::PAGE_CHARS { None } else { mask(&page) };
    let page = whole.or_else(|| mask(origin))?;
    Some(OutgoingDetails::new(answers, agreed, page, mask(language)?))
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Answer, Body, Delivery, Hold, Identity, Life, Show, Site, Summary};
    use segel_wire::ids::ConversationId;
    use segel_wire::signed::{Asks, Masking, MaskingAction, MaskingRule, Need};

    use super::*;

    const PAGE: &str = "https://toko.example";

    fn intake(labels: &[&str]) -> Intake {
        let question =
            |label: &&str| Question { label: (*label).to_owned(), asks: Asks::Line, need: Need::Optional };
        let consent = Consent { text: "Setuju".to_owned(), notice: None };
        Intake { questions: Some(labels.iter().map(question).collect()), consent: Some(consent) }
    }

    fn model(intake: Option<Intake>, masking: Option<Masking>) -> Model {
        let mut model = Model::default();
        let name = "Toko Contoh".to_owned();
        model.apply(Show::Site(Site { name, agent: None, masking, hours: None, intake, until: None }));
        model
    }

    fn masked(text: &str) -> MaskedText {
        segel_mask::mask(text).unwrap().text
    }

    fn said(model: &Model, path: &str) -> Option<Details> {
        model.details(PAGE, path, "id").map(OutgoingDetails::into_details)
    }

    fn answers(details: &Details) -> Vec<(&str, &str)> {
        let all = details.answers.iter().flatten();
        all.map(|Answer { label, text }| (label.as_str(), text.as_str())).collect()
    }

    fn item(body: Body) -> Item {
        Item {
            conversation: ConversationId([1; 16]),
            event: EventId([2; 16]),
            position: None,
            author: Author::Own,
            body,
            time: 1,
            delivery: Delivery::Sent,
            vouched: None,
            quotes: None,
        }
    }

    fn begun(model: &mut Model, details: Details) {
        model.apply(Show::Item(item(Body::Details(details))));
    }

    #[test]
    fn a_site_that_asks_nothing_hears_page_and_language() {
        let model = model(None, None);
        assert_eq!(model.asks(), None);
        let details = said(&model, "/produk").unwrap();
        assert_eq!((&details.page[..], &details.language[..]), ("https://toko.example/produk", "id"));
        assert!(details.answers.is_none() && details.agreed.is_none());
        let long = ["/", &"a".repeat(limits::PAGE_CHARS)].concat();
        assert_eq!(
            said(&model, &long).unwrap().page,
            PAGE,
            "an address that is too long is cut to its origin"
        );
    }

    #[test]
    fn what_was_asked_is_asked_until_it_is_answered_and_again_when_it_changes() {
        let mut model = model(Some(intake(&["Nama", "Surel"])), None);
        assert_eq!(model.asks(), Some(intake(&["Nama", "Surel"])));
        model.answer(vec![("Nama".to_owned(), masked("Demo")), ("Surel".to_owned(), masked(""))], 7);
        assert_eq!(model.asks(), None);
        let details = said(&model, "/").unwrap();
        assert_eq!(answers(&details), [("Nama", "Demo"), ("Surel", "")], "as they were asked");
        assert_eq!(details.agreed.map(|agreed| agreed.time), Some(7));
        model.situation.intake = Some(intake(&["Nama", "Kota"]));
        assert_eq!(model.asks(), Some(intake(&["Nama", "Kota"])));
    }

    #[test]
    fn what_is_known_from_an_earlier_conversation_is_said_again_and_not_asked_again() {
        let mut model = model(Some(intake(&["Nama", "Kota"])), None);
        model.answer(vec![("Nama".to_owned(), masked("Demo")), ("Kota".to_owned(), masked("Jakarta"))], 7);
        let first = said(&model, "/").unwrap();
        begun(&mut model, first);
        model.said = None;
        assert_eq!(model.asks(), None, "the conversation is there");
        model.begin();
        assert_eq!(model.asks(), None);
        model.situation.intake = Some(intake(&["Nama", "Surel"]));
        let asked = model.asks().and_then(|asked| asked.questions).unwrap();
        assert_eq!(asked.iter().map(|question| &question.label[..]).collect::<Vec<_>>(), ["Surel"]);
        model.answer(vec![("Surel".to_owned(), masked("-"))], 9);
        let details = said(&model, "/").unwrap();
        assert_eq!(answers(&details), [("Nama", "Demo"), ("Surel", "-")]);
        assert_eq!(details.agreed.map(|agreed| agreed.time), Some(7), "it was agreed to then");
    }

    #[test]
    fn page_and_language_follow_a_message_that_has_gone_without_a_word_of_its_visitor() {
        let mut model = model(None, None);
        let late = |model: &Model| {
            let late = model.late_details(PAGE, "/produk", "id");
            late.map(|(message, details)| (message, details.into_details()))
        };
        let mut text = item(Body::Text("halo".to_owned()));
        text.event = EventId([3; 16]);
        model.apply(Show::Item(text.clone()));
        model.apply(Show::Conversation(Summary {
            conversation: text.conversation,
            preview: String::new(),
            time: 1,
            unread: 0,
            waits_since: 0,
            answerable: true,
            safety: None,
            hold: Hold::default(),
            identity: Identity::default(),
            life: Life::Open,
            labels: Vec::new(),
            away: None,
        }));
        assert_eq!(late(&model), None, "it has not gone yet");
        text.position = Some(1);
        model.apply(Show::Item(text.clone()));
        let (message, details) = late(&model).unwrap();
        assert_eq!((message, &details.page[..]), (text.event, "https://toko.example/produk"));
        assert!(details.answers.is_none() && details.agreed.is_none());
        begun(&mut model, details);
        assert_eq!(late(&model), None, "once");
    }

    #[test]
    fn addresses_and_answers_are_masked_as_the_site_says() {
        let rule = |action| MaskingRule { kind: "MB-#{8}".to_owned(), visitor: action, agent: action };
        let masking = |action| Masking { rules: None, allowed: None, patterns: Some(vec![rule(action)]) };
        let masked = said(&model(None, Some(masking(MaskingAction::Mask(0)))), "/MB-12345678").unwrap();
        assert_eq!(masked.page, "https://toko.example/••-••••••••");
        let blocked = said(&model(None, Some(masking(MaskingAction::Block))), "/MB-12345678").unwrap();
        assert_eq!(blocked.page, PAGE);
    }
}
