import type { Agent } from '../domain/agent.ts';
import { agentOf, putAgent } from '../domain/agents.ts';
import type { SessionId } from '../domain/ids.ts';
import type { Session, SessionEnd } from '../domain/session.ts';
import { transitionSession } from '../domain/sessions.ts';
import { Refusal } from '../domain/refusal.ts';
import { refuseResting } from '../domain/slinging.ts';
import { withoutSuccessor } from '../domain/successor.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller } from '../protocol/caller.ts';
import { closePlace } from './closePlace.ts';
import type { Context } from './context.ts';
import { describeSession } from './describeSession.ts';
import type { StartPlan } from './plan.ts';
import { refuseStopping } from './stopping.ts';

/** Of a launcher's log, where it ended at once. */
const shownLines = 20;

export interface StartedSession {
  readonly id: SessionId;
  readonly command: readonly string[];
  /** Ends it as if it had never been. */
  abandon(): Promise<void>;
}

/**
 * Starts one session of an agent and waits until its launcher reports the runtime's process. On failure the session is recorded as
 * not started and its file is gone.
 */
export async function startSession(
  context: Context,
  plan: StartPlan,
  agent: Agent,
  caller: Caller,
): Promise<StartedSession> {
  const session = await record(context, plan, agent, caller);
  const { icon, color } = plan.preset;
  const name = displayText(`${agent.name} · ${plan.bead?.id ?? agent.role}`, 60);
  try {
    await context.checkpoint('session:created');
    const started = context.starts.expect(session.id, context.waits.startMs);
    await Promise.all([started, open(context, session, { name, icon, color }, caller)]);
  } catch (error) {
    context.starts.failed(session.id, error instanceof Error ? error : new Error(String(error)));
    await abandon(context, session, 'not-started');
    throw error;
  }
  return {
    id: session.id,
    command: [session.launch.command, ...session.launch.arguments],
    abandon: () => abandon(context, session, 'stopped'),
  };
}

async function open(
  context: Context,
  session: Session,
  look: { readonly name: string; readonly icon: string; readonly color: string },
  caller: Caller,
): Promise<void> {
  const place = await context.sessions.open(session, look, caller);
  void place.ended?.then((how) => {
    const lastLines = session.log ? context.sessions.lastLines(session.log, shownLines) : [];
    const said = lastLines.at(-1);
    const sentence = `The launcher of ${look.name} ${how} before anything ran${said ? `: ${said}` : '.'}`;
    context.starts.failed(session.id, new Refusal('failed', sentence, { facts: { lastLines } }));
  });
}

async function record(context: Context, plan: StartPlan, agent: Agent, caller: Caller): Promise<Session> {
  const id = `s-${context.randomText(10)}` as SessionId;
  try {
    const session = await describeSession(context, plan, agent, id);
    await context.checkpoint('session:described');
    const verb = agent.session === undefined ? 'session/create' : 'session/run';
    await context.store.transact({ verb, by: caller.by, subject: agent.id }, (draft) => {
      refuseStopping(context);
      plan.unless?.();
      refuseInResting(draft, agent, caller);
      draft.put('sessions', session);
      const now = agentOf(draft, agent.id) ?? agent;
      putAgent(draft, {
        ...withoutSuccessor(now),
        session: id,
        runtime: plan.preset.id,
        updatedAt: session.createdAt,
      });
    });
    return session;
  } catch (error) {
    context.sessions.removeSessionFile(id);
    throw error;
  }
}

/** In a rig that was parked meanwhile no polecat begins, and none goes on but by a person, or by itself. */
function refuseInResting(view: View, agent: Agent, { by }: Caller): void {
  if (agent.role !== 'polecat' || (agent.session !== undefined && by !== 'town')) return;
  const rig = view.get('rigs', agent.rig);
  if (rig) refuseResting(rig);
}

async function abandon(context: Context, session: Session, end: SessionEnd): Promise<void> {
  if (context.launchers.askToStop(session.id, 'The sling was undone.', 0)) {
    await context.launchers.ended(session.id, 5000);
  }
  await closePlace(context, session);
  context.sessions.removeSessionFile(session.id);
  await context.store.transact({ verb: 'session/abandon', by: 'town', subject: session.agent }, (draft) => {
    const now = draft.get('sessions', session.id);
    if (!now || now.state === 'ended') return;
    draft.put('sessions', transitionSession(now, 'ended', { at: context.now(), exit: { end } }));
  });
}
