//! Files go both ways through a relay that loses, cuts and alters, and arrive whole or not at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use segel_core::show::{Author, Body, Delivery, Progress, Refusal};
use segel_core::{Input, OutgoingFile};
use segel_relay::AttachmentRoom;
use segel_testkit::client::{Client, Screen};
use segel_testkit::proxy::{Loss, Record, Towards};
use segel_testkit::site::TestSite;
use segel_wire::Code;
use segel_wire::limits::ATTACHMENT_BYTES;

const PICTURE: &str = "struk.png";
const PNG: &str = "image/png";
const CHUNK: u64 = 65_552;

/// What a relay answers instead: by which chunk it is, what the genuine one is, and another one.
type Alter = Box<dyn Fn(usize, Vec<u8>, &[u8]) -> Vec<u8> + Send>;

/// Bytes that begin as a picture does and that no chunk repeats.
fn picture(size: usize) -> Vec<u8> {
    let noise = (0..size).map(|at| u8::try_from((at / 251 + at % 251) % 256).unwrap());
    b"\x89PNG\r\n\x1a\n".iter().copied().chain(noise).take(size).collect()
}

/// Another byte in the middle, if it is to be.
fn flip(is_it: bool, mut body: Vec<u8>) -> Vec<u8> {
    let middle = body.len() / 2;
    body[middle] ^= u8::from(is_it);
    body
}

async fn talking() -> (TestSite, Client, Client) {
    let mut site = TestSite::start().await;
    let (agent, visitor) = (site.agent().await, site.visitor());
    visitor.say("Halo.");
    agent.reads("Halo.").await;
    visitor.has_sent("Halo.").await;
    (site, agent, visitor)
}

/// Requests about attachments that reached the proxy, without the ids in their paths.
fn asked(records: &[Record], method: &str, end: &str) -> usize {
    let is_it = |subject: &str| {
        let path = subject.split('?').next().unwrap_or_default();
        subject.starts_with(method) && path.contains("/attachments/") && path.ends_with(end)
    };
    records.iter().filter(|record| record.towards == Towards::Relay && is_it(&record.subject)).count()
}

fn failed(screen: &Screen, name: &str) -> Option<Refusal> {
    match screen.file(name)?.delivery {
        Delivery::Failed(refusal) => Some(refusal),
        _ => None,
    }
}

#[tokio::test]
async fn a_file_is_the_first_thing_a_visitor_sends_and_another_comes_back() {
    let mut site = TestSite::start().await;
    let (agent, mut visitor) = (site.agent().await, site.visitor());
    let (sent, answer) = (picture(200_000), [&b"%PDF-1.7\n\xe2\xe3\xcf\xd3"[..], &picture(70_000)].concat());
    visitor.attach(PICTURE, PNG, &sent);
    assert_eq!(agent.gets(PICTURE).await, sent);
    let screen = agent.screen();
    let item = screen.file(PICTURE).unwrap();
    assert_eq!(item.author, Author::Visitor);
    assert!(matches!(&item.body, Body::File(file) if file.media_type == PNG && file.size == 200_000));
    assert_eq!(screen.conversations.values().next().unwrap().preview, PICTURE);
    agent.attach("faktur.pdf", "application/pdf", &answer);
    assert_eq!(visitor.gets("faktur.pdf").await, answer);
    agent.has_sent_file("faktur.pdf").await;
    visitor.has_sent_file(PICTURE).await;
    assert_eq!((visitor.held_sources(), agent.held_sources()), (0, 0), "nothing is held on to");

    visitor.restart().await;
    visitor.is_online().await;
    assert_eq!(visitor.gets(PICTURE).await, sent, "also the own one, after a reload");
    assert_eq!(visitor.gets("faktur.pdf").await, answer);
    assert_eq!((visitor.screen().refusals, agent.screen().refusals), (vec![], vec![]));
}

#[tokio::test]
async fn files_of_every_shape_of_chunks_arrive() {
    let (_site, agent, visitor) = talking().await;
    for size in [9, 256, 65_536, 65_537, 131_072] {
        let (name, bytes) = (format!("{size}.png"), picture(size));
        visitor.attach(&name, PNG, &bytes);
        assert_eq!(agent.gets(&name).await, bytes, "{size}");
    }
}

