import { displayText } from '../../domain/text.ts';
import type { Result } from '../../protocol/messages.ts';
import type { Recovery } from '../../protocol/recovery.ts';
import { counted, shortSha } from './state.ts';

export function recoveryLines(polecats: readonly Recovery[]): string[] {
  if (polecats.length === 0) return ['No polecats.'];
  return polecats.flatMap(({ agent, verdict, evidence, uncommitted, branch, behind }) => [
    `${displayText(agent)}: ${verdict} (${evidence.map((each) => displayText(each)).join('; ')})`,
    `  ${displayText(branch)}, ${counted(behind, 'commit')} behind`,
    ...uncommitted.slice(0, 20).map((path) => `  not committed: ${displayText(path, 500)}`),
    ...(uncommitted.length > 20 ? [`  and ${uncommitted.length - 20} more`] : []),
  ]);
}

export function staleLines(
  stale: readonly Recovery[],
  removed: readonly { readonly agent: string; readonly archiveId: string }[],
): string[] {
  if (stale.length === 0 && removed.length === 0) return ['There is none.'];
  return [
    ...stale.map(({ agent, behind }) => `${displayText(agent)} is ${counted(behind, 'commit')} behind.`),
    ...removed.map(
      ({ agent, archiveId }) =>
        `Removed ${displayText(agent)}; to bring it back: gt polecat restore ${displayText(archiveId)}`,
    ),
  ];
}

export function gcLines(branches: Result<'polecat/gc'>['branches'], dry: boolean): string[] {
  if (branches.length === 0) return ['No branch is left of a polecat that is gone.'];
  return branches.map(
    ({ rig, branch, sha, archive }) =>
      `${dry ? 'Would delete' : 'Deleted'} ${displayText(branch)} of ${displayText(rig)} at ${shortSha(sha)}${dry ? '' : `, kept as ${displayText(archive)}`}.`,
  );
}
