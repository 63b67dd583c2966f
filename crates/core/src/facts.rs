//! What is kept of a conversation besides its messages: its members, the own place in it, and what was asked when.

use segel_crypto::act::Assignment;
use segel_crypto::content::ContentHash;
use segel_crypto::log::Seen;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, IdentityKey};
use segel_wire::{cbor_map, limits};

use crate::chronicle::Chronicle;
use crate::reads::Reads;
use crate::signals::GivenKey;
use crate::sorted::Sorted;

/// What is kept of a conversation besides its messages.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    /// The visitor's device; fixed by the first message of an unlisted device that opened.
    pub(crate) visitor: Option<DeviceId>,
    /// The desk that the visitor named inside that message.
    pub(crate) desk: Option<DeskId>,
    /// Whether the relay has opened the conversation for this visitor.
    pub(crate) opened: bool,
    /// Contents that this device has sealed here and that were not refused.
    pub(crate) sequence: u64,
    /// The last of them.
    pub(crate) last: Option<ContentHash>,
    /// The one before.
    pub(crate) before: Option<ContentHash>,
    /// What is known of the order of events.
    pub(crate) chronicle: Chronicle,
    /// When a resync with a device was last begun here, Unix seconds.
    pub(crate) resynced: Sorted<DeviceId, u64>,
    /// Messages of others since the person last looked.
    pub(crate) unread: u32,
    /// The highest position received.
    pub(crate) head: u64,
    /// The visitor's device by a colleague's word, before the visitor was heard here.
    pub(crate) told: Option<DeviceId>,
    /// Whether a colleague's word contradicts the visitor that is fixed: nothing is sealed to anybody then.
    pub(crate) disputed: bool,
    /// The visitor's key, from the handshake that began a session with it.
    pub(crate) identity: Option<IdentityKey>,
    /// Keys for signals, the newest of each device that gave one.
    pub(crate) signal_keys: Vec<GivenKey>,
    /// What the acts come to.
    pub(crate) assignment: Assignment,
    /// When a device was last asked for acts that are not known here, Unix seconds.
    pub(crate) behind: Sorted<DeviceId, u64>,
    /// When acts were last handed on to a device, Unix seconds.
    pub(crate) handed: Sorted<DeviceId, u64>,
    /// How far both sides have read.
    pub(crate) reads: Reads,
    /// The same before the relay began to number anew: it holds again if the log turns out to be the same.
    pub(crate) former_reads: Reads,
    /// Own contents that nobody sees and that have not come back at their place in the log, the newest last.
    pub(crate) quiet: Vec<ContentHash>,
    /// Up to where events were known before the relay began to number anew: what nobody sees and stands there may be
    /// one of them.
    pub(crate) former: u64,
    /// Whether the visitor wants to say nothing of how it was.
    pub(crate) unasked: bool,
    /// The position of the first event that was sealed to this device; 0 once it is due what was said before, too.
    pub(crate) reached: Option<u64>,
    /// When its visitor erased it, Unix milliseconds by the visitor's clock; an agent's device keeps nothing else of it.
    pub(crate) erased: Option<u64>,
    /// Own messages that the person took out before they left, or that the visitor erased, the newest last: a tab that was not
    /// told yet hands them in again.
    pub(crate) taken_out: Vec<EventId>,
}

cbor_map!(Facts {
    0: visitor,
    1: desk,
    2: opened,
    3: sequence,
    4: last,
    5: unread,
    6: head,
    7: chronicle,
    8: before,
    9: resynced,
    10: assignment or default,
    12: behind or default,
    13: told,
    14: disputed or default,
    20: identity,
    21: signal_keys or default,
    22: reads or default,
    23: quiet or default,
    24: former or default,
    25: unasked or default,
    26: reached,
    27: erased or default,
    28: taken_out or default,
    29: former_reads or default,
    30: handed or default
});

/// So many own contents that did not come back are told from those of a state that is lost, and so many own messages that were
/// taken out from new ones.
const NOTED_MOST: usize = 64;

