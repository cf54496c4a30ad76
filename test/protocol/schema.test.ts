import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuntimePreset } from '../../server/domain/runtime.ts';
import { access } from '../../server/protocol/access.ts';
import type { Method } from '../../server/protocol/messages.ts';
import { checkHello, checkParams, checkPreset } from '../../server/protocol/schema.ts';

const methods = Object.keys(access) as Method[];

/** Params that fit, for every request: what is checked is that each of them passes, and that each field is looked at. */
const fitting: Record<Method, Readonly<Record<string, unknown>>> = {
  'town/status': {},
  'bead/explain': { bead: 'be-auth' },
  'scheduler/status': {},
  'scheduler/list': { rig: 'backend' },
  'scheduler/pause': { reason: 'a release' },
  'scheduler/resume': {},
  'scheduler/run': { batch: 3, dryRun: true },
  'scheduler/clear': { bead: 'be-auth' },
  'scheduler/retry': { bead: 'be-auth' },
  'quota/list': {},
  'quota/park': { runtime: 'codex', until: '2h', reason: 'the weekly limit' },
  'quota/clear': { runtime: 'codex' },
  'convoy/stage': { beads: ['be-auth'], title: 'Auth' },
  'convoy/plan': { convoy: 'auth' },
  'convoy/launch': { convoy: 'auth', force: true },
  'convoy/remove': { convoy: 'auth', beads: ['be-auth'] },
  'convoy/close': { convoy: 'auth', reason: 'given up', force: true },
  'convoy/watch': { convoy: 'auth', who: 'mayor' },
  'convoy/unwatch': { convoy: 'auth', who: 'mayor' },
  'convoy/stranded': {},
  'convoy/check': { convoy: 'auth', dryRun: true },
  'town/get': {},
  'town/configure': { key: 'defaultRuntime', words: ['codex'] },
  'town/subscribe': { since: 0 },
  'town/feed': {
    limit: 10,
    before: 7,
    after: 3,
    wait: true,
    since: '2026-05-01T10:00:00.000Z',
    types: ['sling', 'merged'],
    rig: 'backend',
    agent: 'backend/nux',
    bead: 'be-auth',
    convoy: 'hq-auth',
  },
  'runtime/scorecard': { rig: 'backend', since: '2026-05-01T10:00:00.000Z' },
  'bead/history': { bead: 'be-auth', limit: 10, before: 7 },
  'town/down': { force: true, stop: true },
  'town/retire': { version: '1.0.0' },
  'rig/create': {
    name: 'backend',
    repository: '/r',
    runtime: 'sim',
    prefix: 'be',
    branch: 'main',
    approve: 'abc',
  },
  'radar/get': { rig: 'backend' },
  'rig/get': { rig: 'backend' },
  'rig/prompt': { rig: 'backend' },
  'rig/list': {},
  'rig/configure': { rig: 'backend', key: 'check', words: ['npm', 'test'] },
  'rig/approve': { rig: 'backend', hash: 'abc' },
  'town/doctor': { fix: true, only: ['worktrees'] },
  'rig/move': { rigs: ['backend'], move: 'park', force: true },
  'rig/reset': { rigs: ['backend'], force: true, dryRun: true, stale: true, mail: true },
  'rig/status': { rig: 'backend', disk: true },
  'polecat/recovery': { agent: 'backend/nux', rig: 'backend' },
  'polecat/gc': { rig: 'backend', dryRun: true },
  'archive/list': { rig: 'backend', bead: 'be-auth', agent: 'backend/nux', limit: 5, refs: true },
  'archive/restore': { archive: 'ar-1', to: 'again', as: 'slit' },
  'archive/delete': { archive: 'ar-1', confirmed: true },
  'rig/remove': { rig: 'backend', deleteClone: false },
  'runtime/list': {},
  'runtime/get': { runtime: 'sim' },
  'runtime/add': { preset: { id: 'mine', command: 'mine' }, replace: true },
  'runtime/remove': { runtime: 'mine' },
  'bead/create': {
    rig: 'backend',
    title: 'Refactor auth middleware',
    type: 'task',
    priority: 0,
    description: '',
    design: 'd',
    acceptance: 'a',
    notes: 'n',
    labels: ['sim:ask'],
    assignee: 'me',
    dependencies: ['blocks:be-x'],
    id: 'be-auth',
    actor: 'me',
  },
  'bead/get': { bead: 'be-auth' },
  'bead/list': {
    limit: 1000,
    after: 'x',
    rig: 'backend',
    status: ['open'],
    type: 'bug',
    priority: 4,
    assignee: 'me',
    labels: ['a'],
    all: true,
  },
  'bead/ready': { limit: 1, after: 'x', rig: 'backend', assignee: 'me' },
  'bead/blocked': { limit: 1, after: 'x', rig: 'backend' },
  'bead/update': {
    bead: 'be-auth',
    status: 'open',
    priority: 1,
    title: 't',
    type: 'bug',
    description: 'd',
    design: 'd',
    acceptance: 'a',
    notes: 'n',
    appendNotes: 'more',
    assignee: '',
    addLabels: ['a'],
    removeLabels: ['b'],
    claim: true,
    actor: 'me',
  },
  'bead/close': { bead: 'be-auth', reason: 'r', force: true, actor: 'me' },
  'dependency/add': { bead: 'a-1', dependsOn: 'a-2', type: 'blocks', actor: 'me' },
  'dependency/remove': { bead: 'a-1', dependsOn: 'a-2', actor: 'me' },
  'convoy/create': { title: 'Auth', beads: ['be-auth'] },
  'convoy/add': { convoy: 'hq-auth', beads: ['be-auth'] },
  'convoy/list': { limit: 5, after: 'x', all: true },
  'convoy/get': { convoy: 'auth' },
  'work/sling': {
    beads: ['be-auth'],
    rig: 'backend',
    target: 'backend/crew/dave',
    instructions: 'small steps',
    force: true,
    runtime: 'sim',
    host: 'auto',
    dryRun: true,
    queue: true,
  },
  'work/unsling': { bead: 'be-auth' },
  'work/hook': { agent: 'backend/nux' },
  'hook/put': { bead: 'be-auth', agent: 'mayor', force: true },
  'hook/clear': { agent: 'mayor', bead: 'be-auth' },
  'work/done': { directory: '/w', commit: true, noChanges: false, status: 'escalated', message: 'why?' },
  'work/prime': { agent: 'backend/nux', runtimeSession: 't-1' },
  'polecat/list': { rig: 'backend' },
  'polecat/get': { agent: 'backend/nux' },
  'polecat/changes': { agent: 'backend/nux' },
  'polecat/file': { agent: 'backend/nux', sha: 'a'.repeat(40), path: 'src/x.ts' },
  'polecat/remove': { agent: 'backend/nux', force: true },
  'mergeRequest/list': { rig: 'backend', all: true },
  'mergeRequest/get': { mergeRequest: 'mr-1' },
  'mergeRequest/merge': { mergeRequest: 'mr-1' },
  'mergeRequest/next': { rig: 'backend', strategy: 'fifo' },
  'mergeRequest/submit': { branch: 'polecat/nux/be-auth', agent: 'backend/nux', bead: 'be-auth' },
  'mergeRequest/retry': { mergeRequest: 'mr-1' },
  'mergeRequest/reject': { mergeRequest: 'mr-1', reason: 'not so', notify: true },
  'refinery/status': { rig: 'backend' },
  'refinery/pause': { rig: 'backend', reason: 'a release is cut' },
  'refinery/resume': { rig: 'backend' },
  'refinery/claim': { mergeRequest: 'be-auth', reason: 'look at it once more' },
  'refinery/release': { mergeRequest: 'be-auth' },
  'session/list': { all: true, agent: 'backend/nux' },
  'session/run': { agent: 'backend/nux', host: 'process', resume: true },
  'session/stop': { session: 's-1' },
  'session/log': { session: 's-1', lines: 50 },
  'session/take': { launcherPid: 7 },
  'session/started': { pid: 7 },
  'session/attach': { launcherPid: 7, pid: 8 },
  'session/ended': { end: 'failed', code: -1, signal: 'SIGTERM', lastLines: ['x'], reason: 'r' },
  'session/event': { event: 'stop', runtimeSession: 'x', answers: true, again: false },
  'session/view': { session: 's-1', readOnly: true },
  'session/follow': { session: 's-1', from: 7 },
  'attention/list': { rig: 'backend' },
  'escalation/create': {
    description: 'd',
    severity: 'high',
    reason: 'r',
    source: 's',
    bead: 'be-auth',
    dryRun: true,
  },
  'escalation/list': { all: true, stale: false },
  'escalation/get': { escalation: 'es-1' },
  'escalation/acknowledge': { escalation: 'es-1' },
  'escalation/close': { escalation: 'es-1', reason: 'r' },
  'handoff/write': {
    agent: 'backend/nux',
    words: { subject: 's', text: 't', decisions: ['d'], tried: ['t'], questions: ['q'] },
    dryRun: true,
  },
  'handoff/get': { of: 'be-auth' },
  'mail/send': {
    to: ['mayor/'],
    cc: ['overseer'],
    subject: 's',
    text: 't',
    type: 'task',
    priority: 1,
    urgent: true,
    replyTo: 'm-1',
    pinned: true,
    from: 'overseer',
  },
  'mail/list': { of: 'mayor', unread: true, all: true, thread: 'm-1' },
  'mail/get': { message: 'm-1', of: 'mayor', peek: true },
  'mail/mark': { messages: ['m-1'], all: false, of: 'mayor', as: 'archived' },
  'mail/check': { of: 'mayor', inject: true },
  'mail/clear': { of: 'mayor', unread: true },
  'mail/drain': { dryRun: true },
  'mail/claim': { queue: 'work' },
  'mail/release': { message: 'm-1' },
  'mail/announces': { channel: 'builds' },
  'mail/hook': { message: 'm-1', agent: 'mayor' },
  'mail/directory': {},
  'destination/create': {
    kind: 'channel',
    name: 'builds',
    members: ['overseer'],
    claimers: '*',
    keep: 10,
    hours: 24,
    description: 'd',
  },
  'destination/list': { kind: 'queue' },
  'destination/get': { kind: 'group', name: 'reviewers' },
  'destination/change': { kind: 'group', name: 'reviewers', add: ['mayor'], remove: ['overseer'] },
  'destination/subscribe': { channel: 'builds', who: 'mayor', leave: true },
  'destination/delete': { kind: 'group', name: 'reviewers', force: true },
  'nudge/each': { address: 'channel:builds', text: 't', urgent: true },
  'handoff/clear': { of: 'be-auth' },
  'nudge/send': { agent: 'backend/nux', text: 'look at the log', type: true, urgent: true },
  'nudge/broadcast': { text: 't', rig: 'backend', all: true, urgent: true, dryRun: true },
  'notify/set': { agent: 'backend/nux', level: 'muted' },
  'notify/get': { agent: 'backend/nux' },
  'nudge/list': { agent: 'backend/nux', all: true },
  'nudge/acknowledge': { message: 'm-1' },
  'host/offer': { window: 'w', trusted: true, focused: false },
  'seance/start': {
    role: 'crew',
    rig: 'backend',
    runtime: 'sim',
    bead: 'be-auth',
    name: 'dave',
    host: 'process',
    dryRun: true,
  },
  'plugin/list': { rig: 'backend' },
  'plugin/get': { plugin: 'lint', rig: 'backend' },
  'plugin/approve': { plugin: 'lint', rig: 'backend', hash: 'abc' },
  'plugin/revoke': { plugin: 'lint', rig: 'backend' },
  'plugin/run': { plugin: 'sweep', rig: 'backend', force: true, dryRun: true },
  'plugin/history': { plugin: 'sweep', rig: 'backend', limit: 3 },
  'seance/list': { role: 'mayor', rig: 'backend', recent: 5 },
  'seance/get': { session: 's-1' },
  'seance/talk': { session: 's-1', question: 'why?' },
  'session/handoff': {
    agent: 'backend/nux',
    runtime: 'codex',
    host: 'auto',
    note: 'n',
    words: { subject: 's' },
  },
  'crew/add': { rig: 'backend', name: 'dave', branch: 'release/2', runtime: 'sim' },
  'crew/list': { rig: 'backend' },
  'crew/worktree': { rig: 'infra', agent: 'backend/crew/dave' },
  'crew/remove': { agent: 'backend/crew/dave', force: true },
  'witness/status': { rig: 'backend' },
  'patrol/scan': { rig: 'backend' },
};

