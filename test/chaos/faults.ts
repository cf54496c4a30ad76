import { productVersion } from '../../server/protocol/version.ts';
import { reachTown } from '../../server/rpc/reach.ts';
import { serverProgram } from '../e2e/terminal.ts';
import { pause } from '../support/wait.ts';
import { commitByHand, leaveUncommitted, restoreSome } from './person.ts';
import { limitedRuntime, moveRemote, openEditor } from './place.ts';
import { type Kind, kill, ownProcesses } from './processes.ts';
import { isIll, type Scene, weighted } from './scene.ts';

type Fault = (scene: Scene) => Promise<void> | void;

const faults: readonly (readonly [number, Fault])[] = [
  [4, (scene) => killSome(scene, 'agent', 3)],
  [3, (scene) => killSome(scene, 'launcher', 2)],
  [1, (scene) => killSome(scene, 'launcher', 20)],
  [3, (scene) => killSome(scene, 'town server', 1)],
  [4, killServerAt],
  [2, killInBatch],
  [1, reachLimit],
  [2, killEditor],
  [2, fullDisk],
  [3, deadRemote],
  [4, commitByHand],
  [2, leaveUncommitted],
  [2, interfere],
  [2, restoreSome],
  [1, takeDown],
];

/** One to three at once, each at a moment of its own. */
export async function inflict(scene: Scene): Promise<void> {
  const count = 1 + scene.random.below(3);
  const chosen = [...new Set(Array.from({ length: count }, () => weighted(scene.random, faults)))];
  const moments = chosen.map(() => scene.random.below(1200));
  await Promise.all(
    chosen.map(async (fault, index) => {
      await pause(moments[index] ?? 0);
      await fault(scene);
    }),
  );
}

function killSome({ place, random, counts, tell }: Scene, kind: Kind, most: number): void {
  const found = ownProcesses(place.terminal.folder).filter((each) => each.kind === kind);
  for (let left = 1 + random.below(most); left > 0 && found.length > 0; left -= 1) {
    const [victim] = found.splice(random.below(found.length), 1);
    if (!victim || !kill(victim)) continue;
    counts.add(`killed: ${kind}`);
    tell(`killed ${kind} ${victim.pid}`);
  }
}

/** Right behind the step that an entry of the journal tells of, while the next is under way. */
const steps = [
  'sling',
  'session/take',
  'session/started',
  'session/ended',
  'done',
  'land/begin',
  'land/prepared',
  'land/merged',
  'land',
  'remove/begin',
  'remove',
];

async function killServerAt(scene: Scene): Promise<void> {
  const wanted = scene.random.pick(steps);
  if (await killBehind(scene, wanted)) scene.counts.add(`checkpoint: ${wanted}`);
}

/** Kills the town server right behind an entry of this verb, if one comes soon; `begin` is what brings it forth. */
async function killBehind(
  { place, random, counts, tell }: Scene,
  wanted: string,
  begin?: () => Promise<unknown>,
): Promise<boolean> {
  const { town, folder } = place.terminal;
  const stray = random.below(30);
  try {
    const options = { town, client: 'test', start: false, serverProgram, version: productVersion } as const;
    const client = await reachTown({ ...options, deadlineMs: 2000 });
    const ended = new Promise<void>((resolve) => client.onEnd(() => resolve()));
    const met = new Promise<boolean>((resolve) => {
      client.onNotification('town/changed', ({ verb }) => {
        if (verb === wanted || verb.startsWith(`${wanted}/`)) resolve(true);
      });
    });
    await client.request('town/subscribe', {});
    const begun = begin?.();
    const isMet = await Promise.race([met, ended.then(() => false), pause(4000).then(() => false)]);
    if (isMet) {
      await pause(stray);
      const server = ownProcesses(folder).find(({ kind }) => kind === 'town server');
      if (server && kill(server)) counts.add('killed: town server');
      tell(`killed town server behind ${wanted}`);
    }
    client.close();
    await begun;
    return isMet;
  } catch (error) {
    tell(`no watch on the town: ${String(error).split('\n', 1)[0]}`);
    return false;
  }
}

const batchSteps = ['land/begin', 'land/prepared', 'land/merged', 'land'];

interface Waiting {
  readonly bead: string;
  readonly state: string;
}

