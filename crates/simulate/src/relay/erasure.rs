//! A visitor's device has everything erased. PROTOCOL.md, section 6.5.

use segel_core::Answer;
use segel_wire::ids::{DeviceId, EventId, Octets};
use segel_wire::{Code, Envelope};

use super::{Relay, Row};
use crate::Planted;

const NOBODY: DeviceId = DeviceId([0; 16]);

impl Relay {
    /// Of the device's conversations their ids stay, and those of these events that are its own.
    pub(super) fn erase(&mut self, device: DeviceId, keeps: &[EventId]) -> Result<Answer, Code> {
        if self.lists(device) {
            return Err(Code::NotAMember);
        }
        if self.planted == Some(Planted::KeepsErased) {
            return Ok(Answer::Done);
        }
        for (id, conversation) in &mut self.kept.conversations {
            if conversation.visitor == device {
                (conversation.visitor, conversation.is_erased) = (NOBODY, true);
                self.kept.attachments.erase(*id);
            }
        }
        let of_device = self.kept.log.iter_mut().filter(|row| row.visitor == device);
        for row in of_device.filter(|row| row.sender != device || !keeps.contains(&row.event)) {
            row.envelope = Envelope { content: Octets(Vec::new()), wraps: Vec::new() };
            row.is_erased = true;
        }
        self.kept.prekeys.erase(device);
        self.kept.sessions.retain(|_, session| session.device != device);
        Ok(Answer::Done)
    }

    /// Whether of this row's conversation more is kept than what one event says.
    pub(crate) fn keeps_more_than(&self, row: &Row) -> bool {
        let mut others = self.kept.log.iter().filter(|other| other.conversation == row.conversation);
        others.any(|other| other.event != row.event && !other.is_erased)
    }
}
