import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Git } from './git/git.ts';
import type { ConvoyBead, ConvoyView } from './protocol/convoy.ts';
import { followChanges } from './rpc/changes.ts';
import type { TownClient } from './rpc/client.ts';
import { withScratchTown } from './rpc/scratchTown.ts';

export interface DemoParts {
  /** A git whose hooks are those of that folder, which stays empty. */
  gitWith(emptyHooksDirectory: string): Git;
  /** Path of dist/server.cjs: the demonstration runs in a town server of its own. */
  readonly serverProgram: string;
  readonly version: string;
  createTown(path: string): Promise<unknown>;
  emit(event: DemoEvent): void;
}

export type DemoEvent =
  | { readonly event: 'step'; readonly text: string }
  | ({ readonly event: 'row' } & DemoRow)
  | {
      readonly event: 'result';
      readonly convoy: string;
      readonly landed: boolean;
      readonly beads: readonly DemoRow[];
      readonly town?: string;
    };

interface DemoRow {
  readonly id: string;
  readonly rig: string;
  readonly runtime: string;
  /** Of the commit on the target branch; empty until there is one. */
  readonly commit: string;
  readonly state: string;
}

/** Three simulated agents need some five seconds; whatever has not landed after this long will not. */
const deadlineMs = 60_000;

export interface DemoOptions {
  readonly keep: boolean;
  /** Whoever watches has left, or does not want to see more. */
  readonly stop: AbortSignal;
}

/**
 * The whole loop in a throw-away town: three rigs over small real repositories, three runtimes, one convoy, landed. True where every
 * bead was verified on its target branch. Without `keep` everything is removed again, also after a failure and after `stop`, whose
 * reason it then throws.
 */
export async function runDemo(parts: DemoParts, { keep, stop }: DemoOptions): Promise<boolean> {
  const { serverProgram, version } = parts;
  const createTown = (path: string): Promise<unknown> => parts.createTown(path);
  return await withScratchTown(
    { name: 'demo', serverProgram, version, createTown, keep, stop },
    async ({ folder, town, client }) => {
      step(parts, 'A town, empty.');
      const git = parts.gitWith(join(folder, 'empty'));
      for (const rig of demoRigs) await addRig(parts, client, { git, rig, folder });
      const convoy = await plan(parts, client);
      const landed = await work(parts, client, convoy);
      parts.emit(result(landed, keep ? town : undefined));
      return (
        landed.closed === landed.total &&
        landed.beads.every((bead) => bead.mergeRequest?.state === 'verified')
      );
    },
  );
}

function step(parts: DemoParts, text: string): void {
  parts.emit({ event: 'step', text });
}

async function addRig(
  parts: DemoParts,
  client: TownClient,
  { git, rig, folder }: { readonly git: Git; readonly rig: DemoRig; readonly folder: string },
): Promise<void> {
  const repository = await makeRepository(git, rig, folder);
  await client.request('runtime/add', { preset: rig.runtime });
  await client.request('rig/create', { name: rig.name, repository, runtime: rig.runtime.id });
  await client.request('rig/configure', { rig: rig.name, key: 'merge', words: ['auto'] });
  step(parts, `Rig ${rig.name}: ${rig.about}, worked by ${rig.runtime.label}.`);
}

/** What `gt rig create --repo` gets: the path of a repository, or the URL of a bare one. */
async function makeRepository(git: Git, rig: DemoRig, folder: string): Promise<string> {
  const repositories = join(folder, 'repositories');
  mkdirSync(repositories, { recursive: true });
  const directory = join(repositories, rig.name);
  const identity = { name: 'Demo', email: 'demo@gastown.invalid' };
  await git.newRepository({ directory, branch: 'main', files: rig.files, message: 'Begin', identity });
  if (rig.kind === 'path') return directory;
  const bare = `${directory}.git`;
  await git.bareCopy(directory, bare);
  return `file://${bare}`;
}

async function plan(parts: DemoParts, client: TownClient): Promise<ConvoyView> {
  const ids: string[] = [];
  for (const rig of demoRigs) {
    const { bead } = await client.request('bead/create', { rig: rig.name, title: rig.title, type: 'task' });
    ids.push(bead.id);
    step(parts, `Bead ${bead.id}: ${bead.title}`);
  }
  const convoy = await client.request('convoy/create', { title: 'Auth System Overhaul', beads: ids });
  step(parts, `Convoy ${convoy.convoy.id}: ${convoy.convoy.title}, ${convoy.total} beads.`);
  return convoy;
}

