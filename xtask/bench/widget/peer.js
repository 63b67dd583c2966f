// The shop's page with Rocket.Chat's livechat instead of this project's, and as much of its server as a visitor needs who
// writes and is answered. Prints its origin.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { WebSocketServer } from "ws";

const { shop } = JSON.parse(process.argv[2]);
const build = join(dirname(createRequire(import.meta.url).resolve("@rocket.chat/livechat/package.json")), "build");

const MARKER = "<!-- segel:tag -->";
const TAG = `<script>
  window.RocketChat = (job) => window.RocketChat._.push(job);
  window.RocketChat._ = [];
  window.RocketChat.url = location.origin + "/livechat";
</script><script async src="/livechat/rocketchat-livechat.min.js"></script>`;
const TYPES = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml" };

const agent = { _id: "agent", username: "agen", name: "Agen Demo", status: "online" };
const room = { _id: "room", t: "l", open: true, servedBy: agent };
const settings = { registrationForm: false, displayOfflineForm: false, fileUpload: false, language: "id" };
const config = { enabled: true, online: true, settings, theme: { title: "Toko Contoh", color: "#0b5c4a" } };
const empty = { messages: {}, resources: {}, triggers: [], departments: [], customFields: [] };

const sockets = new Set();
const messages = [];
/** When each text of a visitor came, milliseconds since 1970. */
const heard = {};
/** Bytes of bodies as they were sent, by path: what a visitor loads. */
const sent = {};

const API = {
  "GET config": () => ({ config: { ...config, ...empty, agent } }),
  "POST visitor": ({ visitor }) => {
    // Another one, who has said nothing yet.
    messages.length = 0;
    return { visitor: { ...visitor, _id: "visitor", username: "tamu", name: "Tamu" } };
  },
  "GET room": () => ({ room }),
  "GET agent.info/room": () => ({ agent }),
  "GET messages.history/room": () => ({ messages: [...messages].reverse() }),
  "POST page.visited": () => ({}),
  "POST visitor.status": () => ({}),
  "POST message": ({ _id, msg }) => {
    heard[msg] = Date.now();
    return { message: say(msg, { _id: "visitor", username: "tamu", name: "Tamu" }, _id) };
  },
};

const BENCH = {
  heard: () => heard,
  sent: () => sent,
  answer: ({ texts }) => texts.map((text) => say(text, agent)).length,
};

const server = createServer((request, response) => {
  answer(request).then(
    ([type, body, encoding]) => {
      response.setHeader("Content-Type", type);
      if (encoding) response.setHeader("Content-Encoding", encoding);
      response.end(body);
    },
    () => response.writeHead(404).end(),
  );
});

new WebSocketServer({ server }).on("connection", (socket) => {
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("message", (data) => {
    const { msg, id, method } = JSON.parse(data);
    const result = method === "login" ? { id: "visitor", token: "token" } : null;
    const answers = {
      connect: { msg: "connected", session: "session" },
      ping: { msg: "pong", id },
      sub: { msg: "ready", subs: [id] },
      method: { msg: "result", id, result },
    };
    if (answers[msg]) socket.send(JSON.stringify(answers[msg]));
  });
});

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));

async function answer(request) {
  const path = new URL(request.url, "http://peer").pathname;
  const json = (value) => ["application/json", JSON.stringify(value)];
  const called = /^\/api\/v1\/livechat\/(.*)$/.exec(path);
  if (called) return json({ success: true, ...API[`${request.method} ${called[1]}`](await body(request)) });
  const asked = /^\/bench\/(.*)$/.exec(path);
  if (asked) return json(BENCH[asked[1]](await body(request)));
  if (path.startsWith("/avatar/")) return [TYPES[".svg"], "<svg xmlns='http://www.w3.org/2000/svg'/>"];
  if (path === "/") return page((text) => text.replace(MARKER, TAG));
  if (path === "/bare.html") return page((text) => text.replace(MARKER, ""));
  if (path === "/livechat") return livechat();
  const [folder, name] = path.startsWith("/livechat/") ? [build, path.slice("/livechat/".length)] : [shop, path];
  return file(path, await readFile(join(folder, normalize(`/${name}`))));
}

async function page(change) {
  return [TYPES[".html"], change(await readFile(join(shop, "index.html"), "utf8"))];
}

/** Its server tells the frame where it is. */
async function livechat() {
  const text = await readFile(join(build, "index.html"), "utf8");
  return file("/livechat", text.replace("<body>", "<body><script>SERVER_URL = location.origin</script>"), ".html");
}

function file(path, content, ending = extname(path)) {
  const packed = brotliCompressSync(content);
  if (path.startsWith("/livechat")) sent[path] = packed.length;
  return [TYPES[ending] ?? "application/octet-stream", packed, "br"];
}

function say(msg, { _id, username, name }, id = `answer-${messages.length}`) {
  const message = { _id: id, rid: room._id, msg, u: { _id, username, name }, ts: new Date().toISOString() };
  messages.push(message);
  const args = [{ ...message, ts: { $date: Date.now() } }];
  const fields = { eventName: room._id, args };
  const change = JSON.stringify({ msg: "changed", collection: "stream-room-messages", id: "id", fields });
  for (const socket of sockets) socket.send(change);
  return message;
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return parts.length ? JSON.parse(Buffer.concat(parts)) : {};
}
