import { promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import type { Core } from './core.ts';
import { networkVariables, refspec } from './network.ts';
import { asDirectory, isBranch } from './names.ts';
import { plain } from './plain.ts';
import { inspectSource } from './source.ts';

export type Clone = {
  /** Real path of the bare repository. */
  readonly gitDirectory: string;
};

export type LocalRepository = {
  /** Real path of the common git directory. */
  readonly gitDirectory: string;
  readonly bare: boolean;
};

/**
 * A full bare clone whose branches live under `refs/remotes/origin/`, so that a pruning fetch can never touch a polecat's branch; never a
 * mirror, no submodules. Refused, with nothing left behind: `taken` where the folder exists and is not empty, `git` without access, `git`
 * for a repository without commits, `invalid` for what inspectSource refuses.
 */
export async function cloneBare(core: Core, url: string, directory: string): Promise<Clone> {
  const source = inspectSource(url);
  if (source.kind !== 'url')
    throw new Refusal('invalid', `"${plain(url, 120)}" is not a URL.`, { field: 'repository' });
  await refuseOccupied(asDirectory(directory));
  const head = await remoteHead(core, source.url);
  const made = await fs.mkdir(dirname(directory), { recursive: true });
  try {
    await fill(core, { url: source.url, directory, head });
    return { gitDirectory: await fs.realpath(directory) };
  } catch (error) {
    await fs.rm(directory, { recursive: true, force: true });
    if (made !== undefined) await fs.rm(made, { recursive: true, force: true });
    throw error;
  }
}

/**
 * The repository that a local path lies in, as git finds it. Nothing of it is executed, so its configuration may be unapproved.
 * Refused: `not-found` for a path that is none, `git` for a folder without repository and for one without commits.
 */
export async function openLocal(core: Core, path: string): Promise<LocalRepository> {
  const top = await fs.realpath(asDirectory(path)).catch(() => undefined);
  const stat = top === undefined ? undefined : await fs.stat(top);
  if (top === undefined || stat?.isDirectory() !== true) {
    throw new Refusal('not-found', `There is no folder ${plain(path, 200)}.`, {
      field: 'repository',
      facts: { path },
    });
  }
  const gitDirectory = await findCommonDirectory(core, top);
  const at = (args: readonly string[]) => core.execute({ directory: gitDirectory, arguments: args });
  const bare =
    (await at(['config', '--type=bool', '--default=false', '--get', 'core.bare'])).stdout.trim() === 'true';
  // Names only: reading an object could make a partial clone fetch it, with programs of its configuration.
  const refs = await at(['for-each-ref', '--count=1', '--format=%(refname)', 'refs/heads/', 'refs/remotes/']);
  if (refs.stdout.trim() !== '') return { gitDirectory, bare };
  throw emptyRepository(path);
}

async function findCommonDirectory(core: Core, top: string): Promise<string> {
  const found = await core.execute({
    directory: top,
    arguments: ['rev-parse', '--path-format=absolute', '--git-common-dir'],
    accepts: [0, 128],
    upwards: true,
  });
  if (found.code === 0) return fs.realpath(found.stdout.trimEnd());
  throw new Refusal(
    'git',
    `${plain(top, 200)} is not in a git repository that can be read: ${plain(found.stderr)}`,
    {
      field: 'repository',
      next: 'Give the folder of a git repository, or run `git init` and commit there first.',
    },
  );
}

async function refuseOccupied(directory: string): Promise<void> {
  const entries = await fs.readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return ['a file'];
    throw error;
  });
  if (entries.length === 0) return;
  throw new Refusal('taken', `There is something at ${plain(directory, 200)} already.`, {
    next: 'Choose another name, or move it away.',
    facts: { path: directory },
  });
}

/** The branch the remote's HEAD names, if any, and that there is one at all; asked before anything is written. */
async function remoteHead(core: Core, url: string): Promise<string | undefined> {
  const listing = await core.execute({
    directory: core.emptyHooksDirectory,
    arguments: ['ls-remote', '--symref', '--end-of-options', url, 'HEAD', 'refs/heads/*'],
    environment: networkVariables(undefined),
    network: true,
    accepts: [0, 128],
  });
  if (listing.code !== 0) {
    throw new Refusal('git', `Cannot read ${plain(url, 200)}: ${plain(listing.stderr)}`, {
      field: 'repository',
      next: 'Check the address, and that `git ls-remote` with it works in a terminal without asking for a password.',
    });
  }
  if (!/\trefs\/heads\//.test(listing.stdout)) throw emptyRepository(url);
  const named = /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(listing.stdout)?.[1];
  return named !== undefined && listing.stdout.includes(`\trefs/heads/${named}\n`) ? named : undefined;
}

type Filling = { readonly url: string; readonly directory: string; readonly head: string | undefined };

async function fill(core: Core, { url, directory, head }: Filling): Promise<void> {
  await core.execute({
    directory: core.emptyHooksDirectory,
    arguments: ['init', '--bare', '--quiet', '--initial-branch=main', '--end-of-options', directory],
  });
  const at = (args: readonly string[], network = false) =>
    core.execute({
      directory,
      arguments: args,
      network,
      ...(network ? { environment: networkVariables(undefined) } : {}),
    });
  await at(['remote', 'add', '--end-of-options', 'origin', url]);
  await at(['fetch', '--progress', '--no-write-fetch-head', 'origin', refspec], true);
  if (head === undefined || !isBranch(head)) return;
  await at(['symbolic-ref', 'refs/remotes/origin/HEAD', `refs/remotes/origin/${head}`]);
}

function emptyRepository(what: string): Refusal {
  return new Refusal('git', `${plain(what, 200)} has no commits yet.`, {
    field: 'repository',
    next: 'Commit something there first; work needs a commit to start from.',
  });
}
