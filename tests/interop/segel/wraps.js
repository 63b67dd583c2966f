// 5.4 Wraps: the bytes, and how a session seals and opens them.
import { concat, Reader, statement, u16, u32, u8, zeros } from './bytes.js';
import { ALIAS } from './handshake.js';
import { answerIfAsked, hearAnswer, hearOffer, offerIfDue, spent } from './kem-step.js';
import {
  chachaOpen,
  chachaSeal,
  cut,
  hkdfExpand,
  hkdfExtract,
  KEM_CIPHERTEXT,
  KEM_KEY,
  x25519Public,
  xchachaOpen,
  xchachaSeal,
} from './primitives.js';
import * as ratchets from './ratchet.js';
import { demand, refuse } from './refused.js';
import { fromBytes } from './shapes.js';
import { Init } from './structures.js';

export const VERSION = 1;
export const SUITE = 2;
const MOST_BYTES = 2_560;
const FLAG_INIT = 0x01;
const FLAG_OFFER = 0x01;
const FLAG_ANSWER = 0x02;
const SALT = 24;
const SEALED_KEY = 48;

// Seals the content key for the session's peer, at `place` { conversation, event, contentHash }. Draws as README.md
// says: an own key, an encapsulation, an offer's seed, the salt. Answers the wrap and the session after it.
export function sealWrap(before, place, contentKey, { random, now, note = () => {} }) {
  const session = structuredClone(before);
  const { ratchet, kem } = session;
  demand(!spent(kem, now), 'session-spent', 'this session seals no more');
  if (!ratchet.sending) {
    const secret = random.bytes(32);
    const answer = answerIfAsked(kem, { random, now, note });
    ratchets.beginSending(ratchet, { secret, public: x25519Public(secret) }, answer, note);
  }
  offerIfDue(kem, { random, now });
  const { headerKey } = ratchet.sending;
  const { n, messageKey } = ratchets.takeSending(ratchet);
  const salt = random.bytes(SALT);
  const init = session.init ? concat(u16(session.init.length), session.init) : zeros(0);
  const prefix = concat(u8(VERSION), u8(SUITE), u8(session.init ? FLAG_INIT : 0), session.alias, salt, init);
  const header = headerBytes({ key: ratchet.own.public, pn: ratchet.pn, n, offer: kem.own?.offer, answer: kem.answer });
  const fields = placeFields(session, session.self, session.peer, place);
  const sealedHeader = xchachaSeal(headerKey, salt, statement('segel/1 header', ...fields, prefix), header);
  const before48 = concat(prefix, u16(sealedHeader.length), sealedHeader);
  const [key, nonce] = wrapKey(salt, messageKey);
  note('wrap', { headerKey, header, messageKey, key, nonce });
  const sealedKey = chachaSeal(key, nonce, statement('segel/1 wrap', ...fields, before48), contentKey);
  kem.wraps += 1;
  return { session, wrap: concat(before48, sealedKey) };
}

// Version and suite first, then the rest of the prefix; what is sealed stays so.
export function parseWrap(bytes) {
  const reader = new Reader(bytes);
  const [version, suite, flags] = reader.take(3);
  demand(version === VERSION && suite === SUITE, 'unknown-suite', `version ${version}, suite ${suite}`);
  demand(bytes.length <= MOST_BYTES, 'malformed', 'too large');
  demand((flags & ~FLAG_INIT) === 0, 'malformed', 'unknown flags');
  const alias = reader.take(ALIAS);
  const salt = reader.take(SALT);
  const init = flags & FLAG_INIT ? fromBytes(Init, reader.take(reader.number(2))) : null;
  const prefix = bytes.slice(0, reader.at);
  const sealedHeader = reader.take(reader.number(2));
  const before48 = bytes.slice(0, reader.at);
  const sealedKey = reader.take(SEALED_KEY);
  reader.end();
  return { alias, salt, init, prefix, sealedHeader, before48, sealedKey };
}

// Answers the content key, the session after it, and whether a chain moved forward. `before` stays as it is.
export function openWrap(before, parsed, place, { now, note = () => {} }) {
  const session = structuredClone(before);
  const { ratchet, kem } = session;
  ratchets.dropLapsed(ratchet, now);
  const fields = placeFields(session, session.peer, session.self, place);
  const { chain, headerKey, header } = openHeader(ratchet, parsed, fields);
  const { messageKey, forward } = takeKey(session, chain, headerKey, header, { now, note });
  const [key, nonce] = wrapKey(parsed.salt, messageKey);
  const aad = statement('segel/1 wrap', ...fields, parsed.before48);
  const contentKey = chachaOpen(key, nonce, aad, parsed.sealedKey);
  demand(contentKey, 'not-authentic', 'the sealed key does not open');
  ratchets.dropSurplus(ratchet);
  kem.wraps += 1;
  kem.heard = true;
  session.init = null;
  return { session, contentKey, forward };
}

function openHeader(ratchet, { salt, sealedHeader, prefix }, fields) {
  const aad = statement('segel/1 header', ...fields, prefix);
  for (const trial of ratchets.trials(ratchet)) {
    const header = xchachaOpen(trial.headerKey, salt, aad, sealedHeader);
    if (header) return { ...trial, header: parseHeader(header) };
  }
  return refuse('not-authentic', 'no header key opens it');
}

function takeKey({ ratchet, kem }, chain, headerKey, header, { now, note }) {
  if (chain === 'past') return { messageKey: ratchets.takeSkipped(ratchet, headerKey, header.n), forward: false };
  if (chain === 'next') {
    ratchets.beginReceiving(ratchet, header, hearAnswer(kem, header.answer, { now, note }), now, note);
  }
  hearOffer(kem, header.offer);
  return ratchets.takeReceiving(ratchet, header.n, now);
}

function headerBytes({ key, pn, n, offer, answer }) {
  const flags = (offer ? FLAG_OFFER : 0) | (answer ? FLAG_ANSWER : 0);
  return concat(key, u32(pn), u32(n), u8(flags), offer ?? zeros(0), answer ?? zeros(0));
}

function parseHeader(bytes) {
  const reader = new Reader(bytes);
  const [key, pn, n, flags] = [reader.take(32), reader.number(4), reader.number(4), reader.number(1)];
  demand((flags & ~(FLAG_OFFER | FLAG_ANSWER)) === 0, 'malformed', 'unknown header flags');
  const offer = flags & FLAG_OFFER ? reader.take(KEM_KEY) : null;
  const answer = flags & FLAG_ANSWER ? reader.take(KEM_CIPHERTEXT) : null;
  reader.end();
  return { key, pn, n, offer, answer };
}

const placeFields = (session, sender, recipient, { conversation, event, contentHash }) => [
  session.T,
  conversation,
  event,
  sender,
  recipient,
  contentHash,
];

const wrapKey = (salt, messageKey) => cut(hkdfExpand(hkdfExtract(salt, messageKey), 'segel/1 wrap key', 44), 32, 12);
