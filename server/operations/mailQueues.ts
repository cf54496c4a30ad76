import type { Bead } from '../domain/bead.ts';
import { assignBead } from '../domain/assigning.ts';
import { createBead } from '../domain/beads.ts';
import type { MailQueue } from '../domain/destination.ts';
import { announced, findDestination } from '../domain/destinations.ts';
import { claimOldest, freeClaims, giveBack, heldBy, mayClaim } from '../domain/mailQueues.ts';
import { isHeld, markMail } from '../domain/mail.ts';
import type { Mail } from '../domain/message.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { Params, Result } from '../protocol/messages.ts';
import { rigOf } from './assign.ts';
import { mint } from './beads.ts';
import type { Context } from './context.ts';
import type { Duty } from './duty.ts';
import { whoseHook } from './hookVerbs.ts';
import { recordOf } from './lookups.ts';
import { letter, notTheirs, senderOf } from './mailBoxes.ts';

type Methods = 'mail/claim' | 'mail/release' | 'mail/announces' | 'mail/hook';

export function queueHandlers(context: Context): Pick<Handlers, Methods> {
  return {
    'mail/claim': (params, caller) => claim(context, params, caller),
    'mail/release': (params, caller) => release(context, params, caller),
    'mail/announces': ({ channel }) => {
      const found = findDestination(context.store.view, 'channel', channel);
      if (found.kind !== 'channel') throw new Error(`${found.id} is no channel.`);
      return {
        channel: found,
        mail: announced(context.store.view, found, context.now()).toReversed(),
      };
    },
    'mail/hook': (params, caller) => hook(context, params, caller),
  };
}

/** One transaction: of two who claim at the same moment one gets the letter, and the other the next. */
async function claim(
  context: Context,
  params: Params<'mail/claim'>,
  caller: Caller,
): Promise<Result<'mail/claim'>> {
  const by = senderOf(context, caller);
  const meta = { verb: 'mail/claim', by, subject: (mail: Mail | undefined) => mail?.claim?.queue ?? '' };
  const { result } = await context.store.transact(meta, (draft) =>
    claimOldest(draft, queuesFor(draft, params.queue, by), { by, at: context.now() }),
  );
  const { view } = context.store;
  const waiting = queuesFor(view, params.queue, by)
    .map(({ id }) => view.count('messagesByAgent', id))
    .reduce((sum, count) => sum + count, 0);
  return { ...(result ? { mail: result } : {}), waiting };
}

/** The queue that is named, or all that they may claim from. */
function queuesFor(view: View, named: string | undefined, who: string): readonly MailQueue[] {
  if (named === undefined)
    return [...view.all('destinations')].filter(
      (each): each is MailQueue => each.kind === 'queue' && mayClaim(view, each, who),
    );
  const queue = findDestination(view, 'queue', named);
  if (queue.kind !== 'queue') return [];
  if (mayClaim(view, queue, who)) return [queue];
  throw new Refusal('forbidden', `${who} may not claim from ${queue.name}: ${queue.claimers} may.`, {
    field: 'queue',
    next: 'gt mail claim, without a name, takes from any queue that is open to you.',
  });
}

/** Whoever has claimed it, or a person. */
async function release(
  context: Context,
  { message }: Params<'mail/release'>,
  caller: Caller,
): Promise<Result<'mail/release'>> {
  const by = senderOf(context, caller);
  const meta = { verb: 'mail/release', by, subject: displayText(message, 40) };
  const { result } = await context.store.transact(meta, (draft) => {
    const held = draft.get('messages', message);
    if (caller.role === 'person' && held?.kind === 'mail' && isHeld(held)) return giveBack(draft, held);
    const own = letter(draft, message, by);
    if (own.to !== by) throw notTheirs(message, by);
    return giveBack(draft, own);
  });
  return { mail: result };
}

/** A letter becomes a bead on the hook, in one step or not at all. It stays in its mailbox, read. */
async function hook(
  context: Context,
  params: Params<'mail/hook'>,
  caller: Caller,
): Promise<Result<'mail/hook'>> {
  const by = senderOf(context, caller);
  const agent = whoseHook(context, params.agent, caller);
  const meta = { verb: 'hook/put', by, subject: (bead: Bead) => bead.id };
  const { result } = await context.store.transact(meta, (draft) => {
    const mail = letter(draft, params.message, by);
    const at = context.now();
    const rig = rigOf(draft, agent);
    const title = displayText(mail.subject, 200);
    const description = `Letter ${mail.id} from ${mail.from}:\n\n${mail.text}`.trimEnd();
    const id = mint(context, draft, { title, description, by }, rig?.id);
    const wanted = { id, title, description, priority: mail.priority, labels: ['mail'] };
    const bead = createBead(draft, { ...wanted, ...(rig ? { rig: rig.id } : {}) }, { at, by });
    const hooked = assignBead(draft, { bead: bead.id, agent: recordOf(draft, agent), at });
    if (mail.to === by) markMail(draft, mail.id, 'read', at);
    return hooked;
  });
  return { agent: agent.id, bead: result };
}

/** What an agent had claimed when it finished goes back: whoever is done reads nothing any more. */
export function freeClaimsOfDone(context: Context): Duty {
  const free = (agent: string): void => {
    if (heldBy(context.store.view, agent).length === 0) return;
    context.background(`what ${agent} had claimed`, async () => {
      const meta = { verb: 'mail/release', by: 'town', subject: agent };
      await context.store.transact(meta, (draft) => {
        if (draft.get('agents', agent)?.state === 'done') freeClaims(draft, agent);
      });
    });
  };
  return {
    begin() {
      for (const { id } of context.store.view.find('agentsByState', 'done')) free(id);
    },
    changed({ changes }) {
      for (const [collection, id, record] of changes)
        if (collection === 'agents' && record?.state === 'done') free(id);
    },
  };
}
