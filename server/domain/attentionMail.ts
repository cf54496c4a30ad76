import type { AttentionItem } from './attentionItem.ts';
import { overseer } from './addresses.ts';
import { isUnread } from './mail.ts';
import type { View } from './view.ts';

/** Letters to the person that are urgent, or say that they matter; all others wait in the inbox. */
export function* mailItems(view: View): Iterable<AttentionItem> {
  for (const mail of view.find('messagesByAgent', overseer)) {
    if (mail.kind !== 'mail' || !isUnread(mail) || mail.archivedAt !== undefined) continue;
    if (mail.urgent !== true && mail.priority > 1) continue;
    yield {
      id: `mail:${mail.id}`,
      kind: 'mail',
      subject: mail.id,
      state: 'unread',
      reason: `${mail.from} writes: ${mail.subject}`,
      since: mail.createdAt,
      action: { command: `gt mail read ${mail.id}`, verb: 'read' },
      severity: mail.urgent === true || mail.priority === 0 ? 'high' : 'medium',
    };
  }
}
