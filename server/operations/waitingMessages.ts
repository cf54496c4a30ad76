import type { AgentId } from '../domain/ids.ts';
import type { PrimeMessage } from '../runtimes/primeParts.ts';
import type { Context } from './context.ts';

/**
 * What waits for an agent, oldest first. Asked for when its runtime is about to give it to the model: at a start and at a prompt. To be
 * acknowledged is for the agent's own calls. Nobody sends any yet.
 */
export function waitingMessages(_context: Context, _agent: AgentId): Promise<readonly PrimeMessage[]> {
  return Promise.resolve([]);
}
