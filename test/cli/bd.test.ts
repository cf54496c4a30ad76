import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BeadId } from '../../server/domain/ids.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { article } from '../../server/cli/text/beads.ts';
import { dependency } from '../support/beads.ts';
import { bd, lines, type Answers } from './support.ts';
import { before, sampleBead, sampleDetail, sampleView, titles, type SampleId } from './samples.ts';

const refuse =
  (code: ConstructorParameters<typeof Refusal>[0], sentence: string, next?: string) => (): never => {
    throw new Refusal(code, sentence, next === undefined ? {} : { next });
  };

for (const [id, words] of Object.entries({
  'be-auth': ['create', '--rig', 'backend', '--title', 'Refactor auth middleware', '--type', 'task'],
  'ml-extract': ['create', '--rig', 'ml-pipeline', '--title', 'Update feature extraction', '--type', 'task'],
  'fe-login': ['create', '--rig', 'frontend', '--title', 'Update login component', '--type', 'task'],
})) {
  test(`the line of the walk-through that creates ${id}`, async () => {
    const detail = sampleDetail(id as SampleId);
    const said = await bd(words, { 'bead/create': detail });
    const { runtimeLabel = '' } = detail;
    assert.equal(
      said.stdout,
      `Created ${id}: ${titles[id as SampleId]}\n→ ${id} (will be worked by a ${runtimeLabel} polecat)\n`,
    );
    assert.deepEqual(said.asked[0]?.params, { title: titles[id as SampleId], rig: words[2], type: 'task' });
  });
}

test('a label gets the article of its sound', () => {
  const articles = Object.fromEntries(
    ['Claude Code', 'Augment', 'OpenCode', 'Unix agent', 'LLM', 'Human', 'One shot', 'xum', 'S', 'Sim'].map(
      (label) => [label, article(label)],
    ),
  );
  assert.deepEqual(articles, {
    'Claude Code': 'a',
    Augment: 'an',
    OpenCode: 'an',
    'Unix agent': 'a',
    LLM: 'an',
    Human: 'a',
    'One shot': 'a',
    xum: 'a',
    S: 'an',
    Sim: 'a',
  });
});

test('a bead without a rig is only created; --silent prints the bare id', async () => {
  const { runtimeLabel: _, ...detail } = sampleDetail('be-auth');
  assert.equal(
    (await bd(['create', 'x'], { 'bead/create': detail })).stdout,
    `Created be-auth: ${titles['be-auth']}\n`,
  );
  assert.equal((await bd(['create', 'x', '--silent'], { 'bead/create': detail })).stdout, 'be-auth\n');
});

test('every option of create reaches the town', async () => {
  const words = [
    'create',
    'Fix it',
    '--rig=backend',
    '-t',
    'bug',
    '-p',
    'P1',
    '-d',
    'why',
    '--design',
    'how',
  ];
  const more = ['--acceptance', 'when', '--notes', 'n', '-a', 'ann', '-l', 'ui,auth', '--label', 'urgent'];
  const edges = [
    '--deps',
    'be-1,discovered-from:be-2',
    '--parent',
    'be-0',
    '--id',
    'be-fix',
    '--actor',
    'carl',
  ];
  const said = await bd([...words, ...more, ...edges], { 'bead/create': sampleDetail('be-auth') });
  assert.equal(said.stderr, '');
  assert.deepEqual(said.asked[0]?.params, {
    title: 'Fix it',
    rig: 'backend',
    type: 'bug',
    priority: 1,
    description: 'why',
    design: 'how',
    acceptance: 'when',
    notes: 'n',
    assignee: 'ann',
    id: 'be-fix',
    labels: ['ui', 'auth', 'urgent'],
    dependencies: ['be-1', 'discovered-from:be-2', 'parent-child:be-0'],
    actor: 'carl',
  });
});

