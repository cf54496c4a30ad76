import { contractSteps } from '../../server/domain/contract.ts';
import { displayText } from '../../server/domain/text.ts';
import { testedSteps, testedStepWords, type CheckedStep } from '../../server/protocol/runtimeTest.ts';

/** What a test has shown so far. */
export interface RuntimeTestView {
  readonly runtime: string;
  readonly label: string;
  readonly live: boolean;
  readonly steps: readonly CheckedStep[];
  /** For a person who is the runtime: what to do. */
  readonly note?: string;
  /** What came of it; absent: it is still going on. */
  readonly ending?: string;
}

/** A step as something that the runtime does: `reads its hook`. */
export function stepWords(step: CheckedStep['step']): string {
  return words[step] ?? displayText(step, 40);
}

const others = testedSteps.filter((step) => !contractSteps.some((each) => each === step));

/** A server of another version may tell a step that is none of ours. */
const words: Partial<Record<string, string>> = testedStepWords;

const marks = { passed: '✔', failed: '✖', skipped: '–' } as const;

/** As a document: how it stands, which a terminal below must not hide, then what has been seen and what is still to be seen. */
export function runtimeTestText(view: RuntimeTestView): string {
  const decide = lines(view, contractSteps, true);
  const beside = lines(view, others, false);
  return [
    `Runtime test of ${view.label}${view.label === view.runtime ? '' : ` (${view.runtime})`}`,
    `In a throw-away town and repository, ${view.live ? 'live: with your own account.' : 'without your account.'}`,
    view.ending ?? `The test is going on... ${view.live ? answering : ''}`.trimEnd(),
    '',
    ...noteLines(view),
    'The contract: these four decide',
    ...decide,
    '',
    'Beside it: none of these decides',
    ...beside,
    '',
  ].join('\n');
}

const answering = 'What it asks in its terminal is for you to answer.';

/** Until there is nothing to do any more. */
function noteLines({ note, ending }: RuntimeTestView): string[] {
  if (note === undefined || ending !== undefined) return [];
  const said = note.split('\n').flatMap((each) => {
    const [first = '', ...more] = wrapped(displayText(each, 300));
    return [`  ${first}`, ...more.map((rest) => `  ${/^\d\. /.test(first) ? '   ' : ''}${rest}`)];
  });
  return ['What you do now, in the terminal that was opened:', ...said, ''];
}

function lines(view: RuntimeTestView, expected: readonly string[], decides: boolean): string[] {
  const seen = view.steps.filter((each) => each.decides === decides);
  const unknown = seen.filter(({ step }) => !expected.includes(step)).map(({ step }) => step);
  return [...expected, ...unknown].flatMap((name) => {
    const step = seen.find((each) => each.step === name);
    if (step) return stepLines(step);
    return view.ending === undefined ? [line('·', 'waiting', name).trimEnd()] : [];
  });
}

/** What was seen stands below what was tried: an editor does not wrap plain text. */
function stepLines({ step, outcome, evidence, advice, seconds }: CheckedStep): string[] {
  const said = [
    displayText(evidence, 500),
    ...(advice === undefined ? [] : [`Do: ${displayText(advice, 500)}`]),
  ];
  return [
    `${line(marks[outcome], outcome, step)}  ${seconds.toFixed(1).padStart(4)} s`,
    ...said.flatMap(wrapped).map((text) => `${' '.repeat(indent)}${text}`),
  ];
}

const stepWidth = Math.max(...Object.values(testedStepWords).map((each) => each.length));

/** Where the words of a step begin. */
const indent = '  ✔ skipped  '.length;

function line(mark: string, outcome: string, step: string): string {
  const what = stepWords(step as CheckedStep['step']);
  return `  ${mark} ${outcome.padEnd('skipped'.length)}  ${what.padEnd(stepWidth)}`;
}

/** Beside the views and the map of the text there is no more room in a usual window. */
const width = 84;

/** Broken between words; a word that is longer stays whole. */
function wrapped(text: string): string[] {
  const rows: string[] = [];
  for (const word of text.split(' ')) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows;
}
