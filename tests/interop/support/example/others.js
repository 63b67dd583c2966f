// The worked example's login, identity token, safety number, signal, attachment and withdrawal.
import assert from 'node:assert/strict';
import { compare, concat, statement, u32, u64, u8, zeros } from '../../segel/bytes.js';
import { attachmentOpener, sealAttachment } from '../../segel/attachments.js';
import { openContent, sealContent } from '../../segel/contents.js';
import { deviceId, publicKeys } from '../../segel/devices.js';
import { loginStatement, openToken, safetyCode, safetyNumber, signToken } from '../../segel/identity.js';
import { ed25519Public, sha256, sha512, sign, verify } from '../../segel/primitives.js';
import { toBytes } from '../../segel/shapes.js';
import { openSignal, sealSignal, signalKeyId } from '../../segel/signals.js';
import { Attachment, BODY, Signal, SignalKey, SignedToken } from '../../segel/structures.js';
import { DAY, fill, NOW } from '../world.js';
import { CONVERSATION, ROOT, SITE, VISITOR, VOUCHER } from './cast.js';
import { contentPart, messageOf } from './talk.js';

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');
const VISITOR_ID = deviceId(SITE, publicKeys(VISITOR));

export function loginPart(page) {
  const said = loginStatement('https://relay.example', SITE, fill(0x1c, 32), NOW + 60);
  const signature = sign(VISITOR.login, said);
  assert.ok(verify(ed25519Public(VISITOR.login), said, signature));
  page.whole('statement', said);
  page.value('signature', signature);
}

export function tokenPart(page, { profile: { vouchers } }) {
  const { identity } = publicKeys(VISITOR);
  const place = { site: SITE, conversation: CONVERSATION };
  const token = { ...place, subject: 'pelanggan 42', visitor: sha256(identity), notAfter: NOW + 300 };
  const signed = signToken(VOUCHER, token);
  const world = { ...place, vouchers, identity, timeMs: NOW * 1_000, storedMs: NOW * 1_000 };
  assert.equal(openToken(signed, world), token.subject);
  page.whole('token', signed.token);
  page.value('signature', signed.signature);
  page.whole('signed token, encoded', toBytes(SignedToken, signed));
  page.text('what the page hands over', base64url(toBytes(SignedToken, signed)));
}

export function safetyPart(page) {
  const { identity } = publicKeys(VISITOR);
  const said = statement('segel/1 safety', ROOT, SITE, identity);
  const groups = safetyNumber(ROOT, SITE, identity);
  page.whole('statement', said);
  page.value('S', sha512(said));
  page.text('as it is shown', groups.join(' '));
  page.text("as a QR code's text", safetyCode(groups));
}

export function signalPart(page, random) {
  const place = { conversation: CONVERSATION, sender: VISITOR_ID };
  const given = { key: random.bytes(32), notAfter: NOW + DAY };
  const signal = { counter: 1, time: NOW, kind: 1 };
  const bytes = sealSignal({ ...place, key: given.key, signal, random });
  const known = { ...given, given: NOW, counter: 0 };
  assert.deepEqual(openSignal({ bytes, ...place, known, now: NOW }), signal);
  const encoded = toBytes(Signal, signal);
  page.whole('key for signals, encoded', toBytes(SignalKey, given));
  page.value('key id', signalKeyId(CONVERSATION, VISITOR_ID, given.key));
  page.whole('signal, encoded', encoded);
  page.value('padded', concat(encoded, zeros(32 - encoded.length)));
  page.value('AD', statement('segel/1 signal', CONVERSATION, VISITOR_ID, bytes.slice(0, 34)));
  page.value('signal', bytes);
}

export function attachmentPart(page, notes, random) {
  const id = fill(0xaf);
  const plaintext = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
  notes.clear();
  const { chunks, ...said } = sealAttachment({ id, plaintext, random, note: notes.note });
  const opener = attachmentOpener({ id, ...said });
  assert.deepEqual(concat(...chunks.map((chunk) => opener.open(chunk))), plaintext);
  opener.finish();
  page.value('plain hash', said.plainHash);
  page.value('PRK', notes.all.attachment[0].prk);
  page.value('key', said.key);
  page.value('AD', statement('segel/1 attachment', id, u64(71_680)));
  chunks.forEach((chunk, i) => {
    page.value(`nonce of chunk ${i}`, concat(zeros(7), u32(i), u8(i === chunks.length - 1 ? 1 : 0)));
    page.value(`chunk ${i}`, chunk);
    page.value('its first 16 bytes', chunk.slice(0, 16));
    page.value('its last 16 bytes', chunk.slice(-16));
  });
  page.value('sealed hash', said.sealedHash);
  const named = { id, name: 'denah.bin', type: 'application/octet-stream', caption: 'denah toko' };
  page.whole('attachment, encoded', toBytes(Attachment, { ...named, ...said }));
}

export function withdrawalPart(page, notes, { talk, view, agents, lastAct, random }) {
  const event = fill(0xe6);
  const first = talk.delivered[0];
  const body = { kind: BODY.withdrawal, value: first.event };
  const message = messageOf({ sequence: 2, previous: first.contentHash, act: lastAct, body }, talk);
  const recipients = agents.map(({ id }) => id).sort(compare);
  const place = { conversation: CONVERSATION, event, sender: VISITOR_ID, recipients };
  notes.clear();
  const sealed = sealContent({ ...place, view, message, random, note: notes.note });
  assert.deepEqual(openContent({ ...place, ...sealed }).message.body, body);
  contentPart(page, { event, name: 'a withdrawal', message, derived: notes.all.content[0], sealed });
  talk.put({ ...place, ...sealed }, 'the withdrawal');
  const path = `/v1/conversations/${base64url(CONVERSATION)}/events/${base64url(event)}`;
  page.text('how the relay is told', `PUT ${path}?withdraws=${base64url(first.event)}`);
}
