import { displayText } from '../../server/domain/text.ts';
import type { ArchiveView } from '../../server/protocol/archive.ts';
import { age } from './age.ts';
import { joined, type Row } from './row.ts';

/** The recycle bin of a rig: folded, and read when somebody looks. */
export function archivesRow(rig: string, count: number): Row {
  return {
    id: `archives:${rig}`,
    label: 'Archived',
    description: String(count),
    icon: { id: 'archive' },
    context: 'bin',
    children: 'collapsed',
    spoken: `Archived work of ${rig}, ${count}.`,
    subject: { kind: 'archives', rig },
    tooltip: () => ['What was removed here and can be brought back.'],
  };
}

/** What an agent left. */
export function archiveRow({ archive, title, runtimeLabel }: ArchiveView, now: number): Row {
  const { files, restoredAt } = archive;
  const state = restoredAt === undefined ? whyWords[archive.why] : 'restored';
  const open = files === 0 ? undefined : `${files} uncommitted`;
  const bead = joined(archive.bead, title === undefined ? undefined : displayText(title, 80));
  return {
    id: `archive:${archive.id}`,
    label: archive.name,
    description: joined(state, open, bead, age(archive.at, now)),
    icon: { id: restoredAt === undefined ? 'archive' : 'history' },
    context: 'archive',
    spoken: `Archived ${archive.name}, ${state}. ${bead}.`,
    subject: { kind: 'archive', archive: archive.id },
    tooltip: () => [
      `${archive.agent}: ${state} by ${displayText(archive.by, 60)}`,
      bead,
      displayText(runtimeLabel, 40),
      `Branch ${archive.branch} at ${archive.tip.slice(0, 7)}`,
      files === 0
        ? 'Everything in it was committed.'
        : `Not committed: ${archive.uncommitted.map((path) => displayText(path, 200)).join(', ')}${files > archive.uncommitted.length ? ', ...' : ''}`,
      restoredAt === undefined ? undefined : `Restored as ${displayText(archive.restoredAs ?? '', 100)}`,
      archive.ref,
    ],
  };
}

const whyWords: Readonly<Record<ArchiveView['archive']['why'], string>> = {
  landed: 'landed',
  removed: 'removed',
  unslung: 'unslung',
  released: 'taken over',
  reset: 'reset',
  collected: 'branch left',
  orphaned: 'nobody’s',
};
