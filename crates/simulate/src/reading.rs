//! How people read: they look at a conversation now and then, and in the end at everything.

use segel_core::Input;
use segel_wire::ids::ConversationId;

use crate::check;
use crate::world::World;

/// How long it may take until everybody knows that everything was read, in milliseconds: what failed waits half a minute.
const PATIENCE: u64 = 10 * 60 * 1_000;
/// How often it is looked at meanwhile.
const LOOK_EVERY: u64 = 60 * 1_000;

/// That somebody looked at the end of a conversation.
pub(crate) struct Looked {
    pub(crate) browser: usize,
    pub(crate) conversation: ConversationId,
    /// Unix milliseconds.
    pub(crate) at: u64,
}

impl World {
    /// Somebody looks at one of their conversations.
    pub(crate) fn look(&mut self, browser: usize) {
        let Some(tab) = self.look_somewhere(browser) else { return };
        let listed: Vec<_> = self.devices[tab].screen.conversations.keys().copied().collect();
        if let Some(&conversation) = self.chance.pick(&listed) {
            self.look_into(tab, conversation);
        }
    }

    /// Everybody looks at everything, and after a while whoever wrote knows that it was read.
    pub(crate) fn read_everything(&mut self) {
        for browser in 0..self.browsers.len() {
            let Some(tab) = self.browsers[browser].leader else { continue };
            let listed: Vec<_> = self.devices[tab].screen.conversations.keys().copied().collect();
            for conversation in listed {
                self.look_into(tab, conversation);
            }
        }
        let deadline = self.now + PATIENCE;
        loop {
            self.play_until(self.now + LOOK_EVERY);
            let complaints = check::unread(self);
            if complaints.is_empty() || self.now >= deadline || self.is_restless() {
                return self.complaints.extend(complaints);
            }
        }
    }

    fn look_into(&mut self, tab: usize, conversation: ConversationId) {
        self.tally.count("looks");
        self.note(tab, || format!("looks at {conversation}"));
        let (browser, at) = (self.devices[tab].browser, self.now);
        self.looked.push(Looked { browser, conversation, at });
        self.input(tab, Input::Look(Some(conversation)));
        self.input(tab, Input::Seen(conversation));
    }
}
