import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Refusal } from '../../server/domain/refusal.ts';
import type { Repository } from '../../server/git/core.ts';
import type { Git } from '../../server/git/git.ts';
import { commit, git as plainGit, tip, write } from '../support/repository.ts';
import { ann, clonedRepository, localRepository, refusal } from './fixture.ts';
import type { Local } from './fixture.ts';

type Context = Parameters<typeof localRepository>[0];

const attributes = { '.gitattributes': '* filter=evil diff=evil merge=evil\n' };

/** A program that leaves a mark, and what tells whether it ran. Without arguments it is a filter. */
function trap(folder: string): { program: string; sprung: () => boolean; reset: () => void } {
  const mark = join(folder, 'ran');
  const program = join(folder, 'evil');
  writeFileSync(program, `#!/bin/sh\necho "$0 $@" >> ${mark}\n[ $# -gt 0 ] || cat\n`);
  chmodSync(program, 0o755);
  return { program, sprung: () => existsSync(mark), reset: () => rmSync(mark, { force: true }) };
}

/** Every key that makes git start a program in some call or other. */
function hostileKeys(program: string): Record<string, string> {
  return {
    'core.fsmonitor': program,
    'core.hooksPath': join(program, '..', 'hooks'),
    'core.sshCommand': program,
    'core.editor': program,
    'core.pager': program,
    'core.askPass': program,
    'core.gitProxy': program,
    'core.alternateRefsCommand': program,
    'sequence.editor': program,
    'credential.helper': `!${program}`,
    'credential.https://example.org.helper': program,
    'diff.external': program,
    'diff.evil.command': program,
    'diff.evil.textconv': program,
    'filter.evil.clean': program,
    'filter.evil.smudge': program,
    'filter.evil.process': program,
    'gpg.program': program,
    'gpg.ssh.program': program,
    'merge.evil.driver': `${program} %A`,
    'alias.status': `!${program}`,
    'alias.worktree': `!${program}`,
    'pager.log': program,
    'include.path': join(program, '..', 'included'),
    'includeIf.gitdir:/**.path': join(program, '..', 'included'),
    'protocol.ext.allow': 'always',
    'protocol.allow': 'always',
    'remote.origin.uploadpack': program,
    'remote.origin.receivepack': program,
    'remote.evil.url': `ext::${program}`,
    'remote.evil.vcs': 'ext',
    'uploadpack.packObjectsHook': program,
    'url.ext::sh.insteadOf': 'https://example.org/',
    'url.https://example.org/.insteadOf': 'https://example.com/',
    'url.https://example.org/.pushInsteadOf': 'https://example.com/',
    'submodule.x.update': `!${program}`,
    'trailer.x.command': program,
    'gc.recentObjectsHook': program,
    'interactive.diffFilter': program,
  };
}

function setAll(directory: string, keys: Record<string, string>): void {
  for (const [key, value] of Object.entries(keys)) plainGit(directory, 'config', key, value);
}

type Scene = Local & { worktree: string; scratch: string };

/** A repository with a worktree and a scratch worktree of ours, both with something to do. */
async function scene(t: Context): Promise<Scene> {
  const local = await localRepository(t, { ...attributes, a: '1\n', b: '1\n' });
  const worktree = join(local.folder, 'nux');
  const scratch = join(local.folder, 'scratch');
  const { git, repository, first, top } = local;
  await git.addWorktree(repository, { directory: worktree, branch: 'polecat/nux', start: first });
  commit(worktree, { a: '2\n' });
  await git.addScratch(repository, scratch, first);
  commit(top, { b: '2\n' });
  write(worktree, { a: '3\n', untracked: '1\n' });
  return { ...local, worktree, scratch };
}

