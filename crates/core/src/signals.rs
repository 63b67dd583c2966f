//! Who is typing and who is there, here and elsewhere. PROTOCOL.md, section 5.12. Nothing of it is kept but the keys that others gave.

use segel_crypto::signal::{SharedKey, SignalKind, SignalReceiver, SignalSender};
use segel_wire::cbor_array;
use segel_wire::ids::{ConversationId, DeviceId, EventId};
use segel_wire::limits;

use crate::link::first_after;
use crate::peers::Peer;
use crate::show::Author;

const EVERY: u64 = limits::SIGNAL_EVERY_SECONDS * 1_000;
const PAUSE: u64 = limits::TYPING_PAUSE_SECONDS * 1_000;
const SHOWN: u64 = limits::TYPING_SHOWN_SECONDS * 1_000;
const PRESENT_EVERY: u64 = limits::PRESENT_EVERY_SECONDS * 1_000;
/// How long a look counts that is not told again.
const LOOK: u64 = 15_000;
const KEY_EVERY: u64 = limits::SIGNAL_KEY_EVERY_SECONDS * 1_000;
const PRESENT_SHOWN: u64 = limits::PRESENT_SHOWN_SECONDS * 1_000;

/// A key for signals that another member gave in a conversation.
#[derive(Clone)]
pub(crate) struct GivenKey {
    pub(crate) sender: DeviceId,
    pub(crate) shared: SharedKey,
    /// When, Unix seconds.
    pub(crate) at: u64,
    /// Every other device that was given it.
    pub(crate) to: Vec<DeviceId>,
}

cbor_array!(GivenKey { sender, shared, at, to });

/// All signals of this device and those that it hears.
#[derive(Default)]
pub(crate) struct Signals {
    pub(crate) own: Vec<Own>,
    heard: Vec<Heard>,
    /// Whom the screen shows as typing.
    pub(crate) shown_typing: Vec<(ConversationId, Author)>,
    /// Whom the screen shows as being there.
    pub(crate) shown_here: Vec<(ConversationId, Author)>,
}

/// What the person at this device does in a conversation. Times are Unix milliseconds, 0 for never.
pub(crate) struct Own {
    pub(crate) conversation: ConversationId,
    /// When a key was last pressed in a draft that still stands.
    pressed: u64,
    /// Until when the person has it before their eyes, as far as anybody told.
    looks_until: Option<u64>,
    said: SignalKind,
    said_at: u64,
    pub(crate) key: Option<OwnKey>,
    /// When keys for signals were made: the last, and the one before.
    made_at: [u64; 2],
}

/// The own key for signals.
pub(crate) struct OwnKey {
    pub(crate) sender: SignalSender,
    /// The event that gives it.
    pub(crate) event: EventId,
    /// Everyone that it is for.
    pub(crate) members: Vec<Peer>,
    /// Whether the relay has stored that event.
    pub(crate) is_given: bool,
}

/// Another member's device, since this one started.
struct Heard {
    conversation: ConversationId,
    sender: DeviceId,
    receiver: SignalReceiver,
    /// Until when it is typing, Unix milliseconds.
    typing: u64,
    /// Until when its person is there, Unix milliseconds.
    here: u64,
}

impl GivenKey {
    /// Whether it has lapsed at `now`, Unix seconds.
    pub(crate) fn has_lapsed(&self, now: u64) -> bool {
        now.saturating_sub(self.at) >= limits::SIGNAL_KEY_SECONDS
    }
}

impl Signals {
    /// The person pressed a key, or the draft is empty.
    pub(crate) fn typed(&mut self, conversation: ConversationId, typing: bool, now: u64) {
        self.own(conversation).pressed = if typing { now } else { 0 };
    }

    /// The person has this conversation before their eyes, or none. Only one in which something was said here before
    /// can be told of.
    pub(crate) fn looked(&mut self, conversation: Option<ConversationId>, now: u64) {
        for own in &mut self.own {
            own.looks_until = Some(if Some(own.conversation) == conversation { now + LOOK } else { 0 });
        }
    }

    /// The relay has stored an event of this device, or has refused it.
    pub(crate) fn settle(&mut self, event: EventId, is_stored: bool) {
        for own in &mut self.own {
            match &mut own.key {
                Some(key) if key.event == event && is_stored => key.is_given = true,
                Some(key) if key.event == event => own.key = None,
                _ => {}
            }
        }
    }

