//! What tabs of one browser tell each other, so that one engine serves them all: what a person wants, and what is shown.
//!
//! Only tabs of the same origin hear it, and of the same version: what cannot be read is not for this tab.

use segel_wire::ids::{AgentId, ConversationId, EventId, Octets};
use segel_wire::signed::Order;
use segel_wire::{cbor_map, cbor_variants};

use crate::canned::Canned;
use crate::engine::Engine;
use crate::io::Input;
use crate::show::{Deed, Delivery, Details, Gate, Rating, Refusal, Show};

/// What a person wants in a tab that has no engine. Its texts are masked there, and masked once more where the engine
/// is: only `segel-mask` makes what an engine takes.
#[derive(Clone, PartialEq, Eq)]
pub enum Wish {
    /// As [`Input::Submit`], with a text that was masked, and what it answers.
    Submit(Option<ConversationId>, EventId, String, Option<EventId>),
    /// As [`Input::Attach`].
    Attach(Option<ConversationId>, EventId, WishedFile),
    /// As [`Input::Retry`].
    Retry(ConversationId, EventId),
    /// As [`Input::Fetch`].
    Fetch(ConversationId, EventId),
    /// As [`Input::Cancel`].
    Cancel(ConversationId, EventId),
    /// As [`Input::Typing`].
    Typing(ConversationId, bool),
    /// As [`Input::Act`].
    Act(ConversationId, Deed<AgentId>),
    /// As [`Input::Seen`].
    Seen(ConversationId),
    /// As [`Input::Introduce`], with a token as it travels.
    Introduce(Option<Octets>),
    /// As [`Input::Look`].
    Look(Option<ConversationId>),
    /// As [`Input::Withdraw`].
    Withdraw(ConversationId, EventId),
    /// As [`Input::Open`].
    Open(ConversationId),
    /// As [`Input::End`].
    End(ConversationId),
    /// As [`Input::Rate`], with a comment that was masked.
    Rate(ConversationId, Option<Rating>),
    /// As [`Input::Submit`] of a note.
    Note(ConversationId, EventId, String),
    /// As [`Input::Submit`] of labels.
    Label(ConversationId, EventId, Vec<String>),
    /// As [`Input::Keep`].
    Keep(Vec<Canned>),
    /// As [`Input::Details`], with texts that were masked.
    Details(EventId, Details),
    /// As [`Input::Erase`].
    Erase,
    /// As [`Input::Block`].
    Block(ConversationId, bool),
    /// As [`Input::Report`].
    Report(ConversationId, Vec<EventId>),
}

cbor_variants!(Wish {
    0: Submit(conversation, event, text, quotes),
    1: Attach(conversation, event, file),
    2: Retry(conversation, event),
    3: Fetch(conversation, event),
    4: Cancel(conversation, event),
    5: Typing(conversation, typing),
    6: Act(conversation, deed),
    7: Seen(conversation),
    8: Introduce(token),
    9: Look(conversation),
    10: Withdraw(conversation, event),
    11: Open(conversation),
    12: End(conversation),
    13: Rate(conversation, rating),
    14: Note(conversation, event, text),
    15: Label(conversation, event, labels),
    16: Keep(texts),
    17: Details(event, details),
    18: Erase,
    19: Block(conversation, on),
    20: Report(conversation, events)
});

/// Where a tab's widget stands: what a leading tab asks before it shows it anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stand {
    /// The page's origin; empty for a console.
    pub page: String,
    /// As [`VisitorConfig::floor`](crate::VisitorConfig::floor).
    pub floor: Order,
}

cbor_map!(Stand { 0: page, 1: floor });

impl Engine {
    /// Whether a tab that stands there may be shown what this engine shows, and have its wishes carried out: the
    /// roster must list its page and reach its floor, as if the engine were its own.
    pub fn serves(&self, stand: &Stand) -> bool {
        self.is_on_page(&stand.page, stand.floor)
    }

    /// Whether it can do nothing where it is, at `now`, Unix milliseconds, while another tab might: the site does not list its
    /// page.
    pub fn gives_way(&self, now: u64) -> bool {
        self.gate(now) == Gate::Refused(Refusal::PageRefused)
    }
}

/// A file that a person wants to send.
#[derive(Clone, PartialEq, Eq)]
pub struct WishedFile {
    /// Its name, masked.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// All of it, masked, if it is text; the bytes of others are read from the file itself.
    pub text: Option<String>,
}

cbor_map!(WishedFile { 0: name, 1: media_type, 2: size, 3: text });

