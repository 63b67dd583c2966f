//! Whether agents are shown as confirmed who was vouched for, and nobody else.

use segel_core::show::{Body, Identity, Item};

use super::{is_served, running, was_torn};
use crate::device::{Browser, Device};
use crate::world::World;

/// What does not hold of the names that one browser shows.
pub(super) fn complaints(world: &World, browser: &Browser, tab: &Device) -> Vec<String> {
    let mut found = Vec::new();
    let listed = world.owner.voucher().key();
    for (conversation, summary) in &tab.screen.conversations {
        let said = tab.screen.timeline(*conversation).into_iter().rev();
        let mut said = said.filter_map(|item| match &item.body {
            Body::Introduced(subject) => Some((item, subject)),
            _ => None,
        });
        let is_false = |subject: &str| {
            world.vouched.iter().any(|vouched| vouched.is_false && vouched.subject == subject)
        };
        if said.clone().any(|(_, subject)| is_false(subject)) {
            found.push(format!("{} shows what nobody vouched for", browser.name));
        }
        if let (Some((item, subject)), true) = (said.next(), browser.is_visitor()) {
            found.extend(agents(world, browser, item, subject));
        }
        if let (Identity::Confirmed { subject, .. }, false) = (&summary.identity, browser.is_visitor()) {
            let is_so = world
                .vouched
                .iter()
                .any(|vouched| vouched.subject == *subject && vouched.is_by(listed) && !vouched.is_false);
            if !is_so && is_served(world, browser) {
                found.push(format!("{} shows {subject:?} as confirmed", browser.name));
            }
        }
    }
    found
}

/// Whether the agents who got a visitor's last token show what it comes to.
fn agents(world: &World, visitor: &Browser, item: &Item, subject: &str) -> Vec<String> {
    let Some(row) = world.relay.log().iter().find(|row| row.event == item.event) else { return Vec::new() };
    let listed = world.owner.voucher().key();
    let judged = |stored: u64| {
        let times = (item.time / 1_000, stored / 1_000);
        let mut vouched = world.vouched.iter().filter(|vouched| vouched.subject == subject);
        let counts = vouched.any(|vouched| vouched.counts(item.conversation, times, listed));
        if counts {
            Identity::Confirmed { subject: subject.to_owned(), at: item.time }
        } else {
            Identity::Refused
        }
    };
    // What is sent again to a relay that was set back is stored later there; who got it before goes by when it was stored first.
    let owed: Vec<_> = world.relay.times(item.event).iter().map(|stored| judged(*stored)).collect();
    let mut found = Vec::new();
    for (browser, tab) in running(world).filter(|(browser, _)| !browser.is_visitor()) {
        let is_for = row.envelope.wraps.iter().any(|wrapped| Some(wrapped.device) == browser.id);
        let shown = tab.screen.conversations.get(&item.conversation).map(|summary| &summary.identity);
        let is_right = shown.is_some_and(|shown| owed.contains(shown));
        if is_for && is_served(world, browser) && !was_torn(world, browser, row) && !is_right {
            found.push(format!("{} shows {} as {shown:?} and not {owed:?}", browser.name, visitor.name));
        }
    }
    found
}

/// How many visitors are confirmed to how many agents.
pub(crate) fn confirmed(world: &World) -> u64 {
    let agents = running(world).filter(|(browser, _)| !browser.is_visitor());
    let summaries = agents.flat_map(|(_, tab)| tab.screen.conversations.values());
    summaries.map(|summary| u64::from(matches!(summary.identity, Identity::Confirmed { .. }))).sum()
}