/** Slings the beads and follows them until each has landed, or cannot any more. */
async function work(parts: DemoParts, client: TownClient, { convoy }: ConvoyView): Promise<ConvoyView> {
  const seen = new Map<string, string>();
  const look = async (): Promise<ConvoyView> => {
    const now = await client.request('convoy/get', { convoy: convoy.id });
    for (const bead of now.beads) {
      const row = rowOf(bead);
      const text = `${row.state} ${row.commit}`;
      if (seen.get(row.id) !== text) parts.emit({ event: 'row', ...row });
      seen.set(row.id, text);
    }
    return now;
  };
  const changes = await followChanges(client);
  const slung = await client.request('work/sling', { beads: [...convoy.beads], host: 'process' });
  for (const { bead, message } of slung.refused) step(parts, `${bead} was refused: ${message}`);
  const refused = new Set(slung.refused.map(({ bead }) => bead));
  const end = Date.now() + deadlineMs;
  for (;;) {
    const now = await look();
    if (now.beads.every((bead) => isOver(bead) || refused.has(bead.id)) || Date.now() > end) return now;
    await changes.next(end - Date.now());
  }
}

function isOver(bead: ConvoyBead): boolean {
  return (
    bead.bead?.status === 'closed' ||
    ['conflict', 'rejected', 'lost', 'failed', 'interrupted'].includes(bead.state)
  );
}

function rowOf({ id, rig, runtimeLabel, mergeRequest, state }: ConvoyBead): DemoRow {
  return { id, rig: rig ?? '', runtime: runtimeLabel ?? '', commit: mergeRequest?.landed ?? '', state };
}

function result(convoy: ConvoyView, town: string | undefined): DemoEvent {
  return {
    event: 'result',
    convoy: convoy.convoy.title,
    landed: convoy.beads.every((bead) => bead.mergeRequest?.state === 'verified'),
    beads: convoy.beads.map(rowOf),
    ...(town === undefined ? {} : { town }),
  };
}

/** A rig of the demonstration: a small real repository, its runtime, and the bead that is worked in it. */
interface DemoRig {
  readonly name: string;
  readonly about: string;
  /** Through a clone of a URL, or where it is. */
  readonly kind: 'url' | 'path';
  readonly files: Readonly<Record<string, string>>;
  readonly title: string;
  /** As `gt runtime add` takes it. They are simulated, and say so. */
  readonly runtime: { readonly id: string; readonly label: string; readonly extends: string } & Record<
    string,
    unknown
  >;
}

function simulated(variant: string, icon: string, color: string): DemoRig['runtime'] {
  const args = ['sim', '--variant', variant, '--pace', '250'];
  return {
    id: `sim-${variant}`,
    label: `sim-${variant}`,
    extends: 'sim',
    arguments: args,
    oneShot: args,
    icon,
    color,
  };
}

const demoRigs: readonly DemoRig[] = [
  {
    name: 'backend',
    about: 'a clone of a remote',
    kind: 'url',
    title: 'Refactor auth middleware',
    runtime: simulated('thorough', 'server', 'terminal.ansiMagenta'),
    files: {
      'README.md': '# Backend\n\nThe service behind the demonstration.\n',
      'src/auth.js': 'export function isAllowed(user) {\n  return user !== undefined;\n}\n',
    },
  },
  {
    name: 'ml-pipeline',
    about: 'a clone of a remote',
    kind: 'url',
    title: 'Update feature extraction',
    runtime: simulated('quick', 'graph', 'terminal.ansiCyan'),
    files: {
      'README.md': '# ML pipeline\n\nFeatures for the demonstration.\n',
      'pipeline/features.py': 'def extract(row):\n    return {"length": len(row)}\n',
    },
  },
  {
    name: 'frontend',
    about: 'a local repository with its branch checked out',
    kind: 'path',
    title: 'Update login component',
    runtime: simulated('visual', 'browser', 'terminal.ansiYellow'),
    files: {
      'README.md': '# Frontend\n\nThe page of the demonstration.\n',
      'src/login.html': '<form><input name="user"><button>Log in</button></form>\n',
    },
  },
];
