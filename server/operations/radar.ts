import { later } from '../domain/later.ts';
import { join } from 'node:path';
import { crewOf } from '../domain/agents.ts';
import { messageOf } from '../domain/fault.ts';
import type { AgentId, Timestamp } from '../domain/ids.ts';
import type { JournalEntry } from '../domain/journal.ts';
import type { PolecatState } from '../domain/polecat.ts';
import { radarMinutes } from '../domain/radarSettings.ts';
import type { Rig } from '../domain/rig.ts';
import { displayText } from '../domain/text.ts';
import type { Handlers } from '../protocol/caller.ts';
import type { RadarOutlook } from '../protocol/radar.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { findRig } from './lookups.ts';
import { HeadWatches } from './headWatches.ts';
import { lookAtRig, lookedAt, newMemory, type RadarMemory, radarFolder, type Worker } from './radarLook.ts';

export function radarHandlers(context: Context): Pick<Handlers, 'radar/get'> {
  return {
    'radar/get': ({ rig }) => {
      const { view } = context.store;
      const rigs = rig === undefined ? [...view.all('rigs')] : [findRig(view, rig)];
      return rigs
        .map((each) => context.radar.outlook(each.id) ?? blank(each))
        .toSorted((a, b) => (a.rig < b.rig ? -1 : 1));
    },
  };
}

/** After a change, so that several that come together are one look. */
const soonMs = 2000;

/** Between two looks that changes ask for. */
const restMs = 10_000;

/** Where a look was cut short by its cap. */
const goOnMs = 500;

/** Looks for work that collides: after commits and what else agents do, and by itself while somebody works beside others. */
export function watchCollisions(context: Context): Duty {
  const watches = new Map<string, RigWatch>();
  const watchOf = (rig: string): RigWatch => {
    const watch = watches.get(rig) ?? new RigWatch(context, rig);
    watches.set(rig, watch);
    return watch;
  };
  return {
    begin() {
      context.background('clearing what the radar left', () =>
        context.git.removeScratchObjects(join(context.paths.state, 'radar')),
      );
      for (const { id } of context.store.view.all('rigs')) watchOf(id).changed('all');
    },
    changed(entry) {
      for (const [rig, stale] of changedIn(entry)) watchOf(rig).changed(stale);
    },
  };
}

/** Whose work may be another by what happened, by rig. */
function changedIn({ changes }: JournalEntry): ReadonlyMap<string, ReadonlySet<AgentId> | 'all'> {
  const rigs = new Map<string, Set<AgentId> | 'all'>();
  const add = (rig: string, agent?: AgentId): void => {
    const known = rigs.get(rig);
    if (known === 'all') return;
    if (agent === undefined) rigs.set(rig, 'all');
    else rigs.set(rig, (known ?? new Set()).add(agent));
  };
  for (const [collection, id, record] of changes) {
    if (collection === 'agents') add(id.slice(0, id.lastIndexOf('/')), id as AgentId);
    if (collection === 'workplaces' && id.includes('/crew/'))
      add(id.slice(0, id.indexOf('/')), id as AgentId);
    if (collection === 'mergeRequests' && record) add(record.rig, record.agent);
    if (collection === 'rigs') add(id);
  }
  return rigs;
}

/** In these states something runs, or may go on by itself. */
const atWork: ReadonlySet<PolecatState> = new Set([
  'spawning',
  'working',
  'needs-you',
  'rate-limited',
  'stalled',
]);

class RigWatch {
  readonly #context: Context;
  readonly #rig: string;
  readonly #heads: HeadWatches;
  #memory: RadarMemory = newMemory();
  #stale: Set<AgentId> | 'all' = new Set();
  #planned: Timestamp | undefined;
  #looking = false;
  #hasRound = false;
  #restUntil = 0;

  constructor(context: Context, rig: string) {
    this.#context = context;
    this.#rig = rig;
    this.#heads = new HeadWatches(context, (agent) => this.changed(new Set([agent])));
  }

