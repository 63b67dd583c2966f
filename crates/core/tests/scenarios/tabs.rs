//! One engine that serves several tabs: what is handed in again after the tab that led is gone, and a screen that saw
//! nothing before.

use segel_core::file::ANY_TYPE;
use segel_core::show::{Body, Delivery, Item, Life, Refusal, Show};
use segel_core::tabs::Stand;
use segel_core::{Answer, Input, Kept, Outgoing, OutgoingFile, Request};
use segel_wire::Code;
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::signed::Order;

use crate::bench::{Bench, BenchSite};

const EVENT: EventId = EventId([9; 16]);
/// A conversation that a tab was shown, and that was lost with the tab that led before it was kept.
const LOST: ConversationId = ConversationId([7; 16]);

fn start<'a>(site: &'a BenchSite, kept: &Kept) -> Bench<'a> {
    Bench::new(site, site.visitor(kept), u64::MAX)
}

fn say(bench: &mut Bench<'_>, text: &str) {
    let text = Outgoing::new(segel_mask::mask(text).unwrap().text);
    bench.input(Input::Submit { conversation: None, event: Some(EVENT), text, quotes: None });
}

fn send(bench: &mut Bench<'_>, source: u64) {
    let name = segel_mask::mask("a.bin").unwrap().text;
    let file = OutgoingFile::opaque(name, ANY_TYPE.to_owned(), 9, source);
    bench.input(Input::Attach { conversation: None, event: Some(EVENT), file });
}

fn items(shows: &[Show]) -> Vec<&Item> {
    let items = shows.iter().filter_map(|show| if let Show::Item(item) = show { Some(item) } else { None });
    items.collect()
}

#[test]
fn a_text_that_is_handed_in_again_is_one_message_also_after_a_restart() {
    let site = BenchSite::new();
    let mut bench = start(&site, &Kept::default());
    say(&mut bench, "halo");
    say(&mut bench, "halo");
    let mut next = start(&site, &bench.records());
    say(&mut next, "halo");
    let everything = next.everything();
    let items = items(&everything);
    assert_eq!(items.len(), 1);
    assert_eq!((items[0].event, &items[0].body), (EVENT, &Body::Text("halo".to_owned())));
}

#[test]
fn a_file_whose_tab_was_closed_goes_on_from_the_tab_that_still_holds_it() {
    let site = BenchSite::new();
    let mut bench = start(&site, &Kept::default());
    send(&mut bench, 1);
    send(&mut bench, 2);
    assert_eq!(bench.released, [2]);
    let mut next = start(&site, &bench.records());
    assert_eq!(items(&next.everything())[0].delivery, Delivery::Failed(Refusal::SourceGone));
    send(&mut next, 3);
    let everything = next.everything();
    let items = items(&everything);
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].delivery, Delivery::Sending);
    assert_eq!(next.reads, [3]);
}

#[test]
fn a_file_that_the_relay_refused_goes_on_after_a_restart_from_the_tab_that_still_holds_it() {
    let site = BenchSite::new();
    let mut bench = start(&site, &Kept::default());
    bench.withholds = |request| matches!(request, Request::BeginUpload(..));
    send(&mut bench, 1);
    bench.input(Input::Read { source: 1, from: 0, bytes: Some(vec![0xff; 9]) });
    let (id, _) = bench.unanswered.pop().unwrap();
    bench.input(Input::Answered { id, answer: Answer::Problem(Code::QuotaExceeded.into()) });
    let delivery = |bench: &Bench<'_>| items(&bench.everything())[0].delivery;
    assert_eq!(delivery(&bench), Delivery::Failed(Refusal::QuotaExceeded));
    let mut next = start(&site, &bench.records());
    assert_eq!(delivery(&next), Delivery::Failed(Refusal::SourceGone), "there is nothing to be tried again");
    send(&mut next, 3);
    assert_eq!((delivery(&next), &next.reads[..]), (Delivery::Sending, &[3][..]));
}

#[test]
fn what_is_wrong_with_a_file_itself_is_said_after_a_restart_too() {
    let site = BenchSite::new();
    let mut bench = start(&site, &Kept::default());
    let name = segel_mask::mask("a.bin").unwrap().text;
    let file = OutgoingFile::opaque(name, ANY_TYPE.to_owned(), 0, 1);
    bench.input(Input::Attach { conversation: None, event: Some(EVENT), file });
    let next = start(&site, &bench.records());
    assert_eq!(items(&next.everything())[0].delivery, Delivery::Failed(Refusal::FileEmpty));
}

