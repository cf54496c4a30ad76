import { episodeOf, isTrouble, noteVerdict } from '../domain/episodes.ts';
import type { AgentVerdict, SignalName } from '../domain/episode.ts';
import type { AgentId, Timestamp } from '../domain/ids.ts';
import type { JournalEntry } from '../domain/journal.ts';
import type { Polecat } from '../domain/polecat.ts';
import type { Change } from '../domain/records.ts';
import type { Session } from '../domain/session.ts';
import { complaintMs } from '../domain/witness.ts';
import { hasCrashed, keepCrashed } from './crashRefs.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { lookAt, ownSessionOf, verdictOn } from './evidence.ts';
import { runInBackground } from './lifePlugins.ts';
import { tryRemedy } from './remedies.ts';
import { countFailure } from './tries.ts';
import { markOf } from './witnessMark.ts';
import type { Look } from './witnessMemory.ts';

/** What watching needs of the town. */
export type WatchContext = Pick<Context, 'store' | 'timers' | 'queue' | 'background' | 'now' | 'witness'>;

/** How it looks and acts outside the records. */
export interface WatchActs {
  look(polecat: Polecat, session: Session, whole: boolean): Promise<Look>;
  /** Gives when there may be another remedy. */
  remedy(agent: AgentId): Promise<Timestamp | undefined>;
  keep(polecat: Polecat, session: Session): Promise<void>;
  /** What it was begun for has failed. */
  failed(polecat: Polecat, session: Session, verdict: AgentVerdict): Promise<void>;
  /** It has stalled: told once in each episode. */
  stalled(polecat: Polecat): void;
}

/** Watches over the polecats: finds out which of them are in trouble, says so once, and does what their rig allows. */
export function witness(context: Context): Duty {
  return watchOver(context, {
    look: (polecat, session, whole) => lookAt(context, polecat, session, whole),
    remedy: (agent) => tryRemedy(context, agent),
    keep: (polecat, session) => keepCrashed(context, polecat, session),
    failed: (polecat, session, { rule, reason }) =>
      countFailure(context, polecat, session, { code: rule, sentence: reason }),
    stalled: (polecat) => runInBackground(context, 'on-stall', polecat),
  });
}

/** While anyone is watched the clock is read so often: where it has leapt, the machine slept. */
const tickMs = 60_000;

/** The log of one that is silent in all else is read at least so often. */
const logMostMs = 5 * 60_000;

/** How often one whose trouble lasts is looked at again: it may commit without a word to the town. */
const againLeastMs = 5 * 60_000;
const againMostMs = 60 * 60_000;

/** One timer for each polecat whose session lives, at the next time at which its verdict may be another. Nothing is looked at before. */
export function watchOver(context: WatchContext, acts: WatchActs): Duty {
  const watch = new Watch(context, acts);
  return {
    begin: () => {
      watch.begin();
    },
    changed: (entry) => {
      watch.changed(entry);
    },
  };
}

class Watch {
  readonly #context: WatchContext;
  readonly #acts: WatchActs;
  /** When each is to be looked at. A sign of life in between leaves that as it is: it is found out then. */
  readonly #due = new Map<AgentId, number>();
  /** By what a verdict can be another at once, as it was last. */
  readonly #marks = new Map<AgentId, string>();
  /** Whose records are being changed by the witness itself. */
  readonly #own = new Set<AgentId>();
  #tickedAt = 0;
  #ticking = false;

  constructor(context: WatchContext, acts: WatchActs) {
    this.#context = context;
    this.#acts = acts;
  }

