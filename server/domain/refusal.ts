/**
 * Every reason for which the town says no. A refusal is expected: its sentence is shown as it stands.
 * Whatever else is thrown is a fault: logged with its stack, shown briefly.
 */
export type RefusalCode =
  | 'invalid' // a field does not fit; `field` names it
  | 'not-found'
  | 'taken' // a name, prefix, id or folder that exists already
  | 'held' // the bead is on somebody's hook, or the hook is full
  | 'blocked'
  | 'closed'
  | 'deferred'
  | 'parked'
  | 'capacity'
  | 'in-use' // removal of something that others stand on
  | 'forbidden' // the caller's role may not do this
  | 'no-session' // asked from outside a session
  | 'no-host' // nobody can open a terminal
  | 'missing-program'
  | 'wrong-place' // `done` from another folder or branch than the recorded pair
  | 'uncommitted'
  | 'no-commits'
  | 'conflict'
  | 'checkout' // the target's checkout is in the way
  | 'check-failed'
  | 'cycle'
  | 'unapproved' // configuration that names a program, not approved yet
  | 'git' // git could not: no access, no such branch, empty repository
  | 'failed' // an outside step failed and was undone
  | 'read-only'
  | 'stale' // an idempotency or version guard
  | 'unavailable'; // the town cannot be reached, or is leaving

export interface RefusalDetails {
  /** The field at fault, as the caller named it: `params.title`. */
  readonly field?: string;
  /** The next step, one sentence or command. */
  readonly next?: string;
  /** Facts for programs: files in conflict, both paths, the holder. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly details: RefusalDetails;

  constructor(code: RefusalCode, sentence: string, details: RefusalDetails = {}) {
    super(sentence);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}
