// 5.9 Acts: who holds a conversation. A refused act says why, and nothing changes.
import { equal, statement, zeros } from './bytes.js';
import { sha256, sign, verify } from './primitives.js';
import { demand, refuse, refusedAs } from './refused.js';
import { counts, isMember, isSupervisor, listedDevice } from './rosters.js';
import { fromBytes, toBytes } from './shapes.js';
import { Act } from './structures.js';

export const KIND = { claim: 0, transfer: 1, release: 2, takeover: 3, join: 4, leave: 5 };

export const noActs = () => ({ epoch: 0, hash: zeros(32), holder: null, joined: [] });

const signedStatement = (act) => statement('segel/1 act', act);

export function signAct(signingSeed, act) {
  const bytes = toBytes(Act, act);
  return { act: bytes, signature: sign(signingSeed, signedStatement(bytes)) };
}

// The state after a signed act. `world`: conversation, sender (the event's), roster, desk (an entry of the roster) and
// now.
export function followAct(state, { act: bytes, signature }, { conversation, sender, roster, desk, now }) {
  const refused = (condition, reason) => demand(condition, 'act-refused', reason);
  const act = refusedAs('act-refused', () => fromBytes(Act, bytes));
  refused((act.kind === KIND.transfer) === (act.agent !== undefined), 'malformed');
  const device = listedDevice(roster, act.device);
  refused(equal(act.device, sender) && counts(device, now), 'not-allowed');
  refused(verify(device.keys.signing, signedStatement(bytes), signature), 'bad-signature');
  refused(equal(act.conversation, conversation), 'elsewhere');
  refused(act.epoch > state.epoch, 'late');
  refused(act.epoch === state.epoch + 1, 'ahead');
  refused(equal(act.previous, state.hash), 'not-following');
  const after = apply(present(state, roster), act, device.agent, roles(roster, desk));
  return { ...after, epoch: act.epoch, hash: sha256(bytes) };
}

// An agent whom the newest roster does not list counts as not there.
function present({ holder, joined }, roster) {
  const listed = (agent) => roster.agents.some(({ id }) => equal(id, agent));
  return { holder: holder && listed(holder) ? holder : null, joined: joined.filter(listed) };
}

const roles = (roster, desk) => ({
  supervises: (agent) => isSupervisor(desk, agent),
  serves: (agent) => isMember(roster, desk, agent) || isSupervisor(desk, agent),
});

function apply({ holder, joined }, { kind, agent }, signer, { supervises, serves }) {
  const allowed = (condition) => demand(condition, 'act-refused', 'not-allowed');
  const holds = holder !== null && equal(holder, signer);
  const without = (other) => joined.filter((one) => !equal(one, other));
  const hasJoined = joined.some((one) => equal(one, signer));
  const heldBy = (other) => ({ holder: other, joined: without(other) });
  switch (kind) {
    case KIND.claim:
      allowed(holder === null && serves(signer));
      return heldBy(signer);
    case KIND.transfer:
      allowed(holds && serves(agent) && !equal(agent, holder));
      return heldBy(agent);
    case KIND.release:
      allowed(holds);
      return { holder: null, joined };
    case KIND.takeover:
      allowed(supervises(signer) && !holds);
      return heldBy(signer);
    case KIND.join:
      allowed(supervises(signer) && !holds && !hasJoined);
      return { holder, joined: [...joined, signer] };
    case KIND.leave:
      allowed(hasJoined);
      return { holder, joined: without(signer) };
    default:
      return refuse('act-refused', 'malformed');
  }
}
