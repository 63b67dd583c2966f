// 5.6 and 5.7: the log's hashes, and what a receiver sees by `sequence`, `previous` and `seen`.
import { equal, statement, u64, zeros } from './bytes.js';
import { sha256 } from './primitives.js';

export const logStart = (conversation) => sha256(statement('segel/1 log', conversation));

export const logNext = (before, { position, event, sender, contentHash }) =>
  sha256(statement('segel/1 log entry', before, u64(position), event, sender, contentHash));

// The hashes of the log, by position, from 0 on.
export function logHashes(conversation, entries) {
  const hashes = [logStart(conversation)];
  entries.forEach((entry, i) => hashes.push(logNext(hashes[i], { position: i + 1, ...entry })));
  return hashes;
}

// The codes that are said beside a genuine message. `last`: sequence and hash of the sender's last content here, or
// null; `unopened`: how many of its events did not open here since, and `lastUnopened` the last one's hash, or null;
// `hashes`: the own log, by position.
export function warnings({ sequence, previous, seen }, { last, unopened, lastUnopened, hashes }) {
  const found = [];
  const before = last ?? { sequence: 0, hash: zeros(32) };
  const skipped = sequence - before.sequence - 1;
  const expected = skipped > 0 ? lastUnopened : before.hash;
  const broken = skipped >= 0 && !equal(previous, expected ?? zeros(32));
  if (broken || skipped > unopened) found.push('events-missing');
  const own = hashes[seen.position];
  if (own && !equal(own, seen.logHash)) found.push('log-forked');
  return found;
}
