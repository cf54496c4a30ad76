import type { Pause } from '../../server/domain/rig.ts';
import { displayText } from '../../server/domain/text.ts';
import type { RigSummary } from '../../server/protocol/rig.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import type { CrewMember } from '../../server/protocol/seance.ts';
import type { Model } from '../model.ts';
import { isMissing } from '../runtimes.ts';
import { archiveRow, archivesRow } from './archiveRow.ts';
import { crewRow, mayorRow } from './agentRow.ts';
import { workedBeadRow } from './beadRow.ts';
import type { Icon } from './icons.ts';
import { polecatRow } from './polecatRow.ts';
import { joined, type Row, type RowSource } from './row.ts';
import { installCommand, installLine, runtimeTooltip } from './runtimeWords.ts';
import { scoreParagraphs } from './scoreWords.ts';

/** The mayor; rig → crew, and polecat → its bead. */
export class RigRows implements RowSource {
  readonly #model: Model;
  readonly #now: () => number;

  constructor(model: Model, now: () => number = Date.now) {
    this.#model = model;
    this.#now = now;
  }

  rows(below?: Row): readonly Row[] | undefined {
    const rigs = this.#model.town?.rigs ?? [];
    if (!below) return this.#top(rigs);
    const { subject } = below;
    if (subject.kind === 'rig') return this.#below(rigs.find(({ rig }) => rig.id === subject.rig));
    if (subject.kind === 'archives') {
      return this.#model.archives.get(subject.rig)?.map((archive) => archiveRow(archive, this.#now()));
    }
    const detail = subject.kind === 'polecat' ? this.#model.polecat(subject.agent) : undefined;
    const bead = detail && workedBeadRow(detail);
    return bead ? [bead] : [];
  }

  async read({ subject }: Row): Promise<void> {
    if (subject.kind === 'archives') await this.#model.archives.read(subject.rig);
  }

  #top(rigs: readonly RigSummary[]): readonly Row[] {
    const mayor = mayorRow(this.#model.town?.mayor, this.#now());
    const rows = rigs.map((summary) =>
      rigRow(summary, {
        runtime: this.#model.runtimes.find(summary.rig.runtime),
        unfolds:
          summary.polecats.total > 0 ||
          this.#crewOf(summary.rig.id).length > 0 ||
          (summary.archives ?? 0) > 0,
        score: async () => scoreParagraphs(await this.#model.runtimes.score(summary.rig.runtime)),
      }),
    );
    return mayor ? [mayor, ...rows] : rows;
  }

  #below(summary: RigSummary | undefined): readonly Row[] {
    if (!summary) return [];
    const { polecats = [] } = this.#model.town ?? {};
    return [
      ...this.#crewOf(summary.rig.id).map((member) =>
        crewRow(member, {
          detail: this.#model.polecat(member.agent),
          runtime: this.#model.runtimes.find(member.runtime),
        }),
      ),
      ...polecats
        .filter(({ polecat }) => polecat.rig === summary.rig.id && this.#model.isPolecat(polecat.id))
        .map((detail) =>
          polecatRow(detail, {
            runtime: this.#model.runtimes.find(detail.polecat.runtime),
            now: this.#now(),
            collides: this.#model.radar.of(detail.polecat.id),
          }),
        ),
      ...(summary.archives ? [archivesRow(summary.rig.id, summary.archives)] : []),
    ];
  }

  #crewOf(rig: string): readonly CrewMember[] {
    return (this.#model.town?.crew ?? []).filter((member) => member.rig === rig);
  }
}

interface RigFacts {
  /** Absent until the runtimes were read. */
  readonly runtime: RuntimeSummary | undefined;
  readonly unfolds: boolean;
  readonly score: () => Promise<readonly string[]>;
}

function rigRow(summary: RigSummary, { runtime, unfolds, score }: RigFacts): Row {
  const { rig } = summary;
  const label = displayText(summary.runtimeLabel, 40);
  const missing = isMissing(runtime);
  const words = joined(
    rig.state === 'active' ? undefined : rig.state,
    rig.refinery && 'refinery paused',
    ...activity(summary, missing ? undefined : 'not ready'),
  );
  const worker = joined(missing ? `${label} not installed` : label, approvalWords(rig.settings));
  return {
    // VS Code keeps a row that had nothing below it folded for good; with its first agent it is another row, and unfolded.
    id: unfolds ? `rig:${rig.id}/` : `rig:${rig.id}`,
    label: rig.id,
    description: joined(worker, words),
    icon: rigIcon(summary, missing),
    context: `${rigContext(rig.state, runtime)}${rig.refinery ? ' paused' : ''}`,
    ...(unfolds ? { children: 'expanded' as const } : {}),
    spoken: `Rig ${rig.id}, ${joined(worker, words).replaceAll(' · ', ', ')}.`,
    subject: { kind: 'rig', rig: rig.id },
    tooltip: () => rigTooltip(summary, runtime, joined(worker, words)),
    more: score,
  };
}

/** The words that the menus of rigs ask for. */
function rigContext(state: string, runtime: RuntimeSummary | undefined): string {
  if (!runtime || !isMissing(runtime)) return `rig ${state}`;
  return `rig ${state} missing${installCommand(runtime) === undefined ? '' : ' installable'}`;
}

function rigIcon({ polecats }: RigSummary, missing: boolean): Icon {
  const color = 'list.warningForeground';
  if (missing) return { id: 'warning', color };
  return polecats.needYou > 0 ? { id: 'repo', color } : { id: 'repo' };
}

/** Where agents are not asked before what they do, that stands on the row for as long as it is so. */
function approvalWords({ approval }: { readonly approval?: string }): string | undefined {
  return approval === 'auto' ? 'approval auto' : undefined;
}

function activity({ polecats, queue, warnings }: RigSummary, broken: string | undefined): readonly string[] {
  const parts = [
    polecats.working > 0 && `${polecats.working} working`,
    polecats.needYou > 0 && `${polecats.needYou} ${polecats.needYou === 1 ? 'needs' : 'need'} you`,
    queue > 0 && `${queue} to land`,
  ].filter((part) => part !== false);
  if (parts.length > 0) return parts;
  if (warnings.length === 0) return ['idle'];
  return broken === undefined ? [] : [broken];
}

function rigTooltip({ rig, warnings }: RigSummary, runtime: RuntimeSummary | undefined, words: string) {
  const { repository } = rig;
  const approval = approvalWords(rig.settings);
  return [
    `${rig.id}: ${words}`,
    `lands on ${rig.branch} · merge ${rig.settings.merge} · beads begin with ${rig.prefix}-`,
    rig.refinery && pausedWords(rig.refinery),
    approval && 'Its agents are not asked before what they do: gt rig config sets approval back to ask.',
    displayText(repository.kind === 'url' ? repository.url : repository.path),
    ...warnings.map((warning) => displayText(warning, 1000)),
    ...runtimeParagraphs(runtime, warnings.length > 0),
  ];
}

/** Who let nothing land, and why. */
function pausedWords({ by, pausedAt, reason }: Pause): string {
  const why = reason === undefined ? '' : `: ${displayText(reason, 500)}`;
  return `Nothing lands: its refinery was paused by ${displayText(by, 60)} at ${pausedAt}${why}`;
}

/** That its program is missing stands in the warnings of the rig. */
function runtimeParagraphs(runtime: RuntimeSummary | undefined, isWarned: boolean) {
  if (!runtime) return [];
  if (!isMissing(runtime) || !isWarned) return runtimeTooltip(runtime);
  const install = installLine(runtime);
  return install === undefined ? [] : [`To install it: ${install}`];
}
