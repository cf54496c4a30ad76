import { window } from 'vscode';
import { inform, warn } from '../messages.ts';
import { run } from '../commandNames.ts';
import type { CommandParts } from './parts.ts';

/** Starts a town that a person has stopped. One that runs is only connected again. */
export async function startTown({ connection }: CommandParts): Promise<void> {
  await connection.startTown();
}

/** Everything of the town ends, and stays so until a person starts it. What will end is said before. */
export async function stopTown({ connection, model }: CommandParts): Promise<void> {
  const running = (model.town?.polecats ?? []).filter(
    ({ session }) => session !== undefined && session.state !== 'ended',
  );
  const names = running.map(({ polecat }) => polecat.id).join(', ');
  const options = {
    modal: true,
    detail:
      running.length === 0
        ? 'No session is running. The town server ends, and nothing starts it until you do.'
        : `These sessions end: ${names}. Their work and hooks stay. Nothing starts the town until you do.`,
  };
  const pressed = await window.showWarningMessage('Stop the town?', options, 'Stop Town');
  if (pressed !== 'Stop Town') return;
  const { left = [] } = await connection.ask('town/down', { stop: true });
  const start = { label: 'Start Town', run: () => run('startTown') };
  if (left.length === 0) return inform('The town is stopped: nothing of it runs any more.', start);
  const processes = left.map((each) => {
    const what = each.what === 'program' ? each.name : `the ${each.what} of ${each.agent}`;
    return `${what}, process ${each.pid}`;
  });
  warn(`The town is stopped, but this still runs: ${processes.join('; ')}.`, start);
}
