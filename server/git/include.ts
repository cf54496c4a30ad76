import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Core, Repository } from './core.ts';
import { plain } from './plain.ts';
import { inWorktree } from './repository.ts';
import type { Run } from './repository.ts';
import { listWorktrees } from './worktreeList.ts';

export type Included = {
  readonly copied: number;
  /** What was left out, and why: a sentence for each reason. */
  readonly left: readonly string[];
};

const fileName = '.worktreeinclude';
const mostPatternBytes = 64 * 1024;
/** It is for settings and keys; what builds make is made again by the setup command. */
const mostFiles = 1000;
const mostBytes = 50_000_000;

const nothing: Included = { copied: 0, left: [] };

/**
 * Copies into a new workplace the files of the repository's own checkout that its `.worktreeinclude` matches: those that git ignores in
 * both, never over a file that is there, never through a link. Modes are kept.
 */
export async function copyIncluded(
  core: Core,
  repository: Repository,
  workplace: Repository,
  directory: string,
): Promise<Included> {
  const [checkout] = await listWorktrees(core, repository);
  if (checkout === undefined || checkout.bare || !checkout.exists) return nothing;
  const patterns = join(checkout.directory, fileName);
  const stat = await fs.lstat(patterns).catch(() => undefined);
  if (stat === undefined) return nothing;
  if (!stat.isFile() || stat.size > mostPatternBytes)
    return { copied: 0, left: [`${fileName} is no plain file of at most 64 kB, so nothing was copied.`] };
  const here = await inWorktree(core, repository, checkout.directory);
  const there = await inWorktree(core, workplace, directory);
  const { stdout } = await here(['ls-files', '-z', '--others', '--ignored', `--exclude-from=${patterns}`]);
  // What ends in a slash is another repository.
  const matched = stdout.split('\0').filter((path) => path !== '' && !path.endsWith('/'));
  const ignored = await ignoredOf(here, matched);
  const top = await fs.realpath(directory);
  const reached: string[] = [];
  for (const path of ignored) if (await hasPlainFolders(top, dirname(path))) reached.push(path);
  const wanted = await ignoredOf(there, reached);
  const copy = new Copy(checkout.directory, top);
  copy.leave('links of the workplace are in the way', without(ignored, reached));
  copy.leave('git does not ignore them in the new workplace', without(reached, wanted));
  for (const path of wanted) await copy.take(path);
  return copy.outcome();
}

async function ignoredOf(git: Run, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  // Each path is literal to it, but for a colon at its start, and it refuses to be told so.
  const input = paths.map((path) => `./${path}\0`).join('');
  const environment = { GIT_LITERAL_PATHSPECS: '0' };
  const { stdout } = await git(['check-ignore', '-z', '--stdin'], { input, environment, accepts: [0, 1] });
  return stdout.split('\0').flatMap((path) => (path === '' ? [] : [path.slice('./'.length)]));
}

function without(all: readonly string[], some: readonly string[]): string[] {
  const gone = new Set(some);
  return all.filter((each) => !gone.has(each));
}

class Copy {
  readonly #from: string;
  readonly #to: string;
  readonly #left = new Map<string, string[]>();
  #copied = 0;
  #bytes = 0;

  constructor(from: string, to: string) {
    this.#from = from;
    this.#to = to;
  }

  leave(why: string, paths: readonly string[]): void {
    if (paths.length > 0) this.#left.set(why, [...(this.#left.get(why) ?? []), ...paths]);
  }

  async take(path: string): Promise<void> {
    const why = await this.#tryToTake(path);
    if (why === undefined) this.#copied += 1;
    else this.leave(why, [path]);
  }

  outcome(): Included {
    const left = [...this.#left].map(([why, paths]) => {
      const shown = paths.slice(0, 3).map((path) => plain(path, 80));
      const more = paths.length > shown.length ? ` and ${paths.length - shown.length} more` : '';
      return `Not copied for ${fileName}, since ${why}: ${shown.join(', ')}${more}.`;
    });
    return { copied: this.#copied, left };
  }

  /** Gives why it is left out. */
  async #tryToTake(path: string): Promise<string | undefined> {
    const from = join(this.#from, path);
    const to = join(this.#to, path);
    const stat = await fs.lstat(from).catch(() => undefined);
    if (stat === undefined) return 'they have gone';
    if (!stat.isFile() || !(await isStraight(this.#from, dirname(from)))) return 'they are links';
    if (this.#copied >= mostFiles || this.#bytes + stat.size > mostBytes)
      return `all of them would be more than ${mostFiles} files or ${mostBytes / 1_000_000} MB`;
    await fs.mkdir(dirname(to), { recursive: true });
    if (!(await hasPlainFolders(this.#to, dirname(path)))) return 'links of the workplace are in the way';
    this.#bytes += stat.size;
    return await copyFile(from, to, stat.mode & 0o777);
  }
}

async function copyFile(from: string, to: string, mode: number): Promise<string | undefined> {
  const { O_RDONLY, O_NOFOLLOW } = fs.constants;
  // The constant is missing on Windows, and counts as 0.
  const file = await fs.open(from, O_RDONLY | O_NOFOLLOW).catch(() => undefined);
  if (file === undefined) return 'they cannot be read';
  try {
    await fs.writeFile(to, await file.readFile(), { flag: 'wx', mode });
    // The umask does not count: a script stays one that others may run.
    await fs.chmod(to, mode);
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return 'they are there already';
    throw error;
  } finally {
    await file.close();
  }
}

/** No folder between the two is a link. */
async function isStraight(top: string, folder: string): Promise<boolean> {
  const real = await fs.realpath(folder).catch(() => undefined);
  return real === folder && (folder === top || folder.startsWith(join(top, '/')));
}

/** Each folder on the way, as far as it is there, is one and no link: a tracked link must not lead the copy out of the workplace. */
async function hasPlainFolders(top: string, folder: string): Promise<boolean> {
  if (folder === '.') return true;
  if (!(await hasPlainFolders(top, dirname(folder)))) return false;
  const stat = await fs.lstat(join(top, folder)).catch(() => undefined);
  return stat === undefined || stat.isDirectory();
}
