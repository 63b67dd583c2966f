// A peer for another implementation's tests: one JSON object a line in, one out. README.md lists the commands.
import { createInterface } from 'node:readline';
import { commands, Peer } from './segel/peer-commands.js';
import { Refused } from './segel/refused.js';

const peer = new Peer();

function answer(line) {
  try {
    const request = JSON.parse(line);
    const command = commands[request.command];
    return command ? command(peer, request) : { error: 'malformed', reason: 'no such command' };
  } catch (error) {
    if (error instanceof Refused) return { error: error.code, reason: error.reason };
    return { error: 'internal', reason: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(`${JSON.stringify(answer(line))}\n`);
}
