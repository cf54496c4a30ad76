import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import type { Bead } from '../../server/domain/bead.ts';
import type { JournalEntry } from '../../server/domain/journal.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { Change } from '../../server/domain/records.ts';
import type { Session } from '../../server/domain/session.ts';
import type { BeadView } from '../../server/protocol/bead.ts';
import type { ConvoyBead, ConvoyView } from '../../server/protocol/convoy.ts';
import type { Method, Params, Result } from '../../server/protocol/messages.ts';
import type { RigSummary } from '../../server/protocol/rig.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import type { CrewMember, PastSession } from '../../server/protocol/seance.ts';
import type { TownStatus } from '../../server/protocol/town.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';
import type { Ask } from '../../client/connection.ts';
import { Model } from '../../client/model.ts';
import { bead, someDay } from '../support/beads.ts';

export const now = Date.parse(someDay) + 4 * 60_000;

/** A rig worked by Claude Code, of which only what matters is said. */
export function rig(id: string, fields: Partial<RigSummary> = {}): RigSummary {
  const summary = {
    rig: {
      id,
      prefix: id.slice(0, 2),
      runtime: 'claude-code',
      repository: { kind: 'path', path: `/code/${id}` },
      gitDirectory: `/code/${id}`,
      branch: 'main',
      state: 'active',
      settings: {
        merge: 'review',
        push: false,
        check: [],
        session: 'auto',
        ids: 'readable',
        maxPolecats: 10,
      },
      createdAt: someDay,
    },
    runtimeLabel: 'Claude Code',
    sessionHost: 'editor',
    polecats: { working: 0, needYou: 0, total: 0 },
    queue: 0,
    openBeads: 0,
    warnings: [],
    ...fields,
  };
  return summary as RigSummary;
}

/** A runtime that is installed, of which only what matters is said. */
export function runtime(id: string, fields: Partial<RuntimeSummary> = {}): RuntimeSummary {
  const { preset, ...rest } = fields;
  const summary = {
    preset: {
      id,
      label: id,
      command: id,
      needs: { display: false, account: true },
      bestFor: `best for ${id}`,
      tradeOffs: `against ${id}`,
      icon: 'code',
      evidence: 'run',
      ...preset,
    },
    builtIn: true,
    program: `/usr/bin/${id}`,
    searched: '/usr/bin',
    rigs: [],
    ...rest,
  };
  return summary as unknown as RuntimeSummary;
}

/** One whose program was not found. */
export function missingRuntime(id: string, fields: Partial<RuntimeSummary> = {}): RuntimeSummary {
  const { program: _, ...summary } = runtime(id, fields);
  return summary;
}

type PolecatFields = Partial<Pick<Polecat, 'state' | 'reason'>> &
  Partial<Omit<PolecatDetail, 'session' | 'mergeRequest'>> & {
    readonly session?: Partial<Session>;
    readonly mergeRequest?: Partial<MergeRequest>;
  };

/** As after a seance without a bead: it works, and its hook is empty. */
export function beadless(id: string, fields: PolecatFields = {}): PolecatDetail {
  const { bead: _, polecat: made, ...rest } = polecat(id, bead({ id: 'be-none' }), fields);
  const { bead: _id, ...own } = made;
  return { ...rest, polecat: own };
}

/** `backend/nux` on `be-auth`, working. */
export function polecat(id: string, on: Bead, fields: PolecatFields = {}): PolecatDetail {
  const [rigName = '', name = ''] = id.split('/');
  const { state = 'working', reason, session, mergeRequest, ...rest } = fields;
  const detail = {
    polecat: {
      id,
      role: 'polecat',
      rig: rigName,
      name,
      state,
      bead: on.id,
      runtime: 'claude-code',
      worktree: `/town/${rigName}/polecats/${name}-x1`,
      branch: `polecat/${name}/${on.id}-x1`,
      base: 'b'.repeat(40),
      createdAt: someDay,
      updatedAt: someDay,
      progressAt: someDay,
      ...(reason === undefined ? {} : { reason }),
    },
    bead: on,
    runtimeLabel: 'Claude Code',
    needsPerson: false,
    ...(session ? { session: { id: 's-1', host: 'editor', state: 'running', ...session } } : {}),
    ...(mergeRequest ? { mergeRequest: { id: 'mr-1', bead: on.id, target: 'main', ...mergeRequest } } : {}),
    ...rest,
  };
  return detail as PolecatDetail;
}

