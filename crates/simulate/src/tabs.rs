//! Tabs of one browser that share an engine, as `segel-ui` has them: what a person sends in a tab is held there until
//! it is settled, and handed to whichever tab leads. Every tab stands on a page that the site lists.

mod asking;
mod asleep;
mod lead;
mod wishes;

use self::asking::Asked;
pub(crate) use self::lead::{Lead, Lock};

use segel_core::Input;
use segel_core::show::{Body, Delivery, Item, Life, Refusal, Show, Standing, Summary};
use segel_core::tabs::{Wish, settled};
use segel_wire::ids::EventId;

use crate::check;
use crate::device::{Device, Screen};
use crate::world::{Happening, World};

/// How long the tab that leads may take for a sign of life, in milliseconds.
const PATIENCE: u64 = 3_000;
/// It doubles with each quarrel up to so many.
const MOST_QUARRELS: u32 = 7;

/// Where a tab stands among those of its browser.
#[derive(Default)]
pub(crate) struct Tab {
    pub(crate) is_open: bool,
    /// Counts openings; what was said to an earlier one is not heard.
    pub(crate) life: u64,
    /// Counts places in the line for the lead; what the browser says of an earlier one is not heard.
    ticket: u64,
    start: Start,
    /// Whether it was told everything that is shown.
    is_served: bool,
    /// Whether it told some other tab everything.
    has_followers: bool,
    /// What its person sent and the relay may not have, or wants and may not be kept, in order.
    pub(crate) held: Vec<Wish>,
    /// How often some of that was said to a tab that has not answered since.
    unanswered: usize,
    /// What is answered once all is kept that its engine took.
    owed: Vec<Asked>,
    /// How often it asked the tab that leads for something.
    asked: u64,
    /// The timer that runs, by its number, and what it is for.
    awaited: Option<(u64, Then)>,
    timers: u64,
    quarrels: u32,
    /// Files that its person asked for.
    pub(crate) wanted: Vec<EventId>,
    /// None while it is awake.
    asleep: Option<Sleep>,
    /// When it hears what was said last; what comes later is not heard earlier.
    hears_at: u64,
}

/// A frozen tab.
struct Sleep {
    /// Whether it let go of the lead before.
    rests: bool,
    /// What happened to it meanwhile.
    postponed: Vec<Happening>,
}

/// How far a tab's engine has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Start {
    /// It does not lead.
    #[default]
    Follows,
    /// It leads, and reads what is kept.
    Starts,
    /// Its engine runs.
    Runs,
}

/// What follows when a timer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    TakesTheLead,
    AsksAgain,
}

/// What tabs of a browser tell each other.
#[derive(Clone)]
pub(crate) enum Word {
    Hello(Asked),
    Ping(Asked),
    Patience(Asked),
    Here,
    Everything(Asked, Vec<Show>),
    Change(Show),
    Wish(Asked, Wish),
    File(EventId, Vec<u8>),
}

impl Tab {
    /// Whether it is open and was opened so many times.
    pub(crate) fn is_alive(&self, life: u64) -> bool {
        self.is_open && self.life == life
    }

    /// Whether somebody can do something in it.
    pub(crate) fn is_awake(&self) -> bool {
        self.is_open && self.asleep.is_none()
    }

    /// Whether it shows what an engine shows.
    pub(crate) fn is_live(&self) -> bool {
        self.is_served || self.start == Start::Runs
    }

    /// Keeps what happens for when it wakes; gives it back if it is awake.
    pub(crate) fn postpone(&mut self, happening: Happening) -> Option<Happening> {
        match &mut self.asleep {
            Some(sleep) => {
                sleep.postponed.push(happening);
                None
            }
            None => Some(happening),
        }
    }

    /// How long it waits before it asks for the lead after another quarrel: not at all after the first.
    fn pause(&self) -> u64 {
        self.patience() - PATIENCE
    }

    fn patience(&self) -> u64 {
        PATIENCE << self.quarrels.min(MOST_QUARRELS)
    }

    fn let_go(&mut self, event: EventId) {
        self.held.retain(|wish| wish.makes() != Some(event));
    }

    /// All that was handed in is kept: of that only what the relay is to have is held any longer.
    fn let_kept_go(&mut self) {
        self.held.retain(|wish| wish.makes().is_some());
    }

    fn lose_sight(&mut self) {
        self.awaited = None;
        self.is_served = false;
    }
}

impl World {
    /// Tabs of a browser that are open.
    pub(crate) fn open_tabs(&self, browser: usize) -> impl Iterator<Item = usize> {
        let tabs = self.devices.iter().enumerate();
        let open = tabs.filter(move |(_, device)| device.browser == browser && device.tab.is_open);
        open.map(|(tab, _)| tab)
    }

    /// The person looks at one of a browser's tabs, if one answers.
    pub(crate) fn look_somewhere(&mut self, browser: usize) -> Option<usize> {
        let awake: Vec<_> = self.open_tabs(browser).filter(|tab| self.devices[*tab].tab.is_awake()).collect();
        let tab = self.chance.pick(&awake).copied()?;
        self.look_at(tab);
        Some(tab)
    }

