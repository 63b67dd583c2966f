// 4 Handshake: one transcript T, five secrets, and four keys for the session.
import { concat, statement, u64, u8, zeros } from './bytes.js';
import { deviceId } from './devices.js';
import {
  cut,
  dh,
  hkdfExpand,
  hkdfExtract,
  kemDecaps,
  kemEncaps,
  kemPublic,
  sha256,
  x25519Public,
} from './primitives.js';

const SUITE = 2;
const ONE_TIME_PREKEY = 0x01;

export const ALIAS = 8;

// `parts`: root, site, order, rosterHash, scope, initiator and responder { id, identity }, spk, kpk, opk?, ephemeral,
// kemCiphertext.
export function transcript(parts) {
  return sha256(
    statement(
      'segel/1 handshake',
      u8(SUITE),
      u8(parts.opk ? ONE_TIME_PREKEY : 0),
      parts.root,
      parts.site,
      concat(u64(parts.order.generation), u64(parts.order.version)),
      parts.rosterHash,
      parts.scope,
      parts.initiator.id,
      parts.initiator.identity,
      parts.responder.id,
      parts.responder.identity,
      parts.spk,
      parts.kpk,
      parts.opk ?? zeros(0),
      parts.ephemeral,
      parts.kemCiphertext,
    ),
  );
}

// `secrets` in the order of the text: DH(I identity, SPK), DH(E, R identity), DH(E, SPK), DH(E, OPK) or nothing, ss.
export function schedule(T, [a, b, c, d, ss], note = () => {}) {
  const prk = hkdfExtract(T, concat(a, b, c, d ?? zeros(32), ss));
  const derived = hkdfExpand(prk, 'segel/1 session', 104);
  const [rootKey, initiatorHeaderKey, responderHeaderKey, alias] = cut(derived, 32, 32, 32, ALIAS);
  const keys = { rootKey, initiatorHeaderKey, responderHeaderKey, alias };
  note('handshake', { T, prk, ...keys });
  return { T, ...keys };
}

// Draws the ephemeral key, 32 bytes, then the encapsulation's randomness, 32. `self`: secrets and keys of the
// initiator; `bundle`: as prekeys.js opened it; `view`: root, site, order, rosterHash.
export function initiate({ view, scope, self, bundle, random, note }) {
  const { signed, oneTime } = bundle;
  const e = random.bytes(32);
  const kpk = (oneTime ?? signed).kem;
  const { ciphertext, secret } = kemEncaps(kpk, random.bytes(32));
  const ephemeral = x25519Public(e);
  const responder = { id: deviceId(view.site, bundle.keys), identity: bundle.keys.identity };
  const T = transcript({
    ...view,
    scope,
    initiator: { id: self.id, identity: self.keys.identity },
    responder,
    spk: signed.curve,
    kpk,
    opk: oneTime?.curve,
    ephemeral,
    kemCiphertext: ciphertext,
  });
  const derived = schedule(
    T,
    [
      dh(self.secrets.identity, signed.curve),
      dh(e, bundle.keys.identity),
      dh(e, signed.curve),
      oneTime && dh(e, oneTime.curve),
      secret,
    ],
    note,
  );
  const init = {
    keys: self.keys,
    order: view.order,
    rosterHash: view.rosterHash,
    signedPrekeyId: signed.id,
    oneTimePrekeyId: oneTime?.id,
    ephemeral,
    kemCiphertext: ciphertext,
  };
  return { ...derived, init, spk: signed.curve };
}

// `signed` and `oneTime` are the responder's own prekeys, private halves, that the init names; `admit` is asked with T
// before anything else is computed.
export function respond({ root, site, scope, self, init, signed, oneTime, admit, note }) {
  const kpk = oneTime ?? signed;
  const T = transcript({
    root,
    site,
    order: init.order,
    rosterHash: init.rosterHash,
    scope,
    initiator: { id: deviceId(site, init.keys), identity: init.keys.identity },
    responder: { id: self.id, identity: self.keys.identity },
    spk: x25519Public(signed.curve),
    kpk: kemPublic(kpk.kem),
    opk: oneTime && x25519Public(oneTime.curve),
    ephemeral: init.ephemeral,
    kemCiphertext: init.kemCiphertext,
  });
  admit(T);
  return schedule(
    T,
    [
      dh(signed.curve, init.keys.identity),
      dh(self.secrets.identity, init.ephemeral),
      dh(signed.curve, init.ephemeral),
      oneTime && dh(oneTime.curve, init.ephemeral),
      kemDecaps(kpk.kem, init.kemCiphertext),
    ],
    note,
  );
}
