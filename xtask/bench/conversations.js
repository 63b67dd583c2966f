// The rows of whole messages between devices, beside olm.

import Olm from "@matrix-org/olm";

/** What is said, and what has the size of a content key. */
const TEXT = "x".repeat(256);
const KEY = "k".repeat(32);

/** Rows as in `primitives.js`. `wasm` says where olm's module is, if it cannot find it itself. */
export async function rows(wasm) {
  // It assigns to this name, which a module must have declared.
  globalThis.OLM_OPTIONS = {};
  await Olm.init(wasm ? { locateFile: () => wasm } : {});
  const talk = [
    ["oneway", "one direction", false],
    ["pingpong", "ping-pong", true],
  ];
  const messages = talk.map(([id, name, inTurns]) => ({
    id,
    name: `${name}, 256 B text`,
    ours: (segel) => ourTalk(segel, inTurns),
    peers: { olm: olmTalk(TEXT, inTurns) },
  }));
  const keys = talk.map(([id, name, inTurns]) => ({
    id: `${id}_key`,
    name: `${name}, 32 B key`,
    ours: (segel) => ourWraps(segel, inTurns),
    peers: { olm: olmTalk(KEY, inTurns) },
  }));
  const flights = [1, 4, 16].map((devices) => ({
    id: `flight${devices}`,
    name: `first flight to ${devices}`,
    ours: (segel) => ourFlight(segel, devices),
    peers: { olm: olmFlight(devices) },
  }));
  return [...messages, ...keys, ...flights];
}

function ourTalk(segel, inTurns) {
  const pair = segel.Pair.make();
  let visitorSpeaks = true;
  return () => {
    if (!inTurns) pair.renew();
    const isSaid = pair.open(visitorSpeaks, pair.seal(visitorSpeaks, TEXT)) === TEXT;
    if (inTurns) visitorSpeaks = !visitorSpeaks;
    return isSaid;
  };
}

function ourWraps(segel, inTurns) {
  const pair = segel.Pair.make();
  let visitorSpeaks = true;
  return () => {
    if (!inTurns) pair.renew();
    const isOpen = pair.unwrap(visitorSpeaks, pair.wrap(visitorSpeaks));
    if (inTurns) visitorSpeaks = !visitorSpeaks;
    return isOpen;
  };
}

function olmTalk(text, inTurns) {
  const [visitor, agent] = [account(), account()];
  const [ours, theirs] = [new Olm.Session(), new Olm.Session()];
  ours.create_outbound(visitor, identity(agent).curve25519, oneTimeKey(agent));
  const first = ours.encrypt(text);
  theirs.create_inbound(agent, first.body);
  theirs.decrypt(first.type, first.body);
  const answer = theirs.encrypt(text);
  ours.decrypt(answer.type, answer.body);
  let [from, to] = [ours, theirs];
  return () => {
    const sealed = from.encrypt(text);
    const isSaid = to.decrypt(sealed.type, sealed.body) === text;
    if (inTurns) [from, to] = [to, from];
    return isSaid;
  };
}

function ourFlight(segel, devices) {
  const flight = segel.Flight.make(devices);
  return () => flight.send(TEXT) > TEXT.length;
}

/** Each device signs its keys and its one-time key, as in Matrix and as our bundles do: two signatures a device. */
function olmFlight(devices) {
  const visitor = account();
  const utility = new Olm.Utility();
  const bundles = Array.from({ length: devices }, () => {
    const device = account();
    const { curve25519, ed25519 } = identity(device);
    const key = oneTimeKey(device);
    return { curve25519, ed25519, key, signatures: [curve25519, key].map((part) => [part, device.sign(part)]) };
  });
  return () =>
    bundles.every(({ curve25519, ed25519, key, signatures }) => {
      // It throws unless the signature holds.
      for (const [part, signature] of signatures) utility.ed25519_verify(ed25519, part, signature);
      const session = new Olm.Session();
      session.create_outbound(visitor, curve25519, key);
      const sealed = session.encrypt(TEXT);
      session.free();
      return sealed.body.length > TEXT.length;
    });
}

function account() {
  const made = new Olm.Account();
  made.create();
  return made;
}

const identity = (made) => JSON.parse(made.identity_keys());

function oneTimeKey(made) {
  made.generate_one_time_keys(1);
  const [key] = Object.values(JSON.parse(made.one_time_keys()).curve25519);
  made.mark_keys_as_published();
  return key;
}
