//! Whether engines ask to be woken for all that they will have to do.

use segel_core::Input;

use super::{Happening, World};
use crate::device::Errand;
use crate::trace::kind;

/// How often every engine is woken unasked, in milliseconds: its own pings, every twenty seconds, would wake it for the rest.
const EVERY: u64 = 3_100;

impl World {
    /// An engine that is woken before the time for which it asked has nothing to do: what else is due then would wait for
    /// whatever happens next.
    pub(super) fn wake_unasked(&mut self) {
        for device in 0..self.devices.len() {
            let tab = &self.devices[device];
            let browser = &self.browsers[tab.browser];
            let is_due = tab.wake_at.is_some_and(|at| at <= browser.clock(self.now));
            // Nobody tells an engine that its clock has jumped; and it goes on when the disk has what it is to keep.
            let cannot_know = tab.skew != browser.skew || !tab.pending.is_empty();
            if !tab.tab.is_awake() || !tab.is_running() || is_due || cannot_know {
                continue;
            }
            let errands = self.hand_in(device, Input::Woke);
            for overdue in errands.iter().filter_map(work) {
                let name = &self.browsers[self.devices[device].browser].name;
                self.complaints.push(format!("{name} had not asked to be woken, and {overdue}"));
                self.note(device, || format!("is woken unasked, and {overdue}"));
            }
            self.run_errands(device, errands, true);
        }
        self.agenda.plan(self.now + EVERY, Happening::WokenUnasked);
    }
}

/// What an engine does.
fn work(errand: &Errand) -> Option<String> {
    match errand {
        Errand::Commit { changes, .. } => {
            let names: Vec<_> = changes.iter().map(|change| change.name.as_str()).collect();
            Some(format!("keeps {}", names.join(", ")))
        }
        Errand::Ask { request, .. } => Some(format!("asks for {}", kind(request))),
        Errand::Dial | Errand::HangUp => Some("dials or hangs up".to_owned()),
        Errand::Speak(_) => Some("sends something".to_owned()),
        Errand::Load { .. } | Errand::Read { .. } => Some("reads something".to_owned()),
        Errand::Show(_) => Some("shows something".to_owned()),
        Errand::Hand(..) => None,
    }
}
