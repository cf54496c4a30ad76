import type { SimTools } from './simTools.ts';
import { changeFirstLine, writeAsked, writeNotes, writePicture, writeWork, type Written } from './simWork.ts';

export interface SimScene {
  readonly tools: SimTools;
  readonly directory: string;
  readonly bead: { readonly id: string; readonly title: string; readonly description?: string };
  readonly variant: Variant;
  /** The branch that the work was to land on, where it could not for a conflict. */
  readonly conflictsWith?: string | undefined;
  /** One line of progress, and the pause that makes it readable. */
  readonly tell: (line: string) => Promise<void>;
  /** One line that a person typed; never, where there is nobody to type. */
  readonly answer: () => Promise<string>;
}

/** Plays until the agent would end, and gives its exit code. */
export type Script = (scene: SimScene) => Promise<number>;

/** How much is made of the work. */
export type Variant = 'thorough' | 'quick' | 'visual';

export const variants: readonly Variant[] = ['quick', 'thorough', 'visual'];

/** What the simulated agent can do, by the names that follow `sim:` in a label. */
export const scripts: Readonly<Record<string, Script>> = {
  /** The whole contract: hook, commits, done. */
  finish,
  /** Asks a person, waits for a line on its terminal, and finishes. */
  async ask(scene) {
    await scene.tell('One thing is not clear from the bead.');
    const question = `${scene.bead.id}: should the limit be per user or per key?`;
    const code = await scene.tools.done('--status', 'escalated', '--message', question);
    if (code !== 0) return 1;
    await scene.tell(`? ${question}`);
    const answer = await scene.answer();
    await scene.tell(`Understood: ${answer}`);
    return await finish(scene);
  },
  /** Sits there. Any signal ends it. */
  async stall(scene) {
    await look(scene);
    await scene.tell('Thinking …');
    return await forever();
  },
  /** Exits with 3 after half of the work was committed. */
  async crash(scene) {
    await commitHalf(scene);
    await scene.tell('! out of memory (not really)');
    return 3;
  },
  /** The same, ended by a signal. */
  async 'crash-signal'(scene) {
    await commitHalf(scene);
    await scene.tell('! killed');
    process.kill(process.pid, 'SIGKILL');
    return await forever();
  },
  /**
   * Changes the first line of README.md, commits and is done. To see the conflict, commit another change of that line to the target
   * branch before the work lands. Resumed after the conflict it takes the branch in, and keeps its own line.
   */
  async conflict(scene) {
    if (scene.conflictsWith !== undefined) return await takeIn(scene, scene.conflictsWith);
    const written = await changeFirstLine(scene.tools, scene.directory, scene.bead);
    await show(scene, written);
    await commit(scene, [written], scene.bead.title);
    return await done(scene);
  },
  /** Leaves its work uncommitted, calls `gt done`, shows the refusal and gives up. */
  async 'forget-commit'(scene) {
    await look(scene);
    await show(scene, await writeWork(scene.tools, scene.directory, scene.bead));
    await done(scene);
    await scene.tell('I do not know what to do about that.');
    return 1;
  },
  /** Commits, says that all is well, and never calls `gt done`. */
  async 'forget-done'(scene) {
    await commitWork(scene);
    await scene.tell('All finished!');
    return 0;
  },
  /** What `gt runtime test` asks for: the word of the bead in the file that it names, a note on the bead, done. */
  async contract(scene) {
    const { tools, tell, directory, bead } = scene;
    await look(scene);
    const written =
      writeAsked(directory, bead.description ?? '') ?? (await writeWork(tools, directory, bead));
    await show(scene, written);
    await commit(scene, [written], 'keep the contract');
    await tell(`$ bd update ${bead.id}`);
    if ((await tools.update(bead.id, '--notes', 'contract kept')) !== 0) return 1;
    return await done(scene);
  },
};

async function finish(scene: SimScene): Promise<number> {
  await putRight(scene);
  await commitWork(scene);
  return await done(scene);
}

/** A bead that is to put right what could not land names the commit; it is taken in, and what is on the target stays. */
async function putRight({ tools, tell, bead }: SimScene): Promise<void> {
  const ref = /git merge (refs\/gastown\/tips\/mr-[0-9a-z]+) /u.exec(bead.description ?? '')?.[1];
  if (ref === undefined || (await tools.run('git', ['rev-parse', '--verify', '--quiet', ref])).code !== 0)
    return;
  await tell(`Taking in ${ref}`);
  await tools.git('merge', '--quiet', '-X', 'ours', '-m', `${bead.id}: take in what could not land`, ref);
}

/** The conflict is settled on the polecat's own branch, in a merge commit. */
async function takeIn(scene: SimScene, target: string): Promise<number> {
  const { tools, tell, bead } = scene;
  const remote = `refs/remotes/origin/${target}`;
  const hasRemote = (await tools.run('git', ['rev-parse', '--verify', '--quiet', remote])).code === 0;
  await tell(`It conflicts with ${target}: taking it in`);
  const message = `${bead.id}: take in ${target}`;
  await tools.git('merge', '--quiet', '-X', 'ours', '-m', message, hasRemote ? remote : target);
  return await done(scene);
}

async function look({ tools, tell }: SimScene): Promise<void> {
  const branch = await tools.git('branch', '--show-current');
  const count = (await tools.git('ls-files', '-z')).split('\0').length - 1;
  await tell(`Reading the code: ${count} ${count === 1 ? 'file' : 'files'}, branch ${branch}`);
}

async function commitWork(scene: SimScene): Promise<void> {
  await look(scene);
  const work = await writeWork(scene.tools, scene.directory, scene.bead);
  await show(scene, work);
  if (scene.variant === 'visual') {
    const picture = writePicture(scene.directory, scene.bead);
    await show(scene, picture);
    await scene.tell('Looking at the preview … it looks right');
    return await commit(scene, [work, picture], scene.bead.title);
  }
  await commit(scene, [work], scene.bead.title);
  if (scene.variant === 'quick') return;
  const notes = writeNotes(scene.directory, scene.bead);
  await show(scene, notes);
  await scene.tell('Reading it again … nothing to mend');
  // An earlier attempt may have written them already.
  if (await hasChanged(scene, notes)) await commit(scene, [notes], 'write down why');
}

async function commitHalf(scene: SimScene): Promise<void> {
  await look(scene);
  const work = await writeWork(scene.tools, scene.directory, scene.bead);
  await show(scene, work);
  await commit(scene, [work], 'first half');
  await show(scene, await writeWork(scene.tools, scene.directory, scene.bead));
}

async function show({ tell }: SimScene, { path, lines }: Written): Promise<void> {
  await tell(`Writing ${path} (${lines} ${lines === 1 ? 'line' : 'lines'})`);
}

async function hasChanged({ tools }: SimScene, { path }: Written): Promise<boolean> {
  return (await tools.git('status', '--porcelain', '--', path)) !== '';
}

async function commit(
  { tools, tell, bead }: SimScene,
  files: readonly Written[],
  what: string,
): Promise<void> {
  const message = `${bead.id}: ${what}`;
  await tools.git('add', '--', ...files.map(({ path }) => path));
  await tools.git('commit', '--quiet', '-m', message);
  await tell(`Committed ${await tools.git('rev-parse', '--short', 'HEAD')}  ${message}`);
}

async function done({ tools, tell }: SimScene): Promise<number> {
  await tell('$ gt done');
  return (await tools.done()) === 0 ? 0 : 1;
}

function forever(): Promise<never> {
  return new Promise(() => {
    setInterval(() => undefined, 60_000);
  });
}
