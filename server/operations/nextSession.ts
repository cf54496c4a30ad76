import type { Agent } from '../domain/agent.ts';
import type { Rig } from '../domain/rig.ts';
import type { LaunchStep } from '../domain/session.ts';
import { closePlace } from './closePlace.ts';
import type { Context } from './context.ts';
import { endWhatIsLeft } from './leftRunning.ts';
import { setupAgain } from './setup.ts';
import { refuseLostWorkingFolder } from './workingFolder.ts';

/**
 * Before the next session of an agent that is there: what is left of the one before goes. Refused where its working folder is no longer
 * its own; gives what is run there before the runtime.
 */
export async function prepareNextSession(
  context: Context,
  rig: Rig | undefined,
  agent: Agent,
): Promise<readonly LaunchStep[]> {
  const before = agent.session && context.store.view.get('sessions', agent.session);
  if (before) await endWhatIsLeft(context, before);
  if (before) await closePlace(context, before);
  await refuseLostWorkingFolder(context, rig, agent);
  return await setupAgain(context, rig, agent);
}
