import { isAgentName } from '../domain/agentNames.ts';
import { agentOf } from '../domain/agents.ts';
import { isHeld, unhook } from '../domain/hooks.ts';
import type { AgentId } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import type { Session } from '../domain/session.ts';
import type { TownProcess } from '../protocol/town.ts';
import type { Context } from './context.ts';
import type { Check, Trouble } from './doctorCheck.ts';
import { endProcess, townProcesses } from './leftRunning.ts';
import { recordEnd } from './sessionEnd.ts';

/** Mending one leaves a runtime this long to end by itself. */
const graceMs = 5000;

/** Steps that reach outside take minutes at most, but for landings, whose claims say how long: what is older was given up by whoever began it. */
const oldIntentMs = 10 * 60_000;

/** What the records of the town say of themselves and of processes. */
export const recordChecks: readonly Check[] = [
  { about: 'intents', fine: 'Nothing that was begun is left half done.', look: lookAtIntents },
  { about: 'sessions', fine: 'Every session that is recorded as running runs.', look: lookAtSessions },
  {
    about: 'processes',
    fine: 'No process runs on after its session, its gate or its plugin.',
    look: lookAtProcesses,
  },
  {
    about: 'hooks',
    fine: 'Every bead on a hook is on the hook of somebody who is there.',
    look: lookAtHooks,
  },
];

function lookAtIntents(context: Context): Promise<readonly Trouble[]> {
  const now = Date.parse(context.now());
  const old = [...context.store.view.all('intents')].filter(
    (intent) => now - Date.parse(intent.at) > oldIntentMs && !isClaimed(context, intent),
  );
  return Promise.resolve(
    old.map(({ id, kind, at }) => ({
      subject: id,
      state: 'problem' as const,
      evidence: `"${id}" (${kind}) was begun at ${at} and came to no end.`,
      advice:
        'gt down, then gt status: a town server that starts finishes or undoes it, and its log says why not.',
    })),
  );
}

/** Of a landing whose gates run: it may take as long as they may. */
function isClaimed(context: Context, intent: Intent): boolean {
  if (intent.kind !== 'land') return false;
  const until = context.store.view.get('mergeRequests', intent.mergeRequest)?.claim?.until;
  return until !== undefined && until > context.now();
}

async function lookAtSessions(context: Context): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const live = [...view.all('sessions')].filter(({ state }) => state !== 'ended');
  const dead: Session[] = [];
  for (const session of live) if (await isDead(context, session)) dead.push(session);
  return dead.map((session) => ({
    subject: session.id,
    state: 'problem' as const,
    evidence: `The session ${session.id} of ${session.agent} is recorded as ${session.state}, and its process is gone.`,
    mend: () =>
      recordEnd(context, session, { end: 'interrupted' }, 'Its process was gone when the doctor looked.'),
  }));
}

/** Neither a launcher that speaks for it, nor a process. One that is starting has no process yet. */
async function isDead(context: Context, session: Session): Promise<boolean> {
  if (session.pid === undefined || (await context.launchers.returned(session.id, 0))) return false;
  return !context.sessions.isAlive(session.pid, session.startedAt ?? session.createdAt);
}

function lookAtProcesses(context: Context): Promise<readonly Trouble[]> {
  const found = townProcesses(context).flatMap((process) => {
    const evidence = leftWords(context, process);
    if (evidence === undefined) return [];
    const subject = `process ${process.pid}`;
    return {
      subject,
      state: 'problem' as const,
      evidence,
      mend: () => endProcess(context, process, graceMs),
    };
  });
  return Promise.resolve(found);
}

/** Undefined: it may run. */
function leftWords({ store }: Context, process: TownProcess): string | undefined {
  const { pid, what } = process;
  if (what === 'program') return `Of ${process.name}, which has ended, process ${pid} runs on.`;
  if (what !== 'runtime' || store.view.get('sessions', process.session)?.state !== 'ended') return undefined;
  return `The runtime of ${process.agent}, process ${pid}, runs on after its session.`;
}

function lookAtHooks(context: Context): Promise<readonly Trouble[]> {
  const { view } = context.store;
  const orphaned = (['hooked', 'in_progress'] as const)
    .flatMap((status) => [...view.find('beadsByStatus', status)])
    .filter((bead) => isHeld(bead) && isAgentName(bead.assignee) && !agentOf(view, bead.assignee ?? ''));
  return Promise.resolve(
    orphaned.map(({ id, assignee = '' }) => ({
      subject: id,
      state: 'problem' as const,
      evidence: `${id} is on the hook of ${assignee}, who is gone.`,
      mend: () =>
        context.store.transact({ verb: 'hook/clear', by: 'town', subject: id }, (draft) =>
          unhook(draft, id, assignee as AgentId, context.now()),
        ),
    })),
  );
}
