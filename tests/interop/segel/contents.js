// 5.6 Content: a padded message under a fresh key, with a commitment to that key.
import { compare, concat, equal, Reader, statement, strictlyAscending, u32, u64, u8, utf8, zeros } from './bytes.js';
import { MISLEADS, UNSEEN } from './identity.js';
import { isZero, padded, padmeSize } from './padding.js';
import { chachaOpen, chachaSeal, constantTimeEqual, cut, hkdfExpand, hkdfExtract, sha256 } from './primitives.js';
import { demand, refusedAs } from './refused.js';
import { fromBytes, toBytes } from './shapes.js';
import { BODY, Message } from './structures.js';

const VERSION = 1;
const SUITE = 2;
const QUIET = 0x01;
const HEADER = 3 + 16 + 8 + 8 + 32;
const MOST_BYTES = 32_768;
const MOST_GRANTS = 256;
const MOST_ASKED = 64;
const MOST_ANSWERS = 8;
const MOST_LABELS = 8;
const MOST_LABEL = 32;
const QUIET_BODIES = [BODY.grants, BODY.request, BODY.signalKey, BODY.read, BODY.note, BODY.labels];

// Draws the content key, 32 bytes. `view`: order and rosterHash of the newest roster.
export function sealContent({ event, view, conversation, sender, recipients, message, random, note = () => {} }) {
  const plaintext = toBytes(Message, message);
  checkLimits(message);
  const flags = QUIET_BODIES.includes(message.body.kind) ? QUIET : 0;
  const { generation, version } = view.order;
  const header = concat(u8(VERSION), u8(SUITE), u8(flags), event, u64(generation), u64(version), view.rosterHash);
  const contentKey = random.bytes(32);
  const derived = contentSecrets(header, conversation, sender, [...recipients].sort(compare), contentKey);
  const paddedMessage = padded(concat(u32(plaintext.length), plaintext));
  note('content', { ...derived, paddedMessage });
  const ciphertext = chachaSeal(derived.key, zeros(12), derived.aad, paddedMessage);
  const content = concat(header, derived.commitment, ciphertext);
  demand(content.length <= MOST_BYTES, 'too-large', 'a sealed content has at most 32,768 bytes');
  return { content, contentKey, contentHash: sha256(content) };
}

// What stands in the open: before a wrap is opened, a receiver looks at the roster that the header names.
export function contentHeader(content) {
  const reader = new Reader(content, 'message-altered');
  const [version, suite, flags] = reader.take(3);
  demand(version === VERSION && suite === SUITE, 'message-altered', 'an unknown version or suite');
  demand((flags & ~QUIET) === 0, 'message-altered', 'unknown flags');
  const event = reader.take(16);
  const order = { generation: reader.number(8), version: reader.number(8) };
  return { quiet: flags === QUIET, event, order, rosterHash: reader.take(32) };
}

// `recipients` as delivered; each once and in order, or nothing opens.
export function openContent({ content, contentKey, event, conversation, sender, recipients }) {
  demand(content.length <= MOST_BYTES, 'message-altered', 'too large');
  const header = contentHeader(content);
  demand(equal(header.event, event), 'message-altered', 'the content of another event');
  demand(strictlyAscending(recipients), 'message-altered', 'recipients out of order');
  const [headerBytes, rest] = [content.slice(0, HEADER), new Reader(content.slice(HEADER), 'message-altered')];
  const { key, commitment, aad } = contentSecrets(headerBytes, conversation, sender, recipients, contentKey);
  demand(constantTimeEqual(rest.take(32), commitment), 'message-altered', 'the commitment is to another key');
  const paddedMessage = chachaOpen(key, zeros(12), aad, rest.rest());
  demand(paddedMessage, 'message-altered', 'the ciphertext does not open');
  const message = refusedAs('message-altered', () => unpad(paddedMessage));
  const mustBeQuiet = QUIET_BODIES.includes(message.body.kind);
  demand(header.quiet === mustBeQuiet, 'message-altered', 'the quiet flag is wrong');
  return { ...header, message };
}

function contentSecrets(header, conversation, sender, sortedRecipients, contentKey) {
  const aad = statement('segel/1 content', header, conversation, sender, sha256(concat(...sortedRecipients)));
  const prk = hkdfExtract(sha256(aad), contentKey);
  const [key, commitment] = cut(hkdfExpand(prk, 'segel/1 content key', 64), 32, 32);
  return { aad, prk, key, commitment };
}

function unpad(bytes) {
  const reader = new Reader(bytes);
  const encoded = reader.take(reader.number(4));
  demand(bytes.length === padmeSize(4 + encoded.length), 'malformed', 'padding of another size');
  demand(isZero(reader.rest()), 'malformed', 'padding that is not zeros');
  const message = fromBytes(Message, encoded);
  checkLimits(message);
  return message;
}

function checkLimits({ body: { kind, value }, quotes }) {
  demand(quotes === undefined || kind === BODY.text, 'malformed', 'only a text answers an event');
  if (kind === BODY.grants) demand(value.length <= MOST_GRANTS, 'too-large', 'at most 256 grants in a content');
  if (kind === BODY.read) demand(value > 0, 'malformed', 'reading begins with the first event');
  if (kind === BODY.rating) demand(value.stars >= 1 && value.stars <= 5, 'malformed', 'one to five stars');
  if (kind === BODY.details) demand((value.answers ?? []).length <= MOST_ANSWERS, 'malformed', 'at most 8 answers');
  if (kind === BODY.labels) checkLabels(value);
  if (kind === BODY.request) demand(value.length <= MOST_ASKED, 'too-large', 'at most 64 events in a request');
}

// 5.18: few, in order, each once, and such that each can be seen and misleads nobody.
function checkLabels(labels) {
  demand(labels.length <= MOST_LABELS, 'too-large', 'at most 8 labels');
  demand(strictlyAscending(labels.map(utf8)), 'malformed', 'labels out of order');
  for (const label of labels) {
    const length = [...label].length;
    demand(length > 0 && length <= MOST_LABEL, 'malformed', 'a label of another length');
    demand(!MISLEADS.test(label) && !UNSEEN.test(label), 'malformed', 'a label that misleads');
  }
}
