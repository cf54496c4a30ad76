import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Episode } from '../../server/domain/episode.ts';
import { noteLife } from '../../server/domain/episodes.ts';
import type { AgentId, Timestamp } from '../../server/domain/ids.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import { transitionPolecat } from '../../server/domain/polecats.ts';
import type { Session, SessionFailure } from '../../server/domain/session.ts';
import { transitionSession } from '../../server/domain/sessions.ts';
import type { Draft } from '../../server/domain/view.ts';
import type { Evidence } from '../../server/domain/witness.ts';
import { keyedQueue } from '../../server/operations/queue.ts';
import { keyedTimers } from '../../server/operations/timers.ts';
import { watchOver } from '../../server/operations/witness.ts';
import type { Look, WitnessMemory } from '../../server/operations/witnessMemory.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import { agentId, bead, polecat, rig, sha } from '../domain/support.ts';
import type { FakeClock } from '../support/fakeClock.ts';

/** What is to be seen of a polecat outside the records, if somebody looks. */
export interface Outside {
  commit?: Timestamp;
  file?: Timestamp;
  output?: Timestamp;
  complaint?: NonNullable<Evidence['complaint']>;
}

/** What is played of an agent. */
export type Act =
  | 'call'
  | 'lifecycle'
  | 'commit'
  | 'file'
  | 'output'
  | 'ask'
  | 'answer'
  | 'done'
  | 'end'
  | 'launcher-lost'
  | { readonly complains: SessionFailure };

/** Polecats of a store, watched over as in a town, without git and sessions: what they do is played. */
export class WatchedTown {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly memory: WitnessMemory;
  /** How often somebody looked outside the records: at a log, and at a worktree too. */
  readonly looked = { logs: 0, worktrees: 0 };
  readonly #outside = new Map<AgentId, Outside>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #faults: unknown[] = [];

  private constructor(store: Store, clock: FakeClock) {
    this.store = store;
    this.clock = clock;
    this.memory = { awakeSince: clock.now(), looks: new Map() };
  }

  static async open(folder: string, clock: FakeClock, polecats: number): Promise<WatchedTown> {
    const store = await openStore({ directory: join(folder, '.gastown'), now: clock.date });
    const town = new WatchedTown(store, clock);
    await store.transact({ verb: 'test', by: 'test' }, (draft) => fill(draft, polecats, clock.now()));
    const background = (what: string, work: () => Promise<unknown>): void => town.#background(what, work);
    const timers = keyedTimers({ now: clock.now, sleep: clock.sleep, background });
    const parts = { store, timers, queue: keyedQueue(), background, now: clock.now, witness: town.memory };
    const duty = watchOver(parts, {
      look: ({ id }, session, whole) => Promise.resolve(town.#look(id, session, whole)),
      remedy: () => Promise.resolve(undefined),
      keep: () => Promise.resolve(),
      failed: () => Promise.resolve(),
      stalled: () => undefined,
    });
    duty.begin();
    store.onCommitted((entry) => duty.changed(entry));
    await town.settle();
    return town;
  }

  get polecats(): readonly AgentId[] {
    return Array.from(this.store.view.all('agents'), ({ id }) => id);
  }

  episode(id: AgentId): Episode | undefined {
    return this.store.view.get('episodes', id);
  }

  readonly settle = async (): Promise<void> => {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (this.#faults.length > 0) throw this.#faults[0];
  };

  /** All that happens in one moment. */
  async play(acts: readonly (readonly [AgentId, Act])[]): Promise<void> {
    const at = this.clock.now();
    await this.store.transact({ verb: 'test', by: 'test' }, (draft) => {
      for (const [id, act] of acts) this.#playOne(draft, id, act, at);
    });
    await this.settle();
  }

  #playOne(draft: Draft, id: AgentId, act: Act, at: Timestamp): void {
    if (act !== 'commit' && act !== 'file' && act !== 'output' && typeof act === 'string') {
      playRecorded(draft, id, act, at);
      return;
    }
    const outside = this.#outside.get(id) ?? {};
    this.#outside.set(id, outside);
    if (typeof act === 'string') outside[act] = at;
    else outside.complaint = { failure: act.complains, sure: true };
  }

  #look(id: AgentId, { id: session }: Session, whole: boolean): Look {
    this.looked[whole ? 'worktrees' : 'logs'] += 1;
    const { output, complaint, commit, file } = this.#outside.get(id) ?? {};
    return {
      session,
      at: this.clock.now(),
      program: 'alive',
      launcher: 'connected',
      ...(output === undefined ? {} : { output }),
      ...(complaint === undefined ? {} : { complaint }),
      ...(whole ? { commit, file } : {}),
    };
  }

