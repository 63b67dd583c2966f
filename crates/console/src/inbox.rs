//! An agent's conversations in the order in which they are to be answered: pure, without a browser.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use segel_core::show::{Body, File, Identity, Life, Standing, Summary};
use segel_ui::Items;
use segel_wire::ids::ConversationId;

use crate::mark::mark;

/// Which conversations are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Those that this agent holds.
    Mine,
    /// Those that nobody holds.
    Unassigned,
    /// Each.
    #[default]
    All,
}

impl Filter {
    /// In the order of the screen.
    pub(crate) const EACH: [Self; 3] = [Self::Mine, Self::Unassigned, Self::All];

    /// Whether it lists a conversation; one that has ended is nobody's to answer.
    fn lists(self, summary: &Summary) -> bool {
        let is_open = summary.life == Life::Open;
        match self {
            Self::Mine => is_open && summary.hold.standing == Standing::Mine,
            Self::Unassigned => is_open && summary.hold.standing == Standing::Free,
            Self::All => true,
        }
    }
}

/// Every conversation, and what of them the agent wants to see.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Inbox {
    summaries: BTreeMap<ConversationId, Summary>,
    /// Which are listed.
    pub(crate) filter: Filter,
    /// Only those with this label, if it is one.
    pub(crate) label: Option<String>,
    search: String,
    /// Those of which nothing is to be shown.
    blocked: BTreeSet<ConversationId>,
}

/// What is listed now.
pub(crate) struct Listing<'a> {
    /// Who waits longest comes first, then the newest.
    pub(crate) entries: Vec<Entry<'a>>,
    /// How many each filter would list, in the order of [`Filter::EACH`].
    pub(crate) counts: [usize; 3],
}

/// A conversation in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// As the engine has it.
    pub(crate) summary: &'a Summary,
    /// Where the words that are searched for stand, with what is around them.
    pub(crate) found: Option<String>,
}

impl Inbox {
    /// Takes a conversation in, or in the place of what was known of it.
    pub(crate) fn put(&mut self, summary: Summary) {
        self.summaries.insert(summary.conversation, summary);
    }

    /// From now on nothing of these is shown, and what was blocked before is.
    pub(crate) fn block(&mut self, conversations: Vec<ConversationId>) {
        self.blocked = conversations.into_iter().collect();
    }

    /// Whether nothing of it is to be shown.
    pub(crate) fn is_blocked(&self, conversation: ConversationId) -> bool {
        self.blocked.contains(&conversation)
    }

    /// What is blocked, and what is known of who it is.
    pub(crate) fn blocked(&self) -> Vec<(ConversationId, Identity)> {
        let identity = |id: &ConversationId| self.summaries.get(id).map(|summary| summary.identity.clone());
        self.blocked.iter().map(|id| (*id, identity(id).unwrap_or_default())).collect()
    }

    /// Conversations that may be shown.
    fn shown(&self) -> impl Iterator<Item = &Summary> {
        self.summaries.values().filter(|summary| !self.is_blocked(summary.conversation))
    }

    /// Nothing that was known counts any more.
    pub(crate) fn clear(&mut self) {
        self.summaries.clear();
    }

    /// Whether there is no conversation at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.summaries.is_empty()
    }

    /// What is known of a conversation.
    pub(crate) fn get(&self, conversation: ConversationId) -> Option<&Summary> {
        self.summaries.get(&conversation)
    }

    /// Lists only where these words stand; no words list all.
    pub(crate) fn search(&mut self, words: &str) {
        self.search = words.trim().to_lowercase();
    }

    /// Whether it is searched for something.
    pub(crate) fn searches(&self) -> bool {
        !self.search.is_empty()
    }

    /// How many visitors wait for an answer that this agent may give.
    pub(crate) fn waiting(&self) -> usize {
        self.shown().filter(|summary| waits(summary)).count()
    }

    /// Every label that a conversation has, in order.
    pub(crate) fn labels(&self) -> Vec<String> {
        let all: BTreeSet<_> = self.shown().flat_map(|summary| &summary.labels).collect();
        all.into_iter().cloned().collect()
    }

    /// What is listed, given the messages that were opened in this tab.
    pub(crate) fn listing(&self, opened: &BTreeMap<ConversationId, Items>) -> Listing<'_> {
        let has_label =
            |summary: &&Summary| self.label.as_ref().is_none_or(|label| summary.labels.contains(label));
        let all = self.shown().filter(has_label).filter_map(|summary| {
            let found = match self.search.as_str() {
                "" => None,
                words => Some(find(words, summary, opened.get(&summary.conversation))?),
            };
            Some(Entry { summary, found })
        });
        let mut entries: Vec<_> = all.collect();
        let counts =
            Filter::EACH.map(|filter| entries.iter().filter(|entry| filter.lists(entry.summary)).count());
        entries.retain(|entry| self.filter.lists(entry.summary));
        entries.sort_by_key(|entry| rank(entry.summary));
        Listing { entries, counts }
    }
}

