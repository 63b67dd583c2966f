// Serves the page to a headless Chromium on this machine and waits for what it measured.

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html", ".txt": "text/plain" };
const PAGE = "<!doctype html><title>bench</title><script type=module src=/page.js></script>";

/** With these a page's clock is as fine as it gets. */
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export async function inBrowser(plan, native) {
  const profile = await mkdtemp(join(tmpdir(), "segel-bench-"));
  const { server, result } = serve(plan, native);
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const browser = spawn(plan.chromium, [...plan.args, `--user-data-dir=${profile}`, address], { stdio: "ignore" });
  const ended = new Promise((resolve) => browser.once("exit", resolve));
  try {
    const early = ended.then(() => ({ error: "the browser ended before it was done" }));
    const { rows, error } = await Promise.race([result, early]);
    if (error) throw new Error(`in Chromium: ${error}`);
    return rows;
  } finally {
    browser.kill();
    await ended;
    server.close();
    server.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function serve(plan, native) {
  let resolve;
  const result = new Promise((done) => (resolve = done));
  const answer = async (request) => {
    const [, first, ...rest] = new URL(request.url, "http://bench").pathname.split("/");
    if (first === "") return [".html", PAGE];
    if (first === "plan") return [".html", JSON.stringify({ modules: Object.keys(plan.modules) })];
    if (first === "native") return [".html", String(await native(decodeURIComponent(rest[0]), Number(rest[1])))];
    if (first === "result") {
      resolve(JSON.parse(await text(request)));
      return [".html", ""];
    }
    const folder = plan.modules[first];
    const name = folder ? rest[0] : first;
    return [extname(name), await readFile(join(folder ?? plan.page, name))];
  };
  const server = createServer((request, response) => {
    answer(request).then(
      ([type, body]) => response.writeHead(200, { ...ISOLATED, "Content-Type": TYPES[type] }).end(body),
      () => response.writeHead(404, ISOLATED).end(),
    );
  });
  return { server, result };
}

async function text(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