#[test]
fn what_was_taken_out_does_not_come_back_from_a_tab_that_still_holds_it() {
    let site = BenchSite::new();
    let mut bench = start(&site, &Kept::default());
    bench.input(Input::Network(false));
    say(&mut bench, "halo");
    let conversation = items(&bench.everything())[0].conversation;
    bench.input(Input::Withdraw { conversation, event: EVENT });
    let mut next = start(&site, &bench.records());
    for bench in [&mut bench, &mut next] {
        bench.shown.clear();
        say(bench, "halo");
        send(bench, 1);
        assert_eq!(items(&bench.everything()), Vec::<&Item>::new());
        let told = bench.shown.iter().filter(|show| **show == Show::Gone(conversation, EVENT)).count();
        assert_eq!((told, &bench.released[..]), (2, &[1][..]), "its tab lets go of it");
    }
}

#[test]
fn what_is_taken_back_before_its_tab_could_hand_it_on_is_not_taken_in() {
    let site = BenchSite::new();
    let mut bench = start(&site, &Kept::default());
    say(&mut bench, "halo");
    let conversation = items(&bench.everything())[0].conversation;
    let later = EventId([8; 16]);
    bench.input(Input::Withdraw { conversation, event: later });
    let text = Outgoing::new(segel_mask::mask("rahasia").unwrap().text);
    bench.input(Input::Submit { conversation: None, event: Some(later), text, quotes: None });
    assert_eq!(items(&bench.everything()).len(), 1);
    assert!(bench.shown.contains(&Show::Gone(conversation, later)));
}

#[test]
fn what_is_taken_back_in_a_conversation_that_was_lost_is_taken_out_of_the_one_that_it_stands_in_since() {
    let site = BenchSite::new();
    let taking_back = Input::Withdraw { conversation: LOST, event: EVENT };
    let giving_up = Input::Cancel { conversation: LOST, event: EVENT };
    for (is_file, wish) in [(false, taking_back), (true, giving_up)] {
        let mut bench = start(&site, &Kept::default());
        bench.input(Input::Network(false));
        if is_file {
            send(&mut bench, 1);
        } else {
            say(&mut bench, "rahasia");
        }
        let conversation = items(&bench.everything())[0].conversation;
        bench.input(wish);
        assert_eq!(items(&bench.everything()), Vec::<&Item>::new());
        assert!(bench.shown.contains(&Show::Gone(conversation, EVENT)));
    }
}

#[test]
fn who_ends_a_conversation_that_was_lost_ends_the_one_that_is_open_since() {
    let site = BenchSite::new();
    let mut bench = start(&site, &Kept::default());
    say(&mut bench, "halo");
    bench.input(Input::End(LOST));
    let everything = bench.everything();
    let lives = everything.iter().filter_map(|show| match show {
        Show::Conversation(summary) => Some(summary.life),
        _ => None,
    });
    assert_eq!(lives.collect::<Vec<_>>(), [Life::Ended]);
}

#[test]
fn a_screen_that_saw_nothing_is_given_what_another_was_shown() {
    let site = BenchSite::new();
    let mut bench = start(&site, &Kept::default());
    say(&mut bench, "halo");
    let mut everything = bench.everything();
    let newest = |show: &Show| {
        let same = |other: &&Show| std::mem::discriminant(*other) == std::mem::discriminant(show);
        bench.shown.iter().rfind(same).cloned()
    };
    let mut shown: Vec<_> = everything.iter().filter_map(newest).collect();
    assert!(everything.iter().any(|show| matches!(show, Show::Site(_))));
    assert!(everything.iter().any(|show| matches!(show, Show::Conversation(_))));
    let order = |show: &Show| format!("{show:?}");
    everything.sort_by_key(order);
    shown.sort_by_key(order);
    assert_eq!(everything, shown);
}

#[test]
fn a_tab_is_served_if_the_roster_lists_its_page_and_reaches_its_floor() {
    let site = BenchSite::new();
    let bench = start(&site, &Kept::default());
    let stand =
        |page: &str, version| Stand { page: page.to_owned(), floor: Order { generation: 1, version } };
    assert!(bench.serves(&stand("https://toko.example", 1)));
    assert!(!bench.serves(&stand("https://toko.example", 2)), "its own page is of another day");
    assert!(!bench.serves(&stand("https://jahat.toko.example", 0)));
    assert!(!bench.serves(&stand("", 0)));
}
