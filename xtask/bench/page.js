// Sealing in a browser: measures, and hands its results to the server that it came from.

import * as conversations from "./conversations.js";
import { measure } from "./measure.js";
import * as primitives from "./primitives.js";
import { reportTo } from "./report.js";

reportTo(async (native) => {
  const { modules } = await (await fetch("/plan")).json();
  const loaded = {};
  for (const name of modules) {
    const glue = await import(`/${name}/workloads.js`);
    await glue.default();
    loaded[name] = glue;
  }
  return measure([...(await primitives.rows()), ...(await conversations.rows("/olm.wasm"))], loaded, native);
});
