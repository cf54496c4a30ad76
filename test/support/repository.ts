import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Sha } from '../../server/domain/ids.ts';

/** Only what git needs, so that neither the user's configuration nor the tests' own surroundings count. */
const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ann Author',
  GIT_AUTHOR_EMAIL: 'ann@example.org',
  GIT_COMMITTER_NAME: 'Carl Committer',
  GIT_COMMITTER_EMAIL: 'carl@example.org',
};

/** Files by path; `undefined` deletes one. */
export type Files = Readonly<Record<string, string | undefined>>;

/** Plain git, as a user would run it in `directory`; fails with what git said. */
export function git(directory: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

/** A temp folder (real path) that goes when the test is over: `const folder = tempFolder(t)`. */
export function tempFolder(context: { after: (work: () => void) => void }): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
  context.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** A repository with one commit of `files` on `branch`, checked out; returns that commit. */
export function createRepository(
  directory: string,
  { files = { 'README.md': 'Hello\n' }, branch = 'main' }: { files?: Files; branch?: string } = {},
): Sha {
  mkdirSync(directory, { recursive: true });
  git(directory, 'init', '--quiet', `--initial-branch=${branch}`);
  return commit(directory, files, 'First');
}

/** Writes the files, commits everything there and returns the commit. */
export function commit(directory: string, files: Files, message = 'Change'): Sha {
  write(directory, files);
  git(directory, 'add', '--all');
  git(directory, 'commit', '--quiet', '--allow-empty', '-m', message);
  return tip(directory);
}

export function write(directory: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(directory, path);
    if (text === undefined) {
      rmSync(file);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** The commit a ref stands for. */
export function tip(directory: string, ref = 'HEAD'): Sha {
  return git(directory, 'rev-parse', '--verify', `${ref}^{commit}`) as Sha;
}

/** A bare repository with all of `source`, and its `file://` URL: a remote to clone from and push to. */
export function bareRemote(source: string, directory: string): string {
  git(dirname(source), 'clone', '--quiet', '--bare', source, directory);
  return `file://${directory}`;
}