test('who acts: what was typed, anywhere; else the variables, but not those of a session', async () => {
  const actor = async (words: string[], environment: Record<string, string>): Promise<unknown> => {
    const said = await bd([...words, 'x'], { 'bead/create': sampleDetail('be-auth') }, { environment });
    const params = said.asked[0]?.params as { actor?: unknown } | undefined;
    return params?.actor;
  };
  assert.equal(await actor(['create'], {}), undefined);
  assert.equal(await actor(['create'], { BD_ACTOR: 'ann' }), 'ann');
  assert.equal(await actor(['create'], { BD_ACTOR: 'ann', BEADS_ACTOR: 'bea' }), 'bea');
  assert.equal(await actor(['create'], { BD_ACTOR: 'backend/nux', GT_SESSION: '/x' }), undefined);
  assert.equal(await actor(['create', '--actor', 'carl'], { BD_ACTOR: 'ann' }), 'carl');
  assert.equal(await actor(['--actor', 'carl', 'create'], {}), 'carl');
});

test('the JSON of create is an issue in which the version is a key among the sorted', async () => {
  const said = await bd(['create', 'x', '--json'], { 'bead/create': sampleDetail('be-auth') });
  assert.equal(
    said.stdout,
    lines(`
      {
        "created_at": "2026-05-01T11:48:00Z",
        "created_by": "overseer",
        "id": "be-auth",
        "issue_type": "task",
        "priority": 2,
        "schema_version": 1,
        "status": "open",
        "title": "Refactor auth middleware",
        "updated_at": "2026-05-01T11:55:00Z"
      }
    `),
  );
});

test('the JSON of show is an array with the fields in the order of beads, and the beads it depends on in full', async () => {
  const detail = sampleDetail('be-auth', {
    bead: sampleBead('be-auth', {
      description: 'D',
      design: 'E',
      acceptance: 'A',
      notes: '',
      assignee: 'backend/nux',
      owner: 'ann@example.org',
      startedAt: before(5),
      closedAt: before(4),
      closeReason: 'Closed',
      dueAt: before(3),
      deferUntil: before(2),
      externalRef: 'gh-9',
      labels: ['ui', 'auth'],
    }),
    dependencies: [dependency('be-auth', 'hq-all', 'parent-child')],
    dependsOn: [{ bead: sampleBead('ml-extract'), type: 'parent-child' }],
    neededBy: [{ bead: sampleBead('fe-login'), type: 'blocks' }],
    dependents: 1,
  });
  const said = await bd(['show', 'be-auth', '--json'], { 'bead/get': detail });
  const [shown] = JSON.parse(said.stdout) as [Record<string, unknown>];
  const order =
    'id title description design acceptance_criteria status priority issue_type assignee owner created_at';
  const rest =
    'created_by updated_at started_at closed_at close_reason due_at defer_until external_ref labels';
  const counted = 'dependencies dependency_count dependent_count comment_count parent';
  assert.deepEqual(Object.keys(shown), `${order} ${rest} ${counted}`.split(' '));
  assert.deepEqual(shown['labels'], ['auth', 'ui']);
  assert.equal(shown['parent'], 'hq-all');
  assert.deepEqual([shown['dependency_count'], shown['dependent_count'], shown['comment_count']], [1, 1, 0]);
  assert.deepEqual(shown['dependencies'], [
    {
      id: 'ml-extract',
      title: 'Update feature extraction',
      status: 'open',
      priority: 2,
      issue_type: 'task',
      created_at: '2026-05-01T11:48:00Z',
      created_by: 'overseer',
      updated_at: '2026-05-01T11:55:00Z',
      dependency_type: 'parent-child',
    },
  ]);
  const more = await bd(['show', 'be-auth', '--json', '--include-dependents'], { 'bead/get': detail });
  const [{ dependents }] = JSON.parse(more.stdout) as [{ dependents: unknown }];
  assert.deepEqual(dependents, [
    {
      id: 'fe-login',
      title: 'Update login component',
      status: 'open',
      issue_type: 'task',
      priority: 2,
      dependency_type: 'blocks',
    },
  ]);
});

