import { join } from 'node:path';
import type { Sha } from '../domain/ids.ts';
import type { Agent } from '../domain/agent.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { LaunchStep } from '../domain/session.ts';
import { displayText, shellWord } from '../domain/text.ts';
import type { UnapprovedKey } from '../protocol/rig.ts';
import type { Context } from './context.ts';
import { targetRef } from './targets.ts';

/** Installing everything a large project needs takes its time; what takes longer has hung. */
const deadlineMs = 30 * 60_000;

/** A setup command as it would run from a commit. */
export interface Setup {
  readonly argv: readonly string[];
  /** What of it lies in the repository. */
  readonly files: readonly string[];
  /** SHA-256 of the command and of the content of those files. */
  readonly hash: string;
}

export const isApproved = (rig: Rig, { hash }: Setup): boolean => rig.approvedSetup === hash;

/** Undefined where there is none. */
async function setupAt(context: Context, rig: Rig, base: Sha): Promise<Setup | undefined> {
  const argv = rig.settings.setup ?? [];
  if (argv.length === 0) return undefined;
  const paths = argv.map((word) => word.replace(/^(?:\.\/)+/u, '')).filter(isTreePath);
  const files = await context.git.filesOf(rig, base, [...new Set(paths)]);
  const content = files.map(({ path, blob }) => [path, blob]);
  return { argv, files: files.map(({ path }) => path), hash: context.hash(JSON.stringify([argv, content])) };
}

/** As the rig's target stands now. */
export async function setupNow(context: Context, rig: Rig): Promise<Setup | undefined> {
  const base = await context.git.resolve(rig, targetRef(context, rig));
  return base && (await setupAt(context, rig, base));
}

/** What a session runs before its runtime. Refused with `unapproved` where nobody has approved it, or not as it is in that commit. */
export async function setupSteps(context: Context, rig: Rig, base: Sha): Promise<readonly LaunchStep[]> {
  const setup = await setupAt(context, rig, base);
  if (!setup) return [];
  if (!isApproved(rig, setup)) {
    const known = rig.approvedSetup !== undefined;
    const why = known ? 'has changed since it was approved' : 'has not been approved';
    throw new Refusal('unapproved', `The setup command of ${rig.id} ${why}: ${describeSetup(setup)}`, {
      next: `gt rig approve ${rig.id}`,
      facts: { keys: setupKeys(setup), hash: setup.hash },
    });
  }
  return [{ argv: setup.argv, ...asSetup }];
}

const asSetup = { label: 'setup', timeoutMs: deadlineMs } as const;

/**
 * What the next session of an agent that is there runs before its runtime: nothing, once a runtime ran there, and nothing for crew, who
 * set up their workplace themselves, or in a checkout of the user's. The command that failed in an earlier one was approved as it stands in that workplace, whatever has
 * become of it on the target since.
 */
export async function setupAgain(
  context: Context,
  rig: Rig | undefined,
  agent: Agent,
): Promise<readonly LaunchStep[]> {
  if (!rig || agent.role !== 'polecat' || agent.isolation === 'in-place') return [];
  const earlier = [...context.store.view.find('sessionsByAgent', agent.id)].filter(
    ({ launch }) => launch.directory === agent.worktree,
  );
  if (earlier.some(({ startedAt, before }) => startedAt !== undefined && before === undefined)) return [];
  const wanted = stepsIn(agent.worktree, [{ argv: rig.settings.setup ?? [], ...asSetup }]);
  const same = earlier.find(({ launch }) => isSame(launch.before ?? [], wanted));
  return same?.launch.before ?? (await setupSteps(context, rig, agent.base));
}

const isSame = (some: readonly LaunchStep[], others: readonly LaunchStep[]): boolean =>
  JSON.stringify(some.map(({ argv }) => argv)) === JSON.stringify(others.map(({ argv }) => argv));

/** For people to read, in the form in which they approve configuration. */
export function setupKeys(setup: Setup): readonly UnapprovedKey[] {
  return [{ key: 'setup', value: describeSetup(setup), scope: 'rig' }];
}

export function describeSetup({ argv, files }: Pick<Setup, 'argv' | 'files'>): string {
  const command = displayText(argv.map(shellWord).join(' '), 500);
  const named = files.map((file) => displayText(file, 100)).join(', ');
  return files.length === 0 ? command : `${command} (with what is now in ${named})`;
}

/** The program of a step, where it is named by a path in the workplace. */
export function stepsIn(directory: string, steps: readonly LaunchStep[]): readonly LaunchStep[] {
  return steps.map((step) => {
    const [program = '', ...args] = step.argv;
    const isRelative = /^[^/\\]+[/\\]/u.test(program) && !/^[A-Za-z]:/u.test(program);
    return isRelative ? { ...step, argv: [join(directory, program), ...args] } : step;
  });
}

const isTreePath = (word: string): boolean =>
  !/[\0\n]/u.test(word) && word.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
