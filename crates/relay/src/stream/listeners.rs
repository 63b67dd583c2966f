//! Who is to be woken when an event was stored, and who hears signals.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use segel_wire::{DeviceId, ServerFrame};
use tokio::sync::{Notify, mpsc};

use crate::sites::Site;

/// Signals that may wait for one stream; more are dropped.
const WAITING_SIGNALS: usize = 4;

/// Streams that one device may have open; one more closes the oldest, most likely one that its network has lost.
const STREAMS: usize = 8;

/// The ears of all open streams by device.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<HashMap<DeviceId, Vec<Ear>>>);

/// How one stream is reached. Its bell says only "look again": what was missed is read from the store, so a bell
/// that rings twice or early does no harm. Signals are in no store.
struct Ear {
    bell: Arc<Notify>,
    signals: mpsc::Sender<Signal>,
}

/// A signal on its way to one stream.
pub(super) struct Signal {
    /// The conversation's visitor.
    pub(super) visitor: DeviceId,
    pub(super) frame: ServerFrame,
}

/// A stream's ear, open while this lives or until [`Self::signals`] ends: then newer streams took its place.
pub(super) struct Listener<'a> {
    listeners: &'a Listeners,
    device: DeviceId,
    pub(super) bell: Arc<Notify>,
    pub(super) signals: mpsc::Receiver<Signal>,
}

impl Listeners {
    /// Rings for a conversation's visitor and every device of the site's roster.
    pub(crate) fn wake(&self, site: &Site, visitor: DeviceId) {
        self.each(&reaching(site, visitor), |_, ear| ear.bell.notify_one());
    }

    /// Hands a signal to those same streams, apart from the sender's; it is dropped where too many wait.
    pub(crate) fn pass(&self, site: &Site, visitor: DeviceId, sender: DeviceId, frame: &ServerFrame) {
        self.hand(&reaching(site, visitor), visitor, sender, frame);
    }

    pub(super) fn listen(&self, device: DeviceId) -> Listener<'_> {
        let bell = Arc::new(Notify::new());
        let (sender, signals) = mpsc::channel(WAITING_SIGNALS);
        let ear = Ear { bell: Arc::clone(&bell), signals: sender };
        let mut ears = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = ears.entry(device).or_default();
        if open.len() >= STREAMS {
            open.remove(0);
        }
        open.push(ear);
        Listener { listeners: self, device, bell, signals }
    }

    fn hand(&self, devices: &[DeviceId], visitor: DeviceId, sender: DeviceId, frame: &ServerFrame) {
        self.each(devices, |device, ear| {
            if device != sender {
                let _ = ear.signals.try_send(Signal { visitor, frame: frame.clone() });
            }
        });
    }

    fn each(&self, devices: &[DeviceId], act: impl Fn(DeviceId, &Ear)) {
        let ears = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for &device in devices {
            ears.get(&device).into_iter().flatten().for_each(|ear| act(device, ear));
        }
    }
}

/// A conversation's visitor and every device of the site's roster.
fn reaching(site: &Site, visitor: DeviceId) -> Vec<DeviceId> {
    let roster = site.newest();
    let desk = roster.iter().flat_map(|roster| roster.devices());
    desk.filter(|device| *device != visitor).chain([visitor]).collect()
}

impl Drop for Listener<'_> {
    fn drop(&mut self) {
        let mut ears = self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = ears.get_mut(&self.device) {
            open.retain(|ear| !Arc::ptr_eq(&ear.bell, &self.bell));
            if open.is_empty() {
                ears.remove(&self.device);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use segel_wire::{ConversationId, Octets};
    use tokio::sync::mpsc::error::TryRecvError;

    use super::*;

    const VISITOR: DeviceId = DeviceId([1; 16]);
    const AGENT: DeviceId = DeviceId([2; 16]);

    fn signal(number: u8) -> ServerFrame {
        let conversation = ConversationId([3; 16]);
        ServerFrame::Signal { conversation, sender: VISITOR, signal: Octets(vec![number]) }
    }

    #[test]
    fn a_stream_that_takes_nothing_has_the_first_signals_waiting_and_the_others_dropped() {
        let listeners = Listeners::default();
        let (mut slow, mut second) = (listeners.listen(AGENT), listeners.listen(AGENT));
        let mut own = listeners.listen(VISITOR);
        for number in 0..10 {
            listeners.hand(&[AGENT, VISITOR], VISITOR, VISITOR, &signal(number));
            if number == 0 {
                assert_eq!(second.signals.try_recv().unwrap().frame, signal(0));
            }
        }
        for number in 0..4 {
            assert_eq!(slow.signals.try_recv().unwrap().frame, signal(number));
            assert_eq!(second.signals.try_recv().unwrap().frame, signal(number + 1));
        }
        assert!(slow.signals.try_recv().is_err() && second.signals.try_recv().is_err());
        assert!(own.signals.try_recv().is_err(), "a sender hears nothing of itself");

        listeners.hand(&[AGENT, VISITOR], VISITOR, VISITOR, &signal(11));
        assert_eq!(slow.signals.try_recv().unwrap().frame, signal(11), "once there is room");
        drop((slow, second, own));
        assert!(listeners.0.lock().unwrap().is_empty());
    }

    #[test]
    fn one_stream_too_many_closes_the_oldest_of_the_same_device() {
        let listeners = Listeners::default();
        let mut other = listeners.listen(VISITOR);
        let mut open = (0..=STREAMS).map(|_| listeners.listen(AGENT)).collect::<Vec<_>>();
        let ended =
            |listener: &mut Listener| matches!(listener.signals.try_recv(), Err(TryRecvError::Disconnected));
        assert!(ended(&mut open[0]));
        assert!(!open[1..].iter_mut().chain([&mut other]).any(ended));
        drop(open.remove(0));
        open.push(listeners.listen(AGENT));
        assert!(ended(&mut open[0]), "what was closed before takes no room and frees none");
        assert!(!open[1..].iter_mut().any(ended));
    }
}
