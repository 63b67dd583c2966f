//! What people do: write, open and close tabs, enrol and remove devices.

use std::collections::BTreeSet;

use segel_core::show::{self, Body, Gate, Summary};
use segel_core::tabs::Wish;
use segel_core::{Input, VisitorConfig};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::signed::Order;

use crate::chance::Chance;
use crate::device::{Browser, Device, Part};
use crate::files::Document;
use crate::owner::{PAGE, RELAY};
use crate::step::Step;
use crate::world::{Happening, START, World};
use crate::{Planted, check};

/// What a person typed into some messages; it must never leave the tab.
pub(crate) const CARD: &str = "4111 1111 1111 1111";

#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    /// Somebody writes something.
    Say {
        browser: usize,
    },
    /// Somebody takes back a text of theirs.
    Withdraw {
        browser: usize,
    },
    /// Somebody sends a file.
    Attach {
        browser: usize,
    },
    /// Somebody wants the files that came.
    Fetch {
        browser: usize,
    },
    /// Somebody presses a key.
    Type {
        browser: usize,
    },
    /// Somebody looks at a conversation, to its end.
    Look {
        browser: usize,
    },
    /// Somebody ends a conversation.
    End {
        browser: usize,
    },
    /// A visitor says what they think of one that has ended.
    Rate {
        browser: usize,
    },
    /// An agent changes who holds a conversation.
    Act {
        browser: usize,
    },
    StartTab {
        device: usize,
    },
    /// The owner takes up the enrolments that the relay has.
    Attend,
    RenewRoster,
    /// The business's server gets another key.
    RenewVoucher,
    InviteDevice,
    RemoveDevice,
    /// Nobody does anything: time is up.
    Rest,
}

/// A text or a file that a tab took.
pub(crate) struct Said {
    pub(crate) browser: usize,
    /// The tab that it was written in, and which of its openings.
    pub(crate) tab: usize,
    pub(crate) life: u64,
    /// As its masker passed it; a file's name.
    pub(crate) text: String,
    pub(crate) file: Option<Document>,
    pub(crate) event: EventId,
    pub(crate) step: Step,
    /// Whether its sender's storage has lost it since.
    pub(crate) is_gone_here: bool,
    /// Conversations that had ended by what the engine showed that took it.
    pub(crate) over: BTreeSet<ConversationId>,
    /// That its sender wants it taken back.
    pub(crate) withdrawal: Option<Step>,
    /// Whether it was shown as failed: it is sent anew after what was said later.
    pub(crate) has_failed: bool,
}

const ATTENDED_EVERY: u64 = 4_000;

