// What a lock asks of the browser: a worker that stretches passphrases, and passkeys (docs/PROTOCOL.md, section 5.14).
const DEEDS = { stretch, offersPasskeys, makePasskey, askPasskey };
// Longer than the slowest phone takes, in milliseconds.
const PATIENCE = 60000;
// Signatures that nobody checks: ES256, Ed25519, RS256.
const ALGORITHMS = [-7, -8, -257];

export default function lock(deed, ...more) {
  return DEEDS[deed](...more);
}

let policy;

/** 32 bytes of a passphrase; the worker ends with its answer and takes its memory along. */
function stretch(passphrase, ...how) {
  const script = new URL("stretch_worker.js", import.meta.url).href;
  policy ??= globalThis.trustedTypes?.createPolicy("segel-lock", { createScriptURL: () => script });
  const worker = new Worker(policy ? policy.createScriptURL("") : script, { type: "module" });
  const answered = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    setTimeout(reject, PATIENCE);
  });
  // The same letters, however a keyboard composes them.
  worker.postMessage([new TextEncoder().encode(passphrase.normalize("NFC")), ...how]);
  return answered.finally(() => worker.terminate());
}

/** Whether passkeys can make keys here, and this page, which another page may frame, may ask for them: by a name, not a number. */
async function offersPasskeys() {
  if (/^[\d.]+$|^\[/.test(location.hostname)) return false;
  const can = await globalThis.PublicKeyCredential?.getClientCapabilities?.();
  const may = ["create", "get"].every((deed) => {
    const policy = document.permissionsPolicy ?? document.featurePolicy;
    return policy ? policy.allowsFeature(`publickey-credentials-${deed}`) : parent === window;
  });
  return !!can?.["extension:prf"] && may;
}

/** Makes a passkey; its id, and the 32 bytes that it answers for this salt. */
async function makePasskey(salt, name) {
  const credential = await navigator.credentials.create({
    publicKey: {
      rp: { name },
      user: { id: random(16), name, displayName: name },
      challenge: random(32),
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      extensions: { prf: { eval: { first: salt } } },
    },
  });
  const id = new Uint8Array(credential.rawId);
  const { prf } = credential.getClientExtensionResults();
  if (!prf?.enabled) throw new Error("This passkey makes no keys.");
  // Most answer only once they are there.
  return [id, prf.results?.first ? new Uint8Array(prf.results.first) : await askPasskey(id, salt)];
}

/** The 32 bytes that a passkey answers for this salt. */
async function askPasskey(id, salt) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: random(32),
      allowCredentials: [{ type: "public-key", id }],
      userVerification: "required",
      extensions: { prf: { eval: { first: salt } } },
    },
  });
  return new Uint8Array(credential.getClientExtensionResults().prf.results.first);
}

function random(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}
