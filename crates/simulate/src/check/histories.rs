//! Whether who holds a conversation has all that was said in it, and all agree on who that is.

use segel_core::show::{Body, Delivery, Item, Standing};
use segel_wire::ids::ConversationId;

use super::{is_served, is_with_relay, running, was_torn};
use crate::device::{Browser, Device};
use crate::world::World;

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
                if here != there && !lost_state(world, browser, visitor) {
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
        // What was sealed before a device could be reached stays closed to it.
        let was_there = browser.id.is_some_and(|device| world.relay.could_reach(device, row));
        let is_torn = was_torn(world, browser, row) || lost_state(world, browser, visitor);
        if shown == Some(&item.body) || is_torn || !was_there {
            continue;
        }
        found.push(format!("{} holds {id} and does not show {:?}: {shown:?}", browser.name, item.body));
    }
    found
}

/// Whether one of the two lost state, or the relay did.
fn lost_state(world: &World, one: &Browser, other: &Browser) -> bool {
    one.was_set_back || other.was_set_back || world.tally.counts.contains_key("relay set back")
}