/** Every exported call once; a call added to Git does not compile until it stands here. Order matters to those that change something. */
function everyCall({
  git,
  repository,
  folder,
  first,
  worktree,
  scratch,
  top,
}: Scene): Record<keyof Git, () => unknown> {
  const main = () => plainTip(top);
  const archive = { ref: 'refs/gastown/archive/nux', sha: first };
  const fresh = { directory: join(folder, 'fresh'), branch: 'fresh', start: first };
  const clone = { directory: join(folder, 'clone'), branch: 'cloned', start: first };
  const place = { directory: top, home: 'main', branch: 'placed', start: first };
  const objects = { directory: join(folder, 'objects'), clones: [] };
  return {
    version: () => git.version(),
    userIdentity: () => git.userIdentity(),
    inspectSource: () => git.inspectSource(top),
    targetRef: () => git.targetRef(repository, 'main'),
    newRepository: () => {
      const request = {
        directory: join(folder, 'new'),
        branch: 'main',
        files: { a: '1' },
        message: 'x',
        identity: ann,
      };
      return git.newRepository(request);
    },
    bareCopy: () => git.bareCopy(top, join(folder, 'copy.git')),
    openLocal: () => git.openLocal(worktree),
    cloneBare: () => git.cloneBare(`file://${top}`, join(folder, 'clone.git')),
    unapprovedConfiguration: () => git.unapprovedConfiguration(repository.gitDirectory, worktree),
    checkConfiguration: () => git.checkConfiguration(repository, worktree),
    branches: () => git.branches(repository),
    defaultBranch: () => git.defaultBranch(repository),
    branchExists: () => git.branchExists(repository, 'main'),
    requireBranch: () => git.requireBranch(repository, 'main'),
    resolve: () => git.resolve(repository, 'HEAD'),
    isAncestor: () => git.isAncestor(repository, first, main()),
    canFastForward: () => git.canFastForward(repository, first, main()),
    countCommits: () => git.countCommits(repository, first, main()),
    changedFiles: () => git.changedFiles(repository, first, main()),
    diffStat: () => git.diffStat(repository, first, main()),
    fileAt: () => git.fileAt(repository, first, 'a'),
    filesOf: () => git.filesOf(repository, first, ['a']),
    gitDirectoriesOf: () => git.gitDirectoriesOf(repository, worktree),
    log: () => git.log(repository, { base: first, tip: main(), limit: 9 }),
    signatures: () => git.signatures(repository, { base: first, tip: main(), limit: 9 }),
    headOf: () => git.headOf(repository, worktree),
    status: () => git.status(repository, worktree),
    activityIn: () => git.activityIn(repository, { worktree, base: first }),
    listWorktrees: () => git.listWorktrees(repository),
    checkoutsOf: () => git.checkoutsOf(repository, 'main'),
    fetch: () => git.fetch({ ...repository, repository: { kind: 'url', url: `file://${top}` } }),
    remoteTip: () => git.remoteTip(repository, 'origin', 'main'),
    ownTownRefs: () => git.ownTownRefs(repository),
    deleteTownRefs: () => git.deleteTownRefs(repository),
    landedNotOn: () => git.landedNotOn(repository, main()),
    indexLock: () => git.indexLock(repository, worktree),
    removeIndexLock: () => git.removeIndexLock(repository, worktree, 0),
    remoteUrl: () => git.remoteUrl(repository),
    isTakenUp: () => git.isTakenUp(repository, { tip: first, landed: first }),
    unlandedRefs: () => git.unlandedRefs(repository, new Set()),
    landedByPatch: () => git.landedByPatch(repository, { tip: first, target: main() }),
    openScratchObjects: () => git.openScratchObjects(objects.directory),
    workOf: () => git.workOf(repository, worktree, objects),
    workAt: () => git.workAt(repository, first),
    mergeTree: () => git.mergeTree(repository, [plainTip(worktree), main()], objects),
    filesSince: () => git.filesSince(repository, { target: first, commit: main() }, objects),
    listScratchObjects: () => git.listScratchObjects(folder),
    removeScratchObjects: () => git.removeScratchObjects(objects.directory),
    addWorktree: () => git.addWorktree(repository, fresh),
    discardWorktree: () => git.discardWorktree(repository, fresh),
    archive: () => git.archive(repository, worktree, 'nux'),
    restore: () => git.restore(repository, archive.ref, { directory: join(folder, 'back'), branch: 'back' }),
    archiveContent: () => git.archiveContent(repository, archive.ref),
    localBranches: () => git.localBranches(repository, 'polecat/'),
    archiveRefs: () => git.archiveRefs(repository),
    crashRefs: () => git.crashRefs(repository),
    deleteCrashRef: () => git.deleteCrashRef(repository, { ref: 'refs/gastown/crash/s-1', sha: first }),
    branchFromArchive: () =>
      git.branchFromArchive(repository, archive.ref, { branch: 'of-archive', message: 'x' }),
    deleteArchive: () => git.deleteArchive(repository, { ...archive, ref: 'refs/gastown/archive/other' }),
    restoreClone: () =>
      git.restoreClone(repository, archive, { directory: join(folder, 'again'), branch: 'again' }),
    commitAll: () => git.commitAll(repository, worktree, { message: 'x', identity: ann }),
    updateRef: () => git.updateRef(repository, 'refs/gastown/x', { old: undefined, new: first }),
    addScratch: () => git.addScratch(repository, join(folder, 'another'), first),
    rebaseOnto: () =>
      git.rebaseOnto(repository, scratch, {
        base: first,
        tip: plainTip(worktree),
        target: main(),
        committer: ann,
      }),
    mergeFastForwardInCheckout: () => {
      const sha = plainTip(scratch);
      return git.mergeFastForwardInCheckout(repository, top, { branch: 'main', sha });
    },
    push: () => git.push(repository, 'origin', { sha: main(), branch: 'pushed', expectedOld: first }),
    fetchBranch: () => git.fetchBranch(repository, 'pushed', 'refs/gastown/targets/pushed'),
    fetchPullRequest: () => {
      const remote = join(folder, 'clone.git');
      if (existsSync(join(remote, 'refs/heads/pushed')))
        plainGit(remote, 'update-ref', 'refs/pull/1/head', 'refs/heads/pushed');
      return git.fetchPullRequest(repository, 1, 'refs/gastown/targets/pushed');
    },
    removeScratch: () => git.removeScratch(repository, scratch),
    removeWorktree: () => git.removeWorktree(repository, worktree, archive),
    addClone: () => git.addClone(repository, clone),
    copyIncluded: () => git.copyIncluded(repository, git.cloneAt(clone.directory), clone.directory),
    cloneAt: () => git.cloneAt(clone.directory),
    watchHead: async () => (await git.watchHead(repository, worktree, () => undefined))(),
    bringBack: () => git.bringBack(repository, clone),
    archiveClone: () => git.archiveClone(repository, clone.directory, 'clone'),
    removeClone: () => git.removeClone(repository, clone.directory, archive),
    discardClone: () => git.discardClone(repository, clone),
    ownCheckout: () => git.ownCheckout(repository),
    homeOf: () => git.homeOf(repository, top),
    enterCheckout: () => git.enterCheckout(repository, place),
    discardCheckout: () => git.discardCheckout(repository, place),
    leaveCheckout: () => git.leaveCheckout(repository, place, archive),
    deleteBranch: () => git.deleteBranch(repository, 'polecat/nux', first),
  };
}

