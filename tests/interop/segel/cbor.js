// 2.3: deterministic CBOR (RFC 8949, 4.2.1), of which the protocol needs naturals, byte and text strings, arrays
// and maps with natural keys. Values here: Number or BigInt, Uint8Array, string, Array, Map.
import { compare, concat, fromUtf8, natural, u16, u32, u64, u8, utf8, Reader } from './bytes.js';
import { demand, refuse } from './refused.js';

const NATURAL = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const DEEPEST = 16;

export function encode(value) {
  if (typeof value === 'number' || typeof value === 'bigint') return head(NATURAL, value);
  if (value instanceof Uint8Array) return concat(head(BYTES, value.length), value);
  if (typeof value === 'string') {
    const bytes = utf8(value);
    return concat(head(TEXT, bytes.length), bytes);
  }
  if (Array.isArray(value)) return concat(head(ARRAY, value.length), ...value.map(encode));
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [encode(key), encode(item)]);
    entries.sort(([a], [b]) => compare(a, b));
    return concat(head(MAP, entries.length), ...entries.flat());
  }
  throw new TypeError(`no CBOR for ${typeof value}`);
}

export function decode(bytes) {
  const reader = new Reader(bytes);
  const value = item(reader, 0);
  reader.end();
  return value;
}

// The first item, and where it ends: a signal's structure is followed by padding.
export function decodeFirst(bytes) {
  const reader = new Reader(bytes);
  return { value: item(reader, 0), length: reader.at };
}

function head(major, number) {
  const top = major << 5;
  if (number < 24) return u8(top | Number(number));
  if (number < 0x100) return concat(u8(top | 24), u8(number));
  if (number < 0x10000) return concat(u8(top | 25), u16(number));
  if (number < 0x100000000) return concat(u8(top | 26), u32(number));
  return concat(u8(top | 27), u64(number));
}

// Reading shortest heads, ascending keys and nothing else comes to the same as encoding again and comparing.
function item(reader, depth) {
  demand(depth < DEEPEST, 'malformed', 'CBOR nests too deeply');
  const first = reader.number(1);
  const major = first >> 5;
  const number = argument(reader, first & 0x1f);
  switch (major) {
    case NATURAL:
      return number;
    case BYTES:
      return reader.take(number);
    case TEXT:
      return fromUtf8(reader.take(number));
    case ARRAY:
      return items(reader, number, depth);
    case MAP:
      return entries(reader, number, depth);
    default:
      return refuse('malformed', `CBOR of major type ${major}`);
  }
}

function argument(reader, low) {
  if (low < 24) return low;
  demand(low <= 27, 'malformed', 'an indefinite or reserved length in CBOR');
  const size = 1 << (low - 24);
  const number = reader.number(size);
  const least = size === 1 ? 24 : 2 ** (4 * size);
  demand(number >= least, 'malformed', 'a number in CBOR is not in its shortest form');
  return number;
}

function items(reader, count, depth) {
  demand(count <= reader.bytes.length - reader.at, 'malformed', 'an array in CBOR ends too early');
  return Array.from({ length: count }, () => item(reader, depth + 1));
}

function entries(reader, count, depth) {
  const map = new Map();
  let last = -1;
  for (let i = 0; i < count; i += 1) {
    const key = item(reader, depth + 1);
    demand(typeof key === 'number' || typeof key === 'bigint', 'malformed', 'a key in CBOR is not a number');
    demand(key > last, 'malformed', 'keys in CBOR do not ascend');
    map.set(natural(BigInt(key)), item(reader, depth + 1));
    last = key;
  }
  return map;
}
