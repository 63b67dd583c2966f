//! Whether who holds a conversation has all that was said in it, and all agree on who that is.

use segel_core::show::{Body, Deed, Delivery, Item, Standing};
use segel_wire::ids::ConversationId;

use super::{is_served, is_with_relay, running, was_torn};
use crate::device::{Browser, Device};
use crate::relay::Row;
use crate::world::World;

/// Within this, in milliseconds, a sender sees in the log what it sent, and all before it.
const COMES_BACK: u64 = 120_000;

/// What does not hold of holders and of what was handed on to them.
pub(super) fn complaints(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for (browser, tab) in running(world).filter(|(browser, _)| !browser.is_visitor()) {
        for (id, summary) in &tab.screen.conversations {
            if summary.hold.standing != Standing::Mine || !is_served(world, browser) {
                continue;
            }
            let visitors = running(world).filter(|(browser, _)| browser.is_visitor());
            for (visitor, told) in visitors.filter(|(_, told)| told.screen.conversations.contains_key(id)) {
                found.extend(history(world, (browser, tab), (visitor, told), *id));
                let (here, there) = (&summary.hold.holder, &told.screen.conversations[id].hold.holder);
                if here != there
                    && !lost_state(world, browser, visitor)
                    && !is_untold(world, (browser, tab), visitor, *id)
                {
                    found.push(format!(
                        "{id} is held by {here:?} for {} and by {there:?} for {}",
                        browser.name, visitor.name
                    ));
                }
            }
        }
    }
    found
}

/// Whether the holder shows each text that its visitor shows.
fn history(
    world: &World,
    (browser, tab): (&Browser, &Device),
    (visitor, told): (&Browser, &Device),
    id: ConversationId,
) -> Vec<String> {
    let is_text = |item: &&Item| item.conversation == id && matches!(item.body, Body::Text(_));
    let stored = told
        .screen
        .items
        .values()
        .filter(is_text)
        .filter(|item| is_with_relay(item.delivery) || matches!(item.delivery, Delivery::Received));
    let mut found = Vec::new();
    for item in stored {
        let shown = tab.screen.items.get(&(id, item.event)).map(|shown| &shown.body);
        let Some(row) = world.relay.log().iter().find(|row| row.event == item.event) else { continue };
        // What was sealed before a device could be reached stays closed to it, unless it is handed on to it.
        let sealed = world.sealed_at(row);
        let was_there = browser.id.is_some_and(|device| world.relay.could_reach(device, row, sealed));
        let is_due = was_there || was_handed(world, (browser, tab), id);
        let is_torn = was_torn(world, browser, row) || lost_state(world, browser, visitor);
        if shown == Some(&item.body) || is_torn || !is_due {
            continue;
        }
        found.push(format!("{} holds {id} and does not show {}: {shown:?}", browser.name, item.event));
    }
    found
}

/// Whether the last act hands the conversation to the device's agent, and was sealed to this device.
fn was_handed(world: &World, (browser, tab): (&Browser, &Device), id: ConversationId) -> bool {
    let acts = tab.screen.items.values().filter(|item| item.conversation == id);
    let last = acts.filter(|item| matches!(item.body, Body::Act(_))).max_by_key(|item| item.position);
    let Some(Item { body: Body::Act(Deed::Transfer(_)), event, .. }) = last else { return false };
    let mut log = world.relay.log().iter();
    log.any(|row| {
        let is_for = row.envelope.wraps.iter().any(|wrapped| Some(wrapped.device) == browser.id);
        row.event == *event && is_for
    })
}

/// Whether the last act is by a device that was removed since, and nothing passed between the visitor and who holds
/// after it: the visitor heard nothing of who is listed no more, and who knows the act had no reason to hand it on.
fn is_untold(
    world: &World,
    (browser, tab): (&Browser, &Device),
    visitor: &Browser,
    id: ConversationId,
) -> bool {
    // To who knows of the removal by then, the act stays closed.
    let screens = visitor.leader.map(|leader| &world.devices[leader].screen).into_iter().chain([&tab.screen]);
    let acts = screens.flat_map(|screen| screen.items.values()).filter(|item| item.conversation == id);
    let last = acts.filter(|item| matches!(item.body, Body::Act(_))).max_by_key(|item| item.position);
    let row = |event| world.relay.log().iter().find(|row| row.event == event);
    let Some(act) = last.and_then(|item| row(item.event)) else { return false };
    let is_there = |device| {
        let mut browsers = world.browsers.iter();
        browsers.any(|browser| browser.id == Some(device) && is_served(world, browser))
    };
    let passes = |row: &Row, from: &Browser, to: &Browser| {
        let mut wraps = row.envelope.wraps.iter();
        from.id == Some(row.sender) && wraps.any(|wrapped| to.id == Some(wrapped.device))
    };
    let later =
        || world.relay.log().iter().filter(|row| row.conversation == id && row.position > act.position);
    // What the visitor says first may have been sealed before the act came.
    let said: Vec<_> = later().filter(|row| passes(row, visitor, browser)).map(|row| row.time).collect();
    let saw_it =
        said.first().is_some_and(|first| said.iter().any(|at| *at > first.saturating_add(COMES_BACK)));
    !is_there(act.sender) && !saw_it && !later().any(|row| passes(row, browser, visitor))
}

/// Whether one of the two lost state, or the relay did.
fn lost_state(world: &World, one: &Browser, other: &Browser) -> bool {
    one.was_set_back || other.was_set_back || world.tally.counts.contains_key("relay set back")
}
