// 5.21: what a text offers, read and written as the other implementation reads and writes it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readOffer, writeOffer } from '../segel/offers.js';

const { offers, plain } = JSON.parse(readFileSync(new URL('../../vectors/offers.json', import.meta.url), 'utf8'));

test('a text that offers something is read', () => {
  for (const { said, written: _, ...parts } of offers) {
    assert.deepEqual(readOffer(said), { title: '', text: '', link: '', host: '', ...parts }, said);
  }
});

test('an offer is written to the byte', () => {
  for (const { said, written, ...parts } of offers) if (written) assert.equal(writeOffer(parts), said);
});

test('every other text says no more than its words', () => {
  for (const said of plain) assert.equal(readOffer(said), null, said);
});