  begin(): void {
    this.#context.witness.awakeSince = this.#context.now();
    this.#tickedAt = this.#now();
    for (const { id } of this.#view.all('agents')) this.#visitSoon(id);
  }

  changed({ changes }: JournalEntry): void {
    for (const change of changes) for (const id of this.#concerned(change)) this.#mark(id);
  }

  /** Which polecats a changed record may say something new of. */
  #concerned([collection, id, record]: Change): readonly AgentId[] {
    if (collection === 'agents') return [id as AgentId];
    if (collection === 'sessions') return record ? [record.agent] : [];
    if (collection === 'beads') return Array.from(this.#view.find('agentsByBead', id), (agent) => agent.id);
    if (collection === 'tries') return Array.from(this.#view.find('agentsByBead', id), (agent) => agent.id);
    if (collection !== 'rigs') return [];
    for (const agent of this.#view.find('agentsByRig', id)) this.#marks.delete(agent.id);
    return Array.from(this.#view.find('agentsByRig', id), (agent) => agent.id);
  }

  #mark(id: AgentId): void {
    const mark = markOf(this.#view, id);
    if (this.#marks.get(id) === mark) return;
    if (mark === undefined) this.#marks.delete(id);
    else this.#marks.set(id, mark);
    if (!this.#own.has(id)) this.#visitSoon(id);
  }

  #visitSoon(id: AgentId): void {
    const { queue, background } = this.#context;
    background(`the witness of ${id}`, () => queue.run(`witness ${id}`, () => this.#visit(id)));
  }

  /** Judges by what is known, looks only where that does not do, and judges again in the transaction that says so. */
  async #visit(id: AgentId): Promise<void> {
    this.#tick();
    const mark = markOf(this.#view, id);
    if (mark !== undefined) this.#marks.set(id, mark);
    const polecat = this.#view.get('agents', id);
    if (!polecat) return await this.#forget(id);
    const session = ownSessionOf(this.#view, polecat);
    if (session && polecat.state !== 'done') await this.#lookAfter(polecat, session);
    await this.#note(id, polecat.session);
  }

  async #lookAfter(polecat: Polecat, session: Session): Promise<void> {
    if (hasCrashed(session)) await this.#acts.keep(polecat, session);
    if (session.state !== 'ended' && polecat.bead !== undefined) await this.#lookIfNeeded(polecat, session);
    const verdict = this.#judge(polecat);
    if (verdict && isFailure(verdict, session)) await this.#acts.failed(polecat, session, verdict);
  }

  /** Records that say enough are enough; else first the log alone, where there is one, then all of it. */
  async #lookIfNeeded(polecat: Polecat, session: Session): Promise<void> {
    const verdict = this.#judge(polecat);
    if (verdict?.kind !== 'working' || episodeOf(this.#view, polecat)) {
      await this.#look(polecat, session, true);
      return;
    }
    const logAt = this.#logTime(session, verdict);
    if (logAt === undefined || logAt > this.#now()) return;
    await this.#look(polecat, session, false);
    if (this.#judge(polecat)?.kind !== 'working') await this.#look(polecat, session, true);
  }

  async #look(polecat: Polecat, session: Session, whole: boolean): Promise<void> {
    const { looks } = this.#context.witness;
    const before = looks.get(polecat.id);
    const now = await this.#acts.look(polecat, session, whole);
    const known = before?.session === now.session ? before : undefined;
    const kept = whole || !known ? {} : { commit: known.commit, file: known.file };
    looks.set(polecat.id, { ...kept, ...now });
  }

  #judge(polecat: Polecat): AgentVerdict | undefined {
    return verdictOn(this.#view, polecat, this.#context.witness, this.#context.now());
  }

  async #note(id: AgentId, session: Polecat['session']): Promise<void> {
    const { store, witness: memory } = this.#context;
    const now = this.#context.now();
    const known = store.view.get('agents', id);
    let verdict = known && this.#judge(known);
    const isFine = !isTrouble(verdict);
    if (isFine && known && !store.view.get('episodes', id)) {
      this.#plan(known, verdict, undefined);
      return;
    }
    this.#own.add(id);
    try {
      const verb = isFine ? 'witness/clear' : 'witness/raise';
      const { result: stalled } = await store.transact({ verb, by: 'town', subject: id }, (draft) => {
        const polecat = draft.get('agents', id);
        if (!polecat || polecat.session !== session) return undefined;
        verdict = verdictOn(draft, polecat, memory, now);
        const before = episodeOf(draft, polecat)?.stalledAt;
        noteVerdict(draft, polecat, verdict, now);
        return before === undefined && episodeOf(draft, polecat)?.stalledAt !== undefined
          ? polecat
          : undefined;
      });
      if (stalled) this.#acts.stalled(stalled);
    } finally {
      this.#own.delete(id);
    }
    const polecat = this.#view.get('agents', id);
    if (!polecat || polecat.session !== session) return;
    const after = episodeOf(this.#view, polecat) ? await this.#acts.remedy(id) : undefined;
    this.#plan(polecat, verdict, after);
  }

  #plan(polecat: Polecat, verdict: AgentVerdict | undefined, remedyAt: Timestamp | undefined): void {
    const session = this.#view.get('sessions', polecat.session ?? '');
    const lives = session !== undefined && session.state !== 'ended';
    const episode = episodeOf(this.#view, polecat);
    const times = [
      ...(verdict?.again === undefined ? [] : [Date.parse(verdict.again)]),
      ...(remedyAt === undefined ? [] : [Date.parse(remedyAt)]),
      ...(lives && episode ? [this.#now() + relookMs(this.#now() - Date.parse(episode.since))] : []),
      ...(lives && verdict?.kind === 'working' ? this.#logTimes(session, verdict) : []),
    ].filter((time) => time > this.#now());
    if (times.length === 0) this.#unplan(polecat.id);
    else this.#at(polecat.id, Math.min(...times));
  }

  #logTimes(session: Session, verdict: AgentVerdict): readonly number[] {
    const time = this.#logTime(session, verdict);
    return time === undefined ? [] : [Math.max(time, this.#now() + 1)];
  }

  /** When the log of one that is silent is to be read, not before now. */
  #logTime(session: Session, verdict: AgentVerdict | undefined): number | undefined {
    if (session.log === undefined || verdict?.kind !== 'working' || verdict.again === undefined)
      return undefined;
    const looked = this.#context.witness.looks.get(session.agent);
    const lookedAt = looked?.session === session.id ? Date.parse(looked.at) : 0;
    const heardAt = this.#now() - ageOf(verdict, ['call', 'lifecycle', 'start', 'town']);
    // The longer nothing was heard of it, the less is gained by reading its log once more.
    const pause = Math.min(logMostMs, Math.max(complaintMs, lookedAt - heardAt));
    return Math.max(heardAt + complaintMs, lookedAt + pause, this.#now());
  }

  #at(id: AgentId, time: number): void {
    if (this.#due.get(id) === time) return;
    this.#tick();
    this.#due.set(id, time);
    this.#context.timers.at(`witness ${id}`, stamp(time), async () => {
      this.#due.delete(id);
      await this.#context.queue.run(`witness ${id}`, () => this.#visit(id));
    });
    if (!this.#ticking) this.#keepTicking();
  }

  #unplan(id: AgentId): void {
    this.#due.delete(id);
    this.#context.timers.cancel(`witness ${id}`);
  }

  #keepTicking(): void {
    this.#ticking = true;
    this.#context.timers.at('witness', stamp(this.#now() + tickMs), () => {
      this.#tick();
      this.#ticking = false;
      if (this.#due.size > 0) this.#keepTicking();
      return Promise.resolve();
    });
  }

  /** The clock has leapt: the machine slept, and nobody was silent meanwhile. */
  #tick(): void {
    if (this.#ticking && this.#now() - this.#tickedAt > 2 * tickMs)
      this.#context.witness.awakeSince = this.#context.now();
    this.#tickedAt = this.#now();
  }

  /** Its name comes again: what was wrong with it is over. */
  async #forget(id: AgentId): Promise<void> {
    this.#context.witness.looks.delete(id);
    this.#unplan(id);
    if (!this.#view.get('episodes', id)) return;
    await this.#context.store.transact({ verb: 'witness/clear', by: 'town', subject: id }, (draft) => {
      if (!draft.get('agents', id)) draft.remove('episodes', id);
    });
  }

  get #view(): Context['store']['view'] {
    return this.#context.store.view;
  }

  #now(): number {
    return Date.parse(this.#context.now());
  }
}

/** That a terminal was closed, or the editor with it, says nothing of the work. */
const isFailure = ({ kind, rule }: AgentVerdict, { host }: Session): boolean =>
  kind === 'failed' && (rule !== 'launcher-lost' || host === 'process');

/** Of the freshest of these signals. */
function ageOf({ signals }: AgentVerdict, names: readonly SignalName[]): number {
  const ages = signals.flatMap(({ name, ageMs }) => (names.includes(name) ? (ageMs ?? []) : []));
  return Math.min(...ages);
}

const stamp = (ms: number): Timestamp => new Date(ms).toISOString() as Timestamp;

const relookMs = (age: number): number => Math.min(againMostMs, Math.max(againLeastMs, age / 4));