  changed(stale: ReadonlySet<AgentId> | 'all'): void {
    const { store, radar } = this.#context;
    const { view } = store;
    const isEmpty = view.count('agentsByRig', this.#rig) === 0 && crewOf(view, this.#rig).length === 0;
    if (isEmpty && !radar.outlook(this.#rig)) return;
    this.#add(stale);
    const now = Date.parse(this.#context.now());
    this.#plan(Math.max(soonMs, this.#restUntil - now));
  }

  get #record(): Rig | undefined {
    return this.#context.store.view.get('rigs', this.#rig);
  }

  #add(stale: ReadonlySet<AgentId> | 'all'): void {
    if (stale === 'all' || this.#stale === 'all') this.#stale = 'all';
    else for (const agent of stale) this.#stale.add(agent);
  }

  /** The earlier of two times counts. */
  #plan(afterMs: number): void {
    const time = this.#after(afterMs);
    if (this.#planned !== undefined && this.#planned <= time) return;
    this.#planned = time;
    this.#context.timers.at(`radar of ${this.#rig}`, time, async () => {
      this.#planned = undefined;
      await this.#look();
    });
  }

  async #look(): Promise<void> {
    if (this.#looking) return this.#plan(goOnMs);
    const rig = this.#record;
    const everyMinutes = rig && minutesOf(rig);
    if (!rig || everyMinutes === undefined || lookedAt(this.#context, rig).length === 0)
      return await this.#rest(rig);
    this.#heads.follow(rig, lookedAt(this.#context, rig));
    const stale = this.#stale;
    this.#stale = new Set();
    this.#looking = true;
    try {
      const { touched, ...sight } = await lookAtRig(this.#context, rig, this.#memory, stale);
      this.#show({ ...blank(rig), ...sight, lookedAt: this.#context.now() }, touched);
      if (sight.pending > 0) this.#plan(goOnMs);
    } catch (error) {
      this.#add(stale);
      this.#memory = newMemory();
      const problem = displayText(messageOf(error), 300);
      this.#show({ ...blank(rig), lookedAt: this.#context.now(), problem }, []);
    } finally {
      this.#looking = false;
      this.#restUntil = Date.parse(this.#context.now()) + restMs;
    }
    this.#planRound(rig, everyMinutes);
  }

  #show(outlook: RadarOutlook, touched: Parameters<Context['radar']['show']>[1]): void {
    // It may have been removed meanwhile.
    if (this.#record) this.#context.radar.show(outlook, touched);
  }

  /** What nobody tells of, as files that are being written, is looked for after a while. */
  #planRound(rig: Rig, everyMinutes: number): void {
    const key = `radar rounds of ${this.#rig}`;
    if (!this.#worksOn(rig)) {
      this.#context.timers.cancel(key);
      this.#hasRound = false;
    } else if (!this.#hasRound) {
      this.#hasRound = true;
      this.#context.timers.at(key, this.#after(everyMinutes * 60_000), async () => {
        this.#hasRound = false;
        this.#add('all');
        await this.#look();
      });
    }
  }

  #after(ms: number): Timestamp {
    return later(this.#context.now(), ms);
  }

  #worksOn(rig: Rig): boolean {
    const all = lookedAt(this.#context, rig);
    return all.length > 1 && all.some((worker) => this.#isAtWork(worker));
  }

  #isAtWork(worker: Worker): boolean {
    if (worker.role === 'polecat') return atWork.has(worker.state);
    const session = this.#context.store.view.get('sessions', worker.session ?? '');
    return session !== undefined && session.state !== 'ended';
  }

  async #rest(rig: Rig | undefined): Promise<void> {
    this.#heads.end();
    const had = this.#memory.scratchIsOpen;
    this.#memory = newMemory();
    this.#stale = new Set();
    this.#context.timers.cancel(`radar rounds of ${this.#rig}`);
    this.#hasRound = false;
    if (rig && this.#context.radar.outlook(rig.id)) this.#context.radar.show(blank(rig), []);
    else this.#context.radar.forget(this.#rig);
    if (had) await this.#context.git.removeScratchObjects(radarFolder(this.#context, this.#rig));
  }
}

function minutesOf({ settings }: Rig): number | undefined {
  const { radar = radarMinutes } = settings;
  return radar === 'off' ? undefined : radar;
}

function blank(rig: Rig): RadarOutlook {
  const everyMinutes = minutesOf(rig);
  return {
    rig: rig.id,
    target: rig.branch,
    ...(everyMinutes === undefined ? {} : { everyMinutes }),
    agents: [],
    collisions: [],
    unknown: [],
    pending: 0,
  };
}
