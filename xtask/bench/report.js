// A bench in a browser: its results go to the server that its page came from.

/** Runs `bench(native)` and reports its rows, or why there are none. */
export function reportTo(bench) {
  const native = async (id, count) => Number(await (await fetch(`/native/${encodeURIComponent(id)}/${count}`)).text());
  const report = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
  bench(native).then(
    (rows) => report({ rows }),
    (error) => report({ error: String(error?.stack ?? error) }),
  );
}
