import { commands } from 'vscode';
import { isStopped, type TownState } from './connection.ts';
import type { Model } from './model.ts';

/** What the welcome views of an empty view ask for: the values of the context key `gastown.state`. */
export type WelcomeState = 'untrusted' | 'connecting' | 'no-town' | 'failed' | 'stopped' | 'ready';

/** Sets the context keys that decide which welcome an empty view shows; each only when it changes. */
export class Welcome {
  readonly #set = new Map<string, unknown>();

  show(state: TownState, model: Model): void {
    const { town } = model;
    // Counts first: `ready` must not be seen with those of no town.
    this.#key('gastown.rigCount', town?.rigs.length ?? 0);
    this.#key('gastown.convoyCount', town?.convoys.length ?? 0);
    this.#key('gastown.attentionCount', town?.attention.length ?? 0);
    this.#key('gastown.beadCount', town?.status.beads.open ?? 0);
    this.#key('gastown.state', welcomeState(state, model));
  }

  #key(name: string, value: unknown): void {
    if (this.#set.get(name) === value) return;
    this.#set.set(name, value);
    void commands.executeCommand('setContext', name, value);
  }
}

/** A town that was read stays shown while the way to it is broken. */
export function welcomeState(
  state: TownState,
  { town, problem }: Pick<Model, 'town' | 'problem'>,
): WelcomeState {
  const { kind } = state;
  if (isStopped(state)) return 'stopped';
  if (kind === 'untrusted' || kind === 'no-town') return kind;
  if (town) return 'ready';
  return kind === 'failed' || problem !== undefined ? 'failed' : 'connecting';
}
