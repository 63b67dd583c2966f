//! A tab that does not lead: it shows what it is told, and holds what its person sends until the relay has it, and what else they
//! want until it is kept.

use std::cell::{Cell, RefCell};

use segel_core::show::Show;
use segel_core::tabs::{Wish, settled};
use segel_core::{Engine, Input};
use segel_mask::Writer;
use segel_web::clock::now_ms;
use segel_web::driver::Driver;
use segel_web::page;
use segel_web::random;
use segel_web::tabs::{Said, Tabs};
use segel_web::timer::Timer;
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, EventId};
use web_sys::File;

use super::lead::Start;
use super::{LOOK_AGAIN, Work};

/// How long the tab that leads may take for a sign of life, in milliseconds.
const PATIENCE: u32 = 3_000;
/// It doubles with each quarrel up to so many: 6.4 minutes.
const MOST_QUARRELS: u32 = 7;

/// What this tab knows of the others, and they of it.
#[derive(Default)]
pub(super) struct Follower {
    /// The number under which it asked last, and no other tab asks; 0 before it has any.
    number: Cell<u32>,
    /// Whether it was told everything.
    served: Cell<bool>,
    /// Whether some other tab was told everything by this one.
    pub(super) exists: Cell<bool>,
    /// Whether what the tab that leads does passes with it.
    pub(super) passes: Cell<bool>,
    /// What its person sent and the relay may not have, or wants and may not be kept, in order.
    held: RefCell<Vec<(Wish, Option<File>)>>,
    /// Whether some of that was said to a tab that has not answered since: it may have ended.
    unanswered: Cell<bool>,
    /// Runs while a sign of life is awaited.
    awaited: RefCell<Option<Timer>>,
    /// Runs until a sign of life is asked for again.
    trusted: RefCell<Option<Timer>>,
    /// A conversation that the relay has, of those that this tab's person was shown.
    known: Cell<Option<ConversationId>>,
    /// Whether the page went to rest while that one was kept.
    left_kept: Cell<bool>,
    /// How often the lead was taken away by this tab or from it since it was told everything: two tabs that do not hear
    /// each other must not go on for ever taking it from each other.
    quarrels: Cell<u32>,
}

impl Follower {
    /// Holds what the person sent until it is settled.
    pub(super) fn hold(&self, wish: Wish, file: Option<File>) {
        self.held.borrow_mut().push((wish, file));
    }

    /// A number to ask under.
    fn ask(&self) -> u32 {
        self.number.set(self.number.get().wrapping_add(1));
        self.number.get()
    }

    /// Whether this answers what was asked last.
    fn is_answered(&self, asked: u32) -> bool {
        self.number.get() == asked
    }

    /// The lead was taken away by this tab or from it.
    pub(super) fn quarrel(&self) {
        self.quarrels.set(self.quarrels.get().saturating_add(1));
    }

    /// How long to wait before the lead is asked for after another quarrel, in milliseconds: not at all after the first.
    pub(super) fn pause(&self) -> u32 {
        self.patience() - PATIENCE
    }

    fn patience(&self) -> u32 {
        PATIENCE << self.quarrels.get().min(MOST_QUARRELS)
    }

    /// Whether this tab's person was shown a conversation that the relay has.
    pub(super) fn knows_any(&self) -> bool {
        self.known.get().is_some()
    }

    /// Whether what this tab's person was shown is kept, by this tab or by the one that leads.
    fn is_kept(&self, start: Start) -> bool {
        let is_served = start == Start::Follows && self.served.get() && !self.passes.get();
        is_served || start == Start::Runs
    }

    /// Whether something is held.
    pub(super) fn holds_any(&self) -> bool {
        !self.held.borrow().is_empty()
    }

    /// Nothing is held here any more.
    pub(super) fn take_all(&self) -> Vec<(Wish, Option<File>)> {
        self.held.take()
    }

    /// All that was handed in is kept: of that only what the relay is to have is held any longer.
    pub(super) fn let_kept_go(&self) {
        self.held.borrow_mut().retain(|(wish, _)| wish.makes().is_some());
    }

