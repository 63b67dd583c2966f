//! docs/protocol-example.md: one exchange with fixed inputs. `SEGEL_WRITE_EXAMPLE=1` writes it anew.

use core::convert::Infallible;
use core::fmt::Write;

use data_encoding::HEXLOWER;
use rand_core::{TryCryptoRng, TryRng};
use segel_crypto::authority::{Admin, AdminSecret, RootSecret};
use segel_crypto::content::{self, ContentContext, ContentHash, Message};
use segel_crypto::device::{DeviceSecrets, Prekeys};
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::handshake::{Context, initiate, respond};
use segel_crypto::session::{Session, Wrap, WrapContext};
use segel_crypto::storage::StateKey;
use segel_wire::cbor;
use segel_wire::ids::{AgentId, ConversationId, DeskId, DeviceId, EventId, RosterHash, SiteId};
use segel_wire::signed::{
    Agent, Bundle, Certificate, Desk, Device, DeviceKeys, Order, Profile, Roster, VerifiedRoster,
};

use crate::support::strings_of_32;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol-example.md");
const NOW: u64 = 1_800_000_000;
const SITE: SiteId = SiteId([0x51; 16]);
const DESK: DeskId = DeskId([0xde; 16]);
const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);

const OPENING: &str = "\
# The protocol by example

Written by a test (`crates/crypto/tests/sealing/example.rs`) that fails when a byte changes. Bytes are in
hexadecimal. Whatever PROTOCOL.md calls random is fixed here: the n-th draw of random bytes is the byte n,
repeated. Site, desk, conversation and event ids are one byte repeated too, and now is 1800000000.
";

/// The n-th draw is the byte n, repeated.
struct Draws(u8);

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0 += 1;
        bytes.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Draws {}

/// The page, as it grows.
struct Page(String);

impl Page {
    fn section(&mut self, title: &str, text: &str) {
        write!(self.0, "\n## {title}\n\n{text}\n\n").unwrap();
    }

    fn value(&mut self, name: &str, bytes: &[u8]) {
        writeln!(self.0, "    {name}").unwrap();
        for line in bytes.chunks(48) {
            writeln!(self.0, "      {}", HEXLOWER.encode(line)).unwrap();
        }
    }

    fn keys(&mut self, whose: &str, keys: &DeviceKeys) {
        self.value(&format!("{whose} identity, public"), &keys.identity.0);
        self.value(&format!("{whose} signing, public"), &keys.signing.0);
        self.value(&format!("{whose} login, public"), &keys.login.0);
        self.value(&format!("{whose} device id"), &keys.derive_id(&SITE).0);
    }
}

/// A sealed message and where it belongs.
struct Event {
    id: EventId,
    sender: DeviceId,
    recipient: DeviceId,
    content: Vec<u8>,
    wrap: Vec<u8>,
}

impl Event {
    /// What the first of `ends` says to the second, onto the page.
    fn seal(
        page: &mut Page,
        (id, text): (EventId, &str),
        ends: [DeviceId; 2],
        session: &mut Session,
        roster: (Order, RosterHash),
        draws: &mut Draws,
    ) -> Self {
        let [sender, recipient] = ends;
        let message = Message { sequence: 1, time: NOW * 1_000, desk: DESK, text: text.to_owned() };
        let mut event = Self { id, sender, recipient, content: Vec::new(), wrap: Vec::new() };
        let (content, key) = content::seal(&message, roster, &event.bound_to(), draws);
        event.content = content;
        let hash = ContentHash::derive(&event.content);
        event.wrap = session.seal(&key, &event.context(&hash), draws).unwrap();

        page.value("event", &id.0);
        page.value(&format!("message, encoded: {text}"), &cbor::encode(&message));
        page.value("content", &event.content);
        page.value("SHA-256(content)", &hash.0);
        page.value("wrap", &event.wrap);
        event
    }

    fn open(&self, session: &mut Session) -> Message {
        let wrap = Wrap::parse(&self.wrap).unwrap();
        let key = session.open(&wrap, &self.context(&ContentHash::derive(&self.content))).unwrap();
        content::open(&self.content, &key, &self.bound_to()).unwrap()
    }

    fn bound_to(&self) -> ContentContext<'_> {
        ContentContext {
            conversation: &CONVERSATION,
            event: &self.id,
            sender: &self.sender,
            recipients: core::slice::from_ref(&self.recipient),
        }
    }

    fn context<'a>(&'a self, content: &'a ContentHash) -> WrapContext<'a> {
        WrapContext {
            conversation: &CONVERSATION,
            event: &self.id,
            sender: &self.sender,
            recipient: &self.recipient,
            content,
        }
    }
}

/// Who takes part.
struct Cast {
    root: RootSecret,
    admin: AdminSecret,
    agent: DeviceSecrets,
    prekeys: Prekeys,
    visitor: DeviceSecrets,
}

fn write_page() -> String {
    let mut page = Page(OPENING.to_owned());
    let mut draws = Draws(0);
    let (cast, bundle) = write_keys(&mut page, &mut draws);
    let newest = write_roster(&mut page, &cast);
    write_conversation(&mut page, &cast, &bundle, newest, &mut draws);

    page.section(
        "Enrolment",
        "Section 3.6. Draw 15 is the code's secret; the visitor's keys stand in for a new device's.",
    );
    let code = EnrolmentCode::make(SITE, cast.root.derive_public(), "https://relay.example", &mut draws);
    page.value("enrolment code", &cbor::encode(&code));
    writeln!(page.0, "    the same as text\n      {}", code.to_text()).unwrap();
    page.value("invitation id", &code.derive_invitation().0);
    page.value("enrolment", &code.enrol(&cast.visitor));

    page.section(
        "A record at rest",
        "Section 5.5. The state key is the byte 0x20, repeated; draw 16 is the nonce.",
    );
    let sealed = StateKey::new([0x20; 32]).seal("account", b"halo", &mut draws);
    page.value("the record `halo` under the name `account`", &sealed);
    page.0
}

