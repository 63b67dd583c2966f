// The worked example as names and values, in the page's order.
import { hex } from '../../segel/bytes.js';
import { sha256 } from '../../segel/primitives.js';

export class Page {
  blocks = [];

  whole(name, bytes) {
    this.blocks.push([name, hex(bytes)]);
  }

  // A long value by its length and hash.
  value(name, bytes) {
    if (bytes.length <= 200) this.whole(name, bytes);
    else this.whole(`${name}: SHA-256 of its ${bytes.length} bytes`, sha256(bytes));
  }

  // What is no bytes.
  text(name, text) {
    this.blocks.push([name, text]);
  }
}

// A name stands four spaces from the margin, its value six, over as many lines as it takes.
export function read(text) {
  const blocks = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('      ')) blocks.at(-1)[1] += line.trim();
    else if (line.startsWith('    ')) blocks.push([line.trim(), '']);
  }
  return blocks;
}

// What was computed on the way since the last `clear`, by its name.
export class Notes {
  clear() {
    this.all = {};
  }

  note = (name, values) => (this.all[name] ??= []).push(values);
}