    /// This is held no more.
    pub(super) fn let_go(&self, event: EventId) {
        self.held.borrow_mut().retain(|(wish, _)| wish.makes() != Some(event));
    }
}

impl Work {
    /// Joins the other tabs.
    pub(super) fn join(&self) {
        let me = self.me.clone();
        let tabs = Tabs::join(&self.screen.store_name(), move |said| me.with(|work| work.hear(said)));
        if let Some([a, b, c, d, ..]) = random::make_id() {
            self.follower.number.set(u32::from_le_bytes([a, b, c, d]));
        }
        *self.tabs.borrow_mut() = tabs;
    }

    pub(super) fn say(&self, said: &Said) {
        if let Some(tabs) = &*self.tabs.borrow() {
            tabs.say(said);
        }
    }

    /// Another tab leads: asks it for everything.
    pub(super) fn follow(&self) {
        self.lose_sight();
        if self.tabs.borrow().is_none() {
            return self.wait_elsewhere();
        }
        self.say(&Said::Hello(self.follower.ask(), cbor::encode(&self.screen.stand())));
        self.await_life();
    }

    /// Asks the tab that leads for a sign of life, if this one does not lead.
    pub(super) fn ask_for_life(&self) {
        if !self.follows() || self.tabs.borrow().is_none() {
            return;
        }
        if self.follower.served.get() {
            self.lose_patience();
            self.say(&Said::Ping(self.follower.ask()));
            self.await_life();
        } else {
            self.follow();
        }
    }

    pub(super) fn follows(&self) -> bool {
        self.place.engine.get() == Start::Follows
    }

    /// What was told so far may be out of date.
    pub(super) fn lose_sight(&self) {
        self.lose_patience();
        self.follower.served.set(false);
    }

    /// No sign of life is awaited any more.
    pub(super) fn lose_patience(&self) {
        drop(self.follower.awaited.take());
    }

    /// Takes what the person did in this tab, wherever the engine is.
    // Whoever takes a wish is in the rest of the program.
    #[inline(never)]
    pub(super) fn take(&self, input: Input) {
        match input {
            Input::Fetch { event, .. } => self.wanted.borrow_mut().push(event),
            Input::Cancel { event, .. } => self.wanted.borrow_mut().retain(|other| *other != event),
            _ => {}
        }
        let wish = Wish::of(&input);
        match (self.driver(), wish) {
            (Some(driver), wish) => self.hand_in(&driver, wish, input),
            (None, Some(wish)) => self.wish(wish, None),
            (None, None) => {}
        }
    }

    /// Takes what the person did in this tab. What makes a message stays here until the relay has it, and the rest until the tab
    /// that leads says that it is kept: that tab may end before. Where the person looks is said again and again, and so shows
    /// whether anybody leads.
    pub(super) fn wish(&self, wish: Wish, file: Option<File>) {
        let is_held = wish.is_held();
        let is_served = self.follower.served.get();
        if is_served && is_held && self.follower.unanswered.replace(true) {
            // Whoever leads by now may not have heard what came before this, and this is to come after it.
            self.follower.hold(wish, file);
            return self.say_held();
        }
        if is_served {
            self.say_wish(&wish, file.clone());
        }
        if is_held {
            self.follower.hold(wish, file);
        }
    }

    fn say_wish(&self, wish: &Wish, file: Option<File>) {
        // What is not held has no number of its own, or what is would not be known as answered.
        let asked = if wish.is_held() { self.follower.ask() } else { self.follower.number.get() };
        self.say(&Said::Wish(asked, cbor::encode(wish), file));
        self.await_life();
    }