#[tokio::test]
async fn an_upload_that_is_cut_at_every_chunk_goes_on_where_the_relay_stopped() {
    let (site, agent, visitor) = talking().await;
    let mut times = BTreeMap::new();
    site.proxy().lose(move |subject| {
        if !subject.starts_with("PUT") || !subject.contains("/attachments/") {
            return None;
        }
        let time = times.entry(subject.to_owned()).or_insert(0);
        *time += 1;
        match *time {
            1 => Some(Loss::Request),
            2 => Some(Loss::Answer),
            _ => None,
        }
    });
    let sent = picture(200_000);
    visitor.attach(PICTURE, PNG, &sent);
    assert_eq!(agent.gets(PICTURE).await, sent);
    visitor.has_sent_file(PICTURE).await;
    assert_eq!(asked(&site.proxy().records(), "PUT", "/octets"), 4 * 2, "what was stored is not sent again");
}

#[tokio::test]
async fn an_upload_outlives_a_relay_that_goes_away_and_a_connection_that_is_cut() {
    let (mut site, agent, visitor) = talking().await;
    site.proxy().lose(|subject| subject.contains(&format!("offset={}", 2 * CHUNK)).then_some(Loss::Request));
    let sent = picture(200_000);
    visitor.attach(PICTURE, PNG, &sent);
    site.proxy().until("the third chunk", |records| asked(records, "PUT", "/octets") > 2).await;
    site.stop_relay().await;
    site.proxy().cut();
    site.proxy().be_honest();
    site.start_relay().await;
    assert_eq!(agent.gets(PICTURE).await, sent);
    assert_eq!(failed(&visitor.screen(), PICTURE), None);
}

#[tokio::test]
async fn a_source_that_changed_is_refused_and_begun_anew_under_another_key() {
    let (site, agent, visitor) = talking().await;
    site.proxy().lose(|subject| subject.contains(&format!("offset={CHUNK}")).then_some(Loss::Request));
    let mut sent = picture(200_000);
    visitor.attach(PICTURE, PNG, &sent);
    site.proxy().until("the second chunk", |records| asked(records, "PUT", "/octets") > 1).await;
    visitor.change_sources(|bytes| bytes[70_000] ^= 1);
    sent[70_000] ^= 1;
    visitor.file_is(PICTURE, Delivery::Failed(Refusal::SourceChanged)).await;
    let forgets = |records: &[Record]| asked(records, "DELETE", "") == 1;
    site.proxy().until("the relay to be told to forget the first one", forgets).await;
    site.proxy().be_honest();
    let item = visitor.screen().file(PICTURE).cloned().unwrap();
    visitor.input(Input::Retry { conversation: item.conversation, event: item.event });
    assert_eq!(agent.gets(PICTURE).await, sent);

    let chunks = site.proxy().records().into_iter().filter(|record| {
        record.towards == Towards::Relay
            && record.subject.starts_with("PUT")
            && record.subject.contains("octets")
    });
    let mut by_attachment = BTreeMap::<String, BTreeMap<String, Vec<u8>>>::new();
    for chunk in chunks {
        let (attachment, offset) = chunk.subject.split_once("/octets").unwrap();
        let chunks = by_attachment.entry(attachment.to_owned()).or_default();
        let before = chunks.insert(offset.to_owned(), chunk.body.clone());
        assert!(before.is_none_or(|before| before == chunk.body), "one nonce, one plaintext");
    }
    let [first, second] = by_attachment.values().collect::<Vec<_>>()[..] else { panic!("two ids") };
    assert_ne!(first["?offset=0"], second["?offset=0"], "the same bytes under another key");
}

#[tokio::test]
async fn a_source_that_is_gone_fails_its_message_and_a_retry_makes_nothing_of_it() {
    let (site, _agent, visitor) = talking().await;
    site.proxy().lose(|subject| subject.contains("offset=0").then_some(Loss::Request));
    visitor.attach(PICTURE, PNG, &picture(200_000));
    site.proxy().until("a chunk", |records| asked(records, "PUT", "/octets") > 0).await;
    visitor.lose_sources();
    visitor.file_is(PICTURE, Delivery::Failed(Refusal::SourceGone)).await;
    let item = visitor.screen().file(PICTURE).cloned().unwrap();
    visitor.input(Input::Retry { conversation: item.conversation, event: item.event });
    visitor.say("Ini lain.");
    visitor.has_sent("Ini lain.").await;
    assert_eq!(failed(&visitor.screen(), PICTURE), Some(Refusal::SourceGone));
}

