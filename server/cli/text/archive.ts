import { displayText } from '../../domain/text.ts';
import type { ArchiveView } from '../../protocol/archive.ts';
import type { Result } from '../../protocol/messages.ts';
import { ago } from '../ago.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { warningLines } from './rig.ts';
import { counted, shortSha } from './state.ts';

export function archivesLines({ archives, more, refs }: Result<'archive/list'>, look: Look): string[] {
  const [first] = archives;
  if (!first && refs.length === 0) return ['Nothing was removed that is still kept.'];
  const rows = archives.map(({ archive, title }) => [
    archive.id,
    archive.agent,
    ago(archive.at, look.now),
    archive.restoredAt === undefined ? archive.why : 'restored',
    String(archive.files),
    `${archive.bead ?? 'no bead'} ${title ?? ''}`.trimEnd(),
  ]);
  const columns = [
    { title: 'ARCHIVE' },
    { title: 'AGENT', shrinks: true },
    { title: 'REMOVED' },
    { title: 'WHY' },
    { title: 'UNCOMMITTED' },
    { title: 'BEAD', shrinks: true },
  ];
  return [
    ...(first ? table(columns, rows, look) : []),
    ...(more ? ['There are more: -n NUMBER shows them.'] : []),
    ...(refs.length === 0 ? [] : ['Only in the repositories:']),
    ...refs.map(refLine),
    `Next: gt polecat restore ${displayText(first?.archive.id ?? `${refs[0]?.ref ?? ''} --to BRANCH`)}`,
  ];
}

function refLine({ rig, ref, sha, agent, bead }: Result<'archive/list'>['refs'][number]): string {
  const whose = agent === undefined ? rig : [agent, ...(bead === undefined ? [] : [bead])].join(' ');
  return `  ${displayText(whose)} ${displayText(ref)} ${shortSha(sha)}`;
}

export function restoredLines(restored: Result<'archive/restore'>, look: Look): string[] {
  const { agent, worktree, branch, sha, hooked, archive, notes } = restored;
  if (agent === undefined)
    return [`Made the branch ${displayText(branch)} at ${shortSha(sha)}.`, ...warningLines(notes, look)];
  const files = archive ? `, with ${counted(archive.files, 'file')} that were not committed` : '';
  const isCrew = agent.includes('/crew/');
  return [
    `Brought back ${displayText(agent)} on ${displayText(branch)}${files}.`,
    `Worktree: ${displayText(worktree ?? '', 1000)}`,
    ...(hooked ? [`${displayText(archive?.bead ?? 'Its bead')} is on its hook again.`] : []),
    ...warningLines(notes, look),
    isCrew
      ? `Next: gt seance --role crew --name ${displayText(archive?.name ?? '')}`
      : `Next: gt session run ${displayText(agent)}`,
  ];
}

export function archiveJson({ archive, title }: ArchiveView): Record<string, unknown> {
  const { id, agent, rig, bead, runtime, branch, tip, ref, at, by, why, files, uncommitted } = archive;
  const { restoredAt, restoredAs } = archive;
  return {
    id,
    agent,
    rig,
    bead,
    title,
    runtime,
    branch,
    tip,
    ref,
    at,
    by,
    why,
    files,
    uncommitted,
    restoredAt,
    restoredAs,
  };
}