for (const method of methods) {
  test(`${method}: params that fit pass as they are`, () => {
    assert.deepEqual(checkParams(method, fitting[method]), { value: fitting[method] });
  });

  test(`${method}: every field that does not fit is named`, () => {
    for (const [field, good] of Object.entries(fitting[method])) {
      for (const bad of [
        null,
        typeof good === 'number' ? 'text' : 7,
        typeof good === 'object' ? 'x' : { a: 1 },
      ]) {
        const checked = checkParams(method, { ...fitting[method], [field]: bad });
        assert.ok('problem' in checked, `${field}: ${JSON.stringify(bad)} passed`);
        assert.equal(checked.field, field);
        assert.match(checked.problem, /^(must|is) /);
      }
    }
  });

  test(`${method}: an unknown field is refused`, () => {
    const checked = checkParams(method, { ...fitting[method], titel: 'x' });
    assert.deepEqual(checked, { field: 'titel', problem: 'is not known here' });
  });

  test(`${method}: hostile params are refused`, () => {
    for (const hostile of [[], 'text', 7, true, JSON.parse('{"__proto__":{}}'), { constructor: {} }]) {
      assert.ok('problem' in checkParams(method, hostile), JSON.stringify(hostile));
    }
  });
}

const problems: readonly (readonly [Method, unknown, string])[] = [
  ['bead/create', {}, 'title: is missing'],
  ['bead/create', { title: '' }, 'title: must not be empty'],
  ['bead/create', { title: ' \n' }, 'title: must not be empty'],
  ['bead/create', { title: 'x'.repeat(501) }, 'title: must be at most 500 characters long'],
  ['bead/create', { title: 'a\0b' }, 'title: must hold no NUL character'],
  ['bead/create', { title: 'x', priority: 5 }, 'priority: must be 0 to 4'],
  ['bead/create', { title: 'x', priority: 1.5 }, 'priority: must be a whole number'],
  ['bead/create', { title: 'x', priority: '1' }, 'priority: must be a number'],
  ['bead/create', { title: 'x', labels: ['a', ''] }, 'labels.1: must not be empty'],
  ['bead/create', { title: 'x', labels: 'a' }, 'labels: must be a list'],
  ['bead/create', { title: 'x', rig: 'a\nb' }, 'rig: must hold no control characters'],
  [
    'bead/create',
    { title: 'x', description: 'x'.repeat(1_000_001) },
    'description: must be at most 1000000 characters long',
  ],
  ['bead/list', { limit: 0 }, 'limit: must be at least 1'],
  ['bead/list', { limit: 1001 }, 'limit: must be at most 1000'],
  [
    'bead/list',
    { status: ['opened'] },
    'status.0: must be one of open, hooked, in_progress, blocked, deferred, pinned, closed',
  ],
  ['work/sling', { beads: ['x'], host: 'screen' }, 'host: must be one of auto, editor, tmux, process'],
  ['session/take', { launcherPid: 0 }, 'launcherPid: must be a process id'],
  ['town/feed', { limit: Number.NaN }, 'limit: must be a number'],
  ['host/offer', { window: 'w', trusted: 'yes', focused: true }, 'trusted: must be true or false'],
  ['runtime/add', { preset: 7 }, 'preset: must be an object'],
  [
    'runtime/add',
    { preset: { id: 'Mine!' } },
    'preset.id: must be lower-case letters, digits and hyphens, at most 32',
  ],
  ['runtime/add', { preset: { id: 'mine', promt: {} } }, 'preset.promt: is not known here'],
  [
    'runtime/add',
    { preset: { id: 'mine', prompt: { kind: 'typed' } } },
    'preset.prompt.kind: must be of the kind argument, file, print or none',
  ],
  [
    'runtime/add',
    { preset: { id: 'mine', environment: { set: { 'A-B': 'x' } } } },
    'preset.environment.set.A-B: must be the name of a variable',
  ],
  [
    'runtime/add',
    { preset: { id: 'mine', stopSignal: 'SIGKILL' } },
    'preset.stopSignal: must be one of SIGINT, SIGTERM, SIGHUP',
  ],
];

