import type { Rig } from '../../domain/rig.ts';
import { displayText } from '../../domain/text.ts';
import type { RigPrompt, RigSummary } from '../../protocol/rig.ts';
import { paint, type Look } from '../output.ts';
import { table } from '../table.ts';
import { paintOfState, polecatsText } from './state.ts';

export function rigsLines(rigs: readonly RigSummary[], look: Look): string[] {
  if (rigs.length === 0) return ['No rigs yet.', 'Next: gt rig create NAME --repo URL-OR-PATH'];
  const rows = rigs.map(({ rig, runtimeLabel, polecats, queue }) => [
    rig.id,
    rig.state,
    runtimeLabel,
    rig.branch,
    polecatsText(polecats),
    String(queue),
  ]);
  const columns = [
    { title: 'RIG' },
    { title: 'STATE', paint: paintOfState },
    { title: 'RUNTIME', shrinks: true },
    { title: 'BRANCH', shrinks: true },
    { title: 'POLECATS', shrinks: true },
    { title: 'QUEUE' },
  ];
  return [...table(columns, rows, look), ...unasked(rigs, look)];
}

/** A rig whose runtime acts without asking says so wherever it is shown. */
function unasked(rigs: readonly RigSummary[], look: Look): string[] {
  const auto = rigs.filter(({ rig }) => rig.settings.approval === 'auto');
  if (auto.length === 0) return [];
  const names = auto.map(({ rig }) => displayText(rig.id)).join(', ');
  return warningLines([`Runtimes act without asking anybody in ${names} (approval auto).`], look);
}

export function rigLines(summary: RigSummary, look: Look): string[] {
  const { rig, warnings } = summary;
  return [
    `Rig: ${displayText(rig.id)}`,
    `Runtime: ${displayText(rig.runtime)}`,
    `Session: ${summary.sessionHost}`,
    `State: ${rig.state}`,
    `Prefix: ${displayText(rig.prefix)}`,
    `Repository: ${displayText(repositoryOf(rig), 1000)}`,
    `Branch: ${displayText(rig.branch)}`,
    `Merge: ${rig.settings.merge}`,
    `Approval: ${rig.settings.approval ?? 'ask'}`,
    `Polecats: ${polecatsText(summary.polecats)}`,
    `Queue: ${summary.queue}`,
    `Open beads: ${summary.openBeads}`,
    ...warningLines(warnings, look),
  ];
}

/** After `rig create`. */
export function createdRigLines(summary: RigSummary, look: Look): string[] {
  const { rig } = summary;
  return [
    ...rigLines(summary, look),
    `Next: bd create --rig ${displayText(rig.id)} --title "WHAT IS TO BE DONE"`,
  ];
}

/** Whole and unbroken, since it is what a program reads. */
export function rigPromptLines(told: RigPrompt): string[] {
  const { runtimeLabel, systemPrompt, prompt } = told;
  const bead = told.example
    ? `${displayText(told.bead)} stands for its bead`
    : `with ${displayText(told.bead)}`;
  return [
    `What ${displayText(told.agent)} would be told (${displayText(runtimeLabel)}, ${bead}):`,
    '',
    `System prompt, given ${displayText(told.systemPromptGiven)}${systemPrompt === undefined ? '' : ':'}`,
    ...(systemPrompt === undefined ? [] : [`  ${displayText(systemPrompt, 10_000)}`]),
    '',
    ...(prompt === undefined
      ? [`First prompt: none; ${displayText(runtimeLabel)} reads its hook by itself.`]
      : ['First prompt:', `  ${displayText(prompt, 10_000)}`]),
  ];
}

export function warningLines(warnings: readonly string[], look: Look): string[] {
  return warnings.map((warning) => paint(look, 'yellow', `Warning: ${displayText(warning, 500)}`));
}

export function rigJson(summary: RigSummary): Record<string, unknown> {
  const { rig } = summary;
  return {
    name: rig.id,
    state: rig.state,
    prefix: rig.prefix,
    runtime: rig.runtime,
    runtimeLabel: summary.runtimeLabel,
    session: summary.sessionHost,
    repository: repositoryOf(rig),
    branch: rig.branch,
    settings: rig.settings,
    polecats: summary.polecats,
    queue: summary.queue,
    openBeads: summary.openBeads,
    createdAt: rig.createdAt,
    warnings: summary.warnings,
  };
}

function repositoryOf({ repository }: Rig): string {
  return repository.kind === 'url' ? repository.url : repository.path;
}