/** Several land together, and the town server is killed on the way. */
async function killInBatch(scene: Scene): Promise<void> {
  const { commands, random, counts } = scene;
  const rig = 'meadow';
  const listed = await commands.json<{ mergeRequests: Waiting[] }>('gt', 'mq', 'list', rig);
  const waiting = (listed?.mergeRequests ?? []).filter(({ state }) => state === 'submitted').slice(0, 5);
  if (waiting.length < 2 || (await commands.run('gt', 'refinery', 'pause', rig)).code !== 0) return;
  for (const { bead } of waiting) await commands.run('gt', 'mq', 'retry', bead);
  const step = random.pick(batchSteps);
  const isMet = await killBehind(scene, step, () => commands.run('gt', 'refinery', 'resume', rig));
  if (isMet) counts.add(`batch: ${step}`);
  // The town server may have been killed before it took the word.
  const at = scene.round + 1;
  const resume = async (): Promise<void> => void (await commands.run('gt', 'refinery', 'resume', rig));
  scene.heals.push({ at, what: 'paused refinery', heal: resume });
}

/** A runtime comes to the end of its quota: nothing more begins on it until a person says that it is back. */
async function reachLimit(scene: Scene): Promise<void> {
  const { commands, ledger, counts } = scene;
  if (isIll(scene, 'limit')) return;
  const words = ['create', `Limited work of ${scene.round}`, '--rig', 'orchard', '--labels', 'sim:crash'];
  const bead = await commands.json<{ id: string }>('bd', ...words);
  if (!bead) return;
  ledger.beads.set(bead.id, { rig: 'orchard', behaviour: 'crash' });
  const { code } = await commands.run('gt', 'sling', bead.id, '--runtime', limitedRuntime);
  if (code !== 0) return;
  counts.add('at the limit');
  await commands.run('gt', 'quota', 'park', limitedRuntime, '--until', '2h');
  const back = async (): Promise<void> => void (await commands.run('gt', 'quota', 'clear', limitedRuntime));
  scene.heals.push({ at: scene.round + 2, what: 'limit', heal: back });
}

async function killEditor(scene: Scene): Promise<void> {
  killSome(scene, 'language server', 3);
  await scene.editor.ended;
  try {
    scene.editor = await openEditor(scene.place);
  } catch (error) {
    scene.commands.offences.push(
      `The language server did not begin in round ${scene.round}: ${String(error)}`,
    );
  }
}

function fullDisk(scene: Scene): void {
  if (isIll(scene, 'full disk')) return;
  scene.place.disk.fill(scene.random);
  scene.counts.add('full disk');
  scene.tell('the disk is full');
  scene.heals.push({ at: scene.round + 1, what: 'full disk', heal: () => scene.place.disk.heal() });
}

function deadRemote(scene: Scene): void {
  const rig = scene.place.rigs.find(({ remote }) => remote !== undefined);
  if (!rig || isIll(scene, 'dead remote')) return;
  moveRemote(rig, 'away');
  scene.counts.add('dead remote');
  scene.tell('the remote is away');
  const at = scene.round + 1 + scene.random.below(3);
  scene.heals.push({ at, what: 'dead remote', heal: () => moveRemote(rig, 'back') });
}

/** A person who stops, takes back, removes and merges without having been asked. */
async function interfere(scene: Scene): Promise<void> {
  const { commands, random, ledger, counts } = scene;
  const beads = [...ledger.beads].filter(([, { rig }]) => rig !== undefined).map(([id]) => id);
  if (beads.length === 0) return;
  const bead = random.pick(beads.slice(-15));
  const step = random.pick(['unsling', 'merge', 'resling']);
  counts.add(`person: unasked ${step}`);
  if (step === 'unsling') await commands.run('gt', 'unsling', bead);
  else if (step === 'resling') await commands.run('gt', 'sling', bead, '--force');
  else if ((await commands.run('gt', 'mq', 'merge', bead)).code === 0) ledger.landed.add(bead);
}

async function takeDown({ commands, counts, random }: Scene): Promise<void> {
  const { code } = await commands.run('gt', 'down', ...(random.chance(0.5) ? ['--force'] : []));
  if (code === 0) counts.add('taken down');
}
