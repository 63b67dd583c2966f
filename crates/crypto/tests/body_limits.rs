//! Section 5.6: a content whose list names nothing, or more than section 9 allows, is malformed.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use segel_crypto::content::{
    self, Answer, Body, ContentContext, ContentError, ContentHash, Details, Message,
};
use segel_crypto::grant::Grant;
use segel_crypto::log::Seen;
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, RosterHash};
use segel_wire::limits::{GRANTS, INTAKE_QUESTIONS, LABEL_CHARS, LABELS, REQUESTED_EVENTS};
use segel_wire::signed::Order;

const CONVERSATION: ConversationId = ConversationId([1; 16]);
const EVENT: EventId = EventId([2; 16]);
const SENDER: DeviceId = DeviceId([3; 16]);

/// Seals a body as anyone who may write here could, and opens it.
fn open(body: Body) -> Result<(), ContentError> {
    open_answer(body, None)
}

fn open_answer(body: Body, quotes: Option<EventId>) -> Result<(), ContentError> {
    let message = Message {
        sequence: 1,
        time: 2,
        desk: DeskId([4; 16]),
        previous: ContentHash::NONE,
        seen: Seen::start(&CONVERSATION),
        act: None,
        body,
        quotes,
    };
    let recipients = [DeviceId([5; 16])];
    let bound_to = ContentContext {
        conversation: &CONVERSATION,
        event: &EVENT,
        sender: &SENDER,
        recipients: &recipients,
    };
    let roster = (Order { generation: 1, version: 1 }, RosterHash([6; 32]));
    let (sealed, key) = content::seal(&message, roster, &bound_to, &mut ChaCha20Rng::seed_from_u64(7));
    content::open(&sealed, &key, &bound_to).map(|opened| assert!(opened == message))
}

#[test]
fn a_request_names_between_one_and_sixty_four_events() {
    let request = |count: usize| open(Body::Request(vec![EVENT; count]));
    for count in [1, REQUESTED_EVENTS] {
        assert_eq!(request(count), Ok(()), "{count}");
    }
    for count in [0, REQUESTED_EVENTS + 1] {
        assert_eq!(request(count), Err(ContentError::Malformed), "{count}");
    }
}

#[test]
fn reading_begins_with_the_first_event() {
    for position in [1, u64::MAX] {
        assert_eq!(open(Body::Read(position)), Ok(()), "{position}");
    }
    assert_eq!(open(Body::Read(0)), Err(ContentError::Malformed));
}

#[test]
fn between_one_and_two_hundred_and_fifty_six_grants_travel_together() {
    let key = cbor::read(&cbor::encode(&[8; 32])).unwrap();
    let grant = Grant { event: EVENT, position: 1, sender: SENDER, content: ContentHash([9; 32]), key };
    let grants = |count: usize| open(Body::Grants(vec![grant.clone(); count]));
    for count in [1, GRANTS] {
        assert_eq!(grants(count), Ok(()), "{count}");
    }
    for count in [0, GRANTS + 1] {
        assert_eq!(grants(count), Err(ContentError::Malformed), "{count}");
    }
}

#[test]
fn details_have_at_most_eight_answers_and_an_empty_list_of_them_is_none() {
    let answer = Answer { label: "Nama".to_owned(), text: String::new() };
    let details = |answers: Option<usize>| {
        let answers = answers.map(|count| vec![answer.clone(); count]);
        let (page, language) = ("https://toko.example".to_owned(), "id".to_owned());
        open(Body::Details(Details { answers, agreed: None, page, language }))
    };
    for count in [None, Some(1), Some(INTAKE_QUESTIONS)] {
        assert_eq!(details(count), Ok(()), "{count:?}");
    }
    for count in [0, INTAKE_QUESTIONS + 1] {
        assert_eq!(details(Some(count)), Err(ContentError::Malformed), "{count}");
    }
}

#[test]
fn labels_are_few_short_and_in_order_and_each_can_be_seen() {
    let labels = |labels: &[&str]| open(Body::Labels(labels.iter().map(|&label| label.to_owned()).collect()));
    let longest = "é".repeat(LABEL_CHARS);
    let most: Vec<_> = (0..LABELS).map(|number| number.to_string()).collect();
    let most: Vec<_> = most.iter().map(String::as_str).collect();
    for good in [&[][..], &["retur"], &["VIP", "retur"], &[&longest], &most] {
        assert_eq!(labels(good), Ok(()), "{good:?}");
    }
    let too_long = longest.clone() + "é";
    let too_many = [&most[..], &["9"]].concat();
    let bad = [
        &["retur", "VIP"][..],
        &["VIP", "VIP"],
        &[""],
        &[" "],
        &["\u{200b}"],
        &["retur\u{202e}"],
        &["baris\nbaru"],
        &[&too_long],
        &too_many,
    ];
    for bad in bad {
        assert_eq!(labels(bad), Err(ContentError::Malformed), "{bad:?}");
    }
}

#[test]
fn only_a_text_answers_an_event() {
    let earlier = Some(EventId([8; 16]));
    assert_eq!(open_answer(Body::Text("ya".to_owned()), earlier), Ok(()));
    let note = Body::Note("untuk rekan".to_owned());
    for body in [Body::Request(vec![EVENT]), Body::Read(1), Body::Withdrawal(EVENT), note] {
        assert_eq!(open_answer(body.clone(), None), Ok(()));
        assert_eq!(open_answer(body, earlier), Err(ContentError::Malformed));
    }
}
