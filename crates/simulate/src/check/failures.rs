//! Whether what could not be sent failed for a reason, and whether all else is sent by itself.

use segel_core::show::{Body, Delivery, Item, Refusal};

use super::refusals::acts_crossed;
use super::{is_lost, is_served, lives, running, text_of};
use crate::device::Browser;
use crate::world::World;

/// What is still on its way after nobody has done anything for a while, where nobody lost state: some engine did not wake for it.
pub(crate) fn unsent(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    if world.has_lost_state() {
        return found;
    }
    for (browser, tab) in running(world).filter(|(browser, _)| is_served(world, browser)) {
        let shown = tab.screen.items.values().filter(|item| item.body != Body::Withheld);
        let sending = shown.filter(|item| item.delivery == Delivery::Sending);
        found.extend(sending.map(|item| {
            format!(
                "{} sends {} {:?} only when its person does something",
                browser.name,
                item.event,
                text_of(item)
            )
        }));
    }
    found
}

/// A sentence if nothing went wrong in this run for which an item of a browser can have failed.
pub(crate) fn baseless(world: &World, number: usize, item: &Item) -> Option<String> {
    let browser = &world.browsers[number];
    let Delivery::Failed(refusal) = item.delivery else { return None };
    let has_reason = match refusal {
        Refusal::StoreFailed => browser.was_full,
        Refusal::ActRefused => acts_crossed(world, browser, item.conversation),
        // What the relay has lost for good nobody can take back.
        Refusal::RelayRefused => world.said.iter().any(|said| {
            said.browser == number && said.withdrawal.is_some() && is_lost(world, browser, said.event)
        }),
        _ => is_of_its_file(world, item),
    };
    let is_baseless = !has_reason && is_served(world, browser);
    is_baseless.then(|| format!("{} could not send {}: {}", browser.name, item.event, refusal.code()))
}

/// Whether it failed for what agents did, and not for what went wrong.
pub(super) fn is_of_acts(world: &World, browser: &Browser, item: &Item) -> bool {
    match item.delivery {
        Delivery::Failed(Refusal::HeldByAnother) => browser.others.contains(&item.conversation),
        Delivery::Failed(Refusal::ActRefused) => acts_crossed(world, browser, item.conversation),
        Delivery::Failed(Refusal::ConversationEnded) => true,
        _ => false,
    }
}

/// Whether it failed for what its file is or became.
pub(super) fn is_of_its_file(world: &World, item: &Item) -> bool {
    let Some(said) = world.said.iter().find(|said| said.event == item.event) else { return false };
    match (item.delivery, &said.file) {
        (Delivery::Failed(Refusal::FileEmpty), Some(document)) => document.bytes.is_empty(),
        (Delivery::Failed(Refusal::SourceChanged), Some(document)) => document.becomes.is_some(),
        (Delivery::Failed(Refusal::SourceGone), Some(_)) => !lives(world, said),
        _ => false,
    }
}