#[tokio::test]
async fn a_page_that_is_closed_in_the_midst_leaves_a_row_that_says_so_and_can_be_taken_out() {
    let (site, agent, mut visitor) = talking().await;
    site.proxy().lose(|subject| subject.contains(&format!("offset={CHUNK}")).then_some(Loss::Request));
    visitor.attach(PICTURE, PNG, &picture(200_000));
    site.proxy().until("the second chunk", |records| asked(records, "PUT", "/octets") > 1).await;
    visitor.restart().await;
    visitor.file_is(PICTURE, Delivery::Failed(Refusal::SourceGone)).await;
    visitor.is_online().await;
    visitor.say("Saya kirim lagi nanti.");
    agent.reads("Saya kirim lagi nanti.").await;
    let item = visitor.screen().file(PICTURE).cloned().unwrap();
    visitor.input(Input::Cancel { conversation: item.conversation, event: item.event });
    visitor.until("the row to be gone", |screen| screen.file(PICTURE).is_none()).await;
    visitor.restart().await;
    visitor.is_online().await;
    assert_eq!(visitor.screen().file(PICTURE), None);
    assert_eq!(agent.screen().file(PICTURE), None);
}

#[tokio::test]
async fn an_upload_that_is_cancelled_is_gone_here_and_at_the_relay() {
    let (site, agent, visitor) = talking().await;
    site.proxy().lose(|subject| subject.contains(&format!("offset={CHUNK}")).then_some(Loss::Request));
    visitor.attach(PICTURE, PNG, &picture(200_000));
    let under_way = |screen: &Screen| {
        let progress = screen.file(PICTURE).and_then(|item| screen.transfers.get(&item.event));
        matches!(progress, Some(Progress::Sending(1..)))
    };
    visitor.until("the first chunk to be stored", under_way).await;
    let item = visitor.screen().file(PICTURE).cloned().unwrap();
    visitor.input(Input::Cancel { conversation: item.conversation, event: item.event });
    visitor.until("the row to be gone", |screen| screen.file(PICTURE).is_none()).await;
    let forgotten = |record: &Record| {
        record.towards == Towards::Client
            && record.subject.starts_with("DELETE")
            && record.head.starts_with("200")
    };
    site.proxy().until("the relay to forget it", |records| records.iter().any(forgotten)).await;
    assert_eq!(visitor.held_sources(), 0);
    visitor.attach("lain.png", PNG, &picture(1_000));
    agent.gets("lain.png").await;
    assert_eq!(agent.screen().file(PICTURE), None);
}

#[tokio::test]
async fn a_file_that_the_relay_altered_is_not_handed_out_and_the_genuine_one_is() {
    let (site, agent, visitor) = talking().await;
    let (sent, other) = (picture(200_000), picture(200_001));
    visitor.attach("lain.png", PNG, &other);
    let chunks = Arc::new(Mutex::new(Vec::<Vec<u8>>::new()));
    let seen = Arc::clone(&chunks);
    site.proxy().alter_answers("/octets", move |body| {
        seen.lock().unwrap().push(body.clone());
        body
    });
    assert_eq!(agent.gets("lain.png").await, other);
    let foreign = chunks.lock().unwrap()[0].clone();
    visitor.attach(PICTURE, PNG, &sent);
    visitor.has_sent_file(PICTURE).await;

    let alterations: [(&str, Alter); 6] = [
        ("a bit flipped in the first", Box::new(|at, body, _| flip(at == 0, body))),
        ("a bit flipped in the last", Box::new(|at, body, _| flip(at == 3, body))),
        ("truncated", Box::new(|at, body, _| if at == 3 { body[..body.len() - 1].to_vec() } else { body })),
        ("nothing", Box::new(|_, _, _| Vec::new())),
        ("of another file", Box::new(|at, body, foreign| if at == 0 { foreign.to_vec() } else { body })),
        ("swapped", Box::new(|at, body, first| if at == 1 { first.to_vec() } else { body })),
    ];
    for (case, alter) in alterations {
        site.proxy().be_honest();
        let (mut at, mut kept) = (0, foreign.clone());
        let swaps = case == "swapped";
        site.proxy().alter_answers("/octets", move |body| {
            if swaps && at == 0 {
                kept.clone_from(&body);
            }
            at += 1;
            alter(at - 1, body, &kept)
        });
        let event = agent.fetch(PICTURE).await;
        let refused = Progress::Refused(Refusal::AttachmentAltered);
        agent.until(case, |screen| screen.transfers.get(&event) == Some(&refused)).await;
        assert!(!agent.screen().files.contains_key(&event), "{case}");
        site.proxy().be_honest();
        agent.fetch(PICTURE).await;
        let screen = agent.until("the file", |screen| screen.files.contains_key(&event)).await;
        assert_eq!(screen.files[&event], sent, "{case}");
        agent.forget_file(event);
    }
}