/** Read from the ref, since plain git would fall into the traps. */
function plainTip(directory: string) {
  return tip(directory);
}

/** Which calls were refused, by code; a fault fails the test, and so does a sprung trap, with the call's name. */
async function callAll(
  calls: Record<string, () => unknown>,
  sprung: () => boolean,
): Promise<Map<string, string>> {
  const refused = new Map<string, string>();
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused.set(name, `${error.code}: ${error.message}`);
    }
    assert.equal(sprung(), false, `${name} ran a program of the repository`);
  }
  return refused;
}

const withoutRepository = new Set([
  'version',
  'openScratchObjects',
  'removeScratchObjects',
  'indexLock',
  'removeIndexLock',
  'listScratchObjects',
  'userIdentity',
  'inspectSource',
  'targetRef',
  'cloneAt',
  'watchHead',
  'newRepository',
  'openLocal',
  'cloneBare',
  'unapprovedConfiguration',
]);

test('the traps are live: plain git falls into them', async (t) => {
  const { folder, top } = await scene(t);
  const { program, sprung, reset } = trap(folder);
  for (const [key, args] of [
    ['core.fsmonitor', ['status']],
    ['filter.evil.clean', ['add', '--renormalize', '.']],
    ['diff.external', ['diff', 'HEAD~1']],
  ] as const) {
    plainGit(top, 'config', key, program);
    plainGit(top, ...args);
    assert.ok(sprung(), key);
    plainGit(top, 'config', '--unset', key);
    reset();
  }
});

