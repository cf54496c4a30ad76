import type { RepositorySource } from '../domain/rig.ts';
import { Refusal } from '../domain/refusal.ts';
import { plain } from './plain.ts';

const next =
  'Give an https:// or ssh:// URL, git@host:path, file:///path, or the path of a local repository.';

/**
 * What a person gave as a repository: a URL (https, ssh, `user@host:path`, `file:`) or a local path, which the caller resolves.
 * Nothing is looked up. Refused with `invalid`: other schemes, `ext::` and its kin, option-like text, passwords in the URL.
 */
export function inspectSource(text: string): RepositorySource {
  const fault = (sentence: string): Refusal =>
    new Refusal('invalid', sentence, { field: 'repository', next });
  const shown = plain(text, 120);
  if (text.trim() === '') throw fault('A repository is missing.');
  if (text.length > 2_000 || /[\p{Cc}\p{Cf}]/u.test(text)) {
    throw fault(`"${shown}" has control characters or is too long for a repository.`);
  }
  if (text.startsWith('-')) throw fault(`"${shown}" looks like an option, not like a repository.`);
  if (/^[A-Za-z0-9+.-]+::/.test(text))
    throw fault(`"${shown}" would start a program to fetch with; that is not allowed.`);
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return { kind: 'url', url: checkedUrl(text, scheme, fault) };
  if (isScpLike(text)) return { kind: 'url', url: checkedScp(text, fault) };
  return { kind: 'path', path: text };
}

function checkedUrl(text: string, scheme: string, fault: (sentence: string) => Refusal): string {
  const shown = plain(text, 120);
  if (!['https', 'ssh', 'file'].includes(scheme))
    throw fault(`Repositories are not fetched over ${scheme}://.`);
  if (!URL.canParse(text) || /\s/u.test(text)) throw fault(`"${shown}" is not a URL that can be read.`);
  const url = new URL(text);
  if (url.password !== '') {
    throw fault('The URL carries a password; keep it in a credential helper and leave it out of the URL.');
  }
  const local = url.host === '' || url.host === 'localhost';
  if (scheme === 'file' && !local) throw fault(`"${shown}" names a host; file URLs start with file:///.`);
  if (scheme !== 'file' && !hasUsableHost(url, text)) throw fault(`"${shown}" has no usable host.`);
  return text;
}

/** A host or user that starts with a dash would be an option of ssh. */
function hasUsableHost(url: URL, text: string): boolean {
  // URL reads https:///a as https://a; git does not.
  if (/^[a-z]+:\/\/\//i.test(text)) return false;
  return url.hostname !== '' && !/^(-|%2d)/i.test(url.hostname) && !/^(-|%2d)/i.test(url.username);
}

/** As git reads it: a colon before any slash; one letter before it is a drive in Windows. */
function isScpLike(text: string): boolean {
  const colon = text.indexOf(':');
  return colon > 1 && !text.slice(0, colon).includes('/') && !text.slice(0, colon).includes('\\');
}

function checkedScp(text: string, fault: (sentence: string) => Refusal): string {
  const fits = /^([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9._-]*:[^\s:-][^\s]*$/u.test(text);
  if (fits) return text;
  throw fault(`"${plain(text, 120)}" is neither git@host:path nor a path.`);
}
