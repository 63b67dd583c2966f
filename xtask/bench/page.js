// The bench in a browser: measures, and hands its results to the server that it came from.

import * as conversations from "./conversations.js";
import { measure } from "./measure.js";
import * as primitives from "./primitives.js";

async function run() {
  const { modules } = await (await fetch("/plan")).json();
  const loaded = {};
  for (const name of modules) {
    const glue = await import(`/${name}/workloads.js`);
    await glue.default();
    loaded[name] = glue;
  }
  const native = async (id, count) => Number(await (await fetch(`/native/${id}/${count}`)).text());
  const rows = [...(await primitives.rows()), ...(await conversations.rows("/olm.wasm"))];
  return measure(rows, loaded, native);
}

const report = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
run().then(
  (rows) => report({ rows }),
  (error) => report({ error: String(error?.stack ?? error) }),
);
