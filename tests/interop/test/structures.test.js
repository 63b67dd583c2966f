// 3 and 5.9 to 5.14: rosters, enrolment, tokens, acts, grants, attachments, signals, records.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followAct, KIND, noActs, signAct } from '../segel/acts.js';
import { attachmentOpener, sealAttachment } from '../segel/attachments.js';
import { deviceId, publicKeys } from '../segel/devices.js';
import { enrol, openEnrolment } from '../segel/enrolment.js';
import { grantOf, openGrant } from '../segel/grants.js';
import { openToken, safetyCode, safetyNumber, signToken } from '../segel/identity.js';
import { logHashes, warnings } from '../segel/log.js';
import { ed25519Public, sha256 } from '../segel/primitives.js';
import { countingRandom } from '../segel/random.js';
import { openRecord, sealRecord } from '../segel/records.js';
import { follow, openRoster, rosterCounts, signCertificate, signRoster } from '../segel/rosters.js';
import { openSignal, sealSignal } from '../segel/signals.js';
import { changed, CONVERSATION, DAY, fill, message, NOW, pair, refuses, send, SITE } from '../support/world.js';

const [ROOT, ADMIN] = [fill(0xe0, 32), fill(0xe1, 32)];
const pinned = { root: ed25519Public(ROOT), site: SITE };
const secrets = (byte) => ({ identity: fill(byte, 32), signing: fill(byte + 1, 32), login: fill(byte + 2, 32) });
const OWN = [0x21, 0x31, 0x41].map(secrets);
const IDS = OWN.map((own) => deviceId(SITE, publicKeys(own)));
const AGENTS = [0x71, 0x72, 0x73].map((byte) => fill(byte));

function roster(change = {}, certificate = {}) {
  const certified = signCertificate(change.rootSeed ?? ROOT, {
    site: SITE,
    generation: 1,
    admin: ed25519Public(ADMIN),
    notBefore: NOW - DAY,
    notAfter: NOW + 365 * DAY,
    ...certificate,
  });
  const { rootSeed, ...fields } = change;
  return signRoster(ADMIN, certified, {
    site: SITE,
    order: { generation: 1, version: 3 },
    previous: fill(0, 32),
    issuedAt: NOW,
    notAfter: NOW + 30 * DAY,
    profile: { name: 'a site', pages: [], apps: [] },
    desks: [{ id: fill(0xd0), name: 'desk', inbox: IDS.slice(0, 2).sort(Buffer.compare), supervisors: [AGENTS[2]] }],
    agents: OWN.map((own, i) => ({
      id: AGENTS[i],
      name: 'agent',
      devices: [{ keys: publicKeys(own), notAfter: NOW + DAY }],
    })),
    ...fields,
  });
}

const opened = (change, certificate) => openRoster(roster(change, certificate), pinned);

test('a roster counts, until it expires', () => {
  const kept = opened();
  assert.ok(rosterCounts(kept, NOW) && !rosterCounts(kept, NOW + 30 * DAY));
});

test('a roster is refused for each thing that 3.3 names', () => {
  const altered = (change, certificate) => refuses('roster-altered', () => opened(change, certificate));
  refuses('wrong-root', () => opened({ rootSeed: fill(9, 32) }));
  refuses('roster-altered', () => openRoster(changed(roster(), -1), pinned));
  altered({}, { site: fill(1) });
  altered({ site: fill(1) });
  altered({}, { generation: 2 });
  altered({ issuedAt: NOW - 2 * DAY });
  altered({ issuedAt: NOW + 30 * DAY });
  altered({}, { notAfter: NOW + DAY });
  const agent = (own, id = fill(1)) => ({
    id,
    name: '',
    devices: own.map((one) => ({ keys: publicKeys(one), notAfter: NOW })),
  });
  altered({ agents: [agent([OWN[0], OWN[0]])], desks: [] });
  altered({ agents: [agent([{ ...OWN[0], login: OWN[0].signing }])], desks: [] });
  altered({ agents: [agent([OWN[0]]), agent([OWN[1]])], desks: [] });
  const desk = (inbox, supervisors) => ({ desks: [{ id: fill(1), name: '', inbox, supervisors }] });
  altered(desk(IDS.slice(0, 2).sort(Buffer.compare).reverse()));
  altered(desk([fill(5)]));
  altered(desk([], [fill(5)]));
  altered({ profile: { name: 'x'.repeat(129), pages: [], apps: [] } });
  altered({ profile: { name: '', pages: Array(257).fill('p'), apps: [] } });
});

