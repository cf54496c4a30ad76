import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../../server/domain/session.ts';
import { gt, type Answers } from './support.ts';
import {
  before,
  sampleAttention,
  sampleArchive,
  sampleBead,
  sampleConvoy,
  sampleHistory,
  sampleHook,
  samplePolecat,
  samplePrompt,
  sampleRadar,
  sampleRequest,
  sampleRig,
  sampleRuntime,
  sampleScorecard,
  sampleSlung,
  sampleStatus,
} from './samples.ts';
import { sampleWitness } from './witnessSamples.ts';

const session = {
  id: 's-1',
  agent: 'backend/nux',
  rig: 'backend',
  bead: 'be-auth',
  runtime: 'sim',
  host: 'process',
  state: 'running',
  launch: { command: 'secret' },
  tokenHash: 'secret',
  pid: 7,
  createdAt: before(1),
} as unknown as Session;

const detail = {
  mergeRequest: sampleRequest('fe-login'),
  bead: sampleBead('fe-login'),
  runtimeLabel: 'Cursor',
};

const hookAnswer = sampleHook();

const sampleRecovery = {
  agent: 'backend/nux',
  state: 'failed',
  branch: 'polecat/nux/be-auth-x1',
  verdict: 'NEEDS_RECOVERY',
  evidence: ['1 file not committed'],
  uncommitted: ['a'],
  commits: 1,
  behind: 2,
  stashes: 0,
  running: false,
} as const;

const sampleActed = {
  rig: 'backend',
  state: 'parked',
  ended: [],
  resumed: [],
  working: [],
  removed: [],
  notes: [],
} as const;

