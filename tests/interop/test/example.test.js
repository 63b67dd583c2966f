// docs/protocol-example.md: every value on the page, computed anew from the draws that it states.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { hex } from '../segel/bytes.js';
import { Client } from '../segel/client.js';
import { deviceId, publicKeys } from '../segel/devices.js';
import { enrol, enrolmentSecrets } from '../segel/enrolment.js';
import { logNext, logStart } from '../segel/log.js';
import { publish } from '../segel/prekeys.js';
import { dh, ed25519Public, kemEncaps, sha256, x25519Public } from '../segel/primitives.js';
import { countingRandom } from '../segel/random.js';
import { nextChainKey } from '../segel/ratchet.js';
import { sealRecord } from '../segel/records.js';
import { signCertificate, signRoster } from '../segel/rosters.js';
import { fromBytes, toBytes } from '../segel/shapes.js';
import { AdminSigned, Bundle, EnrolmentCode, Init, Message, Roster } from '../segel/structures.js';
import { parseWrap } from '../segel/wraps.js';
import { DAY, fill, NOW } from '../support/world.js';

const SITE = fill(0x51);
const DESK = fill(0xde);
const CONVERSATION = fill(0xc0);
const draw = (n, length = 32) => fill(n, length);

const ROOT = ed25519Public(draw(1));
const [AGENT, VISITOR] = [3, 30].map((n) => ({ identity: draw(n), signing: draw(n + 1), login: draw(n + 2) }));
const PREKEYS = [
  { id: 1, role: 'signed', notAfter: NOW + 14 * DAY, curve: draw(6), kem: draw(7, 64) },
  { id: 2, role: 'one-time', notAfter: NOW + 14 * DAY, curve: draw(8), kem: draw(9, 64) },
];

// Names and values as the page has them, in its order; a long value by its length and hash.
class Page {
  blocks = [];

  whole(name, bytes) {
    this.blocks.push([name, hex(bytes)]);
  }

  value(name, bytes) {
    if (bytes.length <= 200) this.whole(name, bytes);
    else this.whole(`${name}: SHA-256 of its ${bytes.length} bytes`, sha256(bytes));
  }
}

// A name stands four spaces from the margin, its value six, over as many lines as it takes.
function read(text) {
  const blocks = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('      ')) blocks.at(-1)[1] += line.trim();
    else if (line.startsWith('    ')) blocks.push([line.trim(), '']);
  }
  return blocks;
}

function keysPart(page) {
  page.value('root, public', ROOT);
  page.value('admin, public', ed25519Public(draw(2)));
  for (const [whose, own] of Object.entries({ agent: AGENT, visitor: VISITOR })) {
    const keys = publicKeys(own);
    for (const name of ['identity', 'signing', 'login']) page.value(`${whose} ${name}, public`, keys[name]);
    page.value(`${whose} device id`, deviceId(SITE, keys));
  }
  for (const prekey of PREKEYS) {
    const { id, curve, kem, signature } = publish(SITE, publicKeys(AGENT), AGENT.signing, prekey);
    page.value(`${prekey.role} prekey, X25519`, curve);
    page.value(`${prekey.role} prekey, ML-KEM-768`, kem);
    page.value(`${prekey.role} prekey ${id}, signature`, signature);
  }
}

function rosterPart(page) {
  const keys = publicKeys(AGENT);
  const year = NOW + 365 * DAY;
  const admin = ed25519Public(draw(2));
  const certified = signCertificate(draw(1), { site: SITE, generation: 1, admin, notBefore: NOW, notAfter: year });
  const roster = {
    site: SITE,
    order: { generation: 1, version: 1 },
    previous: fill(0, 32),
    issuedAt: NOW,
    notAfter: NOW + 30 * DAY,
    profile: { name: 'Toko Contoh', pages: ['https://toko.example'], apps: [] },
    desks: [{ id: DESK, name: 'Penjualan', inbox: [deviceId(SITE, keys)] }],
    agents: [{ id: fill(0xa0), name: 'Agen Demo', devices: [{ keys, notAfter: year }] }],
  };
  const signed = signRoster(draw(2), certified, roster);
  const { body } = fromBytes(AdminSigned, signed);
  page.whole('certificate', certified.certificate);
  page.value("certificate, the root key's signature", certified.certificateSignature);
  page.whole('roster', toBytes(Roster, roster));
  page.value('roster hash', sha256(body));
  page.whole('the roster as it is published', signed);
  return { order: roster.order, rosterHash: sha256(body) };
}

function handshakePart(page, visitor, agent, notes) {
  const bundle = agent.bundle(2);
  const { signed, oneTime, keys } = fromBytes(Bundle, bundle);
  const { init } = visitor.initiate(bundle, agent.id, CONVERSATION);
  const { ephemeral, kemCiphertext } = fromBytes(Init, init);
  const { T, prk, rootKey, initiatorHeaderKey, responderHeaderKey, alias } = notes.handshake;
  page.value('conversation, which is the scope', CONVERSATION);
  page.value('ephemeral, public', ephemeral);
  page.value('KEM ciphertext', kemCiphertext);
  page.value('init', init);
  page.value('T', T);
  page.value('DH(visitor identity, signed prekey)', dh(VISITOR.identity, signed.curve));
  page.value('DH(ephemeral, agent identity)', dh(draw(33), keys.identity));
  page.value('DH(ephemeral, signed prekey)', dh(draw(33), signed.curve));
  page.value('DH(ephemeral, one-time prekey)', dh(draw(33), oneTime.curve));
  page.value('KEM secret', kemEncaps(oneTime.kem, draw(34)).secret);
  page.value('PRK', prk);
  page.value('root key', rootKey);
  page.value('initiator header key', initiatorHeaderKey);
  page.value('responder header key', responderHeaderKey);
  page.value('alias', alias);
}