/// Whether the visitor waits for an answer that this agent may give.
pub(crate) fn waits(summary: &Summary) -> bool {
    summary.waits_since > 0 && summary.hold.standing != Standing::Others
}

fn rank(summary: &Summary) -> (bool, u64, Reverse<u64>, ConversationId) {
    let waits = waits(summary);
    let since = if waits { summary.waits_since } else { 0 };
    (!waits, since, Reverse(summary.time), summary.conversation)
}

/// The words in a conversation: in its name, its last message, or the newest one that was opened here.
fn find(words: &str, summary: &Summary, items: Option<&Items>) -> Option<String> {
    let name = match &summary.identity {
        Identity::Confirmed { subject, .. } => subject.clone(),
        _ => mark(summary.conversation),
    };
    if name.to_lowercase().contains(words) {
        return Some(summary.preview.clone());
    }
    let items = items.map(Items::as_slice).unwrap_or_default().iter().rev();
    let said = items.filter_map(|item| match &item.body {
        Body::Text(text) | Body::Note(text) | Body::File(File { name: text, .. }) => Some(text.as_str()),
        _ => None,
    });
    [summary.preview.as_str()].into_iter().chain(said).find_map(|text| excerpt(text, words))
}

/// The place in a text where these words stand, cut so that they are in sight; `words` in lower case.
fn excerpt(text: &str, words: &str) -> Option<String> {
    /// So many characters stand before the words at most.
    const BEFORE: usize = 16;
    let lower = text.to_lowercase();
    let at = lower.find(words)?;
    let before = lower.get(..at)?.chars().count();
    if before <= BEFORE {
        return Some(text.to_owned());
    }
    // Where lower case has other letters than the text, the cut is a few characters off.
    let rest: String = text.chars().skip(before - BEFORE).collect();
    Some(["…", &rest].concat())
}

#[cfg(test)]
mod tests {
    use segel_core::show::{Author, Delivery, Hold, Item};
    use segel_wire::ids::EventId;

    use super::*;

    fn id(number: u8) -> ConversationId {
        ConversationId([number; 16])
    }

    fn summary(number: u8, time: u64, waits_since: u64, standing: Standing) -> Summary {
        Summary {
            conversation: id(number),
            preview: format!("pesan {number}"),
            time,
            unread: 0,
            waits_since,
            answerable: true,
            safety: None,
            hold: Hold { standing, ..Hold::default() },
            identity: Identity::default(),
            life: Life::Open,
            labels: Vec::new(),
            away: None,
        }
    }

    fn inbox() -> Inbox {
        let mut inbox = Inbox::default();
        for summary in [
            summary(1, 50, 50, Standing::Free),
            summary(2, 90, 0, Standing::Mine),
            summary(3, 60, 20, Standing::Mine),
            summary(4, 95, 0, Standing::Free),
            summary(5, 99, 10, Standing::Others),
            summary(6, 40, 30, Standing::Joined),
        ] {
            inbox.put(summary);
        }
        inbox
    }

    fn listed(inbox: &Inbox, opened: &BTreeMap<ConversationId, Items>) -> Vec<u8> {
        inbox.listing(opened).entries.iter().map(|entry| entry.summary.conversation.0[0]).collect()
    }

    #[test]
    fn who_waits_longest_comes_first_then_the_newest() {
        assert_eq!(listed(&inbox(), &BTreeMap::new()), [3, 6, 1, 5, 4, 2]);
        assert_eq!(inbox().waiting(), 3, "what another holds is theirs to answer");
    }

    #[test]
    fn a_filter_lists_its_own_and_counts_stay_those_of_each() {
        let mut inbox = inbox();
        for (filter, expected) in [
            (Filter::Mine, [3, 2].as_slice()),
            (Filter::Unassigned, &[1, 4]),
            (Filter::All, &[3, 6, 1, 5, 4, 2]),
        ] {
            inbox.filter = filter;
            assert_eq!(listed(&inbox, &BTreeMap::new()), expected);
            assert_eq!(inbox.listing(&BTreeMap::new()).counts, [2, 2, 6]);
        }
    }

