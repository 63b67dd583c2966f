// Segel's loader. It draws the launcher and, once the visitor opens the chat, the frame that holds it.
// Until then it loads, stores and connects to nothing. ASCII only: the host page may have any encoding.
(() => {
  "use strict";

  // The build puts the languages' sentences here, from www/texts.
  const TEXT = "texts:loader";

  const BUBBLE =
    "M4 3h16a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-7l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z" +
    "M9 9.5h-.5a.7.7 0 0 0-.7.7v3.9c0 .4.3.7.7.7h7c.4 0 .7-.3.7-.7v-3.9a.7.7 0 0 0-.7-.7H15V8.7a3 3 0 0 0-6 0z" +
    "m1.5 0v-.8a1.5 1.5 0 0 1 3 0v.8z";
  const CROSS = "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z";

  // The host's rules are !important, because inside a shadow root that outranks any !important of the page.
  const STYLE = `
:host { all: initial !important; position: fixed !important; right: 0 !important; bottom: 0 !important; z-index: 2147483000 !important; }
* { box-sizing: border-box; }
button, .panel { position: fixed; right: var(--x); font: 16px/1.5 system-ui, sans-serif; }
.left button, .left .panel { right: auto; left: var(--x); }
button { bottom: max(var(--x), env(safe-area-inset-bottom)); width: 56px; height: 56px; padding: 12px; border: 2px solid transparent;
  border-radius: 50%; background: var(--brand); color: var(--on); cursor: pointer; box-shadow: 0 4px 16px #0005; }
button:hover { box-shadow: inset 0 0 0 28px #0002, 0 4px 16px #0005; }
button:focus-visible { outline: 3px solid #0b5d4e; outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
svg { display: block; width: 28px; height: 28px; fill: currentColor; fill-rule: evenodd; }
.badge { position: absolute; top: -6px; right: -6px; min-width: 24px; height: 24px; padding: 0 6px; border: 2px solid #fff;
  border-radius: 12px; background: #b3261e; color: #fff; font: bold 13px/20px system-ui, sans-serif; }
.badge:empty { display: none; }
.panel { bottom: calc(72px + var(--x)); width: 380px; height: min(600px, 100dvh - 92px - var(--x)); overflow: hidden; border: 1px solid #0002; border-radius: 16px;
  background: #fff; color: #1b1f1e; box-shadow: 0 12px 40px #0004; visibility: hidden; }
.open .panel { visibility: visible; animation: rise .16s ease-out; }
.panel.note { width: min(320px, 100vw - 40px); height: auto; }
p { margin: 20px; }
iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }
@media (max-width: 480px), (max-height: 480px) {
  .panel:not(.note) { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
  .open.mounted button { display: none; }
  .open button { z-index: 1; }
}
@media (prefers-color-scheme: dark) { .panel { background: #161a19; color: #edf1ef; border-color: #fff3; } }
@media (prefers-reduced-motion: reduce) { .panel { animation: none !important; } }
@media (forced-colors: active) { button:focus-visible { outline-color: Highlight; } }
@media print { :host { display: none !important; } }
`;

  const launched = window.Segel && !Array.isArray(window.Segel) && window.Segel.toggle;
  if (launched) return;

  const script = document.currentScript;
  const { site, relay, key, floor } = script?.dataset ?? {};
  const fault = !script ? ["no_tag", "it must be loaded by a classic script tag"]
    : !/^[\w-]{22}$/.test(site) ? ["bad_site", "data-site must be 22 characters of base64url"]
    : !/^https?:\/\/[^/]+\/?$/.test(relay) ? ["bad_relay", "data-relay must be an http or https address without a path"]
    : !/^ed25519:[\w-]{43}$/.test(key) ? ["bad_key", 'data-key must be "ed25519:" and 43 characters of base64url']
    : !/^\d+\.\d+$/.test(floor ?? "0.0") ? ["bad_floor", "data-floor must be a roster's generation and version, such as 1.12"]
    : null;
  if (fault) {
    console.error(`Segel did not start: ${fault[1]} (${fault[0]}).`);
    return;
  }

  // How it looks is no reason not to start.
  const LOOKS = { brand: /^#[\da-f]{6}$/i, corner: /^(left|right)$/, offset: /^\d{1,3}$/ };
  const { brand = "#0b5d4e", corner, offset = 20 } = Object.fromEntries(
    Object.entries(LOOKS).map(([name, is]) => [name, is.test(script.dataset[name]) ? script.dataset[name] : undefined]),
  );
  const ignored = Object.keys(LOOKS).filter((name) => name in script.dataset && !LOOKS[name].test(script.dataset[name]));
  if (ignored.length) console.warn(`Segel ignores data-${ignored.join(", data-")}: not as the README says.`);

  const origin = new URL(script.src).origin;
  const language = [script.dataset.language, document.documentElement.lang, ...navigator.languages]
    .map((tag) => tag?.slice(0, 2).toLowerCase())
    .find((tag) => Object.hasOwn(TEXT, tag)) ?? "id";
  const text = TEXT[language];

  const HTML = "http://www.w3.org/1999/xhtml";
  const SVG = "http://www.w3.org/2000/svg";
  const make = (tag, parent, attributes = {}, namespace = HTML) => {
    const element = document.createElementNS(namespace, tag);
    for (const name in attributes) element.setAttribute(name, attributes[name]);
    parent?.append(element);
    return element;
  };

  const host = make("segel-chat", null, { lang: language, dir: "ltr" });
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const home = make("div", root, corner === "left" ? { class: "left" } : {});
  // Black or white on the brand's colour, whichever has more contrast by WCAG 2.
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(brand.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const on = 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
  for (const [name, value] of Object.entries({ "--brand": brand, "--on": on, "--x": `${offset}px` })) {
    home.style.setProperty(name, value);
  }
  const launcher = make("button", home, { type: "button" });
  const icon = make("path", make("svg", launcher, { viewBox: "0 0 24 24", "aria-hidden": "true" }, SVG), {}, SVG);
  const badge = make("span", launcher, { class: "badge", "aria-hidden": "true" });
  const panel = make("div", home, { class: "panel" });
  const notice = make("p", panel, { role: "status", dir: "auto" });

  let isOpen = false;
  let exists = false;
  let unread = 0;
  let frame = null;
  let port = null;
  let vouch = null;
  // What stands before the page's own title, and whether anything may.
  let prefix = "";
  let hints = true;

  // The host page keeps one flag per site: that a chat exists; and per tab, whether it was open.
  const flag = `segel:${site}`;
  const kept = (area) => {
    try {
      return window[area].getItem(flag);
    } catch {
      return null;
    }
  };
  const keep = (area, value) => {
    try {
      value ? window[area].setItem(flag, value) : window[area].removeItem(flag);
    } catch {
      // Storage is blocked: the chat works, it only does not resume by itself.
    }
  };

  const draw = () => {
    const bare = prefix && document.title.startsWith(prefix) ? document.title.slice(prefix.length) : document.title;
    const before = hints && unread && (!isOpen || document.hidden) ? `(${unread}) ` : "";
    if (before || prefix) document.title = before + bare;
    prefix = before;
    home.classList.toggle("open", isOpen);
    panel.classList.toggle("note", !frame);
    icon.setAttribute("d", isOpen ? CROSS : BUBBLE);
    badge.textContent = isOpen || !unread ? "" : unread > 9 ? "9+" : unread;
    launcher.setAttribute("aria-expanded", isOpen);
    const count = (unread === 1 ? text.unread_one : text.unread).replace("#", unread);
    const invitation = unread ? `${text.open}, ${count}` : text.open;
    launcher.setAttribute("aria-label", isOpen ? text.close : invitation);
  };

  const tellOpen = () => {
    port?.postMessage({ type: isOpen ? "shown" : "hidden", path: location.pathname });
    if (exists) keep("sessionStorage", isOpen ? "open" : "closed");
  };

  // What did not load is let go, so that opening the chat again asks for it again.
  const fail = () => {
    const hadFocus = root.activeElement === frame;
    frame.remove();
    port?.close();
    frame = port = null;
    notice.textContent = text.failed;
    draw();
    if (hadFocus) launcher.focus();
  };

  const load = () => {
    if (frame) return;
    notice.textContent = isSecureContext ? text.opening : text.insecure;
    if (!isSecureContext) return;
    frame = make("iframe", panel, { src: new URL("frame.html", script.src), title: text.title, allow: "clipboard-write" });
    // A frame that is refused or out of reach fires "load" too, but never says that it is ready.
    const judge = ({ target }) => setTimeout(() => port || frame !== target || fail(), 3000);
    frame.addEventListener("load", judge, { once: true });
  };

  const setOpen = (wanted, takeFocus = true) => {
    if (wanted === isOpen) return;
    const hadFocus = frame && root.activeElement === frame;
    isOpen = wanted;
    if (isOpen) load();
    draw();
    if (isOpen && takeFocus) frame?.focus();
    if (hadFocus) launcher.focus();
    tellOpen();
  };
  const commands = {
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle: () => setOpen(!isOpen),
    // The page's server says who the visitor is; called again whenever somebody signs in or out.
    identify: (ask) => {
      vouch = ask;
      tellVouch();
    },
  };
  const tellVouch = () => vouch && port?.postMessage({ type: "identify" });
  const introduce = async ({ conversation, visitor }) => {
    const ask = vouch;
    try {
      const token = await ask?.({ site, conversation, visitor });
      // An answer that comes after the page asked otherwise is of somebody who may have left.
      if (token && ask === vouch) port?.postMessage({ type: "identify", token });
    } catch (error) {
      console.error("Segel: no identity token.", error);
    }
  };

  const hear = ({ data }) => {
    if (data.type === "close") return commands.close();
    if (data.type === "failed") return fail();
    if (data.type === "identify") return introduce(data);
    if (data.type === "refused") return console.error("Segel: the identity token does not count (token-refused).");
    if (data.type === "mounted") home.classList.add("mounted");
    if (data.type === "title") hints = !!data.count;
    if (data.type === "unread") unread = Number(data.count) || 0;
    if (data.type === "gone") {
      exists = false;
      keep("localStorage");
    }
    if (data.type === "exists") {
      exists = true;
      keep("localStorage", "exists");
      tellOpen();
      tellVouch();
    }
    draw();
  };

  // One port, once, to the frame this loader made and to nobody else; after that only the port speaks.
  addEventListener("message", ({ source, origin: sender, data }) => {
    if (port || !frame || source !== frame.contentWindow || sender !== origin || data?.segel !== "ready") return;
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = hear;
    source.postMessage({ segel: "hello", config: { site, relay, key, floor, language, brand: script.dataset.brand && brand } }, origin, [channel.port2]);
    notice.textContent = "";
    // A frame that was given the focus before its page had come does not pass it on.
    if (root.activeElement === frame) source.focus();
    tellOpen();
  });

  launcher.addEventListener("click", commands.toggle);
  launcher.addEventListener("keydown", ({ key: pressed }) => pressed === "Escape" && commands.close());

  const run = (command) => Object.hasOwn(commands, command?.[0]) && commands[command[0]](...[].slice.call(command, 1));
  const queue = Array.isArray(window.Segel) ? window.Segel : [];
  window.Segel = { ...commands, push: (...more) => more.forEach(run) };

  const resume = () => (kept("sessionStorage") === "open" ? setOpen(true, false) : load());
  const start = () => {
    document.documentElement.append(host);
    draw();
    queue.forEach(run);
    exists = kept("localStorage") !== null;
    if (exists) (window.requestIdleCallback ?? setTimeout)(resume);
  };
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
