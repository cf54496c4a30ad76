/** Keys with a fixed name whose value is a program, or decides which ones run (git-config(1) of 2.34 to 2.52). */
const exact: ReadonlySet<string> = new Set([
  'core.askpass',
  'core.alternaterefscommand',
  'core.editor',
  'core.gitproxy',
  'core.hookspath',
  'core.pager',
  'core.sshcommand',
  'credential.helper',
  'diff.external',
  'diff.tool',
  'diff.guitool',
  'gc.recentobjectshook',
  'gpg.program',
  'http.curloptresolve',
  'http.proxy',
  'imap.tunnel',
  'include.path',
  'init.templatedir',
  'instaweb.browser',
  'instaweb.httpd',
  'interactive.difffilter',
  'merge.tool',
  'merge.guitool',
  'protocol.allow',
  'receivepack.packobjectshook',
  'sendemail.sendmailcmd',
  'sendemail.smtpserver',
  'sendemail.tocmd',
  'sendemail.cccmd',
  'sendemail.headercmd',
  'sequence.editor',
  'uploadpack.packobjectshook',
  'web.browser',
]);

/** Keys with a free name in the middle: section, and the last parts that count. */
const named: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['browser', new Set(['cmd', 'path'])],
  ['credential', new Set(['helper'])],
  ['diff', new Set(['command', 'textconv'])],
  ['difftool', new Set(['cmd', 'path'])],
  ['filter', new Set(['clean', 'smudge', 'process'])],
  ['gpg', new Set(['program', 'defaultkeycommand'])],
  ['guitool', new Set(['cmd'])],
  ['hook', new Set(['command'])],
  ['http', new Set(['proxy', 'curloptresolve'])],
  ['includeif', new Set(['path'])],
  ['man', new Set(['cmd', 'path'])],
  ['merge', new Set(['driver'])],
  ['mergetool', new Set(['cmd', 'path'])],
  ['protocol', new Set(['allow'])],
  ['remote', new Set(['uploadpack', 'receivepack', 'vcs', 'proxy'])],
  ['sendemail', new Set(['sendmailcmd', 'smtpserver', 'tocmd', 'cccmd', 'headercmd'])],
  ['tar', new Set(['command'])],
  ['trailer', new Set(['cmd', 'command'])],
  // Not a program, but where a push goes, and what a landing is proven against.
  ['url', new Set(['insteadof', 'pushinsteadof'])],
]);

/** Whether a key, as git prints it (section and last part in lower case), names a program with this value, or sends git elsewhere. */
export function namesProgram(key: string, value: string): boolean {
  const first = key.indexOf('.');
  const last = key.lastIndexOf('.');
  const section = key.slice(0, first).toLowerCase();
  const name = key.slice(last + 1).toLowerCase();
  if (exact.has(key.toLowerCase())) return true;
  if (last > first && named.get(section)?.has(name) === true) return true;
  const rule = byValue.get(section);
  return rule !== undefined && rule({ name, middle: key.slice(first + 1, Math.max(first + 1, last)), value });
}

type Parts = { readonly name: string; readonly middle: string; readonly value: string };

/** Sections where it depends on the value, or on the free part of the key. */
const byValue: ReadonlyMap<string, (parts: Parts) => boolean> = new Map([
  // A boolean only chooses git's own monitor.
  ['core', ({ name, value }: Parts) => name === 'fsmonitor' && !isBoolean(value)],
  ['alias', ({ value }: Parts) => value.trimStart().startsWith('!')],
  ['pager', ({ value }: Parts) => !isBoolean(value)],
  ['submodule', ({ name, value }: Parts) => name === 'update' && value.startsWith('!')],
  ['remote', ({ name, value }: Parts) => isAddress(name) && (isHelper(value) || value.startsWith('-'))],
]);

function isAddress(name: string): boolean {
  return name === 'url' || name === 'pushurl';
}

/** `ext::`, and every other `NAME::` that starts git-remote-NAME. */
function isHelper(address: string): boolean {
  return /^[A-Za-z0-9+.-]+::/.test(address);
}

function isBoolean(value: string): boolean {
  return /^(true|false|yes|no|on|off|[0-9]*)$/i.test(value);
}
