// The inputs of the vectors that this implementation writes. Every value is made by a rule, so that they are easy to
// tell apart in a hex dump: a 32-byte secret is one byte repeated.
import { fromHex, hex } from './bytes.js';
import { deviceId, publicKeys } from './devices.js';
import { ed25519Public, sha256 } from './primitives.js';
import { consentHash } from './rosters.js';
import { toBytes } from './shapes.js';
import { Roster } from './structures.js';

const repeat = (byte, length) => hex(new Uint8Array(length).fill(byte));
const id = (byte) => repeat(byte, 16);
const key = (byte) => repeat(byte, 32);

const DAY = 86_400;
const NOW = 1_800_000_000;
const SITE = id(0xa0);
const CONVERSATION = id(0xc0);
const DESK = id(0xd0);
const ROOT_SEED = key(0xe0);
const ROOT = hex(ed25519Public(fromHex(ROOT_SEED)));

const secrets = (byte) => ({ identity: key(byte), signing: key(byte + 1), login: key(byte + 2) });
const VISITOR = secrets(0x11);
const AGENTS = [secrets(0x21), secrets(0x31), secrets(0x41)];

const keysOf = (own) =>
  publicKeys(Object.fromEntries(Object.entries(own).map(([name, value]) => [name, fromHex(value)])));
const idOf = (own) => hex(deviceId(fromHex(SITE), keysOf(own)));
const keysJson = (own) => Object.fromEntries(Object.entries(keysOf(own)).map(([name, value]) => [name, hex(value)]));

const SIGNED = { id: 1, role: 'signed', notAfter: NOW + 14 * DAY, curve: key(0x51), kem: repeat(0x52, 64) };
const ONE_TIME = { id: 2, role: 'one-time', notAfter: NOW + 14 * DAY, curve: key(0x53), kem: repeat(0x54, 64) };
const VIEW = { order: { generation: 1, version: 3 }, rosterHash: key(0xf0) };

const message = (sequence, body) => ({
  sequence,
  timeMs: NOW * 1_000 + sequence,
  desk: DESK,
  previous: key(0),
  seen: { position: 0, logHash: key(0x0f) },
  body,
});
const text = (value) => ({ kind: 0, value });

function exchange(name, script, extra = {}) {
  const parties = { initiator: VISITOR, responder: AGENTS[0], prekeys: [SIGNED, ONE_TIME] };
  const place = { site: SITE, root: ROOT, ...VIEW, scope: CONVERSATION, conversation: CONVERSATION, now: NOW };
  return { kind: 'exchange', name, input: { ...place, ...parties, ...extra, script } };
}

const I = 'initiator';
const R = 'responder';
const seal = (by, event, after = 0) => ({
  do: 'seal',
  by,
  at: NOW + after,
  event: id(event),
  message: message(event, text(`message ${event}`)),
});
const open = (by, wrap, after = 0) => ({ do: 'open', by, at: NOW + after, wrap });

const turn = (by, other, n, after) => [seal(by, n + 1, after), open(other, n, after)];
const TURNS = [...turn(I, R, 0), ...turn(R, I, 1), ...turn(I, R, 2)];

// The second and third wrap overtake each other, and one of the first chain comes when the next has begun.
const REORDERED = [
  ...[1, 2, 3, 4].map((event) => seal(I, event)),
  open(R, 0),
  open(R, 2),
  seal(R, 5),
  open(I, 4),
  seal(I, 6),
  open(R, 5),
  open(R, 1),
  open(R, 3),
];

// After a day the initiator offers in the chain that it has; the responder answers with its next chain.
const KEM = [...TURNS, ...turn(I, R, 3, DAY), ...turn(R, I, 4, DAY), ...turn(I, R, 5, DAY), ...turn(R, I, 6, DAY)];

const delivered = { conversation: CONVERSATION, event: id(0x01), sender: idOf(VISITOR), position: 1 };
const recipients = AGENTS.slice(0, 2).map(idOf).sort();
const content = (name, body, more = {}) => ({
  kind: 'content',
  name,
  input: { ...delivered, ...VIEW, recipients, message: { ...message(1, body), ...more } },
});

const agents = AGENTS.map((own, i) => ({
  id: id(0x70 + i),
  name: `agent ${i}`,
  devices: [{ keys: keysJson(own), notAfter: NOW + 90 * DAY }],
}));
const ROSTER = {
  site: SITE,
  order: { generation: 1, version: 3 },
  previous: key(0x0e),
  issuedAt: NOW,
  notAfter: NOW + 30 * DAY,
  profile: { name: 'a site', pages: ['https://example.com'], apps: ['https://app.example'], vouchers: [key(0x66)] },
  desks: [{ id: DESK, name: 'a desk', inbox: recipients, supervisors: [agents[2].id] }],
  agents,
};

const act = (agent, kind, other) => ({
  signing: AGENTS[agent].signing,
  act: {
    conversation: CONVERSATION,
    epoch: 0,
    device: idOf(AGENTS[agent]),
    kind,
    rosterHash: hex(sha256(toBytes(Roster, Roster.fromJson(ROSTER)))),
    ...(other === undefined ? {} : { agent: agents[other].id }),
  },
});