    pub(crate) fn look_at(&mut self, tab: usize) {
        let browser = self.devices[tab].browser;
        if self.browsers[browser].seen.replace(tab) == Some(tab) || !self.follows(tab) {
            return;
        }
        if self.devices[tab].tab.is_served {
            self.devices[tab].tab.awaited = None;
            let asked = Some(self.ask(tab));
            self.say_to_tabs(tab, &Word::Ping(asked));
            self.await_life(tab);
        } else {
            self.follow(tab);
        }
    }

    /// Whether some other tab was told everything by this one.
    pub(crate) fn has_followers(&self, tab: usize) -> bool {
        self.devices[tab].tab.has_followers
    }

    /// The person sends a text or a file in a tab.
    pub(crate) fn submit(&mut self, tab: usize, wish: Wish) {
        if self.devices[tab].is_running() {
            // Another tab may take the lead before anything is kept.
            self.devices[tab].tab.held.push(wish.clone());
            self.fulfil(tab, wish);
        } else {
            self.tally.count("messages of following tabs");
            self.wish(tab, wish);
        }
    }

    /// The person does something else in a tab.
    pub(crate) fn input(&mut self, tab: usize, input: Input) {
        let wish = Wish::of(&input);
        if self.devices[tab].is_running() {
            self.devices[tab].tab.held.extend(wish.filter(Wish::is_held));
            self.take_in(tab, None, input);
            self.let_kept_go(tab);
        } else if let Some(wish) = wish {
            self.wish(tab, wish);
        }
    }

    /// The person wants something that carries words of theirs and makes no message.
    pub(crate) fn want(&mut self, tab: usize, wish: Wish) {
        if self.devices[tab].is_running() {
            if wish.is_held() {
                self.devices[tab].tab.held.push(wish.clone());
            }
            self.fulfil(tab, wish);
            self.let_kept_go(tab);
        } else {
            self.wish(tab, wish);
        }
    }

    /// A tab hears another.
    pub(crate) fn hear(&mut self, tab: usize, word: Word) {
        let Tab { is_served, .. } = self.devices[tab].tab;
        match word {
            Word::Hello(asked) => self.answer(tab, asked, true),
            Word::Ping(asked) => self.answer(tab, asked, false),
            Word::Wish(asked, wish) => {
                let is_held = wish.is_held();
                self.fulfil(tab, wish);
                self.answer(tab, asked, false);
                if is_held {
                    self.answer_once_kept(tab, asked);
                }
            }
            Word::Here if self.devices[tab].is_running() => self.make_sure(tab),
            _ if !self.follows(tab) => {}
            Word::Here => self.follow(tab),
            Word::Patience(asked) if is_served => {
                self.devices[tab].tab.awaited = None;
                // An answer to something else says nothing of what this tab has said.
                if self.is_answered(tab, asked) {
                    self.devices[tab].tab.unanswered = 0;
                    self.devices[tab].tab.let_kept_go();
                }
            }
            Word::Patience(asked) if self.is_answered(tab, asked) => {
                self.set_timer(tab, Then::AsksAgain, PATIENCE);
            }
            Word::Everything(asked, shows) if self.is_answered(tab, asked) => self.see_everything(tab, shows),
            Word::Change(show) if is_served => {
                self.devices[tab].tab.awaited = None;
                self.see(tab, show);
            }
            Word::File(event, bytes) => self.hand(tab, event, &bytes),
            Word::Everything(..) | Word::Change(_) | Word::Patience(_) => {}
        }
    }

    /// A tab's timer ends.
    pub(crate) fn lose_patience(&mut self, tab: usize, number: u64) {
        let patience = self.devices[tab].tab.awaited.take_if(|(running, _)| *running == number);
        if !self.follows(tab) {
            return;
        }
        let is_seen = self.browsers[self.devices[tab].browser].seen == Some(tab);
        match patience {
            Some((_, Then::AsksAgain)) => self.follow(tab),
            Some((_, Then::TakesTheLead)) if is_seen => {
                self.devices[tab].tab.quarrels += 1;
                self.take_away(tab);
            }
            _ => {}
        }
    }

    /// The engine of a tab shows a change, there and in the others.
    pub(crate) fn serve(&mut self, tab: usize, show: Show) {
        if self.has_followers(tab) {
            self.say_to_tabs(tab, &Word::Change(show.clone()));
        }
        if let Show::Item(item) = &show {
            self.wonder(tab, item);
            if matches!(item.delivery, Delivery::Failed(_)) {
                let failed = self.said.iter_mut().filter(|said| said.event == item.event);
                failed.for_each(|said| said.has_failed = true);
            }
        }
        self.complaints.extend(check::doubted(self, tab, &show));
        let is_erased = show == Show::Erased;
        self.see(tab, show);
        if is_erased {
            self.begin_anew(tab);
        }
    }

