// 3.2 Certificates and 3.3 Rosters: what a reader verifies, and how it goes from the kept roster to a newer one.
import { equal, hex, statement, strictlyAscending, utf8, zeros } from './bytes.js';
import { deviceId } from './devices.js';
import { sha256, sign, verify } from './primitives.js';
import { demand, refuse, refusedAs } from './refused.js';
import { fromBytes, toBytes } from './shapes.js';
import { AdminSigned, Certificate, Roster } from './structures.js';

const MOST_BYTES = 65_536;
const MOST_LISTED = 256;
const MOST_INBOX = 16;
const MOST_NAME = 128;
const MOST_LINKS = 1024;

export function signCertificate(rootSeed, certificate) {
  const bytes = toBytes(Certificate, certificate);
  return { certificate: bytes, certificateSignature: sign(rootSeed, statement('segel/1 certificate', bytes)) };
}

export function signRoster(adminSeed, certified, roster) {
  const body = toBytes(Roster, roster);
  return toBytes(AdminSigned, { ...certified, body, signature: sign(adminSeed, statement('segel/1 roster', body)) });
}

// What an admin signed under a certificate: rosters here, invitations in enrolment.js.
export function openAdminSigned(bytes, label, { root, site }) {
  const parts = refusedAs('roster-altered', () => fromBytes(AdminSigned, bytes));
  const certified = verify(root, statement('segel/1 certificate', parts.certificate), parts.certificateSignature);
  demand(certified, 'wrong-root', 'the certificate is not by the pinned root');
  const certificate = refusedAs('roster-altered', () => fromBytes(Certificate, parts.certificate));
  demand(equal(certificate.site, site), 'roster-altered', 'the certificate is for another site');
  const holds = verify(certificate.admin, statement(label, parts.body), parts.signature);
  demand(holds, 'roster-altered', "the admin's signature does not hold");
  return { certificate, body: parts.body };
}

// Everything of 3.3 that needs nothing but the bytes, the pinned root and the pinned site.
export function openRoster(bytes, pinned) {
  demand(bytes.length <= MOST_BYTES, 'roster-altered', 'too large');
  const { certificate, body } = openAdminSigned(bytes, 'segel/1 roster', pinned);
  const roster = refusedAs('roster-altered', () => fromBytes(Roster, body));
  const altered = (condition, reason) => demand(condition, 'roster-altered', reason);
  altered(equal(roster.site, pinned.site), 'for another site');
  altered(roster.order.generation === certificate.generation, 'of another generation than its certificate');
  altered(certificate.notBefore <= roster.issuedAt, 'issued before its certificate counts');
  altered(roster.issuedAt < roster.notAfter, 'expires before it is issued');
  altered(roster.notAfter <= certificate.notAfter, 'outlives its certificate');
  checkLimits(roster, altered);
  checkListed(roster, altered);
  checkMasking(roster.profile.masking ?? {}, altered);
  if (roster.profile.hours) checkHours(roster.profile.hours, altered);
  if (roster.profile.intake) checkIntake(roster.profile.intake, altered);
  return { ...roster, hash: sha256(body) };
}

function checkLimits({ profile, desks, agents }, altered) {
  const devices = agents.flatMap((agent) => agent.devices);
  const supervisors = desks.map((desk) => desk.supervisors ?? []);
  const lists = [desks, agents, devices, profile.pages, profile.apps, profile.vouchers ?? [], ...supervisors];
  altered(
    lists.every((list) => list.length <= MOST_LISTED),
    'a list is too long',
  );
  const names = [profile, ...desks, ...agents].map(({ name }) => utf8(name));
  altered(
    names.every((name) => name.length <= MOST_NAME),
    'a name is too long',
  );
}

// What no site lets out, and the actions that would.
const ALWAYS = ['card', 'cvv', 'pin', 'track'];
const LETS_THROUGH = [5n, 7n];

function checkMasking({ rules = [], allowed = [], patterns = [] }, altered) {
  altered(rules.length <= 32 && allowed.length <= 64 && patterns.length <= 16, 'masking is too long');
  const names = [...rules, ...patterns].map(({ kind }) => kind);
  altered([...names, ...allowed].every((name) => utf8(name).length <= MOST_NAME), 'masking names too long a thing');
  altered(strictlyAscending(rules.map(({ kind }) => utf8(kind))), 'masking is not sorted');
  const through = ({ visitor, agent }) => [visitor, agent].some((action) => LETS_THROUGH.includes(BigInt(action)));
  altered(!rules.some((rule) => ALWAYS.includes(rule.kind) && through(rule)), 'a card is let through');
}

// Minutes.
const WEEK = 7 * 24 * 60;

