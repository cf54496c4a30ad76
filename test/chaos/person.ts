import { commit, git, write } from '../support/repository.ts';
import { attentionOf, type Need } from './attention.ts';
import { isIll, rigOf, type Scene, weighted } from './scene.ts';

/** Looks at what needs a person, and does the next thing about some of it, or all. */
export async function lookAfter(scene: Scene, share: number, isLast = false): Promise<number> {
  const needs = await attentionOf(scene.commands);
  if (!needs) return -1;
  const chosen = needs.filter((need) => !isLeft(scene, need) && scene.random.chance(share));
  const left = [...chosen];
  const hands = Array.from({ length: 3 }, async () => {
    for (let need = left.shift(); need; need = left.shift()) await stepFor(scene, need, isLast);
  });
  await Promise.all(hands);
  return needs.filter((need) => !isLeft(scene, need)).length;
}

/** Some questions nobody answers: they stay in the list. */
export function isLeft({ ledger }: Scene, { bead = '', state }: Need): boolean {
  return state === 'needs-you' && ledger.beads.get(bead)?.behaviour === 'ask' && isOdd(bead);
}

const isOdd = (text: string): boolean => text.length % 2 === 1;

async function stepFor(scene: Scene, need: Need, isLast: boolean): Promise<void> {
  const { commands, counts } = scene;
  const { bead } = need;
  if (bead !== undefined) await learn(scene, bead, isLast);
  const step = need.kind === 'landing' ? landingStep(scene, need) : polecatStep(scene, need, isLast);
  if (!step) return;
  counts.add(`person: ${nameOf(step)}`);
  const takesAway = ['unsling', 'sling'].includes(step[0]) || step[1] === 'remove';
  const files = takesAway ? filesAt(scene, need) : [];
  const answer = await commands.run('gt', ...step);
  if (answer.code === 0) for (const [sha, file] of files) scene.ledger.blobs.set(sha, file);
  if (answer.code !== 0) await commands.follow(answer);
  else if (step[1] === 'merge' && bead !== undefined) scene.ledger.landed.add(bead);
}

/** Whoever has to look after a bead twice writes what would help. */
async function learn(scene: Scene, bead: string, isLast: boolean): Promise<void> {
  const before = scene.troubles.get(bead) ?? 0;
  scene.troubles.set(bead, before + 1);
  if (isLast || before > 0) await teach(scene, bead);
}

/** The next attempt goes well: the bead says so. */
async function teach({ commands, ledger }: Scene, bead: string): Promise<void> {
  const { behaviour, rig } = ledger.beads.get(bead) ?? {};
  if (behaviour === undefined || ['finish', 'conflict'].includes(behaviour)) return;
  const { code } = await commands.run('bd', 'update', bead, '--remove-label', `sim:${behaviour}`);
  if (code === 0) ledger.beads.set(bead, { ...(rig === undefined ? {} : { rig }), behaviour: 'finish' });
}

type Step = readonly [string, ...string[]];

const nameOf = ([noun, verb = '']: Step): string => (noun.endsWith('sling') ? noun : `${noun} ${verb}`);

function polecatStep({ random }: Scene, { agent, bead, state }: Need, isLast: boolean): Step | undefined {
  if (bead === undefined) return ['polecat', 'remove', agent, '--force'];
  // Its process waits for an answer that nobody can type there.
  if (state === 'needs-you' || state === 'stalled')
    return random.chance(0.5) ? ['session', 'stop', agent] : ['unsling', bead];
  return weighted<Step>(random, [
    [isLast ? 20 : 8, ['session', 'run', agent]],
    [1, ['session', 'resume', agent]],
    [1, ['unsling', bead]],
    [1, ['polecat', 'remove', agent, '--force']],
    [1, ['sling', bead, '--force']],
  ]);
}

function landingStep(scene: Scene, { agent, bead = '', state, rig }: Need): Step | undefined {
  const { random, ledger } = scene;
  if (state === 'waiting-for-checkout') tidyCheckout(scene, rig);
  if (['submitted', 'waiting-for-checkout'].includes(state)) return ['mq', 'merge', bead];
  if (ledger.beads.get(bead) === undefined) return undefined;
  return weighted<Step>(random, [
    [6, ['session', 'run', agent]],
    [2, ['mq', 'merge', bead]],
    [1, ['unsling', bead]],
  ]);
}

/** What would be lost if its removal lost it. Only where nobody writes any more. */
function filesAt(scene: Scene, { state, worktree, rig }: Need): ReturnType<Scene['ledger']['filesOf']> | [] {
  if (worktree === undefined || !['failed', 'interrupted', 'done'].includes(state)) return [];
  scene.ledger.observe(rigOf(scene, rig));
  return scene.ledger.filesOf(rigOf(scene, rig), worktree);
}

interface Status {
  readonly server: { readonly readOnly?: string };
}

/** A town that could not write stays read-only until it is started again, as it says itself. */
export async function startAgain({ commands, counts, tell }: Scene): Promise<void> {
  const status = await commands.json<Status>('gt', 'status');
  if (status?.server.readOnly === undefined) return;
  counts.add('read-only, started again');
  const gently = await commands.run('gt', 'down');
  const answer = gently.code === 0 ? gently : await commands.run('gt', 'down', '--force');
  tell(`started again: ${answer.code}`);
  const after = await commands.json<Status>('gt', 'status');
  if (after?.server.readOnly === undefined) return;
  const said = `${gently.stderr}${answer.stderr}`.trim();
  commands.offences.push(`The town stays read-only (${after.server.readOnly}) after gt down: ${said}`);
}

/** A person who changes the target by hand: the line that agents change too, or files of their own. */
export function commitByHand(scene: Scene): void {
  const { random, round, place } = scene;
  const rig = random.pick(place.rigs);
  if (rig.remote !== undefined && isIll(scene, 'dead remote')) return;
  const files = random.chance(0.6)
    ? { 'README.md': `By hand in round ${round}\n\nWhat this is about.\n` }
    : { [`notes/round-${round}.md`]: 'By hand.\n' };
  try {
    if (rig.remote !== undefined) git(rig.checkout, 'pull', '--quiet', '--ff-only');
    commit(rig.checkout, files, `By hand, round ${round}`);
    if (rig.remote !== undefined) git(rig.checkout, 'push', '--quiet', 'origin', 'main');
    scene.counts.add('by hand on the target');
  } catch (error) {
    scene.tell(`by hand: ${String(error).split('\n', 1)[0]}`);
    if (rig.remote !== undefined) git(rig.checkout, 'reset', '--quiet', '--hard', '@{upstream}');
  }
}

/** A person who leaves something uncommitted where the town lands. */
export function leaveUncommitted(scene: Scene): void {
  const rig = rigOf(scene, 'orchard');
  if (isIll(scene, 'uncommitted')) return;
  write(rig.checkout, { 'README.md': `Half a sentence of round ${scene.round}\n` });
  scene.counts.add('uncommitted at the target');
  const at = scene.round + 1 + scene.random.below(2);
  scene.heals.push({ at, what: 'uncommitted', heal: () => tidyCheckout(scene, rig.name) });
}

function tidyCheckout(scene: Scene, name: string): void {
  const rig = rigOf(scene, name);
  try {
    if (git(rig.checkout, 'status', '--porcelain') === '') return;
    git(rig.checkout, 'add', '--all');
    git(rig.checkout, 'commit', '--quiet', '-m', `Tidied up in round ${scene.round}`);
  } catch (error) {
    scene.tell(`tidy: ${String(error).split('\n', 1)[0]}`);
  }
}