test('a roster whose masking is out of order, or lets a card through, is refused', () => {
  const profile = (masking) => ({ profile: { name: '', pages: [], apps: [], masking } });
  const rule = (kind, visitor, agent = 0) => ({ kind, visitor, agent });
  opened(profile({ rules: [rule('card', 6), rule('phone', 7, 5)], allowed: ['1'], patterns: [rule('#{8}', 5)] }));
  const altered = (masking) => refuses('roster-altered', () => opened(profile(masking)));
  altered({ rules: [rule('phone', 7), rule('card', 6)] });
  altered({ rules: [rule('phone', 7), rule('phone', 7)] });
  for (const kind of ['card', 'cvv', 'pin', 'track']) {
    altered({ rules: [rule(kind, 0, 5)] });
    altered({ rules: [rule(kind, 7)] });
  }
  altered({ allowed: Array(65).fill('1') });
  altered({ allowed: ['1'.repeat(129)] });
});

test('a roster whose hours are out of order, touch or have no zone is refused', () => {
  const profile = (hours) => ({ profile: { name: '', pages: [], apps: [], hours } });
  const zone = 'Asia/Jakarta';
  const span = (from, to) => ({ from, to });
  assert.equal(opened(profile({ zone, open: [span(480, 1020), span(1920, 10080)], reply: 5 })).profile.hours.zone, zone);
  const altered = (hours) => refuses('roster-altered', () => opened(profile({ zone, open: [], ...hours })));
  altered({ open: [span(5, 5)] });
  altered({ open: [span(0, 2), span(2, 3)] });
  altered({ open: [span(4, 5), span(0, 1)] });
  altered({ open: [span(0, 10_081)] });
  altered({ zone: 'Asia Jakarta' });
  altered({ reply: 0 });
});

test('a roster whose intake asks nothing, too much or the same twice is refused', () => {
  const profile = (intake) => ({ profile: { name: '', pages: [], apps: [], intake } });
  const question = (label, asks = { kind: 0 }) => ({ label, asks, need: 1 });
  const choice = (options) => question('Perihal', { kind: 3, value: options });
  const consent = { text: 'Saya setuju', notice: 'https://toko.example/privasi' };
  const whole = opened(profile({ questions: [question('Nama'), choice(['Pesanan', 'Retur'])], consent }));
  assert.equal(whole.profile.intake.questions[1].asks.value[1], 'Retur');
  const altered = (intake) => refuses('roster-altered', () => opened(profile(intake)));
  altered({});
  altered({ questions: [question('')] });
  altered({ questions: [question('a'.repeat(129))] });
  altered({ questions: [question('Nama'), question('Nama')] });
  altered({ questions: Array.from({ length: 9 }, (_, i) => question(`${i}`)) });
  altered({ questions: [choice(['Retur', 'Retur'])] });
  altered({ questions: [choice(Array.from({ length: 13 }, (_, i) => `${i}`))] });
  altered({ consent: { text: '' } });
  altered({ consent: { text: 'a'.repeat(2_001) } });
  for (const notice of ['http://toko.example', 'javascript:alert(1)', 'https://toko.example/\u202e']) {
    altered({ consent: { text: 'Saya setuju', notice } });
  }
});

