// The rows that every library has: the same bytes in, the same bytes out.

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import sodium from "libsodium-wrappers";

const MEBIBYTE = 1 << 20;
const CHUNK = 1 << 16;

const filled = (size, byte) => new Uint8Array(size).fill(byte);
const [key, nonce, bound] = [filled(32, 1), filled(12, 2), filled(32, 3)];
const [secret, peer] = [filled(32, 7), filled(32, 9)];
const [seed, entropy] = [filled(64, 7), filled(32, 8)];
const short = filled(256, 0x5e);
const file = filled(MEBIBYTE, 0x5e);

/** Two functions each: seal a message, open what was sealed. */
const sealers = {
  libsodium: [
    (message) => sodium.crypto_aead_chacha20poly1305_ietf_encrypt(message, bound, null, nonce, key),
    (sealed) => sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed, bound, nonce, key),
  ],
  noble: [
    (message) => chacha20poly1305(key, nonce, bound).encrypt(message),
    (sealed) => chacha20poly1305(key, nonce, bound).decrypt(sealed),
  ],
};

const ofSegel = (segel) => [
  (message) => segel.seal(key, nonce, bound, message),
  (sealed) => segel.open(key, nonce, bound, sealed),
];

const chunks = (bytes) =>
  Array.from({ length: bytes.length / CHUNK }, (_, at) => bytes.subarray(at * CHUNK, (at + 1) * CHUNK));

const whole = ([seal, open], message) => () => open(seal(message)).length === message.length;

const inChunks = ([seal, open]) => () => chunks(file).every((chunk) => open(seal(chunk)).length === CHUNK);

/** An attachment, as docs/PROTOCOL.md says: measured, sealed as it was measured, opened and compared. */
const attachment = ([seal, open]) => () => {
  const [plain, sealedHash, openedPlain, openedSealed] = Array.from({ length: 4 }, () => sha256.create());
  const measured = chunks(file).map((chunk) => (plain.update(chunk), sha256(chunk)));
  const sealed = chunks(file).map((chunk, at) => {
    if (sha256(chunk).some((byte, place) => byte !== measured[at][place])) throw new Error("changed");
    const bytes = seal(chunk);
    sealedHash.update(bytes);
    return bytes;
  });
  for (const bytes of sealed) {
    openedSealed.update(bytes);
    openedPlain.update(open(bytes));
  }
  return same(openedPlain.digest(), plain.digest()) && same(openedSealed.digest(), sealedHash.digest());
};

const same = (left, right) => left.every((byte, at) => byte === right[at]);

const kem = {
  segel: (segel) => () => {
    const made = segel.kem_encapsulate(segel.kem_public(seed), entropy);
    return same(segel.kem_decapsulate(seed, made.subarray(0, 1088)), made.subarray(1088));
  },
  libsodium: () => {
    const pair = sodium.crypto_kem_mlkem768_seed_keypair(seed);
    const made = sodium.crypto_kem_mlkem768_enc_deterministic(pair.publicKey, entropy);
    return same(sodium.crypto_kem_mlkem768_dec(made.ciphertext, pair.privateKey), made.sharedSecret);
  },
  noble: () => {
    const pair = ml_kem768.keygen(seed);
    const made = ml_kem768.encapsulate(pair.publicKey, entropy);
    return same(ml_kem768.decapsulate(made.cipherText, pair.secretKey), made.sharedSecret);
  },
};

/** Rows of `{ id, name, ours: (segel) => work, peers: { library: work } }`; a `work` answers whether it worked. */
export async function rows() {
  await sodium.ready;
  const { libsodium, noble } = sealers;
  const row = (id, name, ours, peers) => ({ id, name, ours, peers });
  return [
    row("x25519", "X25519", (segel) => () => segel.agree(secret, peer).length === 32, {
      libsodium: () => sodium.crypto_scalarmult(secret, peer).length === 32,
      noble: () => x25519.getSharedSecret(secret, peer).length === 32,
    }),
    row("aead256", "256 B sealed and opened", (segel) => whole(ofSegel(segel), short), {
      libsodium: whole(libsodium, short),
      noble: whole(noble, short),
    }),
    row("aead1m", "1 MiB sealed and opened", (segel) => inChunks(ofSegel(segel)), {
      libsodium: inChunks(libsodium),
      noble: inChunks(noble),
    }),
    // libsodium-wrappers has no SHA-256.
    row("file1m", "1 MiB attachment, hashed", (segel) => () => segel.seal_and_open_file(file).length === MEBIBYTE, {
      "libsodium+noble": attachment(libsodium),
      noble: attachment(noble),
    }),
    row("kem", "ML-KEM-768, all three", kem.segel, { libsodium: kem.libsodium, noble: kem.noble }),
  ];
}
