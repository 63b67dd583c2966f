// The CDDL of 2.3, structure by structure and in its order.
import { KEM_CIPHERTEXT, KEM_KEY } from './primitives.js';
import { bytes, choice, list, map, natural, nothing, optional, text, tuple } from './shapes.js';

const id = bytes(16);
const key = bytes(32);
const hash = bytes(32);
const signature = bytes(64);
const uint = natural();
const uint32 = natural(0xffffffff);

export const DeviceKeys = map({ identity: [0, key], signing: [1, key], login: [2, key] });
export const AdminSigned = tuple({ certificate: bytes(), certificateSignature: signature, body: bytes(), signature });
export const Certificate = map({
  site: [0, id],
  generation: [1, uint],
  admin: [2, key],
  notBefore: [3, uint],
  notAfter: [4, uint],
});

export const Order = tuple({ generation: uint, version: uint });
const action = natural(7n);
const rule = tuple({ kind: text(), visitor: action, agent: action });
export const Masking = map({
  rules: [0, optional(list(rule, 1))],
  allowed: [1, optional(list(text(), 1))],
  patterns: [2, optional(list(rule, 1))],
});
const span = tuple({ from: uint, to: uint });
export const Hours = map({ zone: [0, text()], open: [1, list(span)], reply: [2, optional(uint)] });
export const Question = map({
  label: [0, text()],
  asks: [1, choice([nothing, nothing, nothing, list(text(), 1)])],
  need: [2, natural(1)],
});
export const Consent = map({ text: [0, text()], notice: [1, optional(text())] });
export const Intake = map({ questions: [0, optional(list(Question, 1))], consent: [1, optional(Consent)] });
export const Profile = map({
  name: [0, text()],
  pages: [1, list(text())],
  apps: [2, list(text())],
  vouchers: [3, optional(list(key, 1))],
  masking: [4, optional(Masking)],
  hours: [5, optional(Hours)],
  intake: [6, optional(Intake)],
});
export const Desk = map({
  id: [0, id],
  name: [1, text()],
  inbox: [2, list(id)],
  supervisors: [3, optional(list(id, 1))],
});
export const ListedDevice = map({ keys: [0, DeviceKeys], notAfter: [1, uint] });
export const Agent = map({ id: [0, id], name: [1, text()], devices: [2, list(ListedDevice)] });
export const Roster = map({
  site: [0, id],
  order: [1, Order],
  previous: [2, hash],
  issuedAt: [3, uint],
  notAfter: [4, uint],
  profile: [5, Profile],
  desks: [6, list(Desk)],
  agents: [7, list(Agent)],
});

export const Prekey = map({
  id: [0, uint32],
  notAfter: [1, uint],
  curve: [2, key],
  kem: [3, bytes(KEM_KEY)],
  signature: [4, signature],
});
export const Bundle = map({ keys: [0, DeviceKeys], signed: [1, Prekey], oneTime: [2, optional(Prekey)] });
export const Prekeys = map({ keys: [0, DeviceKeys], signed: [1, Prekey], oneTime: [2, optional(list(Prekey, 1))], held: [3, list(uint32)] });

export const Invitation = map({ site: [0, id], id: [1, id], notAfter: [2, uint] });
export const Enrolment = map({
  invitation: [0, id],
  keys: [1, DeviceKeys],
  signature: [2, signature],
  codeProof: [3, hash],
});
export const EnrolmentCode = map({ site: [0, id], root: [1, key], relay: [2, text()], secret: [3, id] });
export const Token = map({
  site: [0, id],
  subject: [1, text()],
  conversation: [2, id],
  visitor: [3, hash],
  notAfter: [4, uint],
});
export const SignedToken = tuple({ token: bytes(), voucher: key, signature });

export const Init = map({
  keys: [0, DeviceKeys],
  order: [1, Order],
  rosterHash: [2, hash],
  signedPrekeyId: [3, uint32],
  oneTimePrekeyId: [4, optional(uint32)],
  ephemeral: [5, key],
  kemCiphertext: [6, bytes(KEM_CIPHERTEXT)],
});

export const Attachment = map({
  id: [0, id],
  name: [1, text()],
  type: [2, text()],
  size: [3, uint],
  key: [4, key],
  plainHash: [5, hash],
  sealedHash: [6, hash],
  caption: [7, optional(text())],
});
export const SignedAct = tuple({ act: bytes(), signature });
export const Act = map({
  conversation: [0, id],
  epoch: [1, uint],
  previous: [2, hash],
  device: [3, id],
  kind: [4, natural(6)],
  agent: [5, optional(id)],
  rosterHash: [6, hash],
});
export const Grant = tuple({ event: id, position: uint, sender: id, contentHash: hash, contentKey: key });
export const SignalKey = map({ key: [0, key], notAfter: [1, uint] });
export const Signal = tuple({ counter: uint, time: uint, kind: natural(3) });

export const Rating = map({ stars: [0, uint], comment: [1, optional(text())] });

export const Details = map({
  answers: [0, optional(list(tuple({ label: text(), text: text() }), 1))],
  agreed: [1, optional(tuple({ consent: hash, timeMs: uint }))],
  page: [2, text()],
  language: [3, text()],
});

export const BODY = {
  text: 0,
  attachment: 1,
  act: 2,
  grants: 3,
  request: 4,
  signalKey: 5,
  token: 6,
  read: 7,
  withdrawal: 8,
  end: 9,
  rating: 10,
  details: 11,
  note: 12,
  labels: 13,
  erasure: 14,
};
export const Body = choice([
  text(),
  Attachment,
  SignedAct,
  list(Grant, 1),
  list(id, 1),
  SignalKey,
  SignedToken,
  uint,
  id,
  nothing,
  Rating,
  Details,
  text(),
  list(text()),
  nothing,
]);
export const Seen = tuple({ position: uint, logHash: hash });
export const Message = map({
  sequence: [0, uint],
  timeMs: [1, uint],
  desk: [2, id],
  previous: [3, hash],
  seen: [4, Seen],
  act: [5, optional(hash)],
  body: [6, Body],
  quotes: [7, optional(id)],
});
