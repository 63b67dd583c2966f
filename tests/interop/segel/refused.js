// A refusal of the protocol. `code` is stable (PROTOCOL.md, sections 5.4 and 10); `reason` is for people only.
export class Refused extends Error {
  constructor(code, reason = code) {
    super(`${code}: ${reason}`);
    this.name = 'Refused';
    this.code = code;
    this.reason = reason;
  }
}

export function refuse(code, reason) {
  throw new Refused(code, reason);
}

export function demand(condition, code, reason) {
  if (!condition) refuse(code, reason);
}

// Runs `work`; what it refuses under whatever code is refused under this one. A bug stays a bug.
export function refusedAs(code, work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refused) throw new Refused(code, error.reason);
    throw error;
  }
}
