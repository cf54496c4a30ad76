import { join } from 'node:path';
import type { PluginId, PluginPlace, PluginStage } from '../domain/plugin.ts';
import { pluginIdOf } from '../domain/plugin.ts';
import { approvedHash, approvedIn } from '../domain/pluginRuns.ts';
import type { Rig } from '../domain/rig.ts';
import type { FoundPlugin, PluginFolder } from '../plugins/read.ts';
import type { Context } from './context.ts';

export interface LookedAt extends PluginFolder {
  readonly place: PluginPlace;
}

/**
 * The folders of plugins: the town's, and the rig's that lies in the town. Nothing in a repository is one: what is in it is written by
 * agents, and is another with every commit, so that an approval would either stand for nothing or be asked for all the time.
 */
export async function lookAtPlugins(context: Context, rig: Rig | undefined): Promise<LookedAt> {
  const place = placeOf(context, rig);
  // A rig of an older town may be called like the town's folder, and its own lies in that.
  if (rig === undefined && context.store.view.get('rigs', 'plugins')) return { place, found: [], bad: [] };
  return { place, ...foldersOf(await context.plugins.read(place)) };
}

const foldersOf = ({ found, bad }: PluginFolder): PluginFolder => ({ found, bad });

export function placeOf({ paths }: Context, rig: Rig | undefined): PluginPlace {
  return rig === undefined
    ? { folder: join(paths.town, 'plugins') }
    : { rig: rig.id, folder: join(paths.town, rig.id, 'plugins') };
}

/** An approved plugin that is not what was approved, or is not there. */
export interface HeldPlugin {
  readonly id: PluginId;
  readonly name: string;
  /** Of what is there now; empty: nothing that can be run. */
  readonly hash: string;
  readonly why: string;
}

/** The plugins of one stage of a rig, as they are now. */
export interface StagePlugins {
  /** In the order they are run in. */
  readonly approved: readonly FoundPlugin[];
  readonly held: readonly HeldPlugin[];
  /** Never approved: they are not run, and nothing waits for them. */
  readonly unapproved: readonly FoundPlugin[];
  readonly looked: readonly LookedAt[];
}

/**
 * What is approved is what counts: a plugin that was approved and then changed, or taken away, holds up what it was a gate of, so that
 * nobody gets past a gate by breaking it; one that nobody approved takes the place of nothing.
 */
export async function pluginsOfStage(context: Context, rig: Rig, stage: PluginStage): Promise<StagePlugins> {
  const [ofTown, ofRig] = [await lookAtPlugins(context, undefined), await lookAtPlugins(context, rig)];
  const [town, own] = [sorted(context, ofTown, stage), sorted(context, ofRig, stage)];
  const replaced = new Set([...own.approved, ...own.held].map(nameOf));
  const counts = (each: FoundPlugin | HeldPlugin): boolean => !replaced.has(nameOf(each));
  const approved = [...town.approved.filter(counts), ...own.approved];
  return {
    approved: approved.toSorted((a, b) => compare(orderOf(a), orderOf(b))),
    held: [...town.held.filter(counts), ...own.held],
    unapproved: [...town.unapproved, ...own.unapproved],
    looked: [ofTown, ofRig],
  };
}

type Part = Omit<StagePlugins, 'looked'>;

function sorted(context: Context, { place, found, bad }: LookedAt, stage: PluginStage): Part {
  const { view } = context.store;
  const isOfStage = ({ plugin }: FoundPlugin): boolean =>
    plugin.kind !== 'periodic' && plugin.stage === stage;
  const isSame = ({ plugin }: FoundPlugin): boolean => approvedHash(view, plugin.id) === plugin.hash;
  const held = Object.keys(approvedIn(view, place.rig))
    .filter((name) => name.startsWith(`${stage}/`) || name.startsWith('quality-gates/'))
    .flatMap((name): HeldPlugin[] => {
      const id = pluginIdOf(place.rig, name);
      const now = found.find(({ plugin }) => plugin.id === id);
      if (now && isSame(now)) return [];
      const unfit = bad.find((each) => each.id === id);
      if (now) return [{ id, name, hash: now.plugin.hash, why: 'has changed since it was approved' }];
      return [
        {
          id,
          name,
          hash: '',
          why: unfit ? `cannot be run any more: ${unfit.problem}` : 'is not there any more',
        },
      ];
    });
  return {
    approved: found.filter((each) => isOfStage(each) && isSame(each)),
    held,
    unapproved: found.filter((each) => isOfStage(each) && approvedHash(view, each.plugin.id) === undefined),
  };
}

const nameOf = (each: FoundPlugin | HeldPlugin): string => ('plugin' in each ? each.plugin.name : each.name);

/** By file name, whichever folder it lies in. */
const orderOf = ({ plugin: { name } }: FoundPlugin): string => `${name.split('/').at(-1) ?? ''}\0${name}`;

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
