//! Files: what people send, as their tabs read it, and what comes out at the others.

use std::collections::{BTreeMap, BTreeSet};

use segel_core::Input;
use segel_core::file::ANY_TYPE;
use segel_core::show::{Body, Item};
use segel_core::tabs::{Wish, WishedFile};
use segel_wire::ids::{ConversationId, EventId};
use segel_wire::limits::CHUNK_BYTES;

use crate::people::CARD;
use crate::tabs::Word;
use crate::world::{Happening, World};

/// A file that somebody sends.
pub(crate) struct Document {
    /// What is sent of it.
    pub(crate) bytes: Vec<u8>,
    /// What it becomes, and when, Unix milliseconds.
    pub(crate) becomes: Option<(u64, Vec<u8>)>,
}

/// Files that a tab's engine reads and fetches.
#[derive(Default)]
pub(crate) struct Files {
    /// Whose file each source is.
    sources: BTreeMap<u64, EventId>,
    count: u64,
    /// Bytes that came of a file, until it is whole.
    pieces: BTreeMap<EventId, Vec<u8>>,
    asked: BTreeSet<EventId>,
    /// Whether bytes came that nobody asked for, or more at once than may.
    pub(crate) went_wrong: bool,
}

impl Files {
    /// Takes a file that the engine may read; answers its number.
    pub(crate) fn put(&mut self, event: EventId) -> u64 {
        self.count += 1;
        self.sources.insert(self.count, event);
        self.count
    }

    pub(crate) fn release(&mut self, source: u64) {
        self.sources.remove(&source);
    }

    pub(crate) fn ask(&mut self, event: EventId) {
        self.asked.insert(event);
    }

    /// The next bytes of a file.
    pub(crate) fn take(&mut self, event: EventId, bytes: &[u8]) {
        self.went_wrong |= !self.asked.contains(&event) || bytes.len() > CHUNK_BYTES;
        self.pieces.entry(event).or_default().extend_from_slice(bytes);
        self.went_wrong |= self.pieces.len() > 1;
    }

    /// All bytes of a file, which leave here.
    pub(crate) fn finish(&mut self, event: EventId) -> Vec<u8> {
        self.asked.remove(&event);
        self.pieces.remove(&event).unwrap_or_default()
    }

    /// The engine ended.
    pub(crate) fn end(&mut self) {
        *self = Self { went_wrong: self.went_wrong, ..Self::default() };
    }

    /// What of all this is still in memory.
    pub(crate) fn kept(&self) -> usize {
        self.sources.len() + self.pieces.len()
    }
}

impl World {
    /// Somebody sends a file.
    pub(crate) fn attach(&mut self, browser: usize) {
        let Some((tab, conversation)) = self.where_to_write(browser) else { return };
        let number = self.said.len();
        let is_text = self.chance.one_in(3);
        let (name, document) = if is_text {
            let rows = 1 + self.chance.place(60);
            let rows = format!("Demo,{CARD}\n").repeat(rows);
            let Ok(masked) = segel_mask::mask(&rows) else { return };
            let bytes = masked.text.into_string().into_bytes();
            (format!("file {number}.csv"), Document { bytes, becomes: None })
        } else {
            (format!("file {number}.bin"), self.make_document())
        };
        let size = document.bytes.len() as u64;
        let text = is_text.then(|| String::from_utf8_lossy(&document.bytes).into_owned());
        let media_type = if is_text { "text/csv" } else { ANY_TYPE }.to_owned();
        self.tally.count("files");
        self.note(tab, || format!("sends {name:?} of {size} bytes"));
        let event = self.remember(tab, name.clone(), Some(document));
        let file = WishedFile { name, media_type, size, text };
        self.submit(tab, Wish::Attach(conversation, event, file));
    }

