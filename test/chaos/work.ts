import { type Scene, weighted } from './scene.ts';
import type { PolecatRow } from './attention.ts';

/** What simulated agents do, and how often. */
const behaviours: readonly (readonly [number, string])[] = [
  [10, 'finish'],
  [4, 'conflict'],
  [2, 'crash'],
  [2, 'crash-signal'],
  [2, 'forget-done'],
  [2, 'forget-commit'],
  [1, 'ask'],
  [1, 'stall'],
];

interface BeadRow {
  readonly id: string;
  readonly status: string;
}

/** New work: some of it waits for other work, some is bundled, some is a person's own. */
export async function createBeads(scene: Scene, most: number): Promise<void> {
  const { random, commands, ledger } = scene;
  const made: string[] = [];
  for (let count = 1 + random.below(most); count > 0; count -= 1) {
    const rig = random.pick(['orchard', 'meadow']);
    const behaviour = weighted(random, behaviours);
    const title = `Part ${scene.round} ${'abcdefgh'[count] ?? ''} of ${behaviour}`;
    const earlier = [...ledger.beads].filter(([, bead]) => bead.rig !== undefined).map(([id]) => id);
    const needs = random.chance(0.3) && earlier.length > 0 ? ['--deps', random.pick(earlier.slice(-8))] : [];
    const words = ['create', title, '--rig', rig, '--labels', `sim:${behaviour}`, ...needs];
    const bead = await commands.json<BeadRow>('bd', ...words);
    if (!bead) continue;
    ledger.beads.set(bead.id, { rig, behaviour });
    made.push(bead.id);
  }
  if (made.length > 1 && random.chance(0.4)) {
    const convoy = await commands.json<BeadRow>('gt', 'convoy', 'create', `Convoy ${scene.round}`, ...made);
    if (convoy) ledger.convoys.add(convoy.id);
  }
  if (random.chance(0.3)) await ownErrand(scene);
}

/** A bead of the town's own, which a person does and closes. */
async function ownErrand({ commands, ledger, round }: Scene): Promise<void> {
  const bead = await commands.json<BeadRow>('bd', 'create', `Errand ${round}`);
  if (!bead) return;
  ledger.beads.set(bead.id, {});
  const { code } = await commands.run('bd', 'close', bead.id);
  if (code === 0) ledger.closed.add(bead.id);
}

/** Gives ready work to polecats, up to as many as there may be. */
export async function slingReady(scene: Scene, polecats: readonly PolecatRow[]): Promise<void> {
  const { commands, ledger, counts, options } = scene;
  const ready = await commands.json<BeadRow[]>('bd', 'ready', '--limit', '100');
  const ours = (ready ?? []).map(({ id }) => id).filter((id) => ledger.beads.get(id)?.rig !== undefined);
  const live = polecats.filter(({ sessionState }) => sessionState !== 'ended').length;
  const room = Math.max(0, options.polecats - live);
  const chosen = ours.slice(0, Math.min(room, 6));
  if (chosen.length === 0) return;
  const answer = await commands.run('gt', 'sling', ...chosen, '--json');
  counts.add('slung', answer.stdout.split('"session"').length - 1);
}

export async function polecatsOf({ commands }: Scene): Promise<readonly PolecatRow[] | undefined> {
  return (await commands.json<{ polecats: PolecatRow[] }>('gt', 'polecat', 'list'))?.polecats;
}

/** Every bead of a rig that is not closed; undefined where the town gave no answer. */
export async function openBeads({ commands, ledger }: Scene): Promise<readonly BeadRow[] | undefined> {
  const listed = await commands.json<BeadRow[]>('bd', 'list', '--limit', '0');
  return listed?.filter(({ id, status }) => status !== 'closed' && ledger.beads.get(id)?.rig !== undefined);
}
