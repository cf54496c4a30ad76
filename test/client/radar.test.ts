import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Uri } from 'vscode';
import type { RadarOutlook } from '../../server/protocol/radar.ts';
import { Collisions } from '../../client/collisions.ts';
import { baseUri } from '../../client/documents.ts';
import { RigRows } from '../../client/views/rigs.ts';
import { bead, someDay } from '../support/beads.ts';
import { person } from '../support/vscode.ts';
import { now, polecat, rig, SmallTown } from './town.ts';

const auth = bead({ id: 'be-auth', title: 'Refactor auth middleware', status: 'in_progress' });
const limit = bead({ id: 'be-limit', title: 'Limit requests', status: 'in_progress' });

function outlook(collisions: readonly { agents: string[]; files: string[] }[]): RadarOutlook {
  const agent = (name: string, on: string) => ({
    agent: `backend/${name}`,
    bead: on,
    branch: `polecat/${name}/x`,
    worktree: `/town/backend/polecats/${name}-x1`,
    uncommitted: false,
    changed: 1,
  });
  return {
    rig: 'backend',
    target: 'main',
    everyMinutes: 2,
    agents: [agent('nux', 'be-auth'), agent('slit', 'be-limit')],
    collisions: collisions.map((each) => ({ ...each, since: someDay })) as never,
    unknown: [],
    pending: 0,
  };
}

async function shown(seen: RadarOutlook) {
  const town = new SmallTown();
  town.rigs = [rig('backend', { polecats: { working: 2, needYou: 0, total: 2 } })];
  town.polecats = [polecat('backend/nux', auth), polecat('backend/slit', limit)];
  const model = await town.model();
  model.radar.take(seen);
  return model;
}

test('a polecat’s row says with whom it would be in conflict, and where', async () => {
  const model = await shown(
    outlook([
      { agents: ['backend/nux', 'backend/slit'], files: ['src/auth.ts', 'src/b.ts'] },
      { agents: ['backend/nux'], files: ['README.md'] },
    ]),
  );
  const source = new RigRows(model, () => now);
  const [nux, slit] = source.rows(source.rows()[0]);
  assert.equal(
    nux?.description,
    'working · conflicts with slit: src/auth.ts and 1 more, and with main · Claude Code · be-auth Refactor auth middleware · 4 m',
  );
  assert.match(slit?.description ?? '', /^working · conflicts with nux: src\/auth\.ts and 1 more · /);
  assert.match(nux?.spoken ?? '', /It conflicts with slit: src\/auth\.ts/);
  assert.ok(nux?.tooltip().includes('Would be in conflict with slit (be-limit): src/auth.ts, src/b.ts'));
  model.radar.take(outlook([]));
  const [after] = source.rows(source.rows()[0]);
  assert.doesNotMatch(`${after?.description} ${after?.tooltip().join(' ')}`, /conflict/);
});

test('files that collide are marked in worktrees and in what was changed, and nowhere else', async (t) => {
  const model = await shown(outlook([{ agents: ['backend/nux', 'backend/slit'], files: ['src/auth.ts'] }]));
  const marks = new Collisions(model.radar);
  t.after(() => marks.dispose());
  let asked = 0;
  marks.onDidChangeFileDecorations(() => (asked += 1));
  const mark = (uri: Uri): string | undefined => marks.provideFileDecoration(uri)?.tooltip;
  const worktree = '/town/backend/polecats/nux-x1';
  const sentence = 'Would be in conflict with slit (be-limit)';
  assert.equal(mark(Uri.file(`${worktree}/src/auth.ts`)), sentence);
  assert.equal(mark(baseUri({ agent: 'backend/nux', sha: 'a'.repeat(40), path: 'src/auth.ts' })), sentence);
  for (const path of [`${worktree}/src/other.ts`, worktree, `${worktree}-other/src/auth.ts`, '/src/auth.ts'])
    assert.equal(mark(Uri.file(path)), undefined, path);
  assert.equal(mark(Uri.from({ scheme: 'gastown-base', path: '/src/auth.ts', query: 'no JSON' })), undefined);
  assert.equal(mark(Uri.from({ scheme: 'git', path: `${worktree}/src/auth.ts` })), undefined);
  person.trusts = false;
  t.after(() => (person.trusts = true));
  assert.equal(mark(Uri.file(`${worktree}/src/auth.ts`)), undefined);
  marks.update();
  assert.equal(asked, 1);
});

test('what the radar sees is read once, and of an earlier town it is forgotten', async () => {
  const town = new SmallTown();
  const model = await town.model();
  town.answers['radar/get'] = () => [outlook([{ agents: ['backend/nux'], files: ['a'] }])];
  await model.radar.read();
  assert.equal(model.radar.of('backend/nux').length, 1);
  model.forget();
  assert.deepEqual(model.radar.of('backend/nux'), []);
});
