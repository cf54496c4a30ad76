import { eventually } from '../host/eventually.ts';
import type { HostWindow } from '../host/vscode/window.ts';

/** As much of the DOM as is looked at; the compiler knows only Node here. */
type Line = { readonly textContent: string | null; readonly style: { readonly top: string } };

/** What a person reads in the terminal that is in front, without the breaks between its rows. */
export async function terminalText({ page }: HostWindow): Promise<string> {
  const rows = page.locator('.terminal-wrapper.active .xterm-rows > div');
  return plain((await rows.allTextContents()).join('\n'));
}

/** What a person reads in the document that is in front. */
export async function documentText({ page }: HostWindow): Promise<string> {
  const lines = page.locator('.editor-instance .view-lines .view-line');
  const found = await lines.evaluateAll((all: readonly Line[]) =>
    all.map(({ textContent, style }) => ({ text: textContent ?? '', top: Number.parseFloat(style.top) })),
  );
  return plain(
    found
      .toSorted((a, b) => a.top - b.top)
      .map(({ text }) => text)
      .join('\n'),
  );
}

/** Types a line into the terminal that is in front. */
export async function typeLine({ page }: HostWindow, line: string): Promise<void> {
  await page.locator('.terminal-wrapper.active .xterm').click();
  await page.keyboard.type(`${line}\n`);
}

/** Runs Test Runtime as a person does: from the palette, and with an account only after saying so twice. */
export async function testRuntime(
  window: HostWindow,
  { label, live }: { readonly label: string; readonly live: boolean },
): Promise<void> {
  await window.command('Gas Town: Test Runtime...');
  await window.pick(label);
  if (!live) return;
  await window.pick('Live');
  await window.page.getByRole('button', { name: 'Test Live', exact: true }).click();
}

/**
 * Answers what the runtime in the terminal asks in front of a person, always with yes. Its own choice may stand on no, so that the
 * answer is looked for and never taken blindly.
 */
export async function answerQuestion(window: HostWindow): Promise<void> {
  const before = await terminalText(window);
  const [, choice] = question.exec(before) ?? [];
  if (choice === undefined) return;
  await window.page.locator('.terminal-wrapper.active .xterm').click();
  await window.page.keyboard.press(choice === 'No' ? 'ArrowDown' : 'Enter');
  await eventually('the terminal answers the key', async () => (await terminalText(window)) !== before);
}

/** Where the mark stands among the answers. */
const question = /^ *[❯›] (?:\d\. )?(Yes|No|Trust and continue)\b/m;

function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
