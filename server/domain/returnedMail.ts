import { overseer } from './addresses.ts';
import { agentOf } from './agents.ts';
import type { AgentId, Timestamp } from './ids.ts';
import { mailOf } from './mail.ts';
import type { Draft } from './view.ts';

/**
 * What was written to an agent that is being removed, and was not read, comes back to whoever wrote it, where they are still there. What
 * went to a group that it was in goes with it.
 */
export function returnUnread(draft: Draft, gone: AgentId, at: Timestamp): void {
  for (const mail of mailOf(draft, gone)) {
    const { from, state, addressed, claim, subject, text } = mail;
    const isThere = from === overseer || agentOf(draft, from) !== undefined;
    if (state === 'acknowledged' || addressed !== undefined || claim || from === gone || !isThere) continue;
    const { deliveredAt: _, cc: _cc, ...letter } = mail;
    draft.put('messages', {
      ...letter,
      from: 'town',
      to: from as AgentId,
      type: 'notification',
      subject: `Not read by ${gone}, which is gone: ${subject}`.slice(0, 200),
      text: `${gone} was removed before it read this letter of ${mail.createdAt}.\n\n${text}`,
      state: 'queued',
      createdAt: at,
    });
  }
}