test('show finds nothing as beads does: an error on stdout, its phrase on stderr, exit 1', async () => {
  const answers: Answers = { 'bead/get': refuse('not-found', 'No such bead.') };
  const json = await bd(['show', 'be-x', '--json'], answers);
  assert.deepEqual(JSON.parse(json.stdout), {
    error: 'no issues found matching the provided IDs',
    schema_version: 1,
  });
  assert.equal(json.stderr, 'Error fetching be-x: no issue found matching "be-x"\n');
  const text = await bd(['show', 'be-x'], answers);
  assert.deepEqual([json.code, text.code, text.stdout, text.stderr], [1, 1, '', json.stderr]);
});

test('a town that does not answer is not a bead that is missing', async () => {
  const said = await bd(['show', 'be-x', '--json'], {
    'bead/get': refuse('unavailable', 'The town could not be asked.'),
  });
  assert.equal(said.stdout, '');
  assert.equal(said.code, 1);
  assert.deepEqual(JSON.parse(said.stderr), {
    code: 'unavailable',
    error: 'The town could not be asked.',
    schema_version: 1,
  });
});

test('lists are raw arrays: counts, raw dependencies, parent; blocked ones with what they wait for', async () => {
  const view = sampleView('be-auth', {
    dependencies: [dependency('be-auth', 'ml-extract')],
    dependents: 2,
    blockedBy: ['ml-extract' as BeadId],
  });
  const page = { items: [view], total: 1 };
  const list = JSON.parse((await bd(['list', '--json'], { 'bead/list': page })).stdout) as Record<
    string,
    unknown
  >[];
  assert.deepEqual(list[0]?.['dependencies'], [
    {
      issue_id: 'be-auth',
      depends_on_id: 'ml-extract',
      type: 'blocks',
      created_at: '2026-05-01T10:00:00Z',
      created_by: 'overseer',
    },
  ]);
  assert.equal(list[0]?.['dependent_count'], 2);
  const blocked = await bd(['blocked', '--json'], { 'bead/blocked': page });
  const [first] = JSON.parse(blocked.stdout) as Record<string, unknown>[];
  assert.deepEqual([first?.['blocked_by_count'], first?.['blocked_by']], [1, ['ml-extract']]);
  assert.equal((await bd(['ready', '--json'], { 'bead/ready': { items: [], total: 0 } })).stdout, '[]\n');
});

test('the envelope, where it is asked for, is around everything', async () => {
  const around = { environment: { BD_JSON_ENVELOPE: '1' } };
  const said = await bd(['ready', '--json'], { 'bead/ready': { items: [], total: 0 } }, around);
  assert.deepEqual(JSON.parse(said.stdout), { schema_version: 1, data: [] });
});

test('lists take page after page until the limit, and say that there is more', async () => {
  const pages: Answers = {
    'bead/list': ({ after }) => {
      const from = after === undefined ? 0 : Number(after);
      const items = Array.from({ length: 3 }, (_, at) =>
        sampleView('be-auth', { bead: sampleBead('be-auth', { title: `bead ${from + at}` }) }),
      );
      return { items, total: 9, ...(from + 3 < 9 ? { next: String(from + 3) } : {}) };
    },
  };
  const some = await bd(['list', '-n', '4', '--json'], pages);
  assert.equal((JSON.parse(some.stdout) as unknown[]).length, 4);
  assert.equal(some.stderr, 'There are more than these 4; --limit 0 shows all.\n');
  const all = await bd(['list', '--limit=0', '--json'], pages);
  assert.equal((JSON.parse(all.stdout) as unknown[]).length, 9);
  assert.deepEqual([all.stderr, all.asked.length], ['', 3]);
});

