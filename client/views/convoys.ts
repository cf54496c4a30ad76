import { displayText } from '../../server/domain/text.ts';
import type { ConvoyView } from '../../server/protocol/convoy.ts';
import type { Model } from '../model.ts';
import { age } from './age.ts';
import { convoyBeadRow } from './beadRow.ts';
import { joined, joinedBy, type Row, type RowSource } from './row.ts';

/** Convoy → its beads, of whatever rigs. */
export class ConvoyRows implements RowSource {
  readonly #model: Model;
  readonly #now: () => number;

  constructor(model: Model, now: () => number = Date.now) {
    this.#model = model;
    this.#now = now;
  }

  rows(below?: Row): readonly Row[] {
    const convoys = this.#model.town?.convoys ?? [];
    if (!below) return convoys.map((view) => this.#convoy(view));
    const { subject } = below;
    const view = convoys.find(({ convoy }) => subject.kind === 'convoy' && convoy.id === subject.convoy);
    return (view?.beads ?? []).map((each) =>
      convoyBeadRow(view?.convoy.id ?? '', each, this.#model.polecat(each.agent ?? '')),
    );
  }

  read(): Promise<void> {
    return Promise.resolve();
  }

  #convoy({ convoy, closed, total, beads }: ConvoyView): Row {
    const { over, state, since } = standing(convoy, this.#now());
    const title = displayText(convoy.title, 120);
    const asking = beads.filter(({ agent }) => this.#model.polecat(agent ?? '')?.needsPerson).length;
    const waiting = asking > 0 && `${asking} ${asking === 1 ? 'needs' : 'need'} you`;
    const slingable = convoy.state === 'open' && beads.some((each) => each.state === 'ready');
    return {
      id: `convoy:${convoy.id}`,
      label: title,
      description: joined(state, `${closed}/${total} landed`, waiting, since),
      icon: asking > 0 ? { id: 'list-tree', color: 'list.warningForeground' } : { id: 'list-tree' },
      context: `convoy ${convoy.state}${slingable ? ' slingable' : ''}`,
      children: over || convoy.automatic ? 'collapsed' : 'expanded',
      spoken: `Convoy ${joinedBy(', ', title, state)}, ${closed} of ${total} landed${waiting === false ? '' : `, ${waiting}`}.`,
      subject: { kind: 'convoy', convoy: convoy.id },
      tooltip: () => [
        `${convoy.id}: ${title}`,
        `${closed} of ${total} landed`,
        convoy.automatic ? 'Made by a sling of one bead.' : undefined,
      ],
    };
  }
}

/** Whether it goes on, what is said of it beside its beads, and since when it is over. */
function standing({ state, landedAt, closedAt }: ConvoyView['convoy'], now: number) {
  const over = state === 'landed' || state === 'closed';
  const ended = landedAt ?? closedAt;
  return {
    over,
    state: (state === 'staged' || state === 'closed') && state,
    since: over && ended !== undefined && age(ended, now),
  };
}
