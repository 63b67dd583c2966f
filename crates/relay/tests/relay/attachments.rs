//! Sealed attachments: sent chunk by chunk, taken up again, fetched by ranges.

use futures_util::future::join_all;
use reqwest::{Method, Response};
use segel_relay::{AttachmentRoom, Config, EventRate, Relay};
use segel_wire::api::{Discovery, UploadAnswer};
use segel_wire::sizes::SealedSize;
use segel_wire::{AttachmentId, Code, ConversationId, limits};

use crate::support::{Client, Scene, WIDGET, code_of, config};

pub(crate) const ID: AttachmentId = AttachmentId([0xa7; 16]);
const CHUNK: u64 = 65_552;

/// A file of three chunks, as a relay sees it.
pub(crate) struct Sealed {
    pub(crate) bytes: Vec<u8>,
}

impl Sealed {
    pub(crate) fn new() -> Self {
        let size = SealedSize::derive(140_000).unwrap().bytes();
        Self { bytes: (0..size).map(|at| u8::try_from(at * 7 / 3 % 251).unwrap()).collect() }
    }

    pub(crate) fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    pub(crate) fn chunk(&self, offset: u64) -> &[u8] {
        let from = usize::try_from(offset).unwrap();
        &self.bytes[from..self.bytes.len().min(from + usize::try_from(CHUNK).unwrap())]
    }
}

pub(crate) fn path(conversation: ConversationId) -> String {
    format!("/v1/conversations/{conversation}/attachments/{ID}")
}

pub(crate) async fn begin(client: &Client, conversation: ConversationId, size: u64) -> Response {
    client.put_octets(&format!("{}?size={size}", path(conversation)), &[]).await
}

pub(crate) async fn add(
    client: &Client,
    conversation: ConversationId,
    offset: u64,
    chunk: &[u8],
) -> Response {
    client.put_octets(&format!("{}/octets?offset={offset}", path(conversation)), chunk).await
}

pub(crate) async fn fetch(client: &Client, conversation: ConversationId, range: &str) -> Response {
    let request = client.request(Method::GET, &format!("{}/octets", path(conversation)));
    request.header("range", range).send().await.unwrap()
}

pub(crate) async fn answer(response: Response) -> UploadAnswer {
    assert_eq!(response.status(), 200);
    response.json().await.unwrap()
}

pub(crate) async fn send_whole(client: &Client, conversation: ConversationId, file: &Sealed) {
    answer(begin(client, conversation, file.size()).await).await;
    for offset in [0, CHUNK, 2 * CHUNK] {
        answer(add(client, conversation, offset, file.chunk(offset)).await).await;
    }
}

#[tokio::test]
async fn an_attachment_is_sent_in_chunks_and_an_agent_fetches_the_very_bytes() {
    let scene = Scene::new().await;
    let ((visitor, chat), agent, file) = (scene.chat(7).await, scene.agent().await, Sealed::new());
    let so_far = |stored| UploadAnswer { size: file.size(), stored };
    assert_eq!(answer(begin(&visitor, chat, file.size()).await).await, so_far(0));
    assert_eq!(code_of(fetch(&agent, chat, "bytes=0-9").await).await, Code::NotFound, "not whole yet");
    for (offset, stored) in [(0, CHUNK), (CHUNK, 2 * CHUNK), (2 * CHUNK, file.size())] {
        assert_eq!(answer(add(&visitor, chat, offset, file.chunk(offset)).await).await, so_far(stored));
        assert_eq!(answer(agent.get(&path(chat)).await).await, so_far(stored));
    }
    let mut fetched = Vec::new();
    for offset in [0, CHUNK, 2 * CHUNK] {
        let last = offset + file.chunk(offset).len() as u64 - 1;
        let part = fetch(&agent, chat, &format!("bytes={offset}-{last}")).await;
        assert_eq!(part.status(), 206);
        assert_eq!(part.headers()["content-range"], format!("bytes {offset}-{last}/{}", file.size()));
        assert_eq!(part.headers()["content-type"], "application/octet-stream");
        fetched.extend(part.bytes().await.unwrap());
    }
    assert_eq!(fetched, file.bytes);
    let across = fetch(&visitor, chat, &format!("bytes={}-{}", CHUNK - 3, CHUNK + 4)).await;
    let from = usize::try_from(CHUNK - 3).unwrap();
    assert_eq!(across.bytes().await.unwrap(), file.bytes[from..from + 8]);
}

