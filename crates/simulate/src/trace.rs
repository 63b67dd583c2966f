//! What happened, line by line, and what came of it, for whoever reads a failure.

use segel_core::Request;

use crate::world::World;

/// Lines of a run; kept only where someone will read them.
#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) wanted: bool,
    pub(crate) lines: Vec<String>,
}

impl Trace {
    /// A line: seconds since the start, who, and what.
    pub(crate) fn note(&mut self, since_start: u64, who: &str, what: impl FnOnce() -> String) {
        if self.wanted {
            let (seconds, millis) = (since_start / 1_000, since_start % 1_000);
            self.lines.push(format!("{seconds:>7}.{millis:03} {who:<10} {}", what()));
        }
    }
}

impl World {
    /// A line for each event that the relay has: where it stands, from whom to whom it went, and what each browser shows of it.
    pub(crate) fn note_what_is_shown(&mut self) {
        if !self.trace.wanted {
            return;
        }
        let lines = self.relay.log().iter().map(|row| {
            let to: Vec<_> = row.envelope.wraps.iter().map(|wrapped| self.name_of(wrapped.device)).collect();
            let shown = self.browsers.iter().filter_map(|browser| {
                let item = self.devices[browser.leader?].screen.items.get(&(row.conversation, row.event))?;
                Some(format!("{}: {:?} {:?}", browser.name, item.body, item.delivery))
            });
            let shown: Vec<_> = shown.collect();
            let gone = if row.is_withdrawn { " and taken back" } else { "" };
            let (conversation, position, event) = (row.conversation, row.position, row.event);
            let (from, to, shown) = (self.name_of(row.sender), to.join(", "), shown.join("; "));
            format!("{conversation} {position:>3} {event} by {from} to {to}{gone} | {shown}")
        });
        let lines: Vec<_> = lines.collect();
        self.trace.lines.extend(lines);
    }
}

/// What a request is about.
pub(crate) fn kind(request: &Request) -> &'static str {
    match request {
        Request::Roster => "the newest roster",
        Request::RosterVersion(_) => "an older roster",
        Request::Challenge => "a challenge",
        Request::Login(_) => "a session",
        Request::Bundles(..) => "bundles",
        Request::PutPrekeys(_) => "a place for its prekeys",
        Request::OpenConversation(..) => "a conversation",
        Request::Events(..) => "events of a conversation",
        Request::BeginUpload(..)
        | Request::AddChunk(..)
        | Request::ForgetUpload(..)
        | Request::FetchChunk(..) => "a file",
        Request::Enrol(..) => "enrolment",
        Request::Erase(_) => "to be erased",
    }
}
