//! Everything of this crate that a visitor's or an agent's page uses, as a WebAssembly module: its compressed size is what sealing weighs
//! in the widget. It is weighed and never run.
#![cfg(target_family = "wasm")]

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use segel_crypto::act::{ActContext, ActKind, Assignment, Seat};
use segel_crypto::attachment::{Attachment, Measure, Opener, Sealer};
use segel_crypto::content::{self, ContentContext, ContentHash, ContentKey, Header, Message};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::enrol::EnrolmentCode;
use segel_crypto::grant::Grant;
use segel_crypto::handshake::{self, Context};
use segel_crypto::log::LogHash;
use segel_crypto::prekeys::Prekeys;
use segel_crypto::safety::SafetyNumber;
use segel_crypto::session::{Session, Wrap, WrapContext};
use segel_crypto::signal::{SignalReceiver, SignalSender};
use segel_crypto::storage::StateKey;
use segel_wire::cbor::{self, Cbor};
use segel_wire::ids::{
    AttachmentId, Challenge, ConversationId, DeskId, DeviceId, EventId, IdentityKey, RootKey, RosterHash,
    SiteId,
};
use segel_wire::signed::{Bundle, LoginStatement, Order, VerifiedRoster};
use wasm_bindgen::prelude::wasm_bindgen;

/// Nothing is known of the input when this is compiled, so that nothing is left out.
#[wasm_bindgen]
pub fn share(operation: u32, input: &[u8]) -> Option<Vec<u8>> {
    let random = &mut Source(input);
    let number = u64::from(operation);
    match operation {
        0 => Some(cbor::encode(&DeviceSecrets::make(random))),
        1 => prekeys(number, input, random),
        2 => initiate(number, input, random),
        3 => respond(number, input),
        4 => seal_wrap(number, input, random),
        5 => open_wrap(number, input),
        6 => seal_content(input, random),
        7 => open_content(input),
        8 => store(number, input, random),
        9 => enrol_and_log_in(number, input),
        10 => follow(number, input),
        11 => send_file(operation, input, random),
        12 => receive_file(input),
        13 => act(number, input),
        14 => signal(number, input, random),
        15 => compare(input),
        _ => None,
    }
}

/// Randomness, as far as the size goes.
struct Source<'a>(&'a [u8]);

impl TryRng for Source<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.iter_mut().zip(self.0).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

impl TryCryptoRng for Source<'_> {}

/// What the operations are about.
struct Subject {
    site: SiteId,
    root: RootKey,
    conversation: ConversationId,
    event: EventId,
    devices: [DeviceId; 2],
    content: ContentHash,
}

impl Subject {
    fn read(input: &[u8]) -> Option<Self> {
        let (sixteen, thirty_two) = (*input.first_chunk()?, *input.first_chunk()?);
        Some(Self {
            site: SiteId(sixteen),
            root: RootKey(thirty_two),
            conversation: ConversationId(sixteen),
            event: EventId(sixteen),
            devices: [DeviceId(sixteen); 2],
            content: ContentHash(thirty_two),
        })
    }

    fn handshake(&self) -> Context<'_> {
        Context { root: &self.root, site: &self.site, scope: Some(self.conversation) }
    }

    fn roster(&self) -> (Order, RosterHash) {
        (Order { generation: 1, version: 1 }, RosterHash(self.root.0))
    }

    fn content(&self) -> ContentContext<'_> {
        ContentContext {
            conversation: &self.conversation,
            event: &self.event,
            sender: &self.devices[0],
            recipients: &self.devices,
        }
    }

    fn wrap(&self) -> WrapContext<'_> {
        WrapContext {
            conversation: &self.conversation,
            event: &self.event,
            sender: &self.devices[0],
            recipient: &self.devices[1],
            content: &self.content,
        }
    }
}

fn read<T: Cbor>(input: &[u8]) -> Option<T> {
    cbor::decode(input).ok()
}

fn prekeys(now: u64, input: &[u8], random: &mut Source<'_>) -> Option<Vec<u8>> {
    let mut prekeys: Prekeys = read(input)?;
    let is_new = prekeys.is_empty() | prekeys.rotate(now, random) | prekeys.restock(1, 1, 1, now, random);
    let upload = prekeys.derive_upload(&read(input)?, &Subject::read(input)?.site)?;
    Some([upload, cbor::encode(&prekeys), vec![u8::from(is_new)]].concat())
}

fn initiate(now: u64, input: &[u8], random: &mut Source<'_>) -> Option<Vec<u8>> {
    let subject = Subject::read(input)?;
    let bundle = Bundle::verify(input, &subject.site, &subject.devices[0], now).ok()?;
    let own: DeviceSecrets = read(input)?;
    let session = handshake::initiate(&own, &bundle, subject.roster(), &subject.handshake(), now, random);
    Some(cbor::encode(&session.ok()?))
}

fn respond(now: u64, input: &[u8]) -> Option<Vec<u8>> {
    let subject = Subject::read(input)?;
    let (own, mut prekeys): (DeviceSecrets, Prekeys) = (read(input)?, read(input)?);
    let wrap = Wrap::parse(input).ok()?;
    let sender = &subject.devices[0];
    let response =
        handshake::respond(&own, &prekeys, wrap.init.as_ref()?, sender, &subject.handshake(), now).ok()?;
    let (session, key, used) = response.open(&wrap, &subject.wrap(), now).ok()?;
    prekeys.use_up(used);
    Some([cbor::encode(&session), cbor::encode(&key), cbor::encode(&prekeys)].concat())
}

