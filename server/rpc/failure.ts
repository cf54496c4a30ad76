import { Refusal, type RefusalCode, type RefusalDetails } from '../domain/refusal.ts';
import { errorCodes, type RefusalData } from '../protocol/hello.ts';
import type { Problem } from '../protocol/hostile.ts';

/**
 * `no-server`: no server file. `nobody`: a server file, but nobody listens at its endpoint. `unauthorized`: hello was refused, which
 * an outdated server file explains too. `silent`: no answer in time. `lost`: the connection broke after the request had gone out, so
 * it may have been carried out.
 */
export type UnreachedReason = 'no-server' | 'nobody' | 'unauthorized' | 'silent' | 'lost';

/** There was no answer of the town. After every reason but `lost` and `silent` nothing has happened, and it may be asked again. */
export class Unreached extends Error {
  readonly reason: UnreachedReason;

  constructor(reason: UnreachedReason, sentence: string) {
    super(sentence);
    this.name = 'Unreached';
    this.reason = reason;
  }
}

/** Something broke in the town server; its log has the stack. */
export class TownFault extends Error {
  override readonly name = 'TownFault';
}

export interface ErrorAnswer {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** What an error answer of the town stands for: a `Refusal`, an `Unreached` or a `TownFault`. */
export function failureOf(answer: ErrorAnswer): Error {
  if (answer.code === errorCodes.refusal) return refusalOf(answer);
  if (answer.code === errorCodes.unauthorized) return new Unreached('unauthorized', answer.message);
  if (answer.code === errorCodes.protocol) {
    return new Refusal('unavailable', answer.message, {
      next: 'Update the older of the two, then reload its windows and terminals.',
    });
  }
  return new TownFault(answer.message);
}

/** `title: must not be empty`, as a refusal that names the field. */
export function misfit({ field, problem }: Problem): Refusal {
  if (field === '') return new Refusal('invalid', `What was sent ${problem}.`);
  return new Refusal('invalid', `${field}: ${problem}`, { field });
}

export function tooLong(): Refusal {
  return new Refusal('invalid', 'This is more than the town takes in one message (8 MB).', {
    next: 'Send it in parts.',
  });
}

/** What it stands for that a connection failed before hello was answered. A sandbox that forbids it is a `Refusal`: it must neither start a server nor look like an empty hook. */
export function connectFailure(error: NodeJS.ErrnoException, endpoint: string): Error {
  if (error.code === 'EPERM') {
    return new Refusal('unavailable', 'This sandbox forbids connecting to the town server.', {
      next: 'Allow unix sockets in the sandbox, or run the command outside of it.',
      facts: { endpoint, error: error.code },
    });
  }
  if (error.code === 'EACCES') {
    return new Refusal('unavailable', `The town server at ${endpoint} belongs to another user.`, {
      facts: { endpoint, error: error.code },
    });
  }
  // ENOENT, ECONNREFUSED; EAGAIN of a full backlog; ECONNRESET, EPIPE of a server that is leaving.
  return new Unreached('nobody', `Nobody answers at ${endpoint} (${error.code ?? error.message}).`);
}

/** Whether a sandbox has forbidden to connect, so that nothing was asked. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Refusal && error.details.facts?.['error'] === 'EPERM';
}

function refusalOf({ message, data }: ErrorAnswer): Refusal {
  const { code, ...details } = (data ?? { code: 'failed' }) as RefusalData;
  return new Refusal(code as RefusalCode, message, details satisfies RefusalDetails);
}
