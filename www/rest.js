// The rest of the program, which nothing needs until a first message has gone. The build puts this behind the glue, whose
// `wasm` is what the first part exports, and has `functions` be what both parts import.
const address = new URL("widget_rest.wasm", import.meta.url);
let functions;
let fetched;
let joined;

/** Fetches the rest and joins it to what runs, unless it is here; asks again until it comes. */
export function fetchRest() {
  return (fetched ??= joined ? Promise.resolve() : fetchAgain());
}

async function fetchAgain() {
  for (let wait = 1000; ; wait = Math.min(2 * wait, 30000)) {
    try {
      return join(await WebAssembly.compileStreaming(fetch(address)));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function join(module) {
  joined ??= new WebAssembly.Instance(module, { a: functions, b: wasm });
}

// The program itself asks, for it calls what has not come, and goes on when that is here. The mark says by which entry.
function joinNow(entry) {
  performance.mark(`segel-rest-${entry}`);
  join(new WebAssembly.Module(read()));
}

function read() {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  // Bytes come as letters to those who wait.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  return Uint8Array.from(request.responseText, (letter) => letter.charCodeAt());
}