const signal = { counter: 1, time: NOW, kind: 1 };
const attached = {
  id: id(0x09),
  name: 'a.png',
  type: 'image/png',
  size: 300,
  key: key(1),
  plainHash: key(2),
  sealedHash: key(3),
};
const grants = [{ event: id(1), position: 1, sender: idOf(VISITOR), contentHash: key(4), contentKey: key(5) }];
const token = { site: SITE, subject: 'customer 42', conversation: CONVERSATION, notAfter: NOW + 300 };

export const inputs = () => [
  ...[VISITOR, ...AGENTS].map((own, i) => ({
    kind: 'device',
    name: `device ${i}`,
    input: { site: SITE, secrets: own },
  })),
  ...[SIGNED, ONE_TIME].map((prekey) => ({
    kind: 'prekey',
    name: `a ${prekey.role} prekey`,
    input: { site: SITE, secrets: AGENTS[0], prekey },
  })),
  exchange('three turns from a bundle with a one-time prekey', TURNS, { oneTime: 2 }),
  exchange('three turns from a bundle without one', TURNS),
  exchange('wraps that overtake each other', REORDERED, { oneTime: 2 }),
  exchange('an offer and its answer', KEM, { oneTime: 2 }),
  exchange('between two devices of agents', TURNS, { scope: id(0), initiator: AGENTS[1] }),
  content('a text', text('Grüße 👋')),
  content('an empty text', text('')),
  content('a text that is padded beyond 256 bytes', text('x'.repeat(1_000))),
  content('an attachment with a caption', { kind: 1, value: { ...attached, caption: 'look' } }),
  content('grants, quiet', { kind: 3, value: grants }),
  content('a request for grants, quiet', { kind: 4, value: [id(1), id(2)] }),
  content('a key for signals, quiet', { kind: 5, value: { key: key(7), notAfter: NOW + DAY } }),
  content('how far somebody has read, quiet', { kind: 7, value: 300 }),
  content('an event that is taken back', { kind: 8, value: id(9) }),
  content('an end', { kind: 9 }),
  content('a rating with a comment', { kind: 10, value: { stars: 5, comment: 'Terima kasih' } }),
  content('details with answers and what was agreed to', {
    kind: 11,
    value: {
      answers: [
        { label: 'Nama', text: 'Pengunjung é' },
        { label: 'Surel', text: '' },
      ],
      agreed: { consent: hex(consentHash({ text: 'Saya setuju', notice: 'https://toko.example/privasi' })), timeMs: NOW * 1_000 },
      page: 'https://toko.example/produk',
      language: 'id',
    },
  }),
  content('details with neither', { kind: 11, value: { page: 'https://toko.example', language: 'ar' } }),
  content('a note among agents, quiet', { kind: 12, value: 'rekan: alamatnya sudah benar' }),
  content('labels, quiet', { kind: 13, value: ['VIP', 'retur'] }),
  content('no labels, quiet', { kind: 13, value: [] }),
  content('an erasure', { kind: 14 }),
  content('a text that answers another', text('ya'), { quotes: id(9) }),
  {
    kind: 'log',
    name: 'a log of three entries',
    input: {
      conversation: CONVERSATION,
      entries: [1, 2, 3].map((i) => ({ event: id(i), sender: idOf(VISITOR), contentHash: key(i) })),
    },
  },
  {
    kind: 'roster',
    name: 'a roster with vouchers and a supervisor',
    input: {
      rootSeed: ROOT_SEED,
      adminSeed: key(0xe1),
      certificate: { site: SITE, generation: 1, notBefore: NOW - DAY, notAfter: NOW + 365 * DAY },
      roster: ROSTER,
    },
  },
  {
    kind: 'acts',
    name: 'all seven kinds of act',
    input: {
      roster: ROSTER,
      desk: DESK,
      now: NOW,
      acts: [act(0, 0), act(0, 1, 1), act(2, 4), act(2, 3), act(2, 2), act(1, 0), act(2, 4), act(2, 5), act(1, 6)],
    },
  },
  {
    kind: 'grant',
    name: 'a grant by another than the sender',
    input: { ...delivered, ...VIEW, recipients, giver: recipients[0], message: message(1, text('granted')) },
  },
  { kind: 'attachment', name: 'three chunks', input: { id: id(0x09), length: 140_000 } },
  { kind: 'attachment', name: 'nothing but padding', input: { id: id(0x0a), length: 0 } },
  {
    kind: 'signal',
    name: 'typing',
    input: { conversation: CONVERSATION, sender: idOf(VISITOR), key: key(0x77), signal },
  },
  {
    kind: 'safety',
    name: 'a safety number',
    input: { root: ROOT, site: SITE, identity: keysJson(VISITOR).identity },
  },
  {
    kind: 'record',
    name: 'a stored record',
    input: { stateKey: key(0x88), name: 'sessions', generation: 7, record: hex(new Uint8Array([1, 2, 3])) },
  },
  {
    kind: 'token',
    name: 'an identity token',
    input: { voucherSeed: key(0x99), identity: keysJson(VISITOR).identity, token, timeMs: NOW * 1_000 },
  },
  { kind: 'enrolment', name: 'an enrolment', input: { site: SITE, secret: id(0xb0), secrets: AGENTS[0] } },
  {
    kind: 'login',
    name: 'a login',
    input: {
      secrets: VISITOR,
      origin: 'https://relay.example',
      site: SITE,
      challenge: key(0xb1),
      expires: NOW + 60,
    },
  },
];
