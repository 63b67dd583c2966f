// A device with its prekeys and sessions: what it keeps, and the steps that change it. A step is computed aside and
// kept only if all of it held. The state is plain data, so that it can be written down and read again.
import { equal, fromHex, hex } from './bytes.js';
import { openContent, sealContent } from './contents.js';
import { deviceId, drawSecrets, keysAreOf, publicKeys } from './devices.js';
import * as handshake from './handshake.js';
import { worn } from './kem-step.js';
import * as prekeys from './prekeys.js';
import { sha256 } from './primitives.js';
import { demand } from './refused.js';
import * as sessions from './sessions.js';
import { BODY } from './structures.js';
import { openWrap, parseWrap, sealWrap } from './wraps.js';

const DAY = 86_400;
const REPLACED = 7 * DAY;
const KEPT_AFTER_EXPIRY = 7 * DAY;
const MOST_PRIVATE_HALVES = 200;
const REPLACED_AFTER = 1_024;
const MOST_HANDSHAKES = 2_048;
const MOST_TEXT = 4_000;

function newState({ site, root, view, now, secrets }) {
  const keys = publicKeys(secrets);
  const self = { id: deviceId(site, keys), keys, secrets };
  return { site, root, view, now, self, prekeys: [], nextPrekeyId: 1, handshakes: {}, sessions: {} };
}

export class Client {
  // `view`: order and rosterHash of the newest roster. `now` is in Unix seconds. Or `state`, as it was.
  constructor({ random, note, state, ...begin }) {
    this.random = random;
    this.note = note;
    this.state = state ?? newState({ ...begin, secrets: begin.secrets ?? drawSecrets(random) });
  }

  get id() {
    return this.state.self.id;
  }

  get world() {
    return { random: this.random, now: this.state.now, note: this.note };
  }

  serialise() {
    return JSON.stringify(this.state, (_, value) => (value instanceof Uint8Array ? { hex: hex(value) } : value));
  }

  static restore(text, { random, note }) {
    const revive = (_, value) => (typeof value?.hex === 'string' ? fromHex(value.hex) : value);
    return new Client({ random, note, state: JSON.parse(text, revive) });
  }

