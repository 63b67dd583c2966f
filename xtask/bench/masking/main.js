// `node main.js PLAN`: times masking in Node and prints the results as JSON. The plan is JSON: `{ module: folder, native:
// program, texts: folder }`.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { initializeWasm } from "@arcjet/redact-wasm";
import redactPii from "redact-pii";

import { measure } from "../measure.js";
import { startNative } from "../native.js";

const plan = JSON.parse(process.argv[2]);

/** Texts: what is repeated to so many bytes, and what that is called. */
const TEXTS = [
  ["prose:2048", "2 KB of prose"],
  ["mix:2048", "2 KB of numbers"],
  ["prose:1000000", "1 MB of prose"],
  ["mix:1000000", "1 MB of numbers"],
  ["dashes:1000000", "1 MB of 1-1-1-"],
  ["spaces:1000000", "1 MB of 4 1 1 1"],
  ["cards:1000000", "1 MB of cards"],
];

/** So long does redact-pii take for a megabyte that a round of it would not end. */
const MOST_FOR_REDACT_PII = 10_000;

const pieces = {
  prose: await readFile(join(plan.texts, "prose.txt"), "utf8"),
  mix: await readFile(join(plan.texts, "mix.txt"), "utf8"),
  dashes: "1-",
  spaces: "4 1 1 1 ",
  cards: "4111111111111111 ",
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** As `crates/mask/examples/masking/main.rs` makes it. */
function text(name) {
  const [piece, size] = name.split(":");
  const whole = encoder.encode(pieces[piece].repeat(Number(size) / pieces[piece].length + 1));
  return decoder.decode(whole.subarray(0, Number(size)), { stream: true });
}

const CARD = /[0-9](?:[ .-]?[0-9]){11,18}/g;

/** What one would write: a regular expression for 12 to 19 digits, and Luhn. */
const withRegex = (input) => input.replace(CARD, (number) => (holds(number) ? "•".repeat(number.length) : number));

function holds(number) {
  let sum = 0;
  let even = false;
  for (let at = number.length - 1; at >= 0; at -= 1) {
    const digit = number.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) continue;
    const value = even ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
    even = !even;
  }
  return sum % 10 === 0;
}

const arcjet = await initializeWasm(() => [], () => undefined);
const options = { entities: undefined, contextWindowSize: 1, skipCustomDetect: true, skipCustomRedact: true };
const pii = new redactPii.SyncRedactor();

const rows = TEXTS.map(([id, name]) => {
  const input = text(id);
  const peers = { "regex+Luhn": () => withRegex(input).length > 0 };
  const redact = () => arcjet.redact(input, options).length >= 0;
  if (works(redact)) peers.arcjet = redact;
  if (input.length <= MOST_FOR_REDACT_PII) peers["redact-pii"] = () => pii.redact(input).length > 0;
  return { id, name, ours: (segel) => () => segel.mask(input).length > 0, peers };
});

/** Whether a peer can do this at all: some texts are too much for it. */
function works(work) {
  try {
    return work();
  } catch {
    return false;
  }
}

const native = startNative(plan.native);
try {
  const glue = await import(pathToFileURL(join(plan.module, "masking.js")));
  glue.initSync({ module: await readFile(join(plan.module, "masking_bg.wasm")) });
  console.log(JSON.stringify({ node: await measure(rows, { segel: glue }, native.time) }));
} finally {
  native.end();
}
