//! What earlier code kept is what this code starts from. A folder of `kept` has what a visitor's and an agent's device kept at one
//! time, sealed, in hexadecimal; it is written once and changed no more. Where this code keeps something in another way, the newest
//! folder gets one after it (`SEGEL_WRITE_KEPT=third cargo test -p segel-core --test scenarios kept_forms`) and a line here.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use data_encoding::HEXLOWER;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_core::show::{Body, Delivery, Item, Link, Show};
use segel_core::{AgentConfig, Engine, Input, Kept, Output, VisitorConfig};
use segel_testkit::client::{Client, MemoryStore};
use segel_testkit::site::TestSite;
use segel_wire::ids::{RootKey, SiteId};
use segel_wire::signed::Order;

/// `first` is of the first engine that followed sessions (suite 2), before acts, files, identities and outlines.
const FORMS: [[&str; 2]; 2] = [
    [include_str!("kept/first/visitor.txt"), include_str!("kept/first/agent.txt")],
    [include_str!("kept/second/visitor.txt"), include_str!("kept/second/agent.txt")],
];

const SAID: [&str; 3] = ["Halo, apakah tasnya masih ada?", "Masih, Kak", "yang cokelat"];
const QUEUED: &str = "untuk nanti";

/// What a device kept, and where it stood.
struct Form {
    site: SiteId,
    root: RootKey,
    relay: String,
    page: String,
    /// When it was kept, Unix milliseconds.
    now: u64,
    generation: u64,
    records: Vec<(String, Vec<u8>)>,
}

#[test]
fn a_visitor_starts_from_what_each_earlier_form_kept() {
    for (number, [visitor, _]) in FORMS.iter().enumerate() {
        let form = Form::read(visitor);
        let engine = form.visitor();
        let items = items(&engine.everything(form.now));
        let texts: Vec<_> = items.iter().filter_map(text).collect();
        assert_eq!(texts, [SAID[0], SAID[1], SAID[2], QUEUED], "form {number}");
        assert_eq!(items[3].delivery, Delivery::Sending, "form {number}");
        assert!(items[..3].iter().all(|item| item.delivery != Delivery::Sending), "form {number}");
    }
}

#[test]
fn an_agent_starts_from_what_each_earlier_form_kept_whole_or_in_outline() {
    for (number, [_, agent]) in FORMS.iter().enumerate() {
        let form = Form::read(agent);
        let engine = form.agent(false);
        let whole = items(&engine.everything(form.now));
        assert_eq!(whole.iter().filter_map(text).collect::<Vec<_>>(), SAID, "form {number}");

        let mut engine = form.agent(true);
        let conversation = whole[0].conversation;
        let random = &mut ChaCha20Rng::seed_from_u64(1);
        engine.handle(Input::Open(conversation), form.now, random);
        let mut shown = BTreeMap::new();
        while let Some(output) = engine.poll() {
            match output {
                Output::Load { conversation, names } => {
                    let records = form.records.iter().filter(|(name, _)| name.starts_with(&names)).cloned();
                    let records = Some(records.collect());
                    engine.handle(Input::Loaded { conversation, records }, form.now, random);
                }
                Output::Show(Show::Item(item)) => drop(shown.insert(item.position, item)),
                _ => {}
            }
        }
        assert_eq!(shown.values().filter_map(text).collect::<Vec<_>>(), SAID, "form {number}");
    }
}

