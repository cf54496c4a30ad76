import { eventually } from '../host/eventually.ts';
import type { HostWindow } from '../host/vscode/window.ts';
import { commandsIn } from '../support/humanNote.ts';
import { answerQuestion, documentText, testRuntime, terminalText, typeLine } from './person.ts';
import { notTried, type Step } from './results.ts';

/** Whom a person takes through the contract. */
export interface Tested {
  readonly runtime: string;
  /** As the picker calls it. */
  readonly label: string;
  readonly kind: 'account' | 'person' | 'script';
}

/** The whole of one test; a person reads and types in it as well. */
const testMs = 60_000;

/** What the document calls each column. */
const lines = {
  hook: 'reads its hook',
  commit: 'commits on its branch',
  update: 'updates its bead',
  done: 'says that it is done',
  'starts in a terminal': 'starts in a terminal',
  resumes: 'resumes a session',
  stops: 'stops when it is asked to',
  'killed, and seen': 'is seen to fail when it is killed',
} as const;

type Column = keyof typeof lines;

/** `Gas Town: Test Runtime...` in the window of somebody who has the CLIs and their accounts. */
export const contractInEditor = {
  name: 'contract',
  title: 'The contract, tested in VS Code',
  about:
    'The command Test Runtime, run from the palette as a person runs it, live where the runtime has an account; what its terminal asks is answered there, and the human does what the document says. A column is a line of the document that the command shows; not tried where that says why.',
  columns: Object.keys(lines),

  async play(window: HostWindow, { tested, step }: Playing): Promise<void> {
    const { label, kind, runtime } = tested;
    const hands = kind === 'person' ? doAsTold(window) : () => answerQuestion(window);
    const picture = `contract-${runtime}`;
    for (const column of Object.keys(lines) as Column[]) {
      await step(async () => {
        if (column === 'hook') await testRuntime(window, { label, live: kind === 'account' });
        const found = await lineOf(window, { label, column }, hands);
        if (column === 'hook') await window.screenshot(`${picture}-going-on`);
        if (column === 'done') await wholeDocument(window, label, `${picture}-end`);
        if (found.outcome === 'failed') throw new Error(found.text);
        return found.outcome === 'skipped' ? notTried : undefined;
      });
    }
  },
};

interface Playing {
  readonly tested: Tested;
  readonly step: Step;
}

/** Waits until the document says of that line how it went, and does meanwhile what a person does. */
async function lineOf(
  window: HostWindow,
  { label, column }: { readonly label: string; readonly column: Column },
  hands: () => Promise<void>,
): Promise<{ readonly outcome: string; readonly text: string }> {
  let shown = '';
  const look = async (): Promise<{ outcome: string; text: string } | undefined> => {
    shown = await documentText(window);
    const found = shown.startsWith(`Runtime test of ${label}`) ? lineIn(shown, lines[column]) : undefined;
    if (!found) await hands();
    return found;
  };
  return await eventually(`${label}: ${lines[column]}`, look, testMs).catch((error: unknown) => {
    throw new Error(`${String(error)}. The document shows: ${shown}`, { cause: error });
  });
}

/** With what was seen, which stands below it. */
function lineIn(
  document: string,
  words: string,
): { readonly outcome: string; readonly text: string } | undefined {
  const all = document.split('\n');
  const at = all.findIndex((line) => line.includes(` ${words}`));
  const [, outcome] = /^ +\S (passed|failed|skipped) /u.exec(all[at] ?? '') ?? [];
  if (outcome === undefined) return undefined;
  const rest = all.slice(at + 1);
  const below = rest.findIndex((line) => !line.startsWith('     '));
  return { outcome, text: [all[at], ...rest.slice(0, below < 0 ? undefined : below)].join('\n') };
}

/** When the test is over, the panel with the terminal goes, which hides the end of the document. */
async function wholeDocument(window: HostWindow, label: string, picture: string): Promise<void> {
  const isOver = async (): Promise<boolean> =>
    /^(?!The test is going on).*\.$/m.test((await documentText(window)).split('\n')[2] ?? '');
  await eventually(`the end of the test of ${label}`, isOver, testMs);
  const panel = window.page.locator('.part.panel');
  if (await panel.isVisible()) await window.page.keyboard.press('Control+j');
  await panel.waitFor({ state: 'hidden' });
  await window.screenshot(picture);
}

/** A person who does what the document says, once the terminal is there. */
function doAsTold(window: HostWindow): () => Promise<void> {
  let isDone = false;
  return async () => {
    const text = await documentText(window);
    const told = /What you do now[^]*?\n\n/.exec(text)?.[0].replaceAll(/\n {5}/g, ' ');
    if (isDone || told === undefined || !/^\S*[#$]\s*$/m.test(await terminalText(window))) return;
    isDone = true;
    for (const command of commandsIn(told)) await typeLine(window, command);
  };
}
