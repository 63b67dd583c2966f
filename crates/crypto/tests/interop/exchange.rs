//! Vectors of the kind *exchange*: two devices, the first of which initiates, and a script of seals and openings.

use segel_crypto::content::{self, Body, ContentContext, ContentHash, ContentKey};
use segel_crypto::device::DeviceSecrets;
use segel_crypto::handshake::{Context, initiate, respond};
use segel_crypto::prekeys::Prekeys;
use segel_crypto::session::{Session, Wrap, WrapContext};
use segel_wire::cbor;
use segel_wire::ids::{ConversationId, DeviceId, EventId, RootKey, RosterHash, SiteId};
use segel_wire::limits::PREKEY_EXPIRE_SECONDS;
use segel_wire::signed::{self, Bundle, Order};
use serde_json::{Value, json};

use crate::draws::{CountingRng, Given};
use crate::json::{
    bytes, conversation, event, expose, hex, message, number, octets, secrets, site, text, view,
};

/// A content with its wrap and where both belong.
#[derive(Clone)]
pub(crate) struct Delivered {
    pub(crate) conversation: ConversationId,
    pub(crate) event: EventId,
    pub(crate) sender: DeviceId,
    pub(crate) recipient: [DeviceId; 1],
    pub(crate) content: Vec<u8>,
    pub(crate) wrap: Vec<u8>,
}

struct Party {
    secrets: DeviceSecrets,
    id: DeviceId,
    session: Option<Session>,
}

struct Exchange {
    root: RootKey,
    site: SiteId,
    scope: Option<ConversationId>,
    view: (Order, RosterHash),
    conversation: ConversationId,
    prekeys: Prekeys,
    parties: [Party; 2],
    sealed: Vec<Delivered>,
}

impl Delivered {
    pub(crate) fn content_context(&self) -> ContentContext<'_> {
        ContentContext {
            conversation: &self.conversation,
            event: &self.event,
            sender: &self.sender,
            recipients: &self.recipient,
        }
    }

    pub(crate) fn wrap_context<'a>(&'a self, content: &'a ContentHash) -> WrapContext<'a> {
        WrapContext {
            conversation: &self.conversation,
            event: &self.event,
            sender: &self.sender,
            recipient: &self.recipient[0],
            content,
        }
    }
}

pub(crate) fn run(input: &Value, random: &mut CountingRng) -> Value {
    let site = site(&input["site"]);
    let [initiator, responder] = ["initiator", "responder"].map(|name| Party::new(&site, &input[name]));
    let prekeys = prekeys(&input["prekeys"]);
    let scope: [u8; 16] = bytes(&input["scope"]);
    let mut exchange = Exchange {
        root: RootKey(bytes(&input["root"])),
        site,
        scope: (scope != [0; 16]).then_some(ConversationId(scope)),
        view: view(input),
        conversation: conversation(&input["conversation"]),
        prekeys,
        parties: [initiator, responder],
        sealed: Vec::new(),
    };
    let bundle = exchange.bundle(input["oneTime"].as_u64());
    exchange.initiate(&bundle, number(&input["now"]), random);
    let steps = input["script"].as_array().unwrap().iter().map(|step| match text(&step["do"]) {
        "seal" => exchange.seal(step, random),
        "open" => exchange.open(step),
        other => unreachable!("a step {other}"),
    });
    let steps: Vec<_> = steps.collect();
    json!({ "bundle": hex(bundle), "steps": steps })
}

impl Party {
    fn new(site: &SiteId, input: &Value) -> Self {
        let secrets = secrets(input);
        Self { id: secrets.derive_keys().derive_id(site), secrets, session: None }
    }
}

impl Exchange {
    fn bundle(&self, one_time: Option<u64>) -> Vec<u8> {
        let upload = self.prekeys.derive_upload(&self.parties[1].secrets, &self.site).unwrap();
        let signed::Prekeys { keys, signed, one_time: all, .. } = cbor::decode(&upload).unwrap();
        let one_time = one_time
            .map(|id| all.unwrap_or_default().into_iter().find(|prekey| u64::from(prekey.id) == id).unwrap());
        cbor::encode(&Bundle { keys, signed, one_time })
    }

