import type { JournalEntry } from '../domain/journal.ts';
import { displayText } from '../domain/text.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { FeedItem } from '../protocol/town.ts';
import type { Context } from './context.ts';

/** How many entries the feed reaches back for one answer. */
const most = 500;

/** What happened, newest first. Steps that only the town's own book-keeping needs are left out. */
export async function feed(context: Context, params: Params<'town/feed'>): Promise<Result<'town/feed'>> {
  const limit = Math.min(params.limit ?? 50, most);
  const end = params.before ?? context.store.seq + 1;
  const items: FeedItem[] = [];
  let from = end;
  while (items.length < limit && from > 1) {
    const start = Math.max(1, from - most);
    for (const entry of (await between(context, start, from)).toReversed()) {
      const item = describe(entry);
      if (item && items.length < limit) items.push(item);
    }
    from = start;
  }
  return { items, more: (items.at(-1)?.seq ?? 1) > 1 };
}

async function between(context: Context, from: number, end: number): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const entry of context.store.read(from)) {
    if (entry.seq >= end) break;
    entries.push(entry);
  }
  return entries;
}

const words: Readonly<Record<string, string>> = {
  'town/create': 'made the town',
  'town/configure': 'configured the town:',
  'rig/create': 'made the rig',
  'rig/configure': 'configured the rig',
  'rig/approve': 'approved the configuration of',
  'rig/remove': 'removed the rig',
  'runtime/add': 'added the runtime',
  'runtime/remove': 'removed the runtime',
  'bead/create': 'created',
  'bead/update': 'updated',
  'bead/claim': 'claimed',
  'bead/close': 'closed',
  'dependency/add': 'added a dependency of',
  'dependency/remove': 'removed a dependency of',
  'convoy/create': 'made the convoy',
  'convoy/add': 'added beads to the convoy',
  'convoy/stage': 'staged the convoy',
  'convoy/launch': 'launched the convoy',
  'convoy/remove': 'took beads out of the convoy',
  'convoy/close': 'closed the convoy',
  'convoy/feed': 'queued the next beads:',
  'convoy/landed': 'saw all of the convoy landed:',
  'dispatch/queue': 'queued',
  'dispatch/failed': 'could not start',
  'dispatch/clear': 'took out of the queue:',
  'dispatch/retry': 'had tried again',
  'scheduler/pause': 'paused the scheduler',
  'scheduler/resume': 'resumed the scheduler',
  'quota/park': 'parked the runtime',
  'quota/clear': 'cleared the quota of',
  'quota/back': 'saw the quota back of',
  sling: 'slung',
  'sling/undo': 'took back the sling of',
  'sling/kept': 'kept what was begun of',
  'sling/started': 'saw work begin on',
  'session/ended': 'saw the session end of',
  'session/run': 'resumed',
  nudge: 'nudged',
  'nudge/broadcast': 'said something to everyone in',
  'mail/send': 'wrote to',
  'escalation/create': 'escalated',
  'escalation/raise': 'raised again what nobody took',
  'escalation/acknowledge': 'took the escalation',
  'escalation/close': 'closed the escalation',
  'session/remind': 'was reminded of gt done on',
  'session/at-rest': 'stopped its turn without gt done on',
  'session/handoff': 'handed off the work of',
  'seance/start': 'started a session for',
  'crew/add': 'made the workplace',
  'hook/put': 'put on a hook',
  'hook/clear': 'took off a hook',
  done: 'finished',
  'done/escalated': 'asks a person about',
  'done/deferred': 'put off',
  land: 'proved the landing of',
  'land/conflict': 'met a conflict landing',
  'land/rejected': 'could not land',
  'land/waiting-for-checkout': 'waits for the checkout to land',
  'land/lost': 'lost the landing of',
  'land/refused': 'could not land yet',
  'land/approve': 'asked to land',
  'land/submit': 'handed over',
  'land/unblocked': 'took up the landing again of',
  'refinery/pause': 'paused the refinery of',
  'refinery/resume': 'resumed the refinery of',
  remove: 'removed',
  restore: 'brought back',
  'restore/branch': 'made a branch of',
  'archive/delete': 'deleted the archive',
  'plugin/approve': 'approved the plugin',
  'plugin/revoke': 'takes back the approval of the plugin',
  'plugin/failed': 'saw the plugin fail:',
};

function describe(entry: JournalEntry): FeedItem | undefined {
  const word = words[entry.verb];
  if (!word) return undefined;
  const subject = entry.subject === undefined ? '' : ` ${displayText(entry.subject, 80)}`;
  return {
    seq: entry.seq,
    at: entry.at,
    by: entry.by,
    verb: entry.verb,
    ...(entry.subject === undefined ? {} : { subject: entry.subject }),
    text: `${displayText(entry.by, 40)} ${word}${subject}`,
  };
}
