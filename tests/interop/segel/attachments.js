// 5.11 Attachments: padded, sealed in chunks (STREAM), opened chunk by chunk and whole only at the end.
import { sha256 as incremental } from '@noble/hashes/sha2.js';
import { concat, equal, statement, u32, u64, u8, zeros } from './bytes.js';
import { isZero, padded, padmeSize } from './padding.js';
import { chachaOpen, chachaSeal, hkdfExpand, hkdfExtract, sha256 } from './primitives.js';
import { demand } from './refused.js';

const CHUNK = 65_536;
const MOST_BYTES = 104_857_600;

// Draws 32 bytes for the key. Answers the chunks and what a message says of them.
export function sealAttachment({ id, plaintext, random, note = () => {} }) {
  demand(plaintext.length <= MOST_BYTES, 'too-large', 'an attachment has at most 104,857,600 bytes');
  const whole = padded(plaintext);
  const plainHash = sha256(whole);
  const prk = hkdfExtract(plainHash, random.bytes(32));
  const key = hkdfExpand(prk, 'segel/1 attachment key', 32);
  note('attachment', { prk, key });
  const count = Math.ceil(whole.length / CHUNK);
  const chunks = Array.from({ length: count }, (_, i) => {
    const chunk = whole.subarray(i * CHUNK, (i + 1) * CHUNK);
    return chachaSeal(key, nonceOf(i, i === count - 1), associated(id, whole.length), chunk);
  });
  return { chunks, size: plaintext.length, key, plainHash, sealedHash: sha256(concat(...chunks)) };
}

// Opens chunks one after the other; `finish` says that the whole holds. What `open` gives is not to be handed out
// as whole before.
export function attachmentOpener({ id, size, key, plainHash, sealedHash }) {
  const altered = (condition, reason) => demand(condition, 'attachment-altered', reason);
  altered(size <= MOST_BYTES, 'too large');
  const paddedSize = padmeSize(Number(size));
  const count = Math.ceil(paddedSize / CHUNK);
  const plain = incremental.create();
  const sealed = incremental.create();
  let i = 0;
  return {
    open(chunk) {
      altered(i < count, 'a chunk after the last');
      const plaintext = chachaOpen(key, nonceOf(i, i === count - 1), associated(id, paddedSize), chunk);
      altered(plaintext, `chunk ${i} does not open`);
      altered(plaintext.length === Math.min(CHUNK, paddedSize - i * CHUNK), `chunk ${i} has another length`);
      sealed.update(chunk);
      plain.update(plaintext);
      const own = Math.min(plaintext.length, Math.max(0, size - i * CHUNK));
      altered(isZero(plaintext.subarray(own)), 'padding that is not zeros');
      i += 1;
      return plaintext.slice(0, own);
    },
    finish() {
      altered(i === count, 'ends without the last chunk');
      altered(equal(plain.digest(), plainHash), 'the plaintext is another');
      altered(equal(sealed.digest(), sealedHash), 'the sealed bytes are others');
    },
  };
}

const nonceOf = (i, last) => concat(zeros(7), u32(i), u8(last ? 1 : 0));
const associated = (id, paddedSize) => statement('segel/1 attachment', id, u64(paddedSize));
