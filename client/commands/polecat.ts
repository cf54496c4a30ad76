import { window, workspace } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';
import { run } from '../commandNames.ts';
import { showDiff as openDiff } from '../diff.ts';
import { logUri } from '../documents.ts';
import { inform, mention } from '../messages.ts';
import { sayRemoved } from './archive.ts';
import { choosePolecat } from './choose.ts';
import { handOff } from './handOff.ts';
import { lastingIn, openLasting, stopLasting } from './lasting.ts';
import type { CommandParts } from './parts.ts';
import { showSession } from './reveal.ts';
import { wantsAnother } from './runtimePick.ts';

/** Brings the polecat's terminal to the front, or shows the log where its session has none. */
export async function openTerminal(parts: CommandParts, argument?: unknown): Promise<void> {
  const lasting = lastingIn(argument);
  if (lasting) return await openLasting(parts, lasting);
  const detail = await choosePolecat(parts, argument, {
    title: 'Open Terminal',
    fits: ({ session }) => session !== undefined,
    none: 'No polecat has a session.',
  });
  if (!detail) return;
  const { session, polecat } = detail;
  if (session?.host === 'process') {
    const uri = logUri(session.id, polecat.name);
    await window.showTextDocument(await workspace.openTextDocument(uri), { preview: true });
    return;
  }
  if (session && (await showSession(parts, session))) return;
  if (session && session.state !== 'ended')
    return inform(`The terminal of ${polecat.id} is in another window.`);
  const resume = () => run('resumeSession', { kind: 'polecat', agent: polecat.id });
  const offer = polecat.state === 'done' ? undefined : { label: 'Resume Session', run: resume };
  inform(`${polecat.id} has no terminal any more: its session has ended.`, offer);
}

export async function showDiff(parts: CommandParts, argument?: unknown): Promise<void> {
  const detail = await choosePolecat(parts, argument, {
    title: 'Show Diff',
    fits: () => true,
    none: 'There is no polecat, so nothing has changed.',
  });
  if (detail) await openDiff(parts.connection.ask, detail);
}

/** Asks the runtime to stop; the bead stays on the hook. */
export async function stopSession(parts: CommandParts, argument?: unknown): Promise<void> {
  const lasting = lastingIn(argument);
  if (lasting) return await stopLasting(parts, lasting);
  const detail = await choosePolecat(parts, argument, {
    title: 'Stop Session',
    fits: isRunning,
    none: 'No session is running.',
  });
  const session = detail?.session;
  if (!session) return;
  await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: `Stopping ${detail.polecat.id}...` },
    async () => await parts.connection.ask('session/stop', { session: session.id }),
  );
  const { id, bead } = detail.polecat;
  mention(bead === undefined ? `${id} has stopped.` : `${id} has stopped; ${bead} stays on its hook.`);
}

/** A new session on the same worktree and hook. */
export async function resumeSession(parts: CommandParts, argument?: unknown): Promise<void> {
  const detail = await choosePolecat(parts, argument, {
    title: 'Resume Session',
    fits: (each) => !isRunning(each) && each.polecat.state !== 'done',
    none: 'No session waits to be resumed.',
  });
  if (!detail) return;
  const agent = detail.polecat.id;
  try {
    const session = await window.withProgress(
      { location: { viewId: 'gastown.rigs' }, title: `Resuming ${agent}...` },
      async () => await parts.connection.ask('session/run', { agent }),
    );
    (await parts.terminals.find(session))?.show(true);
  } catch (error) {
    if (await wantsAnother(parts.model, error)) await handOff(parts, { kind: 'polecat', agent });
  }
}

/** Archives and removes it. Work that has not landed is removed only after the person has said so; nothing is lost with it. */
export async function removePolecat(parts: CommandParts, argument?: unknown): Promise<void> {
  const detail = await choosePolecat(parts, argument, {
    title: 'Remove Polecat',
    fits: () => true,
    none: 'There is no polecat.',
  });
  if (!detail) return;
  const agent = detail.polecat.id;
  const force = await isForced(parts, detail);
  if (force === undefined) return;
  const { archiveId, warnings } = await parts.connection.ask('polecat/remove', { agent, force });
  sayRemoved(`${agent} is removed; what it had is archived`, archiveId, warnings);
}

async function isForced({ model }: CommandParts, detail: PolecatDetail): Promise<boolean | undefined> {
  const { polecat, bead } = model.polecat(detail.polecat.id) ?? detail;
  if (isRunning(detail)) {
    throw new Refusal('in-use', `${polecat.id} is still running.`, { next: 'Stop its session first.' });
  }
  if (!bead || bead.status === 'closed') return false;
  const message = `Remove ${polecat.id}? Its bead ${bead.id} has not landed.`;
  const options = {
    modal: true,
    detail: 'Branch, index and untracked files are archived first and can be brought back.',
  };
  const pressed = await window.showWarningMessage(message, options, 'Archive and Remove');
  return pressed === 'Archive and Remove' ? true : undefined;
}

function isRunning({ session }: PolecatDetail): boolean {
  return session !== undefined && session.state !== 'ended';
}
