//! Streams: what was missed, then what happens, in the order of the store. PROTOCOL.md, section 7.3.

use segel_wire::ids::{ConversationId, DeviceId, Octets};
use segel_wire::{ClientFrame, Code, Delivered, ServerFrame, limits};

use super::Relay;
use crate::Planted;

/// Events that are sent beyond those that were taken: so few that every run meets the end of it.
const WINDOW: usize = limits::FLOW_EVENTS as usize + 1;

/// A frame for a socket; none closes it.
pub(crate) type Sent = (u64, Option<ServerFrame>);

pub(super) struct Stream {
    device: DeviceId,
    /// Rows that were sent.
    row: usize,
    /// Events that were sent and not taken.
    ahead: usize,
    /// Whether what was missed has been sent.
    caught_up: bool,
    /// Unix seconds.
    expires: u64,
}

impl Relay {
    /// Takes a frame from a socket; `now` in Unix milliseconds.
    pub(crate) fn frame(&mut self, socket: u64, frame: ClientFrame, now: u64) -> Vec<Sent> {
        let expires = self.streams.get(&socket).map(|stream| stream.expires);
        if expires.is_some_and(|expires| expires <= now / 1_000) {
            return self.part(socket, Code::Unauthenticated);
        }
        match (frame, self.streams.get(&socket).map(|stream| stream.device)) {
            (ClientFrame::Hello { token, cursor }, None) => self.greet(socket, &token, cursor, now),
            (ClientFrame::Send { conversation, event, envelope, withdraws }, Some(device)) => {
                let stored = self.store(conversation, event, device, (envelope, withdraws), now);
                let answer = match stored {
                    Ok((position, time)) => ServerFrame::Stored { conversation, event, position, time },
                    Err(code) => ServerFrame::Error { event: Some(event), problem: code.into() },
                };
                let mut sent = vec![(socket, Some(answer))];
                sent.extend(self.deliver_all());
                sent
            }
            (ClientFrame::Signal { conversation, signal }, Some(device)) => {
                self.pass_on(conversation, device, &signal)
            }
            (ClientFrame::Flow { events }, Some(_)) => {
                if let Some(stream) = self.streams.get_mut(&socket) {
                    stream.ahead = stream.ahead.saturating_sub(events as usize);
                }
                self.deliver_to(socket)
            }
            (ClientFrame::Ping, Some(_)) => vec![(socket, Some(ServerFrame::Pong))],
            _ => self.part(socket, Code::Malformed),
        }
    }

    /// To everybody else who is there and reaches the conversation; nothing of it is kept.
    fn pass_on(&self, conversation: ConversationId, sender: DeviceId, signal: &Octets) -> Vec<Sent> {
        let visitor = self.kept.conversations.get(&conversation).map(|kept| kept.visitor);
        let reaches =
            |device: DeviceId| visitor.is_some_and(|visitor| visitor == device || self.lists(device));
        if !reaches(sender) {
            return Vec::new();
        }
        let others =
            self.streams.iter().filter(|(_, stream)| stream.device != sender && reaches(stream.device));
        let frame = ServerFrame::Signal { conversation, sender, signal: signal.clone() };
        others.map(|(socket, _)| (*socket, Some(frame.clone()))).collect()
    }

    /// The peer is gone.
    pub(crate) fn hang_up(&mut self, socket: u64) {
        self.streams.remove(&socket);
    }

    /// Sends an event that a socket was sent before; delivery is at least once.
    pub(crate) fn repeat(&self, socket: u64, back: usize) -> Vec<Sent> {
        let Some(stream) = self.streams.get(&socket) else { return Vec::new() };
        let row = stream.row.checked_sub(1 + back);
        let event = row.and_then(|row| self.deliver(row, stream.device));
        // Its cursor says up to where everything was sent, as that of the last one does.
        let event = event.map(|event| Delivered { cursor: self.cursor(stream.row), ..event });
        event.map(|event| (socket, Some(ServerFrame::Event(event)))).into_iter().collect()
    }

    /// A roster was published: a hint for everybody, and what it brought within reach.
    pub(super) fn announce(&mut self) -> Vec<Sent> {
        let Some((roster, _)) = self.kept.rosters.last() else { return Vec::new() };
        let order = roster.roster().order;
        let hint = ServerFrame::Roster { generation: order.generation, version: order.version };
        let mut sent: Vec<_> = self.streams.keys().map(|socket| (*socket, Some(hint.clone()))).collect();
        sent.extend(self.deliver_all());
        sent
    }

    fn greet(&mut self, socket: u64, token: &str, cursor: Option<String>, now: u64) -> Vec<Sent> {
        let Ok(device) = self.session(Some(token), now) else {
            return self.part(socket, Code::Unauthenticated);
        };
        let expires = self.kept.sessions.get(token).map_or(0, |session| session.expires);
        let mut row = 0;
        if let Some(cursor) = cursor {
            let Some(rows) = self.rows(&cursor) else {
                return self.part(socket, Code::CursorRefused);
            };
            row = rows + usize::from(self.planted == Some(Planted::CursorOffByOne));
        }
        self.streams.insert(socket, Stream { device, row, ahead: 0, caught_up: false, expires });
        let welcome = ServerFrame::Welcome { epoch: "e".to_owned(), time: now };
        let mut sent = vec![(socket, Some(welcome))];
        sent.extend(self.deliver_to(socket));
        sent
    }

    fn deliver_all(&mut self) -> Vec<Sent> {
        let sockets: Vec<_> = self.streams.keys().copied().collect();
        sockets.into_iter().flat_map(|socket| self.deliver_to(socket)).collect()
    }

    fn deliver_to(&mut self, socket: u64) -> Vec<Sent> {
        let Some(Stream { device, row: from, ahead, .. }) = self.streams.get(&socket) else {
            return Vec::new();
        };
        let room = WINDOW.saturating_sub(*ahead);
        let reached = (*from..self.kept.log.len()).filter_map(|row| Some((row, self.deliver(row, *device)?)));
        let reached: Vec<_> = reached.take(room).collect();
        let Some(stream) = self.streams.get_mut(&socket) else { return Vec::new() };
        stream.ahead += reached.len();
        // What it does not reach may come within its reach later.
        if let Some((last, _)) = reached.last() {
            stream.row = last + 1;
        }
        let is_all = reached.len() < room && !stream.caught_up;
        stream.caught_up |= is_all;
        let row = stream.row;
        let head = is_all.then(|| ServerFrame::Head { cursor: self.cursor(row) });
        let events = reached.into_iter().map(|(_, event)| ServerFrame::Event(event));
        events.chain(head).map(|frame| (socket, Some(frame))).collect()
    }

    fn part(&mut self, socket: u64, code: Code) -> Vec<Sent> {
        self.streams.remove(&socket);
        vec![(socket, Some(ServerFrame::Bye { problem: code.into() })), (socket, None)]
    }
}
