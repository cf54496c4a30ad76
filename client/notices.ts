import { type Memento, workspace } from 'vscode';
import type { AttentionItem } from '../server/domain/attentionItem.ts';
import { displayText } from '../server/domain/text.ts';
import { attend } from './commands/attention.ts';
import { run } from './commandNames.ts';
import { inform, type Offer, warn } from './messages.ts';
import type { Model } from './model.ts';
import { commandOf, nameOf } from './views/attention.ts';

/** Where what was told of a town is kept, so that a reload tells nothing again. */
const keyOf = (town: string): string => `gastown.told ${town}`;

/** Tells of each item once: while it is there, after a reload, and when the town was away for a while. */
export class Notices {
  readonly #memory: Memento;
  constructor(memory: Memento) {
    this.#memory = memory;
  }

  show({ town, inHand }: Pick<Model, 'town' | 'inHand'>): void {
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
    const choice = chosen();
    const wanted = fresh
      .filter((item) => isWanted(item, choice))
      .filter(({ kind, bead, agent }) => kind === 'escalation' || !(inHand.has(bead) || inHand.has(agent)))
      .filter(({ severity }) => town.muted !== true || severity === 'critical');
    if (wanted.length > 0) tell(wanted);
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