#[tokio::test]
async fn repeats_are_answered_alike_and_other_bytes_offsets_and_lengths_are_refused() {
    let scene = Scene::new().await;
    let ((visitor, chat), file) = (scene.chat(7).await, Sealed::new());
    let refused = async |offset, chunk: &[u8]| code_of(add(&visitor, chat, offset, chunk).await).await;
    assert_eq!(refused(0, file.chunk(0)).await, Code::NotFound, "not begun");
    answer(begin(&visitor, chat, file.size()).await).await;
    assert_eq!(refused(CHUNK, file.chunk(CHUNK)).await, Code::OffsetRefused);
    for _ in 0..2 {
        let stored = UploadAnswer { size: file.size(), stored: CHUNK };
        assert_eq!(answer(add(&visitor, chat, 0, file.chunk(0)).await).await, stored);
        assert_eq!(answer(begin(&visitor, chat, file.size()).await).await, stored);
    }
    assert_eq!(refused(0, file.chunk(CHUNK)).await, Code::Conflict);
    assert_eq!(refused(2 * CHUNK, file.chunk(2 * CHUNK)).await, Code::OffsetRefused);
    for (offset, chunk) in [
        (1, file.chunk(1)),
        (CHUNK, &file.chunk(CHUNK)[1..]),
        (CHUNK, &[]),
        (CHUNK, &[file.chunk(CHUNK), &[0]].concat()),
        (2 * CHUNK, file.chunk(0)),
        (3 * CHUNK, &[]),
        (u64::MAX, &[]),
    ] {
        assert_eq!(refused(offset, chunk).await, Code::Malformed, "{offset} with {} bytes", chunk.len());
    }
    for query in ["", "?offset=-1", "?offset=x"] {
        let address = format!("{}/octets{query}", path(chat));
        assert_eq!(code_of(visitor.put_octets(&address, file.chunk(CHUNK)).await).await, Code::Malformed);
    }
    let larger = SealedSize::derive(300_000).unwrap().bytes();
    assert_eq!(code_of(begin(&visitor, chat, larger).await).await, Code::Conflict);
    for (size, code) in [(0, Code::Malformed), (file.size() + 1, Code::Malformed), (1 << 40, Code::TooLarge)]
    {
        assert_eq!(code_of(begin(&visitor, chat, size).await).await, code);
    }
}

#[tokio::test]
async fn a_device_that_does_not_reach_the_conversation_neither_sends_nor_fetches_nor_asks() {
    let scene = Scene::new().await;
    let ((visitor, chat), (stranger, own_chat), file) =
        (scene.chat(7).await, scene.chat(8).await, Sealed::new());
    send_whole(&visitor, chat, &file).await;
    let everything = async |client: &Client, conversation| {
        let mut codes = vec![
            code_of(begin(client, conversation, file.size()).await).await,
            code_of(add(client, conversation, 0, file.chunk(0)).await).await,
            code_of(client.get(&path(conversation)).await).await,
            code_of(fetch(client, conversation, "bytes=0-9").await).await,
        ];
        let forget = client.request(Method::DELETE, &path(conversation)).send().await.unwrap();
        codes.push(code_of(forget).await);
        codes
    };
    assert_eq!(everything(&stranger, chat).await, [Code::NotAMember; 5]);
    assert_eq!(everything(&scene.nobody(), chat).await, [Code::Unauthenticated; 5]);
    assert_eq!(everything(&visitor, ConversationId([99; 16])).await, [Code::NotFound; 5]);
    assert_eq!(code_of(fetch(&stranger, own_chat, "bytes=0-9").await).await, Code::NotFound);

    let agent = scene.agent().await;
    assert_eq!(code_of(begin(&agent, chat, file.size()).await).await, Code::Conflict, "the visitor's id");
    assert_eq!(code_of(add(&agent, chat, 0, file.chunk(0)).await).await, Code::Conflict);
    let second = scene.owner.next_roster(2, &scene.owner.first_roster(&[&scene.agent]), &[]);
    assert_eq!(scene.nobody().put_octets(&scene.roster_path(), &second).await.status(), 200);
    assert_eq!(code_of(fetch(&agent, chat, "bytes=0-9").await).await, Code::NotAMember, "no longer listed");
}

