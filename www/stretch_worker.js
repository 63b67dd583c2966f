// Stretches one passphrase; nothing else is in this worker (crates/stretch).
import init, { stretch } from "./stretch.js";

addEventListener("message", async ({ data }) => {
  try {
    await init({ module_or_path: new URL("stretch_bg.wasm", import.meta.url) });
    postMessage(stretch(...data));
  } catch {
    postMessage(null);
  }
});
