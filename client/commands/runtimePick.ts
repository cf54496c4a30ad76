import { env, window } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import { displayText } from '../../server/domain/text.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import { mention } from '../messages.ts';
import type { Model } from '../model.ts';
import { isMissing } from '../runtimes.ts';
import { back, type Choice, pickOne, type Place } from '../steps.ts';
import { joined } from '../views/row.ts';
import { installCommand, installLine, missingWords, readinessWords } from '../views/runtimeWords.ts';

/** What a runtime is asked for. */
export interface RuntimeQuestion {
  /** `Who works in it?` */
  readonly question: string;
  /** The one that is there already, and what to call it: `usual in backend`. It stands first. */
  readonly usual?: { readonly runtime: string | undefined; readonly word: string };
  /** Not offered. */
  readonly except?: string | undefined;
}

const advice = 'Start with one runtime, specialize later.';

/** One that is installed. Whoever picks another learns how to install it, and may pick again. */
export async function pickRuntime(
  { runtimes }: Pick<Model, 'runtimes'>,
  place: Place,
  asked: RuntimeQuestion,
): Promise<string | typeof back | undefined> {
  for (;;) {
    const choices = runtimes.read().then((all) => runtimeChoices(all, asked));
    const picked = await pickOne(place, `${asked.question} ${advice}`, choices);
    if (picked === undefined || picked === back) return picked;
    if (!isMissing(picked)) return picked.preset.id;
    if ((await sayMissing(picked)) !== 'another') return undefined;
  }
}

/** Says that nothing can be started with it, and how that is changed. `another`: the person wants to choose another one. */
export async function sayMissing(runtime: RuntimeSummary): Promise<'another' | undefined> {
  const [copy, another] = ['Copy Install Command', 'Choose Another Runtime'];
  const line = installCommand(runtime);
  const buttons = line === undefined ? [another] : [copy, another];
  const pressed = await window.showWarningMessage(missingWords(runtime), ...buttons);
  if (pressed === copy && line !== undefined) await copyInstall(line);
  return pressed === another ? 'another' : undefined;
}

/** The runtime that a refusal says is not installed; undefined where the refusal is about something else. */
export async function missingIn(
  { runtimes }: Pick<Model, 'runtimes'>,
  refusal: { readonly code: string; readonly facts?: Readonly<Record<string, unknown>> },
): Promise<RuntimeSummary | undefined> {
  if (refusal.code !== 'missing-program') return undefined;
  const command = refusal.facts?.['command'];
  return (await runtimes.read()).find(({ preset }) => preset.command === command);
}

/** What failed of a missing program is said, and whether the person chooses another runtime. What failed of anything else is thrown on. */
export async function wantsAnother(model: Pick<Model, 'runtimes'>, error: unknown): Promise<boolean> {
  const missing =
    error instanceof Refusal && (await missingIn(model, { code: error.code, ...error.details }));
  if (!missing) throw error;
  return (await sayMissing(missing)) === 'another';
}

export async function copyInstall(line: string): Promise<void> {
  await env.clipboard.writeText(line);
  mention(`Copied ${line}`);
}

/** Those that are installed come first; beyond that the order is the town's. */
function runtimeChoices(
  all: readonly RuntimeSummary[],
  { usual, except }: Omit<RuntimeQuestion, 'question'>,
): readonly Choice<RuntimeSummary>[] {
  const isUsual = ({ preset }: RuntimeSummary): boolean => preset.id === usual?.runtime;
  const rank = (runtime: RuntimeSummary): number => (isMissing(runtime) ? 2 : isUsual(runtime) ? 0 : 1);
  return all
    .filter(({ preset }) => preset.id !== except)
    .toSorted((a, b) => rank(a) - rank(b))
    .map((runtime) => choiceOf(runtime, isUsual(runtime) ? usual?.word : undefined));
}

function choiceOf(runtime: RuntimeSummary, usual: string | undefined): Choice<RuntimeSummary> {
  const { preset } = runtime;
  const install = isMissing(runtime) ? installLine(runtime) : undefined;
  return {
    label: displayText(preset.label, 40),
    description: joined(usual, displayText(preset.bestFor, 120)),
    detail: joined(readinessWords(runtime), install, displayText(preset.tradeOffs, 120)),
    icon: isMissing(runtime) ? 'circle-slash' : preset.icon,
    value: runtime,
  };
}
