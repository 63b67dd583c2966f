// The rest of the program, which nothing needs until a first message has gone. The build puts this behind the glue, whose
// `wasm` is what the first part exports, and has `functions` be what both parts import.
const address = new URL("widget_rest.wasm", import.meta.url);
let functions;
let fetched;
let joined;

/** Fetches the rest and joins it to what runs; asks again until it comes. */
export function fetchRest() {
  return (fetched ??= fetchAgain());
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

// Without a module it is the program that asks, for it calls what has not come: it goes on when that is here.
function join(module) {
  if (joined) return;
  joined = new WebAssembly.Instance(module ?? new WebAssembly.Module(read()), { a: functions, b: wasm });
}

function read() {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  // Bytes come as letters to those who wait.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  return Uint8Array.from(request.responseText, (letter) => letter.charCodeAt());
}
