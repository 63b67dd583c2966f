//! Requests and sockets between tabs and the relay, and how long everything takes.

use segel_core::{Answer, Input, Request};
use segel_wire::{ClientFrame, ServerFrame};

use super::{Happening, World};
use crate::relay::Sent;
use crate::trace::kind;

/// A socket: bytes in order, each way at its own pace.
pub(super) struct Socket {
    device: usize,
    run: u64,
    to_relay: u64,
    to_device: u64,
    /// Whether its device is done with it, and what that sent is still on its way.
    is_closed: bool,
}

impl World {
    /// A request reaches the relay, or does not; its answer reaches the device, or does not.
    pub(super) fn asked(&mut self, device: usize, run: u64, id: u64, request: &Request, token: Option<&str>) {
        let is_cut = !self.devices[device].has_network || !self.relay.is_up;
        let is_lost = self.weather.loses_answers && self.chance.one_in(15);
        let mut answer = Answer::Unreachable;
        if !is_cut {
            self.note(device, || format!("asks for {}", kind(request)));
            answer = match self.refuse_request(request) {
                Some(problem) => problem,
                None => self.relay.answer(request, token, self.now, &mut self.chance),
            };
        }
        let mut wait = self.latency(device);
        if is_cut || is_lost {
            answer = Answer::Unreachable;
            wait = self.chance.between(20, 8_000);
        }
        if is_lost && !is_cut {
            self.tally.count("answers lost");
            if matches!(request, Request::BeginUpload(..) | Request::AddChunk(..) | Request::FetchChunk(..)) {
                self.tally.count("answers about files lost");
            }
        }
        if let (Request::Bundles(asked, _), Answer::Bundles(answer)) = (request, &answer) {
            self.devices[device].lacked_bundles += u64::from(answer.bundles.len() < asked.devices.len());
        }
        let input = Input::Answered { id, answer };
        self.agenda.plan(self.now + wait, Happening::Input { device, run, input });
        if matches!(request, Request::AddChunk(..)) {
            self.strike(device);
        }
    }

    pub(super) fn dial(&mut self, device: usize, run: u64) {
        if let Some(before) = self.devices[device].socket.take() {
            self.close(before);
        }
        self.socket_count += 1;
        let socket = self.socket_count;
        self.devices[device].socket = Some(socket);
        self.sockets.insert(socket, Socket { device, run, to_relay: 0, to_device: 0, is_closed: false });
        let at = self.now + self.latency(device);
        self.agenda.plan(at, Happening::Dialled { socket });
    }

    pub(super) fn dialled(&mut self, socket: u64) {
        let Some(Socket { device, run, .. }) = self.sockets.get(&socket) else { return };
        let (device, run) = (*device, *run);
        let reached = self.relay.is_up && self.devices[device].has_network;
        let input = if reached { Input::SocketOpened } else { Input::SocketClosed };
        if !reached {
            self.sockets.remove(&socket);
            self.devices[device].socket = None;
        }
        let at = self.now + self.latency(device);
        self.agenda.plan(at, Happening::Input { device, run, input });
    }

    pub(super) fn speak(&mut self, device: usize, frame: ClientFrame) {
        self.watch_for_reuse(&frame);
        let at = self.now + self.latency(device);
        let Some(number) = self.devices[device].socket else { return };
        let Some(socket) = self.sockets.get_mut(&number) else { return };
        socket.to_relay = at.max(socket.to_relay + 1);
        let arrives = socket.to_relay;
        if self.weather.frames_double && self.chance.one_in(8) {
            self.tally.count("frames doubled");
            let (again, frame) = (arrives + self.chance.between(1, 900), frame.clone());
            self.agenda.plan(again, Happening::FrameAtRelay { socket: number, frame: Some(frame) });
        }
        self.agenda.plan(arrives, Happening::FrameAtRelay { socket: number, frame: Some(frame) });
    }

    /// A frame reaches the relay, or the end of its socket does.
    pub(super) fn arrived_at_relay(&mut self, number: u64, frame: Option<ClientFrame>) {
        let Some(&Socket { is_closed, .. }) = self.sockets.get(&number) else { return };
        let Some(frame) = frame else { return self.drop_socket(number) };
        if !self.relay.is_up {
            return;
        }
        if is_closed && matches!(frame, ClientFrame::Send { .. }) {
            self.tally.count("late arrivals");
        }
        self.tell_of(number, &frame);
        let sent = match self.refuse_frame(number, &frame) {
            Some(refused) => refused,
            None => self.relay.frame(number, frame, self.now),
        };
        self.carry(sent);
    }

