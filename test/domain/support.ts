import assert from 'node:assert/strict';
import type { Bead } from '../../server/domain/bead.ts';
import type { Convoy } from '../../server/domain/convoy.ts';
import type { Dependency } from '../../server/domain/dependency.ts';
import type {
  AgentId,
  BeadId,
  ConvoyId,
  MergeRequestId,
  RigName,
  RuntimeName,
  SessionId,
  Sha,
  Timestamp,
} from '../../server/domain/ids.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { SlungPolecat } from '../../server/domain/polecat.ts';
import { Refusal, type RefusalCode } from '../../server/domain/refusal.ts';
import type { Rig } from '../../server/domain/rig.ts';
import type { Session } from '../../server/domain/session.ts';
import type { Crew, Mayor } from '../../server/domain/workplace.ts';
import type { Town } from '../../server/domain/town.ts';
import type { Draft } from '../../server/domain/view.ts';
import { type GivenRecord, TownTwin } from './townTwin.ts';

/** `given(records).when(rule).thenHolds(…)`: a state, a rule on it, what came of it. */
export function given(...records: readonly GivenRecord[]) {
  return {
    when<T>(rule: (draft: Draft) => T) {
      const town = new TownTwin(records);
      const before = town.snapshot();
      return {
        thenHolds(check: (result: T, town: TownTwin) => void): void {
          check(town.transact(rule), town);
        },
        /** Refused with this code, in a sentence like this; and nothing changed. */
        thenRefused(code: RefusalCode, sentence?: RegExp): Refusal {
          const refusal = refusedBy(() => town.transact(rule));
          assert.equal(refusal.code, code, refusal.message);
          if (sentence) assert.match(`${refusal.message} ${refusal.details.next ?? ''}`, sentence);
          assert.deepEqual(town.snapshot(), before, 'a refused rule changes nothing');
          return refusal;
        },
      };
    },
  };
}