    fn context(&self) -> Context<'_> {
        Context { root: &self.root, site: &self.site, scope: self.scope }
    }

    fn initiate(&mut self, bundle: &[u8], now: u64, random: &mut CountingRng) {
        let bundle = Bundle::verify(bundle, &self.site, &self.parties[1].id, now).unwrap();
        let own = &self.parties[0].secrets;
        let session = initiate(own, &bundle, self.view, &self.context(), now, random).unwrap();
        self.parties[0].session = Some(session);
    }

    fn seal(&mut self, step: &Value, random: &mut CountingRng) -> Value {
        let by = side(step);
        let mut sealed = Delivered {
            conversation: self.conversation,
            event: event(&step["event"]),
            sender: self.parties[by].id,
            recipient: [self.parties[1 - by].id],
            content: Vec::new(),
            wrap: Vec::new(),
        };
        let said = message(&step["message"]);
        let (content, key) = content::seal(&said, self.view, &sealed.content_context(), random);
        let hash = ContentHash::derive(&content);
        let session = self.parties[by].session.as_mut().unwrap();
        let wrap = session.seal(&key, &sealed.wrap_context(&hash), number(&step["at"]), random).unwrap();
        (sealed.content, sealed.wrap) = (content, wrap);
        let answer = json!({
            "content": hex(&sealed.content),
            "contentKey": hex(expose(&key)),
            "contentHash": hex(hash.0),
            "wrap": hex(&sealed.wrap),
        });
        self.sealed.push(sealed);
        answer
    }

    fn open(&mut self, step: &Value) -> Value {
        let (by, now) = (side(step), number(&step["at"]));
        let wrap = usize::try_from(number(&step["wrap"])).unwrap();
        let key = self.open_wrap(by, wrap, now);
        let sealed = &self.sealed[wrap];
        let said = content::open(&sealed.content, &key, &sealed.content_context()).unwrap();
        let Body::Text(text) = said.body else { unreachable!("an exchange says texts") };
        json!({ "contentKey": hex(expose(&key)), "text": text })
    }

    fn open_wrap(&mut self, by: usize, wrap: usize, now: u64) -> ContentKey {
        let sealed = &self.sealed[wrap];
        let hash = ContentHash::derive(&sealed.content);
        let (parsed, context) = (Wrap::parse(&sealed.wrap).unwrap(), sealed.wrap_context(&hash));
        if let Some(session) = &mut self.parties[by].session {
            return session.open(&parsed, &context, now).unwrap();
        }
        let (init, own) = (parsed.init.as_ref().unwrap(), &self.parties[by].secrets);
        let response = respond(own, &self.prekeys, init, &sealed.sender, &self.context(), now).unwrap();
        let (session, key, used) = response.open(&parsed, &context, now).unwrap();
        self.prekeys.use_up(used);
        self.parties[by].session = Some(session);
        key
    }
}

fn side(step: &Value) -> usize {
    usize::from(text(&step["by"]) == "responder")
}

/// The signed prekey, which has id 1, and one-time prekeys from 2 on, all made at one time.
pub(crate) fn prekeys(input: &Value) -> Prekeys {
    let all = input.as_array().unwrap();
    let draws = all.iter().flat_map(|prekey| [octets(&prekey["curve"]), octets(&prekey["kem"])]);
    let mut random = Given::new(draws);
    let made_at = number(&all[0]["notAfter"]) - PREKEY_EXPIRE_SECONDS;
    let mut prekeys = Prekeys::default();
    assert!(prekeys.rotate(made_at, &mut random));
    prekeys.restock(0, 0, all.len() - 1, made_at, &mut random);
    for (place, prekey) in all.iter().enumerate() {
        assert_eq!(number(&prekey["id"]), place as u64 + 1);
        assert_eq!(text(&prekey["role"]), if place == 0 { "signed" } else { "one-time" });
        assert_eq!(number(&prekey["notAfter"]), made_at + PREKEY_EXPIRE_SECONDS);
    }
    prekeys
}