    /// Puts the relay's frames on their way.
    pub(crate) fn carry(&mut self, sent: Vec<Sent>) {
        for (number, frame) in sent {
            let Some(device) = self.sockets.get(&number).map(|socket| socket.device) else { continue };
            let at = self.now + self.latency(device);
            let Some(socket) = self.sockets.get_mut(&number).filter(|socket| !socket.is_closed) else {
                continue;
            };
            socket.to_device = at.max(socket.to_device + 1);
            self.agenda.plan(socket.to_device, Happening::FrameAtDevice { socket: number, frame });
        }
    }

    pub(super) fn arrived(&mut self, number: u64, frame: Option<ServerFrame>) {
        let Some(socket) = self.sockets.get(&number).filter(|socket| !socket.is_closed) else { return };
        let (device, run) = (socket.device, socket.run);
        // A page that wakes hears nothing more of a socket which it closes first.
        let arrival = Happening::FrameAtDevice { socket: number, frame };
        let Some(Happening::FrameAtDevice { frame, .. }) = self.devices[device].tab.postpone(arrival) else {
            return;
        };
        match frame {
            Some(frame) if self.misses(&frame) => {}
            Some(frame) => self.give(device, run, Input::Frame(frame)),
            None => self.break_off(number, 1),
        }
    }

    /// The relay's end of a socket is gone; its device hears of it after `wait` milliseconds, or never.
    pub(crate) fn break_off(&mut self, number: u64, wait: u64) {
        self.tell_end(number, wait);
        self.drop_socket(number);
    }

    /// A device has lost its socket, of which it hears after `wait` milliseconds, or never.
    pub(crate) fn cut_off(&mut self, number: u64, wait: u64) {
        self.tell_end(number, wait);
        self.close(number);
    }

    /// A device's end of a socket is gone. What was on its way to it is lost; what it had sent arrives all the same in half of
    /// the cases, whatever has become of the device.
    pub(crate) fn close(&mut self, number: u64) {
        let Some(socket) = self.sockets.get_mut(&number).filter(|socket| !socket.is_closed) else { return };
        if socket.to_relay > self.now && self.chance.one_in(2) {
            socket.is_closed = true;
            let at = socket.to_relay + 1;
            self.agenda.plan(at, Happening::FrameAtRelay { socket: number, frame: None });
        } else {
            self.drop_socket(number);
        }
    }

    fn drop_socket(&mut self, number: u64) {
        self.sockets.remove(&number);
        self.relay.hang_up(number);
    }

    fn tell_end(&mut self, number: u64, wait: u64) {
        let Some(&Socket { device, run, .. }) = self.sockets.get(&number) else { return };
        if self.devices[device].socket == Some(number) {
            self.devices[device].socket = None;
            if wait < u64::MAX {
                let input = Input::SocketClosed;
                self.agenda.plan(self.now + wait, Happening::Input { device, run, input });
            }
        }
    }

    pub(super) fn tell_of(&mut self, socket: u64, frame: &ClientFrame) {
        let Some(device) = self.sockets.get(&socket).map(|socket| socket.device) else { return };
        match frame {
            ClientFrame::Send { conversation, event, envelope, .. } => {
                let wraps = envelope.wraps.iter().map(|wrapped| self.name_of(wrapped.device));
                let wraps: Vec<_> = wraps.collect();
                let quiet = if envelope.content.0.get(2) == Some(&1) { "quiet " } else { "" };
                self.note(device, || {
                    format!("sends {quiet}{event} in {conversation} to {}", wraps.join(", "))
                });
            }
            ClientFrame::Hello { cursor, .. } => {
                let cursor = cursor.clone().unwrap_or_default();
                self.note(device, || format!("connects from {cursor:?}"));
            }
            _ => {}
        }
    }

    pub(super) fn latency(&mut self, device: usize) -> u64 {
        let is_slow = self.now < self.devices[device].slow_until;
        if is_slow { self.chance.between(400, 6_000) } else { self.chance.between(5, 120) }
    }
}
