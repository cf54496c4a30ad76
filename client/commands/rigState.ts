import { window } from 'vscode';
import { Refusal } from '../../server/domain/refusal.ts';
import { displayText } from '../../server/domain/text.ts';
import type { RigActed, RigMove } from '../../server/protocol/rigLife.ts';
import { mention, warn } from '../messages.ts';
import { chooseRig } from './choose.ts';
import type { CommandParts } from './parts.ts';

/** It takes no more work; who works there finishes. */
export async function parkRig(parts: CommandParts, argument?: unknown): Promise<void> {
  const acted = await moveRig(parts, argument, { title: 'Park Rig', move: 'park' });
  if (!acted) return;
  const { working, rig } = acted;
  const rest = working.length === 0 ? '' : ` ${working.length} still at work there will finish.`;
  mention(`${rig} is parked: it takes no work.${rest}`);
}

export async function unparkRig(parts: CommandParts, argument?: unknown): Promise<void> {
  const acted = await moveRig(parts, argument, { title: 'Unpark Rig', move: 'start' });
  if (!acted) return;
  const { resumed, rig, notes } = acted;
  const words = `${rig} takes work again${resumed.length === 0 ? '' : `; ${resumed.join(', ')} went on`}.`;
  if (notes.length > 0) warn([words, ...notes].join(' '));
  else mention(words);
}

/** Ends its sessions. Over uncommitted work only after the person has seen which. */
export async function stopRig(parts: CommandParts, argument?: unknown): Promise<void> {
  const acted = await moveRig(parts, argument, { title: 'Stop Rig', move: 'stop' });
  if (!acted) return;
  const { ended, rig } = acted;
  mention(
    ended.length === 0 ? `${rig} is stopped.` : `${rig} is stopped; ${ended.join(', ')} can be resumed.`,
  );
}

async function moveRig(
  parts: CommandParts,
  argument: unknown,
  { title, move }: { readonly title: string; readonly move: RigMove },
): Promise<RigActed | undefined> {
  const summary = await chooseRig(parts.model, argument, title);
  if (!summary) return undefined;
  const rig = summary.rig.id;
  try {
    return await ask(parts, { rigs: [rig], move });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'uncommitted') throw error;
    const options = {
      modal: true,
      detail: `${displayText(error.message, 1000)}\nTheir files stay as they are, and their sessions can be resumed.`,
    };
    const pressed = await window.showWarningMessage(`Stop ${rig}?`, options, 'Stop Rig');
    return pressed === 'Stop Rig' ? await ask(parts, { rigs: [rig], move, force: true }) : undefined;
  }
}

async function ask(
  { connection }: CommandParts,
  params: { readonly rigs: readonly string[]; readonly move: RigMove; readonly force?: boolean },
): Promise<RigActed | undefined> {
  const { done, refused } = await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: `${params.rigs.join(', ')}...` },
    async () => await connection.ask('rig/move', params),
  );
  const [no] = refused;
  if (!no) return done[0];
  const { code, ...details } = no.refusal;
  throw new Refusal(code as Refusal['code'], no.message, details);
}