impl World {
    /// The site opens: owner, consoles, visitors, and all that they will do.
    pub(crate) fn open_for_business(&mut self) {
        let roster = self.owner.next_roster(self.now / 1_000);
        self.relay.publish(roster);
        for number in 0..self.weather.consoles {
            self.add_console(number % self.weather.agents);
        }
        let (site, root) = self.site();
        for number in 0..self.weather.visitors {
            let config =
                VisitorConfig { site, root, relay: RELAY.into(), page: PAGE.into(), floor: Order::default() };
            let browser = self.add_browser(format!("visitor {}", number + 1), Part::Visitor(config));
            for _ in 0..=self.chance.place(3) {
                self.add_tab(browser);
            }
        }
        self.agenda.plan(self.now + 500, Happening::Deed(Deed::Attend));
        let browsers = self.browsers.len();
        for _ in 0..self.weather.texts {
            let at = self.chance.between(self.now + 2_000, self.weather.ends_at);
            let browser = self.chance.place(browsers);
            self.agenda.plan(at, Happening::Deed(Deed::Say { browser }));
            let before = at.saturating_sub(self.chance.between(500, 6_000));
            self.agenda.plan(before, Happening::Deed(Deed::Type { browser }));
        }
        for _ in 0..self.weather.looks {
            let (browser, at) =
                (self.chance.place(browsers), self.chance.between(self.now + 5_000, self.weather.ends_at));
            self.agenda.plan(at, Happening::Deed(Deed::Look { browser }));
        }
        for _ in 0..self.weather.withdrawals {
            let at = self.chance.between(self.now + 10_000, self.weather.ends_at);
            let browser = self.chance.place(browsers);
            self.agenda.plan(at, Happening::Deed(Deed::Withdraw { browser }));
        }
        for _ in 0..self.weather.files {
            let browser = self.chance.place(browsers);
            let at = self.chance.between(self.now + 5_000, self.weather.ends_at);
            self.agenda.plan(at, Happening::Deed(Deed::Attach { browser }));
            let (browser, later) = (self.chance.place(browsers), at + self.chance.between(1_000, 20_000));
            self.agenda.plan(later, Happening::Deed(Deed::Fetch { browser }));
        }
        for _ in 0..self.weather.acts {
            let at = self.chance.between(self.now + 20_000, self.weather.ends_at);
            let browser = self.chance.place(self.weather.consoles);
            self.agenda.plan(at, Happening::Deed(Deed::Act { browser }));
        }
        for _ in 0..self.weather.ends {
            let browser = self.chance.place(browsers);
            let at = self.chance.between(self.now + 20_000, self.weather.ends_at);
            self.agenda.plan(at, Happening::Deed(Deed::End { browser }));
            let (browser, later) = (self.chance.place(browsers), at + self.chance.between(500, 60_000));
            self.agenda.plan(later, Happening::Deed(Deed::Rate { browser }));
        }
        self.plan_faults();
    }

    pub(crate) fn deed(&mut self, deed: Deed) {
        match deed {
            Deed::Say { browser } => self.say(browser),
            Deed::Withdraw { browser } => self.withdraw(browser),
            Deed::Attach { browser } => self.attach(browser),
            Deed::Fetch { browser } => self.fetch_missing(browser),
            Deed::Type { browser } => self.begin_to_write(browser),
            Deed::Look { browser } => self.look(browser),
            Deed::End { browser } => self.end(browser),
            Deed::Rate { browser } => self.rate(browser),
            Deed::Act { browser } => self.act(browser),
            Deed::StartTab { device } => self.open_tab(device),
            Deed::Attend => {
                self.attend();
                self.agenda.plan(self.now + ATTENDED_EVERY, Happening::Deed(Deed::Attend));
            }
            Deed::RenewRoster => self.publish(),
            Deed::RenewVoucher => {
                self.tally.count("vouchers renewed");
                self.owner.renew_voucher(&mut self.chance);
                self.publish();
            }
            Deed::InviteDevice => {
                if self.owner.listed() < 6 {
                    let agent = self.chance.place(self.weather.agents);
                    self.add_console(agent);
                }
            }
            Deed::RemoveDevice => self.remove_console(),
            Deed::Rest => {}
        }
    }

    /// Faults end, everything is mended and runs again.
    pub(crate) fn calm_down(&mut self) {
        self.trace.note(self.now - START, "all", || "it is calm from here on".to_owned());
        self.weather.crashes_after_commits = false;
        self.weather.loses_answers = false;
        self.weather.frames_double = false;
        self.relay.is_up = true;
        self.relay_has_moods(false);
        for browser in &mut self.browsers {
            browser.disk.fill(false);
            browser.skew = 0;
        }
        for device in 0..self.devices.len() {
            self.devices[device].slow_until = 0;
            // Who knows of a cut link hears later that it is back.
            self.mend(device, false);
        }
        for tab in 0..self.devices.len() {
            self.wake(tab);
            if self.open_tabs(self.devices[tab].browser).next().is_none() {
                self.open_tab(tab);
            }
        }
    }

    /// Whoever sees that a message failed tries it again; there has to be a reason that it failed for.
    pub(crate) fn try_failed_again(&mut self) {
        for browser in 0..self.browsers.len() {
            let Some(tab) = self.look_somewhere(browser) else { continue };
            for item in self.devices[tab].screen.failed() {
                let (conversation, event) = (item.conversation, item.event);
                self.complaints.extend(check::baseless(self, browser, &item));
                self.input(tab, Input::Retry { conversation, event });
            }
        }
    }

