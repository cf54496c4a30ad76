import assert from 'node:assert/strict';
import type { Polecat } from '../../server/domain/polecat.ts';
import type { HostKind } from '../../server/domain/session.ts';
import { becomes, sessionOf } from '../e2e/liveTown.ts';
import { processesOf } from '../e2e/terminal.ts';
import { eventually } from '../support/wait.ts';
import { answered, asked, landed, newTask, sling, type Task } from './beads.ts';
import type { Step as ScriptStep } from './model/script.ts';
import { NotHere, type Step } from './results.ts';
import type { Laboratory } from './town.ts';

/** What one runtime is taken through. Each step fills one column. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly columns: readonly string[];
  play(lab: Laboratory, place: Place, step: Step): Promise<void>;
}

export interface Place {
  readonly runtime: string;
  readonly host: HostKind;
}

export const oneBead: Scenario = {
  name: 'bead',
  title: 'One bead',
  about:
    'Slung, until the model was asked first; its hook read; its own bead updated; the work committed; done said; landed on main by the town and verified, with the polecat as author and committer, its session ended and its worktree removed. Primed says how what `gt prime` prints came to the model: with its start, by a lifecycle hook or the prompt, or by a call that the first prompt asks for.',
  columns: ['slung', 'hook', 'update', 'commit', 'done and landed', 'primed'],
  async play(lab, { runtime, host }, step) {
    const task = await newTask(lab, runtime, `whole-${host}`);
    const slung = await step(async () => {
      const all = await sling(lab, [task], host);
      await asked(lab, task);
      return all;
    });
    await step(() => answered(lab, task, 'hook'));
    await step(() => answered(lab, task, 'update'));
    await step(() => answered(lab, task, 'commit'));
    await step(() => landed(lab, task, { agent: slung[0]?.agent ?? '', runtime }));
    await step(() => Promise.resolve(primedHow(lab, task)));
  },
};

export const killed: Scenario = {
  name: 'killed',
  title: 'Killed in the middle',
  about:
    'Its process is ended with SIGKILL while the model has read the hook and is silent: the town says that it failed, nothing of the session is left running, and `gt session run` on the same worktree and hook takes the bead to its landing. It goes on with its own session where the model finds there what it did before.',
  columns: ['at work', 'killed, and seen', 'resumed and landed'],
  async play(lab, { runtime, host }, step) {
    const task = await newTask(lab, runtime, `killed-${host}`, { silentAfter: 'update' });
    const { agent } = await step(async () => ({ agent: await silent(lab, task, { host, after: 'update' }) }));
    const { worktree } = await step(() => kill(lab, task, agent));
    await step(async () => {
      lab.model.play(task.bead, { word: task.word });
      const session = await lab.client.request('session/run', { agent, host });
      assert.equal(session.launch.directory, worktree);
      const before = lab.model.about(task.bead).length;
      await landed(lab, task, { agent, runtime });
      const goesOn = lab.model.about(task.bead)[before]?.answered.has('update') === true;
      return goesOn ? 'its own session' : 'a new session';
    });
  },
};

export const refused: Scenario = {
  name: 'refused',
  title: 'Refused by its vendor',
  about:
    'The vendor answers each request with 401, and then, to another bead, with 429: the session ends without done, and the town says which of them it was.',
  columns: ['401', '429'],
  async play(lab, { runtime, host }, step) {
    await step(() => refusedWith(lab, { runtime, host }, 401));
    await step(() => refusedWith(lab, { runtime, host }, 429));
  },
};

const verdicts = { 401: ['sign-in'], 429: ['rate-limit', 'quota'] } as const;

/** Those that are known to go on asking where they are limited, for as long as they are let. */
const patient: readonly string[] = ['augment'];
const patienceMs = 60_000;

async function refusedWith(lab: Laboratory, { runtime, host }: Place, status: 401 | 429): Promise<string> {
  const task = await newTask(lab, runtime, `refused-${status}-${host}`, { refuses: status });
  try {
    const [slung] = await sling(lab, [task], host);
    const over = async (): Promise<boolean> => {
      const { polecat } = await lab.client.request('polecat/get', { agent: slung?.agent ?? '' });
      return polecat.state === 'failed' || polecat.state === 'rate-limited';
    };
    await eventually(`${runtime} gives up`, over, patienceMs).catch((error: unknown) => {
      const requests = lab.model.about(task.bead).length;
      if (!patient.includes(runtime) || requests < 2) throw error;
      throw new NotHere(`It asks again and again and does not end: ${requests} requests in 60 s.`);
    });
    const { failure } = await sessionOf(lab.client, slung?.agent ?? '');
    const expected: readonly (string | undefined)[] = verdicts[status];
    assert.ok(expected.includes(failure?.verdict), JSON.stringify(failure));
    return failure?.verdict ?? '';
  } finally {
    await lab.client.request('work/unsling', { bead: task.bead });
  }
}

