// 3.5 Login, 3.7 Identity tokens and 3.8 Safety number: what says who somebody is.
import { equal, statement, u64, utf8 } from './bytes.js';
import { ed25519Public, sha256, sha512, sign, verify } from './primitives.js';
import { demand, refusedAs } from './refused.js';
import { fromBytes, toBytes } from './shapes.js';
import { Token } from './structures.js';

const MOST_SUBJECT = 128;
const MOST_TOKEN = 512;
// What no name may have in it, and what a name may not be made of alone: 3.7.
export const MISLEADS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
export const UNSEEN = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\u2800]+$/u;
const TOKEN_LIVES = 600;
const MOST_SKEW = 300;

export const loginStatement = (origin, site, challenge, expires) =>
  statement('segel/1 login', origin, site, challenge, u64(expires));

const tokenStatement = (token) => statement('segel/1 token', token);

export function signToken(voucherSeed, token) {
  const bytes = toBytes(Token, token);
  return { token: bytes, voucher: ed25519Public(voucherSeed), signature: sign(voucherSeed, tokenStatement(bytes)) };
}

// `world`: vouchers, site, conversation, identity (the sender's X25519 key), timeMs (the message's) and storedMs (by
// the relay). Answers the subject.
export function openToken(signed, { vouchers, site, conversation, identity, timeMs, storedMs }) {
  const refused = (condition, reason) => demand(condition, 'token-refused', reason);
  refused(signed.token.length <= MOST_TOKEN, 'too large');
  refused(
    vouchers.some((key) => equal(key, signed.voucher)),
    'the voucher is not listed',
  );
  refused(verify(signed.voucher, tokenStatement(signed.token), signed.signature), 'the signature does not hold');
  const token = refusedAs('token-refused', () => fromBytes(Token, signed.token));
  refused(utf8(token.subject).length <= MOST_SUBJECT, 'the subject is too long');
  refused(!MISLEADS.test(token.subject) && !UNSEEN.test(token.subject), 'the subject misleads');
  refused(equal(token.site, site) && equal(token.conversation, conversation), 'of another place');
  refused(equal(token.visitor, sha256(identity)), 'of another visitor');
  const [written, stored] = [timeMs, storedMs].map((ms) => Math.floor(ms / 1_000));
  refused(written < token.notAfter && token.notAfter <= written + TOKEN_LIVES, 'of another time');
  refused(Math.abs(written - stored) <= MOST_SKEW, "the message's time is not the relay's");
  return token.subject;
}

// Twelve groups of five digits.
export function safetyNumber(root, site, visitorIdentity) {
  const S = sha512(statement('segel/1 safety', root, site, visitorIdentity));
  return Array.from({ length: 12 }, (_, i) => {
    const number = S.subarray(5 * i, 5 * i + 5).reduce((sum, byte) => sum * 256 + byte, 0);
    return String(number % 100_000).padStart(5, '0');
  });
}

export const safetyCode = (groups) => `SEGEL1:${groups.join('')}`;
