// `node main.js PLAN`: times masking here and in Chromium and prints the results as JSON. The plan is JSON:
// `{ modules: { masking: folder, masking_page: folder, texts: folder }, native: program, page: folder, chromium: program,
// args: [argument] }`.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { initializeWasm } from "@arcjet/redact-wasm";
import redactPii from "redact-pii";

import { inBrowser } from "../browser.js";
import { measure } from "../measure.js";
import { startNative } from "../native.js";
import { rows } from "./rows.js";

const plan = JSON.parse(process.argv[2]);

/** So long does redact-pii take for a megabyte that a round of it would not end. */
const MOST_FOR_REDACT_PII = 10_000;

const arcjet = await initializeWasm(() => [], () => undefined);
const options = { entities: undefined, contextWindowSize: 1, skipCustomDetect: true, skipCustomRedact: true };
const pii = new redactPii.SyncRedactor();

function libraries(input) {
  const peers = {};
  const redact = () => arcjet.redact(input, options).length >= 0;
  if (works(redact)) peers.arcjet = redact;
  if (input.length <= MOST_FOR_REDACT_PII) peers["redact-pii"] = () => pii.redact(input).length > 0;
  return peers;
}

/** Whether a peer can do this at all: some texts are too much for it. */
function works(work) {
  try {
    return work();
  } catch {
    return false;
  }
}

async function inNode(native) {
  const load = async (name) => {
    const folder = plan.modules[name];
    const glue = await import(pathToFileURL(join(folder, `${name}.js`)));
    glue.initSync({ module: await readFile(join(folder, `${name}_bg.wasm`)) });
    return glue;
  };
  const segel = { segel: await load("masking"), page: await load("masking_page") };
  const texts = await Promise.all(
    ["prose", "mix"].map((name) => readFile(join(plan.modules.texts, `${name}.txt`), "utf8")),
  );
  return measure(rows(...texts, libraries), { segel }, native);
}

const limit = startNative(plan.native);
try {
  const node = await inNode(limit.time);
  const chromium = await inBrowser(plan, limit.time);
  console.log(JSON.stringify({ node, chromium }));
} finally {
  limit.end();
}
