import { eventually } from '../support/wait.ts';
import { attentionOf, isOfWork } from './attention.ts';
import { isLeft, lookAfter } from './person.ts';
import type { Scene } from './scene.ts';
import { openBeads, polecatsOf, slingReady } from './work.ts';

/** Goes on as a person would until nothing is left to do. Gives what would not end, each in a sentence. */
export async function drain(scene: Scene, deadlineMs: number): Promise<string[]> {
  try {
    await eventually('nothing is left to do', () => step(scene), deadlineMs);
    return [];
  } catch {
    return await stuckIn(scene);
  }
}

/** True when every bead is closed, but for those that wait in the list and those that wait for them. */
async function step(scene: Scene): Promise<boolean> {
  scene.round += 1;
  const polecats = await polecatsOf(scene);
  if (!polecats) return false;
  await slingReady(scene, polecats);
  const needs = await lookAfter(scene, 1, true);
  await clearQuotas(scene);
  await stopTheStalled(scene);
  await removeRestored(scene);
  for (const rig of scene.place.rigs) scene.ledger.observe(rig);
  if (needs !== 0) return false;
  const open = await openBeads(scene);
  const left = await attentionOf(scene.commands);
  if (!open || !left) return false;
  const waiting = new Set(left.map(({ bead }) => bead));
  const working = await polecatsOf(scene);
  const isBusy = working?.some(({ bead }) => !waiting.has(bead)) ?? true;
  return (
    !isBusy &&
    left.every((need) => !isOfWork(need) || isLeft(scene, need)) &&
    (await areAllExplained(scene, waiting))
  );
}

/** What came to its limit only now is back as well. */
async function clearQuotas({ commands }: Scene): Promise<void> {
  const listed = await commands.json<{ quotas: { id: string }[] }>('gt', 'quota', 'list');
  for (const { id } of listed?.quotas ?? []) await commands.run('gt', 'quota', 'clear', id);
}

/** Those that are open are in the list, or wait for one that is. */
async function areAllExplained(scene: Scene, waiting: ReadonlySet<string | undefined>): Promise<boolean> {
  const open = await openBeads(scene);
  const blocked = (await scene.commands.json<{ id: string }[]>('bd', 'blocked')) ?? [];
  const ids = new Set(blocked.map(({ id }) => id));
  return open?.every(({ id }) => waiting.has(id) || ids.has(id)) ?? false;
}

/** Their beads ask for it: `sim:stall` sits there until it is ended. */
async function stopTheStalled({ commands, ledger, ...scene }: Scene): Promise<void> {
  for (const { name, bead = '', state } of (await polecatsOf({ commands, ledger, ...scene })) ?? []) {
    if (state === 'working' && ledger.beads.get(bead)?.behaviour === 'stall')
      await commands.run('gt', 'session', 'stop', name);
  }
}

/** What was brought back of work that has landed meanwhile is in nobody's way, and nobody's to go on with. */
async function removeRestored(scene: Scene): Promise<void> {
  const open = await openBeads(scene);
  if (!open) return;
  const ids = new Set(open.map(({ id }) => id));
  for (const { name, bead = '', sessionState } of (await polecatsOf(scene)) ?? []) {
    if (!scene.restored.has(name) || ids.has(bead)) continue;
    // Run again without a bead, it would wait for one for ever.
    if (sessionState === 'running') await scene.commands.run('gt', 'session', 'stop', name);
    const { code } = await scene.commands.run('gt', 'polecat', 'remove', name);
    if (code === 0) scene.restored.delete(name);
  }
}

async function stuckIn(scene: Scene): Promise<string[]> {
  const polecats = (await polecatsOf(scene)) ?? [];
  const open = (await openBeads(scene)) ?? [];
  const needs = (await attentionOf(scene.commands)) ?? [];
  const seen = JSON.stringify({ open, polecats, needs });
  return [`The work did not end: ${seen.slice(0, 4000)}`];
}