for (const [method, params, expected] of problems) {
  test(`${method}: ${expected.slice(0, 70)}`, () => {
    const checked = checkParams(method, params);
    assert.ok('problem' in checked);
    assert.equal(`${checked.field}: ${checked.problem}`, expected);
  });
}

test('text that is only strange passes: it is data', () => {
  const title = '$(touch /tmp/pwn)`touch /tmp/pwn`;touch /tmp/pwn "\'&|%PATH%\n\u202Eevil\u001b[31m';
  assert.deepEqual(checkParams('bead/create', { title }), { value: { title } });
});

test('endless nesting is refused, not followed', () => {
  let preset: unknown = {};
  for (let depth = 0; depth < 5000; depth += 1) preset = { preset };
  const checked = checkParams('runtime/add', { preset });
  assert.ok('problem' in checked);
  assert.equal(checked.problem, 'is nested too deeply');
});

test('no params are empty params', () => {
  assert.deepEqual(checkParams('town/status', undefined), { value: {} });
  assert.deepEqual(checkParams('bead/get', undefined), { field: 'bead', problem: 'is missing' });
});

const base: RuntimePreset = {
  id: 'claude-code' as RuntimePreset['id'],
  label: 'Claude Code',
  aliases: ['claude'],
  command: 'claude',
  arguments: ['--verbose'],
  prompt: { kind: 'argument' },
  systemPrompt: { kind: 'flag', flag: '--append-system-prompt' },
  tools: { allow: ['Bash'], deny: ['Web'] },
  needs: { display: false, account: true },
  approval: { ask: [], auto: ['--yes'] },
  sessionId: { kind: 'flag', flag: '--session-id' },
  resume: ['--resume', '{id}'],
  lifecycleHooks: 'claude',
  environment: { set: { A: '1' }, strip: ['CLAUDECODE'] },
  capabilities: { resume: true, commitsInWorktree: true, reportsUsage: true, structuredOutput: true },
  stopSignal: 'SIGINT',
  failures: [],
  bestFor: 'b',
  tradeOffs: 't',
  icon: 'sparkle',
  color: 'terminal.ansiYellow',
  evidence: 'run',
};
const presetNamed = (name: string): RuntimePreset | undefined => (name === 'claude' ? base : undefined);

