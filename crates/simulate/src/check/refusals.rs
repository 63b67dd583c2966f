//! Whether what a person is told was refused has a cause in what went wrong, or in what others did.

use segel_core::show::{Body, Refusal, Show, Summary};
use segel_wire::ids::ConversationId;

use super::is_served;
use crate::device::{Browser, Device};
use crate::world::World;

/// A sentence for every refusal that a tab shows without a cause.
pub(super) fn complaints(world: &World, browser: &Browser, tab: &Device) -> Vec<String> {
    let baseless = tab.screen.refusals.iter().filter(|refusal| !is_explained(world, browser, tab, **refusal));
    baseless.map(|refusal| format!("{} shows {}", browser.name, refusal.code())).collect()
}

/// A sentence for what an engine has just said, if what is so at the moment is no cause of it.
pub(crate) fn doubted(world: &World, tab: usize, show: &Show) -> Option<String> {
    let has_cause = match show {
        Show::Refused(Refusal::TokenRefused) => world.may_refuse_token(tab),
        Show::Conversation(Summary { away: Some(away), .. }) => {
            let is_gone = *away == Refusal::VisitorAway && world.happened("relay set back");
            is_gone || world.devices[tab].lacked_bundles > 1
        }
        _ => true,
    };
    let name = &world.browsers[world.devices[tab].browser].name;
    (!has_cause).then(|| format!("{name} has no cause for {show:?}"))
}

/// Whether another act there, or the loss of state or of a device, can be why an act of this browser's was refused.
pub(super) fn acts_crossed(world: &World, browser: &Browser, conversation: ConversationId) -> bool {
    let is_own = |tab: &&Device| core::ptr::eq(&raw const world.browsers[tab.browser], browser);
    let has_tabs = world.devices.iter().filter(is_own).count() > 1;
    let is_act = |body: &Body| matches!(body, Body::Act(_) | Body::Closed(Refusal::ActRefused));
    let rows = world.relay.log().iter().filter(|row| row.conversation == conversation);
    // What its person wanted in one tab may make void what they wanted in another.
    let mut others = rows.filter(|row| has_tabs || Some(row.sender) != browser.id);
    let has_other_act = others.any(|row| {
        let shown = world.devices.iter().filter_map(|tab| tab.screen.items.get(&(conversation, row.event)));
        shown.map(|item| &item.body).any(is_act)
    });
    has_other_act || world.has_lost_state() || world.happened("consoles removed")
}

/// Whether an honest relay can be the cause of a refusal.
fn is_explained(world: &World, browser: &Browser, tab: &Device, refusal: Refusal) -> bool {
    let relay_lost_events = world.happened("relay set back");
    let peers_lost_state = world.happened("storage set back") || world.happened("storage lost");
    match refusal {
        Refusal::StoreFailed => browser.was_full,
        Refusal::NotAMember => !is_served(world, browser),
        Refusal::ActRefused => {
            tab.screen.conversations.keys().any(|conversation| acts_crossed(world, browser, *conversation))
        }
        // Asked when it was shown.
        Refusal::TokenRefused => true,
        // A file can be fetched again once its conversation has been opened again.
        Refusal::LogForked | Refusal::AttachmentMissing => relay_lost_events,
        Refusal::EventsMissing => relay_lost_events || peers_lost_state,
        Refusal::MessageStale | Refusal::MessageAltered => peers_lost_state,
        // A person who wanted nothing hears of no end by a refusal.
        Refusal::ConversationEnded => !browser.is_visitor(),
        _ => false,
    }
}
