// 5.1 Sessions: made by a handshake, at most four with one device in one scope, the active one first.
import { equal, hex } from './bytes.js';
import { freshKem } from './kem-step.js';
import { x25519Public } from './primitives.js';
import { initiatorRatchet, responderRatchet } from './ratchet.js';
import { toBytes } from './shapes.js';
import { Init } from './structures.js';

const MOST_SESSIONS = 4;

export const startedSession = (handshake, { self, peer, scope, now }) => ({
  T: handshake.T,
  alias: handshake.alias,
  self,
  peer,
  scope,
  init: toBytes(Init, handshake.init),
  ratchet: initiatorRatchet(handshake),
  kem: freshKem(now),
});

export const acceptedSession = (handshake, { self, peer, scope, now, signedSecret }) => ({
  T: handshake.T,
  alias: handshake.alias,
  self,
  peer,
  scope,
  init: null,
  ratchet: responderRatchet({ ...handshake, own: { secret: signedSecret, public: x25519Public(signedSecret) } }),
  kem: freshKem(now),
});

const slot = (peer, scope) => `${hex(peer)}/${hex(scope)}`;

// `table` is a plain object from peer and scope to sessions, the most recently active first.
export const sessionsWith = (table, peer, scope) => table[slot(peer, scope)] ?? [];
export const activeSession = (table, peer, scope) => sessionsWith(table, peer, scope)[0] ?? null;

export const sessionNamed = (table, peer, scope, alias) =>
  sessionsWith(table, peer, scope).find((session) => equal(session.alias, alias)) ?? null;

// Keeps a session, new or moved on; an active one goes to the front and the last of five goes.
export function keepSession(table, session, active) {
  const others = sessionsWith(table, session.peer, session.scope);
  const at = others.findIndex(({ alias }) => equal(alias, session.alias));
  const kept = others.filter((_, i) => i !== at);
  kept.splice(active ? 0 : at, 0, session);
  table[slot(session.peer, session.scope)] = kept.slice(0, MOST_SESSIONS);
}