export function convoy(id: string, beads: readonly Partial<ConvoyBead>[], title = id): ConvoyView {
  const closed = beads.filter(({ state }) => state === 'verified' || state === 'closed').length;
  const landed = closed === beads.length;
  const view = {
    convoy: {
      id,
      title,
      beads: beads.map((each) => each.id),
      state: landed ? 'landed' : 'open',
      automatic: false,
      createdAt: someDay,
      createdBy: 'overseer',
      ...(landed ? { landedAt: someDay } : {}),
    },
    closed,
    total: beads.length,
    beads,
  };
  return view as unknown as ConvoyView;
}

export function listed(one: Bead, fields: Partial<BeadView> = {}): BeadView {
  const ready = one.status === 'open';
  return { bead: one, ready, blocked: false, blockedBy: [], dependencies: [], dependents: 0, ...fields };
}

export function entry(...changes: readonly unknown[]): JournalEntry {
  return { seq: 1, at: someDay, by: 'overseer', verb: 'test', changes: changes as Change[] };
}

/** What the town would answer; tests change it. */
export class SmallTown {
  rigs: RigSummary[] = [];
  polecats: PolecatDetail[] = [];
  convoys: ConvoyView[] = [];
  beads: BeadView[] = [];
  runtimes: RuntimeSummary[] = [];
  crew: CrewMember[] = [];
  attention: AttentionItem[] = [];
  sessions: PastSession[] = [];
  /** Every request, as `method rig-or-id`. */
  asked: string[] = [];
  /** Thrown by every request while it is set. */
  broken: Error | undefined;
  /** Further answers, by method. */
  answers: { [M in Method]?: (params: Params<M>) => Result<M> | Promise<Result<M>> } = {};

  readonly ask: Ask = async <M extends Method>(method: M, params: Params<M>) => {
    const subject = Object.values(params as Readonly<Record<string, unknown>>).find(
      (each) => typeof each === 'string',
    );
    this.asked.push(subject === undefined ? method : `${method} ${subject}`);
    await Promise.resolve();
    if (this.broken) throw this.broken;
    const answer = this.answers[method];
    return answer ? await answer(params) : (this.#usual(method, params as never) as Result<M>);
  };

  /** A model that has read this town. */
  async model(): Promise<Model> {
    const model = new Model(this.ask, () => undefined);
    await model.refresh();
    return model;
  }

  #usual(
    method: Method,
    params: { readonly rig?: string; readonly convoy?: string; readonly limit?: number },
  ): unknown {
    if (method === 'town/status') return this.#status();
    if (method === 'rig/list') return this.rigs;
    if (method === 'polecat/list') return this.polecats;
    if (method === 'convoy/list') return { items: this.convoys, total: this.convoys.length };
    if (method === 'convoy/get') return this.convoys.find((view) => view.convoy.id === params.convoy);
    if (method === 'bead/list') return this.page(params);
    if (method === 'runtime/list') return this.runtimes;
    if (method === 'crew/list') return this.crew;
    if (method === 'attention/list') return { items: this.attention };
    if (method === 'seance/list') return this.sessions;
    throw new Error(`The small town has no answer to ${method}`);
  }

  /** One page of beads, as the town gives it. */
  page({ rig: name, limit = 100, after }: Params<'bead/list'>): Result<'bead/list'> {
    const all = this.beads.filter(({ bead: { rig: own = 'hq' } }) => name === undefined || own === name);
    const from = after === undefined ? 0 : all.findIndex(({ bead: { id } }) => id === after) + 1;
    const items = all.slice(from, from + limit);
    const last = items.at(-1);
    const more = from + limit < all.length && last ? { next: last.bead.id } : {};
    return { items, total: all.length, ...more };
  }

  #status(): TownStatus {
    const open = this.beads.filter((view) => view.bead.status !== 'closed').length;
    const beads = { open, ready: this.beads.filter(({ ready }) => ready).length, blocked: 0 };
    return { path: '/town', beads } as TownStatus;
  }
}
