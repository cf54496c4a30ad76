import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { FeedParams } from '../protocol/town.ts';
import type { Context } from './context.ts';
import { verbTest } from './feedTypes.ts';
import { findBead, findConvoy, findRig } from './lookups.ts';

/**
 * The numbers of the entries that fit every filter, rising; undefined where there is none. Refused with `not-found` where nobody is
 * called so.
 */
export async function feedNumbers(
  context: Context,
  { rig, agent, bead, convoy, types }: FeedParams,
): Promise<readonly number[] | undefined> {
  const { view, past } = context.store;
  const isWanted = types && verbTest(types);
  const wanted = [
    ...(bead === undefined ? [] : [[findBead(view, bead).id]]),
    ...(agent === undefined ? [] : [await agentIds(context, agent)]),
    ...(convoy === undefined ? [] : [convoyIds(context, convoy)]),
    ...(rig === undefined ? [] : [[findRig(view, rig).id]]),
  ];
  const lists = await Promise.all([
    ...wanted.map((ids) => aboutAny(context, ids)),
    ...(isWanted ? [past.withVerbs(isWanted)] : []),
  ]);
  const [first, ...others] = lists.toSorted((a, b) => a.length - b.length);
  const sets = others.map((numbers) => new Set(numbers));
  return first?.filter((seq) => sets.every((set) => set.has(seq)));
}

async function aboutAny({ store }: Context, ids: readonly string[]): Promise<readonly number[]> {
  const lists = await Promise.all(ids.map((id) => store.past.about(id)));
  const [only] = lists;
  return lists.length === 1 && only ? only : [...new Set(lists.flat())].toSorted((a, b) => a - b);
}

function convoyIds(context: Context, text: string): readonly string[] {
  const { id, beads } = findConvoy(context.store.view, text);
  return [id, ...beads];
}

/** Also one that is gone: by its whole id, or its name alone where only one had it. */
async function agentIds(context: Context, text: string): Promise<readonly string[]> {
  const { view, past } = context.store;
  const named = [...view.all('agents'), ...view.all('workplaces')].filter(
    ({ id, name }) => id === text || name === text,
  );
  if (named.length === 1 && named[0]) return [named[0].id];
  const ids = text.includes('/') ? [text] : [...view.all('rigs')].map((rig) => `${rig.id}/${text}`);
  const known: string[] = [];
  for (const id of ids) if ((await past.about(id)).length > 0) known.push(id);
  if (known.length > 0) return known;
  throw new Refusal('not-found', `No agent was ever called "${displayText(text, 60)}".`, {
    field: 'agent',
    next: 'gt polecat list',
  });
}