#[tokio::test]
async fn only_a_whole_range_of_at_most_a_chunk_is_had() {
    let scene = Scene::new().await;
    let ((visitor, chat), file) = (scene.chat(7).await, Sealed::new());
    send_whole(&visitor, chat, &file).await;
    let last = file.size() - 1;
    let refused = [
        format!("bytes=0-{CHUNK}"),
        format!("bytes={last}-{}", last + 1),
        format!("bytes={}-{}", last + 1, last + 2),
        "bytes=9-0".into(),
        "bytes=0-".into(),
        "bytes=-9".into(),
        "bytes=+0-9".into(),
        "bytes=0-9,20-29".into(),
        "bytes=0-99999999999999999999999".into(),
        "chunks=0-9".into(),
        String::new(),
    ];
    for range in refused {
        assert_eq!(code_of(fetch(&visitor, chat, &range).await).await, Code::RangeRefused, "{range}");
    }
    let none = visitor.get(&format!("{}/octets", path(chat))).await;
    assert_eq!(code_of(none).await, Code::RangeRefused);
    assert_eq!(fetch(&visitor, chat, &format!("bytes={last}-{last}")).await.status(), 206);
}

#[tokio::test]
async fn an_upload_that_is_given_up_makes_room_and_a_whole_one_does_not() {
    let scene = Scene::new().await;
    let file = Sealed::new();
    let room = AttachmentRoom { conversation_bytes: file.size(), ..AttachmentRoom::default() };
    let folder = tempfile::tempdir().unwrap();
    let small = Config { attachments: room, ..config(&[&scene.owner], &folder.path().join("relay.sqlite")) };
    let running = Relay::start(small).await.unwrap();
    let nobody = Client::new(&format!("http://{}", running.address()));
    let first = scene.owner.first_roster(&[&scene.agent]);
    assert_eq!(nobody.put_octets(&scene.roster_path(), &first).await.status(), 200);
    let (visitor, chat) = (nobody.log_in(&scene.visitor_device(7)).await, ConversationId([7; 16]));
    assert_eq!(visitor.open(chat).await.status(), 200);
    let discovered: Discovery = nobody.get("/.well-known/segel").await.json().await.unwrap();
    assert_eq!(discovered.conversation_attachment_bytes, file.size());
    assert_eq!(discovered.attachment_bytes, limits::ATTACHMENT_BYTES);

    let agent = nobody.log_in(&scene.agent).await;
    answer(begin(&visitor, chat, file.size()).await).await;
    let other = format!("/v1/conversations/{chat}/attachments/{}", AttachmentId([1; 16]));
    let begin_other = async || agent.put_octets(&format!("{other}?size={}", file.size()), &[]).await;
    let forget =
        async |client: &Client, path: &str| client.request(Method::DELETE, path).send().await.unwrap();
    assert_eq!(code_of(begin_other().await).await, Code::QuotaExceeded);
    assert_eq!(code_of(forget(&agent, &path(chat)).await).await, Code::Conflict, "another device's");
    for _ in 0..2 {
        assert_eq!(forget(&visitor, &path(chat)).await.status(), 200);
    }
    answer(begin_other().await).await;
    assert_eq!(forget(&agent, &other).await.status(), 200);
    send_whole(&visitor, chat, &file).await;
    assert_eq!(code_of(forget(&visitor, &path(chat)).await).await, Code::Conflict);
    assert_eq!(code_of(begin_other().await).await, Code::QuotaExceeded);
    running.stop().await;
}

#[tokio::test]
async fn whatever_is_asked_of_attachments_takes_of_the_devices_rate() {
    let scene = Scene::with(EventRate { per_second: 1, burst: 1 }).await;
    let ((visitor, chat), file) = (scene.chat(7).await, Sealed::new());
    let ask = async |kind| match kind {
        0 => begin(&visitor, chat, file.size()).await,
        1 => add(&visitor, chat, 0, file.chunk(0)).await,
        2 => visitor.get(&path(chat)).await,
        3 => fetch(&visitor, chat, "bytes=0-9").await,
        _ => visitor.request(Method::DELETE, &path(chat)).send().await.unwrap(),
    };
    for kind in 0..5 {
        let answers = join_all((0..20).map(|_| ask(kind))).await;
        assert!(answers.iter().any(|answer| answer.status() == 429), "{kind}");
    }
}

#[tokio::test]
async fn a_page_may_ask_for_ranges_and_give_uploads_up() {
    let scene = Scene::new().await;
    let (_, chat) = scene.chat(7).await;
    let request = scene.nobody().request(Method::OPTIONS, &path(chat)).header("origin", WIDGET);
    let request = request.header("access-control-request-method", "DELETE");
    let preflight = request.header("access-control-request-headers", "authorization,range").send().await;
    let headers = preflight.unwrap().headers().clone();
    assert_eq!(headers["access-control-allow-methods"], "GET, PUT, POST, DELETE");
    assert_eq!(headers["access-control-allow-headers"], "accept, authorization, content-type, range");
}
