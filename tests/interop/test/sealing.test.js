// Two devices that exchange sealed messages: 4 and 5.1 to 5.6.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '../segel/client.js';
import { countingRandom, systemRandom } from '../segel/random.js';
import { sessionsWith } from '../segel/sessions.js';
import { parseWrap } from '../segel/wraps.js';
import {
  changed,
  client,
  CONVERSATION,
  DAY,
  fill,
  open,
  pair,
  pass,
  refuses,
  say,
  send,
  talk,
} from '../support/world.js';

const kemOf = (one, other) => sessionsWith(one.state.sessions, other.id, CONVERSATION)[0].kem;
const hasInit = ({ wrap }) => parseWrap(wrap).init !== null;

for (const oneTime of [true, false]) {
  test(`a talk from a bundle ${oneTime ? 'with' : 'without'} a one-time prekey`, () => {
    talk(pair({ oneTime }), 8);
  });
}

test('who writes a text has 4,000 characters', () => {
  const { visitor, agent } = pair();
  say(visitor, agent, '👋'.repeat(4_000));
  refuses('too-large', () => send(visitor, agent, 'x'.repeat(4_001)), visitor);
});

test('with randomness of the system too', () => {
  const [visitor, agent] = [client(systemRandom()), client(systemRandom())];
  agent.makePrekeys(1);
  visitor.initiate(agent.bundle(2), agent.id, CONVERSATION);
  talk({ visitor, agent });
});

test('the init travels until the initiator has opened a wrap', () => {
  const { visitor, agent } = pair();
  assert.ok(hasInit(send(visitor, agent)));
  say(visitor, agent);
  const heard = send(agent, visitor);
  assert.ok(hasInit(send(visitor, agent)) && !hasInit(heard));
  open(visitor, heard);
  assert.ok(!hasInit(send(visitor, agent)));
});

test('a one-time prekey is used up when a wrap opens, and not before', () => {
  const { visitor, agent } = pair();
  const sent = send(visitor, agent);
  const held = () => agent.state.prekeys.filter(({ role }) => role === 'one-time').length;
  refuses('not-authentic', () => open(agent, { ...sent, wrap: changed(sent.wrap, -1) }), agent);
  refuses('message-altered', () => open(agent, { ...sent, recipients: [fill(1), agent.id] }), agent);
  assert.equal(held(), 2);
  open(agent, sent);
  assert.equal(held(), 1);
});

test('an init whose prekey is gone is refused', () => {
  const { visitor, agent } = pair();
  const sent = send(visitor, agent);
  agent.state.prekeys = agent.state.prekeys.filter(({ id }) => id !== 2);
  refuses('unknown-prekey', () => open(agent, sent), agent);
});

test('a handshake through the signed prekey alone is accepted once', () => {
  const { visitor, agent } = pair({ oneTime: false });
  const sent = send(visitor, agent);
  open(agent, sent);
  agent.state.sessions = {};
  refuses('seen', () => open(agent, sent), agent);
});

test('wraps that overtake each other, over chains', () => {
  const { visitor, agent } = pair();
  const first = [0, 1, 2, 3].map((i) => send(visitor, agent, `first ${i}`));
  assert.equal(open(agent, first[2]), 'first 2');
  say(agent, visitor);
  const second = [0, 1, 2].map((i) => send(visitor, agent, `second ${i}`));
  assert.equal(open(agent, second[2]), 'second 2');
  for (const late of [first[3], second[0], first[0], second[1], first[1]]) open(agent, late);
  talk({ visitor, agent });
});

test('of past chains with skipped keys the newest five are kept, and what went does not come back', () => {
  const { visitor, agent } = pair();
  const late = [];
  for (let turn = 0; turn < 7; turn += 1) {
    late.push(send(visitor, agent));
    say(visitor, agent);
    say(agent, visitor);
  }
  for (const one of late.slice(1)) open(agent, one);
  refuses('not-authentic', () => open(agent, late[0]), agent);
  assert.deepEqual(sessionsWith(agent.state.sessions, visitor.id, CONVERSATION)[0].ratchet.skipped, []);
});

