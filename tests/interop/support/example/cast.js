// Who takes part in the worked example, and the two rosters.
import { compare } from '../../segel/bytes.js';
import { deviceId, drawSecrets, publicKeys } from '../../segel/devices.js';
import { bundleBytes, drawPrekey, publish, SIGNED } from '../../segel/prekeys.js';
import { ed25519Public, sha256 } from '../../segel/primitives.js';
import { follow, openRoster, signCertificate, signRoster } from '../../segel/rosters.js';
import { fromBytes, toBytes } from '../../segel/shapes.js';
import { AdminSigned, Roster } from '../../segel/structures.js';
import { DAY, fill, NOW } from '../world.js';

export const SITE = fill(0x51);
export const DESK = fill(0xde);
export const CONVERSATION = fill(0xc0);
export const draw = (n, length = 32) => fill(n, length);

export const ROOT = ed25519Public(draw(1));
export const [AGENT, VISITOR] = [3, 30].map((n) => ({ identity: draw(n), signing: draw(n + 1), login: draw(n + 2) }));
export const PREKEYS = [
  { id: 1, role: 'signed', notAfter: NOW + 14 * DAY, curve: draw(6), kem: draw(7, 64) },
  { id: 2, role: 'one-time', notAfter: NOW + 14 * DAY, curve: draw(8), kem: draw(9, 64) },
];
export const VOUCHER = fill(0x76, 32);

const YEAR = NOW + 365 * DAY;
const idOf = (own) => deviceId(SITE, publicKeys(own));
const certified = () => {
  const certificate = { site: SITE, generation: 1, admin: ed25519Public(draw(2)), notBefore: NOW, notAfter: YEAR };
  return signCertificate(draw(1), certificate);
};
const agentOf = (id, name, own) => ({ id, name, devices: [{ keys: publicKeys(own), notAfter: YEAR }] });

export const invitationBy = (sign) => sign(draw(2), certified());

function keysPart(page, whose, own) {
  const keys = publicKeys(own);
  for (const name of ['identity', 'signing', 'login']) page.value(`${whose} ${name}, public`, keys[name]);
  page.value(`${whose} device id`, deviceId(SITE, keys));
}

function prekeyPart(page, own, prekey) {
  const published = publish(SITE, publicKeys(own), own.signing, prekey);
  page.value(`${prekey.role} prekey, X25519`, published.curve);
  page.value(`${prekey.role} prekey, ML-KEM-768`, published.kem);
  page.value(`${prekey.role} prekey ${published.id}, signature`, published.signature);
  return published;
}

export function firstPart(page) {
  page.value('root, public', ROOT);
  page.value('admin, public', ed25519Public(draw(2)));
  keysPart(page, 'agent', AGENT);
  keysPart(page, 'visitor', VISITOR);
  const [signed, oneTime] = PREKEYS.map((prekey) => prekeyPart(page, AGENT, prekey));
  page.value('bundle that the visitor is handed', bundleBytes(publicKeys(AGENT), signed, oneTime));
}

const FIRST = {
  site: SITE,
  order: { generation: 1, version: 1 },
  previous: fill(0, 32),
  issuedAt: NOW,
  notAfter: NOW + 30 * DAY,
  profile: { name: 'Toko Contoh', pages: ['https://toko.example'], apps: [] },
  desks: [{ id: DESK, name: 'Penjualan', inbox: [idOf(AGENT)] }],
  agents: [agentOf(fill(0xa0), 'Agen Demo', AGENT)],
};

// Answers the roster, opened.
export function rosterPart(page) {
  const signed = signRoster(draw(2), certified(), FIRST);
  const opened = openRoster(signed, { root: ROOT, site: SITE });
  page.whole('certificate', certified().certificate);
  page.value("certificate, the root key's signature", certified().certificateSignature);
  page.whole('roster', toBytes(Roster, FIRST));
  page.value('roster hash', sha256(fromBytes(AdminSigned, signed).body));
  page.whole('the roster as it is published', signed);
  return opened;
}

// The second agent's secrets and signed prekey, and the roster that lists both, which follows the kept one.
export function secondPart(page, kept, random) {
  const own = drawSecrets(random);
  const prekey = drawPrekey(random, { id: 1, role: SIGNED, notAfter: NOW + 14 * DAY });
  keysPart(page, 'second agent', own);
  const signed = prekeyPart(page, own, prekey);
  page.value('bundle that the first agent is handed', bundleBytes(publicKeys(own), signed));
  const roster = {
    ...FIRST,
    order: { generation: 1, version: 2 },
    previous: kept.hash,
    profile: {
      ...FIRST.profile,
      vouchers: [ed25519Public(VOUCHER)],
      masking: {
        rules: [{ kind: 'phone', visitor: 4, agent: 7 }],
        allowed: ['0215550100'],
        patterns: [{ kind: 'MB-#{8}', visitor: 2, agent: 5 }],
      },
    },
    desks: [{ ...FIRST.desks[0], inbox: [AGENT, own].map(idOf).sort(compare) }],
    agents: [...FIRST.agents, agentOf(fill(0xa1), 'Agen Demo Kedua', own)],
  };
  const bytes = signRoster(draw(2), certified(), roster);
  const opened = follow(kept, openRoster(bytes, { root: ROOT, site: SITE }));
  page.value('voucher, public', roster.profile.vouchers[0]);
  page.whole('next roster', toBytes(Roster, roster));
  page.value("next roster's hash", opened.hash);
  page.value('the next roster as it is published', bytes);
  return { secrets: own, prekey, roster: opened };
}
