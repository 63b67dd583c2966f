// 5.9 and 5.10 in the worked example: a claim, and a transfer with its history.
import assert from 'node:assert/strict';
import { statement } from '../../segel/bytes.js';
import { followAct, KIND, noActs, signAct } from '../../segel/acts.js';
import { grantOf, openGrant } from '../../segel/grants.js';
import { sha256, x25519Public } from '../../segel/primitives.js';
import { deskOf } from '../../segel/rosters.js';
import { toBytes } from '../../segel/shapes.js';
import { BODY, Grant } from '../../segel/structures.js';
import { fill, NOW } from '../world.js';
import { AGENT, CONVERSATION, DESK, draw } from './cast.js';
import { handshakePart } from './talk.js';

const NO_SCOPE = fill(0);

export function holdingPart(page, notes, { talk, roster, visitor, agent, second }) {
  handshakePart(page, notes, {
    names: { initiator: 'first agent', responder: 'second agent', scope: 'scope' },
    drawn: [3, 48, 49],
    initiator: agent,
    responder: second,
    bundle: second.bundle(),
    scope: NO_SCOPE,
  });
  const toVisitor = { client: visitor, scope: CONVERSATION };
  const toSecond = { client: second, scope: NO_SCOPE };
  const begins = { own: 51, peer: x25519Public(draw(46)) };
  let state = noActs();
  let previous = talk.delivered.at(-1).contentHash;

  const act = (kind, other) => {
    const { epoch, hash } = state;
    const place = { conversation: CONVERSATION, epoch: epoch + 1, previous: hash, rosterHash: roster.hash };
    const signed = signAct(AGENT.signing, { ...place, device: agent.id, kind, agent: other });
    const world = { conversation: CONVERSATION, sender: agent.id, roster, desk: deskOf(roster, DESK), now: NOW };
    state = followAct(state, signed, world);
    page.whole('act', signed.act);
    page.whole('statement', statement('segel/1 act', signed.act));
    page.value('signature', signed.signature);
    page.value("the act's hash", state.hash);
    return { kind: BODY.act, value: signed };
  };
  const say = (said) => (previous = talk.say({ from: agent, previous, ...said }));

  const claim = act(KIND.claim);
  const both = [toVisitor, { ...toSecond, begins }];
  say({ to: both, event: fill(0xe3), name: 'a claim', whose: "the claim's event", sequence: 2, body: claim });
  const known = state.hash;
  const transfer = act(KIND.transfer, fill(0xa1));
  say({
    to: [toVisitor, toSecond],
    event: fill(0xe4),
    name: 'a transfer',
    whose: "the transfer's event",
    sequence: 3,
    act: known,
    body: transfer,
  });
  assert.deepEqual(state.holder, fill(0xa1));

  const told = [...talk.delivered];
  const grants = told.map((delivered) => grantOf(delivered, delivered.contentKey));
  grants.forEach((grant) => page.whole(`grant of event ${grant.position}, encoded`, toBytes(Grant, grant)));
  const body = { kind: BODY.grants, value: grants };
  const history = { event: fill(0xe5), name: 'four grants', whose: "the grants' event", sequence: 4, body };
  say({ to: [toSecond], act: state.hash, ...history });
  const opened = grants.map((grant, i) => openGrant(grant, agent.id, told[i]));
  opened.forEach(({ message }, i) => assert.deepEqual(message.body, told[i].message.body));
  // What the visitor said stands on the giver's word alone.
  assert.deepEqual(opened.map(({ vouchedFor }) => vouchedFor), [true, false, false, false]);
  return { lastAct: sha256(transfer.value.act) };
}
