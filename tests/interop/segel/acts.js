// 5.9 Acts: who holds a conversation. A refused act says why, and nothing changes.
import { equal, statement, zeros } from './bytes.js';
import { sha256, sign, verify } from './primitives.js';
import { demand, refuse, refusedAs } from './refused.js';
import { counts, isMember, isSupervisor, listedDevice } from './rosters.js';
import { fromBytes, toBytes } from './shapes.js';
import { Act } from './structures.js';

export const KIND = { claim: 0, transfer: 1, release: 2, takeover: 3, join: 4, leave: 5, end: 6 };

export const noActs = () => ({ epoch: 0, hash: zeros(32), holder: null, taken: false, joined: [], ended: null });

const signedStatement = (act) => statement('segel/1 act', act);

export function signAct(signingSeed, act) {
  const bytes = toBytes(Act, act);
  return { act: bytes, signature: sign(signingSeed, signedStatement(bytes)) };
}

// The state after a signed act. `world`: conversation, sender (the event's), roster (the one that its content names, with
// its hash), desk (an entry of it, or null) and now (when the content was written).
export function followAct(state, { act: bytes, signature }, { conversation, sender, roster, desk, now }) {
  const refused = (condition, reason) => demand(condition, 'act-refused', reason);
  const act = refusedAs('act-refused', () => fromBytes(Act, bytes));
  refused((act.kind === KIND.transfer) === (act.agent !== undefined), 'malformed');
  const device = listedDevice(roster, sender);
  refused(counts(device, now) && desk !== null, 'not-allowed');
  const signed = verify(device.keys.signing, signedStatement(bytes), signature);
  refused(equal(act.device, sender) && signed, 'bad-signature');
  refused(equal(act.conversation, conversation) && equal(act.rosterHash, roster.hash), 'elsewhere');
  refused(act.epoch > state.epoch, 'late');
  refused(act.epoch === state.epoch + 1, 'ahead');
  refused(equal(act.previous, state.hash), 'not-following');
  return { ...apply(state, act, device.agent, roles(roster, desk, now)), epoch: act.epoch, hash: sha256(bytes) };
}

function roles(roster, desk, now) {
  const agentOf = (id) => roster.agents.find((agent) => equal(agent.id, id));
  const isThere = (id) => (agentOf(id)?.devices ?? []).some((device) => counts(device, now));
  const supervises = (id) => isSupervisor(desk, id);
  const mayHold = (id) => isThere(id) && (isMember(roster, desk, id) || supervises(id));
  const keepsHold = ({ holder, taken }) => mayHold(holder) && (!taken || supervises(holder));
  return { supervises, mayHold, keepsHold };
}

function apply(state, { kind, agent }, signer, { supervises, mayHold, keepsHold }) {
  const allowed = (condition) => demand(condition, 'act-refused', 'not-allowed');
  const isHeld = state.holder !== null && keepsHold(state);
  const holds = isHeld && equal(state.holder, signer);
  const without = (other) => state.joined.filter((one) => !equal(one, other));
  const hasJoined = state.joined.some((one) => equal(one, signer));
  const heldBy = (holder, taken) => ({ ...state, holder, taken, joined: without(holder) });
  allowed(state.ended === null);
  switch (kind) {
    case KIND.claim:
      allowed(!isHeld && mayHold(signer));
      return heldBy(signer, false);
    case KIND.transfer:
      allowed(holds && mayHold(agent) && !equal(agent, signer));
      return heldBy(agent, false);
    case KIND.release:
      allowed(holds);
      return { ...state, holder: null, taken: false };
    case KIND.takeover:
      allowed(supervises(signer) && !holds);
      return heldBy(signer, true);
    case KIND.join:
      allowed(supervises(signer) && !holds && !hasJoined);
      return { ...state, joined: [...state.joined, signer] };
    case KIND.leave:
      allowed(hasJoined);
      return { ...state, joined: without(signer) };
    case KIND.end:
      allowed(holds);
      return { ...state, ended: signer };
    default:
      return refuse('act-refused', 'malformed');
  }
}
