import { displayText } from '../../domain/text.ts';
import { isUntried, testedSteps, testedStepWords, type CheckedStep } from '../../protocol/runtimeTest.ts';
import type { ServerEvent } from '../askServerProgram.ts';
import { paint, type Look, type Output, type Paint } from '../output.ts';
import { cut } from '../table.ts';
import { wrapped } from './wrapped.ts';

type Step = CheckedStep['step'];

export interface Checklist {
  take(event: ServerEvent): void;
  end(): void;
}

const widest = Math.max(...Object.values(testedStepWords).map((words) => words.length));

/** A line for each step, in the order of the list: one that is known early waits for those before it. */
export function plainChecklist(output: Output): Checklist {
  const known = new Map<Step, CheckedStep>();
  let next = 0;
  return {
    take(event) {
      const said = headOf(event, output.look);
      if (said.length > 0) output.print(said);
      const step = stepOf(event);
      if (step) known.set(step.step, step);
      for (; next < testedSteps.length; next += 1) {
        const name = testedSteps[next];
        const due = name === undefined ? undefined : known.get(name);
        if (!due) return;
        output.print(stepLines(due, output.look));
      }
    },
    // What is left waits for a step that will not come any more.
    end() {
      for (const name of testedSteps.slice(next)) {
        const step = known.get(name);
        if (step) output.print(stepLines(step, output.look));
      }
    },
  };
}

/** The whole list, drawn anew in its place. */
export function liveChecklist(output: Output): Checklist {
  const known = new Map<Step, CheckedStep>();
  let drawn = 0;
  let isBegun = false;
  const erase = (): void => {
    if (drawn > 0) output.draw(`\u001B[${drawn}A\u001B[J`);
    drawn = 0;
  };
  const redraw = (): void => {
    const { look } = output;
    const lines = testedSteps.map((name) => {
      const step = known.get(name);
      return step
        ? stepLine(step, look)
        : paint(look, 'dim', `  ${mark(undefined)} ${testedStepWords[name]}`);
    });
    output.print(lines);
    drawn = lines.length;
  };
  return {
    take(event) {
      erase();
      const said = headOf(event, output.look);
      if (said.length > 0) output.print(said);
      isBegun ||= event.event === 'begin';
      const step = stepOf(event);
      if (step) known.set(step.step, step);
      if (isBegun) redraw();
    },
    // In full once it is over: what was seen does not fit on one line each.
    end() {
      erase();
      for (const name of testedSteps) {
        const step = known.get(name);
        if (step) output.print(stepLines(step, output.look));
      }
    },
  };
}

export const silentChecklist: Checklist = { take: () => {}, end: () => {} };

/** What decides, and what to do next. */
export function resultLines(
  {
    label,
    compatible,
    steps,
  }: { readonly label: string; readonly compatible: boolean; readonly steps: readonly CheckedStep[] },
  look: Look,
): string[] {
  if (isUntried(steps))
    return [
      paint(look, 'bold', `${displayText(label, 60)}: the contract was not tried.`),
      `Why is said above, at "${testedStepWords.hook}".`,
    ];
  const deciding = steps.filter(({ decides }) => decides);
  const held = deciding.filter(({ outcome }) => outcome === 'passed').length;
  const words = `${displayText(label, 60)}: ${held} of ${deciding.length} of the contract hold.`;
  return [
    paint(look, 'bold', words),
    compatible
      ? 'It is a runtime of the town.'
      : 'Hook, commit, update and done must all hold: then it is a runtime of the town.',
  ];
}

function stepOf(event: ServerEvent): CheckedStep | undefined {
  return event.event === 'step' && isStep(event) ? event : undefined;
}

/** What the server's program prints may be of another version: a line that is none of ours is left out. */
export function isStep(value: unknown): value is CheckedStep & ServerEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { step, decides, outcome, evidence, advice, seconds } = value as Readonly<Record<string, unknown>>;
  return (
    testedSteps.some((name) => name === step) &&
    ['passed', 'failed', 'skipped'].includes(outcome as string) &&
    typeof decides === 'boolean' &&
    typeof evidence === 'string' &&
    (advice === undefined || typeof advice === 'string') &&
    typeof seconds === 'number'
  );
}

function headOf(event: ServerEvent, look: Look): string[] {
  if (event.event === 'note')
    return String(event['text'])
      .split('\n')
      .map((line) => displayText(line, 300));
  if (event.event !== 'begin') return [];
  const within =
    event['deadlineSeconds'] === undefined ? '' : `, within ${minutes(Number(event['deadlineSeconds']))}`;
  const account = event['live'] === true ? ', with your own account' : '';
  const words = `Testing ${displayText(String(event['label']), 60)} in a town of its own${account}${within}.`;
  return wrapped(words, look.width);
}

function minutes(seconds: number): string {
  return seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} s`;
}

/** In full: what was seen goes on below, in its own column. */
function stepLines(step: CheckedStep, look: Look): string[] {
  const start = `${lead(step)}  `;
  const column = ' '.repeat(start.length);
  const [first = '', ...more] = wrapped(displayText(step.evidence, 1000), look.width - start.length);
  const advice =
    step.advice === undefined
      ? []
      : wrapped(`What to do: ${displayText(step.advice, 1000)}`, look.width - column.length);
  return [
    painted(start + first, step, look),
    ...more.map((line) => column + line),
    ...advice.map((line) => column + paint(look, 'yellow', line)),
  ];
}

function stepLine(step: CheckedStep, look: Look): string {
  return painted(cut(`${lead(step)}  ${displayText(step.evidence, 300)}`, look.width), step, look);
}

function lead(step: CheckedStep): string {
  return `  ${mark(step.outcome)} ${testedStepWords[step.step].padEnd(widest)}`;
}

function mark(outcome: CheckedStep['outcome'] | undefined): string {
  return (outcome ?? '…').padEnd('skipped'.length);
}

/** The word says it; its colour only repeats it. */
function painted(line: string, { outcome }: CheckedStep, look: Look): string {
  return `  ${paint(look, colors[outcome], outcome)}${line.slice(2 + outcome.length)}`;
}

const colors: Readonly<Record<CheckedStep['outcome'], Paint>> = {
  passed: 'green',
  failed: 'red',
  skipped: 'dim',
};
