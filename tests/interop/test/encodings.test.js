// 2: notation, deterministic CBOR, and the strictness of keys and signatures.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ed25519 } from '@noble/curves/ed25519.js';
import { concat, fromHex, hex, statement, u64, zeros } from '../segel/bytes.js';
import { decode, encode } from '../segel/cbor.js';
import { padmeSize } from '../segel/padding.js';
import { dh, ed25519Public, kemEncaps, kemKeyHolds, kemPublic, sha512, sign, verify } from '../segel/primitives.js';
import { fromBytes, toBytes } from '../segel/shapes.js';
import { Certificate, Invitation, Message } from '../segel/structures.js';
import { fill, message, refuses } from '../support/world.js';

const wycheproof = (name) => {
  const file = new URL(`../../vectors/wycheproof/${name}_test.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).testGroups;
};

test('a statement is its label and fields, each with its length', () => {
  assert.equal(hex(statement('ab', fill(7, 1), zeros(0))), '0000000261620000000107' + '00000000');
  assert.equal(hex(u64(2n ** 64n - 1n)), 'ff'.repeat(8));
});

test('CBOR is decoded in its deterministic form', () => {
  for (const text of ['00', '1818', '1903e8', '1bffffffffffffffff', '4101', '6161', '820102', 'a200010102', 'a0']) {
    assert.equal(hex(encode(decode(fromHex(text)))), text);
  }
});

test('CBOR in any other form is refused', () => {
  const others = [
    '1800',
    '190018',
    '1a0000ffff',
    '1b00000000ffffffff', // not the shortest
    '5f4101ff',
    '9f01ff',
    'bf0001ff',
    '1c', // indefinite and reserved
    'a201010002',
    'a200010001',
    'a1616100', // keys
    '20',
    'c000',
    'f4',
    'f6',
    'f90000', // types that no structure has
    '61ff',
    '62c328', // not UTF-8
    '',
    '18',
    '41',
    '8101ff',
    '0000',
    '9bffffffffffffffff',
    '5bffffffffffffffff', // ends
  ];
  for (const text of others) refuses('malformed', () => decode(fromHex(text)));
});

test('structures refuse unknown, missing and misshapen fields', () => {
  const invitation = { site: fill(1), id: fill(2), notAfter: 3 };
  const bytes = toBytes(Invitation, invitation);
  assert.deepEqual(fromBytes(Invitation, bytes), invitation);
  for (const [key, value] of [
    [3, 0],
    [2, fill(1)],
    [1, fill(1, 15)],
  ]) {
    refuses('malformed', () => fromBytes(Invitation, encode(decode(bytes).set(key, value))));
  }
  const fewer = decode(bytes);
  fewer.delete(1);
  refuses('malformed', () => fromBytes(Invitation, encode(fewer)));
  refuses('malformed', () => fromBytes(Certificate, bytes));
});

test('a message goes through JSON and CBOR', () => {
  const said = { ...message('grüße'), timeMs: 2n ** 63n };
  assert.deepEqual(fromBytes(Message, toBytes(Message, said)), said);
  assert.deepEqual(Message.fromJson(JSON.parse(JSON.stringify(Message.toJson(said)))), said);
  const answer = { ...said, quotes: fill(9) };
  assert.deepEqual(fromBytes(Message, toBytes(Message, answer)), answer);
  assert.deepEqual(Message.fromJson(JSON.parse(JSON.stringify(Message.toJson(answer)))), answer);
  refuses('malformed', () => toBytes(Message, { ...said, body: { kind: 7, value: '' } }));
});

test('Padmé sizes', () => {
  for (const [length, size] of [
    [0, 256],
    [256, 256],
    [257, 272],
    [1_000, 1_024],
    [9_000, 9_216],
    [140_000, 143_360],
  ]) {
    assert.equal(padmeSize(length), size);
    assert.equal(padmeSize(size), size);
  }
  assert.equal(padmeSize(104_857_600), 104_857_600);
});

test("Wycheproof's Ed25519", () => {
  for (const { publicKey, tests } of wycheproof('ed25519')) {
    for (const { msg, sig, result, tcId } of tests) {
      assert.equal(verify(fromHex(publicKey.pk), fromHex(msg), fromHex(sig)), result === 'valid', `case ${tcId}`);
    }
  }
});

test('signatures that only a lax reading accepts are refused', () => {
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const little = (number) => Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
  const number = (bytes) => BigInt(`0x${hex(bytes.slice().reverse())}`);
  const identity = fromHex('01' + '00'.repeat(31));
  const unreduced = fromHex('ee' + 'ff'.repeat(30) + '7f');
  const said = fill(5, 3);
  const key = ed25519Public(fill(1, 32));
  const holds = sign(fill(1, 32), said);
  assert.ok(verify(key, said, holds));
  assert.ok(!verify(key, said, concat(holds.slice(0, 32), little(number(holds.slice(32)) + order))));
  // A key or an R of small order, canonical or not: S = 0, R = 1 holds for the key 1 and every message.
  for (const small of [identity, unreduced]) {
    assert.ok(!verify(small, said, concat(identity, zeros(32))));
    assert.ok(!verify(identity, said, concat(small, zeros(32))));
  }
  const scalar = 12_345n;
  const own = Point.BASE.multiply(scalar);
  const k = (r, pk) => number(sha512(concat(r, pk, said))) % order;
  assert.ok(!verify(own.toBytes(), said, concat(identity, little((k(identity, own.toBytes()) * scalar) % order))));
  // R with a part of small order: the equation holds with the cofactor only.
  const torsion = Point.fromBytes(fromHex('ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'));
  const r = Point.BASE.multiply(777n).add(torsion).toBytes();
  const lax = concat(r, little((777n + k(r, own.toBytes()) * scalar) % order));
  assert.ok(ed25519.verify(lax, said, own.toBytes(), { zip215: false }));
  assert.ok(!verify(own.toBytes(), said, lax));
});

test("Wycheproof's X25519: zeros are refused, everything else is as it says", () => {
  for (const { tests } of wycheproof('x25519')) {
    for (const { public: theirs, private: own, shared, tcId } of tests) {
      const work = () => dh(fromHex(own), fromHex(theirs));
      if (/^0*$/.test(shared)) refuses('weak-key', work);
      else assert.equal(hex(work()), shared, `case ${tcId}`);
    }
  }
});

test('an encapsulation key passes the modulus check or is refused', () => {
  const key = kemPublic(fill(1, 64));
  assert.ok(kemKeyHolds(key));
  // 3329 = 0xd01 as the first and as the last of the 768 numbers, 12 bits each.
  for (const [at, bytes] of [
    [0, [0x01, 0x0d]],
    [1_150, [0x10, 0xd0]],
  ]) {
    const weak = key.slice();
    weak.set(bytes, at);
    refuses('weak-key', () => kemEncaps(weak, fill(2, 32)));
  }
  refuses('weak-key', () => kemEncaps(key.slice(1), fill(2, 32)));
});
