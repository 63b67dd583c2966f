// What the tests share: a site, two devices that can talk, and a message to say.
import assert from 'node:assert/strict';
import { Client } from '../segel/client.js';
import { countingRandom } from '../segel/random.js';
import { Refused } from '../segel/refused.js';

export const fill = (byte, length = 16) => new Uint8Array(length).fill(byte);
export const NOW = 1_800_000_000;
export const DAY = 86_400;
export const CONVERSATION = fill(0xc0);
export const SITE = fill(0xa0);

const view = { order: { generation: 1, version: 3 }, rosterHash: fill(0xf0, 32) };

export const client = (random) => new Client({ site: SITE, root: fill(0xe0, 32), view, now: NOW, random });

// A visitor who initiated, and an agent.
export function pair({ oneTime = true } = {}) {
  const random = countingRandom();
  const [visitor, agent] = [client(random), client(random)];
  agent.makePrekeys(2);
  visitor.initiate(agent.bundle(oneTime ? 2 : undefined), agent.id, CONVERSATION);
  return { visitor, agent, random };
}

export const message = (text) => ({
  sequence: 1,
  timeMs: NOW * 1_000,
  desk: fill(0xd0),
  previous: fill(0, 32),
  seen: { position: 0, logHash: fill(0, 32) },
  body: { kind: 0, value: text },
});

let events = 0;

export function send(from, to, text = 'hello') {
  const event = Uint8Array.from({ length: 16 }, (_, i) => (i < 14 ? 1 : (events >> (8 * (15 - i))) & 0xff));
  events += 1;
  const recipients = [{ device: to.id, scope: CONVERSATION }];
  const { content, wraps } = from.seal({ conversation: CONVERSATION, event, recipients, message: message(text) });
  const place = { conversation: CONVERSATION, event, sender: from.id, recipients: [to.id] };
  return { ...place, content, wrap: wraps[0].wrap };
}

export const open = (to, delivered) => to.open(delivered, CONVERSATION).message.body.value;

// Both, so that every wrap of a talk is opened.
export function say(from, to, text = 'hello') {
  assert.equal(open(to, send(from, to, text)), text);
}

export function talk({ visitor, agent }, turns = 4) {
  for (let i = 0; i < turns; i += 1) say(...(i % 2 ? [agent, visitor] : [visitor, agent]), `turn ${i}`);
}

export function pass(clients, seconds) {
  for (const one of clients) one.state.now += seconds;
}

// Refused with this code, and nothing of the client changed.
export function refuses(code, work, unchanged) {
  const before = unchanged?.serialise();
  assert.throws(work, (error) => {
    assert.ok(error instanceof Refused, String(error?.stack));
    assert.equal(error.code, code, error.message);
    return true;
  });
  if (unchanged) assert.equal(unchanged.serialise(), before);
}

export function changed(bytes, at, bit = 1) {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at] ^= bit;
  return copy;
}
