import { promises as fs } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf } from '../domain/fault.ts';
import { Refusal } from '../domain/refusal.ts';
import { shellWord } from '../domain/text.ts';
import type { Core, Repository } from './core.ts';
import { plain } from './plain.ts';
import { inRepository, type Run } from './repository.ts';

/**
 * Submodules have repositories of their own, which no archive holds. Those with nothing of their own, no change and no commit that
 * their remotes do not have, may go; refused with `uncommitted` for others.
 */
export async function refuseModules(core: Core, directory: string, gitDirectory: string): Promise<void> {
  for (const module of await modulesBelow(join(gitDirectory, 'modules'))) {
    const own = await ownWork(core, module).catch((error: unknown) => ({
      where: module,
      why: `it could not be looked at: ${messageOf(error)}`,
    }));
    if (own === undefined) continue;
    throw new Refusal(
      'uncommitted',
      `${plain(directory, 200)} has a submodule, in ${plain(own.where, 200)}, which only it has: ${own.why}.`,
      {
        next: `Commit and push it there, or give it up: rm -r ${shellWord(module)}`,
        facts: { path: directory, module },
      },
    );
  }
}

/** The git directories of submodules, and of theirs; a name may be a path. */
async function modulesBelow(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) {
      // Of nothing that is known.
      found.push(path);
      continue;
    }
    const isModule = await fs.stat(join(path, 'HEAD')).then(
      () => true,
      () => false,
    );
    if (isModule) found.push(path, ...(await modulesBelow(join(path, 'modules'))));
    else found.push(...(await modulesBelow(path)));
  }
  return found;
}

interface Own {
  readonly where: string;
  readonly why: string;
}

async function ownWork(core: Core, module: string): Promise<Own | undefined> {
  const repository: Repository = { gitDirectory: module, repository: { kind: 'path', path: module } };
  const git = await inRepository(core, repository);
  const files = await workingFolderOf(git, module);
  const where = files ?? module;
  const stash = await git(['rev-parse', '--verify', '--quiet', 'refs/stash'], { accepts: [0, 1] });
  if (stash.code === 0) return { where, why: 'a stash' };
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD'], { accepts: [0, 1] });
  const tips = [...(head.code === 0 ? ['HEAD'] : []), '--branches', '--tags'];
  const { stdout } = await git(['rev-list', '--count', ...tips, '--not', '--remotes', '--']);
  const commits = Number(stdout.trim());
  if (commits > 0) return { where, why: `${commits} commit${commits === 1 ? '' : 's'} not pushed` };
  if (files === undefined) return undefined;
  const changed = await git(['status', '--porcelain', '-z', '--untracked-files=all']);
  // What was taken away only, as by git submodule deinit, is all in its commits.
  const lines = changed.stdout.split('\0').filter((line) => line !== '' && !line.startsWith(' D '));
  return lines.length === 0 ? undefined : { where, why: `${lines.length} not committed` };
}

/** Undefined where it has none any more. */
async function workingFolderOf(git: Run, module: string): Promise<string | undefined> {
  const { stdout } = await git(['config', '--get', 'core.worktree'], { accepts: [0, 1] });
  const folder = resolve(module, stdout.trim());
  return stdout.trim() === '' ? undefined : await fs.realpath(folder).catch(() => undefined);
}
