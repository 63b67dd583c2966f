// `node main.js PLAN`: measures here and in Chromium and prints the results as JSON. The plan is JSON:
// `{ modules: { name: folder }, native: program, page: folder, chromium: program, args: [argument] }`.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { inBrowser } from "./browser.js";
import * as conversations from "./conversations.js";
import { measure } from "./measure.js";
import { startNative } from "./native.js";
import * as primitives from "./primitives.js";

const plan = JSON.parse(process.argv[2]);
const limit = startNative(plan.native);
try {
  const node = await inNode(limit.time);
  const chromium = await inBrowser(plan, limit.time);
  console.log(JSON.stringify({ node, chromium }));
} finally {
  limit.end();
}

async function inNode(native) {
  const loaded = {};
  for (const [name, folder] of Object.entries(plan.modules)) {
    const glue = await import(pathToFileURL(join(folder, "workloads.js")));
    glue.initSync({ module: await readFile(join(folder, "workloads_bg.wasm")) });
    loaded[name] = glue;
  }
  return measure([...(await primitives.rows()), ...(await conversations.rows())], loaded, native);
}
