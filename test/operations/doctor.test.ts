import assert from 'node:assert/strict';
import { existsSync, rmSync, utimesSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TownFinding } from '../../server/protocol/doctor.ts';
import { git, tip, write } from '../support/repository.ts';
import { FakeClock } from '../support/fakeClock.ts';
import { TestTown } from './support.ts';

const troubles = (findings: readonly TownFinding[]): string[] =>
  findings.filter(({ state }) => state !== 'ok').map(({ about, subject }) => `${about}: ${subject}`);

test('a town in order has no trouble, and each check says so', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const { findings } = await town.ask('town/doctor', {});
  assert.deepEqual(troubles(findings), []);
  assert.ok(findings.length >= 9);
  assert.ok(findings.every(({ evidence }) => evidence !== ''));
  assert.ok(!agent.isGone);
});

test('what is safe is mended and looked at again; what is not is said to be not fixed', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig();
  const [lost, archived] = [await town.worker(), await town.worker('Cache work')];
  // Nobody's worktree, with work in it.
  const orphan = join(town.parts.paths.town, 'backend', 'polecats', 'ghost-1');
  git(
    repository,
    'worktree',
    'add',
    '--quiet',
    '--lock',
    '--reason',
    'gastown',
    '-b',
    'polecat/ghost/x',
    orphan,
  );
  write(orphan, { 'new.txt': 'work\n' });
  const { branch: left, base } = archived.polecat;
  await lost.exit({ end: 'failed', code: 1 });
  rmSync(lost.worktree, { recursive: true });
  const { archiveId = '', archive = '' } = await town.ask('work/unsling', { bead: archived.bead });
  git(repository, 'update-ref', '-d', archive);
  git(repository, 'branch', left, base);
  await town.parts.store.transact({ verb: 'test', by: 'test' }, (draft) => {
    const bead = draft.get('beads', archived.bead);
    if (bead) draft.put('beads', { ...bead, status: 'hooked', assignee: 'backend/nobody' });
  });

  const before = await town.ask('town/doctor', {});
  assert.deepEqual(
    new Set(troubles(before.findings)),
    new Set([
      `archives: ${archiveId}`,
      `branches: backend ${left}`,
      `hooks: ${archived.bead}`,
      `worktrees: ${lost.id}`,
      `worktrees: ${orphan}`,
    ]),
  );
  assert.ok(existsSync(orphan));

  const after = await town.ask('town/doctor', { fix: true });
  const outcomes = Object.fromEntries(
    after.findings.flatMap(({ subject = '', outcome }) => (outcome ? [[subject, outcome]] : [])),
  );
  assert.deepEqual(outcomes, {
    [archiveId]: 'not fixed',
    [archived.bead]: 'fixed',
    [lost.id]: 'not fixed',
    [orphan]: 'fixed',
    [`backend ${left}`]: 'fixed',
  });
  assert.ok(!existsSync(orphan));
  const kept = git(repository, 'for-each-ref', '--format=%(refname)', 'refs/gastown/archive/orphans');
  assert.equal(git(repository, 'show', `${kept}:new.txt`), 'work');
  const bin = [...town.view.all('archives')].map(({ agent, why }) => `${agent} ${why}`).toSorted();
  assert.deepEqual(
    bin,
    [`${archived.id} collected`, `${archived.id} unslung`, 'backend/ghost orphaned'].toSorted(),
  );
  const back = await town.ask('archive/restore', { archive: 'backend/ghost' });
  assert.equal(readFileSync(join(back.worktree ?? '', 'new.txt'), 'utf8'), 'work\n');
  assert.equal(town.status(archived.bead), 'open');
  assert.ok(tip(repository, 'main'));
});

test('a session that is recorded as running, and whose process is gone, is ended', async (t) => {
  const town = await TestTown.open(t);
  await town.addRig();
  const agent = await town.worker();
  const { session = '' } = agent.polecat;
  const { store, town: parts } = town.parts;
  await store.transact({ verb: 'test', by: 'test' }, (draft) => {
    const now = draft.get('sessions', session);
    if (now) draft.put('sessions', { ...now, pid: 4_000_000 });
  });
  await town.reopen({ waits: { reattachMs: 60_000 } });
  assert.ok(parts);
  const { findings } = await town.ask('town/doctor', { fix: true, only: ['sessions'] });
  assert.deepEqual(
    findings.map(({ subject, outcome }) => [subject, outcome]),
    [[session, 'fixed']],
  );
  assert.equal(agent.polecat.state, 'interrupted');
});

