//! What a person would see, folded from an engine's shows.

use std::collections::BTreeMap;

use segel_core::Canned;
use segel_core::show::{
    Author, Body, Deed, Delivery, Gate, Identity, Item, Link, Progress, Refusal, Reporting, Show, Standing,
    Summary,
};
use segel_wire::ids::{ConversationId, EventId, IdentityKey};
use segel_wire::signed::Masking;

/// What is shown.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    /// The business's name, by the signed roster.
    pub site: Option<String>,
    /// What the site has masked, by the signed roster.
    pub masking: Option<Masking>,
    /// Whether messages can be written.
    pub gate: Option<Gate>,
    /// Whether the relay is reached.
    pub link: Option<Link>,
    /// Every conversation.
    pub conversations: BTreeMap<ConversationId, Summary>,
    /// Every message.
    pub items: BTreeMap<(ConversationId, EventId), Item>,
    /// Who is typing.
    pub typing: BTreeMap<ConversationId, Author>,
    /// Who of the other side is there.
    pub here: BTreeMap<ConversationId, Author>,
    /// How often somebody began to type.
    pub typings: usize,
    /// For which conversation and device the page was asked for the business's word, as it came.
    pub introductions: Vec<(ConversationId, [u8; 32])>,
    /// Texts that the agent keeps.
    pub canned: Vec<Canned>,
    /// Conversations that the agent has blocked.
    pub blocked: Vec<ConversationId>,
    /// What came of reports, as it came.
    pub reports: Vec<Reporting>,
    /// Refusals, as they came.
    pub refusals: Vec<Refusal>,
    /// Files that are under way, and those that were refused.
    pub transfers: BTreeMap<EventId, Progress>,
    /// Whether everything is erased, at the relay too.
    pub is_erased: bool,
    /// Files that were fetched, whole.
    pub files: BTreeMap<EventId, Vec<u8>>,
}

impl Screen {
    pub(crate) fn apply(&mut self, show: Show) {
        match show {
            Show::Site(site) => {
                self.site = Some(site.name);
                self.masking = site.masking;
            }
            Show::Gate(gate) => self.gate = Some(gate),
            Show::Link(link) => self.link = Some(link),
            Show::Conversation(summary) => {
                self.conversations.insert(summary.conversation, summary);
            }
            Show::Item(item) if item.body == Body::Withheld => {
                self.items.remove(&(item.conversation, item.event));
            }
            Show::Item(item) => {
                self.items.insert((item.conversation, item.event), item);
            }
            Show::Gone(conversation, event) => {
                self.items.remove(&(conversation, event));
            }
            Show::Transfer(transfer) => {
                self.transfers.insert(transfer.event, transfer.progress);
            }
            Show::Typing(conversation, Some(who)) => {
                self.typing.insert(conversation, who);
                self.typings += 1;
            }
            Show::Typing(conversation, None) => {
                self.typing.remove(&conversation);
            }
            Show::Here(conversation, Some(who)) => {
                self.here.insert(conversation, who);
            }
            Show::Here(conversation, None) => {
                self.here.remove(&conversation);
            }
            Show::Introduce { conversation, visitor } => {
                let visitor: IdentityKey = visitor.parse().unwrap();
                self.introductions.push((conversation, visitor.0));
            }
            Show::Refused(refusal) => self.refusals.push(refusal),
            Show::Canned(texts) => self.canned = texts,
            Show::Blocked(conversations) => self.blocked = conversations,
            Show::Report(_, reporting) => self.reports.push(*reporting),
            Show::Erased => self.is_erased = true,
        }
    }

    /// The messages of a conversation in their order: stored ones by position, others after them by time.
    pub fn timeline(&self, conversation: ConversationId) -> Vec<&Item> {
        let mut items: Vec<_> =
            self.items.values().filter(|item| item.conversation == conversation).collect();
        items.sort_by_key(|item| (item.position.unwrap_or(u64::MAX), item.time));
        items
    }

    /// The texts of a conversation in their order.
    pub fn texts(&self, conversation: ConversationId) -> Vec<&str> {
        let texts = self.timeline(conversation).into_iter().filter_map(|item| match &item.body {
            Body::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// The acts of a conversation that counted, in their order, by whom.
    pub fn acts(&self, conversation: ConversationId) -> Vec<(&Author, &Deed<String>)> {
        let acts = self.timeline(conversation).into_iter().filter_map(|item| match &item.body {
            Body::Act(deed) => Some((&item.author, deed)),
            _ => None,
        });
        acts.collect()
    }

    /// How the person at this device stands to a conversation.
    pub fn standing(&self, conversation: ConversationId) -> Standing {
        self.conversations.get(&conversation).map(|summary| summary.hold.standing).unwrap_or_default()
    }

    /// Who the visitor of a conversation is, by the business's word.
    pub fn identity(&self, conversation: ConversationId) -> Identity {
        self.conversations.get(&conversation).map(|summary| summary.identity.clone()).unwrap_or_default()
    }

    /// What the business said of who the visitor is, in its order.
    pub fn introduced(&self, conversation: ConversationId) -> Vec<&str> {
        let said = self.timeline(conversation).into_iter().filter_map(|item| match &item.body {
            Body::Introduced(subject) => Some(subject.as_str()),
            _ => None,
        });
        said.collect()
    }

    /// The message of this text.
    pub fn item(&self, text: &str) -> Option<&Item> {
        self.items.values().find(|item| matches!(&item.body, Body::Text(shown) if shown == text))
    }

    /// The note of this text.
    pub fn note(&self, text: &str) -> Option<&Item> {
        self.items.values().find(|item| matches!(&item.body, Body::Note(shown) if shown == text))
    }

    /// The labels of a conversation.
    pub fn labels(&self, conversation: ConversationId) -> &[String] {
        self.conversations.get(&conversation).map_or(&[], |summary| &summary.labels)
    }

    /// The message with a file of this name.
    pub fn file(&self, name: &str) -> Option<&Item> {
        self.items.values().find(|item| matches!(&item.body, Body::File(file) if file.name == name))
    }

    /// What became of the own message of this text.
    pub fn delivery(&self, text: &str) -> Option<Delivery> {
        let own = self.items.values().filter(|item| item.author == Author::Own);
        let mut matching = own.filter(|item| matches!(&item.body, Body::Text(shown) if shown == text));
        matching.next().map(|item| item.delivery)
    }

    /// Messages that could not be opened, and why.
    pub fn closed(&self) -> impl Iterator<Item = (&Item, Refusal)> {
        self.items.values().filter_map(|item| match item.body {
            Body::Closed(refusal) => Some((item, refusal)),
            _ => None,
        })
    }
}