/** The keys of what is printed, with those of the first element of a list, in brackets behind the list's. */
const shapes: Record<string, { words: string; answers: Answers; keys: string }> = {
  status: {
    words: 'status',
    answers: { 'town/status': sampleStatus },
    keys: 'townId name path rigs beads convoys polecats mergeRequests sessions attention editors server',
  },
  attention: {
    words: 'attention',
    answers: { 'attention/list': { items: [sampleAttention()] } },
    keys: 'items[id kind subject rig bead agent state reason since action severity]',
  },
  feed: {
    words: 'feed',
    answers: {
      'town/feed': { items: [{ seq: 1, at: before(1), by: 'x', verb: 'y', text: 'z' }], more: true },
    },
    keys: 'items[seq at by verb text] more',
  },
  log: {
    words: 'log be-auth',
    answers: { 'bead/history': sampleHistory },
    keys: 'bead title items[seq at by verb text details] more',
  },
  config: {
    words: 'config',
    answers: { 'town/get': { name: 'gt', defaultRuntime: 'sim', maxSessions: 3 } as never },
    keys: 'settings',
  },
  'rig list': {
    words: 'rig list',
    answers: { 'rig/list': [sampleRig('backend')] },
    keys: 'rigs[name state prefix runtime runtimeLabel session repository branch settings polecats queue openBeads createdAt warnings]',
  },
  'rig info': {
    words: 'rig info backend',
    answers: { 'rig/get': sampleRig('backend') },
    keys: 'name state prefix runtime runtimeLabel session repository branch settings polecats queue openBeads createdAt warnings[]',
  },
  'rig config': {
    words: 'rig config backend merge',
    answers: { 'rig/get': sampleRig('backend') },
    keys: 'name key value',
  },
  'rig remove': {
    words: 'rig remove backend',
    answers: { 'rig/remove': { rig: 'backend' as never, kept: '/x', removedAt: before(0) } },
    keys: 'name kept removedAt',
  },
  'runtime scorecard': {
    words: 'runtime scorecard',
    answers: { 'runtime/scorecard': sampleScorecard },
    keys: 'leastSamples rows[runtime runtimeLabel type samples landedFirst landedReworked failed withoutCode open reworks failures medianMs firstRate]',
  },
  'runtime show': {
    words: 'runtime show sim',
    answers: { 'runtime/get': sampleRuntime('sim', 'Sim', '/x') },
    keys: 'name label builtIn program searched rigs[] preset',
  },
  'rig config --show-prompt': {
    words: 'rig config backend --show-prompt',
    answers: { 'rig/prompt': samplePrompt },
    keys: 'rig runtime runtimeLabel agent bead example systemPrompt systemPromptGiven prompt',
  },
  'convoy show': {
    words: 'convoy show auth',
    answers: { 'convoy/get': sampleConvoy() },
    keys: 'id title state automatic closed total createdAt createdBy beads[id title status rig runtime runtimeLabel agent state commit mergeRequest]',
  },
  'convoy list': {
    words: 'convoy list',
    answers: { 'convoy/list': { items: [sampleConvoy()], total: 1 } },
    keys: 'convoys[id title state automatic closed total createdAt createdBy beads] total',
  },
  sling: {
    words: 'sling be-auth',
    answers: { 'work/sling': { slung: [sampleSlung('be-auth')], refused: [] } },
    keys: 'slung[bead title rig agent runtime runtimeLabel worktree branch base host convoy session command warnings] refused[]',
  },
  unsling: {
    words: 'unsling be-auth',
    answers: { 'work/unsling': { bead: sampleBead('be-auth'), archive: 'refs/x' } },
    keys: 'bead status archive',
  },
  hook: {
    words: 'hook backend/nux',
    answers: { 'work/hook': hookAnswer },
    keys: 'agent rig bead polecat blockedBy[] next',
  },
  prime: {
    words: 'prime backend/nux',
    answers: { 'work/prime': { text: 'x', hook: hookAnswer } },
    keys: 'text hook',
  },
  event: {
    words: 'event prompt',
    answers: { 'session/event': { text: 'x', goOn: 'y' } },
    keys: 'text goOn',
  },
  'polecat list': {
    words: 'polecat list',
    answers: { 'polecat/list': [samplePolecat()] },
    keys: 'polecats[name rig state needsPerson bead title runtime runtimeLabel worktree branch base createdAt progressAt]',
  },
  'polecat show': {
    words: 'polecat show backend/nux',
    answers: { 'polecat/get': { ...samplePolecat(), commits: 1, uncommitted: [] } },
    keys: 'name rig state needsPerson bead title runtime runtimeLabel worktree branch base createdAt progressAt commits uncommitted[]',
  },
  'witness status': {
    words: 'witness status',
    answers: { 'witness/status': [sampleWitness()] },
    keys: 'polecats[agent rig bead state runtimeLabel verdict rule reason until signals since remedies]',
  },
  'patrol scan': {
    words: 'patrol scan --rig backend',
    answers: {
      'patrol/scan': {
        at: before(0),
        rig: 'backend',
        scanned: [{ ...sampleWitness(), wouldDo: { kind: 'nudge', why: 'It lives.' } }],
      },
    },
    keys: 'rig timestamp zombies stalls completions receipts[] polecats[agent rig bead state runtimeLabel verdict rule reason until signals since remedies]',
  },
  'polecat remove': {
    words: 'polecat remove backend/nux --force',
    answers: {
      'polecat/remove': {
        agent: 'backend/nux',
        archive: 'refs/x',
        archiveId: 'ar-1',
        warnings: ['It stays.'],
      },
    },
    keys: 'name archive archiveId warnings[]',
  },
  'polecat check-recovery': {
    words: 'polecat check-recovery backend/nux',
    answers: { 'polecat/recovery': [sampleRecovery] },
    keys: 'polecats[agent state branch verdict evidence uncommitted commits behind stashes running]',
  },
  'polecat git-state': {
    words: 'polecat git-state backend/nux',
    answers: { 'polecat/recovery': [sampleRecovery] },
    keys: 'clean uncommitted_files[] unpushed_commits stash_count',
  },
  'polecat stale': {
    words: 'polecat stale backend --cleanup',
    answers: {
      'polecat/recovery': [{ ...sampleRecovery, uncommitted: [], behind: 30 }],
      'polecat/remove': { agent: 'backend/nux', archive: 'refs/x', archiveId: 'ar-1' },
    },
    keys: 'stale[agent state branch verdict evidence uncommitted commits behind stashes running] removed[agent archiveId]',
  },
  'polecat nuke': {
    words: 'polecat nuke backend --all --force',
    answers: {
      'polecat/recovery': [sampleRecovery],
      'polecat/remove': { agent: 'backend/nux', archive: 'refs/x', archiveId: 'ar-1' },
    },
    keys: 'removed[agent archiveId]',
  },
  'polecat gc': {
    words: 'polecat gc',
    answers: { 'polecat/gc': { branches: [{ rig: 'backend', branch: 'b', sha: '1', archive: 'refs/x' }] } },
    keys: 'branches[rig branch sha archive]',
  },
  orphans: {
    words: 'orphans --fix',
    answers: {
      'town/doctor': {
        findings: [{ about: 'worktrees', state: 'ok', subject: '/w', evidence: 'Gone.', outcome: 'fixed' }],
      },
    },
    keys: 'ok findings[about state subject evidence outcome]',
  },
  'rig park': {
    words: 'rig park backend',
    answers: { 'rig/move': { done: [sampleActed], refused: [] } },
    keys: 'done[rig state ended resumed working removed notes] refused[]',
  },
  'rig reset': {
    words: 'rig reset backend --dry-run',
    answers: { 'rig/reset': { done: [sampleActed], refused: [] } },
    keys: 'done[rig state ended resumed working removed notes] refused[]',
  },
  'rig status': {
    words: 'rig status backend --disk',
    answers: {
      'rig/status': {
        summary: sampleRig('backend'),
        polecats: [samplePolecat()],
        queue: [],
        archives: 1,
        disk: [{ agent: 'backend/nux', worktree: '/w', bytes: 1 }],
      },
    },
    keys: 'name state prefix runtime runtimeLabel session repository branch settings polecats queue openBeads createdAt warnings[] polecatList[name rig state needsPerson bead title runtime runtimeLabel worktree branch base createdAt progressAt] queueList[] archives disk[agent worktree bytes]',
  },
  'polecat archives': {
    words: 'polecat archives backend --all',
    answers: {
      'archive/list': {
        archives: [sampleArchive()],
        more: false,
        refs: [{ rig: 'backend', ref: 'refs/gastown/archive/old', sha: '1', at: before(60) }],
      },
    },
    keys: 'archives[id agent rig bead title runtime branch tip ref at by why files uncommitted] more refs[rig ref sha at]',
  },
  'polecat restore': {
    words: 'polecat restore ar-1',
    answers: {
      'archive/restore': {
        archive: sampleArchive().archive,
        agent: 'backend/nux',
        worktree: '/w/nux-1',
        branch: 'polecat/nux/be-auth-x1',
        sha: '1',
        hooked: true,
        notes: [],
      },
    },
    keys: 'archive agent worktree branch sha hooked notes[]',
  },
  'polecat discard': {
    words: 'polecat discard ar-1 --yes',
    answers: { 'archive/delete': { archive: 'ar-1', deleted: [{ ref: 'refs/x', sha: '1' }] } },
    keys: 'archive deleted[ref sha]',
  },
  'session list': {
    words: 'session list',
    answers: { 'session/list': [session] },
    keys: 'sessions[id agent rig bead runtime host state pid createdAt]',
  },
  'session stop, by its polecat': {
    words: 'session stop backend/nux',
    answers: { 'session/stop': session },
    keys: 'id agent rig bead runtime host state pid createdAt',
  },
  radar: {
    words: 'radar backend',
    answers: { 'radar/get': sampleRadar },
    keys: 'rigs[rig target everyMinutes agents collisions unknown pending lookedAt]',
  },
  'mq list': {
    words: 'mq list',
    answers: { 'mergeRequest/list': [detail] },
    keys: 'mergeRequests[id bead rig agent runtime branch target base tip state commits submittedAt updatedAt title runtimeLabel]',
  },
  'mq show': {
    words: 'mq show fe-login',
    answers: { 'mergeRequest/get': detail },
    keys: 'id bead rig agent runtime branch target base tip state commits submittedAt updatedAt title runtimeLabel',
  },
  'mq log': {
    words: 'mq log fe-login',
    answers: { 'mergeRequest/get': detail },
    keys: 'id bead state tip attempts gates[]',
  },
  'refinery status': {
    words: 'refinery status',
    answers: {
      'refinery/status': [
        { rig: 'backend', merge: 'auto', batch: 5, gates: [], landing: [], queue: [], waiting: ['mr-1'] },
      ],
    },
    keys: 'refineries[rig merge batch gates landing queue waiting]',
  },
  down: { words: 'down', answers: { 'town/down': { ended: [] } }, keys: 'running ended[]' },
  version: { words: 'version', answers: {}, keys: 'version protocol' },
};

