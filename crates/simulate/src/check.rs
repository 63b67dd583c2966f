//! What must hold when all is calm.

mod endings;
mod failures;
mod histories;
mod identities;
mod reads;
mod refusals;

pub(crate) use self::failures::{baseless, unsent};
use self::failures::{is_of_acts, is_of_its_file};
pub(crate) use self::identities::confirmed;
pub(crate) use self::reads::unread;
pub(crate) use self::refusals::doubted;

use segel_core::show::{Author, Body, Delivery, Item, Refusal};
use segel_wire::ids::{DeviceId, EventId};

use crate::device::{Browser, Device, Screen};
use crate::people::{CARD, Said, shows};
use crate::relay::{AGENTS_KEEP, Row, VISITORS_KEEP};
use crate::world::World;

/// Bytes that a store may hold beside its messages, for each conversation and peer.
const WEIGHT: usize = 64 * 1_024;
/// What an engine may have in memory once all is done, beside one thing for each text of the run; and twice as much before.
const BACKLOG: usize = 64;
/// Requests of a tab in one run of the world.
const REQUESTS: u64 = 3_000;

/// A sentence for everything that does not hold.
pub(crate) fn complaints(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for said in &world.said {
        found.extend(arrival(world, said));
    }
    found.extend(endings::complaints(world));
    found.extend(histories::complaints(world));
    found.extend(reads::complaints(world));
    for (browser, tab) in running(world) {
        found.extend(screen(world, browser, tab));
        found.extend(bounds(world, browser, tab));
        found.extend(identities::complaints(world, browser, tab));
    }
    for (number, browser) in world.browsers.iter().enumerate() {
        found.extend(world.open_tabs(number).flat_map(|tab| follower(world, browser, &world.devices[tab])));
    }
    let repeated =
        world.relay.log().iter().enumerate().filter(|(place, row)| {
            world.relay.log()[..*place].iter().any(|before| before.event == row.event)
        });
    found.extend(repeated.map(|(_, row)| format!("the event {} was stored twice", row.event)));
    found
}

/// Browsers whose leading tab runs.
fn running(world: &World) -> impl Iterator<Item = (&Browser, &Device)> {
    let led = world.browsers.iter().filter_map(|browser| Some((browser, browser.leader?)));
    led.map(|(browser, leader)| (browser, &world.devices[leader]))
}

/// Whether a text reached everybody that it was sealed to, once, in its place.
fn arrival(world: &World, said: &Said) -> Vec<String> {
    let text = &said.text;
    let sender = &world.browsers[said.browser];
    if said.withdrawal.is_some() {
        return withdrawal(world, said);
    }
    let Some(row) = world.relay.log().iter().find(|row| row.event == said.event) else {
        // A file that its tab took with it is gone.
        let is_kept =
            said.step.is_kept && !said.is_gone_here && !is_overtaken(world, sender, said.step.taken);
        let is_safe = (is_kept && said.file.is_none()) || lives(world, said);
        let is_owed = is_safe
            && is_served(world, sender)
            && !is_excused(world, sender, said)
            && !is_lost(world, sender, said.event);
        return if is_owed {
            vec![format!("{text:?} of {} never reached the relay", sender.name)]
        } else {
            Vec::new()
        };
    };
    let mut found = Vec::new();
    let gave_way = || {
        let leader = sender.leader.map(|leader| &world.devices[leader]);
        leader.is_some_and(|leader| endings::gave_way(sender, leader, row.conversation))
    };
    if said.over.contains(&row.conversation) && !said.is_gone_here && !sender.was_set_back && !gave_way() {
        found.push(format!("{text:?} of {} is in a conversation that had ended", sender.name));
    }
    // A relay that was set back has no prekeys of some for a while.
    let forgotten = world.relay.forgotten(row, world.sealed_at(row));
    let forgotten = forgotten.filter(|_| !world.happened("relay set back"));
    found.extend(forgotten.map(|device| format!("{text:?} of {} was not sealed to {device}", sender.name)));
    if overtook(world, said, row) {
        found.push(format!("{text:?} of {} stands before what was said before it", sender.name));
    }
    for (browser, tab) in running(world) {
        let Some(id) = browser.id else { continue };
        let items: Vec<_> = tab.screen.items.values().filter(|item| shows(&item.body, text)).collect();
        if items.len() > 1 {
            found.push(format!("{} shows {text:?} {} times", browser.name, items.len()));
        }
        if id == row.sender && !said.is_gone_here && is_served(world, browser) {
            let is_sent = items
                .first()
                .is_some_and(|item| is_with_relay(item.delivery) && item.position == Some(row.position));
            if !is_sent {
                found.push(format!("{} does not show its own {text:?} as sent", browser.name));
            }
        }
        let is_for = row.envelope.wraps.iter().any(|wrapped| wrapped.device == id);
        if is_for && is_served(world, browser) {
            let is_read = items.first().is_some_and(|item| item.position == Some(row.position));
            let how = tab.screen.items.get(&(row.conversation, row.event));
            let may_stay_closed =
                (how.is_some() && may_stay_closed(world, browser, row)) || has_forgotten(browser, tab, row);
            if !is_read && !may_stay_closed {
                found.push(format!(
                    "{} does not show {text:?}: {:?}",
                    browser.name,
                    how.map(|item| &item.body)
                ));
            }
            if is_read && said.file.is_some() && !world.fetched.contains(&(tab.browser, said.event)) {
                found.push(format!("{} did not get {text:?}", browser.name));
            }
        }
    }
    found
}