test('no call runs anything an agent wrote into the configuration of a linked worktree, or that was there before', async (t) => {
  const here = await scene(t);
  const { program, sprung } = trap(here.folder);
  writeFileSync(join(here.folder, 'included'), `[filter "evil"]\n\tsmudge = ${program}\n`);
  const keys = hostileKeys(program);
  setAll(here.worktree, keys);
  const refused = await callAll(everyCall(here), sprung);
  for (const name of Object.keys(everyCall(here))) {
    if (withoutRepository.has(name)) continue;
    assert.match(refused.get(name) ?? 'it was not refused', /^unapproved: /, name);
  }
  assert.deepEqual(
    [...refused.keys()].filter((name) => withoutRepository.has(name)),
    [],
  );

  const found = await here.git.unapprovedConfiguration(here.repository.gitDirectory);
  const shown = new Set(found.keys.map(({ key }) => key.toLowerCase()));
  assert.deepEqual(
    Object.keys(keys).filter((key) => !shown.has(key.toLowerCase())),
    [],
  );
  assert.ok(found.keys.every(({ scope }) => scope === 'local'));
});

test('each such key alone is enough to stop, and harmless ones are not', async (t) => {
  const { git, repository, top, folder } = await localRepository(t);
  const { program } = trap(folder);
  for (const [key, value] of Object.entries(hostileKeys(program))) {
    plainGit(top, 'config', key, value);
    await assert.rejects(
      git.status(repository, top),
      refusal('unapproved', /names programs/),
      `${key} was let pass`,
    );
    plainGit(top, 'config', '--unset-all', key);
  }
  setAll(top, {
    'core.fsmonitor': 'true',
    'pager.log': 'false',
    'alias.st': 'status',
    'user.name': 'Ann',
    'remote.origin.url': 'git@example.org:x',
    'remote.origin.pushurl': 'git@example.org:y',
    'branch.main.remote': 'origin',
    'diff.algorithm': 'histogram',
    'merge.conflictStyle': 'zdiff3',
    'filter.x.required': 'true',
  });
  assert.deepEqual(await git.status(repository, top), []);
});

test('git hooks of the repository run in no call, and nothing is refused for them', async (t) => {
  const here = await scene(t);
  const { program, sprung, reset } = trap(here.folder);
  const hooks = join(here.repository.gitDirectory, 'hooks');
  mkdirSync(hooks, { recursive: true });
  const names = [
    'pre-commit',
    'commit-msg',
    'prepare-commit-msg',
    'post-commit',
    'post-checkout',
    'post-merge',
  ];
  for (const name of [
    ...names,
    'pre-rebase',
    'post-rewrite',
    'pre-push',
    'post-index-change',
    'reference-transaction',
  ]) {
    writeFileSync(join(hooks, name), `#!/bin/sh\n${program} ${name} </dev/null\n`);
    chmodSync(join(hooks, name), 0o755);
  }
  plainGit(here.worktree, 'remote', 'add', 'origin', join(here.folder, 'clone.git'));
  const refused = await callAll(everyCall(here), sprung);
  assert.deepEqual([...refused.keys()].toSorted(), [
    'deleteBranch',
    'leaveCheckout',
    'removeClone',
    'removeWorktree',
  ]);

  commit(here.top, { own: '1' });
  assert.ok(sprung(), 'commits of others keep their git hooks');
  reset();
});