for (const [name, { words, answers, keys }] of Object.entries(shapes)) {
  test(`the keys of gt ${name} --json`, async () => {
    const said = await gt([...words.split(' '), '--json'], answers);
    assert.equal(said.stderr, '');
    assert.equal(keysOf(JSON.parse(said.stdout)), keys);
    assert.equal(said.code, 0);
    // A launch spec and a token's hash are the launcher's business.
    assert.ok(!said.stdout.includes('secret'));
    // Every key that is printed is named in the help.
    const help = (await gt([...words.split(' ').slice(0, name.includes(' ') ? 2 : 1), '--help'])).stdout;
    const json = help.slice(help.indexOf('JSON:'));
    if (/\bas [\w\s]+ prints/.test(json)) return;
    const named = new Set(json.match(/\w+/g));
    for (const key of keys.match(/\w+/g) ?? []) assert.ok(named.has(key), `${key} is not in the help`);
  });
}

test('a convoy gives whole commits and times to programs', async () => {
  const said = await gt(['convoy', 'show', 'auth', '--json'], { 'convoy/get': sampleConvoy() });
  const convoy = JSON.parse(said.stdout) as { createdAt: string; beads: { commit: string; state: string }[] };
  assert.equal(convoy.createdAt, '2026-05-01T11:48:00.000Z');
  assert.deepEqual(convoy.beads[0]?.commit.length, 40);
  assert.deepEqual(
    convoy.beads.map(({ state }) => state),
    ['verified', 'verified', 'submitted'],
  );
});

function keysOf(value: unknown): string {
  return Object.entries(value as Record<string, unknown>)
    .map(([key, each]) => (Array.isArray(each) ? `${key}[${keysOfFirst(each)}]` : key))
    .join(' ');
}

function keysOfFirst([first]: readonly unknown[]): string {
  return typeof first === 'object' && first !== null ? Object.keys(first).join(' ') : '';
}
