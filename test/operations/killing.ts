import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Polecat } from '../../server/domain/polecat.ts';
import { commit, git, tempFolder, tip } from '../support/repository.ts';
import { runNode } from '../support/runNode.ts';
import { GhStandIn, mergeThere } from './ghStandIn.ts';
import { problemsOf } from './invariants.ts';
import { bead, scenariosOf } from './scenarios.ts';
import type { Kept } from './killedTown.ts';
import { Agent, TestTown } from './support.ts';

/** Every place between the steps of what reaches outside, as the sources name them: a new one cannot be forgotten. */
export function checkpoints(): string[] {
  const folder = join(import.meta.dirname, '../../server/operations');
  const text = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const named = text.join('\n').matchAll(/checkpoint\('([a-z]+:[a-z]+)'\)/g);
  return [...new Set(Array.from(named, ([, name]) => name ?? ''))];
}

/** Kills a town at each checkpoint whose first part is one of these, in every scenario that comes by there. */
export function killAtEach(parts: readonly string[]): void {
  const steps = checkpoints().filter((step) => parts.includes(step.split(':')[0] ?? ''));
  for (const step of steps) {
    const scenarios = scenariosOf[step.split(':')[0] ?? ''] ?? [];
    for (const scenario of scenarios)
      test(`${step} of ${scenario}, the town is whole at its next start and the work lands`, async (t) => {
        const folder = tempFolder(t);
        const program = join(import.meta.dirname, 'killedTown.ts');
        const { code, stderr } = await runNode([program, folder, scenario, step], { cwd: folder });
        assert.equal(code, null, stderr);

        const gh = scenario === 'land-pr' ? new GhStandIn(folder) : undefined;
        const town = await TestTown.in(folder, gh ? { path: gh.path } : {});
        t.after(() => town.close());
        await returnOfTheLaunchers(town);
        await town.settle();
        assert.deepEqual(problemsOf(town), [], town.log.join('\n'));
        assertKept(town, folder);

        if (scenario === 'queued') assertOnce(town);
        if (scenario === 'land-batch') assertBatch(town);
        await goOn(town, gh);
        assert.deepEqual(problemsOf(town), [], town.log.join('\n'));
        assertKept(town, folder);
      });
  }
}

/** Their processes go on while the town server is away. */
async function returnOfTheLaunchers(town: TestTown): Promise<void> {
  for (const session of Array.from(town.view.all('sessions')))
    if (session.state !== 'ended' && session.takenAt !== undefined) await town.host.comeBack(session);
}

/** Every commit that an agent made is on some ref, and what was on the target still is. */
function assertKept(town: TestTown, folder: string): void {
  const file = join(folder, 'kept.json');
  const rig = town.view.get('rigs', 'backend');
  if (!rig || !existsSync(file)) return;
  const { commits, target, repository } = JSON.parse(readFileSync(file, 'utf8')) as Kept;
  for (const sha of commits)
    assert.notEqual(git(rig.gitDirectory, 'for-each-ref', `--contains=${sha}`), '', `${sha} is on no ref`);
  git(repository, 'merge-base', '--is-ancestor', target, 'main');
}

/** What waited in the queue is started, whenever the town was killed, and not twice: nothing is forgotten. */
function assertOnce(town: TestTown): void {
  assert.equal([...town.view.find('agentsByBead', bead)].length, 1);
  assert.equal(town.view.get('dispatches', bead), undefined);
  const live = [...town.view.all('sessions')].filter(({ state }) => state !== 'ended');
  assert.equal(live.length, 1);
}

/** All that waited has landed, each once, with proof, without anybody's help. */
function assertBatch({ view }: TestTown): void {
  const requests = [...view.all('mergeRequests')];
  assert.equal(requests.length, 3);
  const home = view.get('rigs', 'backend')?.gitDirectory ?? '';
  const subjects = git(home, 'log', '--format=%s', 'main').split('\n');
  for (const request of requests) {
    assert.equal(request.state, 'verified', `${request.bead}: ${request.reason}`);
    git(home, 'merge-base', '--is-ancestor', request.landed ?? '', 'main');
    assert.equal(subjects.filter((subject) => subject.startsWith(`${request.bead}:`)).length, 1);
    assert.deepEqual(
      [request.claim, request.gates?.map(({ name, outcome }) => `${name} ${outcome}`)],
      [undefined, ['lint passed']],
    );
  }
}

/** Whatever state the work was left in, a person can bring it to its end. */
async function goOn(town: TestTown, gh: GhStandIn | undefined): Promise<void> {
  if (!town.view.get('rigs', 'backend')) {
    await town.ask('rig/create', {
      name: 'backend',
      repository: `file://${join(town.folder, 'backend.git')}`,
      runtime: 'sim',
      branch: 'main',
    });
  }
  if (!town.view.get('beads', bead)) await town.bead('Refactor auth middleware');
  const holder = town.view.get('beads', bead)?.assignee;
  // Crew and mayor give it back, for a polecat to bring it to its end.
  if (holder !== undefined && town.view.get('workplaces', holder))
    await town.ask('hook/clear', { agent: holder });
  if (town.status(bead) === 'open') await town.sling(bead);
  const [polecat] = [...town.view.find('agentsByBead', bead)];
  if (polecat) await finish(town, polecat);
  const [request] = [...town.view.find('mergeRequestsByBead', bead)].toSorted((a, b) =>
    b.submittedAt.localeCompare(a.submittedAt),
  );
  assert.ok(request);
  const merged = await town.merge(request.id);
  if (gh) {
    assert.equal(merged.pullRequest?.state, 'open');
    assert.equal(gh.kept.requests.length, 1, 'it was opened once');
    mergeThere({ gh, folder: town.folder, remote: join(town.folder, 'backend.git') }, 'merge');
    assert.equal((await town.merge(request.id)).state, 'verified');
  } else assert.equal(merged.state, 'verified');
  await town.settle();
  assert.equal(town.status(bead), 'closed');
  assert.equal([...town.view.find('agentsByBead', bead)].length, 0);
}

async function finish(town: TestTown, polecat: Polecat): Promise<void> {
  if (polecat.state === 'done') return;
  if (polecat.state !== 'working') await town.ask('session/run', { agent: polecat.id });
  const agent = new Agent(town, { ...polecat, agent: polecat.id } as never);
  assert.equal(agent.polecat.state, 'working');
  if (tip(polecat.worktree) === polecat.base) commit(polecat.worktree, { 'auth.txt': 'work\n' });
  await agent.done();
}
