import type { Convoy } from '../domain/convoy.ts';
import { feed, toFeed } from '../domain/feeding.ts';
import type { BeadId, ConvoyId, MessageId } from '../domain/ids.ts';
import type { JournalEntry } from '../domain/journal.ts';
import { postMail } from '../domain/mail.ts';
import { queueMessage } from '../domain/messages.ts';
import { overseer } from '../domain/addresses.ts';
import { agentOf } from '../domain/agents.ts';
import { affectedBy } from '../domain/readiness.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { Draft, View } from '../domain/view.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';

/** Queues the next beads of launched convoys as others close, and tells once of each convoy that it has landed. */
export function feedConvoys(context: Context): Duty {
  const { view } = context.store;
  const feedThese = (beads: readonly BeadId[]): void => {
    for (const _ of toFeed(view, beads, context.now()))
      return context.background('feeding convoys', () => feedNow(context, beads));
  };
  const tell = (convoy: Convoy): void =>
    context.background('telling of a convoy', () => tellLanded(context, convoy.id));
  return {
    begin() {
      for (const convoy of view.find('convoysByState', 'open'))
        if (convoy.launchedAt !== undefined) feedThese(convoy.beads);
      for (const convoy of view.find('convoysByState', 'landed')) if (convoy.untold) tell(convoy);
    },
    changed(entry) {
      feedThese([...new Set(touched(view, entry))]);
      for (const [collection, , record] of entry.changes)
        if (collection === 'convoys' && record?.untold === true) tell(record);
    },
  };
}

/** The beads that may be ready by the change, where they travel in a convoy. */
function* touched(view: View, { verb, changes }: JournalEntry): Iterable<BeadId> {
  // What this duty writes itself makes nothing more ready.
  const isOwn = verb === 'convoy/feed' || verb === 'convoy/landed';
  for (const change of changes) {
    const [collection, , record] = change;
    if (!isOwn && collection === 'convoys' && record?.launchedAt !== undefined && record.state === 'open')
      yield* record.beads;
    for (const id of affectedBy(view, change)) if (view.count('convoysByBead', id) > 0) yield id;
  }
}

async function feedNow(context: Context, beads: readonly BeadId[]): Promise<void> {
  const subject = (fed: readonly BeadId[]): string => fed.join(' ');
  await context.store.transact({ verb: 'convoy/feed', by: 'town', subject }, (draft) =>
    feed(draft, beads, context.now()),
  );
}

/** Once for each landing: the mark goes with the entry that tells of it. */
async function tellLanded(context: Context, id: ConvoyId): Promise<void> {
  await context.store.transact({ verb: 'convoy/landed', by: 'town', subject: id }, (draft) => {
    const convoy = draft.get('convoys', id);
    if (convoy?.untold !== true) return;
    const { untold: _, ...told } = convoy;
    draft.put('convoys', told);
    for (const watcher of convoy.watchers ?? []) sendTo(context, draft, watcher, convoy);
  });
}

/**
 * An agent gets a nudge, and a person a letter, which waits for them where no window was open. One that is gone, or reads nothing any
 * more, stops nobody else from being told.
 */
function sendTo(context: Context, draft: Draft, watcher: string, { id, title, beads }: Convoy): void {
  const subject = `The convoy ${id} "${displayText(title, 80)}" has landed`;
  const text = `${subject}, all ${beads.length} beads of it: gt convoy show ${id}`;
  const said = { from: 'town', text, state: 'queued', createdAt: context.now() } as const;
  const message = `m-${context.randomText(10)}` as MessageId;
  try {
    const agent = agentOf(draft, watcher);
    if (agent) queueMessage(draft, { id: message, kind: 'nudge', to: agent.id, ...said });
    if (watcher !== overseer) return;
    const letter = { kind: 'mail', type: 'notification', priority: 2, subject, to: overseer } as const;
    postMail(draft, { id: message, thread: message, ...letter, ...said });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.log(`${watcher} is not told that ${id} has landed: ${error.message}`);
  }
}
