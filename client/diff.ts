import { join } from 'node:path';
import { commands, Uri } from 'vscode';
import { gateSummary } from '../server/domain/gateText.ts';
import { displayText } from '../server/domain/text.ts';
import type { Result } from '../server/protocol/messages.ts';
import type { ChangedFile, PolecatDetail } from '../server/protocol/work.ts';
import type { Ask } from './connection.ts';
import { run } from './commandNames.ts';
import { baseUri } from './documents.ts';
import { inform } from './messages.ts';
import { hookWords } from './views/hookWords.ts';

type Changes = Result<'polecat/changes'>;

/**
 * What a polecat changed against its base, in VS Code's own diff editor. While it works the worktree is shown as it is; what was
 * submitted is shown as it was committed, since that is what lands.
 */
export async function showDiff(ask: Ask, detail: PolecatDetail): Promise<void> {
  const { polecat, mergeRequest } = detail;
  const agent = polecat.id;
  const { worktree, ...committed } = await ask('polecat/changes', { agent });
  const changes = mergeRequest || worktree === undefined ? committed : { ...committed, worktree };
  const [first, ...more] = changes.files;
  if (!first) {
    return inform(`${agent} has not committed a change against its base yet.`);
  }
  const title = displayText(`${hookWords(polecat.bead)} · ${agent} against ${changes.base.slice(0, 7)}`, 120);
  if (more.length > 0) {
    const rows = changes.files.map((file) => diffRow(agent, changes, file));
    await commands.executeCommand('vscode.changes', title, rows);
    return offerGates(detail);
  }
  const sides = diffSides(agent, changes, first);
  await commands.executeCommand(
    'vscode.diff',
    sides.before,
    sides.after,
    `${displayText(first.path, 80)} (${title})`,
  );
  offerGates(detail);
}

/** Beside the diff: how its last landing went with the gates, and what they said. */
function offerGates({ polecat, mergeRequest }: PolecatDetail): void {
  const { bead, gates = [] } = mergeRequest ?? {};
  const summary = gateSummary(gates);
  if (summary === undefined) return;
  const label = 'Show Gate Output';
  inform(`${bead}: ${summary}.`, {
    label,
    run: () => run('showGates', { kind: 'polecat', agent: polecat.id }),
  });
}

/** The form that `vscode.changes` takes: the file it is about, and its two sides where there are two. */
function diffRow(
  agent: string,
  changes: Changes,
  file: ChangedFile,
): [Uri, Uri | undefined, Uri | undefined] {
  const { before, after } = diffSides(agent, changes, file);
  return [
    file.status === 'deleted' ? before : after,
    file.status === 'added' ? undefined : before,
    file.status === 'deleted' ? undefined : after,
  ];
}

function diffSides(
  agent: string,
  { base, tip, worktree }: Changes,
  file: ChangedFile,
): { readonly before: Uri; readonly after: Uri } {
  const isThere = worktree !== undefined && file.status !== 'deleted';
  return {
    before: baseUri({ agent, sha: base, path: file.oldPath ?? file.path }),
    after: isThere ? Uri.file(join(worktree, file.path)) : baseUri({ agent, sha: tip, path: file.path }),
  };
}
