//! docs/protocol-example.md: one exchange with fixed inputs. `SEGEL_WRITE_EXAMPLE=1` writes it anew.

mod attachment;
mod conversation;
mod handshake;
mod holding;
mod identity;
mod sealing;
mod signal;
mod site;
mod withdrawal;

use core::convert::Infallible;
use core::fmt::Write;

use data_encoding::HEXLOWER;
use rand_core::{TryCryptoRng, TryRng};
use segel_crypto::authority::{AdminSecret, RootSecret};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::prekeys::Prekeys;
use segel_crypto::storage::StateKey;
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeskId, SiteId};
use segel_wire::limits::ONE_TIME_KEPT;
use segel_wire::signed::{self, Bundle, DeviceKeys, Invitation, Prekey};

use crate::text;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol-example.md");
const NOW: u64 = 1_800_000_000;
const SITE: SiteId = SiteId([0x51; 16]);
const DESK: DeskId = DeskId([0xde; 16]);
const CONVERSATION: ConversationId = ConversationId([0xc0; 16]);

const OPENING: &str = "\
# The protocol by example

Written by a test (`crates/crypto/tests/sealing/example`) that fails when a byte changes. It computes every value
twice: by the code, and from the text with nothing but primitives; the second implementation in `tests/interop` computes
each a third time. Bytes are in hexadecimal; of more than 200 bytes that follow from others the page has the length and the
SHA-256. Whatever PROTOCOL.md calls random is fixed here: the n-th draw of random bytes is the byte n, repeated. Site,
desk, conversation, event, agent and attachment ids are one byte repeated too, and now is 1800000000.
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

    /// A value; a long one by its length and hash.
    fn value(&mut self, name: &str, bytes: &[u8]) {
        if bytes.len() > 200 {
            self.whole(&format!("{name}: SHA-256 of its {} bytes", bytes.len()), &text::sha256(bytes));
        } else {
            self.whole(name, bytes);
        }
    }

    fn whole(&mut self, name: &str, bytes: &[u8]) {
        writeln!(self.0, "    {name}").unwrap();
        for line in bytes.chunks(48) {
            writeln!(self.0, "      {}", HEXLOWER.encode(line)).unwrap();
        }
    }

    /// What is no bytes.
    fn text(&mut self, name: &str, text: &str) {
        writeln!(self.0, "    {name}\n      {text}").unwrap();
    }

    fn prekey(&mut self, which: &str, prekey: &Prekey) {
        self.value(&format!("{which} prekey, X25519"), &prekey.curve.0);
        self.value(&format!("{which} prekey, ML-KEM-768"), prekey.kem.as_bytes());
        self.value(&format!("{which} prekey {}, signature", prekey.id), &prekey.signature.0);
    }

    fn keys(&mut self, whose: &str, keys: &DeviceKeys) {
        self.value(&format!("{whose} identity, public"), &keys.identity.0);
        self.value(&format!("{whose} signing, public"), &keys.signing.0);
        self.value(&format!("{whose} login, public"), &keys.login.0);
        self.value(&format!("{whose} device id"), &keys.derive_id(&SITE).0);
    }
}

/// Who takes part.
struct Cast {
    root: RootSecret,
    admin: AdminSecret,
    agent: DeviceSecrets,
    prekeys: Prekeys,
    visitor: DeviceSecrets,
    bundle: Bundle,
}

fn write_page() -> String {
    let mut page = Page(OPENING.to_owned());
    let mut draws = Draws(0);
    let cast = write_keys(&mut page, &mut draws);
    let published = site::write(&mut page, &cast);
    let mut talk = conversation::write(&mut page, &cast, published.newest(), &mut draws);

    page.section(
        "Enrolment",
        "Section 3.6. Draw 41 is the code's secret; the visitor's keys stand in for a new device's.",
    );
    let code = EnrolmentCode::make(SITE, cast.root.derive_public(), "https://relay.example", &mut draws);
    page.whole("enrolment code", &cbor::encode(&code));
    page.text("the same as text", &code.to_text());
    let invitation =
        Invitation { site: SITE, id: code.derive_invitation(), not_after: NOW + 7 * 24 * 60 * 60 };
    page.value("invitation id", &invitation.id.0);
    page.whole("the invitation as it is published", &published.admin.sign_invitation(&invitation));
    page.whole("enrolment", &code.enrol(&cast.visitor));

    page.section(
        "A record at rest",
        "Section 5.14. The state key is the byte 0x20, repeated; draw 42 is the nonce.",
    );
    let sealed = StateKey::new([0x20; 32]).seal("account", 7, b"halo", &mut draws);
    page.value("the record `halo` under the name `account`, written by transaction 7", &sealed);

    let second = site::write_second(&mut page, &cast, &published, &mut draws);
    identity::write(&mut page, &cast, &second.published);
    holding::write(&mut page, &cast, &second, &mut talk, &mut draws);
    signal::write(&mut page, talk.ends[0], &mut draws);
    attachment::write(&mut page, &mut draws);
    withdrawal::write(&mut page, &second, &talk, &mut draws);
    page.0
}

fn write_keys(page: &mut Page, draws: &mut Draws) -> Cast {
    let (root, admin) = (RootSecret::make_root(draws), AdminSecret::make_admin(draws));
    let agent = DeviceSecrets::make(draws);
    let mut prekeys = Prekeys::default();
    assert!(prekeys.rotate(NOW, draws) && prekeys.restock(9, 0, ONE_TIME_KEPT, NOW, draws));
    let visitor = DeviceSecrets::make(draws);
    page.section(
        "Keys",
        "Section 3. Draws: 1 root, 2 admin, 3 to 5 the agent's device (identity, signing, login), 6 and 7 its signed\n\
         prekey (X25519; ML-KEM seed of 64 bytes), 8 and 9 its first one-time prekey, 10 to 29 ten more of those,\n\
         30 to 32 the visitor's device.",
    );
    page.value("root, public", &root.derive_public().0);
    page.value("admin, public", &admin.derive_public().0);
    page.keys("agent", &agent.derive_keys());
    page.keys("visitor", &visitor.derive_keys());
    let upload = prekeys.derive_upload(&agent, &SITE).unwrap();
    let keys = agent.derive_keys();
    let signed::Prekeys { signed, one_time, .. } =
        signed::Prekeys::verify(&upload, &SITE, &keys.derive_id(&SITE)).unwrap();
    let one_time = one_time.unwrap().swap_remove(0);
    assert_eq!((signed.curve.0, one_time.curve.0), (text::public(&[6; 32]), text::public(&[8; 32])));
    assert_eq!(signed.kem, text::kem_public(&[7; 64]));
    assert_eq!(one_time.kem, text::kem_public(&[9; 64]));
    page.prekey("signed", &signed);
    page.prekey("one-time", &one_time);
    let bundle = Bundle { keys, signed, one_time: Some(one_time) };
    let encoded = cbor::encode(&bundle);
    assert_eq!(Bundle::verify(&encoded, &SITE, &keys.derive_id(&SITE), NOW).unwrap(), bundle);
    page.value("bundle that the visitor is handed", &encoded);
    Cast { root, admin, agent, prekeys, visitor, bundle }
}

#[test]
fn the_example_is_what_the_code_does() {
    let page = write_page();
    if std::env::var_os("SEGEL_WRITE_EXAMPLE").is_some() {
        std::fs::write(PATH, &page).unwrap();
    }
    assert!(std::fs::read_to_string(PATH).unwrap() == page, "see the head of this file");
}
