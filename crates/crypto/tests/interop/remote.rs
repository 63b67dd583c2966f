//! A device of the other implementation, asked for what a [`crate::device::Local`] does by itself.

use segel_wire::ids::{DeviceId, EventId};
use segel_wire::signed::{self, Prekey};
use serde_json::{Value, json};

use crate::device::{CONVERSATION, ROOT, SITE, VIEW};
use crate::exchange::Delivered;
use crate::json::{device, hex, octets, text};
use crate::peer::Peer;

pub(crate) struct Remote {
    peer: Option<Peer>,
    pub(crate) id: DeviceId,
    /// The one-time prekeys that the relay keeps.
    one_time: Vec<Prekey>,
}

/// One-time prekeys that are made at a time.
const MADE: usize = 5;

impl Remote {
    pub(crate) fn new(seed: &str, now: u64) -> Self {
        let mut peer = Peer::start();
        peer.ask("random", json!({ "source": { "seed": seed } }));
        let (order, roster) = VIEW;
        let view = json!({ "order": { "generation": order.generation, "version": order.version },
            "rosterHash": hex(roster.0) });
        let made =
            peer.ask("device", json!({ "site": hex(SITE.0), "root": hex(ROOT.0), "view": view, "now": now }));
        Self { peer: Some(peer), id: device(&made["id"]), one_time: Vec::new() }
    }

    pub(crate) fn restart(&mut self) {
        self.peer = self.peer.take().map(Peer::restart);
    }

    pub(crate) fn set_clock(&mut self, now: u64) {
        self.peer().ask("clock", json!({ "now": now }));
    }

    /// Makes the prekeys that are due, which the relay then keeps: here, which this implementation verifies.
    pub(crate) fn upload(&mut self, now: u64) {
        self.one_time.retain(|prekey| now < prekey.not_after);
        let wanted = if self.one_time.len() < 2 { MADE } else { 0 };
        let upload = self.peer().ask_bytes("prekeys", json!({ "oneTime": wanted }), "prekeys");
        let upload = signed::Prekeys::verify(&upload, &SITE, &self.id).unwrap();
        self.one_time.extend(upload.one_time.unwrap_or_default());
    }

    pub(crate) fn bundle(&mut self, with_one_time: bool) -> Vec<u8> {
        let one_time = (with_one_time && !self.one_time.is_empty()).then(|| self.one_time.remove(0));
        let request = one_time.map_or(json!({}), |prekey| json!({ "oneTime": prekey.id }));
        self.peer().ask_bytes("bundle", request, "bundle")
    }

    pub(crate) fn initiate(&mut self, bundle: &[u8], peer: &DeviceId) {
        let request = json!({ "bundle": hex(bundle), "device": hex(peer.0), "scope": hex(CONVERSATION.0) });
        self.peer().ask("initiate", request);
    }

    pub(crate) fn wants_handshake(&mut self, peer: &DeviceId) -> bool {
        let request = json!({ "device": hex(peer.0), "scope": hex(CONVERSATION.0) });
        self.peer().ask("wants-handshake", request)["wants"] == true
    }

    pub(crate) fn seal(&mut self, event: EventId, message: &Value, peer: DeviceId) -> Delivered {
        let recipients = json!([{ "device": hex(peer.0), "scope": hex(CONVERSATION.0) }]);
        let request = json!({ "conversation": hex(CONVERSATION.0), "event": hex(event.0), "message": message,
            "recipients": recipients });
        let sealed = self.peer().ask("seal", request);
        Delivered {
            conversation: CONVERSATION,
            event,
            sender: self.id,
            recipient: [peer],
            content: octets(&sealed["content"]),
            wrap: octets(&sealed["wraps"][0]["wrap"]),
        }
    }

    /// The text, or the code of the refusal.
    pub(crate) fn open(&mut self, event: &Delivered) -> Result<String, String> {
        let request = json!({
            "conversation": hex(event.conversation.0),
            "event": hex(event.event.0),
            "sender": hex(event.sender.0),
            "recipients": event.recipient.map(|id| hex(id.0)),
            "content": hex(&event.content),
            "wrap": hex(&event.wrap),
            "scope": hex(CONVERSATION.0),
        });
        let opened = self.peer().try_ask("open", request)?;
        Ok(text(&opened["message"]["body"]["value"]).to_owned())
    }

    fn peer(&mut self) -> &mut Peer {
        self.peer.as_mut().unwrap()
    }
}
