import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the agent can do, each by a word; it does the words of its command line in their order, as an agent does: undeterred. */
export type AgentWord =
  | 'hook'
  | 'branch'
  | 'write'
  | 'commit'
  | 'commit-as-other'
  | 'update'
  | 'close'
  | 'done'
  | 'crash'
  | 'hang';

const script = `#!/usr/bin/env node
const { spawnSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const run = (command, args, environment = {}) => {
  const env = { ...process.env, ...environment };
  const { stdout, stderr, status } = spawnSync(command, args, { env, encoding: 'utf8' });
  console.log('$ ' + command + ' ' + args.join(' ') + ': ' + status + ' ' + stderr);
  return stdout;
};
let bead = { id: 'none', description: '' };
const other = { GIT_AUTHOR_NAME: 'Else', GIT_AUTHOR_EMAIL: 'else@example.org' };
const commit = (environment) => {
  run('git', ['add', '-A']);
  run('git', ['commit', '-q', '-m', 'work'], environment);
};
const words = {
  hook: () => ({ bead } = JSON.parse(run('gt', ['hook', '--json']))),
  branch: () => run('git', ['checkout', '-q', '-b', 'elsewhere']),
  write: () => writeFileSync('contract.txt', /this word: (\\w+)/.exec(bead.description)?.[1] ?? 'no word'),
  commit: () => commit(),
  'commit-as-other': () => commit(other),
  update: () => run('bd', ['update', bead.id, '--notes', 'kept']),
  close: () => run('bd', ['close', bead.id]),
  done: () => run('gt', ['done']),
  crash: () => process.exit(7),
  hang: () => setInterval(() => {}, 60_000),
};
for (const word of process.argv.slice(2)) words[word]?.();
`;

/** An agent of somebody's own: a program on the disk, and its preset as `gt runtime add` reads it. */
export function agentPreset(folder: string, id: string, words: readonly AgentWord[]): AgentPreset {
  const program = join(folder, 'agent');
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  return { id, label: id, command: program, arguments: words, oneShot: words, prompt: { kind: 'argument' } };
}

export type AgentPreset = Readonly<Record<string, unknown>> & { readonly id: string };