const judged = ['hook', 'commit', 'update', 'done'];

/** What cannot be on a machine that reaches no vendor: in a new home, Claude Code's first run wants to reach its own. */
const wantsVendor: Readonly<Record<string, readonly string[]>> = { 'claude-code': ['terminal'] };

export const contract: Scenario = {
  name: 'contract',
  title: 'gt runtime test',
  about:
    'What `gt runtime test --live` finds, in a town that it makes for it: the contract holds. Beside it, how many of the capabilities passed, and that none failed. (In a new home without an account Claude Code ends at once here, with "Unable to connect to Anthropic services": the laboratory reaches no vendor.)',
  columns: ['contract', 'capabilities'],
  async play(lab, { runtime, host }, step) {
    const steps = await step(async () => {
      const words = ['runtime', 'test', runtime, '--live', '--yes', '--host', host, '--json'];
      const { code, stdout, stderr } = await lab.terminal.gt(...words);
      const { compatible, steps: all } = JSON.parse(stdout || '{}') as Partial<Contract>;
      assert.deepEqual([code, compatible], [0, true], `${stderr}${stdout}`);
      return all ?? [];
    });
    await step(() => {
      const beside = steps.filter((each) => !judged.includes(each.step));
      const excused = wantsVendor[runtime] ?? [];
      const failed = beside.filter((each) => each.outcome === 'failed' && !excused.includes(each.step));
      assert.deepEqual(failed, []);
      return Promise.resolve(
        `${beside.filter(({ outcome }) => outcome === 'passed').length} of ${beside.length}`,
      );
    });
  },
};

interface Contract {
  readonly compatible: boolean;
  readonly steps: readonly { readonly step: string; readonly outcome: string; readonly evidence: string }[];
}

export const twoAtOnce: Scenario = {
  name: 'two',
  title: 'Two at once',
  about:
    'Two sessions of the same runtime in one rig, each held until both have read their hooks: each sees its own hook and no other, its shell has its own GT_POLECAT and GT_ROLE, its commits its own author.',
  columns: ['both at work', 'both landed', 'identities'],
  async play(lab, { runtime, host }, step) {
    const names = [`left-${host}`, `right-${host}`];
    const { prefix } = (await lab.client.request('rig/get', { rig: await lab.rigOf(runtime) })).rig;
    const meets = names.map((name) => `${prefix}-${name}`);
    const tasks: Task[] = [];
    for (const name of names) tasks.push(await newTask(lab, runtime, name, { meets }));
    const agents = await step(async () => {
      const slung = await sling(lab, tasks, host);
      await Promise.all(tasks.map((task) => answered(lab, task, 'update')));
      return slung.map(({ agent }) => agent);
    });
    await step(async () => {
      await Promise.all(tasks.map((task, at) => landed(lab, task, { agent: agents[at] ?? '', runtime })));
    });
    await step(async () => {
      for (const [at, task] of tasks.entries()) identity(lab, task, agents[at] ?? '');
      return Promise.resolve();
    });
  },
};

/** Slung, and waiting for a model that says nothing any more. Gives the agent. */
export async function silent(
  lab: Laboratory,
  task: Task,
  { host, after }: { readonly host: HostKind; readonly after: ScriptStep },
): Promise<string> {
  const [slung] = await sling(lab, [task], host);
  await answered(lab, task, after);
  return slung?.agent ?? '';
}

/** Ends the runtime's process the hard way. The town notices, and nothing of the session is left. */
export async function kill(lab: Laboratory, task: Task, agent: string): Promise<Polecat> {
  const { pid = 0, launch } = await sessionOf(lab.client, agent);
  process.kill(pid, 'SIGKILL');
  const polecat = await becomes(lab.client, task.bead, 'failed', 30_000);
  assert.match(polecat.reason ?? '', /SIGKILL/);
  const mark = `GT_SESSION=${launch.environment['GT_SESSION']}`;
  await eventually('nothing of the session runs', () => processesOf(mark).length === 0, 30_000);
  return polecat;
}

function primedHow(lab: Laboratory, task: Task): string {
  const seen = lab.model.about(task.bead);
  if (seen[0]?.primed === true) return 'at its start';
  if (seen.some(({ answered: steps }) => steps.has('prime'))) return 'by a call';
  throw new Error('What gt prime prints has not reached the model.');
}

function identity(lab: Laboratory, task: Task, agent: string): void {
  const name = agent.split('/')[1] ?? '';
  const hooks = lab.model
    .about(task.bead)
    .flatMap(({ results }) => results.filter(({ call }) => call.includes('hook')).map(({ text }) => text));
  assert.ok(hooks.length > 0, 'it has read its hook');
  for (const hook of hooks) assert.match(hook, new RegExp(`Hook of ${agent}\\b`));
  assert.ok(
    lab.gitCalls().includes(`${name} polecat ${name} commit`),
    `git commit was called with the variables of ${name}`,
  );
}