fn write_keys(page: &mut Page, draws: &mut Draws) -> (Cast, Vec<u8>) {
    let (root, admin) = (RootSecret::make_root(draws), AdminSecret::make_admin(draws));
    let agent = DeviceSecrets::make(draws);
    let mut prekeys = Prekeys::default();
    let bundle = prekeys.rotate(&agent, &SITE, NOW, draws).unwrap();
    let visitor = DeviceSecrets::make(draws);
    page.section(
        "Keys",
        "Section 3. Draws: 1 root, 2 admin, 3 to 5 the agent's device (identity, signing, login), 6 its\n\
         prekey, 7 to 9 the visitor's device.",
    );
    page.value("root, public", &root.derive_public().0);
    page.value("admin, public", &admin.derive_public().0);
    page.keys("agent", &agent.derive_keys());
    page.keys("visitor", &visitor.derive_keys());
    page.value("bundle of the agent's device, made now", &bundle);
    (Cast { root, admin, agent, prekeys, visitor }, bundle)
}

fn write_roster(page: &mut Page, cast: &Cast) -> (Order, RosterHash) {
    let agent = cast.agent.derive_keys();
    let year = NOW + 365 * 24 * 60 * 60;
    let certificate = Certificate {
        site: SITE,
        generation: 1,
        admin: cast.admin.derive_public(),
        not_before: NOW,
        not_after: year,
    };
    let roster = Roster {
        site: SITE,
        order: Order { generation: 1, version: 1 },
        previous: RosterHash([0; 32]),
        issued_at: NOW,
        not_after: NOW + 30 * 24 * 60 * 60,
        profile: Profile {
            name: "Toko Contoh".to_owned(),
            pages: vec!["https://toko.example".to_owned()],
            apps: vec![],
        },
        desks: vec![Desk {
            id: DESK,
            name: "Penjualan".to_owned(),
            inbox: vec![agent.derive_id(&SITE)],
            supervisors: None,
        }],
        agents: vec![Agent {
            id: AgentId([0xa0; 16]),
            name: "Agen Demo".to_owned(),
            devices: vec![Device { keys: agent, not_after: year }],
        }],
    };
    let (bytes, signature) = cast.root.certify(&certificate);
    let signed = Admin::new(cast.admin.clone(), bytes.clone(), signature).sign_roster(&roster);
    let verified = VerifiedRoster::open(&signed, &SITE, &cast.root.derive_public()).unwrap();
    page.section("Roster", "Sections 3.2 and 3.3.");
    page.value("certificate", &bytes);
    page.value("certificate, the root key's signature", &signature.0);
    page.value("roster", &cbor::encode(&roster));
    page.value("roster hash", &verified.hash().0);
    page.value("the roster as it is published", &signed);
    (roster.order, verified.hash())
}

fn write_conversation(
    page: &mut Page,
    cast: &Cast,
    bundle: &[u8],
    newest: (Order, RosterHash),
    draws: &mut Draws,
) {
    let pinned = cast.root.derive_public();
    let agent = cast.agent.derive_keys();
    let ends = [cast.visitor.derive_keys().derive_id(&SITE), agent.derive_id(&SITE)];
    let context = Context { root: &pinned, site: &SITE, scope: Some(CONVERSATION) };
    let bundle = Bundle::verify(bundle, &SITE, &agent, NOW).unwrap();
    let mut ours = initiate(&cast.visitor, &agent, &bundle, newest, &context, draws).unwrap();
    page.section("Handshake", "Section 4. The visitor's device initiates; draw 10 is its ephemeral key.");
    page.value("conversation, which is the scope", &CONVERSATION.0);
    page.value("T", &ours.transcript().0);
    let strings = strings_of_32(&cbor::encode(&ours));
    page.value("initiator chain key 0", &strings[1]);
    page.value("responder chain key 0", &strings[2]);
    page.value("alias", &ours.alias());

    page.section(
        "From the visitor",
        "Sections 5.3 and 5.4. Draws: 11 content key, 12 salt. The wrap carries the init.",
    );
    let said = (EventId([0xe1; 16]), "Selamat siang");
    let event = Event::seal(page, said, ends, &mut ours, newest, draws);
    let init = Wrap::parse(&event.wrap).unwrap().init.unwrap();
    let mut theirs = respond(&cast.agent, &cast.prekeys, &init, &ends[0], &context).unwrap();
    assert_eq!(event.open(&mut theirs).text, said.1);

    page.section("From the agent", "Draws: 13 content key, 14 salt. No init: the agent did not start.");
    let said = (EventId([0xe2; 16]), "Ada yang bisa dibantu?");
    let event = Event::seal(page, said, [ends[1], ends[0]], &mut theirs, newest, draws);
    assert_eq!(event.open(&mut ours).text, said.1);
}

#[test]
fn the_example_is_what_the_code_does() {
    let page = write_page();
    if std::env::var_os("SEGEL_WRITE_EXAMPLE").is_some() {
        std::fs::write(PATH, &page).unwrap();
    }
    assert!(std::fs::read_to_string(PATH).unwrap() == page, "see the head of this file");
}
