// What each kind of vector does with its input (JSON, bytes as hex) and the randomness of its case.
import { followAct, noActs, signAct } from './acts.js';
import { attachmentOpener, sealAttachment } from './attachments.js';
import { fromHex, hex } from './bytes.js';
import { Client } from './client.js';
import { openContent, sealContent } from './contents.js';
import { deviceId, publicKeys } from './devices.js';
import { enrol } from './enrolment.js';
import { grantOf, openGrant } from './grants.js';
import { loginStatement, openToken, safetyCode, safetyNumber, signToken } from './identity.js';
import { logHashes } from './log.js';
import { publish } from './prekeys.js';
import { ed25519Public, sha256, sign } from './primitives.js';
import { openRecord, sealRecord } from './records.js';
import { deskOf, openRoster, signCertificate, signRoster } from './rosters.js';
import { toBytes } from './shapes.js';
import { openSignal, sealSignal } from './signals.js';
import * as structures from './structures.js';

const { Message, Order, Prekey, Token } = structures;

export function hexed(value) {
  if (value instanceof Uint8Array) return hex(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(hexed);
  if (!(value instanceof Object)) return value;
  const present = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(present.map(([name, one]) => [name, hexed(one)]));
}

const take = (input, ...names) => Object.fromEntries(names.map((name) => [name, fromHex(input[name])]));
const secretsOf = (input) => take(input, 'identity', 'signing', 'login');
const prekeyOf = (input) => ({ ...input, ...take(input, 'curve', 'kem') });
const viewOf = (input) => ({ order: Order.fromJson(input.order), rosterHash: fromHex(input.rosterHash) });
const deliveredOf = (input) => ({
  ...take(input, 'conversation', 'event', 'sender'),
  recipients: input.recipients.map(fromHex),
  position: input.position,
});

// Byte i is i mod 251, so that a large plaintext need not stand in the file.
const counted = (length) => Uint8Array.from({ length }, (_, i) => i % 251);

export const kinds = {
  device({ site, secrets }) {
    const keys = publicKeys(secretsOf(secrets));
    return { ...keys, id: deviceId(fromHex(site), keys) };
  },

  prekey({ site, secrets, prekey }) {
    const own = secretsOf(secrets);
    return { prekey: toBytes(Prekey, publish(fromHex(site), publicKeys(own), own.signing, prekeyOf(prekey))) };
  },

  // Two devices, the first of which initiates; then a script of seals and openings. See README.md.
  exchange: (input, world) => exchange(input, world),

  content(input, { random, note }) {
    const delivered = deliveredOf(input);
    const message = Message.fromJson(input.message);
    const sealed = sealContent({ ...delivered, view: viewOf(input), message, random, note });
    openContent({ ...delivered, ...sealed });
    return { ...sealed, message: toBytes(Message, message) };
  },

  log({ conversation, entries }) {
    const parsed = entries.map((entry) => take(entry, 'event', 'sender', 'contentHash'));
    return { hashes: logHashes(fromHex(conversation), parsed) };
  },

  roster({ rootSeed, adminSeed, certificate, roster }) {
    const seeds = { root: fromHex(rootSeed), admin: fromHex(adminSeed) };
    const admin = hex(ed25519Public(seeds.admin));
    const certified = signCertificate(seeds.root, structures.Certificate.fromJson({ ...certificate, admin }));
    const bytes = signRoster(seeds.admin, certified, structures.Roster.fromJson(roster));
    const pinned = { root: ed25519Public(seeds.root), site: fromHex(roster.site) };
    return { roster: bytes, hash: openRoster(bytes, pinned).hash };
  },

  // The signers' acts in the order of the log, under a roster: each as bytes, and the state after it.
  acts({ roster: given, desk, now, acts }) {
    const bare = structures.Roster.fromJson(given);
    const roster = { ...bare, hash: sha256(toBytes(structures.Roster, bare)) };
    const conversation = fromHex(acts[0].act.conversation);
    let state = noActs();
    return acts.map(({ signing, act }) => {
      const chained = { ...structures.Act.fromJson({ ...act, previous: hex(state.hash) }), epoch: state.epoch + 1 };
      const signed = signAct(fromHex(signing), chained);
      const world = { conversation, sender: chained.device, roster, desk: deskOf(roster, fromHex(desk)), now };
      state = followAct(state, signed, world);
      return { ...signed, state };
    });
  },

  grant(input, { random, note }) {
    const delivered = deliveredOf(input);
    const sealed = sealContent({
      ...delivered,
      view: viewOf(input),
      message: Message.fromJson(input.message),
      random,
      note,
    });
    const grant = grantOf({ ...delivered, content: sealed.content }, sealed.contentKey);
    const { vouchedFor } = openGrant(grant, fromHex(input.giver), { ...delivered, content: sealed.content });
    return { content: sealed.content, grant: toBytes(structures.Grant, grant), vouchedFor };
  },

  attachment({ id, length }, { random, note }) {
    const plaintext = counted(length);
    const sealed = sealAttachment({ id: fromHex(id), plaintext, random, note });
    const opener = attachmentOpener({ id: fromHex(id), ...sealed });
    sealed.chunks.forEach((chunk) => opener.open(chunk));
    opener.finish();
    const { chunks, ...said } = sealed;
    return { ...said, chunks: chunks.map((chunk) => ({ length: chunk.length, hash: sha256(chunk) })) };
  },

  signal(input, { random }) {
    const { conversation, sender, key } = take(input, 'conversation', 'sender', 'key');
    const signal = structures.Signal.fromJson(input.signal);
    const bytes = sealSignal({ conversation, sender, key, signal, random });
    const known = { key, notAfter: Infinity, given: signal.time, counter: 0 };
    openSignal({ bytes, conversation, sender, known, now: signal.time });
    return { signal: bytes };
  },

  safety(input) {
    const { root, site, identity } = take(input, 'root', 'site', 'identity');
    const groups = safetyNumber(root, site, identity);
    return { groups, code: safetyCode(groups) };
  },

  record(input, { random }) {
    const { stateKey, record } = take(input, 'stateKey', 'record');
    const bytes = sealRecord({ stateKey, name: input.name, generation: input.generation, record, random });
    openRecord({ stateKey, name: input.name, bytes, store: input.generation });
    return { record: bytes };
  },

  token({ voucherSeed, identity, token: given, timeMs }) {
    const token = Token.fromJson({ ...given, visitor: hex(sha256(fromHex(identity))) });
    const signed = signToken(fromHex(voucherSeed), token);
    const world = { vouchers: [signed.voucher], site: token.site, conversation: token.conversation };
    openToken(signed, { ...world, identity: fromHex(identity), timeMs, storedMs: timeMs });
    return { token: toBytes(structures.SignedToken, signed) };
  },

  enrolment({ site, secret, secrets }) {
    const own = secretsOf(secrets);
    return { enrolment: enrol(fromHex(site), fromHex(secret), publicKeys(own), own.signing) };
  },

  login({ secrets, origin, site, challenge, expires }) {
    const said = loginStatement(origin, fromHex(site), fromHex(challenge), expires);
    return { statement: said, signature: sign(fromHex(secrets.login), said) };
  },
};

function exchange(input, { random, note }) {
  const common = { ...take(input, 'site', 'root'), view: viewOf(input), now: input.now, random, note };
  const scope = fromHex(input.scope);
  const parties = {
    initiator: new Client({ ...common, secrets: secretsOf(input.initiator) }),
    responder: new Client({ ...common, secrets: secretsOf(input.responder) }),
  };
  const { initiator, responder } = parties;
  input.prekeys.forEach((prekey) => responder.addPrekey(prekeyOf(prekey)));
  const bundle = responder.bundle(input.oneTime);
  initiator.initiate(bundle, responder.id, scope);
  const wraps = [];
  const steps = input.script.map((step) => {
    const own = parties[step.by];
    own.state.now = step.at;
    return step.do === 'seal' ? sealStep(step, own, own === initiator ? responder : initiator) : openStep(step, own);
  });
  return { bundle, steps };

  function sealStep({ event, message }, own, peer) {
    const conversation = fromHex(input.conversation);
    const recipients = [{ device: peer.id, scope }];
    const sealed = own.seal({ conversation, event: fromHex(event), recipients, message: Message.fromJson(message) });
    const { content, contentKey, contentHash } = sealed;
    const { wrap } = sealed.wraps[0];
    const delivered = { conversation, event: fromHex(event), sender: own.id, recipients: [peer.id], content, wrap };
    wraps.push(delivered);
    return { content, contentKey, contentHash, wrap };
  }

  // `wrap` counts the script's seals from 0.
  function openStep({ wrap }, own) {
    const { message, contentKey } = own.open(wraps[wrap], scope);
    return { contentKey, text: message.body.value };
  }
}
