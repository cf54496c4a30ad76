import { type Memento, workspace } from 'vscode';
import { messageOf } from '../server/domain/fault.ts';
import type { AttentionItem } from '../server/domain/attentionItem.ts';
import { displayText } from '../server/domain/text.ts';
import { attend } from './commands/attention.ts';
import { run } from './commandNames.ts';
import type { Ask } from './connection.ts';
import { inform, type Offer, warn } from './messages.ts';
import type { Model } from './model.ts';
import { commandOf, nameOf } from './views/attention.ts';

/** Where what was told of a town is kept, so that a reload tells nothing again. */
const keyOf = (town: string): string => `gastown.told ${town}`;

/** Who asks the town, and what the window is. */
export interface NoticeParts {
  readonly ask: Ask;
  /** The window's own name, which it keeps when it is loaded anew. */
  readonly window: string;
  readonly isFocused: () => boolean;
  readonly log: (text: string) => void;
  /** How long a window without the focus leaves it to the one that has it. */
  readonly pauseMs?: number;
}

const usualPauseMs = 300;

/**
 * Tells of each item once: while it is there, after a reload, and when the town was away for a while. Of several windows on one town one
 * tells of it, which the town says; another does where that one is closed.
 */
export class Notices {
  readonly #memory: Memento;
  readonly #parts: NoticeParts;
  #model: Pick<Model, 'town' | 'inHand'> | undefined;

  constructor(memory: Memento, parts: NoticeParts) {
    this.#memory = memory;
    this.#parts = parts;
  }

  /** The town is to know of the window, so that it hears what another one leaves. */
  register(): void {
    void this.#claim([]);
  }

  show(model: Pick<Model, 'town' | 'inHand'>): void {
    this.#model = model;
    const { town } = model;
    if (!town) return;
    const items = town.attention;
    const key = keyOf(town.status.path);
    const told = new Set(this.#memory.get<readonly string[]>(key, []));
    const fresh = items.filter(({ id }) => !told.has(id));
    if (fresh.length === 0) return;
    // What is gone is forgotten: its id does not come again.
    void this.#memory.update(
      key,
      items.map(({ id }) => id),
    );
    this.#offer(model, fresh);
  }

  /** The window that told of them was closed. */
  untold(ids: readonly string[]): void {
    const model = this.#model;
    const left = model?.town?.attention.filter(({ id }) => ids.includes(id)) ?? [];
    if (model && left.length > 0) this.#offer(model, left);
  }

  #offer({ town, inHand }: Pick<Model, 'town' | 'inHand'>, items: readonly AttentionItem[]): void {
    const choice = chosen();
    const wanted = items
      .filter((item) => isWanted(item, choice))
      .filter(({ severity }) => town?.muted !== true || severity === 'critical');
    const isInHand = ({ kind, rig, bead, agent }: AttentionItem): boolean =>
      kind !== 'escalation' && (inHand.has(bead) || inHand.has(agent) || (kind === 'rig' && inHand.has(rig)));
    // What a command of this window tells is no other window's to tell again.
    const own = wanted.filter(isInHand);
    if (own.length > 0) void this.#claim(own);
    const others = wanted.filter((item) => !own.includes(item));
    if (others.length > 0) void this.#tellOwn(others);
  }

  async #tellOwn(items: readonly AttentionItem[]): Promise<void> {
    const { isFocused, pauseMs = usualPauseMs } = this.#parts;
    if (!isFocused()) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const mine = await this.#claim(items);
    if (mine.length > 0) tell(mine);
  }

  /** Those that are this window's. Where the town cannot be asked, all: to be told twice is better than not at all. */
  async #claim(items: readonly AttentionItem[]): Promise<readonly AttentionItem[]> {
    const { ask, window, log } = this.#parts;
    try {
      const claimed = await ask('attention/claim', { window, items: items.map(({ id }) => id) });
      return items.filter(({ id }) => claimed.items.includes(id));
    } catch (error) {
      log(`The town was not asked whose notice it is: ${messageOf(error)}`);
      return items;
    }
  }
}

type Choice = 'all' | 'pressing' | 'off';

function chosen(): Choice {
  return workspace.getConfiguration('gastown').get<Choice>('notifications', 'all');
}

function isWanted({ severity }: AttentionItem, choice: Choice): boolean {
  if (choice === 'off') return false;
  return choice === 'all' || severity === 'critical' || severity === 'high';
}

/** What comes together is said together. */
function tell(items: readonly AttentionItem[]): void {
  const [first, ...others] = items;
  if (!first) return;
  const say = items.some(({ severity }) => severity === 'critical' || severity === 'high') ? warn : inform;
  const name = nameOf(first);
  const reason = displayText(first.reason, 200);
  const sentence = reason.startsWith(name) ? reason : `${name}: ${reason}`;
  if (others.length === 0) return say(sentence, offerOf(first));
  say(`${items.length} need you. ${sentence}`, {
    label: 'Show',
    run: () => run('showAttention'),
  });
}

function offerOf(item: AttentionItem): Offer {
  return { label: commandOf(item).title, run: () => attend(item) };
}