#[tokio::test]
async fn a_fetch_whose_requests_and_answers_are_lost_goes_on_from_the_same_chunk() {
    let (site, agent, visitor) = talking().await;
    let sent = picture(200_000);
    visitor.attach(PICTURE, PNG, &sent);
    visitor.has_sent_file(PICTURE).await;
    let mut times = 0;
    site.proxy().lose(move |subject| {
        let is_it = subject.starts_with("GET") && subject.ends_with("/octets");
        times += usize::from(is_it);
        match times % 3 {
            1 if is_it => Some(Loss::Request),
            2 if is_it => Some(Loss::Answer),
            _ => None,
        }
    });
    assert_eq!(agent.gets(PICTURE).await, sent);
    assert_eq!(asked(&site.proxy().records(), "GET", "/octets"), 4 * 3);
}

#[tokio::test]
async fn what_must_not_be_sent_is_refused_before_the_relay_hears_of_it() {
    let (site, agent, visitor) = talking().await;
    let (long, png) = ("a".repeat(10_000), picture(1_000));
    let cases: [(&str, &str, &[u8], Refusal); 8] = [
        ("kosong.png", PNG, b"", Refusal::FileEmpty),
        ("program.png", PNG, b"MZ\x90\0\x03", Refusal::FileTypeRefused),
        ("gambar.bin", "application/octet-stream", &png, Refusal::FileTypeRefused),
        ("gnp.\u{202e}exe", PNG, &png, Refusal::FileNameRefused),
        ("../../etc/passwd", PNG, &png, Refusal::FileNameRefused),
        ("baris\nbaru.png", PNG, &png, Refusal::FileNameRefused),
        (&long, PNG, &png, Refusal::FileNameRefused),
        ("kartu.csv", "text/csv", b"kartu\n4111111111111111\n", Refusal::FileUnmasked),
    ];
    for (name, media_type, bytes, refusal) in cases {
        visitor.attach(name, media_type, bytes);
        visitor.file_is(name, Delivery::Failed(refusal)).await;
        assert_eq!(visitor.held_sources(), 0, "{name:?}");
    }
    let name = segel_mask::mask("besar.zip").unwrap().text;
    let file = OutgoingFile::opaque(name, "application/zip".to_owned(), ATTACHMENT_BYTES + 1, 99);
    visitor.input(Input::Attach { conversation: None, event: None, file });
    visitor.file_is("besar.zip", Delivery::Failed(Refusal::FileTooLarge)).await;
    visitor.say("Selesai.");
    agent.reads("Selesai.").await;
    assert_eq!(asked(&site.proxy().records(), "PUT", ""), 0);
    assert!(agent.screen().items.values().all(|item| !matches!(item.body, Body::File(_))));
}

#[tokio::test]
async fn a_file_of_text_arrives_masked_and_so_does_a_files_name() {
    let (_site, agent, visitor) = talking().await;
    let text = format!("nama,kartu\nBudi,4111 1111 1111 1111\n{}", "Sari,tidak ada\n".repeat(6_000));
    visitor.attach_text("kartu 4111111111111111.csv", "text/csv", &text);
    let arrived = agent.gets("kartu ••••••••••••1111.csv").await;
    let masked = text.replace("4111 1111 1111 1111", "•••• •••• •••• 1111");
    assert_eq!(String::from_utf8(arrived).unwrap(), masked);
}

