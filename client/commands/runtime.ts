import { type CancellationToken, ProgressLocation, window } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import { displayText } from '../../server/domain/text.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import { isUntried } from '../../server/protocol/runtimeTest.ts';
import type { RuntimeTestResult } from '../../server/protocol/runtimeTestRequest.ts';
import { inform, mention, warn } from '../messages.ts';
import type { RuntimeTestRun } from '../runtimeTests.ts';
import { back, type Choice, pickOne } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { installCommand } from '../views/runtimeWords.ts';
import { stepWords } from '../views/runtimeTestText.ts';
import { chooseRig, textsIn } from './choose.ts';
import type { CommandParts } from './parts.ts';
import { copyInstall, pickRuntime } from './runtimePick.ts';

/** Another runtime for a rig's new work. What is being worked goes on as it was, and that is said. */
export async function changeRuntime(parts: CommandParts, argument?: unknown): Promise<string | undefined> {
  const { connection, model } = parts;
  const title = 'Change Runtime';
  const summary = await chooseRig(model, argument, title);
  if (!summary) return undefined;
  const { id: rig, runtime: before } = summary.rig;
  const given = textsIn(argument)['runtime'];
  const asked = { question: `Who works in ${rig} from now on?`, usual: { runtime: before, word: 'now' } };
  const runtime = given ?? (await pickRuntime(model, { title, step: 1, of: 1 }, asked));
  if (runtime === undefined || runtime === back) return undefined;
  const after = await connection.ask('rig/configure', { rig, key: 'runtime', words: [runtime] });
  const label = displayText(after.runtimeLabel, 40);
  const others = (model.town?.polecats ?? []).filter(
    ({ polecat }) => polecat.rig === rig && polecat.state !== 'done' && polecat.runtime !== after.rig.runtime,
  );
  const rest =
    others.length === 0
      ? ''
      : ` ${others.map(({ polecat }) => polecat.name).join(', ')} ${others.length === 1 ? 'goes' : 'go'} on as before.`;
  inform(`New work in ${rig} goes to ${label}.${rest}`, {
    label: 'Test Runtime',
    run: () => testRuntime(parts, { runtime: after.rig.runtime }),
  });
  return after.rig.runtime;
}

/** What installs the runtime of the rig that this was called on. */
export async function copyInstallCommand({ model }: CommandParts, argument?: unknown): Promise<void> {
  const summary = await chooseRig(model, argument, 'Copy Install Command');
  const runtime = model.runtimes.find(summary?.rig.runtime);
  if (!runtime) return;
  const line = installCommand(runtime);
  if (line !== undefined) return await copyInstall(line);
  throw new Refusal(
    'not-found',
    `No command is known that installs ${displayText(runtime.preset.label, 40)}.`,
  );
}

/** Takes a runtime through the contract, and shows what is seen while it is seen. With the user's account only after a yes. */
export async function testRuntime(
  parts: CommandParts,
  argument?: unknown,
): Promise<RuntimeTestResult | undefined> {
  const runtime = await runtimeToTest(parts, argument);
  if (!runtime) return undefined;
  const { id, label } = runtime.preset;
  const live = await isLive(runtime, argument);
  if (live === undefined) return undefined;
  const name = displayText(label, 40);
  const run = parts.runtimeTests.begin({ runtime: id, label: name, live });
  try {
    await run.show();
    const result = await window.withProgress(
      { location: ProgressLocation.Notification, title: `Testing ${name}...`, cancellable: true },
      (progress, token) => {
        const report = (message: string): void => progress.report({ message });
        return follow(parts, { runtime: id, live }, { run, report, token });
      },
    );
    run.end(result);
    sayResult(run, name, result);
    return result;
  } catch (error) {
    run.fail(error);
    throw error;
  }
}

interface Following {
  readonly run: RuntimeTestRun;
  readonly report: (message: string) => void;
  readonly token: CancellationToken;
}

/** Undefined where the person cancelled it. */
async function follow(
  { connection }: CommandParts,
  params: { readonly runtime: string; readonly live: boolean },
  { run, report, token }: Following,
): Promise<RuntimeTestResult | undefined> {
  const listener = connection.onDidTestRuntime((event) => {
    run.take(event);
    if (event.event === 'step') report(`${stepWords(event.step)}: ${event.outcome}`);
  });
  try {
    return await connection.testRuntime(params, token);
  } catch (error) {
    if (token.isCancellationRequested) return undefined;
    throw error;
  } finally {
    listener.dispose();
  }
}

function sayResult(run: RuntimeTestRun, label: string, result: RuntimeTestResult | undefined): void {
  if (!result) return mention(`The test of ${label} was cancelled.`);
  const show = { label: 'Show Result', run: () => run.show() };
  if (result.compatible) return inform(`${label} keeps the contract: hook, commits, done.`, show);
  if (isUntried(result.steps)) {
    const reason = result.steps.find(({ decides }) => decides)?.evidence ?? '';
    return inform(`The contract was not tried with ${label}. ${displayText(reason, 300)}`, show);
  }
  const failed = result.steps.find(({ decides, outcome }) => decides && outcome !== 'passed');
  const why = failed
    ? ` What failed: ${stepWords(failed.step)}. ${displayText(failed.advice ?? failed.evidence, 300)}`
    : '';
  warn(`${label} does not keep the contract yet.${why}`, show);
}

async function runtimeToTest(
  { model }: CommandParts,
  argument: unknown,
): Promise<RuntimeSummary | undefined> {
  const subject = subjectIn(argument);
  const named =
    subject?.kind === 'rig'
      ? model.town?.rigs.find(({ rig }) => rig.id === subject.rig)?.rig.runtime
      : textsIn(argument)['runtime'];
  const place = { title: 'Test Runtime', step: 1, of: 1 };
  const name = named ?? (await pickRuntime(model, place, { question: 'Which one?' }));
  if (name === undefined || name === back) return undefined;
  const found = (await model.runtimes.read()).find(({ preset }) => preset.id === name);
  if (found) return found;
  throw new Refusal('not-found', `There is no runtime ${displayText(name, 60)}.`, { field: 'runtime' });
}

/** Undefined: the person gave up, or said no. */
async function isLive({ preset }: RuntimeSummary, argument: unknown): Promise<boolean | undefined> {
  const given = (argument ?? {}) as { readonly live?: unknown };
  const label = displayText(preset.label, 40);
  const asked =
    typeof given.live === 'boolean' ? given.live : preset.needs.account ? await askLive(label) : false;
  if (asked !== true) return asked;
  const options = {
    modal: true,
    detail:
      'It works in a throw-away town and repository, but as you: its model is really asked, with your own account, and what that costs is charged to you.',
  };
  const pressed = await window.showWarningMessage(
    `Test ${label} live, with your own account?`,
    options,
    'Test Live',
  );
  return pressed === 'Test Live' ? true : undefined;
}

async function askLive(label: string): Promise<boolean | undefined> {
  const choices: Choice<boolean>[] = [
    {
      label: 'Without Your Account',
      description: 'costs nothing',
      detail: `What can be seen of ${label} without asking its model`,
      value: false,
    },
    {
      label: 'Live',
      description: 'uses your own account',
      detail: 'The whole contract, from the hook to the signal that it is done',
      value: true,
    },
  ];
  const place = { title: `Test ${label}`, step: 1, of: 1 };
  const picked = await pickOne(place, 'How far may it go?', Promise.resolve(choices));
  return picked === back ? undefined : picked;
}
