// The commands of peer.js: JSON in, JSON out, bytes as lowercase hex, structures by their names in structures.js.
import { deviceId } from './devices.js';
import { followAct, noActs, signAct } from './acts.js';
import { attachmentOpener, sealAttachment } from './attachments.js';
import { fromHex, hex } from './bytes.js';
import { Client } from './client.js';
import { openContent, sealContent } from './contents.js';
import { enrol, openEnrolment, openInvitation } from './enrolment.js';
import { grantOf, openGrant } from './grants.js';
import { loginStatement, openToken, safetyNumber, signToken } from './identity.js';
import { logNext, logStart, warnings } from './log.js';
import { ed25519Public, sha256, sign } from './primitives.js';
import { countingRandom, replaying, seededRandom, systemRandom } from './random.js';
import { openRecord, sealRecord } from './records.js';
import { demand } from './refused.js';
import { deskOf, follow, openRoster, rosterCounts, signCertificate, signRoster } from './rosters.js';
import { fromBytes, toBytes } from './shapes.js';
import { openSignal, sealSignal } from './signals.js';
import * as structures from './structures.js';

const SECRETS = ['identity', 'signing', 'login'];

export class Peer {
  client = null;
  roster = null;
  opener = null;
  random = systemRandom();

  get own() {
    demand(this.client, 'malformed', 'no device yet');
    return this.client;
  }
}

const bytesOf = (request, ...names) =>
  Object.fromEntries(names.filter((name) => request[name] !== undefined).map((name) => [name, fromHex(request[name])]));

const hexed = (value) => {
  if (value instanceof Uint8Array) return hex(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(hexed);
  if (value instanceof Object)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, hexed(one)]));
  return value;
};

function structure(name) {
  demand(Object.hasOwn(structures, name) && structures[name].toCbor, 'malformed', `no structure ${name}`);
  return structures[name];
}

const json = (name, value) => structure(name).toJson(value);
const parsed = (name, value) => structure(name).fromJson(value);

const deliveredOf = (request) => ({
  ...bytesOf(request, 'conversation', 'event', 'sender', 'content', 'wrap', 'contentKey'),
  recipients: (request.recipients ?? []).map(fromHex),
  position: request.position,
});

const placeOf = (request) => ({
  ...bytesOf(request, 'conversation', 'event'),
  contentHash: request.content === undefined ? fromHex(request.contentHash) : sha256(fromHex(request.content)),
});

const viewOf = ({ view }) => ({ order: parsed('Order', view.order), rosterHash: fromHex(view.rosterHash) });
const openedJson = (opened) => ({ ...hexed(opened), message: json('Message', opened.message) });