function checkHours({ zone, open, reply }, altered) {
  altered(/^[A-Za-z0-9/_+-]{1,128}$/.test(zone), 'hours of no zone');
  altered(open.length <= 28 && open.every(({ from, to }) => from < to && to <= WEEK), 'hours without a beginning or an end');
  altered(open.every(({ from }, at) => at === 0 || open[at - 1].to < from), 'hours are out of order');
  altered(reply === undefined || (reply > 0 && reply <= WEEK), 'an answer in no time, or in too long a time');
}

function checkIntake({ questions, consent }, altered) {
  const isList = (names, most) =>
    names.length <= most &&
    new Set(names).size === names.length &&
    names.every((name) => name !== '' && utf8(name).length <= MOST_NAME);
  altered(questions || consent, 'an intake asks nothing');
  altered(isList((questions ?? []).map(({ label }) => label), 8), 'a label is too long or stands twice');
  const options = (questions ?? []).map(({ asks }) => asks.value ?? []);
  altered(options.every((list) => isList(list, 12)), 'an option is too long or stands twice');
  if (!consent) return;
  altered(consent.text !== '' && utf8(consent.text).length <= 2_000, 'nothing to agree to, or too much');
  altered(/^https:\/\/[!-~]*$/.test(consent.notice ?? 'https://'), 'a notice without an address');
  altered((consent.notice ?? '').length <= 512, 'an address that is too long');
}

// What the visitor agreed to, by its name.
export const consentHash = ({ text, notice = '' }) => sha256(statement('segel/1 consent', utf8(text), utf8(notice)));

function checkListed({ site, profile, desks, agents }, altered) {
  const once = (list) => new Set(list.map(hex)).size === list.length;
  const devices = agents.flatMap((agent) => agent.devices);
  const ids = devices.map(({ keys }) => deviceId(site, keys));
  const agentIds = agents.map(({ id }) => id);
  altered(once(ids), 'a device stands twice');
  altered(once(devices.flatMap(({ keys }) => [keys.identity, keys.signing, keys.login])), 'a key stands twice');
  altered(strictlyAscending(profile.vouchers ?? []), 'the vouchers are not sorted');
  altered(once(desks.map(({ id }) => id)) && once(agentIds), 'a desk or an agent stands twice');
  const listed = (all, some) => some.every((id) => all.some((other) => equal(id, other)));
  for (const { inbox, supervisors = [] } of desks) {
    altered(strictlyAscending(inbox) && strictlyAscending(supervisors), 'a list of a desk is not sorted');
    altered(inbox.length <= MOST_INBOX && listed(ids, inbox), 'an inbox is too long or names a device not listed');
    altered(listed(agentIds, supervisors), 'a supervisor is not a listed agent');
  }
}

// The newest first: generations, then versions.
export const compareOrder = (a, b) => Number(a.generation - b.generation) || Number(a.version - b.version);

// Goes from the kept roster (or none) to a candidate, both opened. `links` are the opened rosters between, by
// ascending version. Answers the roster to keep.
export function follow(kept, candidate, links = []) {
  if (!kept) return candidate;
  const order = compareOrder(candidate.order, kept.order);
  if (order < 0) refuse('roster-older', 'older than the kept one');
  if (order === 0) {
    demand(equal(candidate.hash, kept.hash), 'roster-forked', 'the same order with another hash');
    return kept;
  }
  demand(links.length <= MOST_LINKS, 'roster-forked', 'too far ahead');
  let before = kept;
  for (const next of [...links, candidate]) {
    const follows = next.order.version === before.order.version + 1 && equal(next.previous, before.hash);
    demand(follows && next.order.generation >= before.order.generation, 'roster-forked', 'links do not meet');
    before = next;
  }
  return candidate;
}

// A relay's clock never extends a roster: now is the later of the local clock and what was verified.
export const rosterCounts = (roster, now) => Math.max(now, roster.issuedAt) < roster.notAfter;

export function listedDevice(roster, id) {
  for (const agent of roster.agents) {
    for (const device of agent.devices) {
      if (equal(deviceId(roster.site, device.keys), id)) return { agent: agent.id, ...device };
    }
  }
  return null;
}

export const counts = (device, now) => device !== null && now < device.notAfter;

export const isMember = (roster, desk, agentId) =>
  desk.inbox.some((id) => equal(listedDevice(roster, id)?.agent ?? zeros(0), agentId));
export const isSupervisor = (desk, agentId) => (desk.supervisors ?? []).some((id) => equal(id, agentId));

// The desk that acts are judged by: the first one stands in for none that is missing (5.9).
export const deskOf = (roster, id) => roster.desks.find((desk) => equal(desk.id, id)) ?? null;
