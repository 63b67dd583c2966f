// The frame's first step: it takes one port from the page that frames it, then starts the widget.
const TEXT = {
  id: {
    failed: "Chat ini tidak dapat berjalan di peramban ini, dan pesan tidak pernah dikirim tanpa segel. Silakan hubungi kami dengan cara lain.",
    alone: "Halaman ini adalah jendela chat. Buka chat lewat tombol di situs yang memasangnya.",
  },
  en: {
    failed: "This chat cannot run in this browser, and a message is never sent unsealed. Please contact us another way.",
    alone: "This page is a chat window. Open the chat with the button on the site that embeds it.",
  },
};

if (parent === window) {
  say(navigator.language.startsWith("en") ? "en" : "id", "alone");
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
  const { language } = config;
  document.documentElement.lang = language;
  let files;
  try {
    files = await Promise.all([
      import("./widget.js"),
      WebAssembly.compileStreaming(fetch(new URL("widget_bg.wasm", import.meta.url))),
    ]);
    const [{ default: init, mount }, module] = files;
    await init({ module_or_path: module });
    await mount(config, origin, port);
    port.postMessage({ type: "mounted" });
  } catch (error) {
    console.error(error);
    // A file that did not arrive is a TypeError; one that cannot be read or run here is any other error. The
    // loader starts a lost frame anew, since a page never asks again for a module that it failed to load.
    if (!files && error instanceof TypeError) port.postMessage({ type: "failed" });
    else say(language, "failed");
  }
}

function say(language, sentence) {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  notice.textContent = (TEXT[language] ?? TEXT.id)[sentence];
  document.querySelector("main").replaceChildren(notice);
}