test('crash refs that are lost or nobody knows, and what the radar left of a rig that is gone', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig({ settings: { remedy: ['none'] } });
  const agent = await town.worker();
  const sha = agent.commit({ 'a.txt': 'a\n' });
  const ref = `refs/gastown/crash/${agent.caller.session}`;
  await agent.exit({ end: 'failed', code: 1 });
  await town.settle();
  const only = ['crashes', 'radar'] as const;
  assert.deepEqual(troubles((await town.ask('town/doctor', { only: [...only] })).findings), []);
  git(repository, 'update-ref', '-d', ref);
  git(repository, 'update-ref', 'refs/gastown/crash/s-unknown', sha);
  const left = join(town.parts.paths.state, 'radar', 'frontend');
  write(left, { 'x.index': 'x' });
  const { findings } = await town.ask('town/doctor', { only: [...only], fix: true });
  assert.deepEqual(
    findings.map(({ about, subject, outcome }) => [about, subject, outcome]),
    [
      ['crashes', ref, 'fixed'],
      ['crashes', 'refs/gastown/crash/s-unknown', 'not fixed'],
      ['radar', 'frontend', 'fixed'],
    ],
  );
  assert.equal(tip(repository, ref), sha);
  assert.ok(!existsSync(left));
});

test('what has landed and is not on its target any more, and the lock of a git that is gone', async (t) => {
  const town = await TestTown.open(t);
  const { repository } = await town.addRig();
  const before = tip(repository, 'main');
  const [landed, locked] = [await town.worker(), await town.worker('Cache work')];
  const request = await landed.submit();
  await town.merge(request);
  await town.settle();
  const only = ['landed', 'locks'];
  assert.deepEqual(troubles((await town.ask('town/doctor', { only })).findings), []);
  git(repository, 'reset', '--quiet', '--hard', before);
  const lock = git(locked.worktree, 'rev-parse', '--path-format=absolute', '--git-path', 'index.lock');
  writeFileSync(lock, '');
  const long = new Date(Date.now() - 3_600_000);
  utimesSync(lock, long, long);
  const during = await town.ask('town/doctor', { only, fix: true });
  assert.deepEqual(troubles(during.findings), [`landed: ${request}`], 'its session may still use the lock');
  await locked.exit({ end: 'failed', code: 1 });
  const { findings } = await town.ask('town/doctor', { only, fix: true });
  assert.deepEqual(
    findings.map(({ subject, outcome }) => [subject, outcome]),
    [
      [request, 'not fixed'],
      [lock, 'fixed'],
    ],
  );
  assert.ok(!existsSync(lock));
  const [advice = ''] = /git merge .*/.exec(findings[0]?.why ?? '') ?? [];
  git(repository, ...advice.split(' ').slice(1));
  assert.deepEqual(troubles((await town.ask('town/doctor', { only })).findings), []);
});

test('a gate or a runtime that is gone, two in one place, and archives that are kept for too long', async (t) => {
  const town = await TestTown.open(t);
  const { name } = await town.addRig();
  const [one, two] = [await town.worker(), await town.worker('Cache work')];
  const kept = await town.ask('work/unsling', { bead: (await town.worker('Old work')).bead });
  const only = ['settings', 'identities', 'retention'];
  assert.deepEqual(troubles((await town.ask('town/doctor', { only })).findings), []);
  await town.configure(name, 'gate.lint', 'no-such-program', '--strict');
  await town.configure(name, 'gate.own', 'scripts/check.sh');
  await town.parts.store.transact({ verb: 'test', by: 'test' }, (draft) => {
    const [first, second] = [one, two].map(({ id }) => draft.get('agents', id));
    if (first && second)
      draft.put('agents', { ...second, worktree: first.worktree, runtime: 'gone' as never });
    const archive = draft.get('archives', kept.archiveId ?? '');
    const bead = draft.get('beads', archive?.bead ?? '');
    if (archive) draft.put('archives', { ...archive, at: '2020-01-01T00:00:00.000Z' as never });
    if (bead) draft.put('beads', { ...bead, status: 'closed' });
  });
  const { findings } = await town.ask('town/doctor', { only, fix: true });
  assert.deepEqual(
    findings.map(({ about, subject, outcome }) => [about, subject, outcome]),
    [
      ['identities', `folder ${one.worktree}`, 'not fixed'],
      ['settings', 'backend gate.lint', 'not fixed'],
      ['settings', 'backend runtime gone', 'not fixed'],
      ['retention', kept.archiveId, 'fixed'],
    ],
  );
  assert.equal(town.view.get('archives', kept.archiveId ?? ''), undefined);
});

test('a landing whose gates take long is no trouble, as long as its claim holds', async (t) => {
  const clock = new FakeClock();
  const seen: string[][] = [];
  const town = await TestTown.open(t, {
    now: clock.date,
    sleep: clock.sleep,
    checkpoint: async (step) => {
      if (step !== 'land:scratch') return;
      for (const minutes of [12, 180]) {
        clock.suspend(minutes * 60_000);
        const { findings } = await town.ask('town/doctor', {});
        seen.push(troubles(findings).filter((each) => each.startsWith('intents')));
      }
    },
  });
  await town.addRig({ settings: { merge: ['auto'] } });
  await town.configure('backend', 'gate.unit', 'node', '-e', '');
  const id = await (await town.worker()).submit();
  await town.settle();
  assert.deepEqual(seen, [[], [`intents: land ${id}`]]);
});
