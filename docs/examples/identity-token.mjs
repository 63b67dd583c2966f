// Says in a business's name who its visitor is: identity tokens of docs/PROTOCOL.md, section 3.7, made with
// nothing but Node.js. docs/IDENTITY.md tells where it is called.
import { createPublicKey, sign } from "node:crypto";

const LIVES = 300;

/**
 * The token as the page hands it to `Segel.identify`, a text.
 *
 * `asked` is what the page was asked with, `{ conversation, visitor }`; `site` the page's `data-site`; `subject` the
 * business's own name for the person, at most 128 bytes, or "" if nobody is signed in; `privateKey` an Ed25519
 * `KeyObject` whose public half the owner made a voucher; `now` milliseconds since 1970.
 */
export function identityToken({ conversation, visitor }, site, subject, privateKey, now = Date.now()) {
  const name = Buffer.from(subject, "utf8");
  if (name.length > 128) throw new RangeError("the subject has more than 128 bytes");
  const until = Buffer.alloc(4);
  until.writeUInt32BE(Math.floor(now / 1000) + LIVES);
  // Deterministic CBOR: { 0: site, 1: subject, 2: conversation, 3: visitor, 4: not-after }.
  const token = Buffer.concat([
    Buffer.from([0xa5, 0x00]), bytes(fromText(site, 16)),
    Buffer.from([0x01]), head(0x60, name.length), name,
    Buffer.from([0x02]), bytes(fromText(conversation, 16)),
    Buffer.from([0x03]), bytes(fromText(visitor, 32)),
    Buffer.from([0x04, 0x1a]), until,
  ]);
  const statement = Buffer.concat([long(Buffer.from("segel/1 token")), long(token)]);
  const signature = sign(null, statement, privateKey);
  const signed = [Buffer.from([0x83]), bytes(token), bytes(publicHalf(privateKey)), bytes(signature)];
  return Buffer.concat(signed).toString("base64url");
}

/** The voucher to give to `segel-owner voucher add`. */
export const voucher = (privateKey) => `ed25519:${publicHalf(privateKey).toString("base64url")}`;

const publicHalf = (privateKey) => Buffer.from(createPublicKey(privateKey).export({ format: "jwk" }).x, "base64url");

// What comes from a browser is somebody's word: only ids of the right size are signed.
function fromText(text, size) {
  const read = Buffer.from(String(text), "base64url");
  if (read.length !== size || read.toString("base64url") !== text) throw new TypeError("not an id of the right size");
  return read;
}

const bytes = (value) => Buffer.concat([head(0x40, value.length), value]);
const head = (kind, length) => Buffer.from(length < 24 ? [kind | length] : [kind | 24, length]);

function long(value) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([length, value]);
}
