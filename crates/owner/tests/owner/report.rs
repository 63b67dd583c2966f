//! What a report shows, and that nothing in it can be altered.

use segel_crypto::content::{self, Body, ContentContext, ContentHash, Message};
use segel_crypto::log::Seen;
use segel_owner::report::{self, By, ReportError, Said, Shown};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeskId, DeviceId, EventId, Octets, RosterHash, SiteId};
use segel_wire::report::{Report, Reported};
use segel_wire::signed::{Order, VerifiedRoster};

use super::{AGENT, Fixture, NOW};

const CONVERSATION: ConversationId = ConversationId([1; 16]);
const EVENT: EventId = EventId([2; 16]);
const VISITOR: DeviceId = DeviceId([3; 16]);
const TEXT: &str = "Kirim PIN Anda";
/// When the relay stored it, Unix milliseconds.
const TIME: u64 = NOW * 1_000 + 5;

/// A site with an agent's device, and the report of whoever got a text from it.
struct Case {
    fixture: Fixture,
    device: DeviceId,
    named: (Order, RosterHash),
    report: Report,
}

impl Case {
    fn new() -> Self {
        let mut fixture = Fixture::new();
        let (_, enrolment) = fixture.answer(NOW);
        let device = fixture.owner.accept(&enrolment, NOW).unwrap().device;
        let named = name(&fixture.next(NOW));
        let report = sealed(&mut fixture, device, named, (Body::Text(TEXT.to_owned()), TEXT));
        Self { fixture, device, named, report }
    }

    /// What the owner says of it, with a relay that has stored just this.
    fn judge(&self, report: &Report) -> Result<Shown, ReportError> {
        let is_kept = report.conversation == CONVERSATION
            && report::record_of(&report.messages[0]) == report::record_of(&self.report.messages[0]);
        self.judge_at(report, is_kept.then_some(TIME))
    }

    fn judge_at(&self, report: &Report, stored: Option<u64>) -> Result<Shown, ReportError> {
        self.fixture.owner.judge(report, &report.messages[0], stored)
    }

    fn said(&mut self, sender: DeviceId, named: (Order, RosterHash)) -> Result<Shown, ReportError> {
        let report = sealed(&mut self.fixture, sender, named, (Body::Text(TEXT.to_owned()), TEXT));
        self.judge_at(&report, Some(TIME))
    }
}

fn name(roster: &VerifiedRoster) -> (Order, RosterHash) {
    (roster.roster().order, roster.hash())
}

/// A content with one recipient, and what a report has of it.
fn sealed(
    fixture: &mut Fixture,
    sender: DeviceId,
    named: (Order, RosterHash),
    (body, said): (Body, &str),
) -> Report {
    let message = Message {
        sequence: 1,
        time: TIME,
        desk: DeskId([4; 16]),
        previous: ContentHash::NONE,
        seen: Seen::start(&CONVERSATION),
        act: None,
        body,
        quotes: None,
    };
    let recipients = vec![VISITOR];
    let (conversation, event) = (&CONVERSATION, &EVENT);
    let bound_to = ContentContext { conversation, event, sender: &sender, recipients: &recipients };
    let (content, key) = content::seal(&message, named, &bound_to, &mut fixture.rng);
    let key = cbor::decode(&cbor::encode(&key)).unwrap();
    let (content, said) = (Octets(content), said.to_owned());
    let reported = Reported { event: EVENT, position: 7, sender, recipients, content, key, said };
    let (kind, site) = (Report::KIND.to_owned(), fixture.owner.site());
    Report { kind, site, conversation: CONVERSATION, messages: vec![reported] }
}

#[test]
fn a_report_shows_what_an_agents_device_said_and_when_also_after_it_left() {
    let mut case = Case::new();
    let by = By::Agent { name: AGENT.to_owned(), device: case.device };
    let shown = Shown { by, time: TIME, said: Said::Text(TEXT.to_owned()) };
    assert_eq!(case.judge(&case.report).unwrap(), shown);
    case.fixture.owner.remove_device(&case.device).unwrap();
    case.fixture.next(NOW + 60);
    assert_eq!(case.judge(&case.report).unwrap(), shown, "what counts is the time at which it was stored");
    let json = serde_json::to_vec(&case.report).unwrap();
    assert_eq!(report::read(&json, &case.fixture.owner.site()).unwrap(), case.report);
}

#[test]
fn a_report_in_which_any_byte_was_altered_is_refused() {
    let case = Case::new();
    let (json, site) = (serde_json::to_vec(&case.report).unwrap(), case.fixture.owner.site());
    for at in 0..json.len() {
        for bit in 0..8 {
            let mut altered = json.clone();
            altered[at] ^= 1 << bit;
            let verdict = report::read(&altered, &site).and_then(|report| case.judge(&report));
            assert!(verdict.is_err(), "byte {at}, bit {bit}: {verdict:?}");
        }
    }
    assert!(report::read(&json, &site).and_then(|report| case.judge(&report)).is_ok());
}

