import { isAbsolute } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { plain } from './plain.ts';

const shaPattern = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
/** Narrower than git, which takes `$(id)`, quotes and U+3000: names end up in terminals and prompts. */
const branchPattern = /^[A-Za-z0-9._/@#+-]+$/;
const reservedInWindows = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i;

/** Refused with `invalid`: whatever is not a full object name. */
export function asSha(text: string): Sha {
  if (shaPattern.test(text)) return text as Sha;
  throw new Refusal('invalid', `"${plain(text, 80)}" is not a full commit name.`, {
    field: 'sha',
    next: 'Give all 40 hexadecimal digits.',
  });
}

/** The branch without `refs/heads/`, as it came. Refused with `invalid`: names that git, Windows or a terminal would trip over. */
export function asBranch(text: string): string {
  const fault = branchFault(text);
  if (fault === undefined) return text;
  throw new Refusal('invalid', `"${plain(text, 80)}" cannot be a branch here: ${fault}.`, {
    field: 'branch',
    next: 'Use letters, digits and . _ / @ # + - and start with a letter or digit.',
  });
}

export function isBranch(text: string): boolean {
  return branchFault(text) === undefined;
}

/** A full ref (`refs/…`), a full object name or `HEAD`. Refused with `invalid`: everything else. */
export function asRef(text: string): string {
  if (text === 'HEAD' || shaPattern.test(text)) return text;
  if (text.startsWith('refs/') && isBranch(text)) return text;
  throw new Refusal('invalid', `"${plain(text, 80)}" is not a full ref or commit name.`, { field: 'ref' });
}

/** Refused with `invalid`: URLs and whatever else is not the plain name of a remote. */
export function asRemote(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw new Refusal('invalid', `"${plain(text, 80)}" is not the name of a remote.`, { field: 'remote' });
}

/** Refused with `invalid`: relative paths and control characters. */
export function asDirectory(path: string): string {
  if (isAbsolute(path) && !/\p{Cc}/u.test(path)) return path;
  throw new Refusal('invalid', `"${plain(path, 200)}" is not an absolute path without control characters.`, {
    field: 'directory',
  });
}

/** A path inside a repository, with `/`. Refused with `invalid`: absolute paths and steps upwards. */
export function asTreePath(path: string): string {
  const parts = path.split('/');
  const fits = !path.includes('\0') && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  if (fits) return path;
  throw new Refusal('invalid', `"${plain(path, 200)}" is not a path inside the repository.`, {
    field: 'path',
  });
}

export type Identity = { readonly name: string; readonly email: string };

/** The variables by which git takes an author and committer. Refused with `invalid`: empty ones and characters git would drop. */
export function identityVariables(identity: Identity): Record<string, string> {
  const { name, email } = identity;
  for (const [field, text] of [
    ['name', name],
    ['email', email],
  ] as const) {
    if (text.trim() !== '' && !/[<>\p{Cc}]/u.test(text)) continue;
    throw new Refusal('invalid', `"${plain(text, 80)}" cannot be the ${field} of an author.`, { field });
  }
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

/** The rules of `git check-ref-format`, and ours. */
function branchFault(text: string): string | undefined {
  if (text === '' || text.length > 200) return 'it must have 1 to 200 characters';
  if (!branchPattern.test(text)) return 'it has characters other than letters, digits and . _ / @ # + -';
  if (/^[-/.@#+]/.test(text)) return 'it must start with a letter or digit';
  if (/[/.]$/.test(text) || /\.\.|\/\/|@\{/.test(text))
    return 'it ends in / or . or has two of them in a row';
  const parts = text.split('/');
  if (parts.some((part) => part.startsWith('.') || part.endsWith('.') || part.endsWith('.lock'))) {
    return 'a part starts or ends with a dot, or ends in .lock';
  }
  if (parts.some((part) => reservedInWindows.test(part))) return 'a part is a device name in Windows';
  return text === 'HEAD' ? 'HEAD is git’s own' : undefined;
}
