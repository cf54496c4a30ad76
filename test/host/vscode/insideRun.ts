import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveMailbox, type Answers } from '../mailbox.ts';
import type { Staged } from '../stage.ts';
import { NotInThisHost, type Tally } from '../table.ts';
import { bundleOf } from './bundle.ts';
import type { HostWindow } from './window.ts';

/** What both hosts need to run one suite: its module, its mailbox, and in the end its tally. */
export type InsideRun = {
  readonly extensionTestsPath: string;
  /** Undefined until the suite has reported. */
  tally(): Tally | undefined;
  close(): void;
};

/** The window, as soon as there is one; `undefined` where it cannot be seen. */
export type Seen = () => Promise<HostWindow | undefined>;

/** Prepares a suite in that folder; `seen` is asked for the window when the suite wants something of it. */
export async function beginInside(
  suite: string,
  staged: Staged,
  folder: string,
  seen: Seen,
): Promise<InsideRun> {
  const mailbox = join(folder, 'mailbox');
  await mkdir(mailbox, { recursive: true });
  let tally: Tally | undefined;
  const answers: Answers = {
    screenshot: async (name) => (await seen())?.screenshot(String(name)),
    rows: async (view) => (await surely(seen)).rows(String(view)),
    tally: (value) => {
      tally = value as Tally;
      return Promise.resolve(undefined);
    },
    ...bound(staged, seen),
  };
  const close = await serveMailbox(mailbox, answers);
  return { extensionTestsPath: await writeEntry(suite, folder, mailbox), tally: () => tally, close };
}

function bound(staged: Staged, seen: Seen): Answers {
  const own = Object.entries(staged.answers ?? {});
  return Object.fromEntries(
    own.map(([verb, answer]) => [verb, (value: unknown) => answer(value, () => surely(seen))]),
  );
}

async function surely(seen: Seen): Promise<HostWindow> {
  const window = await seen();
  if (window === undefined) throw new NotInThisHost('this host cannot look at the window');
  return window;
}

/** The module that VS Code loads: it hands the suite its mailbox, in a way that needs no environment. */
async function writeEntry(suite: string, folder: string, mailbox: string): Promise<string> {
  const file = join(folder, 'index.cjs');
  const [bundle, argument] = [JSON.stringify(bundleOf(suite)), JSON.stringify(mailbox)];
  await writeFile(file, `exports.run = () => require(${bundle}).run(${argument});\n`);
  return file;
}
