import { agentOf } from './domain/agents.ts';
import { stackOf } from './domain/fault.ts';
import type { SessionId } from './domain/ids.ts';
import { Refusal } from './domain/refusal.ts';
import type { Context } from './operations/context.ts';
import { takeUpDuties } from './operations/duties.ts';
import { launcherRegistry, sessionStarts } from './operations/launchers.ts';
import { startPace } from './operations/pace.ts';
import { keyedQueue } from './operations/queue.ts';
import { radarBoard } from './operations/radarBoard.ts';
import { recover } from './operations/recover.ts';
import { keyedTimers, realSleep, type Sleep } from './operations/timers.ts';
import { usualWaits, type Waits } from './operations/waits.ts';
import type { Caller, Handlers } from './protocol/caller.ts';
import type { HelloParams } from './protocol/hello.ts';
import { handlersOf, type OfferToHost } from './handlers.ts';

/** What the town is made of; `main.ts` gives the real parts. */
export type TownParts = Omit<
  Context,
  | 'queue'
  | 'launchers'
  | 'starts'
  | 'background'
  | 'waits'
  | 'timers'
  | 'radar'
  | 'collisionsOf'
  | 'pace'
  | 'witness'
  | 'life'
> & {
  /** Where they are not the usual ones. */
  readonly waits?: Partial<Waits>;
  /** Where time does not pass by itself. */
  readonly sleep?: Sleep;
  /** The token of people, as its 0600 file has it. */
  readonly token: string;
  /** Constant-time. */
  readonly sameSecret: (given: string, known: string) => boolean;
  readonly offerToHost: OfferToHost;
};

export interface Town {
  readonly handlers: Handlers;
  /** Who a hello is from; undefined: its token is no one's. */
  authenticate(
    hello: HelloParams,
  ): Pick<Caller, 'role' | 'by' | 'session' | 'agent' | 'agentRole'> | undefined;
  /** Finishes or undoes what an earlier end of the town left half done, and takes up its duties. Before anyone is served. */
  recover(): Promise<void>;
  /** Whether a session runs, or something is under way. */
  isBusy(): boolean;
  /** Waits until nothing is under way. */
  settle(): Promise<void>;
  /** Begins nothing more, and waits until nothing that reaches outside is under way, or the deadline is over: its intent tells the next start. */
  rest(deadlineMs: number): Promise<void>;
}

export function createTown(parts: TownParts): Town {
  const { store } = parts;
  const isEnded = (session: SessionId): boolean => {
    const known = store.view.get('sessions', session);
    return known === undefined || known.state === 'ended';
  };
  const underWay = new Set<Promise<void>>();
  const background: Context['background'] = (what, work) => {
    const running = work().then(
      () => undefined,
      (error: unknown) => parts.log(`${what}: ${describe(error)}`),
    );
    const tracked = running.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  };
  const radar = radarBoard();
  const context: Context = {
    ...parts,
    radar,
    collisionsOf: (rig) => radar.collisionsOf(rig),
    queue: keyedQueue(),
    launchers: launcherRegistry(isEnded),
    starts: sessionStarts(),
    waits: { ...usualWaits, ...parts.waits },
    timers: keyedTimers({ now: () => parts.now(), sleep: parts.sleep ?? realSleep, background }),
    background,
    life: { ending: false, rigStops: new Map() },
    witness: { awakeSince: parts.now(), looks: new Map() },
    pace: startPace(store.view, () => parts.now()),
  };
  return {
    handlers: handlersOf(context, (caller, offer) => {
      parts.offerToHost(caller, offer);
    }),
    authenticate: (hello) => authenticate(context, parts, hello),
    async recover() {
      await recover(context);
      takeUpDuties(context);
    },
    isBusy: () => underWay.size > 0 || liveSessions(context) > 0 || isDueSoon(context),
    async settle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async rest(deadlineMs) {
      context.life.ending = true;
      const deadline = Date.now() + deadlineMs;
      while (context.queue.busy() && Date.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

const describe = (error: unknown): string =>
  error instanceof Refusal ? `${error.code}: ${error.message}` : stackOf(error);

/** A town server that left would be missed: nobody wakes it for a timer. */
const soonMs = 10 * 60_000;

function isDueSoon(context: Context): boolean {
  const next = context.timers.next();
  return next !== undefined && Date.parse(next) - Date.parse(context.now()) <= soonMs;
}

function liveSessions({ store }: Context): number {
  return store.view.count('sessionsByState', 'starting') + store.view.count('sessionsByState', 'running');
}

function authenticate(
  context: Context,
  parts: TownParts,
  hello: HelloParams,
): ReturnType<Town['authenticate']> {
  if (hello.session === undefined) {
    return parts.sameSecret(hello.token, parts.token) ? { role: 'person', by: 'overseer' } : undefined;
  }
  const session = context.store.view.get('sessions', hello.session);
  if (!session || !parts.sameSecret(context.hash(hello.token), session.tokenHash)) return undefined;
  const { id, agent } = session;
  const now = agentOf(context.store.view, agent);
  // Whoever was replaced, or has ended, coordinates nothing any more.
  const isCurrent = now?.session === id && session.state !== 'ended';
  return { role: 'session', by: agent, session: id, agent, ...(isCurrent ? { agentRole: now.role } : {}) };
}