test('the filters of list reach the town, those of ready that it does not know are done here', async () => {
  const list = await bd(
    ['list', '--rig', 'backend', '-s', 'open,hooked', '-t', 'bug', '-p', '0', '-l', 'a,b'],
    {
      'bead/list': { items: [], total: 0 },
    },
  );
  assert.deepEqual(list.asked[0]?.params, {
    rig: 'backend',
    status: ['open', 'hooked'],
    type: 'bug',
    priority: 0,
    labels: ['a', 'b'],
    limit: 51,
  });
  assert.equal(list.stdout, 'No beads.\n');
  const every = await bd(['list', '--status', 'all'], { 'bead/list': { items: [], total: 0 } });
  assert.deepEqual(every.asked[0]?.params, { all: true, limit: 51 });
  const items = [
    sampleView('be-auth', { bead: sampleBead('be-auth', { labels: ['ui'], type: 'bug' }) }),
    sampleView('ml-extract'),
  ];
  const ready = await bd(['ready', '-t', 'bug', '-l', 'ui', '--json'], { 'bead/ready': { items, total: 2 } });
  const found = JSON.parse(ready.stdout) as { id: string }[];
  assert.deepEqual(
    found.map(({ id }) => id),
    ['be-auth'],
  );
});

test('a list for people', async () => {
  const items = [sampleView('be-auth'), sampleView('fe-login', { blocked: true, ready: false })];
  const said = await bd(['list'], { 'bead/list': { items, total: 2 } });
  assert.equal(
    said.stdout,
    lines(`
      BEAD      P   TYPE  STATUS   TITLE
      be-auth   P2  task  open     Refactor auth middleware
      fe-login  P2  task  blocked  Update login component
    `),
  );
});

test('a bead for people', async () => {
  const detail = sampleDetail('be-auth', {
    bead: sampleBead('be-auth', { description: 'One.\n\n  Two.', assignee: 'backend/nux', labels: ['ui'] }),
    ready: false,
    blocked: true,
    blockedBy: ['ml-extract' as BeadId],
    dependsOn: [{ bead: sampleBead('ml-extract'), type: 'blocks' }],
    neededBy: [{ bead: sampleBead('fe-login'), type: 'discovered-from' }],
  });
  const said = await bd(['show', 'be-auth'], { 'bead/get': detail });
  assert.equal(
    said.stdout,
    lines(`
      be-auth  Refactor auth middleware
        open (waits for ml-extract) · P2 · task · rig backend · Claude Code · for backend/nux · ui
        created 12 m ago by overseer, updated 5 m ago

      DESCRIPTION
        One.

          Two.

      DEPENDS ON
        ml-extract  open  Update feature extraction

      NEEDED BY
        fe-login  open  Update login component [discovered-from]
    `),
  );
});

test('update and close change each bead for itself, and succeed where one did', async () => {
  const answers: Answers = {
    'bead/update': ({ bead }) =>
      bead === 'be-auth' ? sampleView('be-auth') : refuse('not-found', `There is no ${bead}.`)(),
    'bead/close': sampleView('be-auth', { bead: sampleBead('be-auth', { status: 'closed' }) }),
  };
  const both = await bd(['update', 'be-auth', 'be-x', '--claim', '--add-label', 'a,b', '--json'], answers);
  assert.equal((JSON.parse(both.stdout) as unknown[]).length, 1);
  assert.deepEqual([both.code, both.stderr], [0, 'bd: There is no be-x.\n']);
  assert.deepEqual(both.asked[0]?.params, { bead: 'be-auth', claim: true, addLabels: ['a', 'b'] });
  const none = await bd(['update', 'be-x', 'be-y', '-s', 'open'], answers);
  assert.equal(none.code, 1);
  const one = await bd(['update', 'be-x', '-s', 'open', '--json'], answers);
  assert.deepEqual([one.stdout, one.code], ['', 1]);
  assert.deepEqual(JSON.parse(one.stderr), {
    code: 'not-found',
    error: 'There is no be-x.',
    schema_version: 1,
  });
  const cleared = await bd(['update', 'be-auth', '--assignee', '', '--append-notes', 'n'], answers);
  assert.deepEqual(cleared.asked[0]?.params, { bead: 'be-auth', assignee: '', appendNotes: 'n' });
  assert.equal((await bd(['update', 'be-auth'], answers)).code, 2);
  const closed = await bd(['close', 'be-auth', 'be-2', '-r', 'one', '-r', 'two', '--force'], answers);
  assert.deepEqual(
    closed.asked.map(({ params }) => params),
    [
      { bead: 'be-auth', reason: 'one', force: true },
      { bead: 'be-2', reason: 'two', force: true },
    ],
  );
});