/// Whether a text that was taken back is shown to nobody, and the relay has nothing of it.
fn withdrawal(world: &World, said: &Said) -> Vec<String> {
    let (text, sender) = (&said.text, &world.browsers[said.browser]);
    // Who does not know any more that it is theirs cannot take it back, and what the relay has lost for good nobody can.
    let is_lost = is_lost(world, sender, said.event);
    if said.is_gone_here || sender.was_set_back || !is_served(world, sender) || is_lost {
        return Vec::new();
    }
    let mut found = Vec::new();
    if world.relay.log().iter().any(|row| row.event == said.event && !row.is_withdrawn) {
        found.push(format!("the relay still has {text:?}, which {} took back", sender.name));
    }
    for (browser, tab) in running(world).filter(|(browser, _)| is_served(world, browser)) {
        if tab.screen.items.values().any(|item| shows(&item.body, text)) {
            found.push(format!("{} still shows {text:?}, which {} took back", browser.name, sender.name));
        }
    }
    found
}

/// Whether the relay has lost an event, and its sender keeps it no more.
fn is_lost(world: &World, sender: &Browser, event: EventId) -> bool {
    let is_there = world.relay.log().iter().any(|row| row.event == event);
    !is_there && world.relay.has_lost_for_good(event, sender.is_visitor())
}

/// Whether the tab that it was written in has been open ever since.
fn lives(world: &World, said: &Said) -> bool {
    world.devices[said.tab].tab.is_alive(said.life)
}

/// Whether another engine has begun a term in the store since the one that runs did, and has ended: what it kept, this one reads
/// when it has something to keep itself, or at the next start. `by` is the engine whose doing is asked about.
fn is_overtaken(world: &World, browser: &Browser, by: Option<(usize, u64)>) -> bool {
    browser.leader.is_some_and(|leader| {
        let device = &world.devices[leader];
        device.term < browser.disk.term() && by != Some((leader, device.run))
    })
}

/// Whether its sender was told that another agent holds the conversation, or that the file cannot be sent.
fn is_excused(world: &World, sender: &Browser, said: &Said) -> bool {
    let screen = sender.leader.map(|leader| &world.devices[leader].screen);
    let items = screen.into_iter().flat_map(|screen| screen.items.values());
    items
        .filter(|item| item.event == said.event && shows(&item.body, &said.text))
        .any(|item| is_of_acts(world, sender, item) || is_of_its_file(world, item))
}

/// Whether the relay still serves a device: a visitor's always, an agent's as long as the roster lists it.
pub(crate) fn is_served(world: &World, browser: &Browser) -> bool {
    browser.is_visitor() || browser.id.is_some_and(|id| world.relay.lists(id))
}

/// Whether receiver or sender lost state or the sender was removed, or the relay that was set back handed out a prekey
/// again, so that a message may stay closed; it is shown as that.
fn was_torn(world: &World, receiver: &Browser, row: &Row) -> bool {
    let sender = world.browsers.iter().find(|browser| browser.id == Some(row.sender));
    let is_removed = sender.is_some_and(|sender| !is_served(world, sender));
    let is_torn = receiver.was_set_back || is_removed || sender.is_none_or(|sender| sender.was_set_back);
    is_torn || (world.happened("relay set back") && may_ask_in_vain(world, receiver, row))
}

/// Whether a console may ask in vain for what did not open: while another held the conversation, or nobody knew the visitor.
fn may_ask_in_vain(world: &World, receiver: &Browser, row: &Row) -> bool {
    let sender = world.browsers.iter().find(|browser| browser.id == Some(row.sender));
    receiver.others.contains(&row.conversation)
        || (sender.is_some_and(Browser::is_visitor) && is_nobody_known(world, receiver, row))
}

