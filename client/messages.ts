import { env, window } from 'vscode';
import type { Refusal } from '../server/domain/refusal.ts';
import { displayText } from '../server/domain/text.ts';

/** A button under a message, and what it does. */
export interface Offer {
  readonly label: string;
  readonly run: () => unknown;
}

type Show = (message: string, ...buttons: string[]) => Thenable<string | undefined>;

/** Says something good, with at most one thing to do next. Nobody waits for the click. */
export function inform(message: string, offer?: Offer): void {
  show(window.showInformationMessage, message, offer);
}

export function warn(message: string, offer?: Offer): void {
  show(window.showWarningMessage, message, offer);
}

export function fail(message: string, offer?: Offer): void {
  show(window.showErrorMessage, message, offer);
}

/** A refusal as it stands. A next step that is a command line can be copied; one in words stands behind it. */
export function sayRefusal(refusal: Refusal): void {
  const { next } = refusal.details;
  const sentence = displayText(refusal.message, 500);
  if (next === undefined) return warn(sentence);
  const line = displayText(next, 200);
  if (!/^(?:gt|bd) /u.test(line)) return warn(`${sentence} ${line}`);
  warn(sentence, { label: `Copy "${line}"`, run: () => env.clipboard.writeText(line) });
}

/** For a moment, at the bottom of the window: what was done and is to be seen elsewhere anyway. */
export function mention(message: string): void {
  window.setStatusBarMessage(displayText(message, 200), 5000);
}

function show(kind: Show, message: string, offer: Offer | undefined): void {
  const buttons = offer ? [offer.label] : [];
  kind(displayText(message, 1000), ...buttons).then(
    (pressed) => (pressed !== undefined && offer ? offer.run() : undefined),
    () => undefined,
  );
}