test('keys of one worktree, and of files it includes, count there', async (t) => {
  const { git, repository, top, worktree, folder } = await scene(t);
  const { program, sprung } = trap(folder);
  plainGit(top, 'config', 'extensions.worktreeConfig', 'true');
  plainGit(worktree, 'config', '--worktree', 'filter.evil.clean', program);
  await assert.rejects(git.status(repository, worktree), refusal('unapproved', /filter\.evil\.clean/));
  await assert.rejects(
    git.commitAll(repository, worktree, { message: 'x', identity: ann }),
    refusal('unapproved'),
  );
  assert.deepEqual((await git.unapprovedConfiguration(repository.gitDirectory)).keys, []);
  const { keys } = await git.unapprovedConfiguration(repository.gitDirectory, worktree);
  assert.deepEqual(keys, [{ key: 'filter.evil.clean', value: program, scope: 'worktree' }]);
  assert.equal(sprung(), false);
});

test('what a person approved runs, until one key or value of it is another', async (t) => {
  const { git, repository, top, folder, first } = await scene(t);
  const { program, sprung, reset } = trap(folder);
  plainGit(top, 'config', 'filter.evil.smudge', program);
  const { hash } = await git.unapprovedConfiguration(repository.gitDirectory);
  const approved: Repository = { ...repository, approvedConfiguration: hash };
  await git.addWorktree(approved, { directory: join(folder, 'w'), branch: 'x', start: first });
  assert.ok(sprung());
  reset();
  plainGit(top, 'config', 'filter.evil.smudge', `${program} --more`);
  const again = { directory: join(folder, 'w2'), branch: 'y', start: first };
  await assert.rejects(git.addWorktree(approved, again), (error) => {
    assert.ok(error instanceof Refusal && error.code === 'unapproved');
    assert.deepEqual(error.details.facts?.['keys'], [
      { key: 'filter.evil.smudge', value: `${program} --more`, scope: 'local' },
    ]);
    return true;
  });
  assert.equal(sprung(), false);
});

test('approval of a file monitor and of git hooks does not make our calls run them', async (t) => {
  const { git, repository, top, worktree, folder } = await scene(t);
  const { program, sprung } = trap(folder);
  mkdirSync(join(folder, 'hooks'));
  for (const name of ['post-checkout', 'pre-commit']) {
    writeFileSync(join(folder, 'hooks', name), `#!/bin/sh\n${program} </dev/null\n`);
    chmodSync(join(folder, 'hooks', name), 0o755);
  }
  setAll(top, { 'core.fsmonitor': program, 'core.hooksPath': join(folder, 'hooks') });
  const { hash } = await git.unapprovedConfiguration(repository.gitDirectory);
  const approved: Repository = { ...repository, approvedConfiguration: hash };
  await git.status(approved, worktree);
  await git.commitAll(approved, worktree, { message: 'x', identity: ann });
  assert.equal(sprung(), false);
});

test('text of others is data: in branches, folders, messages and refs nothing of it runs', async (t) => {
  const { git, repository, folder, first } = await clonedRepository(t);
  const mark = join(folder, 'ran');
  const shell = `$(touch ${mark})\`touch ${mark}\`;touch ${mark};"'&|%PATH%`;
  for (const text of [shell, '\u3000x', '--upload-pack=x', '-x', '$(id)', 'a b']) {
    await assert.rejects(
      git.addWorktree(repository, { directory: join(folder, 'w'), branch: text, start: first }),
      refusal('invalid'),
    );
    await assert.rejects(git.archive(repository, folder, text), refusal('invalid'));
    await assert.rejects(git.requireBranch(repository, text), refusal('invalid'));
    await assert.rejects(git.resolve(repository, text), refusal('invalid'));
  }
  for (const [index, text] of [shell, '--output=x'].entries()) {
    const name = text.replaceAll('/', '_');
    const directory = join(folder, 'polecats', name);
    await git.addWorktree(repository, { directory, branch: `b${index}`, start: first });
    write(directory, { [name]: text });
    const commitOfText = { message: `${text}\n\n${text}`, identity: { name: text, email: 'x@y' } };
    const sha = await git.commitAll(repository, directory, commitOfText);
    const [entry] = await git.log(repository, { base: first, tip: sha, limit: 1 });
    assert.equal(entry?.subject, text);
    assert.equal(await git.fileAt(repository, sha, name), text);
    const archive = await git.archive(repository, directory, `a${index}`);
    await git.removeWorktree(repository, directory, archive);
  }
  assert.equal(existsSync(mark), false);
});
