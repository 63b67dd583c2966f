// 5.2 The ratchet: root key steps, chains, header trials and skipped keys. Every state is a plain object; what
// opens a wrap changes a copy, which the caller keeps or drops.
import { concat, equal, u8, zeros } from './bytes.js';
import { cut, dh, hkdfExpand, hkdfExtract, hmacSha256 } from './primitives.js';
import { demand, refuse } from './refused.js';

export const MOST_SKIPPED_AT_ONCE = 1_000;
export const MOST_SKIPPED = 2_000;
export const MOST_PAST_CHAINS = 5;
export const SKIPPED_LIVES = 7 * 86_400;

const NO_ANSWER = { kem: zeros(32), mix: zeros(32) };

// own: { secret, public } or null; peer: bytes or null; chains: { chainKey, n, headerKey } or null. Skipped keys
// stand in the order in which they were skipped, as { headerKey, n, messageKey, at }.
export const initiatorRatchet = ({ rootKey, initiatorHeaderKey, responderHeaderKey, spk }) => ({
  rootKey,
  own: null,
  peer: spk,
  sending: null,
  receiving: null,
  nextSendingHeaderKey: initiatorHeaderKey,
  nextReceivingHeaderKey: responderHeaderKey,
  pn: 0,
  skipped: [],
});

export const responderRatchet = ({ rootKey, initiatorHeaderKey, responderHeaderKey, own }) => ({
  rootKey,
  own,
  peer: null,
  sending: null,
  receiving: null,
  nextSendingHeaderKey: responderHeaderKey,
  nextReceivingHeaderKey: initiatorHeaderKey,
  pn: 0,
  skipped: [],
});

export function step(rootKey, shared, { kem, mix } = NO_ANSWER) {
  const prk = hkdfExtract(rootKey, concat(shared, kem, mix));
  return cut(hkdfExpand(prk, 'segel/1 ratchet', 96), 32, 32, 32);
}

export const messageKey = (chainKey) => hmacSha256(chainKey, u8(1));
export const nextChainKey = (chainKey) => hmacSha256(chainKey, u8(2));

function advance(chain) {
  const key = messageKey(chain.chainKey);
  chain.chainKey = nextChainKey(chain.chainKey);
  chain.n += 1;
  return key;
}

// Begins a sending chain with a fresh own key, and with what the KEM step mixes in, if it answers.
export function beginSending(ratchet, own, answer, note = () => {}) {
  const [rootKey, chainKey, next] = step(ratchet.rootKey, dh(own.secret, ratchet.peer), answer);
  note('sending step', { rootKey, chainKey, nextHeaderKey: next, headerKey: ratchet.nextSendingHeaderKey });
  ratchet.rootKey = rootKey;
  ratchet.own = own;
  ratchet.sending = { chainKey, n: 0, headerKey: ratchet.nextSendingHeaderKey };
  ratchet.nextSendingHeaderKey = next;
}

// Takes the sending chain's next message key; the answer says under which n it seals.
export function takeSending(ratchet) {
  const { n } = ratchet.sending;
  return { n, messageKey: advance(ratchet.sending) };
}

// The header keys in the order of their trials: current, next, past ones newest first.
export function trials(ratchet) {
  const { receiving, nextReceivingHeaderKey } = ratchet;
  const current = receiving ? [{ chain: 'current', headerKey: receiving.headerKey }] : [];
  const past = pastChains(ratchet).map((headerKey) => ({ chain: 'past', headerKey }));
  return [...current, { chain: 'next', headerKey: nextReceivingHeaderKey }, ...past];
}

// The header keys, newest first, of chains that ended and that skipped keys are kept for.
function pastChains({ receiving, skipped }) {
  const found = [];
  for (let i = skipped.length - 1; i >= 0; i -= 1) {
    const { headerKey } = skipped[i];
    const current = receiving && equal(headerKey, receiving.headerKey);
    if (!current && !found.some((key) => equal(key, headerKey))) found.push(headerKey);
  }
  return found;
}

// The receiving half of a step, under NHr. `answer` is what the KEM step mixes in, if the header answers.
export function beginReceiving(ratchet, { key, pn }, answer, now, note = () => {}) {
  if (ratchet.receiving) skipUpTo(ratchet, pn, now);
  const [rootKey, chainKey, next] = step(ratchet.rootKey, dh(ratchet.own.secret, key), answer);
  note('receiving step', { rootKey, chainKey, nextHeaderKey: next, headerKey: ratchet.nextReceivingHeaderKey });
  ratchet.rootKey = rootKey;
  ratchet.receiving = { chainKey, n: 0, headerKey: ratchet.nextReceivingHeaderKey };
  ratchet.nextReceivingHeaderKey = next;
  ratchet.peer = key;
  if (ratchet.sending) ratchet.pn = ratchet.sending.n;
  ratchet.sending = null;
  const gone = pastChains(ratchet).slice(MOST_PAST_CHAINS);
  ratchet.skipped = ratchet.skipped.filter(({ headerKey }) => !gone.some((key) => equal(key, headerKey)));
}

// Whether the receiving chain has passed n.
export const isLate = ({ receiving }, chain, n) => chain === 'current' && n < receiving.n;

// Neither in the chain that ends nor in the one that the wrap stands in are too many keys skipped.
export function demandNear({ receiving }, chain, { pn, n }) {
  const skipped = chain === 'current' ? [n - receiving.n] : [receiving ? pn - receiving.n : 0, n];
  const near = skipped.every((count) => count <= MOST_SKIPPED_AT_ONCE);
  demand(near, 'too-far-ahead', `${skipped} keys would be skipped`);
}

// The message key n of the receiving chain, which moves on.
export function takeReceiving(ratchet, n, now) {
  skipUpTo(ratchet, n, now);
  return advance(ratchet.receiving);
}

export function takeSkipped(ratchet, headerKey, n) {
  const at = ratchet.skipped.findIndex((key) => key.n === n && equal(key.headerKey, headerKey));
  if (at < 0) refuse('stale', 'the key was used or deleted');
  return ratchet.skipped.splice(at, 1)[0].messageKey;
}

function skipUpTo(ratchet, n, now) {
  const { receiving } = ratchet;
  while (receiving.n < n) {
    const skipped = { headerKey: receiving.headerKey, n: receiving.n, at: now };
    ratchet.skipped.push({ ...skipped, messageKey: advance(receiving) });
  }
}

// The newest stay.
export function dropSurplus(ratchet) {
  ratchet.skipped = ratchet.skipped.slice(-MOST_SKIPPED);
}

// By the local clock. Keys that have lapsed are gone before a wrap is tried.
export function dropLapsed(ratchet, now) {
  ratchet.skipped = ratchet.skipped.filter(({ at }) => now - at < SKIPPED_LIVES);
}
