import { type QuickInput, QuickInputButtons, type QuickPickItem, ThemeIcon, window } from 'vscode';
import { Refusal } from '../server/domain/refusal.ts';

/** One thing to choose. */
export interface Choice<Value> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  readonly icon?: string;
  readonly picked?: boolean;
  readonly value: Value;
}

/** Where a question stands: the second of three. The first offers no way back. */
export interface Place {
  readonly title: string;
  readonly step: number;
  readonly of: number;
}

/** Answer of a question: go back to the one before. */
export const back = Symbol('back');

/** One question: the answers so far, with its own added; `back`; undefined where the person gave up. */
export type Step<Answers> = (answers: Answers, place: Place) => Promise<Answers | typeof back | undefined>;

/**
 * Asks one after the other, with a way back. Undefined where the person gave up. A step that gives its answers back as they are has
 * asked nothing: the way back leads past it.
 */
export async function inSteps<Answers>(
  title: string,
  start: Answers,
  steps: readonly Step<Answers>[],
): Promise<Answers | undefined> {
  const answers = [start];
  let at = 0;
  for (let step = steps[at]; step; step = steps[at]) {
    const answer = await step(answers[at] ?? start, { title, step: at + 1, of: steps.length });
    if (answer === undefined) return undefined;
    if (answer !== back) answers[at + 1] = answer;
    at = answer === back ? asked(answers, at) : at + 1;
  }
  return answers[at];
}

/** The last step before this one that asked something; the first where none did. */
function asked(answers: readonly unknown[], at: number): number {
  let before = Math.max(0, at - 1);
  while (before > 0 && answers[before + 1] === answers[before]) before -= 1;
  return before;
}

/** A list to choose one from. */
export async function pickOne<Value>(
  place: Place,
  placeholder: string,
  choices: Promise<readonly Choice<Value>[]>,
): Promise<Value | typeof back | undefined> {
  const picked = await pick(place, placeholder, choices, false);
  return picked === back || picked === undefined ? picked : picked[0];
}

/** A list to choose several from. */
export function pickSome<Value>(
  place: Place,
  placeholder: string,
  choices: Promise<readonly Choice<Value>[]>,
): Promise<readonly Value[] | typeof back | undefined> {
  return pick(place, placeholder, choices, true);
}

/** The problem of a text, as the town's own rule would refuse it. */
export function refusedBy(rule: (text: string) => unknown): (text: string) => string | undefined {
  return (text) => {
    try {
      rule(text);
      return undefined;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  };
}

/** One line of text. `problem` says what is wrong with it, if anything is. */
export async function askText(
  place: Place,
  {
    prompt,
    value = '',
    problem,
  }: {
    readonly prompt: string;
    readonly value?: string;
    readonly problem: (text: string) => string | undefined;
  },
): Promise<string | typeof back | undefined> {
  const input = window.createInputBox();
  placeAt(input, place);
  input.prompt = prompt;
  input.value = value;
  input.ignoreFocusOut = true;
  input.onDidChangeValue((text) => (input.validationMessage = problem(text)));
  return await answerOf(input, () => {
    input.validationMessage = problem(input.value);
    return input.validationMessage ? undefined : input.value;
  });
}

interface Item<Value> extends QuickPickItem {
  readonly value: Value;
}

async function pick<Value>(
  place: Place,
  placeholder: string,
  choices: Promise<readonly Choice<Value>[]>,
  several: boolean,
): Promise<readonly Value[] | typeof back | undefined> {
  const input = window.createQuickPick<Item<Value>>();
  placeAt(input, place);
  input.placeholder = placeholder;
  input.canSelectMany = several;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.ignoreFocusOut = true;
  input.busy = true;
  const answer = answerOf(input, () =>
    input.selectedItems.length > 0 ? input.selectedItems.map(({ value }) => value) : undefined,
  );
  try {
    input.items = (await choices).map(item);
    input.selectedItems = input.items.filter(({ picked }) => several && picked === true);
    input.busy = false;
  } catch (error) {
    input.dispose();
    throw error;
  }
  return await answer;
}

function item<Value>({ icon, ...choice }: Choice<Value>): Item<Value> {
  return icon === undefined ? choice : { ...choice, iconPath: new ThemeIcon(icon) };
}

interface Answerable extends QuickInput {
  buttons: readonly { readonly iconPath: unknown }[];
  readonly onDidAccept: (listener: () => void) => unknown;
  readonly onDidTriggerButton: (listener: (button: unknown) => void) => unknown;
}

/** Shows it and waits for Enter with something chosen, the way back, or its end. */
function answerOf<T>(input: Answerable, accepted: () => T | undefined): Promise<T | typeof back | undefined> {
  return new Promise((resolve) => {
    let open = true;
    const finish = (answer: T | typeof back | undefined): void => {
      // Its end hides it, and being hidden is an end.
      if (!open) return;
      open = false;
      resolve(answer);
      input.dispose();
    };
    input.onDidAccept(() => {
      const answer = accepted();
      if (answer !== undefined) finish(answer);
    });
    input.onDidTriggerButton((button) => {
      if (button === QuickInputButtons.Back) finish(back);
    });
    input.onDidHide(() => finish(undefined));
    input.show();
  });
}

function placeAt(input: Answerable, { title, step, of }: Place): void {
  input.title = title;
  if (of > 1) {
    input.step = step;
    input.totalSteps = of;
  }
  if (step > 1) input.buttons = [QuickInputButtons.Back];
}
