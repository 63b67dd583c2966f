//! What the person sees of the engine's state: the whole of it, and what of it changed.

use segel_wire::ids::{ConversationId, EventId};

use super::{Engine, Part};
use crate::account::Account;
use crate::io::Output;
use crate::link::Stage;
use crate::show::{Gate, Link, Refusal, SafetyNumber, Show, Site, Summary};
use crate::sorted::SortedSet;

/// What was shown last, so that only changes are.
#[derive(Default)]
pub(super) struct Shown {
    gate: Option<Gate>,
    link: Option<Link>,
    pub(super) wake_at: Option<u64>,
    pub(super) dirty: SortedSet<(ConversationId, EventId)>,
    pub(super) lists: SortedSet<ConversationId>,
    /// When the first identity is to be shown otherwise, Unix milliseconds; 0 for none.
    pub(super) lapses_at: u64,
}

impl Engine {
    /// All that is to be seen at `now`, Unix milliseconds: for a screen that saw nothing before.
    pub fn everything(&self, now: u64) -> Vec<Show> {
        let mut shows = vec![Show::Gate(self.shown_gate(now)), Show::Link(self.link_stands(now))];
        shows.extend(self.site_stands().map(Show::Site));
        if self.erasing.is_some() {
            return shows;
        }
        shows.extend(self.shelf.into_iter().flat_map(|shelf| shelf.own(self)));
        for (id, conversation) in self.conversations.iter() {
            let items = conversation.messages.keys().filter_map(|event| conversation.item(*id, *event));
            // Of what is in the store a part would be taken for the whole.
            shows.extend(items.filter(|_| !self.is_stored(*id)).map(Show::Item));
            shows.extend(self.summary(*id, now).map(Show::Conversation));
        }
        let typing = self.signals.shown_typing.iter();
        shows.extend(typing.map(|(id, who)| Show::Typing(*id, Some(who.clone()))));
        let here = self.signals.shown_here.iter();
        shows.extend(here.map(|(id, who)| Show::Here(*id, Some(who.clone()))));
        shows
    }

    pub(super) fn show_changes(&mut self, now: u64) {
        let dirty = core::mem::take(&mut self.shown.dirty);
        let mut changed = core::mem::take(&mut self.shown.lists);
        if self.erasing.is_none() {
            self.show_talk(&dirty, &mut changed, now);
        }
        let gate = self.shown_gate(now);
        if self.shown.gate.replace(gate) != Some(gate) {
            self.outputs.push_back(Output::Show(Show::Gate(gate)));
        }
        let link = self.link_stands(now);
        if self.shown.link.replace(link) != Some(link) {
            self.outputs.push_back(Output::Show(Show::Link(link)));
        }
    }

    fn show_talk(
        &mut self,
        dirty: &SortedSet<(ConversationId, EventId)>,
        changed: &mut SortedSet<ConversationId>,
        now: u64,
    ) {
        changed.extend(self.lapsed(now));
        changed.extend(dirty.keys().map(|(id, _)| (*id, ())));
        for &(id, event) in dirty.keys() {
            let Some(conversation) = self.conversations.get(&id).filter(|_| !self.is_stored(id)) else {
                continue;
            };
            let withdraws = conversation.messages.get(&event).and_then(|message| message.withdraws);
            self.outputs.extend(conversation.item(id, event).map(Show::Item).map(Output::Show));
            if let Some(withdraws) = withdraws {
                // How far that has come is shown in the place of what it takes back.
                self.outputs.extend(conversation.item(id, withdraws.event).map(Show::Item).map(Output::Show));
            }
        }
        for &id in changed.keys() {
            let summary = self.summary(id, now);
            self.note_lapse(summary.as_ref(), now);
            self.outputs.extend(summary.map(|summary| Output::Show(Show::Conversation(summary))));
        }
    }

    fn shown_gate(&self, now: u64) -> Gate {
        if self.erasing.is_some() { Gate::Erasing } else { self.gate(now) }
    }

    pub(super) fn show_site(&mut self) {
        let site = self.site_stands();
        self.outputs.extend(site.map(|site| Output::Show(Show::Site(site))));
    }

    pub(super) fn show_refused(&mut self, refusal: Refusal) {
        self.outputs.push_back(Output::Show(Show::Refused(refusal)));
    }

    fn summary(&self, id: ConversationId, now: u64) -> Option<Summary> {
        let (answerable, safety) = (self.is_answerable(id), self.safety(id));
        let conversation = self.conversations.get(&id)?;
        let waits_since = self.shelf.map_or(0, |shelf| shelf.waits_since(conversation));
        let labels = self.shelf.map_or_else(Vec::new, |shelf| shelf.labels(conversation));
        let summary = conversation.summary(id, answerable, safety, self.hold(id, now), waits_since, now);
        Some(Summary { labels, ..summary })
    }

    fn link_stands(&self, now: u64) -> Link {
        match self.link.stage {
            Stage::Online => Link::Online,
            Stage::Down if !self.link.network => Link::Offline,
            // Who has no keys yet connects to nobody: the roster tells whether the relay is reached.
            Stage::Down if self.account.is_none() && self.roster_check.backoff.is_failing() => Link::Offline,
            Stage::Down if self.account.is_none() => Link::Online,
            Stage::Down if !self.link.backoff.is_due(now) => Link::Offline,
            _ => Link::Connecting,
        }
    }

    /// What both sides compare: over the own key, or over the visitor's as its handshake named it.
    fn safety(&self, id: ConversationId) -> Option<SafetyNumber> {
        let identity = match self.part {
            Part::Visitor { .. } => self.account.as_ref()?.keys().identity,
            Part::Agent => self.conversations.get(&id)?.facts.identity?,
        };
        Some(SafetyNumber::derive(&self.root, &self.site, &identity))
    }

    fn site_stands(&self) -> Option<Site> {
        let roster = self.membership.counting()?;
        let profile = &roster.roster().profile;
        let (name, masking) = (profile.name.clone(), profile.masking.clone());
        let (hours, intake) = (profile.hours.clone(), profile.intake.clone());
        // Only who it is, not whether it still may: that is the gate's.
        let device = self.account.as_ref().map(Account::device);
        let agent = device.and_then(|device| roster.device(&device, 0)).map(|(agent, _)| agent.name.clone());
        let until = (self.part == Part::Agent).then_some(roster.roster().not_after);
        Some(Site { name, agent, masking, hours, intake, until })
    }
}