    /// Bytes that are no text, of no chunk up to three, which may change before they are read.
    fn make_document(&mut self) -> Document {
        let size = match self.chance.between(0, 7) {
            0 => 0,
            1..=4 => self.chance.between(1, 60_000),
            5 => self.chance.between(65_000, 66_000),
            _ => self.chance.between(66_000, 190_000),
        };
        let mut bytes = vec![0; usize::try_from(size).unwrap_or_default()];
        if let Some((_, rest)) = bytes.split_first_mut() {
            rand_core::Rng::fill_bytes(self.chance.bytes(), rest);
        }
        let changes = self.weather.files_change && self.chance.one_in(2) && size > 1;
        let becomes = changes.then(|| {
            let mut other = bytes.clone();
            let place = 1 + self.chance.place(other.len() - 1);
            if self.chance.one_in(3) {
                other.truncate(place);
            } else if let Some(byte) = other.get_mut(place) {
                *byte = !*byte;
            }
            (self.now + self.chance.between(0, 2_000), other)
        });
        Document { bytes, becomes }
    }

    /// An engine reads a source.
    pub(crate) fn read(&mut self, tab: usize, run: u64, (source, from, to): (u64, u64, u64)) {
        let event = self.devices[tab].files.sources.get(&source).copied();
        let said = self.said.iter().find(|said| Some(said.event) == event);
        let bytes = said.and_then(|said| said.file.as_ref()).map(|document| {
            let other = document.becomes.as_ref().filter(|(at, _)| *at <= self.now);
            let bytes = other.map_or(&document.bytes, |(_, bytes)| bytes);
            let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
            bytes.get(place(from)..place(to)).unwrap_or_default().to_vec()
        });
        if to > from + CHUNK_BYTES as u64 {
            self.devices[tab].files.went_wrong = true;
        }
        let at = self.now + self.chance.between(0, 30);
        let input = Input::Read { source, from, bytes };
        self.agenda.plan(at, Happening::Input { device: tab, run, input });
    }

    /// An engine got a file whole: it goes to whoever asked for it.
    pub(crate) fn serve_file(&mut self, tab: usize, event: EventId, bytes: &[u8]) {
        if self.has_followers(tab) {
            self.say_to_tabs(tab, &Word::File(event, bytes.to_vec()));
        }
        self.hand(tab, event, bytes);
    }

    /// Hands a file on if this tab's person asked for it.
    pub(crate) fn hand(&mut self, tab: usize, event: EventId, bytes: &[u8]) {
        let wanted = &mut self.devices[tab].tab.wanted;
        let Some(place) = wanted.iter().position(|wanted| *wanted == event) else { return };
        wanted.swap_remove(place);
        self.tally.count("files fetched");
        let said = self.said.iter().find(|said| said.event == event);
        let is_genuine = said.and_then(|said| said.file.as_ref()).is_some_and(|document| {
            bytes == document.bytes || document.becomes.as_ref().is_some_and(|(_, other)| bytes == other)
        });
        let has_card = bytes.windows(CARD.len()).any(|window| window == CARD.as_bytes());
        let browser = self.devices[tab].browser;
        if !is_genuine || has_card {
            let name = &self.browsers[browser].name;
            self.complaints.push(format!("{name} is handed another file than was sent"));
        }
        self.fetched.insert((browser, event));
    }

    /// Somebody wants the files that were not fetched yet, in the tab before their eyes.
    pub(crate) fn fetch_missing(&mut self, browser: usize) {
        let Some(tab) = self.look_somewhere(browser) else { return };
        let items = self.devices[tab].screen.items.values();
        let is_missing = |item: &&Item| {
            let is_stored = item.position.is_some() && matches!(item.body, Body::File(_));
            is_stored && !self.fetched.contains(&(browser, item.event))
        };
        let missing = items.filter(is_missing).map(|item| (item.conversation, item.event));
        let missing: Vec<(ConversationId, EventId)> = missing.collect();
        for (conversation, event) in missing {
            let wanted = &mut self.devices[tab].tab.wanted;
            if !wanted.contains(&event) {
                wanted.push(event);
            }
            self.input(tab, Input::Fetch { conversation, event });
        }
    }
}