#[test]
fn what_a_reporter_makes_up_is_refused_for_what_it_is() {
    let mut case = Case::new();
    let alter = |change: &dyn Fn(&mut Reported)| {
        let mut report = case.report.clone();
        change(&mut report.messages[0]);
        (case.judge(&report).unwrap_err(), case.judge_at(&report, Some(TIME)))
    };
    let another_text = alter(&|message| message.said = "Halo".to_owned());
    assert!(matches!(another_text, (ReportError::AnotherText, Err(ReportError::AnotherText))));
    // Put into another's mouth: the relay has no such record, and what it says to that helps nobody.
    let another_sender = alter(&|message| message.sender = VISITOR);
    assert!(matches!(another_sender, (ReportError::NoRecord, Err(ReportError::Closed(_)))));
    let another_event = alter(&|message| message.event = EventId([9; 16]));
    assert!(matches!(another_event, (ReportError::NoRecord, Err(ReportError::Closed(_)))));
    let another_key = alter(&|message| message.key.0[0] ^= 1);
    assert!(matches!(another_key, (ReportError::Closed(_), Err(ReportError::Closed(_)))));
    let others = alter(&|message| message.recipients.push(DeviceId([9; 16])));
    assert!(matches!(others, (ReportError::Closed(_), Err(ReportError::Closed(_)))));
    let short_key = alter(&|message| message.key.0.truncate(31));
    assert!(matches!(short_key, (ReportError::NoReport, _)));

    // A content of the reporter's own under a key of their own opens, but no device stored it.
    let (device, named) = (case.device, case.named);
    let body = Body::Text("Kirim uang".to_owned());
    let made_up = sealed(&mut case.fixture, device, named, (body, "Kirim uang"));
    assert!(matches!(case.judge(&made_up), Err(ReportError::NoRecord)));
}

#[test]
fn what_is_no_report_of_this_site_is_refused_as_a_whole() {
    let case = Case::new();
    let site = case.fixture.owner.site();
    let read = |report: &Report| report::read(&serde_json::to_vec(report).unwrap(), &site);
    let elsewhere = Report { site: SiteId([9; 16]), ..case.report.clone() };
    assert!(matches!(read(&elsewhere), Err(ReportError::Elsewhere(_))));
    let kind = "segel/2 report".to_owned();
    let (other, empty) =
        (Report { kind, ..case.report.clone() }, Report { messages: Vec::new(), ..case.report.clone() });
    assert!([other, empty].iter().all(|report| matches!(read(report), Err(ReportError::NoReport))));
    let mut more = serde_json::to_value(&case.report).unwrap();
    more["messages"][0]["by"] = "Agen Lain".into();
    let more = report::read(&serde_json::to_vec(&more).unwrap(), &site);
    assert!(matches!(more, Err(ReportError::NoReport)), "it could be taken for what is shown");
}

#[test]
fn whose_device_it_was_hangs_on_the_owners_rosters_and_not_on_what_the_content_names() {
    let mut case = Case::new();
    let (device, with) = (case.device, case.named);
    let by_agent = By::Agent { name: AGENT.to_owned(), device };
    assert_eq!(case.said(VISITOR, with).unwrap().by, By::Unlisted(VISITOR));

    // An agent names a roster of before: it stays the agent's.
    let mut fresh = Fixture::new();
    let without = name(&fresh.next(NOW));
    let (_, enrolment) = fresh.answer(NOW);
    let device = fresh.owner.accept(&enrolment, NOW).unwrap().device;
    fresh.next(NOW);
    let body = (Body::Text(TEXT.to_owned()), TEXT);
    let report = sealed(&mut fresh, device, without, body);
    let by = fresh.owner.judge(&report, &report.messages[0], Some(TIME)).unwrap().by;
    assert_eq!(by, By::Agent { name: AGENT.to_owned(), device });

    // One who was left out names a roster of then, in a conversation that they begin as a visitor.
    case.fixture.owner.remove_device(&case.device).unwrap();
    case.fixture.next(NOW + 60);
    case.fixture.next(NOW + 120);
    let body = (Body::Text(TEXT.to_owned()), TEXT);
    let report = sealed(&mut case.fixture, case.device, with, body);
    let by = |seconds: u64| case.judge_at(&report, Some(seconds * 1_000)).unwrap().by;
    assert_eq!(by(NOW + 59), by_agent);
    assert_eq!(by(NOW + 60), By::Former { name: AGENT.to_owned(), device: case.device });
}

#[test]
fn what_nobody_would_have_been_shown_shows_nothing() {
    let mut case = Case::new();
    let (order, hash) = case.named;
    let later = Order { version: order.version + 1, ..order };
    for named in [(later, hash), (order, RosterHash([9; 32]))] {
        assert!(matches!(case.said(VISITOR, named), Err(ReportError::ForeignRoster)));
    }
    let report = sealed(&mut case.fixture, VISITOR, case.named, (Body::End, ""));
    assert!(matches!(case.judge_at(&report, Some(TIME)), Err(ReportError::NotSaid)));
    assert!(matches!(case.judge_at(&case.report, None), Err(ReportError::NoRecord)));
}

/// What the second implementation, `tests/interop`, judges too.
#[test]
fn the_report_that_the_second_implementation_judges_is_made_as_it_stands() {
    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/report.json");
    let mut case = Case::new();
    case.fixture.owner.remove_device(&case.device).unwrap();
    case.fixture.next(NOW + 60);
    let owner = &case.fixture.owner;
    let rosters: Vec<_> =
        (1..).map_while(|version| owner.signed_roster(version).unwrap()).map(Octets).collect();
    let shown = case.judge(&case.report).unwrap();
    assert_eq!(shown.by, By::Agent { name: AGENT.to_owned(), device: case.device });
    let vector = serde_json::json!({
        "root": owner.root(),
        "rosters": rosters,
        "report": case.report,
        "stored": TIME,
        "by": AGENT,
        "text": TEXT,
    });
    if std::env::var_os("SEGEL_WRITE_VECTORS").is_some() {
        std::fs::write(PATH, serde_json::to_string_pretty(&vector).unwrap() + "\n").unwrap();
    }
    let kept: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
    assert_eq!(kept, vector, "SEGEL_WRITE_VECTORS=1 writes it");
}
