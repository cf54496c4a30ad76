import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgentId, SessionId } from '../../server/domain/ids.ts';
import { commit, git } from '../support/repository.ts';
import { callerOf } from './fakeHost.ts';
import { problemsOf } from './invariants.ts';
import { refusal, TestTown } from './support.ts';

const dave = { rig: 'backend', name: 'dave' };
const crewId = 'backend/crew/dave';

test('a crew member has a lasting worktree on its own branch, at the branch that is named', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig();
  git(repository, 'branch', 'release/2');
  commit(repository, { 'later.txt': 'later\n' });
  const one = await town.ask('crew/add', dave);
  assert.deepEqual([one.agent, one.branch, one.runtime], [crewId, 'crew/dave', 'sim']);
  assert.equal(one.directory, join(town.parts.paths.town, 'backend', 'crew', 'dave'));
  assert.ok(existsSync(join(one.directory, 'later.txt')));
  const two = await town.ask('crew/add', { rig: 'backend', name: 'erin', branch: 'release/2' });
  assert.ok(!existsSync(join(two.directory, 'later.txt')));
  assert.deepEqual(
    (await town.ask('crew/list', { rig: 'backend' })).map(({ agent }) => agent),
    [crewId, 'backend/crew/erin'],
  );
  assert.equal((await refusal('taken', town.ask('crew/add', dave))).details.field, 'name');
  assert.deepEqual(problemsOf(town), []);
});

test('hostile names, unknown branches and branches that exist are refused, and leave nothing', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig();
  git(repository, 'branch', 'crew/erin');
  for (const name of [
    '../x',
    'a/b',
    '-rf',
    'A',
    '$(id)',
    'x'.repeat(41),
    'ünal',
    'a b',
    'a\nb',
    '.git',
    '..',
  ]) {
    await refusal('invalid', town.ask('crew/add', { rig: 'backend', name }));
  }
  for (const branch of ['--upload-pack=x', 'a..b', 'refs/heads/main', 'x y']) {
    assert.equal(
      (await refusal('invalid', town.ask('crew/add', { ...dave, branch }))).details.field,
      'branch',
    );
  }
  await refusal('git', town.ask('crew/add', { ...dave, branch: 'nothing' }));
  await refusal('taken', town.ask('crew/add', { rig: 'backend', name: 'erin' }));
  await refusal('not-found', town.ask('crew/add', { ...dave, rig: 'nowhere' }));
  await refusal('not-found', town.ask('crew/add', { ...dave, runtime: 'nobody' }));
  assert.equal([...town.view.all('workplaces')].length, 0);
  // The user's own branch of that name is nobody's, and still there.
  assert.deepEqual(problemsOf(town), ["The branch of backend crew/erin is nobody's."]);
});

test('nothing of a workplace is lost: removal is refused with what would be, and archives all of it', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig();
  const { directory } = await town.ask('crew/add', dave);
  const bead = await town.bead('Auth work');
  await town.ask('hook/put', { bead, agent: crewId });
  assert.match(
    (await refusal('in-use', town.ask('crew/remove', { agent: crewId }))).message,
    new RegExp(bead),
  );
  await town.ask('hook/clear', { agent: crewId });

  const { session } = await town.ask('seance/start', { role: 'crew', ...dave });
  assert.match(
    (await refusal('in-use', town.ask('crew/remove', { agent: crewId, force: true }))).message,
    /running/,
  );
  await town.ask('session/stop', { session: session ?? '' });

  town.write(directory, { 'uncommitted.txt': 'mine\n' });
  const files = await refusal('uncommitted', town.ask('crew/remove', { agent: crewId }));
  assert.deepEqual(files.details.facts, { files: ['uncommitted.txt'] });
  const sha = commit(directory, { 'uncommitted.txt': 'mine\n' });
  git(directory, 'checkout', '--quiet', '-b', 'aside');
  const aside = commit(directory, { 'aside.txt': 'mine too\n' });
  assert.match(
    (await refusal('in-use', town.ask('crew/remove', { agent: 'dave' }))).message,
    /2 commits .* not on main/,
  );
  assert.ok(existsSync(directory));

  const { archive } = await town.ask('crew/remove', { agent: crewId, force: true });
  assert.ok(!existsSync(directory));
  assert.equal(git(repository, 'rev-parse', `${archive}^1`), aside);
  assert.notEqual(git(repository, 'for-each-ref', `--contains=${sha}`, 'refs/gastown'), '');
  assert.equal(git(repository, 'branch', '--list', 'crew/dave'), '');
  assert.deepEqual(problemsOf(town), []);

  // The name comes again, and its archive does not take the place of the first.
  await town.ask('crew/add', dave);
  const again = await town.ask('crew/remove', { agent: crewId });
  assert.notEqual(again.archive, archive);
  assert.equal(git(repository, 'rev-parse', `${archive}^1`), aside);
});

test('a workplace whose folder somebody took away can still be removed; a rig with crew cannot', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const { directory } = await town.ask('crew/add', dave);
  const rig = await refusal('in-use', town.ask('rig/remove', { rig: 'backend' }));
  assert.equal(rig.details.next, `gt crew remove ${crewId}`);
  rmSync(directory, { recursive: true });
  await refusal('not-found', town.ask('seance/start', { role: 'crew', ...dave }));
  await town.ask('crew/remove', { agent: crewId });
  assert.deepEqual(problemsOf(town), []);
});

test('in another rig a crew member stays who it is; asked again, the same worktree is answered', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  await town.addRig({ name: 'infra' });
  await town.ask('crew/add', dave);
  const guest = await town.ask('crew/worktree', { rig: 'infra', agent: crewId });
  assert.deepEqual(
    [guest.agent, guest.branch, guest.rig],
    ['infra/crew/backend-dave', 'crew/backend-dave', 'infra'],
  );
  assert.deepEqual(await town.ask('crew/worktree', { rig: 'infra', agent: 'dave' }), guest);
  assert.match(
    (await refusal('invalid', town.ask('crew/worktree', { rig: 'backend', agent: crewId }))).message,
    /at home/,
  );
  await refusal('invalid', town.ask('crew/worktree', { rig: 'infra' }));
  // From there, home is where it came from.
  await refusal('invalid', town.ask('crew/worktree', { rig: 'backend', agent: guest.agent }));

  const { session } = await town.ask('seance/start', { role: 'crew', ...dave });
  const own = callerOf({
    role: 'session',
    by: crewId,
    agent: crewId as AgentId,
    session: session as SessionId,
    agentRole: 'crew',
  });
  assert.deepEqual(await town.ask('crew/worktree', { rig: 'infra' }, own), guest);
  await refusal('forbidden', town.ask('crew/worktree', { rig: 'infra', agent: guest.agent }, own));
  assert.deepEqual(problemsOf(town), []);
});