  #background(what: string, work: () => Promise<unknown>): void {
    const running = work().catch(
      (error: unknown) => void this.#faults.push(new Error(what, { cause: error })),
    );
    const tracked = running.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

type Recorded = 'call' | 'lifecycle' | 'ask' | 'answer' | 'done' | 'end' | 'launcher-lost';

/** What the town's records show of it. */
function playRecorded(draft: Draft, id: AgentId, act: Recorded, at: Timestamp): void {
  const now = draft.get('agents', id) ?? assert.fail(`${id} is gone`);
  switch (act) {
    case 'call':
    case 'lifecycle':
      noteLife(draft, now, at, act);
      return;
    case 'ask':
      draft.put('agents', transitionPolecat(now, 'needs-you', { at, reason: 'Which one?' }));
      return;
    case 'answer':
      noteLife(draft, transitionPolecat(now, 'working', { at }), at);
      return;
    case 'done':
      draft.put('agents', transitionPolecat(now, 'done', { at }));
      return;
    case 'end':
    case 'launcher-lost':
      endSession(draft, now, at);
  }
}

/** As the end of a session is recorded. */
function endSession(draft: Draft, now: Polecat, at: Timestamp): void {
  const session = draft.get('sessions', now.session ?? '') ?? assert.fail(`${now.id} has no session`);
  const isDone = now.state === 'done';
  const exit = { end: isDone ? 'done' : 'interrupted' } as const;
  draft.put('sessions', transitionSession(session, 'ended', { at, exit }));
  const reason = 'The launcher went away.';
  if (!isDone) draft.put('agents', transitionPolecat(now, 'interrupted', { at, reason }));
}

/** Three of four tell of themselves, one in twenty is a person, and the rest tell nothing. */
export function runtimeOf(index: number): string {
  if (index % 20 === 19) return 'human';
  return index % 4 === 3 ? 'sim' : 'claude-code';
}

function fill(draft: Draft, polecats: number, at: Timestamp): void {
  draft.put(...rig('backend', 'be', { createdAt: at }));
  for (let index = 0; index < polecats; index += 1) {
    const id = agentId(`backend/p${String(index).padStart(3, '0')}`);
    const work = `be-${index}`;
    const session = `s-${index}` as Session['id'];
    const runtime = runtimeOf(index) as Polecat['runtime'];
    draft.put(
      ...bead(work, {
        status: 'in_progress',
        assignee: id,
        rig: 'backend' as never,
        createdAt: at,
        updatedAt: at,
      }),
    );
    const [, record] = polecat(id, work);
    const times = { createdAt: at, updatedAt: at, progressAt: at };
    draft.put('agents', { ...record, state: 'working', runtime, session, ...times, base: sha('0') });
    draft.put('sessions', {
      id: session,
      agent: id,
      rig: 'backend' as never,
      bead: work as never,
      runtime,
      host: runtime === 'human' ? 'editor' : 'process',
      state: 'running',
      launch: {
        command: 'x',
        arguments: [],
        directory: '/',
        environment: {},
        strip: [],
        stopSignal: 'SIGTERM',
      },
      tokenHash: '',
      ...(runtime === 'human' ? {} : { log: `/logs/${session}.log` }),
      createdAt: at,
      startedAt: at,
    });
  }
}
