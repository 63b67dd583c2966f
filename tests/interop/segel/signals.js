// 5.12 Signals: typing and presence, under a key that the members share.
import { concat, equal, statement, u8, zeros } from './bytes.js';
import * as cbor from './cbor.js';
import { isZero } from './padding.js';
import { sha256, xchachaOpen, xchachaSeal } from './primitives.js';
import { demand, refusedAs } from './refused.js';
import { toBytes } from './shapes.js';
import { Signal } from './structures.js';

const VERSION = 1;
const SUITE = 2;
const PADDED = 32;
const OPEN_PART = 34;
const LIVES = 30;
const KEY_LIVES = 86_400;

export const signalKeyId = (conversation, sender, key) =>
  sha256(statement('segel/1 signal key', conversation, sender, key)).slice(0, 8);

// Draws the nonce, 24 bytes.
export function sealSignal({ conversation, sender, key, signal, random }) {
  const structure = toBytes(Signal, signal);
  const open = concat(u8(VERSION), u8(SUITE), signalKeyId(conversation, sender, key), random.bytes(24));
  const plaintext = concat(structure, zeros(PADDED - structure.length));
  return concat(open, xchachaSeal(key, open.slice(10), associated(conversation, sender, open), plaintext));
}

// `known`: the key that this sender gave, with its notAfter, when it was given, and the last counter (0 before the
// first).
export function openSignal({ bytes, conversation, sender, known, now }) {
  const refused = (condition, reason) => demand(condition, 'signal-refused', reason);
  refused(bytes.length === OPEN_PART + PADDED + 16, 'of another length');
  const open = bytes.slice(0, OPEN_PART);
  refused(open[0] === VERSION && open[1] === SUITE, 'an unknown version or suite');
  refused(equal(open.slice(2, 10), signalKeyId(conversation, sender, known.key)), 'an unknown key');
  refused(now < Math.min(known.notAfter, known.given + KEY_LIVES), 'the key has lapsed');
  const aad = associated(conversation, sender, open);
  const plaintext = xchachaOpen(known.key, open.slice(10), aad, bytes.slice(OPEN_PART));
  refused(plaintext, 'does not open');
  const { value, length } = refusedAs('signal-refused', () => cbor.decodeFirst(plaintext));
  const signal = refusedAs('signal-refused', () => Signal.fromCbor(value));
  refused(isZero(plaintext.subarray(length)), 'padding that is not zeros');
  refused(signal.counter > known.counter, 'an old counter');
  refused(signal.time >= now - LIVES && signal.time <= now + LIVES, 'of another time');
  return signal;
}

const associated = (conversation, sender, open) => statement('segel/1 signal', conversation, sender, open);
