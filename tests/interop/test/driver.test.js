// peer.js as another implementation drives it, and the vectors.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { checkVectors, makeVectors } from '../vectors.js';
import { hex, fromHex } from '../segel/bytes.js';
import { ed25519Public, sha256 } from '../segel/primitives.js';
import { Message } from '../segel/structures.js';
import { changed, fill, message, NOW } from '../support/world.js';

const written = JSON.parse(JSON.stringify(makeVectors()));

function driven(context) {
  const child = spawn(process.execPath, [new URL('../peer.js', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  context.after(() => child.kill());
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (command, request = {}) => {
    child.stdin.write(`${JSON.stringify({ command, ...request })}\n`);
    return JSON.parse((await answers.next()).value);
  };
}

const device = {
  site: hex(fill(0xa0)),
  root: hex(fill(0xe0, 32)),
  view: { order: { generation: 1, version: 1 }, rosterHash: hex(fill(1, 32)) },
  now: NOW,
};
const conversation = hex(fill(0xc0));

test('two peers talk, over a restart and a KEM step', async (context) => {
  const [a, b] = [driven(context), driven(context)];
  await a('random', { source: 'counting' });
  const [{ id: first }, { id: second }] = [await a('device', device), await b('device', device)];
  const upload = await b('prekeys', { oneTime: 2 });
  const { value } = await a('decode', { structure: 'Prekeys', bytes: upload.prekeys });
  assert.equal(value.oneTime.length, 2);
  await a('initiate', { bundle: (await b('bundle', { oneTime: 2 })).bundle, device: second, scope: conversation });
  const parties = [
    [a, first, b, second],
    [b, second, a, first],
  ];
  for (let i = 0; i < 8; i += 1) {
    const [from, sender, to, recipient] = parties[i % 2];
    const event = hex(fill(i + 1));
    const sealed = await from('seal', {
      conversation,
      event,
      recipients: [{ device: recipient, scope: conversation }],
      message: Message.toJson(message(`turn ${i}`)),
    });
    const delivered = {
      conversation,
      event,
      sender,
      recipients: [recipient],
      scope: conversation,
      content: sealed.content,
    };
    const wrap = sealed.wraps[0].wrap;
    const altered = await to('open', { ...delivered, wrap: hex(changed(fromHex(wrap), -1)) });
    assert.equal(altered.error, 'not-authentic');
    const opened = await to('open', { ...delivered, wrap });
    assert.equal(opened.message.body.value, `turn ${i}`);
    assert.equal(opened.contentKey, sealed.contentKey);
    const { state } = await to('export');
    assert.equal((await to('import', { state })).id, recipient);
    for (const one of [a, b]) await one('clock', { now: NOW + (i + 1) * 50_000 });
  }
});

test('a bad line is answered and the next one too', async (context) => {
  const peer = driven(context);
  assert.equal((await peer('nonsense')).error, 'malformed');
  assert.equal((await peer('self')).error, 'malformed');
  assert.equal((await peer('decode', { structure: 'Init', bytes: '00' })).error, 'malformed');
  assert.equal(
    (await peer('safety', { root: hex(fill(1, 32)), site: hex(fill(1)), identity: hex(fill(2, 32)) })).groups.length,
    12,
  );
});

for (const file of ['from-javascript.json', 'from-rust.json']) {
  const path = new URL(`../vectors/${file}`, import.meta.url);
  test(`the vectors ${file} hold`, { skip: !existsSync(path) }, () => {
    assert.deepEqual(checkVectors(JSON.parse(readFileSync(path, 'utf8'))), []);
  });
}

test('the vectors in the repository are those that are written now', () => {
  const path = new URL('../vectors/from-javascript.json', import.meta.url);
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), written);
});

const inputOf = (kind) => written.cases.find((one) => one.kind === kind);

test('each structure has its commands', async (context) => {
  const peer = driven(context);
  await peer('random', { source: { draws: [] } });
  await peer('random', { source: 'counting' });
  const input = Object.fromEntries(
    ['roster', 'acts', 'signal', 'record', 'token', 'enrolment', 'login', 'content'].map((kind) => [
      kind,
      inputOf(kind),
    ]),
  );
  const { site } = input.enrolment.input;

  const { roster } = await peer('sign-roster', input.roster.input);
  assert.equal(roster, input.roster.output.roster);
  const root = hex(ed25519Public(fromHex(input.roster.input.rootSeed)));
  assert.equal((await peer('roster', { roster, root, site, now: NOW })).hash, input.roster.output.hash);
  assert.equal((await peer('roster', { roster, root: hex(fill(1, 32)), site, now: NOW })).error, 'wrong-root');
  const acts = input.acts.output.map(({ act, signature }, i) => ({
    signedAct: { act, signature },
    sender: input.acts.input.acts[i].act.device,
  }));
  const { conversation } = input.signal.input;
  const followed = await peer('follow-acts', {
    conversation,
    desk: input.acts.input.desk,
    now: NOW,
    acts: [...acts, acts[0]],
  });
  assert.deepEqual(
    followed.answers.slice(0, -1),
    input.acts.output.map(({ state }) => state),
  );
  assert.deepEqual(followed.answers.at(-1), { error: 'act-refused', reason: 'late' });

  await peer('device', { ...device, secrets: input.enrolment.input.secrets });
  await peer('view', device);
  assert.deepEqual(await peer('held-prekeys'), { prekeys: [] });
  await peer('add-prekey', { prekey: inputOf('prekey').input.prekey });
  assert.ok((await peer('bundle')).bundle);
  const { act } = input.acts.input.acts[0];
  assert.ok((await peer('sign-act', { act: { ...act, previous: hex(fill(0, 32)) } })).hash);
  const { enrolment } = await peer('enrol', input.enrolment.input);
  assert.equal(enrolment, input.enrolment.output.enrolment);
  assert.ok((await peer('open-enrolment', { ...input.enrolment.input, enrolment })).keys.login);
  assert.ok((await peer('login', input.login.input)).signature);

  await peer('random', { source: 'counting' });
  const delivered = input.content.input;
  const { content, contentKey } = await peer('seal-content', { ...delivered, view: delivered });
  assert.equal(content, input.content.output.content);
  assert.deepEqual((await peer('open-content', { ...delivered, content, contentKey })).message, delivered.message);
  const { grant } = await peer('grant', { ...delivered, content, contentKey });
  const giver = delivered.recipients[0];
  assert.equal((await peer('open-grant', { grant, giver, delivered: { ...delivered, content } })).vouchedFor, true);

  const attached = await peer('attachment-seal', { id: hex(fill(1)), plaintext: 'abcdef' });
  const attachment = { id: hex(fill(1)), name: 'a', type: 'b', ...attached };
  await peer('attachment-begin', { attachment });
  assert.equal((await peer('attachment-chunk', { chunk: attached.chunks[0] })).plaintext, 'abcdef');
  assert.deepEqual(await peer('attachment-end'), {});

  const { signal } = await peer('signal-seal', input.signal.input);
  const known = { key: input.signal.input.key, notAfter: NOW + 9, given: NOW };
  assert.equal((await peer('signal-open', { ...input.signal.input, signal, known, now: NOW })).kind, 1);
  const { record } = await peer('record-seal', input.record.input);
  const { stateKey, name } = input.record.input;
  assert.equal((await peer('record-open', { stateKey, name, record, store: 7, known: 7 })).record, '010203');

  const { voucherSeed, identity, timeMs } = input.token.input;
  const visitor = hex(sha256(fromHex(identity)));
  const { token } = await peer('sign-token', { seed: voucherSeed, token: { ...input.token.input.token, visitor } });
  const world = { site, conversation, identity, timeMs, storedMs: timeMs, vouchers: [token.voucher] };
  assert.deepEqual(await peer('open-token', { token, ...world }), { subject: 'customer 42' });

  const { hash } = await peer('log-start', { conversation });
  const entry = { event: hex(fill(1)), sender: giver, contentHash: hex(fill(2, 32)) };
  const next = await peer('log-next', { before: hash, position: 1, ...entry });
  const seen = { position: 1, logHash: hash };
  const warned = await peer('warnings', { message: { ...delivered.message, seen }, hashes: [hash, next.hash] });
  assert.deepEqual(warned.warnings, ['log-forked']);
  assert.equal((await peer('encode', { structure: 'Order', value: { generation: 1, version: 2 } })).bytes, '820102');
  const invitation = { invitation: roster, root, site, now: NOW };
  assert.equal((await peer('open-invitation', invitation)).error, 'enrolment-refused');
});

test('wraps and contents can be sealed and opened apart', async (context) => {
  const [a, b] = [driven(context), driven(context)];
  const [{ id: sender }, { id: recipient }] = [await a('device', device), await b('device', device)];
  await b('prekeys');
  await a('initiate', { bundle: (await b('bundle')).bundle, device: recipient, scope: conversation });
  const place = { conversation, event: hex(fill(1)), contentHash: hex(fill(2, 32)), scope: conversation };
  const contentKey = hex(fill(3, 32));
  const { wrap } = await a('seal-wrap', { ...place, device: recipient, contentKey });
  assert.deepEqual(await b('open-wrap', { ...place, sender, wrap }), { contentKey });
  assert.equal((await b('open-wrap', { ...place, sender, wrap })).error, 'stale');
  assert.deepEqual(await a('wants-handshake', { device: recipient, scope: conversation }), { wants: false });
});
