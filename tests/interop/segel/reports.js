// 5.13 Reports: what a visitor saved, judged by the owner's rosters and by the relay's word on what it stored.
import { equal } from './bytes.js';
import { openContent } from './contents.js';
import { sha256 } from './primitives.js';
import { demand, refuse } from './refused.js';
import { listedDevice } from './rosters.js';
import { BODY } from './structures.js';

const KIND = 'segel/1 report';
const REPORT = ['kind', 'site', 'conversation', 'messages'];
const MESSAGE = ['event', 'position', 'sender', 'recipients', 'content', 'key', 'said'];

// The file's text, about this site. Refused as a whole: *malformed*, or *elsewhere*.
export function readReport(text, site) {
  const report = fields(parsed(text), REPORT);
  demand(report.kind === KIND, 'malformed', 'not a report of this version');
  demand(Array.isArray(report.messages) && report.messages.length > 0, 'malformed', 'no messages');
  const messages = report.messages.map(readMessage);
  demand(equal(octets(report.site, 16), site), 'elsewhere', 'a report about another site');
  return { conversation: octets(report.conversation, 16), messages };
}

function readMessage(value) {
  const { position, recipients, said, ...bytes } = fields(value, MESSAGE);
  demand(Number.isSafeInteger(position) && position >= 0, 'malformed', 'no position');
  demand(Array.isArray(recipients) && typeof said === 'string', 'malformed', 'not of the shape of a message');
  const [event, sender] = [octets(bytes.event, 16), octets(bytes.sender, 16)];
  const [content, key] = [octets(bytes.content), octets(bytes.key, 32)];
  return { event, position, sender, recipients: recipients.map((id) => octets(id, 16)), content, key, said };
}

// What the relay is asked about a message (7.2, *records*).
export const recordOf = ({ event, position, sender, content }) => ({ event, position, sender, hash: sha256(content) });

// Whose device said what. `stored`: when the relay stored that record, Unix milliseconds, or null; `rosters`: all that the
// owner signed, opened, by ascending version.
export function judge({ conversation }, message, { stored, rosters }) {
  demand(stored !== null, 'no-record', 'the relay has no such event');
  const { event, sender, recipients, content, key, said } = message;
  const opened = openContent({ content, contentKey: key, conversation, event, sender, recipients });
  const { kind, value } = opened.message.body;
  demand(kind === BODY.text || kind === BODY.attachment, 'malformed', 'neither a text nor a file');
  demand(said === (kind === BODY.text ? value : value.name), 'another-text', 'said is not what was sealed');
  const named = rosters.find(({ order }) => order.version === opened.order.version);
  const isOwn = named && named.order.generation === opened.order.generation && equal(named.hash, opened.rosterHash);
  demand(isOwn, 'roster-forked', 'the content names a roster that this owner did not sign');
  return { ...whose(sender, stored, rosters), said, stored };
}

function whose(sender, stored, rosters) {
  const last = rosters.findLastIndex((roster) => listedDevice(roster, sender));
  if (last < 0) return { by: 'visitor' };
  const { agent, notAfter } = listedDevice(rosters[last], sender);
  const { name } = rosters[last].agents.find(({ id }) => equal(id, agent));
  const until = Math.min(notAfter, rosters[last + 1]?.issuedAt ?? Infinity);
  return { by: Math.floor(stored / 1_000) < until ? 'agent' : 'former', name };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return refuse('malformed', 'not JSON');
  }
}

function fields(value, names) {
  const isObject = value instanceof Object && !Array.isArray(value);
  demand(isObject && Object.keys(value).length === names.length, 'malformed', 'other members than a report has');
  demand(names.every((name) => Object.hasOwn(value, name)), 'malformed', 'a member is missing');
  return value;
}

function octets(text, length) {
  demand(typeof text === 'string', 'malformed', 'not base64url');
  const bytes = Uint8Array.from(Buffer.from(text, 'base64url'));
  demand(Buffer.from(bytes).toString('base64url') === text, 'malformed', 'not canonical base64url');
  demand(length === undefined || bytes.length === length, 'malformed', 'of another length');
  return bytes;
}
