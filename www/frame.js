// The frame's first step: it takes one port from the page that frames it, then starts the widget.
// The build puts the tags of the languages here.
const LANGUAGES = "texts";
// Where a language's file has what is for this step; crates/ui/src/text/table.rs has the order.
const DIRECTION = 0;
const FAILED = 1;
const ALONE = 2;

if (parent === window) {
  const tags = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  say(fetchTexts(tags.find((tag) => LANGUAGES.includes(tag))), ALONE);
} else {
  addEventListener("message", welcome);
  // Says only that the frame is here: whoever answers is judged by the origin the browser reports.
  parent.postMessage({ segel: "ready" }, "*");
}

function welcome(event) {
  if (event.source !== parent || event.data?.segel !== "hello" || event.ports.length !== 1) return;
  removeEventListener("message", welcome);
  start(event.data.config ?? {}, event.origin, event.ports[0]);
}

async function start(config, origin, port) {
  const fetched = fetchTexts(config.language);
  let files;
  try {
    files = await Promise.all([
      fetched,
      import("./widget.js"),
      WebAssembly.compileStreaming(fetch(new URL("widget_bg.wasm", import.meta.url))),
      config.brand && helper.call(["brand", config.brand]),
    ]);
    const [texts, { default: init, mount, fetchRest }, module] = files;
    await init({ module_or_path: module });
    // What the rest of the program makes has styles of its own; a program of one part makes it at any time.
    const fetchWhole = fetchRest && (() => Promise.all([fetchRest(), fetchStyles()]));
    if (!fetchRest) fetchStyles();
    await mount(config, origin, port, texts, fetchWhole, helper);
    // Whoever is about to do anything but write and send should not have to wait.
    for (const hint of ["pointerover", "focusin", "dragenter"]) {
      addEventListener(hint, ({ target, type }) => {
        if (type === "dragenter" || target.closest?.(".attach, .check, .cog, .emoji-button")) fetchWhole?.();
      });
    }
    port.postMessage({ type: "mounted" });
  } catch (error) {
    console.error(error);
    // A file that did not arrive is a TypeError; one that cannot be read or run here is any other error. The
    // loader starts a lost frame anew, since a page never asks again for a module that it failed to load.
    const lost = () => port.postMessage({ type: "failed" });
    if (!files && error instanceof TypeError) lost();
    else say(fetched, FAILED).catch(lost);
  }
}

// Runs a file of this folder: `this` is its name, and what it is given. The program calls functions without arguments anyway.
function helper() {
  const [file, ...order] = this;
  return import(`./${file}.js`).then((module) => module.default(...order));
}

let styles;

// Asks for them until they come.
function fetchStyles() {
  return (styles ??= new Promise((resolve) => {
    const ask = () => {
      const link = document.createElement("link");
      const again = () => setTimeout(ask, 1000, link.remove());
      document.head.append(Object.assign(link, { rel: "stylesheet", href: "rest.css", onload: resolve, onerror: again }));
    };
    ask();
  }));
}

// The sentences of one language, a line each; the page is told what is written on it.
async function fetchTexts(wanted) {
  const language = LANGUAGES.includes(wanted) ? wanted : "id";
  const answer = await fetch(new URL(`texts/${language}.txt`, import.meta.url));
  if (!answer.ok) throw new TypeError(`The texts did not arrive: ${answer.status}`);
  const texts = await answer.text();
  document.documentElement.lang = language;
  document.documentElement.dir = texts.split("\n", 1)[DIRECTION];
  return texts;
}

async function say(fetched, sentence) {
  const texts = await fetched;
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  notice.textContent = texts.split("\n")[sentence];
  document.querySelector("main").replaceChildren(notice);
}
