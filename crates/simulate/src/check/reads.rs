//! Whether what is said of reading is so: nothing is shown as read that nobody read, and in the end everything as read.

use segel_core::show::{Author, Body, Delivery, Item, Standing};

use super::{is_served, is_with_relay, running, was_torn};
use crate::device::{Browser, Device};
use crate::relay::Row;
use crate::world::World;

/// How long a look may be on its way to the tab that leads, in milliseconds: as long as that may be frozen.
const ON_ITS_WAY: u64 = 61_000;

/// What is shown as read that nobody can have read.
pub(super) fn complaints(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for (browser, tab) in running(world) {
        for (item, row) in own(world, tab) {
            if item.delivery == Delivery::Read && !may_be_read(world, browser, row) {
                found.push(format!("{} shows {} as read, which nobody read", browser.name, item.event));
            }
        }
    }
    found
}

/// Own texts that somebody of the other side has read and that are not shown as that.
pub(crate) fn unread(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    // Whom the relay told another log than before knows of no reading until that is said again, and whoever is told the same log
    // does not say it again.
    let counts = |browser: &Browser| is_served(world, browser) && !browser.was_forked;
    for (browser, tab) in running(world).filter(|(browser, _)| counts(browser)) {
        let is_told = |item: &Item| browser.is_visitor() || holds(tab, item);
        for (item, row) in
            own(world, tab).filter(|(item, _)| item.delivery != Delivery::Read && is_told(item))
        {
            let readers = others(world, browser).filter(|(reader, _)| is_served(world, reader));
            let mut readers = readers.filter(|(reader, _)| {
                let is_for = row.envelope.wraps.iter().any(|wrapped| Some(wrapped.device) == reader.id);
                is_for && !browser.was_set_back && !was_torn(world, reader, row)
            });
            if let Some((reader, _)) = readers.find(|(_, there)| shows_as_read(there, item)) {
                found.push(format!(
                    "{} shows {} as {:?}, which {} has read",
                    browser.name, item.event, item.delivery, reader.name
                ));
            }
        }
    }
    found
}

/// Own texts that the relay has.
fn own<'w>(world: &'w World, tab: &'w Device) -> impl Iterator<Item = (&'w Item, &'w Row)> {
    let own = tab.screen.items.values().filter(|item| {
        item.author == Author::Own && matches!(item.body, Body::Text(_)) && is_with_relay(item.delivery)
    });
    own.filter_map(|item| Some((item, world.relay.log().iter().find(|row| row.event == item.event)?)))
}

/// Whether somebody of the other side looked after it was stored, or has written since.
fn may_be_read(world: &World, writer: &Browser, row: &Row) -> bool {
    let is_other = |browser: &Browser| browser.is_visitor() != writer.is_visitor();
    let mut looked = world.looked.iter().filter(|looked| looked.conversation == row.conversation);
    let mut later = world.relay.log().iter().filter(|later| {
        later.conversation == row.conversation
            && later.position > row.position
            && (later.sender == later.visitor) != writer.is_visitor()
    });
    // A relay that was set back stored it again after it was read.
    let is_stored_anew = world.tally.counts.contains_key("relay set back");
    let is_since = |at: u64| is_stored_anew || at + ON_ITS_WAY >= row.time;
    looked.any(|looked| is_other(&world.browsers[looked.browser]) && is_since(looked.at))
        || later.any(|later| world.said.iter().any(|said| said.event == later.event))
}

/// Whether what is said goes there: who let go of a conversation is not told how far it was read since.
fn holds(tab: &Device, item: &Item) -> bool {
    let summary = tab.screen.conversations.get(&item.conversation);
    summary.is_some_and(|summary| matches!(summary.hold.standing, Standing::Mine | Standing::Joined))
}

/// Whoever is of the other side.
fn others<'w>(world: &'w World, writer: &'w Browser) -> impl Iterator<Item = (&'w Browser, &'w Device)> {
    running(world).filter(|(browser, _)| browser.is_visitor() != writer.is_visitor())
}

/// Whether somebody has it before their eyes who may say that they read it.
fn shows_as_read(there: &Device, item: &Item) -> bool {
    let shown = there.screen.items.get(&(item.conversation, item.event));
    let summary = there.screen.conversations.get(&item.conversation);
    shown.is_some_and(|shown| shown.body == item.body && shown.vouched.is_none())
        && summary.is_some_and(|summary| {
            summary.answerable && summary.unread == 0 && summary.hold.standing != Standing::Others
        })
}