fn seal_wrap(now: u64, input: &[u8], random: &mut Source<'_>) -> Option<Vec<u8>> {
    let mut session: Session = read(input)?;
    if session.is_worn(now) {
        return None;
    }
    let key: ContentKey = read(input)?;
    let wrap = session.seal(&key, &Subject::read(input)?.wrap(), now, random).ok()?;
    Some([wrap, cbor::encode(&session)].concat())
}

fn open_wrap(now: u64, input: &[u8]) -> Option<Vec<u8>> {
    let mut session: Session = read(input)?;
    session.prune(now, session.skipped().0);
    let key = session.open(&Wrap::parse(input).ok()?, &Subject::read(input)?.wrap(), now).ok()?;
    Some([cbor::encode(&key), cbor::encode(&session)].concat())
}

fn seal_content(input: &[u8], random: &mut Source<'_>) -> Option<Vec<u8>> {
    let (subject, message): (_, Message) = (Subject::read(input)?, read(input)?);
    let (content, key) = content::seal(&message, subject.roster(), &subject.content(), random);
    Some([content, cbor::encode(&key)].concat())
}

fn open_content(input: &[u8]) -> Option<Vec<u8>> {
    let subject = Subject::read(input)?;
    let header = Header::parse(input).ok()?;
    let message = content::open(input, &read(input)?, &subject.content()).ok()?;
    let granted = read::<Grant>(input)?.open(input, &subject.content()).ok()?;
    let hash = ContentHash::derive(input);
    Some([cbor::encode(&message), cbor::encode(&granted), hash.0.to_vec(), header.event.0.to_vec()].concat())
}

fn store(generation: u64, input: &[u8], random: &mut Source<'_>) -> Option<Vec<u8>> {
    let key = StateKey::new(*input.first_chunk()?);
    let record = key.open("name", input, generation).ok()?;
    Some(key.seal("name", record.generation, &record.bytes, random))
}

fn enrol_and_log_in(expires: u64, input: &[u8]) -> Option<Vec<u8>> {
    let device: DeviceSecrets = read(input)?;
    let code = EnrolmentCode::parse(core::str::from_utf8(input).ok()?).ok()?;
    let (subject, challenge) = (Subject::read(input)?, Challenge(*input.first_chunk()?));
    let statement = LoginStatement { relay: "relay", site: &subject.site, challenge: &challenge, expires };
    let keys = cbor::encode(&device.derive_keys());
    Some([code.enrol(&device), device.sign_login(&statement).0.to_vec(), keys].concat())
}

fn follow(position: u64, input: &[u8]) -> Option<Vec<u8>> {
    let subject = Subject::read(input)?;
    let log = LogHash::start(&subject.conversation);
    let log = log.follow(position, &subject.event, &subject.devices[0], &subject.content);
    Some(cbor::encode(&log))
}

fn send_file(index: u32, input: &[u8], random: &mut Source<'_>) -> Option<Vec<u8>> {
    let mut measure = Measure::new(input.len() as u64).ok()?;
    measure.take(input).ok()?;
    let sealer = Sealer::new(measure.finish().ok()?, AttachmentId(*input.first_chunk()?), random);
    let stored: Sealer = read(input)?;
    let chunk = stored.seal(index.min(stored.chunks()), input).ok()?;
    let attachment = stored.describe(*input.first_chunk()?, String::new(), String::new(), None);
    Some([chunk, cbor::encode(&sealer), cbor::encode(&attachment)].concat())
}

fn receive_file(input: &[u8]) -> Option<Vec<u8>> {
    let attachment: Attachment = read(input)?;
    let mut opener = Opener::new(&attachment).ok()?;
    let chunk = opener.open(input.get(..opener.expects())?).ok()?;
    opener.finish().ok()?;
    Some(chunk)
}

fn act(now: u64, input: &[u8]) -> Option<Vec<u8>> {
    let subject = Subject::read(input)?;
    let roster = VerifiedRoster::open(input, &subject.site, &subject.root).ok()?;
    let desk = roster.desk(&DeskId(subject.site.0))?;
    let (conversation, sender) = (&subject.conversation, &subject.devices[0]);
    let context = ActContext { roster: &roster, desk, conversation, sender, now };
    let assignment: Assignment = read(input)?;
    let signed = assignment.draft(ActKind::Claim, None, &context).sign(&read(input)?);
    let after = assignment.follow(&read(input)?, &context).ok()?;
    let devices = after
        .devices(&roster, Seat::Own(desk), now)
        .into_iter()
        .chain(assignment.devices_of_act(&after, &roster, desk, now));
    Some(
        [cbor::encode(&signed), cbor::encode(&after), devices.flat_map(|device| device.0).collect()].concat(),
    )
}

fn signal(now: u64, input: &[u8], random: &mut Source<'_>) -> Option<Vec<u8>> {
    let subject = Subject::read(input)?;
    let mut sender = SignalSender::make(&subject.conversation, &subject.devices[0], now, random);
    let mut receiver = SignalReceiver::new(&subject.conversation, &subject.devices[0], &read(input)?, now);
    let kind = receiver.open(input, now).ok()?;
    Some([sender.seal(kind, now, random), cbor::encode(sender.shared())].concat())
}

fn compare(input: &[u8]) -> Option<Vec<u8>> {
    let subject = Subject::read(input)?;
    let number = SafetyNumber::derive(&subject.root, &subject.site, &IdentityKey(subject.root.0));
    let groups = number.groups().into_iter().flat_map(u32::to_be_bytes);
    Some([number.qr_text().into_bytes(), groups.collect()].concat())
}
