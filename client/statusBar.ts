import { type Disposable, StatusBarAlignment, type StatusBarItem, window } from 'vscode';
import { isStopped, type TownState } from './connection.ts';
import type { Model } from './model.ts';

/** The one item of the status bar: how many work, how many things need a person. It hides where there is nothing to say. */
export class StatusBar implements Disposable {
  readonly #item: StatusBarItem;

  constructor() {
    this.#item = window.createStatusBarItem('gastown.town', StatusBarAlignment.Left);
    this.#item.name = 'Gas Town';
    this.#item.command = 'gastown.attention.focus';
  }

  show(model: Model, state: TownState): void {
    const words = isStopped(state) ? '' : statusWords(model);
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

/** `3 working · 2 need you`; empty where there is neither. */
export function statusWords({ town }: Pick<Model, 'town'>): string {
  if (!town) return '';
  const working = town.polecats.filter(
    ({ polecat: { state } }) => state === 'working' || state === 'spawning',
  ).length;
  const needYou = town.attention.length;
  const parts = [
    working > 0 && `${working} working`,
    needYou > 0 && `${needYou} ${needYou === 1 ? 'needs' : 'need'} you`,
  ];
  return parts.filter((part) => part !== false).join(' · ');
}
