// 2.1 Notation: big-endian numbers, length prefixes, statements, and a reader that refuses to run over.
import { refuse } from './refused.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const utf8 = (text) => encoder.encode(text);
export const zeros = (length) => new Uint8Array(length);
export const hex = (bytes) => Buffer.from(bytes).toString('hex');

export function fromUtf8(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return refuse('malformed', 'text is not UTF-8');
  }
}

export function fromHex(text) {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text)) refuse('malformed', 'not lowercase hex');
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function bigEndian(value, size) {
  let rest = BigInt(value);
  if (rest < 0n || rest >> BigInt(8 * size)) refuse('malformed', `${value} does not fit into ${size} bytes`);
  const bytes = new Uint8Array(size);
  for (let i = size - 1; i >= 0; i -= 1, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

export const u8 = (value) => bigEndian(value, 1);
export const u16 = (value) => bigEndian(value, 2);
export const u32 = (value) => bigEndian(value, 4);
export const u64 = (value) => bigEndian(value, 8);
export const lp = (bytes) => concat(u32(bytes.length), bytes);

// A field is bytes, or text that stands for its UTF-8.
export function statement(label, ...fields) {
  const bytes = fields.map((field) => (typeof field === 'string' ? utf8(field) : field));
  return concat(lp(utf8(label)), ...bytes.map(lp));
}

// Every bit is looked at, whatever the first difference is; enough for a test, not a promise about timing.
export function equal(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= a[i] ^ b[i];
  return difference === 0;
}

// The order of ids: by their bytes.
export const compare = (a, b) => Buffer.compare(a, b);
export const strictlyAscending = (list) => list.every((item, i) => i === 0 || compare(list[i - 1], item) < 0);

// A number as JavaScript likes it: a Number while that is exact, a BigInt beyond.
export const natural = (big) => (big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big);

export class Reader {
  constructor(bytes, code = 'malformed') {
    this.bytes = bytes;
    this.code = code;
    this.at = 0;
  }

  take(length) {
    if (length > this.bytes.length - this.at) refuse(this.code, 'ends too early');
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  number(size) {
    let value = 0n;
    for (const byte of this.take(size)) value = (value << 8n) | BigInt(byte);
    return natural(value);
  }

  rest() {
    return this.take(this.bytes.length - this.at);
  }

  end() {
    if (this.at !== this.bytes.length) refuse(this.code, 'something follows');
  }
}
