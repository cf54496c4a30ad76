import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import { before, sampleHistory, sampleRadar, sampleScorecard, sampleStatus } from './samples.ts';
import { gt, lines, type Answers } from './support.ts';

test('the history of a bead is printed, oldest first', async () => {
  const said = await gt(['log', 'auth'], { 'bead/history': sampleHistory });
  assert.equal(
    said.stdout,
    lines(`
      be-auth Refactor auth middleware
      2026-05-01 11:48:00  overseer created be-auth
                           "Refactor auth middleware"
                           task, priority 2
      2026-05-01 11:50:00  overseer slung be-auth
                           open → hooked
                           assignee nobody → backend/nux
      2026-05-01 11:56:00  backend/nux gave 7 signs of life
    `),
  );
});

test('gt radar prints what would be in conflict, and what is not known', async () => {
  const said = await gt(['radar'], { 'radar/get': sampleRadar });
  assert.equal(
    said.stdout,
    lines(`
      backend  3 agents · looked 2 m ago
        nux (be-auth) with slit (be-limit)  for 12 m
          src/auth.ts
          src/limit.ts
        slit (be-limit) with main  for 5 m
          README.md
          and 7 more
        rictus: not looked at: The folder /x is gone.
        1 pair still to look at

      frontend  the radar is off
      Next: gt rig config frontend radar 2

      infra  nobody works here

      ml-pipeline  The radar needs git 2.38; this is 2.34.1.
    `),
  );
});

test('the feed takes its filters as they were always written', async () => {
  const answers: Answers = { 'town/feed': { items: [], more: false } };
  const words =
    'feed --plain --since 2h --limit 5 --type sling,merged --rig backend --mol be-auth --agent nux';
  const said = await gt(words.split(' '), answers);
  assert.equal(said.stdout, 'Nothing of that kind has happened.\n');
  assert.deepEqual(said.asked, [
    {
      method: 'town/feed',
      params: {
        limit: 5,
        since: '2026-05-01T10:00:00.000Z',
        types: ['sling', 'merged'],
        rig: 'backend',
        agent: 'nux',
        bead: 'be-auth',
      },
    },
  ]);
  for (const age of ['soon', '2x', '', '-1d'])
    assert.equal((await gt(['feed', `--since=${age}`], answers)).code, 2, age);
  assert.deepEqual((await gt(['feed', '--since', '2026-05-01', '-n', '1'], answers)).asked[0]?.params, {
    limit: 1,
    since: '2026-05-01T00:00:00.000Z',
  });
});

test('the problems of the feed are what needs a person', async () => {
  const said = await gt(['feed', '--problems', '--rig', 'backend', '--json'], {
    'attention/list': { items: [] },
  });
  assert.deepEqual(said.asked, [{ method: 'attention/list', params: { rig: 'backend' } }]);
  assert.deepEqual(JSON.parse(said.stdout), { items: [] });
});

test('a follower prints what was, and then each piece of news once', async () => {
  const item = (seq: number, text: string) => ({ seq, at: before(1), by: 'x', verb: 'sling', text });
  const after: unknown[] = [];
  const said = await gt(['feed', '--follow', '--json', '--rig', 'backend'], {
    'town/status': { ...sampleStatus, seq: 7 },
    'town/feed': (params) => {
      if (params.after === undefined) return { items: [item(8, 'new'), item(7, 'old')], more: false };
      after.push(params);
      if (after.length === 1) return { items: [item(8, 'new')], more: false, seq: 9 };
      throw new Refusal('unavailable', 'The town server has left.');
    },
  });
  assert.deepEqual(
    said.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { text: string }).text),
    ['old', 'new'],
  );
  assert.deepEqual(after, [
    { rig: 'backend', after: 7, wait: true },
    { rig: 'backend', after: 9, wait: true },
  ]);
});

test('the scorecard prints its samples, and no rate of too few', async () => {
  const said = await gt(['runtime', 'scorecard', '--since', '30d'], { 'runtime/scorecard': sampleScorecard });
  assert.equal(
    said.stdout,
    lines(`
      RUNTIME  TYPE  ENDED  FIRST TRY    REWORKED  FAILED  MEDIAN  FAILURES
      codex    bug   8      6 (75 %)     1         1       25 m    quota 2, context-l…
      codex    task  4      4 (too few)  0         0       40 s
      gemini   task  0      -            0         0       -
      ENDED is the sample; below 5 there is no rate. MEDIAN is from sling to verified.
    `),
  );
});
