// docs/examples/identity-token.mjs signs what this implementation signs and opens.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { test } from 'node:test';
import { identityToken, voucher } from '../../../docs/examples/identity-token.mjs';
import { openToken, signToken } from '../segel/identity.js';
import { ed25519Public, sha256 } from '../segel/primitives.js';
import { fromBytes, toBytes } from '../segel/shapes.js';
import { SignedToken } from '../segel/structures.js';
import { CONVERSATION, fill, NOW, SITE } from '../support/world.js';

const SEED = fill(9, 32);
const IDENTITY = fill(7, 32);
const PKCS8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]);
const key = createPrivateKey({ key: PKCS8, format: 'der', type: 'pkcs8' });
const text = (bytes) => Buffer.from(bytes).toString('base64url');
const asked = { conversation: text(CONVERSATION), visitor: text(sha256(IDENTITY)) };
const signed = (subject) => Buffer.from(identityToken(asked, text(SITE), subject, key, NOW * 1_000), 'base64url');

for (const subject of ['', 'C-1042', 'Pelanggan Demo · C-1042', 'x'.repeat(128)]) {
  test(`a business's server vouches for ${JSON.stringify(subject)}`, () => {
    const visitor = sha256(IDENTITY);
    const token = { site: SITE, subject, conversation: CONVERSATION, visitor, notAfter: NOW + 300 };
    assert.deepEqual(new Uint8Array(signed(subject)), new Uint8Array(toBytes(SignedToken, signToken(SEED, token))));
    const world = { site: SITE, conversation: CONVERSATION, identity: IDENTITY, timeMs: NOW * 1_000, storedMs: NOW * 1_000 };
    const opened = fromBytes(SignedToken, new Uint8Array(signed(subject)));
    assert.equal(openToken(opened, { ...world, vouchers: [ed25519Public(SEED)] }), subject);
  });
}

test('it names its voucher as the owner lists it', () => {
  assert.equal(voucher(key), `ed25519:${text(ed25519Public(SEED))}`);
});

test('it signs no longer name and no id of another size', () => {
  assert.throws(() => signed('x'.repeat(129)), RangeError);
  for (const change of [{ visitor: 'AAAA' }, { conversation: undefined }, { visitor: `${asked.visitor}=` }]) {
    assert.throws(() => identityToken({ ...asked, ...change }, text(SITE), 'x', key), TypeError);
  }
});
