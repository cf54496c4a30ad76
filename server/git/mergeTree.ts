import { promises as fs } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Core, Repository } from './core.ts';
import { makeParents, removeTree } from './folders.ts';
import { headOf } from './head.ts';
import { asDirectory, asSha, identityVariables } from './names.ts';
import type { Run } from './repository.ts';
import { inRepository, inWorktree, worktreePlace } from './repository.ts';
import { copyIndex } from './snapshot.ts';
import { isAtLeast } from './version.ts';

/**
 * Where looking ahead writes what git wants to write: a folder that is thrown away. Repositories only lend their objects to it, so that
 * neither they nor any worktree, index or ref changes by a look.
 */
export type ScratchObjects = {
  readonly directory: string;
  /** Clones, whose objects the rig's repository does not have. */
  readonly clones: readonly string[];
};

/** What stands in a worktree now, its uncommitted changes of tracked files with it. */
export type Work = {
  readonly tip: Sha;
  /** Undefined where HEAD is detached. */
  readonly branch: string | undefined;
  readonly tree: string;
  /** The tip; or, while something is uncommitted, a commit on it that is only in the scratch objects. */
  readonly commit: Sha;
};

/** Refused with `missing-program` where git is older than 2.38, whose `merge-tree` writes trees. */
export async function openScratchObjects(core: Core, directory: string): Promise<void> {
  if (!(await isAtLeast(core, 38))) {
    throw new Refusal('missing-program', `The radar needs git 2.38; this is ${await core.version()}.`, {
      next: 'Install git 2.38 or newer; everything else works without.',
    });
  }
  await makeParents(asDirectory(directory));
  await removeTree(directory);
  await fs.mkdir(directory, { recursive: true, mode: 0o700 });
}

/** The names of those that lie in a folder. */
export async function listScratchObjects(_core: Core, folder: string): Promise<readonly string[]> {
  return await fs.readdir(asDirectory(folder)).catch(() => []);
}

/** With all that was written there; gone already is gone. */
export async function removeScratchObjects(_core: Core, directory: string): Promise<void> {
  await removeTree(asDirectory(directory));
}

/** Looks at a worktree through a copy of its index. Refused as headOf. */
export async function workOf(
  core: Core,
  repository: Repository,
  worktree: string,
  scratch: ScratchObjects,
): Promise<Work> {
  const { sha: tip, branch } = await headOf(core, repository, worktree);
  const { gitDirectory, common } = await worktreePlace(repository, worktree);
  const copy = join(asDirectory(scratch.directory), `${crypto.randomUUID()}.index`);
  const environment = objectVariables(scratch, [join(common, 'objects')]);
  const git = withVariables(await inWorktree(core, repository, worktree), {
    ...environment,
    GIT_INDEX_FILE: copy,
  });
  try {
    if (!(await copyIndex(join(gitDirectory, 'index'), copy))) await git(['read-tree', tip]);
    await git(['add', '--update', '--end-of-options', '.']);
    const tree = (await git(['write-tree'])).stdout.trim();
    const committed = (await git(['rev-parse', '--verify', `${tip}^{tree}`])).stdout.trim();
    if (tree === committed) return { tip, branch, tree, commit: tip };
    return { tip, branch, tree, commit: await commitTree(git, tree, tip) };
  } finally {
    await fs.rm(copy, { force: true });
    await fs.rm(`${copy}.lock`, { force: true });
  }
}

/** What stands on a commit, where no folder holds it any more. */
export async function workAt(core: Core, repository: Repository, tip: Sha): Promise<Work> {
  const git = await inRepository(core, repository);
  const { stdout } = await git(['rev-parse', '--verify', `${asSha(tip)}^{tree}`]);
  return { tip, branch: undefined, tree: stdout.trim(), commit: tip };
}

/** The files that would be in conflict if one were merged into the other; none: they merge by themselves. */
export async function mergeTree(
  core: Core,
  repository: Repository,
  sides: readonly [Sha, Sha],
  scratch: ScratchObjects,
): Promise<readonly string[]> {
  const git = await borrowing(core, repository, scratch);
  const options = ['--write-tree', '--name-only', '-z', '--no-messages', '--end-of-options'];
  const args = ['merge-tree', ...options, asSha(sides[0]), asSha(sides[1])];
  const { code, stdout } = await git(args, { accepts: [0, 1] });
  const [tree = '', ...files] = stdout.split('\0').filter(Boolean);
  // It says 1 for a conflict, and for what it could not even begin.
  if (!/^[0-9a-f]{40,64}$/.test(tree)) throw new Refusal('git', 'git merge-tree could not merge the two.');
  return code === 0 ? [] : [...new Set(files)];
}

/** The files that a side has changed since it left the target; undefined where git cannot say from where. */
export async function filesSince(
  core: Core,
  repository: Repository,
  { target, commit }: { readonly target: Sha; readonly commit: Sha },
  scratch: ScratchObjects,
): Promise<readonly string[] | undefined> {
  const git = await borrowing(core, repository, scratch);
  const options = ['-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', '--no-textconv'];
  const { code, stdout } = await git(
    ['diff-tree', ...options, '--merge-base', '--end-of-options', asSha(target), asSha(commit)],
    { accepts: [0, 128] },
  );
  return code === 0 ? stdout.split('\0').filter(Boolean) : undefined;
}

async function borrowing(core: Core, repository: Repository, scratch: ScratchObjects): Promise<Run> {
  const git = await inRepository(core, repository);
  const common = await fs.realpath(asDirectory(repository.gitDirectory));
  const clones = scratch.clones.map((clone) => join(asDirectory(clone), '.git', 'objects'));
  return withVariables(git, objectVariables(scratch, [join(common, 'objects'), ...clones]));
}

function withVariables(git: Run, variables: Readonly<Record<string, string>>): Run {
  return (args, options) =>
    git(args, { ...options, environment: { ...variables, ...options?.environment, GIT_NO_LAZY_FETCH: '1' } });
}

function objectVariables(
  { directory }: ScratchObjects,
  lenders: readonly string[],
): Readonly<Record<string, string>> {
  return {
    GIT_OBJECT_DIRECTORY: directory,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: lenders.map(quoted).join(delimiter),
  };
}

/** A path may hold what separates paths. */
function quoted(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

async function commitTree(git: Run, tree: string, parent: Sha): Promise<Sha> {
  const nobody = identityVariables({ name: 'radar', email: 'radar@gastown.invalid' });
  const { stdout } = await git(['commit-tree', '-p', parent, asSha(tree)], {
    input: 'Uncommitted work\n',
    environment: nobody,
  });
  return asSha(stdout.trim());
}
