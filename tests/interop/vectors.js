// Test vectors: `node vectors.js write` makes vectors/from-javascript.json; `node vectors.js check [FILE]` runs each
// case of a file of that shape (vectors/from-rust.json, unless named) from its input and draws, and compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { fromHex, hex } from './segel/bytes.js';
import { countingRandom, recording, replaying } from './segel/random.js';
import { inputs } from './segel/vector-inputs.js';
import { hexed, kinds } from './segel/vector-kinds.js';

const FOLDER = new URL('./vectors/', import.meta.url);
const RULE = 'the n-th draw of a case is the byte n (from 1, modulo 256), repeated';

// Runs a case: what was noted on the way, in order, and what came out.
function run(kind, input, random) {
  const intermediate = [];
  const note = (name, values) => intermediate.push({ name, ...hexed(values) });
  const output = hexed(kinds[kind](input, { random, note }));
  return { intermediate, output };
}

export function makeVectors() {
  const cases = inputs().map(({ kind, name, input }) => {
    const random = recording(countingRandom());
    const result = run(kind, input, random);
    return { kind, name, input, draws: random.draws.map(hex), ...result };
  });
  return { protocol: 'segel/1', suite: 2, rule: RULE, cases };
}

// The differences, each as a sentence. Intermediate values count where the file has them.
export function checkVectors({ cases }) {
  return cases.flatMap(({ kind, name, input, draws, intermediate, output }) => {
    if (!kinds[kind]) return [`${name}: no kind ${kind}`];
    const random = replaying(draws.map(fromHex));
    try {
      const result = run(kind, input, random);
      const found = intermediate ? firstDifference(name, intermediate, result.intermediate) : [];
      if (!isDeepStrictEqual(result.output, output)) found.push(`${name}: another output`);
      if (random.left()) found.push(`${name}: ${random.left()} draws are left over`);
      return found;
    } catch (error) {
      return [`${name}: ${error.message}`];
    }
  });
}

function firstDifference(name, theirs, ours) {
  const at = theirs.findIndex((one, i) => !isDeepStrictEqual(one, ours[i]));
  if (at >= 0) return [`${name}: another ${theirs[at].name} (step ${at})`];
  return theirs.length === ours.length ? [] : [`${name}: ${theirs.length} steps, ${ours.length} here`];
}

function main([what, file]) {
  if (what === 'write') {
    writeFileSync(new URL('from-javascript.json', FOLDER), `${JSON.stringify(makeVectors(), null, 1)}\n`);
  } else if (what === 'check') {
    const differences = checkVectors(JSON.parse(readFileSync(file ?? new URL('from-rust.json', FOLDER), 'utf8')));
    for (const difference of differences) console.error(difference);
    console.log(differences.length ? `${differences.length} differences` : 'every case agrees');
    process.exitCode = differences.length ? 1 : 0;
  } else {
    console.error('usage: node vectors.js write | check [FILE]');
    process.exitCode = 2;
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) main(process.argv.slice(2));