test('a newer roster must reach back to the kept one', () => {
  const kept = opened();
  const next = opened({ order: { generation: 1, version: 4 }, previous: kept.hash });
  const third = opened({ order: { generation: 2, version: 5 }, previous: next.hash }, { generation: 2 });
  assert.equal(follow(null, kept), kept);
  assert.equal(follow(kept, opened()), kept);
  assert.equal(follow(kept, next), next);
  assert.equal(follow(kept, third, [next]), third);
  refuses('roster-older', () => follow(next, kept));
  refuses('roster-forked', () => follow(kept, opened({ previous: fill(1, 32) })));
  refuses('roster-forked', () => follow(kept, third));
  refuses('roster-forked', () => follow(kept, opened({ order: { generation: 1, version: 4 } })));
});

test('an enrolment proves the code, and is of its device', () => {
  const keys = publicKeys(OWN[0]);
  const bytes = enrol(SITE, fill(7), keys, OWN[0].signing);
  assert.deepEqual(openEnrolment(bytes, SITE, fill(7)), keys);
  refuses('enrolment-refused', () => openEnrolment(bytes, SITE, fill(8)));
  refuses('enrolment-refused', () => openEnrolment(changed(bytes, -1), SITE, fill(7)));
});

test('an identity token counts in its place and time only', () => {
  const visitor = publicKeys(OWN[0]).identity;
  const token = {
    site: SITE,
    subject: 'anna',
    conversation: CONVERSATION,
    visitor: sha256(visitor),
    notAfter: NOW + 300,
  };
  const signed = signToken(fill(9, 32), token);
  const place = { vouchers: [signed.voucher], site: SITE, conversation: CONVERSATION, identity: visitor };
  const world = { ...place, timeMs: NOW * 1_000, storedMs: NOW * 1_000 };
  assert.equal(openToken(signed, world), 'anna');
  // Both times are taken in whole seconds.
  assert.equal(openToken(signed, { ...world, storedMs: (NOW + 300) * 1_000 + 999 }), 'anna');
  const hours = { timeMs: (NOW + 300) * 1_000, storedMs: (NOW + 300) * 1_000 };
  for (const change of [
    { vouchers: [] },
    { site: fill(1) },
    { conversation: fill(1) },
    { identity: fill(1, 32) },
    hours,
    { timeMs: (NOW - 301) * 1_000, storedMs: (NOW - 301) * 1_000 },
    { storedMs: (NOW + 301) * 1_000 },
  ]) {
    refuses('token-refused', () => openToken(signed, { ...world, ...change }));
  }
  refuses('token-refused', () => openToken({ ...signed, signature: changed(signed.signature, 0) }, world));
});

test('a safety number is twelve groups of five digits', () => {
  const code = safetyCode(safetyNumber(pinned.root, SITE, fill(1, 32)));
  assert.match(code, /^SEGEL1:[0-9]{60}$/);
});