    /// Takes up what a device says under the key that it gave; `time` in Unix seconds, `now` in milliseconds.
    pub(crate) fn hear(
        &mut self,
        conversation: ConversationId,
        given: &GivenKey,
        signal: &[u8],
        time: u64,
        now: u64,
    ) {
        let sender = given.sender;
        let place = self.place(conversation, sender).unwrap_or_else(|| {
            let receiver = SignalReceiver::new(&conversation, &sender, &given.shared, given.at);
            self.heard.push(Heard { conversation, sender, receiver, typing: 0, here: 0 });
            self.heard.len() - 1
        });
        let heard = &mut self.heard[place];
        // What does not count is dropped in silence.
        if let Ok(kind) = heard.receiver.open(signal, time) {
            heard.typing = if kind == SignalKind::Typing { now + SHOWN } else { 0 };
            match kind {
                SignalKind::Typing | SignalKind::Present => heard.here = now + PRESENT_SHOWN,
                SignalKind::Away => heard.here = 0,
                SignalKind::Idle => {}
            }
        }
    }

    /// A device gave another key.
    pub(crate) fn forget(&mut self, conversation: ConversationId, sender: DeviceId) {
        self.heard.retain(|heard| (heard.conversation, heard.sender) != (conversation, sender));
    }

    /// What a device was typing has come.
    pub(crate) fn came(&mut self, conversation: ConversationId, sender: DeviceId) {
        if let Some(place) = self.place(conversation, sender) {
            self.heard[place].typing = 0;
        }
    }

    /// The connection is gone: nobody is heard, and nothing that was said counts.
    pub(crate) fn disconnected(&mut self) {
        self.heard.iter_mut().for_each(|heard| (heard.typing, heard.here) = (0, 0));
        self.own.iter_mut().for_each(|own| own.said = SignalKind::Idle);
    }

    /// The clock was set back by so many milliseconds.
    pub(crate) fn move_back(&mut self, by: u64) {
        for own in &mut self.own {
            let [last, before] = &mut own.made_at;
            for at in
                [&mut own.pressed, &mut own.said_at, last, before].into_iter().chain(&mut own.looks_until)
            {
                *at = at.saturating_sub(by);
            }
        }
        for heard in &mut self.heard {
            for until in [&mut heard.typing, &mut heard.here] {
                *until = until.saturating_sub(by);
            }
        }
    }

    /// Who is typing.
    pub(crate) fn typing(&self, now: u64) -> impl Iterator<Item = (ConversationId, DeviceId)> {
        // A clock that was set back must not keep somebody typing.
        let typing = self.heard.iter().filter(move |heard| (now + 1..=now + SHOWN).contains(&heard.typing));
        typing.map(|heard| (heard.conversation, heard.sender))
    }

    /// Who is there.
    pub(crate) fn here(&self, now: u64) -> impl Iterator<Item = (ConversationId, DeviceId)> {
        let here =
            self.heard.iter().filter(move |heard| (now + 1..=now + PRESENT_SHOWN).contains(&heard.here));
        here.map(|heard| (heard.conversation, heard.sender))
    }

    /// When something is next to be said, or somebody no longer shown.
    pub(crate) fn wake_at(&self, now: u64) -> u64 {
        let own = first_after(now, self.own.iter().map(|own| own.wake_at(now)));
        let typing = first_after(now, self.heard.iter().map(|heard| heard.typing));
        own.min(typing).min(first_after(now, self.heard.iter().map(|heard| heard.here)))
    }

    fn own(&mut self, conversation: ConversationId) -> &mut Own {
        let place = self.own.iter().position(|own| own.conversation == conversation);
        let place = place.unwrap_or_else(|| {
            self.own.push(Own {
                conversation,
                pressed: 0,
                looks_until: None,
                said: SignalKind::Idle,
                said_at: 0,
                key: None,
                made_at: [0; 2],
            });
            self.own.len() - 1
        });
        &mut self.own[place]
    }

    fn place(&self, conversation: ConversationId, sender: DeviceId) -> Option<usize> {
        self.heard.iter().position(|heard| (heard.conversation, heard.sender) == (conversation, sender))
    }
}

impl Own {
    /// What is to be said now.
    pub(crate) fn due(&self, now: u64) -> Option<SignalKind> {
        (self.is_news(now) && now.abs_diff(self.said_at) >= EVERY).then_some(self.does(now))
    }