/// Whether a text may stay closed to one that it was sealed to: who was set back alone asks its sender, and is given it.
fn may_stay_closed(world: &World, receiver: &Browser, row: &Row) -> bool {
    let sender = world.browsers.iter().find(|browser| browser.id == Some(row.sender));
    let is_there = sender.is_some_and(|sender| is_served(world, sender) && !sender.was_set_back);
    let is_given = is_there && !may_ask_in_vain(world, receiver, row) && !world.happened("relay set back");
    !is_given && was_torn(world, receiver, row)
}

/// Whether a text stands before another that its person had written before it, in the same tab. A file takes its time, what
/// failed comes last, and so does what was taken out and came back with an earlier state.
fn overtook(world: &World, said: &Said, row: &Row) -> bool {
    let was_set_back = world.browsers[said.browser].was_set_back;
    let came_back = |said: &Said| was_set_back && said.withdrawal.is_some();
    let keeps_order = |said: &Said| said.file.is_none() && !said.has_failed && !came_back(said);
    let earlier = world.said.iter().take_while(|other| other.event != said.event);
    let mut earlier = earlier
        .filter(|other| (other.tab, other.life) == (said.tab, said.life) && keeps_order(other))
        .filter_map(|other| world.relay.log().iter().find(|row| row.event == other.event));
    keeps_order(said)
        && earlier.any(|other| other.conversation == row.conversation && other.position > row.position)
}

/// Whether a visitor was set back to before a conversation began: what comes of it is taken for the relay's doing.
fn has_forgotten(browser: &Browser, tab: &Device, row: &Row) -> bool {
    let is_listed = tab.screen.conversations.contains_key(&row.conversation);
    browser.is_visitor() && browser.was_set_back && !is_listed
}

/// Whether a console could open nothing of a visitor but by a colleague's word: then it cannot ask who that is.
fn is_nobody_known(world: &World, receiver: &Browser, row: &Row) -> bool {
    let screen = receiver.leader.map(|leader| &world.devices[leader].screen);
    let items = screen.into_iter().flat_map(|screen| screen.items.values());
    let mut of_visitor = items.filter(|item| {
        let is_here = item.conversation == row.conversation && item.author == Author::Visitor;
        is_here && item.vouched.is_none()
    });
    let is_closed =
        |item: &Item| matches!(item.body, Body::Closed(_) | Body::BeforeEnrolment | Body::Withheld);
    of_visitor.all(is_closed)
}

/// Whether a screen holds together by itself.
fn screen(world: &World, browser: &Browser, tab: &Device) -> Vec<String> {
    let mut found = Vec::new();
    let shown = tab.screen.items.values().filter(|item| item.body != Body::Withheld);
    for item in shown {
        if item.delivery == Delivery::Sending && is_served(world, browser) {
            found.push(format!("{} is for ever sending {:?}", browser.name, text_of(item)));
        }
        let is_excused = is_of_acts(world, browser, item) || is_of_its_file(world, item);
        let is_lost_too = item.body == Body::Withdrawn && is_lost(world, browser, item.event);
        let counts = is_served(world, browser) && !is_excused && !is_lost_too;
        if let (Delivery::Failed(refusal), true) = (item.delivery, counts) {
            found.push(format!("{} could not send {:?}: {}", browser.name, text_of(item), refusal.code()));
        }
        if text_of(item).contains(CARD) {
            found.push(format!("{} shows a card's number", browser.name));
        }
    }
    if !tab.screen.typing.is_empty() {
        found.push(format!("{} shows somebody typing for ever", browser.name));
    }
    if !tab.screen.here.is_empty() {
        found.push(format!("{} shows somebody as being there for ever", browser.name));
    }
    let relay_lost_events = world.happened("relay set back");
    // Nobody tells a device that was removed of what came after.
    let is_told = is_served(world, browser) || !relay_lost_events;
    for conversation in tab.screen.conversations.keys().filter(|_| is_told) {
        let shown = tab.screen.timeline(*conversation);
        // A key that was handed on before the relay was set back names a place that is no more; nobody sees what it stands for.
        let is_unseen = |item: &&&Item| relay_lost_events && item.body == Body::Withheld;
        let seen = shown.iter().filter(|item| !is_unseen(item));
        let places = seen.map(|item| (item.position, item.event));
        let log = world.relay.log().iter().filter(|row| row.conversation == *conversation);
        let log: Vec<_> = log.map(|row| (Some(row.position), row.event)).collect();
        // What the relay has lost, and nobody could send again, those who have it still show.
        let is_lost = |event| relay_lost_events && !log.iter().any(|(_, other)| *other == event);
        let places: Vec<_> = places.filter(|(_, event)| !is_lost(*event)).collect();
        if places.iter().any(|place| !log.contains(place)) || !places.is_sorted_by(|a, b| a.0 < b.0) {
            found.push(format!("{} shows another order than the relay's: {places:?}", browser.name));
        }
    }
    found.extend(refusals::complaints(world, browser, tab));
    found
}