export function refusedBy(rule: () => unknown): Refusal {
  try {
    rule();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  return assert.fail('expected a refusal, but nothing was refused');
}

export const noon = time(0);
export const later = time(60);

/** So many minutes after noon of the first of May. */
export function time(minutes: number): Timestamp {
  return new Date(Date.UTC(2026, 4, 1, 12, minutes)).toISOString() as Timestamp;
}

export const act = { at: later, by: 'overseer' } as const;
export const sha = (digit: string): Sha => digit.repeat(40) as Sha;
export const beadId = (id: string): BeadId => id as BeadId;
export const agentId = (id: string): AgentId => id as AgentId;
export const rigName = (id: string): RigName => id as RigName;

export function bead(id: string, fields: Partial<Bead> = {}): readonly ['beads', Bead] {
  const { status = 'open' } = fields;
  const record: Bead = {
    id: id as BeadId,
    title: `Title of ${id}`,
    status,
    priority: 2,
    type: 'task',
    labels: [],
    createdAt: noon,
    createdBy: 'overseer',
    updatedAt: noon,
    ...(status === 'closed' ? { closedAt: noon } : {}),
    ...fields,
  };
  return ['beads', record];
}

export function edge(
  from: string,
  to: string,
  type = 'blocks',
  metadata?: string,
): readonly ['dependencies', Dependency] {
  const record: Dependency = {
    id: `${from} ${to}`,
    bead: from as BeadId,
    dependsOn: to as BeadId,
    type,
    ...(metadata === undefined ? {} : { metadata }),
    createdAt: noon,
    createdBy: 'overseer',
  };
  return ['dependencies', record];
}

export function rig(
  id: string,
  prefix: string,
  fields: Partial<Omit<Rig, 'settings'>> & { settings?: Partial<Rig['settings']> } = {},
): readonly ['rigs', Rig] {
  const { settings, ...others } = fields;
  const record: Rig = {
    id: id as RigName,
    prefix,
    runtime: 'claude-code' as RuntimeName,
    repository: { kind: 'path', path: `/repositories/${id}` },
    gitDirectory: `/repositories/${id}`,
    branch: 'main',
    state: 'active',
    settings: {
      merge: 'review',
      push: false,
      check: [],
      session: 'auto',
      ids: 'readable',
      maxPolecats: 10,
      ...settings,
    },
    createdAt: noon,
    ...others,
  };
  return ['rigs', record];
}

export function polecat(
  id: string,
  onBead: string,
  fields: Partial<SlungPolecat> = {},
): readonly ['agents', SlungPolecat] {
  const [rigOf = '', name = ''] = id.split('/');
  const record: SlungPolecat = {
    id: id as AgentId,
    role: 'polecat',
    rig: rigOf as RigName,
    name,
    state: 'working',
    bead: onBead as BeadId,
    runtime: 'claude-code' as RuntimeName,
    worktree: `/town/${rigOf}/polecats/${name}-x1`,
    branch: `polecat/${name}/${onBead}-x1`,
    base: sha('0'),
    createdAt: noon,
    updatedAt: noon,
    progressAt: noon,
    ...fields,
  };
  return ['agents', record];
}

export function crew(id: string, fields: Partial<Crew> = {}): readonly ['workplaces', Crew] {
  const [rigOf = '', , name = ''] = id.split('/');
  const record: Crew = {
    id: id as AgentId,
    role: 'crew',
    rig: rigOf as RigName,
    name,
    runtime: 'claude-code' as RuntimeName,
    worktree: `/town/${rigOf}/crew/${name}`,
    branch: `crew/${name}`,
    base: sha('0'),
    createdAt: noon,
    updatedAt: noon,
    progressAt: noon,
    ...fields,
  };
  return ['workplaces', record];
}

export function mayor(fields: Partial<Mayor> = {}): readonly ['workplaces', Mayor] {
  const record: Mayor = {
    id: 'mayor' as AgentId,
    role: 'mayor',
    name: 'mayor',
    runtime: 'claude-code' as RuntimeName,
    directory: '/town',
    createdAt: noon,
    updatedAt: noon,
    progressAt: noon,
    ...fields,
  };
  return ['workplaces', record];
}

export function mergeRequest(
  id: string,
  of: SlungPolecat,
  fields: Partial<MergeRequest> = {},
): readonly ['mergeRequests', MergeRequest] {
  const { bead: onBead, rig: inRig, runtime, branch, base } = of;
  const record: MergeRequest = {
    id: id as MergeRequestId,
    bead: onBead,
    rig: inRig,
    agent: of.id,
    runtime,
    branch,
    target: 'main',
    base,
    tip: sha('1'),
    state: 'submitted',
    commits: 1,
    submittedAt: noon,
    updatedAt: noon,
    ...fields,
  };
  return ['mergeRequests', record];
}

export function session(
  id: string,
  of: SlungPolecat,
  fields: Partial<Session> = {},
): readonly ['sessions', Session] {
  const record: Session = {
    id: id as SessionId,
    agent: of.id,
    rig: of.rig,
    bead: of.bead,
    runtime: of.runtime,
    host: 'process',
    state: 'running',
    launch: {
      command: 'true',
      arguments: [],
      directory: of.worktree,
      environment: {},
      strip: [],
      stopSignal: 'SIGTERM',
    },
    tokenHash: '',
    createdAt: noon,
    ...fields,
  };
  return ['sessions', record];
}

export function convoy(
  id: string,
  beads: readonly string[],
  fields: Partial<Convoy> = {},
): readonly ['convoys', Convoy] {
  const record: Convoy = {
    id: id as ConvoyId,
    title: `Title of ${id}`,
    beads: beads as readonly BeadId[],
    state: 'open',
    automatic: false,
    createdAt: noon,
    createdBy: 'overseer',
    ...fields,
  };
  return ['convoys', record];
}

export function townRecord(fields: Partial<Town> = {}): readonly ['town', Town] {
  return [
    'town',
    {
      id: 'town',
      townId: 't',
      name: 'Town',
      defaultRuntime: 'claude-code' as RuntimeName,
      maxSessions: 25,
      createdAt: noon,
      ...fields,
    },
  ];
}
