// `node main.js PLAN`: times masking in Node and prints the results as JSON. The plan is JSON: `{ module: folder, page: folder,
// native: program, texts: folder }`.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { initializeWasm } from "@arcjet/redact-wasm";
import redactPii from "redact-pii";

import { measure } from "../measure.js";
import { startNative } from "../native.js";

const plan = JSON.parse(process.argv[2]);

/** Masks a message: a string in, a string out. */
const message = (input, { segel }) => () => segel.mask(input).length > 0;

/** Masks a file: its bytes in, and what is sent of it stays where it is sealed. */
const file = (input, { page }) => {
  const bytes = encoder.encode(input);
  return () => page.mask_file(bytes) >= 0;
};

/** Looks at a draft, after eight messages. */
const press = (input, { page }) => {
  const composer = new page.Composer();
  return () => composer.press(input) >= 0;
};

/** Texts: what is repeated to so many bytes, what that is called, and what a page does with it. */
const TEXTS = [
  ["prose:2048", "2 KB of prose", message],
  ["mix:2048", "2 KB of numbers", message],
  ["prose:4000", "a key in 4 KB of prose", press],
  ["mix:4000", "a key in 4 KB of numbers", press],
  ["prose:1000000", "1 MB of prose, a message", message],
  ["prose:1000000", "1 MB of prose, a file", file],
  ["mix:1000000", "1 MB of numbers, a message", message],
  ["mix:1000000", "1 MB of numbers, a file", file],
  ["dashes:1000000", "1 MB of 1-1-1-, a file", file],
  ["spaces:1000000", "1 MB of 4 1 1 1, a file", file],
  ["cards:1000000", "1 MB of cards, a file", file],
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

/** As `crates/mask/examples/masking/main.rs` makes it. */
function text(name) {
  const [piece, size] = name.split(":");
  const whole = encoder.encode(pieces[piece].repeat(Number(size) / pieces[piece].length + 1));
  return new TextDecoder().decode(whole.subarray(0, Number(size)), { stream: true });
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

const rows = TEXTS.map(([id, name, work]) => {
  const input = text(id);
  const peers = { "regex+Luhn": () => withRegex(input).length > 0 };
  const redact = () => arcjet.redact(input, options).length >= 0;
  if (works(redact)) peers.arcjet = redact;
  if (input.length <= MOST_FOR_REDACT_PII) peers["redact-pii"] = () => pii.redact(input).length > 0;
  return { id, name, ours: (modules) => work(input, modules), peers };
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
  const load = async (folder, name) => {
    const glue = await import(pathToFileURL(join(folder, `${name}.js`)));
    glue.initSync({ module: await readFile(join(folder, `${name}_bg.wasm`)) });
    return glue;
  };
  const modules = { segel: await load(plan.module, "masking"), page: await load(plan.page, "masking_page") };
  console.log(JSON.stringify({ node: await measure(rows, { segel: modules }, native.time) }));
} finally {
  native.end();
}
