import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addRuntime } from './rigs.ts';
import type { Terminal } from './terminal.ts';

/** What the runtime kept of its own run. */
export interface HookedRun {
  readonly prompt: string;
  /** What its hooks printed, in their order. */
  readonly said: readonly { readonly event: string; readonly code: number; readonly stdout: string }[];
  /** After its commit. */
  readonly status: string;
}

export const hookedForms = ['claude', 'codex', 'gemini', 'copilot'] as const;
export type HookedForm = (typeof hookedForms)[number];

/**
 * Adds a runtime that is told of its hooks as the real one is, and has a shell run them as it does: with what they want to know on
 * their input. Between them it does its work, and stops once before it is done.
 */
export async function addHookedRuntime(terminal: Terminal, form: HookedForm): Promise<void> {
  const folder = join(terminal.folder, 'runtimes');
  mkdirSync(folder, { recursive: true });
  const program = join(folder, form);
  writeFileSync(program, script(form, join(folder, `${form}.json`)), { mode: 0o755 });
  await addRuntime(terminal, {
    id: `as-${form}`,
    label: `As ${form}`,
    command: program,
    prompt: { kind: 'argument' },
    oneShot: [],
    lifecycleHooks: form,
    tools: { allow: ['Bash(gt:*)'] },
  });
}

export function hookedRun(terminal: Terminal, form: HookedForm): HookedRun {
  return JSON.parse(readFileSync(join(terminal.folder, 'runtimes', `${form}.json`), 'utf8')) as HookedRun;
}

const find: Readonly<Record<HookedForm, string>> = {
  claude: `const { hooks } = read(word('--settings'));
    const find = (name) => hooks[{ start: 'SessionStart', prompt: 'UserPromptSubmit', stop: 'Stop', end: 'SessionEnd' }[name]][0].hooks[0].command;`,
  gemini: `const { hooks } = read('.gemini/settings.json');
    const find = (name) => hooks[{ start: 'SessionStart', prompt: 'BeforeAgent', stop: 'AfterAgent', end: 'SessionEnd' }[name]][0].hooks[0].command;`,
  copilot: `const folder = word('--plugin-dir');
    const { hooks } = read(folder + '/' + read(folder + '/plugin.json').hooks);
    const find = (name) => hooks[{ start: 'sessionStart', prompt: 'userPromptSubmitted', stop: 'agentStop', end: 'sessionEnd' }[name]][0].bash;`,
  codex: `const find = (name) => {
      const key = { start: 'SessionStart', prompt: 'UserPromptSubmit', stop: 'Stop' }[name];
      const setting = words.find((each) => each.startsWith('hooks.' + key + '='));
      return setting && JSON.parse(setting.slice(setting.indexOf('command=') + 8, setting.lastIndexOf(',timeout=')));
    };`,
};

function script(form: HookedForm, record: string): string {
  return `#!/usr/bin/env node
const { execFileSync, spawnSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const words = process.argv.slice(2);
const word = (flag) => words[words.indexOf(flag) + 1];
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
${find[form]}
const said = [];
function hook(name, more) {
  const command = find(name);
  if (!command) return '';
  const input = JSON.stringify({ session_id: 'own-${form}', hook_event_name: 'Event', ...more });
  const ran = spawnSync('/bin/sh', ['-c', command], { input, encoding: 'utf8' });
  said.push({ event: name, code: ran.status, stdout: ran.stdout });
  return ran.stdout;
}
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' });
hook('start', { source: 'startup' });
hook('prompt');
writeFileSync('work-${form}.txt', 'work\\n');
git('add', '--all');
git('commit', '--quiet', '-m', 'work');
const status = git('status', '--porcelain', '--untracked-files=all');
hook('stop');
const done = spawnSync('gt', ['done'], { encoding: 'utf8' });
said.push({ event: 'done', code: done.status, stdout: done.stdout + done.stderr });
hook('stop', { stop_hook_active: true });
hook('end');
writeFileSync(${JSON.stringify(record)}, JSON.stringify({ prompt: words.at(-1), said, status }));
`;
}
