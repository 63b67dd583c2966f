// `node main.js PLAN`: measures here and in Chromium and prints the results as JSON. The plan is JSON:
// `{ modules: { name: folder }, native: program, page: folder, chromium: program, args: [argument] }`.

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

import { inBrowser } from "./browser.js";
import * as conversations from "./conversations.js";
import { measure } from "./measure.js";
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

/** The program that does the same work on this machine: a line in, a line out. */
function startNative(program) {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const time = async (id, count) => {
    child.stdin.write(`${id} ${count}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`the native program cannot do ${id}`);
    return Number(value) / 1e6;
  };
  return { time, end: () => child.stdin.end() };
}
