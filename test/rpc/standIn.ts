// A town that keeps nothing: what the wire is tested with. Nothing in it comes from the real town but its handlers' type.
import type { BeadDetail } from '../../server/protocol/bead.ts';
import { access } from '../../server/protocol/access.ts';
import type { Caller, Handlers } from '../../server/protocol/caller.ts';
import type { HelloParams } from '../../server/protocol/hello.ts';
import { checkHello, checkParams } from '../../server/protocol/schema.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import type { JournalEntry } from '../../server/domain/journal.ts';
import type { CallerIdentity } from '../../server/rpc/connection.ts';
import { sameSecret } from '../../server/rpc/guard.ts';

export const checks = { hello: checkHello, params: checkParams };

export const tokens = { person: 'person-token', session: 'session-token' };

export function authenticate(hello: HelloParams): CallerIdentity | undefined {
  if (hello.session !== undefined) {
    return sameSecret(hello.token, tokens.session)
      ? { role: 'session', by: 'backend/nux', session: hello.session as never, agent: 'backend/nux' as never }
      : undefined;
  }
  return sameSecret(hello.token, tokens.person) ? { role: 'person', by: 'overseer' } : undefined;
}

/** Counts `bead/create` as its journal; every other request is refused. `more` takes their place. */
export class StandIn {
  readonly entries: JournalEntry[] = [];
  readonly callers: Caller[] = [];
  readonly listeners: ((entry: JournalEntry) => void)[] = [];
  readonly handlers: Handlers;
  /** Entries before this one are no longer at hand. */
  oldest = 1;

  constructor(more: Partial<Handlers> = {}) {
    this.handlers = { ...refusing(), ...this.#own(), ...more };
  }

  get seq(): number {
    return this.entries.length;
  }

  commit(subject: string): JournalEntry {
    const at = new Date(0).toISOString() as JournalEntry['at'];
    const entry = { seq: this.seq + 1, at, by: 'overseer', verb: 'bead/create', subject, changes: [] };
    this.entries.push(entry);
    for (const listener of this.listeners) listener(entry);
    return entry;
  }

  #own(): Partial<Handlers> {
    return {
      'bead/create': ({ title }, caller) => {
        this.callers.push(caller);
        this.commit(title);
        return { bead: { title } } as BeadDetail;
      },
      'town/subscribe': ({ since }) => {
        const resync = since !== undefined && (since > this.seq || since + 1 < this.oldest);
        const entries = since === undefined || resync ? [] : this.entries.slice(since);
        return { seq: this.seq, entries, resync };
      },
      'town/retire': () => ({ seq: this.seq }),
      'town/down': () => ({ ended: [] }),
    };
  }
}

function refusing(): Handlers {
  const refuse = (): never => {
    throw new Refusal('not-found', 'There is nothing here.', { next: 'Look elsewhere.' });
  };
  return Object.fromEntries(Object.keys(access).map((method) => [method, refuse])) as unknown as Handlers;
}
