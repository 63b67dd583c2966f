//! Whether conversations end once, for everybody, and nothing is said in them afterwards.

use std::collections::BTreeSet;

use segel_core::show::{Author, Body, Deed, Delivery, Item, Life, Refusal};
use segel_wire::ids::ConversationId;

use super::{is_served, running, was_torn};
use crate::device::{Browser, Device};
use crate::people::CARD;
use crate::world::World;

/// What does not hold of ends and ratings.
pub(super) fn complaints(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for ended in &world.ended {
        let browser = &world.browsers[ended.browser];
        let screen = browser.leader.map(|leader| &world.devices[leader].screen);
        let summary = screen.and_then(|screen| screen.conversations.get(&ended.conversation));
        if summary.is_some_and(|summary| summary.life == Life::Open) {
            found.push(format!("{} ended {} and it is open", browser.name, ended.conversation));
        }
    }
    for (browser, tab) in running(world) {
        found.extend(screen(world, browser, tab));
        let closing = tab.screen.items.values().filter(|item| is_closing(item));
        found.extend(closing.flat_map(|item| spread(world, browser, item)));
    }
    found
}

/// Whether a screen is right about what has ended.
fn screen(world: &World, browser: &Browser, tab: &Device) -> Vec<String> {
    let mut found = Vec::new();
    let over = tab.screen.over();
    let is_open = |id: &ConversationId| !over.contains(id) && !gave_way(browser, tab, *id);
    for item in tab.screen.items.values() {
        if item.delivery == Delivery::Failed(Refusal::ConversationEnded) && is_open(&item.conversation) {
            found.push(format!("{} was told for {} of an end that was none", browser.name, item.event));
        }
        let Body::Rated(rating) = &item.body else { continue };
        let mut said = world.rated.iter().filter(|said| said.conversation == item.conversation);
        if !said.any(|said| said.rating == *rating) {
            found.push(format!("{} shows a rating that nobody gave", browser.name));
        }
        if rating.comment.as_ref().is_some_and(|comment| comment.contains(CARD)) {
            found.push(format!("{} shows a card's number", browser.name));
        }
    }
    if !browser.is_visitor() || browser.was_set_back {
        return found;
    }
    if tab.screen.conversations.keys().filter(|id| is_open(id)).count() > 1 {
        found.push(format!("{} has more than one open conversation", browser.name));
    }
    for conversation in tab.screen.conversations.keys() {
        let own = tab.screen.items.values();
        let own: Vec<_> =
            own.filter(|item| item.conversation == *conversation && item.author == Author::Own).collect();
        let ends = own.iter().filter(|item| item.body == Body::Ended).count();
        let ratings = own.iter().filter(|item| matches!(item.body, Body::Rated(_))).count();
        if ends > 1 || ratings > 1 {
            found.push(format!("{} ended and rated too often: {own:?}", browser.name));
        }
    }
    found
}

/// Whether an end that a browser showed, and went by, counts no more: an act that the browser knew nothing of then stands where
/// the end did, for it came to be known later, or the relay has lost the end. What failed for the end stays with its writer, and
/// what was said next stays in the conversation that began for it. What was said in this one and waited then goes on in it.
pub(super) fn gave_way(browser: &Browser, tab: &Device, conversation: ConversationId) -> bool {
    let acts = browser.ended_by.get(&conversation);
    let is_other = |acts: &BTreeSet<_>| tab.screen.acts(conversation).any(|act| !acts.contains(&act));
    acts.is_some_and(is_other)
}

/// Whether an end or a rating that one browser shows is shown by everybody whom it was sealed to.
fn spread(world: &World, shown_by: &Browser, item: &Item) -> Vec<String> {
    let Some(row) = world.relay.log().iter().find(|row| row.event == item.event) else { return Vec::new() };
    if rests_on_what_is_lost(world, shown_by, item) {
        return Vec::new();
    }
    let wraps: BTreeSet<_> = row.envelope.wraps.iter().map(|wrapped| wrapped.device).collect();
    let mut found = Vec::new();
    for (browser, tab) in running(world) {
        let is_for = browser.id.is_some_and(|id| id == row.sender || wraps.contains(&id));
        if !is_for || !is_served(world, browser) || was_torn(world, browser, row) {
            continue;
        }
        if was_removed_before(world, shown_by, item, tab) {
            continue;
        }
        let shown = tab.screen.items.get(&(item.conversation, item.event));
        if shown.map(|shown| &shown.body) != Some(&item.body) {
            let (body, other) = (&item.body, shown.map(|shown| &shown.body));
            found.push(format!("{} shows {body:?} and {} shows {other:?}", shown_by.name, browser.name));
        }
        let ends = !matches!(item.body, Body::Rated(_));
        if ends && !tab.screen.over().contains(&item.conversation) {
            found.push(format!(
                "{} has ended for {} and not for {}",
                item.conversation, shown_by.name, browser.name
            ));
        }
    }
    found
}

/// Whether an act of its conversation is one that the relay has lost: who was not there then knows of none that follows it.
fn rests_on_what_is_lost(world: &World, shown_by: &Browser, item: &Item) -> bool {
    let tab = shown_by.leader.map(|leader| &world.devices[leader]);
    let shown = tab.into_iter().flat_map(|tab| tab.screen.items.values());
    let mut acts = shown
        .filter(|other| other.conversation == item.conversation && matches!(other.body, Body::Act(_)))
        .filter(|act| act.position.is_some());
    acts.any(|act| !world.relay.log().iter().any(|row| row.event == act.event))
}

/// Whether a browser that shows an end or a rating was removed, and knows nothing of an act that another shows before it: nobody
/// tells a device that was removed of what comes to be known later.
fn was_removed_before(world: &World, shown_by: &Browser, item: &Item, other: &Device) -> bool {
    if is_served(world, shown_by) {
        return false;
    }
    let tab = shown_by.leader.map(|leader| &world.devices[leader]);
    let known: BTreeSet<_> = tab.into_iter().flat_map(|tab| tab.screen.acts(item.conversation)).collect();
    let before = other.screen.timeline(item.conversation).into_iter();
    let mut before = before.take_while(|before| before.event != item.event);
    before.any(|act| matches!(act.body, Body::Act(_)) && !known.contains(&act.event))
}

/// Whether it is an end or a rating.
fn is_closing(item: &Item) -> bool {
    matches!(item.body, Body::Ended | Body::Rated(_) | Body::Act(Deed::End))
}