test('the prekey decides before the alias, and a known handshake before both', () => {
  const { visitor, agent } = pair({ oneTime: false });
  const sent = send(visitor, agent);
  const renamed = { ...sent, wrap: changed(sent.wrap, 3) };
  refuses('not-authentic', () => open(agent, renamed), agent);
  open(agent, sent);
  refuses('seen', () => open(agent, renamed), agent);
  agent.state.prekeys = [];
  refuses('unknown-prekey', () => open(agent, renamed), agent);
});

test('a wrap that was opened is stale', () => {
  const { visitor, agent } = pair();
  const sent = send(visitor, agent);
  open(agent, sent);
  refuses('stale', () => open(agent, sent), agent);
});

test('of two copies of a state the second chain under one header key is stale', () => {
  const { visitor, agent, random } = pair();
  talk({ visitor, agent });
  const copy = Client.restore(visitor.serialise(), { random });
  const [first, second] = [send(visitor, agent), send(copy, agent)];
  open(agent, first);
  refuses('stale', () => open(agent, second), agent);
});

test('skipped keys are gone after seven days', () => {
  const { visitor, agent } = pair();
  const [late, next] = [send(visitor, agent), send(visitor, agent)];
  open(agent, next);
  pass([visitor, agent], 7 * DAY);
  refuses('stale', () => open(agent, late), agent);
});

test('a thousand keys are skipped and no more', () => {
  const { visitor, agent } = pair();
  const kem = kemOf(visitor, agent);
  const sent = Array.from({ length: 1_002 }, () => {
    kemOf(visitor, agent).wraps = kem.wraps; // one-way traffic ends earlier; here it is the skipping that counts
    return send(visitor, agent);
  });
  refuses('too-far-ahead', () => open(agent, sent[1_001]), agent);
  open(agent, sent[1_000]);
  open(agent, sent[1_001]);
  open(agent, sent[0]);
});

test('a wrap opens nothing in another place, and the genuine one opens afterwards', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent });
  const [sent, other] = [send(visitor, agent), send(visitor, agent)];
  refuses('not-authentic', () => open(agent, { ...sent, event: other.event }), agent);
  refuses('not-authentic', () => open(agent, { ...sent, conversation: fill(0xcc) }), agent);
  refuses('not-authentic', () => open(agent, { ...sent, sender: fill(9) }), agent);
  refuses('not-authentic', () => open(agent, { ...sent, content: other.content }), agent);
  open(agent, sent);
});

test('every changed byte of a wrap is refused', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent });
  const sent = send(visitor, agent);
  for (let at = 0; at < sent.wrap.length; at += 1) {
    assert.throws(() => open(agent, { ...sent, wrap: changed(sent.wrap, at) }), { name: 'Refused' }, `byte ${at}`);
  }
  refuses('unknown-suite', () => open(agent, { ...sent, wrap: changed(sent.wrap, 1, 3) }), agent);
  refuses('malformed', () => open(agent, { ...sent, wrap: changed(sent.wrap, 2, 2) }), agent);
  refuses('malformed', () => open(agent, { ...sent, wrap: Uint8Array.of(...sent.wrap, 0) }), agent);
  open(agent, sent);
});

test('a KEM step: offered after a day, answered with the next chain, then quiet again', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent }, 3);
  pass([visitor, agent], DAY);
  say(visitor, agent);
  assert.ok(kemOf(visitor, agent).own && kemOf(agent, visitor).peers);
  say(agent, visitor);
  assert.equal(kemOf(visitor, agent).own, null);
  assert.equal(kemOf(visitor, agent).since, visitor.state.now);
  assert.equal(kemOf(agent, visitor).since, agent.state.now);
  say(visitor, agent);
  assert.equal(kemOf(agent, visitor).peers, null);
  talk({ visitor, agent }, 6);
});

test('a KEM step: offered at fifty wraps', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent }, 50);
  assert.equal(kemOf(visitor, agent).own, null);
  say(visitor, agent);
  assert.ok(kemOf(visitor, agent).own);
  talk({ visitor: agent, agent: visitor }, 10);
  assert.equal(kemOf(visitor, agent).own, null);
});

