// 5.13: a report that the first implementation made, and what anybody makes of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { judge, readReport, recordOf } from '../segel/reports.js';
import { openRoster } from '../segel/rosters.js';

const vector = JSON.parse(readFileSync(new URL('../../vectors/report.json', import.meta.url), 'utf8'));
const bytes = (text) => Uint8Array.from(Buffer.from(text, 'base64url'));
const site = bytes(vector.report.site);
const rosters = vector.rosters.map((roster) => openRoster(bytes(roster), { root: bytes(vector.root), site }));
const text = JSON.stringify(vector.report);
const genuine = readReport(text, site);

const record = (report, message) => JSON.stringify([report.conversation, recordOf(message)]);
const kept = record(genuine, genuine.messages[0]);

// With a relay that has stored just the genuine one.
function verdict(changed, at = vector.stored) {
  const report = readReport(changed, site);
  const stored = record(report, report.messages[0]) === kept ? at : null;
  return judge(report, report.messages[0], { stored, rosters });
}

function refusal(work) {
  try {
    work();
    return null;
  } catch (error) {
    return error.code;
  }
}

const changed = (change) => {
  const report = structuredClone(vector.report);
  change(report, report.messages[0]);
  return JSON.stringify(report);
};

test('what an agent said is shown', () => {
  assert.deepEqual(verdict(text), { by: 'agent', name: vector.by, said: vector.text, stored: vector.stored });
});

test('a device that a roster had left out by then was an agent no more', () => {
  assert.equal(verdict(text, rosters.at(-1).issuedAt * 1_000).by, 'former');
});

test('whatever was altered is refused', () => {
  for (let at = 0; at < text.length; at += 1) {
    const altered = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
    assert.notEqual(refusal(() => verdict(altered)), null, `character ${at}`);
  }
});

test('a forgery is refused for what it is', () => {
  const other = Buffer.alloc(16, 9).toString('base64url');
  const cases = {
    'another-text': (_, message) => (message.said = 'Halo'),
    'no-record': (_, message) => (message.sender = other),
    elsewhere: (report) => (report.site = other),
    malformed: (_, message) => (message.by = 'Agen Lain'),
    'message-altered': (_, message) => message.recipients.push(Buffer.alloc(16, 255).toString('base64url')),
  };
  for (const [code, change] of Object.entries(cases)) {
    assert.equal(refusal(() => verdict(changed(change))), code);
  }
  const anotherKey = changed((_, message) => (message.key = Buffer.alloc(32, 9).toString('base64url')));
  assert.equal(refusal(() => verdict(anotherKey)), 'message-altered');
});
