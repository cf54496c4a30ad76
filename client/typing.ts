import type { Terminal } from 'vscode';

/**
 * The only place that types what is not ours, and only because a person asked for it: the text, a pause, and Enter as a key of its own,
 * since some programs swallow one that comes with the text.
 */
export async function typeInto(terminal: Terminal, text: string, pauseMs: number): Promise<void> {
  terminal.sendText(text, false);
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  terminal.sendText('', true);
}