test('acts: who holds, by a chain that everybody computes', () => {
  const list = opened();
  const world = (i) => ({ conversation: CONVERSATION, sender: IDS[i], roster: list, desk: list.desks[0], now: NOW });
  let state = noActs();
  const signed = (i, kind, agent, change = {}) => {
    const place = { conversation: CONVERSATION, epoch: state.epoch + 1, previous: state.hash, device: IDS[i] };
    return signAct(OWN[i].signing, { ...place, kind, agent, rosterHash: list.hash, ...change });
  };
  const follows = (i, kind, agent) => {
    state = followAct(state, signed(i, kind, agent), world(i));
  };
  const refused = (reason, act, i = 0) =>
    assert.throws(() => followAct(state, act, world(i)), { code: 'act-refused', reason });
  refused('not-allowed', signed(0, KIND.release));
  refused('not-allowed', signed(0, KIND.takeover));
  follows(0, KIND.claim);
  assert.deepEqual(state.holder, AGENTS[0]);
  refused('not-allowed', signed(1, KIND.claim), 1);
  refused('late', signed(0, KIND.release, undefined, { epoch: 1 }));
  refused('ahead', signed(0, KIND.release, undefined, { epoch: 3 }));
  refused('not-following', signed(0, KIND.release, undefined, { previous: fill(1, 32) }));
  refused('elsewhere', signed(0, KIND.release, undefined, { conversation: fill(1) }));
  refused('malformed', signed(0, KIND.release, AGENTS[1]));
  refused('malformed', signed(0, KIND.transfer));
  refused('not-allowed', signed(0, KIND.transfer, AGENTS[0]));
  refused('not-allowed', signed(0, KIND.transfer, fill(1)));
  refused('bad-signature', { ...signed(0, KIND.release), signature: fill(1, 64) });
  refused('bad-signature', signed(0, KIND.release), 1);
  refused('elsewhere', signed(0, KIND.release, undefined, { rosterHash: fill(1, 32) }));
  follows(2, KIND.join);
  refused('not-allowed', signed(2, KIND.join), 2);
  follows(0, KIND.transfer, AGENTS[2]);
  assert.deepEqual([state.holder, state.joined], [AGENTS[2], []]);
  follows(2, KIND.release);
  follows(2, KIND.takeover);
  refused('not-allowed', signed(2, KIND.leave), 2);
  const gone = { ...world(0), roster: { ...list, agents: list.agents.slice(0, 2) } };
  assert.deepEqual(followAct(state, signed(0, KIND.claim), gone).holder, AGENTS[0]);
  const lapsed = { ...list.agents[2], devices: list.agents[2].devices.map((device) => ({ ...device, notAfter: NOW })) };
  const away = { ...world(0), roster: { ...list, agents: [...list.agents.slice(0, 2), lapsed] } };
  assert.deepEqual(followAct(state, signed(0, KIND.claim), away).holder, AGENTS[0]);
  assert.throws(() => followAct(state, signed(2, KIND.release), { ...world(2), now: NOW + DAY }), {
    code: 'act-refused',
  });
  const demoted = { ...list.desks[0], supervisors: [], inbox: [...list.desks[0].inbox, IDS[2]] };
  assert.deepEqual(followAct(state, signed(0, KIND.claim), { ...world(0), desk: demoted }).holder, AGENTS[0]);
  for (const kind of [KIND.release, KIND.end]) {
    assert.throws(() => followAct(state, signed(2, kind), { ...world(2), desk: demoted }), { code: 'act-refused' });
  }
  refused('not-allowed', signed(0, KIND.end));
  follows(2, KIND.end);
  assert.deepEqual([state.holder, state.ended], [AGENTS[2], AGENTS[2]]);
  for (const kind of [KIND.release, KIND.end]) refused('not-allowed', signed(2, kind), 2);
});

test('a grant opens its event, and says whose word it is', () => {
  const { visitor, agent } = pair();
  const delivered = { ...send(visitor, agent, 'granted'), position: 4 };
  const { contentKey } = agent.open(delivered, CONVERSATION);
  const grant = grantOf(delivered, contentKey);
  assert.equal(openGrant(grant, agent.id, delivered).vouchedFor, true);
  assert.equal(openGrant(grant, visitor.id, delivered).vouchedFor, false);
  refuses('message-altered', () => openGrant(grant, agent.id, { ...delivered, position: 5 }));
  refuses('message-altered', () => openGrant({ ...grant, contentKey: fill(1, 32) }, agent.id, delivered));
  refuses('message-altered', () => openGrant({ ...grant, contentHash: fill(1, 32) }, agent.id, delivered));
});

test('an attachment opens chunk by chunk, whole only at the end', () => {
  for (const length of [0, 1, 256, 65_536, 140_000]) {
    const plaintext = Uint8Array.from({ length }, (_, i) => (i % 251) + 1);
    const sealed = { id: fill(1), ...sealAttachment({ id: fill(1), plaintext, random: countingRandom() }) };
    const opener = attachmentOpener(sealed);
    assert.deepEqual(Buffer.concat(sealed.chunks.map((chunk) => opener.open(chunk))), Buffer.from(plaintext));
    refuses('attachment-altered', () => opener.open(sealed.chunks[0]));
    opener.finish();
    const refused = (change, chunks = sealed.chunks) =>
      refuses('attachment-altered', () => {
        const other = attachmentOpener({ ...sealed, ...change });
        chunks.forEach((chunk) => other.open(chunk));
        other.finish();
      });
    refused({ id: fill(2) });
    refused({ plainHash: fill(2, 32) });
    refused({ sealedHash: fill(2, 32) });
    refused({}, sealed.chunks.slice(0, -1));
    refused(
      {},
      [...sealed.chunks].reverse().map((chunk) => changed(chunk, 0)),
    );
    if (length % 256) refused({ size: length - 1 });
  }
});