// The first seal of a chain; `shared` is the DH of its step. Opened by the other side, and the log goes on after it.
function sealPart(page, notes, { from, to, event, text, seen, shared }) {
  const message = {
    sequence: 1,
    timeMs: NOW * 1_000,
    desk: DESK,
    previous: fill(0, 32),
    seen,
    body: { kind: 0, value: text },
  };
  const recipients = [{ device: to.id, scope: CONVERSATION }];
  const { content, contentKey, contentHash, wraps } = from.seal({
    conversation: CONVERSATION,
    event,
    recipients,
    message,
  });
  const { content: derived, 'sending step': step, wrap: sealed } = notes;
  page.value('event', event);
  page.whole(`message, encoded: ${text}`, toBytes(Message, message));
  page.value('content key', contentKey);
  page.value('content header', content.slice(0, 67));
  page.value('SHA-256(AD)', sha256(derived.aad));
  page.value("content's encryption key", derived.key);
  page.value('commitment', derived.commitment);
  page.whole('content', content);
  page.value('SHA-256(content)', contentHash);
  const { wrap } = wraps[0];
  const { prefix, sealedHeader, sealedKey } = parseWrap(wrap);
  page.value('ratchet key, public', sealed.header.slice(0, 32));
  page.value("DH(ratchet key, peer's key)", shared);
  page.value('root key after the step', step.rootKey);
  page.value('chain key 0', step.chainKey);
  page.value('next header key', step.nextHeaderKey);
  page.value('message key 0', sealed.messageKey);
  page.value('chain key 1', nextChainKey(step.chainKey));
  page.value('prefix', prefix);
  page.value('header', sealed.header);
  page.value('header key', sealed.headerKey);
  page.value('sealed header', sealedHeader);
  page.value('wrap key', sealed.key);
  page.value('wrap nonce', sealed.nonce);
  page.value('sealed key', sealedKey);
  page.value('wrap', wrap);
  const delivered = { conversation: CONVERSATION, event, sender: from.id, recipients: [to.id], content, wrap };
  assert.equal(to.open(delivered, CONVERSATION).message.body.value, text);
  const position = seen.position + 1;
  return { position, logHash: logNext(seen.logHash, { position, event, sender: from.id, contentHash }) };
}

test('every value of the worked example', () => {
  const page = new Page();
  keysPart(page);
  const notes = {};
  const note = (name, values) => (notes[name] = values);
  // The visitor's keys were the 32nd draw.
  const random = countingRandom(32);
  const device = (secrets, view) => new Client({ site: SITE, root: ROOT, view, now: NOW, random, note, secrets });
  const agentAlone = device(AGENT, { order: { generation: 1, version: 1 }, rosterHash: fill(0, 32) });
  PREKEYS.forEach((prekey) => agentAlone.addPrekey(prekey));
  page.value('bundle that the visitor is handed', agentAlone.bundle(2));
  const view = rosterPart(page);
  const [visitor, agent] = [device(VISITOR, view), device(AGENT, view)];
  PREKEYS.forEach((prekey) => agent.addPrekey(prekey));
  handshakePart(page, visitor, agent, notes);

  const start = { position: 0, logHash: logStart(CONVERSATION) };
  page.value('log hash 0', start.logHash);
  const shared = dh(draw(36), x25519Public(draw(6)));
  const said = { from: visitor, to: agent, event: fill(0xe1), text: 'Selamat siang', seen: start, shared };
  const seen = sealPart(page, notes, said);
  page.value("log hash 1, after the visitor's event", seen.logHash);
  const back = dh(draw(39), x25519Public(draw(36)));
  const answer = { from: agent, to: visitor, event: fill(0xe2), text: 'Ada yang bisa dibantu?', seen, shared: back };
  page.value("log hash 2, after the agent's event", sealPart(page, notes, answer).logHash);

  const secret = random.bytes(16);
  const code = toBytes(EnrolmentCode, { site: SITE, root: ROOT, relay: 'https://relay.example', secret });
  page.whole('enrolment code', code);
  page.blocks.push(['the same as text', Buffer.from(code).toString('base64url')]);
  page.value('invitation id', enrolmentSecrets(SITE, secret).invitationId);
  page.whole('enrolment', enrol(SITE, secret, publicKeys(VISITOR), VISITOR.signing));
  const record = { stateKey: fill(0x20, 32), name: 'account', generation: 7, record: Buffer.from('halo'), random };
  page.value('the record `halo` under the name `account`, written by transaction 7', sealRecord(record));

  const written = read(readFileSync(new URL('../../../docs/protocol-example.md', import.meta.url), 'utf8'));
  assert.deepEqual(page.blocks, written);
  assert.equal(written.length, 93);
});
