// The limit: the same work without anything between it and this machine.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** The program that does the same work on this machine: a line in, a line out. */
export function startNative(program) {
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
