// The town of the walk-through, as its answers would be: three rigs with three runtimes, and one convoy over them.
import type { AttentionItem } from '../../server/domain/attentionItem.ts';
import type { Archive } from '../../server/domain/archive.ts';
import type { Bead } from '../../server/domain/bead.ts';
import type { Timestamp } from '../../server/domain/ids.ts';
import type { LandingState, MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { Polecat, PolecatState } from '../../server/domain/polecat.ts';
import type { Rig } from '../../server/domain/rig.ts';
import type { ArchiveView } from '../../server/protocol/archive.ts';
import type { BeadDetail, BeadView } from '../../server/protocol/bead.ts';
import type { ConvoyBead, ConvoyView } from '../../server/protocol/convoy.ts';
import type { RadarOutlook } from '../../server/protocol/radar.ts';
import type { RigPrompt, RigSummary } from '../../server/protocol/rig.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import type { TownStatus } from '../../server/protocol/town.ts';
import type { HookResult, PolecatDetail, Slung } from '../../server/protocol/work.ts';
import { bead } from '../support/beads.ts';

/** What the clock of the samples says, unless a test brings its own. */
export const noon = Date.parse('2026-05-01T12:00:00.000Z');

export function before(minutes: number, now = noon): Timestamp {
  return new Date(now - minutes * 60_000).toISOString() as Timestamp;
}

export const titles = {
  'be-auth': 'Refactor auth middleware',
  'ml-extract': 'Update feature extraction',
  'fe-login': 'Update login component',
} as const;

const rigOf = { 'be-auth': 'backend', 'ml-extract': 'ml-pipeline', 'fe-login': 'frontend' } as const;
const labelOf = { 'be-auth': 'Claude Code', 'ml-extract': 'Codex', 'fe-login': 'Cursor' } as const;

export type SampleId = keyof typeof titles;

export function sampleBead(id: SampleId, fields: Partial<Bead> = {}): Bead {
  return bead({
    rig: rigOf[id] as never,
    title: titles[id],
    createdAt: before(12),
    updatedAt: before(5),
    ...fields,
    id,
  });
}

export function sampleView(id: SampleId, fields: Partial<BeadView> = {}): BeadView {
  return {
    bead: sampleBead(id),
    ready: true,
    blocked: false,
    blockedBy: [],
    dependencies: [],
    dependents: 0,
    ...fields,
  };
}

export function sampleDetail(id: SampleId, fields: Partial<BeadDetail> = {}): BeadDetail {
  return { ...sampleView(id), dependsOn: [], neededBy: [], runtimeLabel: labelOf[id], ...fields };
}

const sha = (start: string): string => start.padEnd(40, '0');

export function sampleRequest(id: SampleId, fields: Partial<MergeRequest> = {}): MergeRequest {
  const rig = rigOf[id];
  return {
    id: `mr-${id}`,
    bead: id,
    rig,
    agent: `${rig}/nux`,
    runtime: 'claude-code',
    branch: `polecat/nux/${id}-x1`,
    target: 'main',
    base: sha('0ba5e'),
    tip: sha('a1b2c3d'),
    state: 'submitted',
    commits: 2,
    submittedAt: before(6),
    updatedAt: before(6),
    ...fields,
  } as MergeRequest;
}

function convoyBead(id: SampleId, state: LandingState, start: string, verified?: Timestamp): ConvoyBead {
  const landed = verified === undefined ? {} : { landed: sha(start), verifiedAt: verified };
  return {
    id,
    bead: sampleBead(id, { status: verified === undefined ? 'in_progress' : 'closed' }),
    rig: rigOf[id],
    runtimeLabel: labelOf[id],
    agent: `${rigOf[id]}/nux`,
    mergeRequest: sampleRequest(id, { state, tip: sha(start) as never, ...(landed as object) }),
    state,
  };
}

/** The sample of the design's page. */
export function sampleConvoy(now = noon): ConvoyView {
  return {
    convoy: {
      id: 'hq-auth',
      title: 'Auth System Overhaul',
      beads: ['be-auth', 'ml-extract', 'fe-login'],
      state: 'open',
      automatic: false,
      createdAt: before(12, now),
      createdBy: 'overseer',
    } as never,
    closed: 2,
    total: 3,
    beads: [
      convoyBead('be-auth', 'verified', 'a1b2c3d', before(4, now)),
      convoyBead('ml-extract', 'verified', '9f8e7d6', before(2, now)),
      convoyBead('fe-login', 'submitted', '3c4d5e6'),
    ],
  };
}

/** Before anything was slung. */
export function freshConvoy(): ConvoyView {
  const ids = Object.keys(titles) as SampleId[];
  return {
    ...sampleConvoy(),
    closed: 0,
    beads: ids.map((id) => ({
      id,
      bead: sampleBead(id),
      rig: rigOf[id],
      runtimeLabel: labelOf[id],
      state: 'ready',
    })),
  };
}

export function sampleRig(
  name: string,
  fields: Partial<RigSummary> = {},
  rig: Partial<Rig> = {},
): RigSummary {
  return {
    rig: {
      id: name,
      prefix: name.slice(0, 2),
      runtime: 'claude-code',
      repository: { kind: 'path', path: `/src/${name}` },
      gitDirectory: `/src/${name}/.git`,
      branch: 'main',
      state: 'active',
      settings: {
        merge: 'review',
        push: false,
        check: ['npm', 'test'],
        session: 'auto',
        ids: 'readable',
        maxPolecats: 10,
      },
      createdAt: before(60),
      ...rig,
    } as Rig,
    runtimeLabel: 'Claude Code',
    sessionHost: 'editor',
    polecats: { working: 2, needYou: 0, total: 2 },
    queue: 0,
    openBeads: 5,
    warnings: [],
    ...fields,
  };
}

export function samplePolecat(state: PolecatState = 'working'): PolecatDetail {
  const polecat = {
    id: 'backend/nux',
    role: 'polecat',
    rig: 'backend',
    name: 'nux',
    state,
    bead: 'be-auth',
    runtime: 'claude-code',
    worktree: '/town/backend/polecats/nux-x1',
    branch: 'polecat/nux/be-auth-x1',
    base: sha('0ba5e'),
    createdAt: before(10),
    updatedAt: before(1),
    progressAt: before(1),
  } as unknown as Polecat;
  return { polecat, bead: sampleBead('be-auth'), runtimeLabel: 'Claude Code', needsPerson: false };
}

export function sampleHook(): HookResult {
  const { polecat } = samplePolecat();
  return {
    agent: 'backend/nux',
    rig: 'backend',
    polecat,
    bead: sampleBead('be-auth', { status: 'hooked' }),
    blockedBy: [],
    next: 'Do the work in this worktree, commit it, and call gt done.',
  };
}

export function sampleSlung(id: SampleId): Slung {
  return {
    bead: id,
    title: titles[id],
    rig: rigOf[id],
    agent: `${rigOf[id]}/nux`,
    runtime: 'claude-code',
    runtimeLabel: labelOf[id],
    worktree: `/town/${rigOf[id]}/polecats/nux-x1`,
    branch: `polecat/nux/${id}-x1`,
    base: sha('0ba5e'),
    host: 'editor',
    convoy: 'hq-auth',
    session: 'se-1',
    command: ['claude', '--settings', '/x', 'Read your hook.'],
    warnings: [],
  };
}

export const sampleStatus: TownStatus = {
  townId: 't-1',
  name: 'gt',
  path: '/home/ann/gt',
  version: '0.1.0',
  protocol: { major: 1, minor: 0 },
  pid: 4711,
  startedAt: before(12),
  seq: 99,
  rigs: 3,
  beads: { open: 12, ready: 5, blocked: 3 },
  convoys: { open: 1 },
  polecats: { working: 2, needYou: 1, total: 4 },
  mergeRequests: { waiting: 1 },
  sessions: 2,
  attention: 1,
  editors: 1,
};

export function sampleRuntime(id: string, label: string, program?: string): RuntimeSummary {
  const preset = {
    id,
    label,
    aliases: ['claude'],
    command: 'claude',
    arguments: [],
    prompt: { kind: 'argument' },
    systemPrompt: { kind: 'none' },
    tools: { allow: [], deny: [] },
    needs: { display: false, account: true },
    approval: { ask: [], auto: [] },
    sessionId: { kind: 'none' },
    lifecycleHooks: 'none',
    environment: { set: {}, strip: [] },
    capabilities: { resume: true, commitsInWorktree: true, reportsUsage: false, structuredOutput: false },
    stopSignal: 'SIGINT',
    failures: [],
    bestFor: 'Complex refactoring, multi-file changes, architecture work',
    tradeOffs: 'Higher cost per token, deep reasoning',
    icon: 'sparkle',
    color: 'terminal.ansiMagenta',
    evidence: 'read',
  } as const;
  return {
    preset: preset as never,
    builtIn: true,
    ...(program === undefined ? {} : { program }),
    searched: '/usr/bin:/bin',
    rigs: ['backend'],
  };
}

export const samplePrompt: RigPrompt = {
  rig: 'backend' as never,
  runtime: 'codex' as never,
  runtimeLabel: 'Codex',
  agent: 'backend/nux',
  bead: 'be-auth',
  example: false,
  systemPrompt: 'You are backend/nux.',
  systemPromptGiven: 'in a setting of its start',
  prompt: 'Run gt prime.',
};

export function sampleAttention(fields: Partial<AttentionItem> = {}): AttentionItem {
  return {
    id: 'polecat:backend/nux:needs-you:1',
    kind: 'polecat',
    subject: 'backend/nux',
    rig: 'backend',
    bead: 'be-auth',
    agent: 'backend/nux',
    state: 'needs-you',
    reason: 'per user or per key?',
    since: before(2),
    action: { command: 'gt session attach backend/nux', verb: 'openTerminal' },
    severity: 'high',
    ...fields,
  };
}

export function sampleArchive(fields: Partial<Archive> = {}): ArchiveView {
  return {
    archive: {
      id: 'ar-1c9f02ab',
      agent: 'backend/nux',
      role: 'polecat',
      name: 'nux',
      rig: 'backend',
      bead: 'be-auth',
      runtime: 'claude-code',
      branch: 'polecat/nux/be-auth-x1',
      base: sha('0ba5e'),
      tip: sha('a1b2c3d'),
      ref: 'refs/gastown/archive/nux/be-auth-x1',
      sha: sha('f00'),
      files: 2,
      uncommitted: ['src/auth.ts', 'notes.txt'],
      at: before(3),
      by: 'overseer',
      why: 'removed',
      ...fields,
    } as Archive,
    runtimeLabel: 'Claude Code',
    title: titles['be-auth'],
  };
}

/** Each state that a rig's radar can be in. */
export const sampleRadar: readonly RadarOutlook[] = [
  {
    ...quietRadar('backend'),
    agents: [
      radarAgent('nux', { bead: 'be-auth' }),
      radarAgent('rictus', { problem: 'The folder /x is gone.' }),
      radarAgent('slit', { bead: 'be-limit' }),
    ],
    collisions: [
      {
        agents: ['backend/nux', 'backend/slit'] as never,
        files: ['src/auth.ts', 'src/limit.ts'],
        since: before(12),
      },
      { agents: ['backend/slit'] as never, files: ['README.md'], moreFiles: 7, since: before(5) },
    ],
    pending: 1,
    lookedAt: before(2),
  },
  { rig: 'frontend', target: 'main', agents: [], collisions: [], unknown: [], pending: 0 },
  quietRadar('infra'),
  { ...quietRadar('ml-pipeline'), problem: 'The radar needs git 2.38; this is 2.34.1.' },
];

function quietRadar(rig: string): RadarOutlook {
  return { rig, target: 'main', everyMinutes: 2, agents: [], collisions: [], unknown: [], pending: 0 };
}

function radarAgent(
  name: string,
  fields: Partial<RadarOutlook['agents'][number]>,
): RadarOutlook['agents'][number] {
  return {
    agent: `backend/${name}`,
    branch: `polecat/${name}/x`,
    worktree: `/town/${name}`,
    uncommitted: false,
    changed: 2,
    ...fields,
  };
}
