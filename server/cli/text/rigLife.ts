import { displayText } from '../../domain/text.ts';
import type { Result } from '../../protocol/messages.ts';
import type { RigActed } from '../../protocol/rigLife.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { rigJson, rigLines, warningLines } from './rig.ts';
import { counted } from './state.ts';
import { polecatJson, polecatsLines } from './work.ts';

export function actedLines(acted: RigActed, how: string, look: Look): string[] {
  if (how === 'reset' || how === 'dry run') return resetLines(acted, how === 'dry run', look);
  const { state, ended, resumed, working, notes } = acted;
  const name = displayText(acted.rig);
  return [
    `${name} is ${state}.`,
    ...saying('Ended', ended),
    ...saying('Resumed', resumed),
    ...(how === 'park' ? saying('Still at work there', working) : []),
    ...warningLines(notes, look),
    ...(how === 'stop' && ended.length > 0
      ? [`Their work and hooks stay. Next: gt rig start ${name} lets them go on.`]
      : []),
  ];
}

function saying(what: string, agents: readonly string[]): string[] {
  return agents.length === 0 ? [] : [`${what}: ${agents.map((agent) => displayText(agent)).join(', ')}.`];
}

function resetLines(acted: RigActed, isDry: boolean, look: Look): string[] {
  const { rig, ended, working, removed, kept = [], notes } = acted;
  if (removed.length === 0 && kept.length === 0 && notes.length === 0)
    return [`There is nothing to reset in ${displayText(rig)}.`];
  return [
    ...saying('Ended', ended),
    ...(isDry ? saying('Running, and to be ended with --force', working) : []),
    ...removed.map(({ agent, archive, archiveId }) =>
      isDry
        ? `Would archive and remove ${displayText(agent)} (${displayText(archive)}).`
        : `Removed ${displayText(agent)}; to bring it back: gt polecat restore ${displayText(archiveId)}`,
    ),
    ...warningLines(notes, look),
  ];
}

export function rigStatusLines(status: Result<'rig/status'>, look: Look): string[] {
  const { summary, polecats, queue, archives, disk } = status;
  return [
    ...rigLines(summary, look),
    `Archived: ${counted(archives, 'agent')}`,
    ...(polecats.length === 0 ? [] : ['', ...polecatsLines(polecats, look)]),
    ...(queue.length === 0
      ? []
      : [
          '',
          'To land:',
          ...queue.map(
            ({ mergeRequest, bead }) =>
              `  ${displayText(mergeRequest.bead)} ${mergeRequest.state} ${displayText(bead?.title ?? '')}`,
          ),
        ]),
    ...(disk === undefined ? [] : ['', ...diskLines(disk, look)]),
  ];
}

function diskLines(disk: NonNullable<Result<'rig/status'>['disk']>, look: Look): string[] {
  if (disk.length === 0) return ['No worktrees.'];
  const rows = [...disk]
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ agent, worktree, bytes }) => [agent, sizeText(bytes), worktree]);
  const total = disk.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...table([{ title: 'POLECAT' }, { title: 'DISK' }, { title: 'WORKTREE', shrinks: true }], rows, look),
    `Together: ${sizeText(total)}`,
  ];
}

/** `1.2 GB`: one digit behind the point, but for bytes. */
function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const size = bytes / 1000 ** step;
  return `${step === 0 ? size : size.toFixed(1)} ${units[step] ?? ''}`;
}

export function rigStatusJson(status: Result<'rig/status'>): Record<string, unknown> {
  const { summary, polecats, queue, archives, disk } = status;
  return {
    ...rigJson(summary),
    polecatList: polecats.map(polecatJson),
    queueList: queue.map(({ mergeRequest: { id, bead, state, branch } }) => ({ id, bead, state, branch })),
    archives,
    disk,
  };
}
