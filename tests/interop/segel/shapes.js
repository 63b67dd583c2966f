// Small shapes from which structures.js builds the CDDL of 2.3. A shape goes between a JavaScript value, its CBOR
// value and its JSON value (bytes as lowercase hex); `from...` refuse what is not of the shape.
import { fromHex, hex } from './bytes.js';
import * as cbor from './cbor.js';
import { demand, refuse } from './refused.js';

const isNatural = (value) => (typeof value === 'bigint' ? value >= 0n : Number.isSafeInteger(value) && value >= 0);

export function natural(most = 2n ** 64n - 1n) {
  const check = (value) => {
    demand(isNatural(value) && value <= most, 'malformed', 'a number is missing or out of range');
    return value;
  };
  const fromJson = (value) => check(typeof value === 'string' && /^[0-9]+$/.test(value) ? BigInt(value) : value);
  const toJson = (value) => (typeof value === 'bigint' ? value.toString() : value);
  return { toCbor: check, fromCbor: check, toJson, fromJson };
}

export function bytes(size) {
  const check = (value) => {
    demand(value instanceof Uint8Array, 'malformed', 'bytes are missing');
    demand(size === undefined || value.length === size, 'malformed', `not ${size} bytes`);
    return value;
  };
  return { toCbor: check, fromCbor: check, toJson: hex, fromJson: (value) => check(fromHex(value)) };
}

export function text() {
  const check = (value) => {
    demand(typeof value === 'string', 'malformed', 'a text is missing');
    return value;
  };
  return { toCbor: check, fromCbor: check, toJson: check, fromJson: check };
}

export function list(shape, least = 0) {
  const each = (way) => (value) => {
    demand(Array.isArray(value) && value.length >= least, 'malformed', 'a list is missing or too short');
    return value.map(shape[way]);
  };
  return ways(each);
}

// An array with a fixed number of members: tuple({ generation: natural(), version: natural() }).
export function tuple(members) {
  const names = Object.keys(members);
  const check = (value) => demand(value instanceof Object, 'malformed', 'a structure is missing');
  const named = (way) => (value) => {
    check(value);
    return Object.fromEntries(names.map((name) => [name, members[name][way](value[name])]));
  };
  return {
    toCbor: (value) => {
      check(value);
      return names.map((name) => members[name].toCbor(value[name]));
    },
    fromCbor: (value) => {
      demand(Array.isArray(value) && value.length === names.length, 'malformed', 'not an array of that length');
      return Object.fromEntries(names.map((name, i) => [name, members[name].fromCbor(value[i])]));
    },
    toJson: named('toJson'),
    fromJson: named('fromJson'),
  };
}

export const optional = (shape) => ({ ...shape, optional: true });

// A map with small keys: map({ site: [0, bytes(16)], note: [1, optional(text())] }).
export function map(fields) {
  const all = Object.entries(fields).map(([name, [key, shape]]) => ({ name, key, shape }));
  const named = (way) => (value) => {
    demand(value instanceof Object, 'malformed', 'a structure is missing');
    const present = all.filter(({ name, shape }) => !(shape.optional && value[name] === undefined));
    return Object.fromEntries(present.map(({ name, shape }) => [name, shape[way](value[name])]));
  };
  return {
    toCbor: (value) => {
      const kept = named('toCbor')(value);
      return new Map(all.filter(({ name }) => name in kept).map(({ name, key }) => [key, kept[name]]));
    },
    fromCbor: (value) => {
      demand(value instanceof Map, 'malformed', 'not a map');
      const known = new Set(all.map(({ key }) => key));
      for (const key of value.keys()) demand(known.has(key), 'malformed', `an unknown key ${key}`);
      return named('fromCbor')(Object.fromEntries(all.map(({ name, key }) => [name, value.get(key)])));
    },
    toJson: named('toJson'),
    fromJson: named('fromJson'),
  };
}

// No argument: `choice([text(), nothing])` has a kind 1 without a value.
export const nothing = Symbol('nothing');

// [kind, [argument]], as message bodies are; in JavaScript { kind, value }, or { kind } without an argument.
export function choice(shapes) {
  const of = (kind) => shapes[kind] ?? refuse('malformed', `no kind ${kind}`);
  const same = (way) => (value) => {
    demand(value instanceof Object && Number.isInteger(value.kind), 'malformed', 'a body is missing');
    const shape = of(value.kind);
    return shape === nothing ? { kind: value.kind } : { kind: value.kind, value: shape[way](value.value) };
  };
  return {
    toCbor: ({ kind, value }) => [kind, of(kind) === nothing ? [] : [of(kind).toCbor(value)]],
    fromCbor: (value) => {
      demand(Array.isArray(value) && value.length === 2, 'malformed', 'not a kind and its argument');
      const [kind, inner] = value;
      demand(Number.isInteger(kind) && Array.isArray(inner), 'malformed', 'not a kind and its argument');
      const shape = of(kind);
      demand(inner.length === (shape === nothing ? 0 : 1), 'malformed', 'not as many arguments as the kind has');
      return shape === nothing ? { kind } : { kind, value: shape.fromCbor(inner[0]) };
    },
    toJson: same('toJson'),
    fromJson: same('fromJson'),
  };
}

export const toBytes = (shape, value) => cbor.encode(shape.toCbor(value));
export const fromBytes = (shape, encoded) => shape.fromCbor(cbor.decode(encoded));

function ways(make) {
  return Object.fromEntries(['toCbor', 'fromCbor', 'toJson', 'fromJson'].map((way) => [way, make(way)]));
}
