// 5.10 Grants: the content key of an event, handed on.
import { equal } from './bytes.js';
import { openContent } from './contents.js';
import { sha256 } from './primitives.js';
import { demand } from './refused.js';

export const grantOf = ({ event, position, sender, content }, contentKey) => ({
  event,
  position,
  sender,
  contentHash: sha256(content),
  contentKey,
});

// Opens a delivered event by a grant. `vouchedFor` says that another than the event's sender gave it, so that it is a
// claim until the visitor's `seen` covers it.
export function openGrant(grant, giver, delivered) {
  const names = ['event', 'sender'].every((name) => equal(grant[name], delivered[name]));
  demand(names && grant.position === delivered.position, 'message-altered', 'the grant is for another event');
  demand(equal(grant.contentHash, sha256(delivered.content)), 'message-altered', 'the grant is for another content');
  const opened = openContent({ ...delivered, contentKey: grant.contentKey });
  return { ...opened, vouchedFor: !equal(giver, grant.sender) };
}
