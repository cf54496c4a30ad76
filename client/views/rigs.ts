import { displayText } from '../../server/domain/text.ts';
import type { RigSummary } from '../../server/protocol/rig.ts';
import type { Model } from '../model.ts';
import { workedBeadRow } from './beadRow.ts';
import { polecatRow } from './polecatRow.ts';
import { joined, type Row, type RowSource } from './row.ts';

/** Rig → polecat → its bead. */
export class RigRows implements RowSource {
  readonly #model: Model;
  readonly #now: () => number;

  constructor(model: Model, now: () => number = Date.now) {
    this.#model = model;
    this.#now = now;
  }

  rows(below?: Row): readonly Row[] {
    const rigs = this.#model.town?.rigs ?? [];
    if (!below) return rigs.map(rigRow);
    const { subject } = below;
    if (subject.kind === 'rig') return this.#polecats(rigs.find(({ rig }) => rig.id === subject.rig));
    const detail = subject.kind === 'polecat' ? this.#model.polecat(subject.agent) : undefined;
    return detail ? [workedBeadRow(detail)] : [];
  }

  read(): Promise<void> {
    return Promise.resolve();
  }

  #polecats(summary: RigSummary | undefined): readonly Row[] {
    if (!summary) return [];
    const polecats = this.#model.town?.polecats ?? [];
    return polecats
      .filter(({ polecat }) => polecat.rig === summary.rig.id)
      .map((detail) => polecatRow(detail, summary.runtimeLabel, this.#now()));
  }
}

/** How many agents need a person, for the view's badge. */
export function needYou(model: Model): number {
  return model.town?.polecats.filter(({ needsPerson }) => needsPerson).length ?? 0;
}

function rigRow(summary: RigSummary): Row {
  const { rig, polecats } = summary;
  const runtime = displayText(summary.runtimeLabel, 40);
  const words = joined(rig.state === 'active' ? undefined : rig.state, ...activity(summary));
  const unfolds = polecats.total > 0;
  return {
    // VS Code keeps a row that had nothing below it folded for good; with its first polecat it is another row, and unfolded.
    id: unfolds ? `rig:${rig.id}/` : `rig:${rig.id}`,
    label: rig.id,
    description: joined(runtime, words),
    icon: polecats.needYou > 0 ? { id: 'repo', color: 'list.warningForeground' } : { id: 'repo' },
    context: `rig ${rig.state}`,
    ...(unfolds ? { children: 'expanded' as const } : {}),
    spoken: `Rig ${rig.id}, ${runtime}, ${words}.`,
    subject: { kind: 'rig', rig: rig.id },
    tooltip: () => rigTooltip(summary, runtime, words),
  };
}

function activity({ polecats, queue, warnings }: RigSummary): readonly string[] {
  const parts = [
    polecats.working > 0 && `${polecats.working} working`,
    polecats.needYou > 0 && `${polecats.needYou} ${polecats.needYou === 1 ? 'needs' : 'need'} you`,
    queue > 0 && `${queue} to land`,
  ].filter((part) => part !== false);
  if (parts.length > 0) return parts;
  return [warnings.length > 0 ? 'not ready' : 'idle'];
}

function rigTooltip({ rig, warnings }: RigSummary, runtime: string, words: string) {
  const { repository } = rig;
  return [
    `${rig.id}: ${words}`,
    `${runtime} · lands on ${rig.branch} · merge ${rig.settings.merge} · beads begin with ${rig.prefix}-`,
    displayText(repository.kind === 'url' ? repository.url : repository.path),
    ...warnings.map((warning) => displayText(warning, 1000)),
  ];
}