impl Facts {
    /// The relay has lost events, and numbers anew those that it tells of.
    pub(crate) fn begin_anew(&mut self, conversation: &ConversationId) {
        self.former = self.former.max(self.head).max(self.chronicle.seen(conversation).position);
        self.head = 0;
        let reads = core::mem::take(&mut self.reads);
        // What was said to whom asked named places that are no more.
        self.behind = Sorted::default();
        self.handed = Sorted::default();
        self.reached = None;
        if self.chronicle.begin_anew(conversation) {
            self.former_reads = reads;
        }
    }

    /// Whether the log is known to be another one than before it was told anew, which is said once. It shows where the former
    /// one ended, or when `is_all` that is to be told was told.
    pub(crate) fn differs(&mut self, is_all: bool) -> bool {
        let former = self.chronicle.take_former(is_all);
        former.is_some_and(|former| self.differs_from(former))
    }

    // The rest of a visitor's program: within its caller it would not be.
    #[inline(never)]
    fn differs_from(&mut self, former: Seen) -> bool {
        let reads = core::mem::take(&mut self.former_reads);
        if self.chronicle.confirms(former) {
            self.reads.take_up(reads, former.position);
            return false;
        }
        self.chronicle.fork()
    }

    /// A transfer to the agent of this device counts, or a release, at this position of the log: the device is due what was said
    /// before, if that was sealed to it.
    pub(crate) fn reach_back(&mut self, position: Option<u64>) {
        let is_reached = self.reached.zip(position).is_some_and(|(reached, position)| reached <= position);
        if is_reached {
            self.reached = Some(0);
        }
    }

    /// Whether the relay has ever delivered anything of the conversation.
    pub(crate) fn was_told_of(&self) -> bool {
        self.head.max(self.former) > 0
    }

    /// Counts an own content that was sealed.
    pub(crate) fn count(&mut self, content: ContentHash) {
        self.sequence += 1;
        self.before = self.last.replace(content);
    }

    /// Counts an own content that was sealed and that no message stands for.
    pub(crate) fn count_quiet(&mut self, content: ContentHash) {
        self.count(content);
        note(&mut self.quiet, content);
    }

    /// Notes an own message that is not taken in again.
    pub(crate) fn take_out(&mut self, event: EventId) {
        note(&mut self.taken_out, event);
    }

    /// Notes that a resync with this device begins, unless one did within the hour; `now` in Unix seconds.
    pub(crate) fn begin_resync(&mut self, device: DeviceId, now: u64) -> bool {
        once_an_hour(&mut self.resynced, device, now)
    }

    /// Notes that this device is asked for acts, unless it was within the hour; `now` in Unix seconds.
    pub(crate) fn ask_for_acts(&mut self, device: DeviceId, now: u64) -> bool {
        once_an_hour(&mut self.behind, device, now)
    }

    /// Notes that acts are handed on to this device; `now` in Unix seconds.
    pub(crate) fn hand(&mut self, device: DeviceId, now: u64) {
        self.handed.retain(|at| is_recent(*at, now));
        self.handed.insert(device, now);
    }

    /// The devices that acts were handed on to within the hour; `now` in Unix seconds.
    pub(crate) fn handed(&self, now: u64) -> impl Iterator<Item = &DeviceId> {
        self.handed.iter().filter(move |(_, at)| is_recent(**at, now)).map(|(device, _)| device)
    }

    /// A content that was sealed last is never to be stored: the next one takes its place.
    pub(crate) fn take_back(&mut self, content: Option<ContentHash>) {
        if content.is_some() && self.last == content {
            self.sequence -= 1;
            self.last = self.before.take();
        }
        self.quiet.retain(|quiet| Some(*quiet) != content);
        // Nor does anybody hear from it how far this person has read.
        self.reads.unsay();
    }
}

/// Adds one to the newest.
fn note<T>(noted: &mut Vec<T>, new: T) {
    noted.push(new);
    let surplus = noted.len().saturating_sub(NOTED_MOST);
    noted.drain(..surplus);
}

fn once_an_hour(done: &mut Sorted<DeviceId, u64>, device: DeviceId, now: u64) -> bool {
    let is_due = !done.get(&device).is_some_and(|at| is_recent(*at, now));
    if is_due {
        done.insert(device, now);
    }
    is_due
}

/// Within the hour; a clock that was set back must not keep anything from ever happening again.
fn is_recent(at: u64, now: u64) -> bool {
    now.abs_diff(at) < limits::RESYNC_SECONDS
}
