import { agentOf } from '../domain/agents.ts';
import { stackOf } from '../domain/fault.ts';
import type { Timestamp } from '../domain/ids.ts';
import type { Intent } from '../domain/intent.ts';
import type { Polecat } from '../domain/polecat.ts';
import { transitionPolecat } from '../domain/polecats.ts';
import { endReset } from '../domain/rigResets.ts';
import type { Session } from '../domain/session.ts';
import type { Context } from './context.ts';
import { settleStart } from './assign.ts';
import { settleCrew } from './crew.ts';
import { forgetSuccessors } from './keepPlace.ts';
import { archiveAndRemove, removeWhenEnded } from './remove.ts';
import { settleRestore } from './restore.ts';
import { recordEnd } from './sessionEnd.ts';
import { settleLanding } from './settleLanding.ts';
import { takeBack } from './spawn.ts';
import { wakeDue } from './wakeBeads.ts';

/**
 * Brings a town in order that was ended anywhere: every open intent is finished or undone, sessions are waited for, landings go on.
 * What cannot be mended is logged and stays as it is; nothing is ever deleted on a guess.
 */
export async function recover(context: Context): Promise<void> {
  if (context.store.readOnly !== undefined) return;
  removeUnrecorded(context);
  await settleIntents(context);
  await settleResets(context);
  await forgetSuccessors(context);
  await wakeDue(context);
  for (const session of context.store.view.all('sessions')) {
    if (session.state === 'ended') continue;
    context.background(`the session ${session.id}`, () => awaitLauncher(context, session));
  }
  removeFinished(context);
}

/** Written just before a town server was killed: their session was never recorded, and their tokens open nothing. */
function removeUnrecorded({ sessions, store: { view } }: Context): void {
  for (const session of sessions.sessionsWithFiles())
    if (!view.get('sessions', session)) sessions.removeSessionFile(session);
}

async function settleIntents(context: Context): Promise<void> {
  for (const intent of Array.from(context.store.view.all('intents'))) {
    try {
      await settleIntent(context, intent);
    } catch (error) {
      const why = stackOf(error);
      context.log(`The intent ${intent.id} could not be settled: ${why}`);
    }
  }
}

/** What was not removed before the town ended stays; its rigs take work again. */
async function settleResets(context: Context): Promise<void> {
  for (const { id, resetting } of Array.from(context.store.view.all('rigs')))
    if (resetting)
      await context.store.transact({ verb: 'recover', by: 'town', subject: id }, (draft) =>
        endReset(draft, id),
      );
}

function removeFinished(context: Context): void {
  const { view } = context.store;
  for (const polecat of view.all('agents')) {
    const { bead } = polecat;
    const closed = bead !== undefined && view.get('beads', bead)?.status === 'closed';
    if (polecat.state === 'done' && closed && landedOrEmpty(context, bead)) {
      removeWhenEnded(context, polecat.id);
    }
  }
}

async function settleIntent(context: Context, intent: Intent): Promise<void> {
  switch (intent.kind) {
    case 'create-rig':
      if (!context.store.view.get('rigs', intent.rig) && !context.rigFolders.removeUnfinished(intent.rig))
        context.log(`${intent.folder} is kept: there is more in it than was made for the rig.`);
      return await drop(context, intent);
    case 'sling':
      return await settleSling(context, intent);
    case 'start':
      return await settleStart(context, intent);
    case 'crew':
      return await settleCrew(context, intent);
    case 'land':
      return await settleLanding(context, intent);
    case 'remove':
      return await settleRemoval(context, intent);
    case 'restore':
      return await settleRestore(context, intent);
  }
}

/**
 * A session whose launcher took the launch spec ran, or may be running: it is kept. Anything earlier is undone, and what was being undone
 * is undone to its end.
 */
async function settleSling(context: Context, intent: Extract<Intent, { kind: 'sling' }>): Promise<void> {
  const polecat = context.store.view.get('agents', intent.agent);
  if (!polecat) return await drop(context, intent);
  const session = polecat.session ? context.store.view.get('sessions', polecat.session) : undefined;
  if (intent.undoing !== true && session?.takenAt && session.exit?.end !== 'not-started') {
    await context.store.transact(
      { verb: 'sling/recovered', by: 'town', subject: intent.bead ?? intent.agent },
      (draft) => {
        if (polecat.state === 'spawning') draft.put('agents', afterStart(polecat, session, context.now()));
        draft.remove('intents', intent.id);
      },
    );
    return;
  }
  if (session && session.state !== 'ended')
    await recordEnd(context, session, { end: 'not-started' }, undefined);
  if (session) context.sessions.removeSessionFile(session.id);
  await takeBack(context, polecat);
}

/** It may have ended again before anybody had written down that it began. */
function afterStart(polecat: Polecat, session: Session, at: Timestamp): Polecat {
  if (session.state !== 'ended') return transitionPolecat(polecat, 'working', { at });
  const reason = 'Its session ended while it was being started.';
  return transitionPolecat(polecat, 'interrupted', { at, reason });
}

async function settleRemoval(context: Context, intent: Extract<Intent, { kind: 'remove' }>): Promise<void> {
  const agent = agentOf(context.store.view, intent.agent);
  if (!agent || agent.role === 'mayor') return await drop(context, intent);
  // Archiving again is safe: the archive is written under the same ref only while the worktree is still there.
  const { by = 'town', why = 'removed' } = intent;
  await archiveAndRemove(context, agent, { by, why });
}

async function drop(context: Context, intent: Intent): Promise<void> {
  await context.store.transact({ verb: 'recover', by: 'town', subject: intent.id }, (draft) => {
    draft.remove('intents', intent.id);
  });
}

async function awaitLauncher(context: Context, session: Session): Promise<void> {
  const report = context.sessions.endReport(session.id);
  if (report) {
    const { reason, ...exit } = report;
    await recordEnd(context, session, exit, reason);
    return;
  }
  if (await context.launchers.returned(session.id, context.waits.reattachMs)) return;
  const now = context.store.view.get('sessions', session.id);
  if (!now || now.state === 'ended') return;
  const alive = now.pid !== undefined && context.sessions.isAlive(now.pid, now.startedAt ?? now.createdAt);
  const evidence = alive ? `its process ${now.pid} still runs` : 'its process is gone';
  await recordEnd(
    context,
    now,
    { end: 'interrupted' },
    `The session did not come back after the town server started; ${evidence}.`,
  );
}

function landedOrEmpty(context: Context, bead: string): boolean {
  const requests = [...context.store.view.find('mergeRequestsByBead', bead)];
  return requests.length === 0 || requests.some((request) => request.state === 'verified');
}
