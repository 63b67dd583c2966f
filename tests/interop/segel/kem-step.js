// 5.3 The KEM step: when a side offers, when it answers, and what neither may see.
import { concat, equal } from './bytes.js';
import { kemDecaps, kemEncaps, kemKeyHolds, kemPublic, sha256 } from './primitives.js';
import { demand } from './refused.js';

const OFFER_AFTER = { wraps: 50, seconds: 86_400 };
const WORN_AFTER = { wraps: 500, seconds: 7 * 86_400 };
const SPENT_AFTER = { wraps: 1_000, seconds: 14 * 86_400 };

// wraps, since: sealed and opened since a KEM secret last entered the root key, and when that was.
// own: this side's unanswered offer { seed, offer, chains }; peers: the peer's unanswered offer;
// answered: the hash of the last offer answered; answer: what stands in every header of the sending chain.
export const freshKem = (now) => ({
  wraps: 0,
  since: now,
  heard: false,
  own: null,
  peers: null,
  answered: null,
  answer: null,
});

const past = (kem, now, { wraps, seconds }) => kem.wraps >= wraps || now - kem.since >= seconds;

export const worn = (kem, now) => past(kem, now, WORN_AFTER);
export const spent = (kem, now) => past(kem, now, SPENT_AFTER);

// Draws the offer's seed, 64 bytes, if an offer is due. A time that is still to come is taken for now.
export function offerIfDue(kem, { random, now }) {
  kem.since = Math.min(kem.since, now);
  if (kem.own || kem.peers || !kem.heard || !past(kem, now, OFFER_AFTER)) return;
  const seed = random.bytes(64);
  kem.own = { seed, offer: kemPublic(seed), chains: 0 };
}

// For a new sending chain. Draws the encapsulation's randomness, 32 bytes, if there is an offer to answer.
export function answerIfAsked(kem, { random, now, note }) {
  kem.answer = null;
  if (!kem.peers) return undefined;
  const offer = kem.peers;
  const { ciphertext, secret } = kemEncaps(offer, random.bytes(32));
  kem.answer = ciphertext;
  kem.answered = sha256(offer);
  kem.peers = null;
  return entered(kem, now, offer, ciphertext, secret, note);
}

// For a step under NHr: the answer in its header, if there is one, and whether there had to be.
export function hearAnswer(kem, answer, { now, note }) {
  kem.heard = true;
  if (!answer) {
    if (kem.own) kem.own.chains += 1;
    demand(!(kem.own?.chains >= 2), 'kem-refused', 'the second new chain without an answer');
    return undefined;
  }
  demand(kem.own, 'kem-refused', 'an answer that nobody asked for');
  const { seed, offer } = kem.own;
  kem.own = null;
  return entered(kem, now, offer, answer, kemDecaps(seed, answer), note);
}

// For a header of the newest receiving chain.
export function hearOffer(kem, offer) {
  if (!offer) return;
  demand(kemKeyHolds(offer), 'kem-refused', 'an offer that is no valid key');
  const known = kem.answered && equal(kem.answered, sha256(offer));
  if (!known) kem.peers = offer;
}

function entered(kem, now, offer, answer, secret, note = () => {}) {
  kem.wraps = 0;
  kem.since = now;
  const mixed = { kem: secret, mix: sha256(concat(offer, answer)) };
  note('kem step', mixed);
  return mixed;
}