test("a preset of one's own, from a command alone", () => {
  const checked = checkPreset({ id: 'mine', command: 'mine' }, presetNamed);
  assert.ok('value' in checked);
  const { label, prompt, capabilities, needs, stopSignal, evidence } = checked.value;
  assert.deepEqual(
    { label, prompt, stopSignal, evidence, resume: capabilities.resume, account: needs.account },
    {
      label: 'mine',
      prompt: { kind: 'argument' },
      stopSignal: 'SIGTERM',
      evidence: 'read',
      resume: false,
      account: false,
    },
  );
});

test('a preset that extends another has its fields, but not its names', () => {
  const given = {
    id: 'loud',
    extends: 'claude',
    arguments: ['--loud'],
    tools: { deny: [] },
    environment: { set: { B: '2' } },
  };
  const checked = checkPreset(given, presetNamed);
  assert.deepEqual(checked, {
    value: {
      ...base,
      id: 'loud',
      label: 'loud',
      aliases: [],
      arguments: ['--loud'],
      tools: { allow: ['Bash'], deny: [] },
      environment: { set: { B: '2' }, strip: ['CLAUDECODE'] },
      evidence: 'read',
    },
  });
});

test('a preset that stands on nothing is refused', () => {
  assert.deepEqual(checkPreset({ id: 'mine' }, presetNamed), { field: 'command', problem: 'is missing' });
  const unknown = checkPreset({ id: 'mine', extends: 'claud' }, presetNamed);
  assert.deepEqual(unknown, { field: 'extends', problem: 'names no runtime: claud' });
  assert.deepEqual(checkPreset({ command: 'x' }, presetNamed), { field: 'id', problem: 'is missing' });
});

test('hello may carry what a newer client adds, and must have the rest', () => {
  const hello = {
    token: 't',
    townId: 'i',
    nonce: 'n',
    protocol: { major: 1, minor: 9 },
    client: { name: 'gt', version: '9', pid: 1, shell: 'fish' },
    mood: 'good',
  };
  const {
    mood: _mood,
    client: { shell: _shell, ...client },
    ...rest
  } = hello;
  assert.deepEqual(checkHello(hello), { value: { ...rest, client } });
  for (const field of ['token', 'townId', 'nonce', 'protocol', 'client']) {
    const checked = checkHello({ ...hello, [field]: undefined });
    assert.ok('problem' in checked && checked.field === field, field);
  }
  assert.ok('problem' in checkHello(undefined));
});