impl Wish {
    /// The message that it makes, or that it goes before, if it does either.
    pub fn makes(&self) -> Option<EventId> {
        match self {
            Self::Submit(_, event, ..)
            | Self::Attach(_, event, _)
            | Self::Note(_, event, _)
            | Self::Label(_, event, _)
            | Self::Details(event, _) => Some(*event),
            _ => None,
        }
    }

    /// Whether the tab in which it was wanted holds it until it is kept: what is not held is said or asked for again anyway, or comes
    /// to nothing.
    pub fn is_held(&self) -> bool {
        !matches!(self, Self::Typing(..) | Self::Seen(_) | Self::Look(_) | Self::Introduce(_))
    }

    /// The wish that stands for an input of a person that carries no text of theirs; nothing for other inputs.
    pub fn of(input: &Input) -> Option<Self> {
        match *input {
            Input::Introduce(ref token) => {
                Some(Self::Introduce(token.as_ref().map(|token| token.signed.clone())))
            }
            Input::Retry { conversation, event } => Some(Self::Retry(conversation, event)),
            Input::Fetch { conversation, event } => Some(Self::Fetch(conversation, event)),
            Input::Cancel { conversation, event } => Some(Self::Cancel(conversation, event)),
            Input::Typing { conversation, typing } => Some(Self::Typing(conversation, typing)),
            Input::Act { conversation, deed } => Some(Self::Act(conversation, deed)),
            Input::Seen(conversation) => Some(Self::Seen(conversation)),
            Input::Look(conversation) => Some(Self::Look(conversation)),
            Input::Withdraw { conversation, event } => Some(Self::Withdraw(conversation, event)),
            Input::Open(conversation) => Some(Self::Open(conversation)),
            Input::End(conversation) => Some(Self::End(conversation)),
            Input::Erase => Some(Self::Erase),
            Input::Rate { conversation, rating: None } => Some(Self::Rate(conversation, None)),
            Input::Keep(ref texts) => Some(Self::Keep(texts.clone())),
            Input::Block { conversation, on } => Some(Self::Block(conversation, on)),
            Input::Report { conversation, ref events } => Some(Self::Report(conversation, events.clone())),
            _ => None,
        }
    }

    /// The input that it stands for; nothing for those that carry text.
    pub fn input(&self) -> Option<Input> {
        match *self {
            Self::Submit(..)
            | Self::Attach(..)
            | Self::Note(..)
            | Self::Label(..)
            | Self::Introduce(Some(_))
            | Self::Rate(_, Some(_))
            | Self::Details(..) => None,
            Self::Introduce(None) => Some(Input::Introduce(None)),
            Self::Retry(conversation, event) => Some(Input::Retry { conversation, event }),
            Self::Fetch(conversation, event) => Some(Input::Fetch { conversation, event }),
            Self::Cancel(conversation, event) => Some(Input::Cancel { conversation, event }),
            Self::Typing(conversation, typing) => Some(Input::Typing { conversation, typing }),
            Self::Act(conversation, deed) => Some(Input::Act { conversation, deed }),
            Self::Seen(conversation) => Some(Input::Seen(conversation)),
            Self::Look(conversation) => Some(Input::Look(conversation)),
            Self::Withdraw(conversation, event) => Some(Input::Withdraw { conversation, event }),
            Self::Open(conversation) => Some(Input::Open(conversation)),
            Self::End(conversation) => Some(Input::End(conversation)),
            Self::Erase => Some(Input::Erase),
            Self::Rate(conversation, None) => Some(Input::Rate { conversation, rating: None }),
            Self::Keep(ref texts) => Some(Input::Keep(texts.clone())),
            Self::Block(conversation, on) => Some(Input::Block { conversation, on }),
            Self::Report(conversation, ref events) => {
                Some(Input::Report { conversation, events: events.clone() })
            }
        }
    }
}

/// The message that needs no tab to hold it any more, if that is what is shown: the relay has it, or it was taken out. That
/// one has failed may be shown before it is kept, and is then all that its person has of it: whoever leads next is handed it.
pub fn settled(show: &Show) -> Option<EventId> {
    match show {
        Show::Item(item) => match item.delivery {
            Delivery::Sending | Delivery::Failed(_) => None,
            _ => Some(item.event),
        },
        Show::Gone(_, event) => Some(*event),
        _ => None,
    }
}

