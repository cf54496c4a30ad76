import { type Disposable, StatusBarAlignment, type StatusBarItem, window } from 'vscode';
import type { Model } from './model.ts';

/** The one item of the status bar: how many work, how many need a person. It hides where there is nothing to say. */
export class StatusBar implements Disposable {
  readonly #item: StatusBarItem;

  constructor() {
    this.#item = window.createStatusBarItem('gastown.town', StatusBarAlignment.Left);
    this.#item.name = 'Gas Town';
    this.#item.command = 'gastown.rigs.focus';
  }

  show(model: Model): void {
    const words = statusWords(model);
    if (words === '') return this.#item.hide();
    this.#item.text = `$(organization) ${words}`;
    this.#item.tooltip = `Gas Town: ${words}`;
    this.#item.accessibilityInformation = { label: `Gas Town: ${words}` };
    this.#item.show();
  }

  dispose(): void {
    this.#item.dispose();
  }
}

/** `3 working · 2 need you`; empty where nobody does either. */
export function statusWords({ town }: Pick<Model, 'town'>): string {
  if (!town) return '';
  const { working, needYou } = countPolecats(town.polecats);
  const parts = [
    working > 0 && `${working} working`,
    needYou > 0 && `${needYou} ${needYou === 1 ? 'needs' : 'need'} you`,
  ];
  return parts.filter((part) => part !== false).join(' · ');
}

function countPolecats(polecats: NonNullable<Model['town']>['polecats']): {
  readonly working: number;
  readonly needYou: number;
} {
  const working = polecats.filter(({ polecat: { state } }) => state === 'working' || state === 'spawning');
  return {
    working: working.length,
    needYou: polecats.filter(({ needsPerson }) => needsPerson).length,
  };
}