    /// Hands in what the person did where the engine is. What stands for it is held until it is kept: another tab may take the
    /// lead before.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn hand_in(&self, driver: &Driver, wish: Option<Wish>, input: Input) {
        let wish = wish.filter(Wish::is_held);
        let is_held = wish.is_some();
        if let Some(wish) = wish {
            self.follower.hold(wish, None);
        }
        driver.input(input);
        if is_held {
            self.let_go_once_kept(driver);
        }
    }

    fn let_go_once_kept(&self, driver: &Driver) {
        let me = self.me.clone();
        driver.once_kept(Box::new(move || me.with(|work| work.follower.let_kept_go())));
    }

    /// This tab has an engine: it carries out itself what no other may have.
    // Whatever is held came by the rest of the program: so does what carries it out.
    #[inline(never)]
    pub(super) fn fulfil_held(&self) {
        // What is shown of one may settle the others.
        let held = self.follower.held.borrow().clone();
        for (wish, file) in held {
            self.fulfil(wish, file);
        }
        if let Some(driver) = self.driver() {
            self.let_go_once_kept(&driver);
        }
    }

    fn hear(&self, said: Said) {
        let is_served = self.follower.served.get();
        match said {
            Said::Hello(asked, stand) => {
                if let Ok(stand) = cbor::read(&stand) {
                    self.answer(asked, Some(stand));
                }
            }
            Said::Ping(asked) => self.answer(asked, None),
            Said::Wish(asked, wish, file) => {
                if let Ok(wish) = cbor::read::<Wish>(&wish) {
                    let is_held = wish.is_held();
                    self.fulfil(wish, file);
                    self.answer(asked, None);
                    if is_held {
                        self.answer_once_kept(asked);
                    }
                }
            }
            Said::Lock => self.lock_up_with_others(),
            Said::Used => self.heard_of_use(),
            Said::Here if !self.follows() => self.make_sure(),
            _ if !self.follows() => {}
            // It is said again once this tab is shown everything.
            Said::Locks(..) if self.is_veiled() => {}
            Said::Locks(minutes, key) => self.heard_of_lock(minutes, &key),
            Said::Here if self.is_veiled() => self.line_up(),
            Said::Here => {
                self.follower.passes.set(false);
                self.follow();
            }
            Said::Alone(asked) if asked == 0 || self.follower.is_answered(asked) => self.wait_elsewhere(),
            Said::Patience(asked) if is_served => {
                self.trust();
                // An answer to something else says nothing of what this tab has said.
                if self.follower.is_answered(asked) {
                    self.follower.unanswered.set(false);
                    self.follower.let_kept_go();
                }
            }
            Said::Patience(asked) if self.follower.is_answered(asked) => self.ask_again(),
            Said::Everything(asked, shows) if self.follower.is_answered(asked) => {
                if let Ok(shows) = cbor::read::<Vec<Show>>(&shows) {
                    self.take_over(shows);
                }
            }
            Said::Change(show) if is_served => {
                self.lose_patience();
                if let Ok(show) = cbor::read::<Show>(&show) {
                    self.see(show);
                }
            }
            Said::File(event, fetched) => self.hand(event, fetched),
            Said::Unkept => {
                self.follower.passes.set(true);
                self.is_unkept();
            }
            Said::Everything(..) | Said::Change(_) | Said::Alone(_) | Said::Patience(_) => {}
        }
    }

    /// Another tab has led, or does: an engine that keeps nothing meanwhile would not find out that it was overtaken.
    fn make_sure(&self) {
        if let Some(driver) = self.driver() {
            driver.make_sure();
        }
    }

    /// The browser lets nothing be kept, or no more.
    pub(super) fn is_unkept(&self) {
        self.screen.change(&|situation| situation.served(false));
        self.me.render_soon();
    }

    fn take_over(&self, shows: Vec<Show>) {
        self.trust();
        self.meet(&shows);
        self.screen.change(&|situation| situation.served(true));
        self.screen.forget();
        self.let_in();
        for show in shows {
            self.see(show);
        }
        self.follower.served.set(true);
        self.follower.passes.set(false);
        self.follower.quarrels.set(0);
        if self.introduces.get() {
            // Whoever leads by now may not have heard of it.
            self.say_wish(&Wish::Introduce(None), None);
        }
        // Last: the answer to what was asked last says that it is kept.
        self.say_held();
    }

    /// The page rests. What it showed and holds is for the person of now.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn part(&self) {
        let follower = &self.follower;
        // An agent's conversations are for their visitors to erase, one by one.
        let is_visitors = self.screen.writer() == Writer::Visitor;
        if is_visitors && follower.knows_any() && follower.is_kept(self.place.engine.get()) {
            follower.left_kept.set(true);
        }
    }

    /// As [`Self::meet`], before this engine shows anything.
    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    pub(super) fn meet_engine(&self, engine: &Engine) {
        self.meet(&engine.everything(now_ms()));
    }

    /// Everything is shown anew. Where nothing is left of what was kept when the page went to rest, its person had it erased in
    /// another one: whoever writes here now is somebody new, who says nothing of what was said before.
    fn meet(&self, shows: &[Show]) {
        let follower = &self.follower;
        let left_kept = follower.left_kept.take();
        let Some(known) = follower.known.get() else { return };
        let is_known =
            |show: &Show| matches!(show, Show::Conversation(summary) if summary.conversation == known);
        if shows.iter().any(is_known) {
            return;
        }
        follower.known.set(None);
        if left_kept {
            drop((self.screen.clear(), follower.take_all()));
            self.wanted.borrow_mut().clear();
        }
    }

    /// Hands what is held to the tab that leads, in order.
    pub(super) fn say_held(&self) {
        let held = self.follower.held.borrow().clone();
        self.follower.unanswered.set(!held.is_empty());
        for (wish, file) in held {
            self.say_wish(&wish, file);
        }
    }

    /// Shows a change; what it settles is held no longer.
    pub(super) fn see(&self, show: Show) {
        if let Show::Item(item) = &show
            && item.position.is_some()
        {
            self.follower.known.set(Some(item.conversation));
        }
        if self.follower.holds_any()
            && let Some(event) = settled(&show)
        {
            self.follower.let_go(event);
        }
        self.show(show);
    }

    /// The tab that leads cannot serve this one.
    fn wait_elsewhere(&self) {
        self.lose_sight();
        self.screen.change(&|situation| situation.wait_elsewhere());
        self.me.render_soon();
    }

    /// Without a sign of life, a tab that the person looks at takes the lead; others ask again when they are seen. What is asked
    /// meanwhile gives it no more time. Where what the tab that leads has passes with it, it is asked again for as long as it
    /// has the lead: whoever took that would empty every tab.
    fn await_life(&self) {
        if self.follower.awaited.borrow().is_some() {
            return;
        }
        let timer = self.later(self.follower.patience(), |work| {
            work.lose_patience();
            if !work.follows() || !page::visible() {
                return;
            }
            if work.follower.passes.get() {
                return work.ask_for_life();
            }
            work.follower.quarrel();
            work.take_away();
        });
        *self.follower.awaited.borrow_mut() = Some(timer);
    }

    /// The tab that leads gave a sign of life. While a person may look at this one it is asked again and again, whatever
    /// they look at: they would wait in vain for what it does not hear.
    fn trust(&self) {
        self.lose_patience();
        let timer = self.later(LOOK_AGAIN, |work| {
            if page::visible() {
                work.ask_for_life();
            }
        });
        drop(self.follower.trusted.replace(Some(timer)));
    }

    /// The tab that leads is starting: it is asked again a little later.
    fn ask_again(&self) {
        let timer = self.later(PATIENCE, |work| {
            if work.follows() {
                work.follow();
            }
        });
        drop(self.follower.awaited.replace(Some(timer)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_to_what_was_asked_last_says_that_all_is_kept() {
        let follower = Follower::default();
        let before = follower.ask();
        follower.hold(Wish::End(ConversationId([1; 16])), None);
        let asked = follower.ask();
        assert!(!follower.is_answered(before), "the end was said after that");
        assert!(!follower.is_answered(asked + 1), "another tab asked");
        assert!(!follower.is_answered(0), "nothing is kept");
        assert!(follower.is_answered(asked));
        follower.let_kept_go();
        assert!(!follower.holds_any());
    }
}