    pub(crate) fn say(&mut self, kind: SignalKind, now: u64) {
        (self.said, self.said_at) = (kind, now);
    }

    fn does(&self, now: u64) -> SignalKind {
        match self.looks_until {
            _ if now < self.pressed + PAUSE => SignalKind::Typing,
            Some(until) if now < until => SignalKind::Present,
            Some(_) => SignalKind::Away,
            None => SignalKind::Idle,
        }
    }

    /// Whether somebody who heard what was said last would be told something new, or it lapses.
    fn is_news(&self, now: u64) -> bool {
        match (self.said, self.does(now)) {
            (SignalKind::Typing, SignalKind::Typing) => self.pressed > self.said_at,
            (SignalKind::Present, SignalKind::Present) => now >= self.said_at + PRESENT_EVERY,
            (SignalKind::Idle | SignalKind::Away, SignalKind::Idle | SignalKind::Away) => false,
            (said, does) => said != does,
        }
    }

    /// Whether another key may be made.
    pub(crate) fn may_make_key(&self, now: u64) -> bool {
        now.abs_diff(self.made_at[1]) >= KEY_EVERY
    }

    /// A key is made.
    pub(crate) fn make_key(&mut self, key: OwnKey, now: u64) {
        self.made_at = [now, self.made_at[0]];
        self.key = Some(key);
    }

