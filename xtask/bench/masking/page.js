// Masking in a browser: measures, and hands its results to the server that it came from.

import { measure } from "../measure.js";
import { reportTo } from "../report.js";
import { rows } from "./rows.js";

reportTo(async (native) => {
  const load = async (name) => {
    const glue = await import(`/${name}/${name}.js`);
    await glue.default();
    return glue;
  };
  const segel = { segel: await load("masking"), page: await load("masking_page") };
  const texts = await Promise.all(["prose", "mix"].map(async (name) => (await fetch(`/texts/${name}.txt`)).text()));
  return measure(rows(...texts, () => ({})), { segel }, native);
});
