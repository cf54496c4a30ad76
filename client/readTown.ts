import type { AttentionItem } from '../server/domain/attentionItem.ts';
import type { Bead } from '../server/domain/bead.ts';
import { Refusal } from '../server/domain/refusal.ts';
import type { ConvoyView } from '../server/protocol/convoy.ts';
import type { RigSummary } from '../server/protocol/rig.ts';
import type { CrewMember, PastSession } from '../server/protocol/seance.ts';
import type { TownStatus } from '../server/protocol/town.ts';
import type { PolecatDetail } from '../server/protocol/work.ts';
import type { Ask } from './connection.ts';
import type { Stale } from './staleness.ts';

/** Everything that the views show of the town, as it was last read. */
export interface Town {
  readonly status: TownStatus;
  readonly rigs: readonly RigSummary[];
  /** And whoever else has a hook. */
  readonly polecats: readonly PolecatDetail[];
  readonly crew: readonly CrewMember[];
  /** Its newest session; absent: it has never had one. */
  readonly mayor?: PastSession;
  readonly convoys: readonly ConvoyView[];
  /** What needs a person, the most pressing first. */
  readonly attention: readonly AttentionItem[];
  /** The person wants to hear only of what is critical. */
  readonly muted?: true;
}

/** Convoys that changed are read one by one up to this many, else all together. */
const fewConvoys = 8;

/** The newest convoys; older ones are in `gt convoy list`. */
const shownConvoys = 200;

/** The town with what is stale read again, the rest as it was. */
export async function readTown(ask: Ask, before: Town | undefined, stale: Stale): Promise<Town> {
  const [status, rigs, polecats, others, convoys, attention] = await Promise.all([
    before && !stale.rigs ? before.status : ask('town/status', {}),
    before && !stale.rigs ? before.rigs : ask('rig/list', {}),
    before && !stale.polecats ? before.polecats : ask('polecat/list', {}),
    before && !stale.crew ? othersOf(before) : readOthers(ask),
    readStaleConvoys(ask, before, stale.convoys),
    readAttention(ask, stale.attention ? undefined : before),
  ]);
  return { status, rigs, polecats, ...others, convoys, ...attention };
}

/** The town with this bead in the place of the one of its id. */
export function withBead(town: Town, bead: Bead): Town {
  const isIt = (other: Bead | undefined): boolean => other?.id === bead.id;
  return {
    ...town,
    polecats: town.polecats.map((each) => (isIt(each.bead) ? { ...each, bead } : each)),
    convoys: town.convoys.map((view) =>
      view.beads.some((each) => isIt(each.bead))
        ? { ...view, beads: view.beads.map((each) => (isIt(each.bead) ? { ...each, bead } : each)) }
        : view,
    ),
  };
}

/** Those who stay when a bead is done. */
type Others = Pick<Town, 'crew' | 'mayor'>;

function othersOf({ crew, mayor }: Town): Others {
  return { crew, ...(mayor ? { mayor } : {}) };
}

async function readOthers(ask: Ask): Promise<Others> {
  const [crew, [mayor]] = await Promise.all([
    ask('crew/list', {}),
    ask('seance/list', { role: 'mayor', recent: 1 }),
  ]);
  return { crew, ...(mayor ? { mayor } : {}) };
}

async function readAttention(ask: Ask, before: Town | undefined): Promise<Pick<Town, 'attention' | 'muted'>> {
  if (before) return { attention: before.attention, ...(before.muted ? { muted: true } : {}) };
  const { items, muted } = await ask('attention/list', {});
  return { attention: items, ...(muted ? { muted } : {}) };
}

async function readStaleConvoys(
  ask: Ask,
  before: Town | undefined,
  stale: Stale['convoys'],
): Promise<readonly ConvoyView[]> {
  if (!before || stale === 'all' || stale.size > fewConvoys) return await readAllConvoys(ask);
  return await readConvoys(ask, before.convoys, stale);
}

async function readAllConvoys(ask: Ask): Promise<readonly ConvoyView[]> {
  return shownOnly((await ask('convoy/list', { all: true, limit: shownConvoys })).items);
}

async function readConvoys(
  ask: Ask,
  before: readonly ConvoyView[],
  ids: ReadonlySet<string>,
): Promise<readonly ConvoyView[]> {
  if (ids.size === 0) return before;
  const read = await Promise.all([...ids].map((id) => readConvoy(ask, id)));
  const others = before.filter(({ convoy }) => !ids.has(convoy.id));
  return shownOnly([...read.flatMap((view) => (view ? [view] : [])), ...others]);
}

async function readConvoy(ask: Ask, convoy: string): Promise<ConvoyView | undefined> {
  try {
    return await ask('convoy/get', { convoy });
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not-found') return undefined;
    throw error;
  }
}

/** Open ones first, then the landed, the newest first. What a sling of one bead made is not shown once it has landed. */
function shownOnly(convoys: readonly ConvoyView[]): readonly ConvoyView[] {
  return convoys
    .filter(({ convoy }) => convoy.state === 'open' || !convoy.automatic)
    .toSorted((a, b) => order(a).localeCompare(order(b)) || newestFirst(a, b));
}

function order({ convoy }: ConvoyView): string {
  return convoy.state === 'open' ? '0' : '1';
}

function newestFirst(a: ConvoyView, b: ConvoyView): number {
  return b.convoy.createdAt.localeCompare(a.convoy.createdAt) || a.convoy.id.localeCompare(b.convoy.id);
}