    /// When something is next to be said: as soon as it may be if it is news then, or when what was said ends, whatever
    /// could not be said before. What is due already may need another key.
    fn wake_at(&self, now: u64) -> u64 {
        let soonest = self.said_at + EVERY;
        let ends = match self.said {
            SignalKind::Typing => self.pressed + PAUSE,
            _ => (self.said_at + PRESENT_EVERY).min(self.looks_until.unwrap_or(u64::MAX)),
        };
        let coming = [soonest, soonest.max(ends)].into_iter().filter(|at| self.is_news(*at));
        let key = self.is_news(now).then_some(self.made_at[1] + KEY_EVERY);
        first_after(now, coming.chain(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONVERSATION: ConversationId = ConversationId([1; 16]);

    /// Some time, Unix milliseconds.
    const BEGUN: u64 = 1_000_000;

    /// What is said in a quarter of a minute by somebody who presses keys at these times.
    fn said(pressed: &[u64], emptied: Option<u64>) -> Vec<(u64, SignalKind)> {
        let mut signals = Signals::default();
        let mut said = Vec::new();
        for at in (0..15_000).step_by(100) {
            let now = BEGUN + at;
            if pressed.contains(&at) || emptied == Some(at) {
                signals.typed(CONVERSATION, emptied != Some(at), now);
            }
            // Only a pressed key, an emptied draft and the own alarm are looked at.
            let own = signals.own.first_mut();
            if let Some((own, kind)) = own.and_then(|own| own.due(now).map(|kind| (own, kind))) {
                own.say(kind, now);
                said.push((at, kind));
            }
        }
        said
    }

    #[test]
    fn one_key_is_typing_and_then_idle_after_a_pause() {
        assert_eq!(said(&[0], None), [(0, SignalKind::Typing), (5_000, SignalKind::Idle)]);
    }

    #[test]
    fn many_keys_are_said_every_three_seconds() {
        let keys: Vec<_> = (0..=7_000).step_by(200).collect();
        let typing = [0, 3_000, 6_000, 9_000].map(|at| (at, SignalKind::Typing));
        assert_eq!(said(&keys, None), [&typing[..], &[(12_000, SignalKind::Idle)]].concat());
    }

    #[test]
    fn an_emptied_draft_is_idle_as_soon_as_a_signal_may_be_sent() {
        let idle = (3_000, SignalKind::Idle);
        assert_eq!(said(&[0], Some(500)), [(0, SignalKind::Typing), idle]);
        assert_eq!(said(&[0], Some(0)), [], "nothing was said yet");
    }

    /// What is said in a minute and a half by somebody who looks, or no longer does, at these times, and types at others.
    /// The page is gone at `closed`.
    fn said_looking(looked: &[(u64, bool)], pressed: &[u64], closed: u64) -> Vec<(u64, SignalKind)> {
        let mut signals = Signals::default();
        let mut said = Vec::new();
        signals.typed(CONVERSATION, false, BEGUN);
        let (mut alarm, mut looks, mut turns) = (0, false, 0);
        for at in (0..90_000).step_by(100) {
            let now = BEGUN + at;
            let turn = looked.iter().find(|(when, _)| *when == at);
            if let Some((_, now_looks)) = turn {
                looks = *now_looks;
                signals.looked(looks.then_some(CONVERSATION), now);
            }
            // The page tells it again while it lives.
            let again = looks && at % 10_000 == 0 && at < closed;
            if again {
                signals.looked(Some(CONVERSATION), now);
            }
            if pressed.contains(&at) {
                signals.typed(CONVERSATION, true, now);
            }
            if turn.is_none() && !again && !pressed.contains(&at) && now < alarm {
                continue;
            }
            turns += 1;
            let own = signals.own.first_mut();
            if let Some((own, kind)) = own.and_then(|own| own.due(now).map(|kind| (own, kind))) {
                own.say(kind, now);
                said.push((at, kind));
            }
            alarm = signals.wake_at(now);
        }
        assert!(turns < 30, "the alarm rings too often: {turns}");
        said
    }

    #[test]
    fn whoever_looks_is_there_every_twenty_seconds_and_away_once() {
        let present = [0, 20_000, 40_000].map(|at| (at, SignalKind::Present));
        let away = (50_000, SignalKind::Away);
        assert_eq!(
            said_looking(&[(0, true), (50_000, false)], &[], u64::MAX),
            [&present[..], &[away]].concat()
        );
        assert_eq!(said_looking(&[(0, false)], &[], u64::MAX), [], "nobody heard that they were there");
    }

    #[test]
    fn typing_stands_for_looking_until_it_stops() {
        let expected = [
            (0, SignalKind::Present),
            (4_000, SignalKind::Typing),
            (9_000, SignalKind::Present),
            (12_000, SignalKind::Away),
        ];
        assert_eq!(said_looking(&[(0, true), (10_000, false)], &[4_000], u64::MAX), expected);
    }

    #[test]
    fn whoever_looks_elsewhere_and_back_within_three_seconds_says_nothing() {
        let present = [0, 20_000, 40_000, 60_000, 80_000].map(|at| (at, SignalKind::Present));
        assert_eq!(said_looking(&[(0, true), (1_000, false), (2_000, true)], &[], u64::MAX), present);
    }

    #[test]
    fn a_page_that_is_gone_without_a_word_looks_no_more() {
        let said = said_looking(&[(0, true)], &[], 25_000);
        assert_eq!(
            said,
            [(0, SignalKind::Present), (20_000, SignalKind::Present), (35_000, SignalKind::Away)]
        );
    }

    #[test]
    fn two_keys_may_be_made_in_a_minute_and_no_third() {
        let mut signals = Signals::default();
        signals.typed(CONVERSATION, true, BEGUN);
        let own = &mut signals.own[0];
        for at in [BEGUN, BEGUN + 1_000] {
            assert!(own.may_make_key(at));
            own.made_at = [at, own.made_at[0]];
        }
        assert!(!own.may_make_key(BEGUN + 59_000));
        assert!(own.may_make_key(BEGUN + 60_000));
        own.pressed = BEGUN + 9_000;
        assert_eq!(
            signals.wake_at(BEGUN + 10_000),
            BEGUN + 60_000,
            "what a third one is to say waits for it"
        );
    }

    #[test]
    fn the_alarm_rings_when_something_is_to_be_said_and_not_before() {
        let mut signals = Signals::default();
        signals.typed(CONVERSATION, true, 10_000);
        signals.own[0].say(SignalKind::Typing, 10_000);
        assert_eq!(signals.wake_at(10_000), 15_000);
        signals.typed(CONVERSATION, true, 11_000);
        assert_eq!(signals.wake_at(11_000), 13_000);
        signals.own[0].say(SignalKind::Typing, 13_000);
        assert_eq!(signals.wake_at(13_000), 16_000);
        signals.own[0].say(SignalKind::Idle, 16_000);
        assert_eq!(signals.wake_at(16_000), u64::MAX);
    }

    #[test]
    fn the_alarm_rings_when_a_look_ends_though_typing_could_not_be_said_before() {
        let mut signals = Signals::default();
        signals.typed(CONVERSATION, true, 10_000);
        signals.looked(Some(CONVERSATION), 12_000);
        signals.own[0].say(SignalKind::Present, 9_000);
        assert_eq!(signals.wake_at(20_000), 12_000 + LOOK);
    }
}
