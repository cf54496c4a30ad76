import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { collections } from '../../server/domain/records.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { View } from '../../server/domain/view.ts';
import { townPaths } from '../../server/protocol/address.ts';
import { openStore } from '../../server/store/store.ts';
import { problemsOf } from '../operations/invariants.ts';
import { eventually } from '../support/wait.ts';
import type { Need } from './attention.ts';
import { commitProblems, fileProblems, landingProblem, saidProblems, targetProblems } from './proof.ts';
import { ownProcesses } from './processes.ts';
import { rigOf, type Scene } from './scene.ts';

/** What is wrong with a town that was taken down: each a sentence with its evidence. */
export async function problemsAfter(scene: Scene, needs: readonly Need[]): Promise<string[]> {
  const { place } = scene;
  const paths = townPaths(place.terminal.town);
  const left = await leftovers(scene);
  const store = await openStore({ directory: paths.state, now: () => new Date(), readOnly: true });
  const { view } = store;
  const problems = [
    ...left,
    ...problemsOf({ view, parts: { paths } }),
    ...beadProblems(scene, view, needs),
    ...ledgerProblems(scene, view),
    ...place.rigs.flatMap((rig) => [
      ...commitProblems(scene, rig),
      ...fileProblems(scene, rig),
      ...targetProblems(scene, rig),
      ...lockFiles(rig.gitDirectory),
    ]),
    ...saidProblems(scene),
    ...lockFiles(place.terminal.town),
    ...(existsSync(paths.server) ? ['The file of the town server is left.'] : []),
    ...(await replayProblems(scene, view)),
  ];
  await store.close();
  return problems;
}

/** Nothing of ours runs when `gt down --force` has answered, but for what is about to end. */
async function leftovers({ place }: Scene): Promise<string[]> {
  const found = (): ReturnType<typeof ownProcesses> => ownProcesses(place.terminal.folder);
  try {
    await eventually('nothing of ours runs', () => found().length === 0, 15_000);
    return [];
  } catch {
    return found().map(({ pid, kind, command }) => `The ${kind} ${pid} still runs: ${command.slice(0, 200)}`);
  }
}

/** Every bead has landed, which git itself says, or is in the list, or waits for one that is. */
function beadProblems(scene: Scene, view: View, needs: readonly Need[]): string[] {
  const { ledger, counts } = scene;
  const waiting = new Set(needs.map(({ bead }) => bead));
  return [...ledger.beads].flatMap(([id, { rig }]) => {
    const bead = view.get('beads', id);
    if (!bead || rig === undefined) return [];
    if (bead.status !== 'closed') {
      const isExplained = waiting.has(id) || waitsFor(view, id, waiting);
      return isExplained ? [] : [`${id} is ${bead.status}, and in nobody's list.`];
    }
    const landed = [...view.find('mergeRequestsByBead', id)].filter(({ state }) => state === 'verified');
    if (landed.length === 0) return [`${id} is closed, and nothing of it has landed.`];
    counts.add('landed');
    return landed.flatMap((request: MergeRequest) => landingProblem(rigOf(scene, rig), request) ?? []);
  });
}

function waitsFor(view: View, id: string, waiting: ReadonlySet<string | undefined>): boolean {
  return [...view.find('dependenciesOf', id)].some(
    ({ dependsOn: other }) =>
      view.get('beads', other)?.status !== 'closed' && (waiting.has(other) || waitsFor(view, other, waiting)),
  );
}

/** What the town said yes to is so. */
function ledgerProblems({ ledger }: Scene, view: View): string[] {
  const is = (id: string): string => view.get('beads', id)?.status ?? 'gone';
  return [
    ...[...ledger.beads.keys()].filter((id) => is(id) === 'gone').map((id) => `${id} was made, and is gone.`),
    ...[...ledger.closed]
      .filter((id) => is(id) !== 'closed')
      .map((id) => `${id} was closed, and is ${is(id)}.`),
    ...[...ledger.landed]
      .filter((id) => is(id) !== 'closed')
      .map((id) => `${id} had landed, and is ${is(id)}.`),
    ...[...ledger.convoys].filter((id) => !view.get('convoys', id)).map((id) => `The convoy ${id} is gone.`),
  ];
}

function lockFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.lock') && !path.includes('node_modules'))
    .map((path) => `The lock ${join(folder, path)} is left.`);
}

/** The journal alone, from its first line, makes the state that snapshot and journal make together. */
async function replayProblems({ place }: Scene, view: View): Promise<string[]> {
  const { state } = townPaths(place.terminal.town);
  const copy = join(place.terminal.folder, 'replayed');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const name of readdirSync(state).filter((each) => each.startsWith('journal-')))
    cpSync(join(state, name), join(copy, name));
  const replayed = await openStore({ directory: copy, now: () => new Date(), readOnly: true });
  const problems = collections.flatMap((collection) => {
    const [one, other] = [view, replayed.view].map((each) => JSON.stringify([...each.all(collection)]));
    return one === other ? [] : [`The ${collection} of a replay are not those of the snapshot.`];
  });
  await replayed.close();
  return problems;
}
