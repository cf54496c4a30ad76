import { appendFileSync, cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Scope } from '../e2e/terminal.ts';
import { randomOf } from '../support/random.ts';
import { attentionOf } from './attention.ts';
import { Commands } from './commands.ts';
import { drain } from './drain.ts';
import { inflict } from './faults.ts';
import { Ledger } from './ledger.ts';
import type { ChaosOptions } from './options.ts';
import { lookAfter, startAgain } from './person.ts';
import { openEditor, openPlace, type Place } from './place.ts';
import { kill, ownProcesses } from './processes.ts';
import { heal, type Scene } from './scene.ts';
import { Counts, type Outcome } from './summary.ts';
import { problemsAfter } from './verdict.ts';
import { createBeads, polecatsOf, slingReady } from './work.ts';

/** How long the last of the work may take, once everything is whole again. */
const drainMs = 15 * 60_000;

/** A town under everything that may happen to it, for so many rounds; then healed, drained and looked through. */
export async function runChaos(
  options: ChaosOptions,
  show: (line: string) => void,
  stop: AbortSignal,
): Promise<Outcome> {
  const ends: (() => void)[] = [];
  const scope: Scope = { after: (end) => void ends.push(end) };
  const began = Date.now();
  const place = await openPlace(scope, options);
  const scene = await openScene(options, place);
  const problems: string[] = [];
  let played = 0;
  try {
    await playRounds(scene, show, stop);
    played = Math.min(scene.round - 1, options.rounds);
    problems.push(...(await finish(scene)));
  } catch (error) {
    problems.push(
      `The driver failed in round ${scene.round}: ${String(error instanceof Error ? error.stack : error)}`,
    );
  }
  const facts = [
    ['rounds played', String(played)] as const,
    ...factsOf(scene),
    ['seconds', String(Math.round((Date.now() - began) / 1000))] as const,
  ];
  const keeps = options.keep || problems.length > 0;
  const kept = keeps ? keepTown(place) : undefined;
  // The folder goes with its terminal, which comes first here, and is left where it is wanted.
  for (const end of keeps ? ends.slice(1) : ends.toReversed()) end();
  return { options, problems, facts, ...(kept === undefined ? {} : { folder: kept }) };
}

async function openScene(options: ChaosOptions, place: Place): Promise<Scene> {
  const story = join(place.terminal.folder, 'story.log');
  const began = Date.now();
  const tell = (line: string): void =>
    appendFileSync(story, `${((Date.now() - began) / 1000).toFixed(2)} [${scene.round}] ${line}\n`);
  const scene: Scene = {
    options,
    place,
    commands: new Commands(place.terminal, (line) => tell(line)),
    ledger: new Ledger(),
    counts: new Counts(),
    random: randomOf(options.seed),
    tell,
    editor: await openEditor(place),
    round: 0,
    heals: [],
    troubles: new Map(),
    workingSince: new Map(),
    restored: new Set(),
  };
  return scene;
}

async function playRounds(scene: Scene, show: (line: string) => void, stop: AbortSignal): Promise<void> {
  const { options, ledger, place } = scene;
  // So that there is work for everybody, and what is left at the end can be finished.
  const most = Math.max(2, Math.round(options.polecats / 5));
  for (scene.round = 1; scene.round <= options.rounds && !stop.aborted; scene.round += 1) {
    if ((await heal(scene)).includes('full disk')) await startAgain(scene);
    await Promise.all([work(scene, most), inflict(scene)]);
    for (const rig of place.rigs) ledger.observe(rig);
    if (scene.round % 10 === 0)
      show(`round ${scene.round}: ${ledger.beads.size} beads, ${ledger.tips.size} tips`);
  }
}

async function work(scene: Scene, most: number): Promise<void> {
  const polecats = (await polecatsOf(scene)) ?? [];
  await Promise.all([createBeads(scene, most), slingReady(scene, polecats), lookAfter(scene, 0.5)]);
  await stopTheIdle(scene);
}

/** A person stops whoever shows nothing for some rounds: an agent that hangs is no reason to wait for ever. */
async function stopTheIdle(scene: Scene): Promise<void> {
  const { workingSince, round, commands } = scene;
  for (const { name, bead = '', state } of (await polecatsOf(scene)) ?? []) {
    const key = `${name} ${bead}`;
    const since = workingSince.get(key) ?? round;
    workingSince.set(key, since);
    if (state !== 'working' || round - since < 5) continue;
    workingSince.delete(key);
    scene.troubles.set(bead, 1);
    await commands.run('gt', 'session', 'stop', name);
  }
}

async function finish(scene: Scene): Promise<string[]> {
  const { place, commands, ledger, counts } = scene;
  await heal(scene, true);
  await startAgain(scene);
  const drained = await drain(scene, drainMs);
  for (const rig of place.rigs) ledger.observe(rig);
  const needs = (await attentionOf(commands)) ?? [];
  for (const { state } of needs) counts.add(`attention: ${state}`);
  await scene.editor.leave().catch(() => undefined);
  const down = await commands.run('gt', 'down', '--force');
  const said = down.code === 0 ? [] : [`gt down --force ended with ${down.code}: ${down.stderr}`];
  return [...drained, ...said, ...(await problemsAfter(scene, needs)), ...commands.offences];
}

function factsOf({ counts, ledger, commands, place }: Scene): (readonly [string, string])[] {
  const list = (prefix: string): string =>
    counts
      .among(prefix)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ') || 'none';
  return [
    ['beads', `${ledger.beads.size}, in ${ledger.convoys.size} convoys`],
    ['landed and proven', String(counts.get('landed'))],
    ['in attention', list('attention: ')],
    ['killed', list('killed: ')],
    ['behind', list('checkpoint: ')],
    [
      'full disk',
      `${counts.get('full disk')} × ${place.disk.how}; ${counts.get('read-only, started again')} × read-only until it was started again`,
    ],
    ['dead remote', String(counts.get('dead remote'))],
    ['killed in a batch', list('batch: ')],
    ['at the limit', String(counts.get('at the limit'))],
    [
      'by hand',
      `${counts.get('by hand on the target')} commits, ${counts.get('uncommitted at the target')} left uncommitted`,
    ],
    ['a person', list('person: ')],
    ['taken down', String(counts.get('taken down'))],
    [
      'commands',
      `${commands.count}, refused ${[...commands.refusals.values()].reduce((sum, each) => sum + each, 0)}`,
    ],
    ['archives', String(counts.get('archives'))],
    [
      'commits checked',
      `${counts.get('commits')} of polecats, ${counts.get('commits said')} told by them, ${ledger.tips.size} seen from outside`,
    ],
    ['files checked', `${ledger.blobs.size} uncommitted in removed worktrees`],
  ];
}

/** Beside the rest: a file system of its own goes with this process. */
function keepTown({ terminal, disk }: Place): string {
  // What is kept is the folder: nothing of it goes on.
  for (const each of ownProcesses(terminal.folder)) kill(each);
  disk.heal();
  const copy = join(terminal.folder, 'kept');
  if (existsSync(terminal.town))
    cpSync(terminal.town, copy, { recursive: true, verbatimSymlinks: true, filter: isFile });
  return terminal.folder;
}

const isFile = (path: string): boolean => !path.endsWith('.sock');