    /// A tab shows a change; what it settles is held no longer.
    fn see(&mut self, tab: usize, show: Show) {
        if let Show::Refused(refusal) = &show {
            self.note(tab, || format!("shows the refusal {}", refusal.code()));
            let browser = self.devices[tab].browser;
            self.browsers[browser].was_forked |= *refusal == Refusal::LogForked;
        }
        if let (Show::Introduce { conversation, visitor }, true) = (&show, self.weather.vouches) {
            self.ask_page(tab, *conversation, visitor);
        }
        if let Show::Conversation(summary) = &show {
            self.see_holder(tab, summary);
        }
        if let Some(event) = settled(&show) {
            self.devices[tab].tab.let_go(event);
        }
        self.devices[tab].screen.apply(show);
    }

    /// Where nobody lost state, nothing is closed even for a while because somebody sealed it from an older one. A tab that led
    /// before and does not know better yet goes by what it had then.
    fn wonder(&mut self, tab: usize, item: &Item) {
        let is_stale = matches!(
            item.body,
            Body::Closed(Refusal::MessageStale | Refusal::MessageAltered | Refusal::MessageReplayed)
        );
        if !is_stale || self.has_lost_state() {
            return;
        }
        let Device { browser, term, .. } = self.devices[tab];
        let leads = self.browsers[browser].disk.term() == term;
        // What a device said that was removed since may be tried as a visitor's, where nobody knows who that is.
        let row = self.relay.log().iter().find(|row| row.event == item.event);
        let mut removed = self.browsers.iter().filter(|other| !check::is_served(self, other));
        let is_removed = row.is_some_and(|row| removed.any(|other| other.id == Some(row.sender)));
        if leads && !is_removed {
            let name = &self.browsers[browser].name;
            self.complaints.push(format!("{name} showed {} as {:?}", item.event, item.body));
        }
    }

    fn see_holder(&mut self, tab: usize, summary: &Summary) {
        let (id, hold) = (summary.conversation, &summary.hold);
        let browser = self.devices[tab].browser;
        if hold.standing == Standing::Others {
            self.browsers[browser].others.insert(id);
        }
        if summary.life != Life::Open {
            let acts = self.devices[tab].screen.acts(id);
            self.browsers[browser].ended_by.entry(id).or_default().extend(acts);
        }
        let before = self.devices[tab].screen.conversations.get(&id);
        if before.is_none_or(|before| before.hold.holder != hold.holder) {
            let holder = hold.holder.as_deref().unwrap_or("nobody");
            self.note(tab, || format!("shows {id} as held by {holder}"));
        }
    }

    fn see_everything(&mut self, tab: usize, shows: Vec<Show>) {
        self.devices[tab].tab.awaited = None;
        let refusals = core::mem::take(&mut self.devices[tab].screen.refusals);
        self.devices[tab].screen = Screen { refusals, ..Screen::default() };
        for show in shows {
            self.see(tab, show);
        }
        let own = &mut self.devices[tab].tab;
        (own.is_served, own.quarrels) = (true, 0);
        if self.can_vouch(tab) {
            // Whoever leads by now may not have heard of it.
            self.say_wish(tab, Wish::Introduce(None));
        }
        self.say_held(tab);
    }

    fn follows(&self, tab: usize) -> bool {
        self.devices[tab].tab.start == Start::Follows
    }

    /// Another tab leads: asks it for everything.
    fn follow(&mut self, tab: usize) {
        self.devices[tab].tab.lose_sight();
        let asked = Some(self.ask(tab));
        self.say_to_tabs(tab, &Word::Hello(asked));
        self.await_life(tab);
    }

    /// An engine takes an input; if that makes or undoes something, the step is noted that keeps it.
    fn take_in(&mut self, tab: usize, makes: Option<EventId>, input: Input) {
        let over = self.devices[tab].screen.over();
        let undoing = Wish::of(&input);
        let generation = self.take(tab, input);
        let (browser, by) = (self.devices[tab].browser, (tab, self.devices[tab].run));
        let said = self.said.iter_mut().find(|said| Some(said.event) == makes);
        if let Some(said) = said
            && said.step.take(by, generation)
        {
            said.over = over;
        }
        if let Some(step) = undoing.and_then(|wish| self.undoing(browser, &wish)) {
            step.take(by, generation);
        }
    }

    /// What is said in a browser's channel is heard by all other tabs, in order.
    pub(crate) fn say_to_tabs(&mut self, tab: usize, word: &Word) {
        let browser = self.devices[tab].browser;
        let others: Vec<_> = self.open_tabs(browser).filter(|other| *other != tab).collect();
        for other in others {
            let at = self.now + self.chance.between(0, 15);
            let Tab { life, hears_at, .. } = &mut self.devices[other].tab;
            *hears_at = at.max(*hears_at);
            let heard = Happening::Heard { tab: other, life: *life, word: word.clone() };
            self.agenda.plan(*hears_at, heard);
        }
    }
}
