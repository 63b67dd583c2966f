// What devices say in the worked example: handshakes, contents and wraps with every value between.
import assert from 'node:assert/strict';
import { logNext, logStart } from '../../segel/log.js';
import { dh, kemEncaps, sha256, x25519Public } from '../../segel/primitives.js';
import { activeSession } from '../../segel/sessions.js';
import { fromBytes, toBytes } from '../../segel/shapes.js';
import { Bundle, Init, Message } from '../../segel/structures.js';
import { parseWrap } from '../../segel/wraps.js';
import { fill, NOW } from '../world.js';
import { CONVERSATION, DESK, draw } from './cast.js';

// `names`: what the page calls the two and the scope. `drawn`: the initiator's identity, the ephemeral key, the
// encapsulation.
export function handshakePart(page, notes, { names, drawn, initiator, responder, bundle, scope }) {
  const { signed, oneTime, keys } = fromBytes(Bundle, bundle);
  notes.clear();
  const { init } = initiator.initiate(bundle, responder.id, scope);
  const { ephemeral, kemCiphertext } = fromBytes(Init, init);
  const { T, prk, rootKey, initiatorHeaderKey, responderHeaderKey, alias } = notes.all.handshake[0];
  const [identity, e, random] = drawn.map((n) => draw(n));
  page.value(names.scope, scope);
  page.value('ephemeral, public', ephemeral);
  page.value('KEM ciphertext', kemCiphertext);
  page.value('init', init);
  page.value('T', T);
  page.value(`DH(${names.initiator} identity, signed prekey)`, dh(identity, signed.curve));
  page.value(`DH(ephemeral, ${names.responder} identity)`, dh(e, keys.identity));
  page.value('DH(ephemeral, signed prekey)', dh(e, signed.curve));
  if (oneTime) page.value('DH(ephemeral, one-time prekey)', dh(e, oneTime.curve));
  else page.value('instead of DH(ephemeral, one-time prekey)', fill(0, 32));
  page.value('KEM secret', kemEncaps((oneTime ?? signed).kem, random).secret);
  page.value('PRK', prk);
  page.value('root key', rootKey);
  page.value('initiator header key', initiatorHeaderKey);
  page.value('responder header key', responderHeaderKey);
  page.value('alias', alias);
}

export const messageOf = ({ sequence = 1, previous = fill(0, 32), act, body }, { position, logHash }) => ({
  sequence,
  timeMs: NOW * 1_000,
  desk: DESK,
  previous,
  seen: { position, logHash },
  act,
  body,
});

export function contentPart(page, { event, name, message, derived, sealed }) {
  page.value('event', event);
  page.whole(`message, encoded: ${name}`, toBytes(Message, message));
  page.value('content key', sealed.contentKey);
  page.value('content header', sealed.content.slice(0, 67));
  page.value('SHA-256(AD)', sha256(derived.aad));
  page.value("content's encryption key", derived.key);
  page.value('commitment', derived.commitment);
  page.whole('content', sealed.content);
  page.value('SHA-256(content)', sealed.contentHash);
}

// `begun`: where a chain begins, the own ratchet key's draw, the peer's public key and the step.
function wrapPart(page, { wrap, noted, nextChainKey, begun }) {
  if (begun) {
    page.value('ratchet key, public', x25519Public(draw(begun.own)));
    page.value("DH(ratchet key, peer's key)", dh(draw(begun.own), begun.peer));
    page.value('root key after the step', begun.step.rootKey);
    page.value('chain key 0', begun.step.chainKey);
    page.value('next header key', begun.step.nextHeaderKey);
  }
  const { prefix, sealedHeader, sealedKey } = parseWrap(wrap);
  const n = noted.header[39];
  page.value(`message key ${n}`, noted.messageKey);
  page.value(`chain key ${n + 1}`, nextChainKey);
  page.value('prefix', prefix);
  page.value('header', noted.header);
  page.value('header key', noted.headerKey);
  page.value('sealed header', sealedHeader);
  page.value('wrap key', noted.key);
  page.value('wrap nonce', noted.nonce);
  page.value('sealed key', sealedKey);
  page.value('wrap', wrap);
}

// The conversation as it grows: what was delivered with its content keys, and the log.
export class Talk {
  delivered = [];
  position = 0;
  logHash = logStart(CONVERSATION);

  constructor(page, notes) {
    this.page = page;
    this.notes = notes;
  }

  // `to`: client, scope and, where a chain begins, its own key's draw and the peer's public key. Each opens its wrap.
  say({ from, to, event, name, whose, ...said }) {
    const { page, notes } = this;
    const message = messageOf(said, this);
    notes.clear();
    const recipients = to.map(({ client, scope }) => ({ device: client.id, scope }));
    const sealed = from.seal({ conversation: CONVERSATION, event, recipients, message });
    const { content: [derived], 'sending step': steps = [], wrap: noted } = notes.all;
    contentPart(page, { event, name, message, derived, sealed });
    const common = { conversation: CONVERSATION, event, sender: from.id, content: sealed.content };
    const delivered = { ...common, recipients: sealed.wraps.map(({ device }) => device) };
    sealed.wraps.forEach(({ device, wrap }, i) => {
      const { client, scope, begins } = to.find(({ client }) => client.id === device);
      const { ratchet } = activeSession(from.state.sessions, device, scope);
      const begun = begins && { ...begins, step: steps.shift() };
      wrapPart(page, { wrap, noted: noted[i], nextChainKey: ratchet.sending.chainKey, begun });
      assert.deepEqual(client.open({ ...delivered, wrap }, scope).message.body, message.body);
    });
    assert.equal(steps.length, 0);
    this.put({ ...delivered, contentKey: sealed.contentKey, contentHash: sealed.contentHash, message }, whose);
    return sealed.contentHash;
  }

  put(delivered, whose) {
    const { event, sender, contentHash } = delivered;
    this.position += 1;
    this.logHash = logNext(this.logHash, { position: this.position, event, sender, contentHash });
    this.page.value(`log hash ${this.position}, after ${whose}`, this.logHash);
    this.delivered.push({ ...delivered, position: this.position });
  }
}
