// Times contenders against each other: in rounds, each for a moment, so that what disturbs the machine disturbs
// all of them.

/** How long a contender runs in a round, milliseconds, and how many rounds there are. */
const MOMENT = 8;
const ROUNDS = 30;

/**
 * Measures every row.
 *
 * @param rows as in `primitives.js`
 * @param modules our own modules by name; the first is the one that others are compared with
 * @param native `(id, count) => Promise<milliseconds>` of the same work on this machine
 * @returns rows of `{ id, name, milliseconds, ratios, quickest, best }`, each by contender: the median of the rounds' times
 * and of their ratios, and the ratio and the times of the quickest rounds, which other work on the machine disturbs least. A
 * ratio is how many times as long as ours a contender takes
 */
export async function measure(rows, modules, native) {
  const results = [];
  for (const { id, name, ours, peers } of rows) {
    const own = Object.entries(modules).map(([module, segel]) => [module, timed(ours(segel))]);
    const others = Object.entries(peers).map(([library, work]) => [library, timed(work)]);
    const limit = ["native", (count) => native(id, count)];
    results.push({ id, name, ...(await compete([...own, ...others, limit])) });
  }
  return results;
}

const timed = (work) => (count) => {
  const started = performance.now();
  for (let turn = 0; turn < count; turn += 1) {
    if (!work()) throw new Error("a workload failed");
  }
  return performance.now() - started;
};

async function compete(contenders) {
  const counts = [];
  for (const [, run] of contenders) counts.push(await calibrate(run));
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const times = [];
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const at = (round + turn) % contenders.length;
      times[at] = (await contenders[at][1](counts[at])) / counts[at];
    }
    rounds.push(times);
  }
  const each = (value) =>
    Object.fromEntries(contenders.map(([name], at) => [name, median(rounds.map((times) => value(times, at)))]));
  const best = contenders.map((_, at) => Math.min(...rounds.map((times) => times[at])));
  return {
    milliseconds: each((times, at) => times[at]),
    ratios: each((times, at) => times[at] / times[0]),
    quickest: Object.fromEntries(contenders.map(([name], at) => [name, best[at] / best[0]])),
    best: Object.fromEntries(contenders.map(([name], at) => [name, best[at]])),
  };
}

/** How often a contender is called in a round; it is warm afterwards. */
async function calibrate(run) {
  let count = 1;
  for (;;) {
    const taken = await run(count);
    if (taken >= MOMENT) return Math.max(1, Math.round((count * MOMENT) / taken));
    count *= taken < MOMENT / 8 ? 4 : 2;
  }
}

const median = (values) => [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)];
