//! Visitors have everything erased, after all that went before: tabs crash, and the relay dies or refuses meanwhile.

use std::collections::BTreeSet;

use segel_core::Input;
use segel_core::show::{Body, Gate};
use segel_wire::ids::{ConversationId, DeviceId};

use crate::chance::Chance;
use crate::device::{Browser, Screen};
use crate::world::World;

/// How long everything may take, in milliseconds: a tab that crashed is opened again within 30 seconds.
const PATIENCE: u64 = 10 * 60 * 1_000;
/// How long people wait before they look, in milliseconds.
const LOOKS_AFTER: u64 = 60 * 1_000;
/// Of chance: nothing that happened before depends on what happens now.
const STREAM: u64 = u64::MAX;

/// What a visitor wants to have erased.
struct Erased {
    browser: usize,
    device: DeviceId,
    conversations: BTreeSet<ConversationId>,
}

impl World {
    /// Some visitors have everything erased, and after a while nothing of it is to be seen or kept.
    pub(crate) fn erase_some(&mut self, seed: u64) {
        let chance = &mut Chance::new(seed, STREAM);
        self.relay_has_moods(true);
        let visitors = (0..self.browsers.len()).filter(|browser| self.browsers[*browser].is_visitor());
        let visitors: Vec<_> = visitors.filter(|_| chance.one_in(2)).collect();
        let erased: Vec<_> =
            visitors.into_iter().filter_map(|browser| self.erase_all_of(browser, chance)).collect();
        let deadline = self.now + PATIENCE;
        loop {
            self.play_until(self.now + LOOKS_AFTER);
            self.open_everything();
            self.play_until(self.now + LOOKS_AFTER);
            let complaints: Vec<_> = erased.iter().flat_map(|erased| self.still_there(erased)).collect();
            if complaints.is_empty() || self.now >= deadline {
                return self.complaints.extend(complaints);
            }
            for Erased { browser, device, .. } in &erased {
                // The tab may have ended before that was kept.
                if self.browsers[*browser].id == Some(*device) {
                    self.want_erased(*browser);
                }
            }
        }
    }

    fn erase_all_of(&mut self, browser: usize, chance: &mut Chance) -> Option<Erased> {
        let device = self.browsers[browser].id?;
        self.want_erased(browser)?;
        self.tally.count("visitors who have everything erased");
        if chance.one_in(3) {
            let tabs: Vec<_> = self.open_tabs(browser).collect();
            self.play_until(self.now + chance.between(0, 300));
            chance.pick(&tabs).copied().into_iter().for_each(|tab| self.crash_tab(tab));
        }
        if chance.one_in(3) {
            self.play_until(self.now + chance.between(0, 300));
            self.kill_relay();
        }
        let log = self.relay.log().iter().filter(|row| row.visitor == device);
        let conversations = log.map(|row| row.conversation).collect();
        Some(Erased { browser, device, conversations })
    }

    fn want_erased(&mut self, browser: usize) -> Option<()> {
        let tab = self.look_somewhere(browser)?;
        self.note(tab, || "wants everything erased".to_owned());
        self.input(tab, Input::Erase);
        Some(())
    }

    /// A sentence for whatever is left of it.
    fn still_there(&self, erased: &Erased) -> Vec<String> {
        let mut found = Vec::new();
        let was_set_back = self.tally.counts.contains_key("relay set back");
        let visitor = &self.browsers[erased.browser];
        let name = &visitor.name;
        if !visitor.disk.sealed().is_empty() || visitor.id == Some(erased.device) {
            found.push(format!("{name} still keeps what was erased"));
        }
        for tab in self.open_tabs(erased.browser) {
            let screen = &self.devices[tab].screen;
            if !screen.items.is_empty() || screen.gate == Some(Gate::Erasing) {
                found.push(format!("{name} still sees what was erased"));
            }
        }
        let of_it = self.relay.log().iter().filter(|row| erased.conversations.contains(&row.conversation));
        for row in of_it.filter(|row| !row.is_erased) {
            if row.sender != erased.device || self.relay.keeps_more_than(row) {
                found.push(format!("the relay still has {} of {name}", row.event));
            }
            let told = row.envelope.wraps.iter().map(|wrapped| wrapped.device);
            for agent in told.filter_map(|device| self.agent_of(device)) {
                let screen = agent.leader.map(|leader| &self.devices[leader].screen);
                let Some(screen) = screen.filter(|screen| shows(screen, row.conversation)) else { continue };
                let how = screen.items.get(&(row.conversation, row.event)).map(|item| &item.body);
                // A relay that was set back may have handed out a prekey again: what says so does not open.
                let may_stay_closed = matches!(how, Some(Body::Closed(_))) && was_set_back;
                if !may_stay_closed {
                    found.push(format!("{} still sees what {name} has erased: {how:?}", agent.name));
                }
            }
        }
        found
    }

    /// The console of a device that hears what it is told: it is listed, and lost no state.
    fn agent_of(&self, device: DeviceId) -> Option<&Browser> {
        let console = self.browsers.iter().find(|browser| browser.id == Some(device))?;
        (!console.is_visitor() && !console.was_set_back && self.relay.lists(device)).then_some(console)
    }
}

fn shows(screen: &Screen, conversation: ConversationId) -> bool {
    let mut items = screen.items.values().filter(|item| item.conversation == conversation);
    items.any(|item| !matches!(item.body, Body::Erased | Body::Withheld))
}
