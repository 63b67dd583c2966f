// 3.4 Prekeys: pairs of an X25519 and an ML-KEM-768 key under one id and one signature, in one of two roles.
import { statement, u32, u64 } from './bytes.js';
import { deviceId, keysAreOf } from './devices.js';
import { kemPublic, sign, verify, x25519Public } from './primitives.js';
import { demand, refusedAs } from './refused.js';
import { fromBytes, toBytes } from './shapes.js';
import { Bundle, Prekeys } from './structures.js';

export const SIGNED = 'signed';
export const ONE_TIME = 'one-time';
export const SERVES = 14 * 86_400;

const MOST_BUNDLE = 8_192;

const signedBytes = (role, site, keys, { id, notAfter, curve, kem }) =>
  statement(`segel/1 prekey ${role}`, site, deviceId(site, keys), keys.identity, u32(id), u64(notAfter), curve, kem);

// Draws the curve half, 32 bytes, then the KEM half's seed, 64.
export function drawPrekey(random, { id, role, notAfter }) {
  const curve = random.bytes(32);
  return { id, role, notAfter, curve, kem: random.bytes(64) };
}

// The public half of a prekey, signed for its role.
export function publish(site, keys, signingSeed, prekey) {
  const open = {
    id: prekey.id,
    notAfter: prekey.notAfter,
    curve: x25519Public(prekey.curve),
    kem: kemPublic(prekey.kem),
  };
  return { ...open, signature: sign(signingSeed, signedBytes(prekey.role, site, keys, open)) };
}

// `held`: ids of all one-time prekeys whose private halves are there, ascending.
export function upload(keys, signed, oneTime, held) {
  return toBytes(Prekeys, { keys, signed, oneTime: oneTime.length ? oneTime : undefined, held });
}

export const bundleBytes = (keys, signed, oneTime) => toBytes(Bundle, { keys, signed, oneTime });

export function holds(site, keys, role, prekey) {
  return verify(keys.signing, signedBytes(role, site, keys, prekey), prekey.signature);
}

// A bundle that is the asked device's and signed by it. With an expired signed prekey it is as if there were none.
export function openBundle(bytes, { site, device, now }) {
  const bundle = refusedAs('bundle-refused', () => {
    demand(bytes.length <= MOST_BUNDLE, 'bundle-refused', 'too large');
    const { keys, signed, oneTime } = fromBytes(Bundle, bytes);
    demand(keysAreOf(site, keys, device), 'bundle-refused', 'of another device');
    demand(holds(site, keys, SIGNED, signed), 'bundle-refused', 'the signed prekey is not signed by it');
    const allHold = !oneTime || holds(site, keys, ONE_TIME, oneTime);
    demand(allHold, 'bundle-refused', 'the one-time prekey is not signed by it');
    return { keys, signed, oneTime: oneTime && now < oneTime.notAfter ? oneTime : undefined };
  });
  demand(now < bundle.signed.notAfter, 'no-bundle', 'the signed prekey has expired');
  return bundle;
}
