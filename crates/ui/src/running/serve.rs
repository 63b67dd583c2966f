//! What the tab that leads does for the others: shows them what it shows, and carries out what they wish.

use js_sys::futures::spawn_local;
use segel_core::show::{Answer, Details, Rating, Refusal, Show};
use segel_core::tabs::{Stand, Wish, WishedFile};
use segel_core::{Input, Outgoing, OutgoingDetails, OutgoingFile, OutgoingRating, OutgoingToken};
use segel_mask::{MaskedText, Masker};
use segel_web::driver::Driver;
use segel_web::files::Fetched;
use segel_web::tabs::Said;
use segel_wire::cbor;
use segel_wire::ids::EventId;
use web_sys::File;

use super::Work;
use super::lead::Start;

impl Work {
    /// Shows a change here and in the others.
    pub(super) fn serve(&self, show: Show) {
        if self.follower.exists.get() {
            self.say(&Said::Change(cbor::encode(&show)));
        }
        if matches!(show, Show::Erased) {
            self.begin_anew_soon();
        }
        self.see(show);
    }

    /// The engine that shows this has nothing left to do, and is still at it.
    #[inline(never)]
    fn begin_anew_soon(&self) {
        let me = self.me.clone();
        spawn_local(async move { me.with(Self::begin_anew) });
    }

    /// Hands a file to whoever asked for it.
    pub(super) fn serve_file(&self, event: EventId, fetched: Fetched) {
        let file = Said::File(event, fetched);
        if self.follower.exists.get() {
            self.say(&file);
        }
        if let Said::File(event, fetched) = file {
            self.hand(event, fetched);
        }
    }

    /// Another tab asks under this number whether there is an engine; one that says hello is told everything, if it stands where it
    /// may. The others hear that there is one, and that what they said is kept only where that is so.
    pub(super) fn answer(&self, asked: u32, hello: Option<Stand>) {
        match (self.place.engine.get(), self.driver(), hello) {
            (Start::Follows, ..) => {}
            (Start::Alone, ..) => self.say(&Said::Alone(0)),
            // Its screen goes on to say why.
            (_, Some(driver), Some(_)) if driver.gives_way() => self.leave(),
            (_, Some(driver), Some(stand)) if !driver.serves(&stand) => self.say(&Said::Alone(asked)),
            (start, Some(driver), Some(_)) => {
                self.follower.exists.set(true);
                self.say(&Said::Everything(asked, cbor::encode(&driver.everything())));
                if start == Start::RunsUnkept {
                    self.say(&Said::Unkept);
                }
                self.say(&self.locks());
            }
            (_, ref driver, None) if !driver.as_ref().is_some_and(Driver::is_kept) => {
                self.say(&Said::Patience(0));
            }
            _ => self.say(&Said::Patience(asked)),
        }
    }

    /// What was asked under this number is answered once it is kept, if it is not.
    pub(super) fn answer_once_kept(&self, asked: u32) {
        if let Some(driver) = self.driver().filter(|driver| !driver.is_kept()) {
            let me = self.me.clone();
            driver.once_kept(Box::new(move || me.with(|work| work.answer(asked, None))));
        }
    }

    /// Carries out what this tab's person, or another's, wished while there was no engine here.
    pub(super) fn fulfil(&self, wish: Wish, file: Option<File>) {
        let Some(driver) = self.driver() else { return };
        let makes = wish.makes();
        let refusal = match &wish {
            Wish::Introduce(_) => Refusal::TokenRefused,
            _ => Refusal::TooLarge,
        };
        let input = match wish.input() {
            Some(input) => Some(input),
            None => self.input_of(wish, file, &driver),
        };
        if let Some(input) = input {
            return driver.input(input);
        }
        if let Some(event) = makes {
            self.follower.let_go(event);
        }
        self.serve(Show::Refused(refusal));
    }

    fn input_of(&self, wish: Wish, file: Option<File>, driver: &Driver) -> Option<Input> {
        Some(match wish {
            Wish::Submit(conversation, event, text, quotes) => {
                let text = Outgoing::new(self.mask(&text)?);
                Input::Submit { conversation, event: Some(event), text, quotes }
            }
            Wish::Attach(conversation, event, WishedFile { name, media_type, size, text }) => {
                let name = self.mask(&name)?;
                let file = match (text, file) {
                    (Some(text), _) => OutgoingFile::text(name, media_type, self.mask(&text)?),
                    (None, file) => OutgoingFile::opaque(name, media_type, size, driver.put_source(file?)),
                };
                Input::Attach { conversation, event: Some(event), file }
            }
            Wish::Note(conversation, event, text) => {
                let text = Outgoing::note(self.mask(&text)?);
                Input::Submit { conversation: Some(conversation), event: Some(event), text, quotes: None }
            }
            Wish::Label(conversation, event, labels) => {
                let labels: Option<Vec<_>> = labels.iter().map(|label| self.mask(label)).collect();
                let text = Outgoing::labels(labels?)?;
                Input::Submit { conversation: Some(conversation), event: Some(event), text, quotes: None }
            }
            Wish::Rate(conversation, Some(Rating { stars, comment })) => {
                let comment = self.mask(comment.as_deref().unwrap_or_default())?;
                Input::Rate { conversation, rating: Some(OutgoingRating::new(stars, comment)) }
            }
            Wish::Details(message, details) => self.details_of(message, details)?,
            Wish::Introduce(Some(token)) => {
                let token = OutgoingToken::read(&token.0, |subject| {
                    let masker = segel_core::masker(self.screen.masking().as_ref())?;
                    masker.mask(subject, self.screen.writer()).ok().map(|masked| masked.text)
                });
                let token = token.ok()?;
                Input::Introduce(Some(token))
            }
            _ => return None,
        })
    }

    #[inline(never)]
    fn details_of(&self, message: EventId, said: Details) -> Option<Input> {
        let mut answers = Vec::new();
        for Answer { label, text } in said.answers.into_iter().flatten() {
            answers.push((label, self.mask(&text)?));
        }
        let (page, language) = (self.mask(&said.page)?, self.mask(&said.language)?);
        let details = OutgoingDetails::new(answers, said.agreed, page, language);
        Some(Input::Details { message, details })
    }

    /// Masks once more what was masked in another tab, which changes nothing. What the site blocks since then is
    /// masked as if it had no policy: the engine refuses it when it seals it.
    fn mask(&self, text: &str) -> Option<MaskedText> {
        let masker = segel_core::masker(self.screen.masking().as_ref())?;
        let writer = self.screen.writer();
        let again = masker.mask_elsewhere(text, writer);
        let again = again.or_else(|_| Masker::default().mask_elsewhere(text, writer));
        again.ok().map(|again| again.text)
    }
}