test('an edge is added and removed', async () => {
  const edge = dependency('fe-login', 'be-auth');
  const added = await bd(['dep', 'add', 'fe-login', 'be-auth', '--json'], { 'dependency/add': edge });
  assert.deepEqual(added.asked[0]?.params, { bead: 'fe-login', dependsOn: 'be-auth', type: 'blocks' });
  assert.equal(
    added.stdout,
    lines(`
      {
        "depends_on_id": "be-auth",
        "issue_id": "fe-login",
        "schema_version": 1,
        "status": "added",
        "type": "blocks"
      }
    `),
  );
  const removed = await bd(['dep', 'rm', 'fe-login', 'be-auth'], { 'dependency/remove': edge });
  assert.equal(removed.stdout, 'fe-login does not depend on be-auth any more.\n');
});

test('a refusal is one sentence and its next step; with --json it is an object on stderr', async () => {
  const answers: Answers = { 'bead/close': refuse('held', 'be-auth is on a hook.', 'gt done') };
  const text = await bd(['close', 'be-auth'], answers);
  assert.equal(text.stderr, 'bd: be-auth is on a hook.\nNext: gt done\n');
  const json = await bd(['close', 'be-auth', '--json'], answers);
  assert.deepEqual([text.code, json.code, json.stdout], [1, 1, '']);
  const refused = { code: 'held', error: 'be-auth is on a hook.', hint: 'gt done', schema_version: 1 };
  assert.equal(json.stderr, `${JSON.stringify(refused, null, 2)}\n`);
});

test('steps are given one by one, marked by number, listed, and in the JSON only where there are some', async () => {
  const steps = [
    { id: 1, title: 'Read it', done: true },
    { id: 2, title: 'Write \u001B[31mit', done: false },
  ];
  const detail = sampleDetail('be-auth', { bead: sampleBead('be-auth', { steps }) });
  const made = await bd(['create', 'x', '--step', 'Read it', '--step', 'Write, it', '--json'], {
    'bead/create': detail,
  });
  assert.deepEqual(made.asked[0]?.params, { title: 'x', steps: ['Read it', 'Write, it'] });
  assert.deepEqual((JSON.parse(made.stdout) as { steps: unknown }).steps, steps);
  const plain = await bd(['show', 'be-auth', '--json'], { 'bead/get': sampleDetail('be-auth') });
  assert.doesNotMatch(plain.stdout, /steps/);

  const words = ['--step-done', '1', '--step-done', '3', '--step-open', '2', '--add-step', 'Test it'];
  const updated = await bd(['update', 'be-auth', ...words], { 'bead/update': sampleView('be-auth') });
  assert.deepEqual(updated.asked[0]?.params, {
    bead: 'be-auth',
    addSteps: ['Test it'],
    stepsDone: [1, 3],
    stepsOpen: [2],
  });
  assert.equal((await bd(['update', 'be-auth', '--step-done', 'x'])).code, 2);
  assert.equal((await bd(['update', 'be-auth', '--step-done', '0'])).code, 2);

  const shown = await bd(['show', 'be-auth'], { 'bead/get': detail });
  assert.match(shown.stdout, /\nSTEPS 1\/2\n {2}\[x\] 1 {2}Read it\n {2}\[ \] 2 {2}Write it\n/);
});
