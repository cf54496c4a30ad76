import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import { openLocal } from './clone.ts';
import { checkConfiguration } from './configuration.ts';
import type { Core } from './core.ts';
import { entriesOf } from './folders.ts';
import { asBranch, asDirectory, asTreePath, identityVariables } from './names.ts';
import type { Identity } from './names.ts';
import { plain } from './plain.ts';

export type NewRepository = {
  /** Absolute; must not exist, or be an empty folder. */
  readonly directory: string;
  readonly branch: string;
  /** Path in the repository → content. */
  readonly files: Readonly<Record<string, string>>;
  readonly message: string;
  readonly identity: Identity;
};

/** A new repository with one commit, checked out. Refused with `taken` where the folder is occupied. */
export async function newRepository(core: Core, wanted: NewRepository): Promise<void> {
  const directory = asDirectory(wanted.directory);
  if (((await entriesOf(directory)) ?? []).length > 0) {
    throw new Refusal('taken', `The folder ${plain(directory, 200)} is not empty.`, { field: 'directory' });
  }
  for (const [path, content] of Object.entries(wanted.files)) {
    const file = join(directory, asTreePath(path));
    await fs.mkdir(dirname(file), { recursive: true });
    await fs.writeFile(file, content);
  }
  const environment = identityVariables(wanted.identity);
  const run = (...args: readonly string[]) => core.execute({ directory, arguments: args, environment });
  await run('init', '--quiet', `--initial-branch=${asBranch(wanted.branch)}`);
  await run('add', '--all');
  await run('commit', '--quiet', '--no-gpg-sign', `--message=${wanted.message}`);
}

/** A bare copy of a local repository, to be cloned from and pushed to. Refused: `taken` where the folder is occupied, `unapproved`. */
export async function bareCopy(core: Core, from: string, directory: string): Promise<void> {
  if (((await entriesOf(asDirectory(directory))) ?? []).length > 0) {
    throw new Refusal('taken', `The folder ${plain(directory, 200)} is not empty.`, { field: 'directory' });
  }
  const { gitDirectory } = await openLocal(core, from);
  await checkConfiguration(core, { gitDirectory, repository: { kind: 'path', path: from } });
  await core.execute({
    directory: gitDirectory,
    arguments: ['clone', '--quiet', '--bare', '--no-local', '--end-of-options', '.', directory],
  });
}