/// Only what kind of wish it is: it holds texts and names.
impl core::fmt::Debug for Wish {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Submit(..) => "Submit",
            Self::Attach(..) => "Attach",
            Self::Retry(..) => "Retry",
            Self::Fetch(..) => "Fetch",
            Self::Cancel(..) => "Cancel",
            Self::Typing(..) => "Typing",
            Self::Act(..) => "Act",
            Self::Seen(_) => "Seen",
            Self::Introduce(_) => "Introduce",
            Self::Look(_) => "Look",
            Self::Withdraw(..) => "Withdraw",
            Self::Open(_) => "Open",
            Self::End(_) => "End",
            Self::Rate(..) => "Rate",
            Self::Note(..) => "Note",
            Self::Label(..) => "Label",
            Self::Keep(_) => "Keep",
            Self::Details(..) => "Details",
            Self::Erase => "Erase",
            Self::Block(..) => "Block",
            Self::Report(..) => "Report",
        })
    }
}

#[cfg(test)]
mod tests {
    use segel_wire::cbor;
    use segel_wire::ids::{IdentityKey, RootKey, SiteId};
    use segel_wire::signed::{
        Consent, ConsentHash, Hours, Intake, Masking, MaskingAction, MaskingRule, Span,
    };

    use super::*;
    use crate::show::{
        Agreed, Answer, Author, Body, File, Hold, Identity, Item, Life, Link, Progress, SafetyNumber, Site,
        Standing, Stars, Summary, Transfer,
    };

    const CONVERSATION: ConversationId = ConversationId([1; 16]);
    const EVENT: EventId = EventId([2; 16]);

    fn item(body: Body, delivery: Delivery) -> Show {
        Show::Item(Item {
            conversation: CONVERSATION,
            event: EVENT,
            position: Some(7),
            author: Author::Agent("Agen Demo".to_owned()),
            body,
            time: 1_700_000_000_000,
            delivery,
            vouched: None,
            quotes: None,
        })
    }

    fn details() -> Details {
        let answer = Answer { label: "Nama".to_owned(), text: "Pengunjung Demo".to_owned() };
        let agreed = Agreed { consent: ConsentHash([5; 32]), time: 9 };
        let (page, language) = ("https://toko.example/".to_owned(), "id".to_owned());
        Details { answers: Some(vec![answer]), agreed: Some(agreed), page, language }
    }

    fn rating() -> Rating {
        Rating { stars: Stars::Four, comment: Some("Terima kasih".to_owned()) }
    }

    #[test]
    fn whatever_is_shown_is_the_same_in_another_tab() {
        let rule = MaskingRule {
            kind: "phone".to_owned(),
            visitor: MaskingAction::Mask(2),
            agent: MaskingAction::Leave,
        };
        let hours =
            Hours { zone: "Asia/Jakarta".to_owned(), open: vec![Span { from: 480, to: 1_020 }], reply: None };
        let consent = Consent { text: "Setuju".to_owned(), notice: None };
        let masking = Masking { rules: Some(vec![rule]), allowed: None, patterns: None };
        let file = File { name: "struk.png".to_owned(), media_type: "image/png".to_owned(), size: 42 };
        let hold = Hold {
            standing: Standing::Mine,
            holder: Some("Agen Demo".to_owned()),
            acting: true,
            may: vec![Deed::Release, Deed::Transfer(AgentId([3; 16]))],
            colleagues: vec![(AgentId([4; 16]), "Agen Kedua".to_owned())],
        };
        let safety = SafetyNumber::derive(&RootKey([1; 32]), &SiteId([2; 16]), &IdentityKey([3; 32]));
        let summary = Summary {
            conversation: CONVERSATION,
            preview: "Halo".to_owned(),
            time: 9,
            unread: 2,
            waits_since: 8,
            answerable: true,
            safety: Some(safety),
            hold,
            identity: Identity::Confirmed { subject: "Pelanggan Demo".to_owned(), at: 7 },
            life: Life::Ended,
            labels: vec!["VIP".to_owned()],
            away: Some(Refusal::VisitorAway),
        };
        let shows = vec![
            Show::Site(Site {
                name: "Toko Contoh".to_owned(),
                agent: None,
                masking: Some(masking),
                hours: Some(hours),
                intake: Some(Intake { questions: None, consent: Some(consent) }),
                until: Some(9),
            }),
            Show::Gate(Gate::Refused(Refusal::RosterForked)),
            Show::Link(Link::Online),
            Show::Conversation(summary),
            item(Body::Text("Halo".to_owned()), Delivery::Received),
            item(Body::Closed(Refusal::MessageAltered), Delivery::Failed(Refusal::TooLarge)),
            item(Body::Act(Deed::Transfer("Agen Kedua".to_owned())), Delivery::Read),
            item(Body::File(file), Delivery::Sending),
            item(Body::Withdrawn, Delivery::Sent),
            item(Body::Ended, Delivery::Received),
            item(Body::Rated(rating()), Delivery::Received),
            item(Body::Note("untuk rekan".to_owned()), Delivery::Sent),
            item(Body::Details(details()), Delivery::Received),
            item(Body::Erased, Delivery::Received),
            Show::Gate(Gate::Erasing),
            Show::Erased,
            Show::Blocked(vec![CONVERSATION]),
            Show::Typing(CONVERSATION, Some(Author::Visitor)),
            Show::Typing(CONVERSATION, None),
            Show::Here(CONVERSATION, Some(Author::Agent("Agen Demo".to_owned()))),
            Show::Here(CONVERSATION, None),
            Show::Gone(CONVERSATION, EVENT),
            Show::Transfer(Transfer {
                conversation: CONVERSATION,
                event: EVENT,
                progress: Progress::Fetching(42),
            }),
            Show::Introduce { conversation: CONVERSATION, visitor: "abc".to_owned() },
            Show::Refused(Refusal::StoreFailed),
        ];
        assert_eq!(cbor::decode::<Vec<Show>>(&cbor::encode(&shows)).unwrap(), shows);
    }