test('a signal counts once, in its time, under a key that its sender gave', () => {
  const place = { conversation: CONVERSATION, sender: IDS[0] };
  const signal = { counter: 5, time: NOW, kind: 1 };
  const key = fill(7, 32);
  const bytes = sealSignal({ ...place, key, signal, random: countingRandom() });
  const known = { key, notAfter: NOW + DAY, given: NOW, counter: 4 };
  assert.deepEqual(openSignal({ bytes, ...place, known, now: NOW }), signal);
  const refused = (change) =>
    refuses('signal-refused', () => openSignal({ bytes, ...place, known, now: NOW, ...change }));
  refused({ now: NOW + 31 });
  refused({ now: NOW - 31 });
  refused({ sender: IDS[1] });
  refused({ conversation: fill(1) });
  refused({ known: { ...known, counter: 5 } });
  refused({ known: { ...known, notAfter: NOW } });
  refused({ known: { ...known, given: NOW - DAY } });
  refused({ known: { ...known, key: fill(8, 32) } });
  refused({ bytes: changed(bytes, 0) });
  refused({ bytes: changed(bytes, -1) });
  refused({ bytes: bytes.slice(1) });
  const unknown = { ...signal, kind: 4 };
  refuses('malformed', () => sealSignal({ ...place, key, signal: unknown, random: countingRandom() }));
});

test('a record is bound to its name and generation', () => {
  const given = {
    stateKey: fill(1, 32),
    name: 'sessions',
    generation: 7,
    record: fill(3, 5),
    random: countingRandom(),
  };
  const bytes = sealRecord(given);
  const read = { stateKey: fill(1, 32), name: 'sessions', bytes, store: 8, known: 7 };
  assert.deepEqual(openRecord(read), { generation: 7, record: fill(3, 5) });
  for (const change of [
    { name: 'others' },
    { store: 6 },
    { known: 8 },
    { bytes: changed(bytes, 7) },
    { bytes: bytes.slice(0, 20) },
  ]) {
    refuses('store-broken', () => openRecord({ ...read, ...change }));
  }
});

test('what is missing and what forks is said beside the message', () => {
  const hashes = logHashes(CONVERSATION, [{ event: fill(1), sender: IDS[0], contentHash: fill(2, 32) }]);
  const world = { last: { sequence: 2, hash: fill(2, 32) }, unopened: 0, hashes };
  const said = { ...message(''), sequence: 3, previous: fill(2, 32), seen: { position: 1, logHash: hashes[1] } };
  assert.deepEqual(warnings(said, world), []);
  assert.deepEqual(warnings({ ...said, previous: fill(1, 32) }, world), ['events-missing']);
  assert.deepEqual(warnings({ ...said, sequence: 4 }, world), ['events-missing']);
  assert.deepEqual(warnings({ ...said, sequence: 1 }, { ...world, last: null }), ['events-missing']);
  const one = { ...world, unopened: 1, lastUnopened: fill(2, 32) };
  assert.deepEqual(warnings({ ...said, sequence: 4 }, one), []);
  assert.deepEqual(warnings({ ...said, sequence: 4, previous: fill(1, 32) }, one), ['events-missing']);
  assert.deepEqual(warnings({ ...said, seen: { position: 0, logHash: hashes[1] } }, world), ['log-forked']);
  assert.deepEqual(warnings({ ...said, seen: { position: 9, logHash: fill(1, 32) } }, world), []);
});