export const commands = {
  // The source of randomness from here on: "system", "counting", { seed } or { draws: [...] }.
  random(peer, { source }) {
    if (source === 'system') peer.random = systemRandom();
    else if (source === 'counting') peer.random = countingRandom();
    else if (source.seed !== undefined) peer.random = seededRandom(source.seed);
    else peer.random = replaying(source.draws.map(fromHex));
    if (peer.client) peer.client.random = peer.random;
    return {};
  },

  device(peer, request) {
    const secrets = request.secrets && bytesOf(request.secrets, ...SECRETS);
    const common = { ...bytesOf(request, 'site', 'root'), view: viewOf(request), now: request.now };
    peer.client = new Client({ ...common, secrets, random: peer.random });
    return commands.self(peer);
  },

  self: ({ own }) => ({ id: hex(own.id), keys: json('DeviceKeys', own.state.self.keys) }),
  clock({ own }, { now }) {
    own.state.now = now;
    return {};
  },
  view({ own }, request) {
    own.state.view = viewOf(request);
    return {};
  },
  export: ({ own }) => ({ state: own.serialise() }),
  import(peer, { state }) {
    peer.client = Client.restore(state, { random: peer.random });
    return commands.self(peer);
  },

  prekeys: ({ own }, { oneTime = 0 }) => ({ prekeys: hex(own.makePrekeys(oneTime)) }),
  'add-prekey'({ own }, { prekey }) {
    own.addPrekey({ ...prekey, ...bytesOf(prekey, 'curve', 'kem') });
    return {};
  },
  bundle: ({ own }, { oneTime }) => ({ bundle: hex(own.bundle(oneTime)) }),
  'held-prekeys': ({ own }) => ({
    prekeys: own.state.prekeys.map(({ id, role, notAfter }) => ({ id, role, notAfter })),
  }),
  initiate({ own }, request) {
    const { bundle, device, scope } = bytesOf(request, 'bundle', 'device', 'scope');
    const { T, alias, init } = own.initiate(bundle, device, scope);
    return hexed({ T, alias, init });
  },
  'wants-handshake'({ own }, request) {
    const { device, scope } = bytesOf(request, 'device', 'scope');
    return { wants: own.wantsHandshake(device, scope) };
  },

  seal({ own }, request) {
    const recipients = request.recipients.map((one) => bytesOf(one, 'device', 'scope'));
    const message = parsed('Message', request.message);
    return hexed(own.seal({ ...bytesOf(request, 'conversation', 'event'), recipients, message }));
  },
  open({ own }, request) {
    return openedJson(own.open(deliveredOf(request), fromHex(request.scope)));
  },
  'seal-wrap'({ own }, request) {
    const { device, scope, contentKey } = bytesOf(request, 'device', 'scope', 'contentKey');
    return { wrap: hex(own.sealWrap(device, scope, placeOf(request), contentKey)) };
  },
  'open-wrap'({ own }, request) {
    const { sender, scope, wrap } = bytesOf(request, 'sender', 'scope', 'wrap');
    const { contentKey, keep } = own.tryWrap(sender, scope, placeOf(request), wrap);
    keep();
    return { contentKey: hex(contentKey) };
  },
  'seal-content'(peer, request) {
    const message = parsed('Message', request.message);
    const common = { ...deliveredOf(request), view: viewOf(request), message, random: peer.random };
    return hexed(sealContent(common));
  },
  'open-content': (peer, request) => openedJson(openContent(deliveredOf(request))),

  // Verified against the pinned root and site, and followed from the kept one.
  roster(peer, request) {
    const pinned = bytesOf(request, 'root', 'site');
    const links = (request.links ?? []).map((link) => openRoster(fromHex(link), pinned));
    peer.roster = follow(peer.roster, openRoster(fromHex(request.roster), pinned), links);
    demand(rosterCounts(peer.roster, request.now), 'roster-expired', 'past its not-after');
    if (peer.client) peer.client.state.view = { order: peer.roster.order, rosterHash: peer.roster.hash };
    return hexed({ order: peer.roster.order, hash: peer.roster.hash });
  },
  'forget-roster'(peer) {
    peer.roster = null;
    return {};
  },
  'sign-roster'(peer, request) {
    const { rootSeed, adminSeed } = bytesOf(request, 'rootSeed', 'adminSeed');
    const given = { ...request.certificate, admin: hex(ed25519Public(adminSeed)) };
    const certified = signCertificate(rootSeed, parsed('Certificate', given));
    return { roster: hex(signRoster(adminSeed, certified, parsed('Roster', request.roster))) };
  },

  'sign-act'({ own }, { act }) {
    const signed = signAct(own.state.self.secrets.signing, parsed('Act', act));
    return { signedAct: json('SignedAct', signed), hash: hex(sha256(signed.act)) };
  },
  // The state after each of `acts` { signedAct, sender }, or its refusal; from the start, under the kept roster.
  'follow-acts'({ roster }, request) {
    const { conversation } = bytesOf(request, 'conversation');
    const desk = deskOf(roster, fromHex(request.desk));
    let state = noActs();
    const answers = request.acts.map(({ signedAct, sender }) => {
      const world = { conversation, sender: fromHex(sender), roster, desk, now: request.now };
      try {
        state = followAct(state, parsed('SignedAct', signedAct), world);
        return hexed(state);
      } catch (error) {
        return { error: error.code ?? 'internal', reason: error.reason ?? String(error) };
      }
    });
    return { answers };
  },

  grant(peer, request) {
    return { grant: json('Grant', grantOf(deliveredOf(request), fromHex(request.contentKey))) };
  },
  'open-grant'(peer, request) {
    const giver = fromHex(request.giver);
    return openedJson(openGrant(parsed('Grant', request.grant), giver, deliveredOf(request.delivered)));
  },

  'attachment-seal'(peer, request) {
    return hexed(sealAttachment({ ...bytesOf(request, 'id', 'plaintext'), random: peer.random }));
  },
  'attachment-begin'(peer, { attachment }) {
    peer.opener = attachmentOpener(parsed('Attachment', attachment));
    return {};
  },
  'attachment-chunk': ({ opener }, { chunk }) => ({ plaintext: hex(opener.open(fromHex(chunk))) }),
  'attachment-end'({ opener }) {
    opener.finish();
    return {};
  },

  'signal-seal'(peer, request) {
    const signal = parsed('Signal', request.signal);
    return {
      signal: hex(sealSignal({ ...bytesOf(request, 'conversation', 'sender', 'key'), signal, random: peer.random })),
    };
  },
  'signal-open'(peer, request) {
    const { conversation, sender, signal } = bytesOf(request, 'conversation', 'sender', 'signal');
    const known = { counter: 0, ...request.known, ...bytesOf(request.known, 'key') };
    return json('Signal', openSignal({ bytes: signal, conversation, sender, known, now: request.now }));
  },

  'device-id': (peer, request) => ({ id: hex(deviceId(fromHex(request.site), parsed('DeviceKeys', request.keys))) }),
  safety(peer, request) {
    const { root, site, identity } = bytesOf(request, 'root', 'site', 'identity');
    return { groups: safetyNumber(root, site, identity) };
  },
  'log-start': (peer, { conversation }) => ({ hash: hex(logStart(fromHex(conversation))) }),
  'log-next'(peer, request) {
    const entry = bytesOf(request, 'event', 'sender', 'contentHash');
    return { hash: hex(logNext(fromHex(request.before), { position: request.position, ...entry })) };
  },
  warnings(peer, request) {
    const last = request.last && { ...request.last, ...bytesOf(request.last, 'hash') };
    const lastUnopened = request.lastUnopened ? fromHex(request.lastUnopened) : null;
    const world = { last, unopened: request.unopened ?? 0, lastUnopened, hashes: request.hashes.map(fromHex) };
    return { warnings: warnings(parsed('Message', request.message), world) };
  },
  login({ own }, request) {
    const { site, challenge } = bytesOf(request, 'site', 'challenge');
    const said = loginStatement(request.origin, site, challenge, request.expires);
    return { signature: hex(sign(own.state.self.secrets.login, said)) };
  },

  enrol({ own }, request) {
    const { site, secret } = bytesOf(request, 'site', 'secret');
    const { keys, secrets } = own.state.self;
    return { enrolment: hex(enrol(site, secret, keys, secrets.signing)) };
  },
  'open-enrolment'(peer, request) {
    const { enrolment, site, secret } = bytesOf(request, 'enrolment', 'site', 'secret');
    return { keys: json('DeviceKeys', openEnrolment(enrolment, site, secret)) };
  },
  'open-invitation'(peer, request) {
    return json(
      'Invitation',
      openInvitation(fromHex(request.invitation), bytesOf(request, 'root', 'site'), request.now),
    );
  },

  'sign-token': (peer, { seed, token }) => ({
    token: json('SignedToken', signToken(fromHex(seed), parsed('Token', token))),
  }),
  'open-token'(peer, request) {
    const world = { ...bytesOf(request, 'site', 'conversation', 'identity'), vouchers: request.vouchers.map(fromHex) };
    const { timeMs, storedMs } = request;
    return { subject: openToken(parsed('SignedToken', request.token), { ...world, timeMs, storedMs }) };
  },

  'record-seal'(peer, request) {
    const { name, generation } = request;
    return {
      record: hex(sealRecord({ ...bytesOf(request, 'stateKey', 'record'), name, generation, random: peer.random })),
    };
  },
  'record-open'(peer, request) {
    const { stateKey, record } = bytesOf(request, 'stateKey', 'record');
    const { name, store, known } = request;
    return hexed(openRecord({ stateKey, name, bytes: record, store, known }));
  },

  // Any structure of 2.3 by its name in structures.js, between JSON and CBOR.
  encode: (peer, { structure: name, value }) => ({ bytes: hex(toBytes(structure(name), parsed(name, value))) }),
  decode: (peer, { structure: name, bytes }) => ({ value: json(name, fromBytes(structure(name), fromHex(bytes))) }),
};