    /// Everybody looks into every conversation that they have.
    pub(crate) fn open_everything(&mut self) {
        for tab in 0..self.devices.len() {
            let listed: Vec<_> = self.devices[tab].screen.conversations.keys().copied().collect();
            for conversation in listed {
                self.input(tab, Input::Open(conversation));
            }
        }
    }

    /// Every tab is closed and opened again: what people see comes from what was kept.
    pub(crate) fn start_all_again(&mut self) {
        let open: Vec<_> = (0..self.devices.len()).filter(|tab| self.devices[*tab].tab.is_open).collect();
        for tab in &open {
            self.close_tab(*tab, 0);
        }
        for tab in open {
            self.open_tab(tab);
        }
    }

    fn begin_to_write(&mut self, browser: usize) {
        let Some(tab) = self.look_somewhere(browser) else { return };
        let writable = self.devices[tab].screen.writable();
        if let Some(&conversation) = self.chance.pick(&writable) {
            self.input(tab, Input::Typing { conversation, typing: true });
        }
    }

    fn say(&mut self, browser: usize) {
        let Some((tab, conversation)) = self.where_to_write(browser) else { return };
        let number = self.said.len();
        let card = if self.chance.one_in(6) { format!(" {CARD}") } else { String::new() };
        let Ok(masked) = segel_mask::mask(&format!("text {number}{card}")) else { return };
        let text = masked.text.into_string();
        self.tally.count("texts");
        self.note(tab, || format!("says {text:?}"));
        let event = self.remember(tab, text.clone(), None);
        self.submit(tab, Wish::Submit(conversation, event, text, None));
        if let Some(conversation) = conversation {
            self.input(tab, Input::Typing { conversation, typing: false });
        }
    }

    /// Somebody takes back one of the texts that they see as theirs.
    fn withdraw(&mut self, browser: usize) {
        let Some(tab) = self.look_somewhere(browser) else { return };
        let own = self.own_texts(tab, |said| said.withdrawal.is_none());
        let Some(&(conversation, event)) = self.chance.pick(&own) else { return };
        self.tally.count("texts withdrawn");
        self.note(tab, || format!("withdraws {event}"));
        let wanted = self.wanted_in(tab);
        if let Some(said) = self.said.iter_mut().find(|said| said.event == event) {
            said.withdrawal = Some(wanted);
        }
        self.input(tab, Input::Withdraw { conversation, event });
    }

    /// Whoever still sees a text that they took back takes it back again if the tab in which they did ended before that was
    /// kept.
    pub(crate) fn withdraw_again(&mut self) {
        for browser in 0..self.browsers.len() {
            let Some(tab) = self.look_somewhere(browser) else { continue };
            let is_lost =
                |said: &Said| said.withdrawal.as_ref().is_some_and(|step| self.is_to_be_wanted_again(step));
            for (conversation, event) in self.own_texts(tab, is_lost) {
                self.input(tab, Input::Withdraw { conversation, event });
            }
        }
    }

    /// Own texts that a tab shows, and offers to take back.
    fn own_texts(&self, tab: usize, is: impl Fn(&Said) -> bool) -> Vec<(ConversationId, EventId)> {
        let device = &self.devices[tab];
        let said = self.said.iter().filter(|said| said.browser == device.browser && is(said));
        let items = device.screen.items.values();
        let shown: Vec<_> = items.filter(|item| matches!(item.body, Body::Text(_))).collect();
        let own = said.filter_map(|said| shown.iter().find(|item| item.event == said.event));
        own.map(|item| (item.conversation, item.event)).collect()
    }

    /// A tab takes a message; answers its id.
    pub(crate) fn remember(&mut self, tab: usize, text: String, file: Option<Document>) -> EventId {
        let event = EventId(self.chance.id());
        self.said.push(Said {
            browser: self.devices[tab].browser,
            tab,
            life: self.devices[tab].tab.life,
            text,
            file,
            event,
            step: Step::default(),
            is_gone_here: false,
            over: BTreeSet::new(),
            withdrawal: None,
            has_failed: false,
        });
        event
    }

