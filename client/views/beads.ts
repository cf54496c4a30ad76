import { townPrefix } from '../../server/domain/rigName.ts';
import { beadPage } from '../beadLists.ts';
import { commandId } from '../commandNames.ts';
import type { Model } from '../model.ts';
import { listedBeadRow } from './beadRow.ts';
import type { Row, RowSource } from './row.ts';

/** A rig with more open beads than this is not unfolded by itself. */
const fewBeads = 25;

/** Rig → its open beads, the most urgent first, a page at a time. Rigs without open beads are left out. */
export class BeadRows implements RowSource {
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  rows(below?: Row): readonly Row[] | undefined {
    if (!below) return this.#groups();
    return below.subject.kind === 'rig' ? this.#beads(below.subject.rig) : [];
  }

  async read(below?: Row): Promise<void> {
    if (below?.subject.kind === 'rig') await this.#model.beads.read(below.subject.rig);
  }

  #groups(): readonly Row[] {
    const { town } = this.#model;
    if (!town) return [];
    const groups = town.rigs
      .filter(({ openBeads }) => openBeads > 0)
      .map(({ rig, openBeads }) => groupRow(rig.id, rig.id, openBeads));
    const own = ownBeads(town);
    return own > 0 ? [...groups, groupRow('', townPrefix, own)] : groups;
  }

  #beads(rig: string): readonly Row[] | undefined {
    const list = this.#model.beads.get(rig);
    if (!list) return undefined;
    const rows = list.items.map((view) => listedBeadRow(view, this.#model.polecatOn(view.bead.id)));
    const left = list.total - list.items.length;
    return left > 0 ? [...rows, moreRow(rig, left)] : rows;
  }
}

/** What stands beside the view's title. */
export function beadSummary(model: Model): string {
  const beads = model.town?.status.beads;
  if (!beads || beads.open === 0) return '';
  return beads.blocked > 0 ? `${beads.ready} ready · ${beads.blocked} blocked` : `${beads.ready} ready`;
}

/** How many open beads belong to no rig: those of the town itself. */
function ownBeads({ status, rigs }: NonNullable<Model['town']>): number {
  return status.beads.open - rigs.reduce((sum, { openBeads }) => sum + openBeads, 0);
}

function groupRow(rig: string, label: string, open: number): Row {
  return {
    id: `rig:${label}`,
    label,
    description: `${open} open`,
    icon: { id: rig === '' ? 'home' : 'repo' },
    context: rig === '' ? 'town' : 'rig',
    children: open <= fewBeads ? 'expanded' : 'collapsed',
    spoken: rig === '' ? `The town itself, ${open} open beads.` : `Rig ${label}, ${open} open beads.`,
    subject: { kind: 'rig', rig },
    tooltip: () => [rig === '' ? 'Beads of the town itself, of no rig.' : `${label}: ${open} open beads`],
  };
}

function moreRow(rig: string, left: number): Row {
  const label = `Show ${Math.min(left, beadPage)} more`;
  return {
    id: `more:${rig}`,
    label,
    description: `${left} not shown`,
    icon: { id: 'ellipsis' },
    context: 'more',
    spoken: `${label} of ${left} beads that are not shown.`,
    subject: { kind: 'more', rig },
    command: { command: commandId('showMoreBeads'), title: label },
    tooltip: () => [],
  };
}
