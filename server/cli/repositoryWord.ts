import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * A repository as typed: a URL (`https://…`, `ssh://…`, `file://…`, `git@host:path`) goes on as it is, everything else is a path and
 * becomes absolute. What exists as a path is one, whatever it looks like.
 */
export function repositoryWord(
  word: string,
  from: { readonly directory: string; readonly environment: Readonly<Record<string, string | undefined>> },
): string {
  const path = resolve(
    from.directory,
    withHome(word, from.environment['HOME'] ?? from.environment['USERPROFILE']),
  );
  if (word !== '' && existsSync(path)) return path;
  return isUrl(word) ? word : path;
}

/** The shell leaves `~` alone in `--repo=~/x`. */
function withHome(word: string, home: string | undefined): string {
  return home !== undefined && (word === '~' || word.startsWith('~/')) ? join(home, word.slice(1)) : word;
}

/** With a scheme, or as ssh takes it: `host:path` without a slash before the colon. One letter before it is a drive. */
function isUrl(word: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//iu.test(word) || /^[^/\\:\s]{2,}:(?!\/\/)[^\s]/u.test(word);
}