    /// A tab and a conversation in it that can be written in; none yet for a visitor's first message.
    pub(crate) fn where_to_write(&mut self, browser: usize) -> Option<(usize, Option<ConversationId>)> {
        let tab = self.look_somewhere(browser)?;
        let screen = &self.devices[tab].screen;
        if screen.gate != Some(Gate::Open) {
            return None;
        }
        let mut places = screen.writable();
        if self.chance.one_in(8) {
            // The page may not have shown it as ended yet.
            places.extend(screen.over());
        }
        let conversation = self.chance.pick(&places).copied();
        (conversation.is_some() || self.browsers[browser].is_visitor()).then_some((tab, conversation))
    }

    /// Something that the screen offers.
    fn act(&mut self, browser: usize) {
        let Some(tab) = self.look_somewhere(browser) else { return };
        let conversations = self.devices[tab].screen.conversations.values();
        let offered = conversations.flat_map(|Summary { conversation, hold, .. }| {
            let transfers = hold.colleagues.iter().map(|(agent, _)| show::Deed::Transfer(*agent));
            // Who ends one is planned by itself.
            let may = hold.may.iter().copied().filter(|deed| !matches!(deed, show::Deed::End));
            may.chain(transfers).map(|deed| (*conversation, deed))
        });
        let offered: Vec<_> = offered.collect();
        if let Some(&(conversation, deed)) = self.chance.pick(&offered) {
            self.tally.count("acts");
            self.note(tab, || format!("wants {deed:?}"));
            self.input(tab, Input::Act { conversation, deed });
        }
    }

    fn attend(&mut self) {
        if !self.relay.is_up {
            return;
        }
        let enrolments: Vec<_> = self.relay.enrolments().collect();
        let now = self.now / 1_000;
        let taken = enrolments.iter().filter(|(id, bytes)| self.owner.accept(*id, bytes, now)).count();
        if taken > 0 {
            self.publish();
        }
    }

    fn publish(&mut self) {
        let roster = self.owner.next_roster(self.now / 1_000);
        self.tally.count("rosters");
        let sent = self.relay.publish(roster);
        self.carry(sent);
    }

    fn add_console(&mut self, agent: usize) {
        let code = self.owner.invite(agent, &mut self.chance);
        let browser = self.add_browser(format!("console {}", self.browsers.len() + 1), Part::Agent(code));
        for _ in 0..=self.chance.place(2) {
            self.add_tab(browser);
        }
    }

    /// A console is taken out of the roster; its tab stays open.
    fn remove_console(&mut self) {
        let consoles = self.browsers.iter().filter(|browser| !browser.is_visitor());
        let listed: Vec<_> =
            consoles.filter_map(|browser| browser.id.filter(|id| self.relay.lists(*id))).collect();
        if listed.len() > 1
            && let Some(&device) = self.chance.pick(&listed)
        {
            self.tally.count("consoles removed");
            self.owner.remove(device);
            self.publish();
        }
    }

    fn add_browser(&mut self, name: String, part: Part) -> usize {
        self.browsers.push(Browser::new(name, part));
        self.browsers.len() - 1
    }

    fn add_tab(&mut self, browser: usize) {
        let device = self.devices.len();
        let drawn = self.chance.between(0, u64::MAX - 1);
        let seed = if self.planted == Some(Planted::SameRandomness) { browser as u64 } else { drawn };
        let chance = Chance::new(seed, 1);
        self.devices.push(Device::new(browser, chance));
        let at = self.now + self.chance.between(1, 20_000);
        self.agenda.plan(at, Happening::Deed(Deed::StartTab { device }));
    }
}

/// Whether an item shows this text.
pub(crate) fn shows(body: &Body, text: &str) -> bool {
    matches!(body, Body::Text(shown) if shown == text)
        || matches!(body, Body::File(file) if file.name == text)
}