/// Whether a tab shows what the engine of its browser has to show, and holds nothing that is settled.
fn follower(world: &World, browser: &Browser, device: &Device) -> Vec<String> {
    let Some(leader) = browser.leader.map(|leader| &world.devices[leader]) else {
        return vec![format!("{} has no engine", browser.name)];
    };
    if !device.tab.is_live() {
        return vec![format!("a tab of {} is not served", browser.name)];
    }
    let mut owed = Screen::default();
    leader.everything(browser.clock(world.now)).into_iter().for_each(|show| owed.apply(show));
    let is_leader = core::ptr::eq(leader, device);
    // What it shows may be of an engine that has ended.
    let is_owed = is_leader || !is_overtaken(world, browser, None);
    let mut found = if is_owed { owed.differences(&device.screen) } else { Vec::new() };
    let held = device.tab.held.iter().map(|wish| {
        let item = device.screen.items.values().find(|item| Some(item.event) == wish.makes());
        item.map(|item| item.delivery)
    });
    let held: Vec<_> = held.filter(|shown| !matches!(shown, Some(Delivery::Failed(_)))).collect();
    if !held.is_empty() && is_served(world, browser) {
        found.push(format!("wishes still held: {held:?}"));
    }
    let which = if is_leader { "leads" } else { "follows" };
    found.into_iter().map(|what| format!("a tab of {} that {which}: {what}", browser.name)).collect()
}

/// Whether memory and traffic stay within bounds.
fn bounds(world: &World, browser: &Browser, tab: &Device) -> Vec<String> {
    let mut found = Vec::new();
    let count = |kind: &str| browser.disk.sealed().keys().filter(|name| name.starts_with(kind)).count();
    let controls = count("control/");
    // What is handed on to a device that is listed and was lost waits for good.
    let is_known = |id: &DeviceId| world.browsers.iter().any(|browser| browser.id == Some(*id));
    let waits_for_good = !world.relay.listed().iter().all(is_known);
    if controls > 0 && is_served(world, browser) && !waits_for_good {
        found.push(format!("{} still has {controls} contents to send that nobody sees", browser.name));
    }
    let most = 2 * if browser.is_visitor() { VISITORS_KEEP } else { AGENTS_KEEP };
    for id in tab.screen.conversations.keys() {
        let sent = count(&format!("sent/{id}/"));
        if sent > most {
            found.push(format!("{} still keeps {sent} events of {id} that were sent", browser.name));
        }
    }
    let peers = 1 + count("sessions/") + count("conversation/");
    // Messages grow with the conversation.
    let others = browser.disk.sealed().iter().filter(|(name, _)| !name.starts_with("message/"));
    let weight: usize = others.map(|(_, sealed)| sealed.len()).sum();
    if weight > peers * WEIGHT {
        found.push(format!("{} keeps {weight} bytes beside its messages", browser.name));
    }
    let unfinished = browser.id.map_or(0, |id| world.relay.unfinished(id));
    if unfinished > 0 && browser.ended == 0 && is_served(world, browser) {
        found.push(format!("{} left {unfinished} unfinished uploads with the relay", browser.name));
    }
    // One that changed may be tried again.
    let rest = tab.screen.items.values();
    let rest = rest.filter(|item| item.delivery == Delivery::Failed(Refusal::SourceChanged)).count();
    if tab.files.kept() > rest && is_served(world, browser) {
        found.push(format!("{} keeps {} files in memory", browser.name, tab.files.kept()));
    }
    if tab.files.went_wrong {
        found.push(format!("{} was given bytes that nobody asked for, or too many", browser.name));
    }
    let most = BACKLOG + usize::try_from(world.weather.texts).unwrap_or_default();
    let (most_then, now) = (tab.backlog, tab.backlog_now());
    if most_then > 2 * most || now > most {
        found.push(format!("{} has {now} things in memory, and had {most_then}", browser.name));
    }
    if tab.requests > REQUESTS {
        found.push(format!("{} made {} requests", browser.name, tab.requests));
    }
    found
}

fn text_of(item: &Item) -> &str {
    match &item.body {
        Body::Text(text) => text,
        _ => "",
    }
}

/// Whether the relay has it, and perhaps the other side.
fn is_with_relay(delivery: Delivery) -> bool {
    matches!(delivery, Delivery::Sent | Delivery::Delivered | Delivery::Read)
}