#[tokio::test]
async fn where_there_is_no_room_a_file_fails_and_texts_go_on() {
    let (mut site, agent, visitor) = talking().await;
    let room = AttachmentRoom { conversation_bytes: 100_000, ..AttachmentRoom::default() };
    site.leave_room(room).await;
    visitor.attach(PICTURE, PNG, &picture(200_000));
    visitor.file_is(PICTURE, Delivery::Failed(Refusal::QuotaExceeded)).await;
    visitor.attach("kecil.png", PNG, &picture(50_000));
    agent.gets("kecil.png").await;
    visitor.say("Yang besar tidak bisa.");
    agent.reads("Yang besar tidak bisa.").await;
}

#[tokio::test]
async fn what_the_relay_refuses_for_now_goes_on_and_what_it_refuses_for_good_is_said() {
    let (site, agent, visitor) = talking().await;
    let sent = picture(200_000);
    let mut codes = vec![
        Code::OffsetRefused,
        Code::NotFound,
        Code::Draining,
        Code::Internal,
        Code::Unauthenticated,
        Code::TooMany,
    ];
    site.proxy().lose(move |subject| {
        let is_chunk = subject.starts_with("PUT") && subject.contains("/octets?");
        if is_chunk { codes.pop().map(Loss::Refused) } else { None }
    });
    visitor.attach(PICTURE, PNG, &sent);
    visitor.has_sent_file(PICTURE).await;
    let mut codes = vec![Code::Unauthenticated, Code::Internal, Code::TooMany];
    site.proxy().lose(move |subject| {
        let is_fetch = subject.starts_with("GET") && subject.ends_with("/octets");
        if is_fetch { codes.pop().map(Loss::Refused) } else { None }
    });
    assert_eq!(agent.gets(PICTURE).await, sent);

    for (code, refusal) in [
        (Code::NotFound, Refusal::AttachmentMissing),
        (Code::NotAMember, Refusal::NotAMember),
        (Code::Malformed, Refusal::RelayRefused),
    ] {
        site.proxy().lose(move |subject| subject.ends_with("/octets").then_some(Loss::Refused(code)));
        let event = agent.fetch(PICTURE).await;
        let is_refused = |screen: &Screen| screen.transfers.get(&event) == Some(&Progress::Refused(refusal));
        agent.until(&format!("{refusal:?}"), is_refused).await;
    }
    let mut lost = Some(Code::NotFound);
    site.proxy().lose(
        move |subject| {
            if subject.contains("?size=") { lost.take().map(Loss::Refused) } else { None }
        },
    );
    let opening = format!("PUT /v1/conversations/{}", visitor.conversation());
    let openings = || site.proxy().records().iter().filter(|record| record.subject == opening).count();
    let before = openings();
    visitor.attach("lagi.png", PNG, &sent);
    visitor.has_sent_file("lagi.png").await;
    assert!(openings() > before, "a relay that lacks the conversation is told of it again");

    for (code, refusal) in [
        (Code::NotAMember, Refusal::NotAMember),
        (Code::Conflict, Refusal::RelayRefused),
        (Code::TooLarge, Refusal::FileTooLarge),
    ] {
        let name = format!("{}.png", refusal.code());
        site.proxy().lose(move |subject| subject.contains("?size=").then_some(Loss::Refused(code)));
        visitor.attach(&name, PNG, &sent);
        visitor.file_is(&name, Delivery::Failed(refusal)).await;
    }
    site.proxy().be_honest();
    visitor.say("Selesai.");
    agent.reads("Selesai.").await;
}

#[tokio::test]
async fn while_nothing_can_be_kept_no_byte_of_a_file_leaves_and_then_all_of_it_does() {
    let (site, agent, visitor) = talking().await;
    let sent = picture(200_000);
    visitor.store().fail();
    visitor.attach(PICTURE, PNG, &sent);
    visitor.refuses(Refusal::StoreFailed).await;
    visitor.store().recover();
    assert_eq!(asked(&site.proxy().records(), "PUT", ""), 0);
    visitor.say("Sekarang bisa.");
    agent.reads("Sekarang bisa.").await;
    assert_eq!(agent.gets(PICTURE).await, sent);
    visitor.has_sent_file(PICTURE).await;
}
