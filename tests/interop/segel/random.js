// Randomness is an argument: an object with `bytes(n)`. PROTOCOL.md leaves the order of draws open; README.md
// says the one chosen here.
import { createHash, randomBytes } from 'node:crypto';
import { refuse } from './refused.js';

export const systemRandom = () => ({ bytes: (length) => new Uint8Array(randomBytes(length)) });

// The n-th draw, counted from 1, is the byte n (mod 256), repeated.
export function countingRandom(drawn = 0) {
  let n = drawn;
  return { bytes: (length) => new Uint8Array(length).fill((n += 1) & 0xff), drawn: () => n };
}

// The same draws for the same seed, no two of them alike: SHA-256 over seed, draw and block.
export function seededRandom(seed) {
  let n = 0;
  return {
    bytes(length) {
      n += 1;
      const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
        createHash('sha256').update(`${seed}/${n}/${i}`).digest(),
      );
      return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
    },
  };
}

// Remembers what another source gave.
export function recording(source) {
  const draws = [];
  return {
    draws,
    bytes(length) {
      const bytes = source.bytes(length);
      draws.push(bytes);
      return bytes;
    },
  };
}

// Gives what was remembered, and refuses another order or another length.
export function replaying(draws) {
  const left = [...draws];
  return {
    left: () => left.length,
    bytes(length) {
      const next = left.shift();
      if (next?.length !== length) refuse('malformed', `a draw of ${length} bytes was not foreseen here`);
      return next;
    },
  };
}
