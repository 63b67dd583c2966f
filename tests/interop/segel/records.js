// 5.14 At rest: a record of a client's store, bound to its name and to the transaction that wrote it.
import { concat, Reader, statement, u64 } from './bytes.js';
import { xchachaOpen, xchachaSeal } from './primitives.js';
import { demand } from './refused.js';

// Draws the nonce, 24 bytes.
export function sealRecord({ stateKey, name, generation, record, random }) {
  const nonce = random.bytes(24);
  return concat(u64(generation), nonce, xchachaSeal(stateKey, nonce, associated(name, generation), record));
}

// `store`: the generation of the store. `known`: the one that the client knows this record to have, if it does.
export function openRecord({ stateKey, name, bytes, store, known }) {
  const reader = new Reader(bytes, 'store-broken');
  const generation = reader.number(8);
  const nonce = reader.take(24);
  const record = xchachaOpen(stateKey, nonce, associated(name, generation), reader.rest());
  demand(record, 'store-broken', 'the record does not open');
  demand(generation <= store, 'store-broken', 'the record is newer than the store');
  demand(known === undefined || generation >= known, 'store-broken', 'the record was rolled back');
  return { generation, record };
}

const associated = (name, generation) => statement('segel/1 store', name, u64(generation));