/// Not a test: has a visitor and an agent talk, and writes what they keep.
#[tokio::test]
async fn what_is_kept_is_written_where_it_is_wanted() {
    let Some(form) = env::var_os("SEGEL_WRITE_KEPT") else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios/kept").join(form);
    fs::create_dir(&folder).expect("a form that was written is changed no more");
    let mut site = TestSite::start().await;
    let agent = site.agent().await;
    let visitor = site.visitor();
    visitor.say(SAID[0]);
    agent.reads(SAID[0]).await;
    agent.say(SAID[1]);
    visitor.reads(SAID[1]).await;
    visitor.say(SAID[2]);
    agent.reads(SAID[2]).await;
    visitor.has_sent(SAID[2]).await;
    agent.until("everything to be kept", |screen| screen.link == Some(Link::Online)).await;
    visitor.input(Input::Network(false));
    site.proxy().cut();
    visitor.until("to be offline", |screen| screen.link == Some(Link::Offline)).await;
    visitor.say(QUEUED);
    visitor.until("it to wait", |screen| screen.item(QUEUED).is_some()).await;
    for (name, client) in [("visitor", &visitor), ("agent", &agent)] {
        fs::write(folder.join(name).with_extension("txt"), Form::of(&site, client).write()).unwrap();
    }
}

impl Form {
    fn of(site: &TestSite, client: &Client) -> Self {
        let VisitorConfig { site, root, relay, page, .. } = site.tag();
        let (generation, sealed) = (client.store().generation(), client.store().sealed());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let now = u64::try_from(now).unwrap();
        Self { site, root, relay, page, now, generation, records: sealed.into_iter().collect() }
    }

    fn write(&self) -> String {
        let head = [
            format!("site {}", HEXLOWER.encode(&self.site.0)),
            format!("root {}", HEXLOWER.encode(&self.root.0)),
            format!("relay {}", self.relay),
            format!("page {}", self.page),
            format!("now {}", self.now),
            format!("generation {}", self.generation),
        ];
        let records = self.records.iter().map(|(name, sealed)| format!("{name} {}", HEXLOWER.encode(sealed)));
        head.into_iter().chain(records).map(|line| line + "\n").collect()
    }

    fn read(text: &str) -> Self {
        let mut lines: BTreeMap<_, _> = text.lines().map(|line| line.split_once(' ').unwrap()).collect();
        let mut take = |name: &str| lines.remove(name).unwrap();
        let (site, root) = (octets(take("site")), octets(take("root")));
        Self {
            site: SiteId(site.try_into().unwrap()),
            root: RootKey(root.try_into().unwrap()),
            relay: take("relay").to_owned(),
            page: take("page").to_owned(),
            now: take("now").parse().unwrap(),
            generation: take("generation").parse().unwrap(),
            records: lines.into_iter().map(|(name, sealed)| (name.to_owned(), octets(sealed))).collect(),
        }
    }

    fn visitor(&self) -> Engine {
        let config = VisitorConfig {
            site: self.site,
            root: self.root,
            relay: self.relay.clone(),
            page: self.page.clone(),
            floor: Order::default(),
        };
        Engine::visitor(config, MemoryStore::key(), &self.kept(false)).unwrap()
    }

    fn agent(&self, left_out: bool) -> Engine {
        let random = &mut ChaCha20Rng::seed_from_u64(1);
        Engine::agent(&AgentConfig { code: None }, MemoryStore::key(), &self.kept(left_out), random).unwrap()
    }

    fn kept(&self, left_out: bool) -> Kept {
        let records = self.records.iter().filter(|(name, _)| !left_out || !name.starts_with(Kept::LATER));
        Kept { generation: self.generation, records: records.cloned().collect(), left_out }
    }
}

/// The texts that are shown, in their order.
fn items(shows: &[Show]) -> Vec<Item> {
    let mut items: Vec<_> = shows
        .iter()
        .filter_map(|show| match show {
            Show::Item(item) if text(item).is_some() => Some(item.clone()),
            _ => None,
        })
        .collect();
    items.sort_by_key(|item| (item.position.is_none(), item.position));
    items
}

fn text(item: &Item) -> Option<&str> {
    match &item.body {
        Body::Text(text) => Some(text),
        _ => None,
    }
}

fn octets(text: &str) -> Vec<u8> {
    HEXLOWER.decode(text.as_bytes()).unwrap()
}