  // 3.4: a signed prekey if it is time for one, and `oneTime` new one-time prekeys. Answers the upload.
  makePrekeys(oneTime) {
    const { state } = this;
    this.#deleteOldPrekeys();
    const signed = state.prekeys.findLast(({ role }) => role === prekeys.SIGNED);
    const young = signed && state.now < signed.notAfter - prekeys.SERVES + REPLACED;
    const fresh = young && (state.handshakes[signed.id] ?? []).length < REPLACED_AFTER;
    const made = fresh ? [] : [this.#drawPrekey(prekeys.SIGNED)];
    const room = MOST_PRIVATE_HALVES - state.prekeys.filter(({ role }) => role === prekeys.ONE_TIME).length;
    for (let i = 0; i < Math.min(oneTime, room); i += 1) made.push(this.#drawPrekey(prekeys.ONE_TIME));
    state.prekeys.push(...made);
    const isOneTime = ({ role }) => role === prekeys.ONE_TIME;
    return prekeys.upload(
      state.self.keys,
      this.#publish(this.#signedPrekey()),
      made.filter(isOneTime).map((key) => this.#publish(key)),
      state.prekeys.filter(isOneTime).map(({ id }) => id),
    );
  }

  // For fixed secrets: a prekey { id, role, notAfter, curve, kem }.
  addPrekey(prekey) {
    this.state.prekeys.push(prekey);
    this.state.nextPrekeyId = Math.max(this.state.nextPrekeyId, prekey.id + 1);
  }

  // What a relay would hand out: the signed prekey, and the one-time prekey of that id, if one is asked for.
  bundle(oneTimeId) {
    const oneTime = oneTimeId === undefined ? undefined : this.#prekey(prekeys.ONE_TIME, oneTimeId);
    const published = oneTime && this.#publish(oneTime);
    return prekeys.bundleBytes(this.state.self.keys, this.#publish(this.#signedPrekey()), published);
  }

  // 4, as initiator. The session is active from now on.
  initiate(bundleBytes, peer, scope) {
    const { site, root, view, self, now } = this.state;
    const bundle = prekeys.openBundle(bundleBytes, { site, device: peer, now });
    const view4 = { site, root, ...view };
    const done = handshake.initiate({ view: view4, scope, self, bundle, random: this.random, note: this.note });
    const session = sessions.startedSession(done, { self: self.id, peer, scope, now });
    sessions.keepSession(this.state.sessions, session, true);
    return session;
  }

  // A worn session wants a new handshake first; the caller knows whether a bundle is to be had.
  wantsHandshake(peer, scope) {
    const session = sessions.activeSession(this.state.sessions, peer, scope);
    return session === null || worn(session.kem, this.state.now);
  }

  // 5.4 and 5.6. `recipients`: { device, scope } each. Draws the content key, then for each wrap in the order of
  // the devices' ids.
  seal({ conversation, event, recipients, message }) {
    const { kind, value } = message.body;
    const fits = kind !== BODY.text || [...value].length <= MOST_TEXT;
    demand(fits, 'too-large', 'who writes a text has 4,000 characters');
    const sorted = [...recipients].sort((a, b) => Buffer.compare(a.device, b.device));
    const devices = sorted.map(({ device }) => device);
    const common = { event, conversation, sender: this.id, recipients: devices, view: this.state.view };
    const { content, contentKey, contentHash } = sealContent({ ...common, message, ...this.world });
    const place = { conversation, event, contentHash };
    const wraps = sorted.map(({ device, scope }) => ({
      device,
      wrap: this.sealWrap(device, scope, place, contentKey),
    }));
    return { content, contentKey, contentHash, wraps };
  }

  sealWrap(peer, scope, place, contentKey) {
    const active = sessions.activeSession(this.state.sessions, peer, scope);
    demand(active, 'no-session', 'no session with this device in this scope');
    const { session, wrap } = sealWrap(active, place, contentKey, this.world);
    sessions.keepSession(this.state.sessions, session, false);
    return wrap;
  }

  // 5.7, step 5. `delivered`: conversation, event, sender, recipients, content, wrap.
  open(delivered, scope) {
    const place = { ...delivered, contentHash: sha256(delivered.content) };
    const wrap = this.tryWrap(delivered.sender, scope, place, delivered.wrap);
    const opened = openContent({ ...delivered, contentKey: wrap.contentKey });
    wrap.keep();
    return { ...opened, contentKey: wrap.contentKey };
  }

  // The content key, and `keep` for when the content opened too: before, nothing has changed.
  tryWrap(sender, scope, place, bytes) {
    const parsed = parseWrap(bytes);
    const known = sessions.sessionNamed(this.state.sessions, sender, scope, parsed.alias);
    const accepted = known ? null : this.#accept(sender, scope, parsed);
    const { session, contentKey, forward } = openWrap(known ?? accepted.session, parsed, place, this.world);
    const keep = () => {
      sessions.keepSession(this.state.sessions, session, forward);
      accepted?.useUp();
    };
    return { contentKey, keep };
  }

  // 4, as responder.
  #accept(sender, scope, { init, alias }) {
    const { site, root, self, now, handshakes } = this.state;
    demand(init, 'not-authentic', 'no such session, and no init');
    demand(keysAreOf(site, init.keys, sender), 'not-authentic', 'the init is of another device');
    this.#deleteOldPrekeys();
    const signed = this.#prekey(prekeys.SIGNED, init.signedPrekeyId);
    const once = init.oneTimePrekeyId !== undefined;
    const oneTime = once ? this.#prekey(prekeys.ONE_TIME, init.oneTimePrekeyId) : undefined;
    const seen = handshakes[signed.id] ?? [];
    const markOf = (T) => hex(T.slice(0, 16));
    const admit = (T) => {
      demand(once || !seen.includes(markOf(T)), 'seen', 'a handshake that was accepted before');
      demand(once || seen.length < MOST_HANDSHAKES, 'seen', 'the signed prekey accepts no more');
    };
    const done = handshake.respond({ root, site, scope, self, init, signed, oneTime, admit, note: this.note });
    demand(equal(done.alias, alias), 'not-authentic', 'the alias is of another handshake');
    const parties = { self: self.id, peer: sender, scope, now, signedSecret: signed.curve };
    const useUp = () => {
      if (once) this.state.prekeys = this.state.prekeys.filter((prekey) => prekey !== oneTime);
      else handshakes[signed.id] = [...seen, markOf(done.T)];
    };
    return { session: sessions.acceptedSession(done, parties), useUp };
  }

  #drawPrekey(role) {
    const id = this.state.nextPrekeyId;
    this.state.nextPrekeyId += 1;
    return prekeys.drawPrekey(this.random, { id, role, notAfter: this.state.now + prekeys.SERVES });
  }

  #publish(prekey) {
    const { site, self } = this.state;
    return prekeys.publish(site, self.keys, self.secrets.signing, prekey);
  }

  #signedPrekey() {
    const signed = this.state.prekeys.findLast(({ role }) => role === prekeys.SIGNED);
    demand(signed, 'unknown-prekey', 'no prekeys yet');
    return signed;
  }

  #prekey(role, id) {
    const prekey = this.state.prekeys.find((one) => one.id === id && one.role === role);
    demand(prekey, 'unknown-prekey', `no ${role} prekey ${id}`);
    return prekey;
  }

  #deleteOldPrekeys() {
    const { now } = this.state;
    this.state.prekeys = this.state.prekeys.filter(({ notAfter }) => now < notAfter + KEPT_AFTER_EXPIRY);
  }
}
