// Suite 2's primitives, each under the name that PROTOCOL.md gives it. The strictness of 2.1 lives here.
import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { concat, equal, utf8 } from './bytes.js';
import { demand, refuse } from './refused.js';

export const KEM_KEY = 1184;
export const KEM_CIPHERTEXT = 1088;

export const sha256 = (bytes) => nobleSha256(bytes);
export const sha512 = (bytes) => nobleSha512(bytes);
export const hmacSha256 = (key, bytes) => hmac(nobleSha256, key, bytes);
export const hkdfExtract = (salt, ikm) => extract(nobleSha256, ikm, salt);
export const hkdfExpand = (prk, label, length) => expand(nobleSha256, prk, utf8(label), length);

// Cuts derived bytes into keys: cut(bytes, 32, 12) is two of them.
export function cut(bytes, ...lengths) {
  let at = 0;
  return lengths.map((length) => bytes.slice(at, (at += length)));
}

export const x25519Public = (secret) => x25519.getPublicKey(secret);

export function dh(secret, theirs) {
  demand(theirs.length === 32, 'weak-key', 'an X25519 key has 32 bytes');
  try {
    return x25519.getSharedSecret(secret, theirs);
  } catch {
    return refuse('weak-key', 'X25519 gives zeros');
  }
}

export const ed25519Public = (seed) => ed25519.getPublicKey(seed);
export const sign = (seed, message) => ed25519.sign(message, seed);

// The library's own verification multiplies by the cofactor; the protocol's does not, so it is written out.
export function verify(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  try {
    const { Point } = ed25519;
    const r = signature.subarray(0, 32);
    const A = Point.fromBytes(key);
    const R = Point.fromBytes(r);
    if (A.isSmallOrder() || R.isSmallOrder()) return false;
    const S = littleEndian(signature.subarray(32));
    if (S >= Point.Fn.ORDER) return false;
    const k = littleEndian(sha512(concat(r, key, message))) % Point.Fn.ORDER;
    const right = R.add(A.multiplyUnsafe(k));
    return Point.BASE.multiplyUnsafe(S).equals(right);
  } catch {
    return false; // a point that does not decode, or decodes from a form that is not canonical
  }
}

function littleEndian(bytes) {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[i]);
  return value;
}

// The private half is the seed d | z, here as everywhere.
export const kemPublic = (seed) => ml_kem768.keygen(seed).publicKey;
export const kemDecaps = (seed, ciphertext) => ml_kem768.decapsulate(ciphertext, ml_kem768.keygen(seed).secretKey);

// FIPS 203, 7.2: the length, and each of the 768 12-bit numbers is below the modulus.
export function kemKeyHolds(key) {
  if (key.length !== KEM_KEY) return false;
  for (let i = 0; i < 1152; i += 3) {
    const low = key[i] | ((key[i + 1] & 0x0f) << 8);
    const high = (key[i + 1] >> 4) | (key[i + 2] << 4);
    if (low >= 3329 || high >= 3329) return false;
  }
  return true;
}

export function kemEncaps(key, randomness) {
  demand(kemKeyHolds(key), 'weak-key', 'no ML-KEM-768 encapsulation key');
  const { cipherText, sharedSecret } = ml_kem768.encapsulate(key, randomness);
  return { ciphertext: cipherText, secret: sharedSecret };
}

const sealer = (cipher) => (key, nonce, aad, plaintext) => cipher(key, nonce, aad).encrypt(plaintext);

// Nothing instead of an error: what a failure means is the caller's to say.
const opener = (cipher) => (key, nonce, aad, ciphertext) => {
  if (ciphertext.length < 16) return null;
  try {
    return cipher(key, nonce, aad).decrypt(ciphertext);
  } catch {
    return null;
  }
};

export const chachaSeal = sealer(chacha20poly1305);
export const chachaOpen = opener(chacha20poly1305);
export const xchachaSeal = sealer(xchacha20poly1305);
export const xchachaOpen = opener(xchacha20poly1305);
export const constantTimeEqual = equal;
