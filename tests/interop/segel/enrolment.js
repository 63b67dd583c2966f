// 3.6 Enrolment: what both sides derive from a code, and what the owner checks.
import { equal, statement } from './bytes.js';
import { hkdfExpand, hkdfExtract, hmacSha256, sign, verify } from './primitives.js';
import { demand, refusedAs } from './refused.js';
import { openAdminSigned } from './rosters.js';
import { fromBytes, toBytes } from './shapes.js';
import { Enrolment, Invitation } from './structures.js';

export function enrolmentSecrets(site, secret) {
  const prk = hkdfExtract(site, secret);
  return {
    invitationId: hkdfExpand(prk, 'segel/1 invitation id', 16),
    proofKey: hkdfExpand(prk, 'segel/1 enrolment proof', 32),
  };
}

const enrolmentStatement = (site, invitation, { identity, signing, login }) =>
  statement('segel/1 enrolment', site, invitation, identity, signing, login);

export function enrol(site, secret, keys, signingSeed) {
  const { invitationId, proofKey } = enrolmentSecrets(site, secret);
  const said = enrolmentStatement(site, invitationId, keys);
  const proof = hmacSha256(proofKey, said);
  return toBytes(Enrolment, { invitation: invitationId, keys, signature: sign(signingSeed, said), codeProof: proof });
}

export function openInvitation(bytes, pinned, now) {
  return refusedAs('enrolment-refused', () => {
    const { certificate, body } = openAdminSigned(bytes, 'segel/1 invitation', pinned);
    const invitation = fromBytes(Invitation, body);
    const counts = equal(invitation.site, pinned.site) && now < invitation.notAfter;
    demand(counts && invitation.notAfter <= certificate.notAfter, 'enrolment-refused', 'does not count');
    return invitation;
  });
}

// The owner's check. Answers the keys to list.
export function openEnrolment(bytes, site, secret) {
  return refusedAs('enrolment-refused', () => {
    const { invitation, keys, signature, codeProof } = fromBytes(Enrolment, bytes);
    const { invitationId, proofKey } = enrolmentSecrets(site, secret);
    demand(equal(invitation, invitationId), 'enrolment-refused', 'for another code');
    const said = enrolmentStatement(site, invitationId, keys);
    demand(verify(keys.signing, said, signature), 'enrolment-refused', 'not signed by its device');
    demand(equal(hmacSha256(proofKey, said), codeProof), 'enrolment-refused', 'made without the code');
    return keys;
  });
}