test('offers that cross are each answered', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent }, 3);
  pass([visitor, agent], DAY);
  const crossing = [send(visitor, agent), send(agent, visitor)];
  open(agent, crossing[0]);
  open(visitor, crossing[1]);
  assert.ok(kemOf(visitor, agent).own && kemOf(agent, visitor).own);
  talk({ visitor, agent }, 8);
  assert.equal(kemOf(visitor, agent).own, null);
  assert.equal(kemOf(agent, visitor).own, null);
});

test('an answer is in each header of its chain, so that none is lost', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent }, 3);
  pass([visitor, agent], DAY);
  say(visitor, agent);
  const [, later] = [send(agent, visitor), send(agent, visitor)];
  open(visitor, later);
  talk({ visitor, agent });
});

test('an answer that nobody asked for is refused', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent }, 4);
  send(visitor, agent);
  kemOf(visitor, agent).answer = fill(1, 1_088);
  const sent = send(visitor, agent);
  refuses('kem-refused', () => open(agent, sent), agent);
});

test('an offer that is no key is refused', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent }, 4);
  kemOf(visitor, agent).own = { seed: fill(1, 64), offer: fill(0xff, 1_184), chains: 0 };
  const sent = send(visitor, agent);
  refuses('kem-refused', () => open(agent, sent), agent);
});

test('the second new chain without an answer is refused', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent }, 3);
  pass([visitor], DAY);
  const ignored = () => {
    say(visitor, agent);
    kemOf(agent, visitor).peers = null;
    return send(agent, visitor);
  };
  open(visitor, ignored());
  const sent = ignored();
  refuses('kem-refused', () => open(visitor, sent), visitor);
});

test('one-way traffic wears a session out', () => {
  const { visitor, agent } = pair();
  talk({ visitor, agent });
  pass([visitor], 7 * DAY);
  assert.ok(visitor.wantsHandshake(agent.id, CONVERSATION));
  send(visitor, agent);
  pass([visitor], 7 * DAY);
  refuses('session-spent', () => send(visitor, agent), visitor);
});

test('two sides that start at once agree as soon as one answers', () => {
  const { visitor, agent } = pair();
  visitor.makePrekeys(1);
  agent.initiate(visitor.bundle(2), visitor.id, CONVERSATION);
  const crossing = [send(visitor, agent, 'a'), send(agent, visitor, 'b')];
  open(agent, crossing[0]);
  open(visitor, crossing[1]);
  talk({ visitor, agent }, 6);
  const active = (one, other) => sessionsWith(one.state.sessions, other.id, CONVERSATION)[0];
  assert.deepEqual(active(visitor, agent).alias, active(agent, visitor).alias);
});

test('at most four sessions are kept', () => {
  const { visitor, agent } = pair();
  for (let i = 0; i < 5; i += 1) {
    visitor.initiate(agent.bundle(), agent.id, CONVERSATION);
    say(visitor, agent);
  }
  assert.equal(sessionsWith(agent.state.sessions, visitor.id, CONVERSATION).length, 4);
});

test('a state that is written down and read again goes on', () => {
  let { visitor, agent } = pair();
  const random = countingRandom(100);
  const restart = (one) => Client.restore(one.serialise(), { random });
  for (let i = 0; i < 4; i += 1) {
    pass([visitor, agent], DAY);
    const late = send(visitor, agent);
    say(visitor, agent);
    [visitor, agent] = [restart(visitor), restart(agent)];
    open(agent, late);
    say(agent, visitor);
    [visitor, agent] = [restart(visitor), restart(agent)];
  }
  agent.makePrekeys(0);
  visitor.initiate(agent.bundle(), agent.id, CONVERSATION);
  talk({ visitor, agent });
});

test("a bundle that is not its device's, not signed by it, or has expired is refused", () => {
  const { visitor, agent } = pair();
  const bundle = agent.bundle(3);
  refuses('bundle-refused', () => visitor.initiate(bundle, visitor.id, CONVERSATION), visitor);
  refuses('bundle-refused', () => visitor.initiate(changed(bundle, -1), agent.id, CONVERSATION), visitor);
  pass([visitor], 14 * DAY);
  refuses('no-bundle', () => visitor.initiate(bundle, agent.id, CONVERSATION), visitor);
});