    #[test]
    fn a_label_lists_what_has_it_within_each_filter() {
        let mut inbox = inbox();
        for (number, labels) in [(2, ["VIP", "retur"]), (4, ["VIP", "ongkir"])] {
            let known = inbox.get(id(number)).unwrap().clone();
            inbox.put(Summary { labels: labels.map(str::to_owned).to_vec(), ..known });
        }
        assert_eq!(inbox.labels(), ["VIP", "ongkir", "retur"]);
        inbox.label = Some("VIP".to_owned());
        assert_eq!(listed(&inbox, &BTreeMap::new()), [4, 2]);
        assert_eq!(inbox.listing(&BTreeMap::new()).counts, [1, 1, 2]);
        inbox.label = Some("tidak ada".to_owned());
        assert_eq!(listed(&inbox, &BTreeMap::new()), [0_u8; 0]);
    }

    #[test]
    fn of_what_is_blocked_nothing_is_listed_counted_or_found_until_it_is_wanted_again() {
        let mut inbox = inbox();
        let known = inbox.get(id(3)).unwrap().clone();
        inbox.put(Summary { labels: vec!["VIP".to_owned()], ..known });
        inbox.block(vec![id(3)]);
        assert_eq!(listed(&inbox, &BTreeMap::new()), [6, 1, 5, 4, 2]);
        assert_eq!((inbox.waiting(), inbox.listing(&BTreeMap::new()).counts), (2, [1, 2, 5]));
        assert_eq!(inbox.labels(), [""; 0]);
        assert_eq!(inbox.blocked(), [(id(3), Identity::Unknown)]);
        inbox.search("pesan 3");
        assert_eq!(listed(&inbox, &BTreeMap::new()), [0_u8; 0]);
        inbox.block(Vec::new());
        assert_eq!(listed(&inbox, &BTreeMap::new()), [3]);
    }

    #[test]
    fn one_that_has_ended_is_listed_among_all_alone() {
        let mut inbox = inbox();
        for (number, life) in [(2, Life::Ended), (4, Life::Settled)] {
            let known = inbox.get(id(number)).unwrap().clone();
            inbox.put(Summary { life, ..known });
        }
        assert_eq!(inbox.listing(&BTreeMap::new()).counts, [1, 1, 6]);
    }

    #[test]
    fn a_conversation_is_listed_once_and_as_it_was_said_last() {
        let mut inbox = inbox();
        inbox.put(summary(3, 100, 0, Standing::Mine));
        assert_eq!(listed(&inbox, &BTreeMap::new()), [6, 1, 3, 5, 4, 2]);
    }

    #[test]
    fn a_search_looks_into_names_last_messages_and_what_was_opened() {
        let mut opened = BTreeMap::<_, Items>::new();
        let said = "Sudah saya kirimkan kemarin sore, kata Bu Teko Keramik";
        opened.entry(id(2)).or_default().put(Item {
            conversation: id(2),
            event: EventId([1; 16]),
            position: Some(1),
            author: Author::Visitor,
            body: Body::Text(said.to_owned()),
            time: 1,
            delivery: Delivery::Received,
            vouched: None,
            quotes: None,
        });
        let mut inbox = inbox();
        let found = |inbox: &mut Inbox, words: &str| {
            inbox.search(words);
            let listing = inbox.listing(&opened);
            let entry = listing.entries.first()?;
            Some((listing.entries.len(), entry.summary.conversation.0[0], entry.found.clone()?))
        };
        let cut = "…arin sore, kata Bu Teko Keramik".to_owned();
        assert_eq!(found(&mut inbox, " bu TEKO "), Some((1, 2, cut)));
        assert_eq!(found(&mut inbox, "PESAN 4"), Some((1, 4, "pesan 4".to_owned())));
        assert_eq!(found(&mut inbox, "5555"), Some((1, 5, "pesan 5".to_owned())), "by its mark");
        assert_eq!(found(&mut inbox, "tidak ada"), None);
        inbox.search("pesan");
        assert_eq!(inbox.listing(&opened).counts, [2, 2, 6]);
        inbox.search("  ");
        assert!(
            !inbox.searches() && inbox.listing(&opened).entries.iter().all(|entry| entry.found.is_none())
        );
    }
}
