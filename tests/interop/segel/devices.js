// 3.1 Devices: three keys, and the id that derives from them.
import { equal, statement } from './bytes.js';
import { ed25519Public, sha256, x25519Public } from './primitives.js';

export function deviceId(site, { identity, signing, login }) {
  return sha256(statement('segel/1 device', site, identity, signing, login)).slice(0, 16);
}

export const publicKeys = (secrets) => ({
  identity: x25519Public(secrets.identity),
  signing: ed25519Public(secrets.signing),
  login: ed25519Public(secrets.login),
});

// Draws identity, signing, login.
export const drawSecrets = (random) => ({
  identity: random.bytes(32),
  signing: random.bytes(32),
  login: random.bytes(32),
});

export const keysAreOf = (site, keys, id) => equal(deviceId(site, keys), id);
