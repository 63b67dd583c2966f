// Padmé (Nikitin et al., PETS 2019, section 4.4), of at least 256 bytes: 5.6 and 5.11.
import { concat, zeros } from './bytes.js';

export const SMALLEST = 256;

export function padmeSize(length) {
  const size = Math.max(SMALLEST, length);
  const exponent = Math.floor(Math.log2(size));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - kept);
  return Math.ceil(size / step) * step;
}

export const padded = (bytes) => concat(bytes, zeros(padmeSize(bytes.length) - bytes.length));
export const isZero = (bytes) => bytes.every((byte) => byte === 0);
