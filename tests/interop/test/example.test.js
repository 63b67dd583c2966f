// docs/protocol-example.md: every value on the page, computed anew from the draws that it states.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { statement } from '../segel/bytes.js';
import { Client } from '../segel/client.js';
import { publicKeys } from '../segel/devices.js';
import { enrol, enrolmentSecrets, openInvitation } from '../segel/enrolment.js';
import { sign, x25519Public } from '../segel/primitives.js';
import { countingRandom } from '../segel/random.js';
import { sealRecord } from '../segel/records.js';
import { toBytes } from '../segel/shapes.js';
import { AdminSigned, EnrolmentCode, Invitation } from '../segel/structures.js';
import {
  AGENT,
  CONVERSATION,
  draw,
  firstPart,
  invitationBy,
  PREKEYS,
  ROOT,
  rosterPart,
  secondPart,
  SITE,
  VISITOR,
} from '../support/example/cast.js';
import { holdingPart } from '../support/example/holding.js';
import {
  attachmentPart,
  loginPart,
  safetyPart,
  signalPart,
  tokenPart,
  withdrawalPart,
} from '../support/example/others.js';
import { Notes, Page, read } from '../support/example/page.js';
import { handshakePart, Talk } from '../support/example/talk.js';
import { DAY, fill, NOW } from '../support/world.js';

function textsPart(page, notes, { visitor, agent }) {
  handshakePart(page, notes, {
    names: { initiator: 'visitor', responder: 'agent', scope: 'conversation, which is the scope' },
    drawn: [30, 33, 34],
    initiator: visitor,
    responder: agent,
    bundle: agent.bundle(2),
    scope: CONVERSATION,
  });
  const talk = new Talk(page, notes);
  page.value('log hash 0', talk.logHash);
  const say = (from, to, begins, event, text, whose) => {
    const body = { kind: 0, value: text };
    talk.say({ from, to: [{ client: to, scope: CONVERSATION, begins }], event: fill(event), name: text, whose, body });
  };
  say(visitor, agent, { own: 36, peer: x25519Public(draw(6)) }, 0xe1, 'Selamat siang', "the visitor's event");
  const begins = { own: 39, peer: x25519Public(draw(36)) };
  say(agent, visitor, begins, 0xe2, 'Ada yang bisa dibantu?', "the agent's event");
  return talk;
}

function enrolmentPart(page, random) {
  const secret = random.bytes(16);
  const code = toBytes(EnrolmentCode, { site: SITE, root: ROOT, relay: 'https://relay.example', secret });
  const id = enrolmentSecrets(SITE, secret).invitationId;
  const invitation = invitationBy((adminSeed, certified) => {
    const body = toBytes(Invitation, { site: SITE, id, notAfter: NOW + 7 * DAY });
    const signature = sign(adminSeed, statement('segel/1 invitation', body));
    return toBytes(AdminSigned, { ...certified, body, signature });
  });
  assert.deepEqual(openInvitation(invitation, { root: ROOT, site: SITE }, NOW).id, id);
  page.whole('enrolment code', code);
  page.text('the same as text', Buffer.from(code).toString('base64url'));
  page.value('invitation id', id);
  page.whole('the invitation as it is published', invitation);
  page.whole('enrolment', enrol(SITE, secret, publicKeys(VISITOR), VISITOR.signing));
}

test('every value of the worked example', () => {
  const [page, notes] = [new Page(), new Notes()];
  // The visitor's keys were the 32nd draw.
  const random = countingRandom(32);
  const device = (secrets, { order, hash }, prekeys = []) => {
    const view = { order, rosterHash: hash };
    const client = new Client({ site: SITE, root: ROOT, view, now: NOW, random, note: notes.note, secrets });
    prekeys.forEach((prekey) => client.addPrekey(prekey));
    return client;
  };
  firstPart(page);
  const first = rosterPart(page);
  const [visitor, agent] = [device(VISITOR, first), device(AGENT, first, PREKEYS)];
  const talk = textsPart(page, notes, { visitor, agent });
  enrolmentPart(page, random);
  const record = { stateKey: fill(0x20, 32), name: 'account', generation: 7, record: Buffer.from('halo'), random };
  page.value('the record `halo` under the name `account`, written by transaction 7', sealRecord(record));

  const { secrets, prekey, roster } = secondPart(page, first, random);
  const second = device(secrets, roster, [prekey]);
  const view = { order: roster.order, rosterHash: roster.hash };
  visitor.state.view = view;
  agent.state.view = view;
  loginPart(page);
  tokenPart(page, roster);
  safetyPart(page);
  const { lastAct } = holdingPart(page, notes, { talk, roster, visitor, agent, second });
  signalPart(page, random);
  attachmentPart(page, notes, random);
  withdrawalPart(page, notes, { talk, view, agents: [agent, second], lastAct, random });

  const written = read(readFileSync(new URL('../../../docs/protocol-example.md', import.meta.url), 'utf8'));
  assert.equal(page.blocks.length, written.length);
  page.blocks.forEach((block, i) => assert.deepEqual(block, written[i], `value ${i}`));
  assert.equal(written.length, 259);
});