    #[test]
    fn a_wish_is_the_same_where_the_engine_is_and_stands_for_the_same_input() {
        let file = WishedFile {
            name: "a.csv".to_owned(),
            media_type: "text/csv".to_owned(),
            size: 4,
            text: Some("a,b\n".to_owned()),
        };
        let wishes = [
            Wish::Submit(None, EVENT, "Halo".to_owned(), Some(EventId([9; 16]))),
            Wish::Attach(Some(CONVERSATION), EVENT, file),
            Wish::Retry(CONVERSATION, EVENT),
            Wish::Fetch(CONVERSATION, EVENT),
            Wish::Cancel(CONVERSATION, EVENT),
            Wish::Typing(CONVERSATION, true),
            Wish::Act(CONVERSATION, Deed::Claim),
            Wish::Seen(CONVERSATION),
            Wish::Introduce(None),
            Wish::Look(None),
            Wish::Look(Some(CONVERSATION)),
            Wish::Withdraw(CONVERSATION, EVENT),
            Wish::Open(CONVERSATION),
            Wish::End(CONVERSATION),
            Wish::Erase,
            Wish::Rate(CONVERSATION, None),
            Wish::Note(CONVERSATION, EVENT, "untuk rekan".to_owned()),
            Wish::Label(CONVERSATION, EVENT, vec!["VIP".to_owned()]),
            Wish::Block(CONVERSATION, true),
            Wish::Report(CONVERSATION, vec![EVENT]),
            Wish::Keep(vec![Canned { name: "salam".to_owned(), text: "Halo".to_owned() }]),
        ];
        for wish in wishes {
            assert_eq!(cbor::decode::<Wish>(&cbor::encode(&wish)).as_ref(), Ok(&wish));
            let input = wish.input();
            assert_eq!(input.is_none(), wish.makes().is_some(), "{wish:?}");
            assert_eq!(input.as_ref().and_then(Wish::of), input.map(|_| wish));
        }
    }

    #[test]
    fn a_rating_and_details_with_their_words_are_for_the_tab_with_the_engine_to_mask() {
        for wish in [Wish::Rate(CONVERSATION, Some(rating())), Wish::Details(EVENT, details())] {
            assert_eq!(cbor::decode::<Wish>(&cbor::encode(&wish)).as_ref(), Ok(&wish));
            assert!(wish.input().is_none());
        }
    }

    #[test]
    fn details_are_held_as_long_as_the_message_that_they_go_before() {
        assert_eq!(Wish::Details(EVENT, details()).makes(), Some(EVENT));
    }

    #[test]
    fn a_message_is_held_until_the_relay_has_it_or_it_is_taken_out() {
        let text = || Body::Text("Halo".to_owned());
        for delivery in
            [Delivery::Sending, Delivery::Failed(Refusal::SourceGone), Delivery::Failed(Refusal::TooLarge)]
        {
            assert_eq!(settled(&item(text(), delivery)), None);
        }
        for delivery in [Delivery::Sent, Delivery::Read] {
            assert_eq!(settled(&item(text(), delivery)), Some(EVENT));
        }
        // Labels stand in a list, and not among the messages.
        assert_eq!(settled(&item(Body::Withheld, Delivery::Sending)), None);
        assert_eq!(settled(&item(Body::Withheld, Delivery::Sent)), Some(EVENT));
        assert_eq!(settled(&Show::Gone(CONVERSATION, EVENT)), Some(EVENT));
        assert_eq!(settled(&Show::Link(Link::Online)), None);
    }
}
