import type { Sha } from '../domain/ids.ts';
import type { Core, Repository } from './core.ts';
import { changedFiles } from './history.ts';
import { asSha } from './names.ts';
import { inRepository } from './repository.ts';
import type { Run } from './repository.ts';

/** How far back on the target somebody else's copy of the work is looked for. */
const mostCommits = 500;

/** More files than one command line takes are not looked for. */
const mostFiles = 200;

/**
 * The commit of the target with which the work of `tip` was complete there, though under other names: each of its commits, or all of them
 * squashed into one, has a copy among those that the target got since the two parted. Undefined: it has not.
 */
export async function landedByPatch(
  core: Core,
  repository: Repository,
  work: { readonly tip: Sha; readonly target: Sha },
): Promise<Sha | undefined> {
  const tip = asSha(work.tip);
  const target = asSha(work.target);
  const git = await inRepository(core, repository);
  const found = await git(['merge-base', '--end-of-options', target, tip], { accepts: [0, 1] });
  const fork = found.stdout.trim();
  if (found.code !== 0 || fork === target || fork === tip) return undefined;
  const files = (await changedFiles(core, repository, asSha(fork), tip)).map(({ path }) => path);
  if (files.length === 0 || files.length > mostFiles) return undefined;
  const theirs = await patchesOf(git, `${fork}..${target}`, files);
  if (theirs.length === 0) return undefined;
  const whole = await git(['diff-tree', '-p', ...plainDiff, '--end-of-options', fork, tip]);
  const squashed = (await patchIds(git, `commit ${tip}\n${whole.stdout}`))[0];
  const own = await patchesOf(git, `${fork}..${tip}`, []);
  return (
    newestOf(
      theirs,
      own.map(({ patch }) => patch),
    ) ??
    (squashed && newestOf(theirs, [squashed.patch]))
  );
}

type Patch = { readonly patch: string; readonly commit: Sha };

const plainDiff = ['--no-ext-diff', '--no-textconv', '--no-color', '--full-index'];

/** Newest first; merges have no patch of their own. */
async function patchesOf(git: Run, range: string, files: readonly string[]): Promise<readonly Patch[]> {
  const options = ['-p', '--no-merges', '--full-diff', '--format=commit %H', `--max-count=${mostCommits}`];
  const paths = files.length === 0 ? [] : ['--', ...files];
  const { stdout } = await git(['log', ...options, ...plainDiff, '--end-of-options', range, ...paths]);
  return await patchIds(git, stdout);
}

async function patchIds(git: Run, text: string): Promise<readonly Patch[]> {
  const { stdout } = await git(['patch-id', '--stable'], { input: text });
  return stdout.split('\n').flatMap((line) => {
    const [, patch, commit] = /^([0-9a-f]+) ([0-9a-f]+)$/.exec(line) ?? [];
    return patch === undefined || commit === undefined ? [] : [{ patch, commit: asSha(commit) }];
  });
}

/** The newest of the copies, where there is one of each. */
function newestOf(theirs: readonly Patch[], wanted: readonly string[]): Sha | undefined {
  const copies = new Set(wanted);
  const matching = theirs.filter(({ patch }) => copies.has(patch));
  const complete = copies.size > 0 && new Set(matching.map(({ patch }) => patch)).size === copies.size;
  return complete ? matching[0]?.commit : undefined;
}
