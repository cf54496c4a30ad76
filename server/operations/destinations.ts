import { overseer } from '../domain/addresses.ts';
import { allAgents } from '../domain/agents.ts';
import { mayorId } from '../domain/agentNames.ts';
import { destinationId, type Destination } from '../domain/destination.ts';
import {
  addMembers,
  announced,
  createDestination,
  deleteDestination,
  findDestination,
  parseDestinationName,
  reachOf,
  removeMembers,
  usualKept,
} from '../domain/destinations.ts';
import { heldBy } from '../domain/mailQueues.ts';
import { membersNow } from '../domain/addresses.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Caller, Handlers } from '../protocol/caller.ts';
import type { DestinationView } from '../protocol/destination.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import { senderOf } from './mailBoxes.ts';

type Methods = Extract<keyof Handlers, `destination/${string}`>;

export function destinationHandlers(context: Context): Pick<Handlers, Methods> {
  const { store } = context;
  return {
    'destination/create': (params, caller) => create(context, params, caller),
    'destination/list': ({ kind }) => ({
      destinations: [...store.view.all('destinations')]
        .filter((each) => kind === undefined || each.kind === kind)
        .toSorted((a, b) => a.id.localeCompare(b.id))
        .map((each) => viewOf(context, each)),
    }),
    'destination/get': ({ kind, name }) => detail(context, findDestination(store.view, kind, name)),
    'destination/change': (params, caller) => change(context, params, caller),
    'destination/subscribe': (params, caller) => subscribe(context, params, caller),
    'destination/delete': async ({ kind, name, force }, caller) => {
      const by = senderOf(context, caller);
      const { id } = findDestination(store.view, kind, name);
      const { result } = await store.transact({ verb: 'destination/delete', by, subject: id }, (draft) =>
        deleteDestination(draft, id, force === true),
      );
      return { id, moved: result.length };
    },
  };
}

async function create(
  context: Context,
  params: Params<'destination/create'>,
  caller: Caller,
): Promise<DestinationView> {
  const createdBy = senderOf(context, caller);
  const { kind, members = [] } = params;
  const name = parseDestinationName(kind, params.name);
  const said = displayText(params.description ?? '', 200);
  const made = {
    id: destinationId(kind, name),
    name,
    ...(said === '' ? {} : { description: said }),
    createdAt: context.now(),
    createdBy,
  };
  const { hours } = params;
  const wanted: Destination =
    kind === 'group'
      ? { ...made, kind, members }
      : kind === 'queue'
        ? { ...made, kind, claimers: params.claimers ?? '*' }
        : {
            ...made,
            kind,
            subscribers: members,
            keep: params.keep ?? usualKept,
            ...(hours === undefined ? {} : { hours }),
          };
  const meta = { verb: 'destination/create', by: createdBy, subject: wanted.id };
  const { result } = await context.store.transact(meta, (draft) => createDestination(draft, wanted));
  return viewOf(context, result);
}

async function change(
  context: Context,
  params: Params<'destination/change'>,
  caller: Caller,
): Promise<Result<'destination/change'>> {
  const by = senderOf(context, caller);
  const { id } = findDestination(context.store.view, params.kind, params.name);
  const { result } = await context.store.transact(
    { verb: 'destination/change', by, subject: id },
    (draft) => {
      const added = params.add ? addMembers(draft, id, params.add).changed : [];
      const removed = params.remove ? removeMembers(draft, id, params.remove).changed : [];
      return { added, removed };
    },
  );
  return { ...detail(context, findDestination(context.store.view, params.kind, params.name)), ...result };
}

/** Everybody for themselves; a person and the mayor for anybody. */
async function subscribe(
  context: Context,
  params: Params<'destination/subscribe'>,
  caller: Caller,
): Promise<Result<'destination/subscribe'>> {
  const own = senderOf(context, caller);
  const who = params.who ?? own;
  if (who !== own && caller.role === 'session' && own !== mayorId) {
    throw new Refusal('forbidden', `A session subscribes for itself only, and this one is ${own}.`, {
      field: 'who',
    });
  }
  const { id } = findDestination(context.store.view, 'channel', params.channel);
  const verb = params.leave === true ? 'destination/unsubscribe' : 'destination/subscribe';
  const { result } = await context.store.transact({ verb, by: own, subject: id }, (draft) =>
    params.leave === true ? removeMembers(draft, id, [who]) : addMembers(draft, id, [who]),
  );
  return { destination: result.destination, who, changed: result.changed.length > 0 };
}

function viewOf(context: Context, destination: Destination): DestinationView {
  const { view } = context.store;
  if (destination.kind === 'queue')
    return { destination, waiting: view.count('messagesByAgent', destination.id) };
  const reaches = reachOf(view, destination);
  if (destination.kind === 'group') return { destination, reaches };
  return { destination, reaches, letters: announced(view, destination, context.now()).length };
}

function detail(context: Context, destination: Destination): Result<'destination/get'> {
  const { view } = context.store;
  const shown = viewOf(context, destination);
  if (destination.kind === 'group') return { ...shown, recipients: membersNow(view, [destination.id]) };
  if (destination.kind === 'channel')
    return { ...shown, recipients: membersNow(view, destination.subscribers) };
  return { ...shown, claimed: claimedFrom(view, destination.id) };
}

/** Of letters that are another's only whose they are, and since when. */
function claimedFrom(view: View, queue: string): { message: string; by: string; at: string }[] {
  const holders = new Set([overseer, mayorId, ...allAgents(view).map(({ id }) => id)]);
  return [...holders]
    .flatMap((by) => heldBy(view, by))
    .flatMap(({ id, to, claim }) => (claim?.queue === queue ? [{ message: id, by: to, at: claim.at }] : []))
    .toSorted((a, b) => a.at.localeCompare(b.at));
}
