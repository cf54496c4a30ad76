import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { LanguageClient } from '../e2e/languageClient.ts';
import { addRuntime } from '../e2e/rigs.ts';
import { openTerminal, type Scope, type Terminal } from '../e2e/terminal.ts';
import { bareRemote, createRepository, git } from '../support/repository.ts';
import { type Disk, openDisk } from './disk.ts';
import type { ChaosOptions } from './options.ts';

/** A rig, and what a person has of its repository. */
export interface RigPlace {
  readonly name: string;
  /** Where the polecats' branches are. */
  readonly gitDirectory: string;
  /** Where it must have come to, to be landed: the person's own repository, or the remote. */
  readonly home: string;
  /** A person's own checkout of the target. */
  readonly checkout: string;
  /** The remote, where there is one. */
  readonly remote?: string;
}

/** What everything happens in. */
export interface Place {
  readonly terminal: Terminal;
  readonly disk: Disk;
  readonly rigs: readonly RigPlace[];
  readonly scope: Scope;
}

export const limitedRuntime = 'sim-limited';

/** A simulated agent that lives long enough to be hit. */
const runtime = {
  id: 'sim-at-work',
  label: 'At work',
  extends: 'sim',
  arguments: ['sim', '--pace', '200'],
  oneShot: ['sim', '--pace', '200'],
};

const files = {
  'README.md': 'Hello\n\nWhat this is about.\n',
  'src/main.ts': 'export const main = 1;\n',
};

/** One that comes to the end of its quota where its bead says `sim:crash`. */
const limited = {
  ...runtime,
  id: limitedRuntime,
  label: 'Limited',
  failures: [{ verdict: 'quota', text: 'out of memory', advice: 'Its plan is used up until its reset.' }],
};

/** A town on a small disk, with a rig over a person's repository, which lands by itself, and one over a remote, which a person lands. */
export async function openPlace(scope: Scope, { polecats, disk: wish }: ChaosOptions): Promise<Place> {
  const terminal = openTerminal(scope, 'disk/town');
  const disk = openDisk(terminal.folder, join(terminal.folder, 'disk'), wish);
  scope.after(() => disk.end());
  const source = join(terminal.folder, 'source');
  mkdirSync(source);
  await terminal.must('gt', 'install', terminal.town);
  await addRuntime(terminal, runtime);
  await addRuntime(terminal, limited);
  await terminal.must('gt', 'config', 'maxSessions', String(polecats));
  const orchard = join(source, 'orchard');
  createRepository(orchard, { files });
  createRepository(join(source, 'seed'), { files });
  const remote = join(source, 'meadow.git');
  const url = bareRemote(join(source, 'seed'), remote);
  const meadow = join(source, 'meadow');
  git(source, 'clone', '--quiet', url, meadow);
  for (const [name, repository] of [
    ['orchard', orchard],
    ['meadow', url],
  ] as const) {
    const create = ['rig', 'create', name, '--runtime', runtime.id, '--repo', repository];
    await terminal.must('gt', ...create);
    await terminal.must('gt', 'rig', 'config', name, 'session', 'process');
    await terminal.must('gt', 'rig', 'config', name, 'maxPolecats', String(polecats));
  }
  await terminal.must('gt', 'rig', 'config', 'orchard', 'merge', 'auto');
  const rigs = [
    { name: 'orchard', gitDirectory: join(orchard, '.git'), home: orchard, checkout: orchard },
    {
      name: 'meadow',
      gitDirectory: join(terminal.town, 'meadow', 'repository.git'),
      home: remote,
      checkout: meadow,
      remote,
    },
  ];
  return { terminal, disk, rigs, scope };
}

/** The window of an editor, as far as the town knows it. */
export async function openEditor({ terminal, scope }: Place): Promise<LanguageClient> {
  const { folder: cwd, environment } = terminal;
  const client = new LanguageClient(scope, { cwd, environment });
  client.child.on('error', () => undefined);
  await client.begin({ initializationOptions: { host: 'vscode', window: 'chaos', trusted: true } });
  return client;
}

/** Out of reach, until it is put back. */
export function moveRemote({ remote }: RigPlace, to: 'away' | 'back'): void {
  if (remote === undefined) return;
  const away = `${remote}.away`;
  if (to === 'away') renameSync(remote, away);
  else renameSync(away, remote);
}
