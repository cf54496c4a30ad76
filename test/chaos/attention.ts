import type { Commands } from './commands.ts';

/** What waits for a person, as the product tells it. */
export interface Need {
  readonly kind: 'polecat' | 'landing';
  /** Of the polecat: RIG/NAME. */
  readonly agent: string;
  readonly rig: string;
  readonly bead?: string;
  readonly state: string;
  readonly reason?: string;
  readonly worktree?: string;
}

export interface PolecatRow {
  readonly name: string;
  readonly rig: string;
  readonly state: string;
  readonly reason?: string;
  readonly needsPerson: boolean;
  readonly bead?: string;
  readonly worktree: string;
  readonly landing?: string;
  readonly sessionState?: string;
}

interface RequestRow {
  readonly bead: string;
  readonly rig: string;
  readonly agent: string;
  readonly state: string;
  readonly reason?: string;
}

/** Everything that needs a person now; undefined where the town gave no answer. */
export async function attentionOf(commands: Commands): Promise<Need[] | undefined> {
  const listed = await commands.json<{ polecats: PolecatRow[] }>('gt', 'polecat', 'list');
  const queue = await commands.json<{ mergeRequests: RequestRow[] }>('gt', 'mq', 'list');
  if (!listed || !queue) return undefined;
  const needs = listed.polecats.filter(({ needsPerson }) => needsPerson).map(needOf);
  const known = new Set(needs.map(({ bead }) => bead));
  const landings = queue.mergeRequests.filter(({ bead, state, reason }) => {
    const waits = state !== 'merged' && (state !== 'submitted' || reason !== undefined);
    const isHeld = listed.polecats.some((polecat) => polecat.bead === bead);
    return !known.has(bead) && (waits || !isHeld);
  });
  return [
    ...needs,
    ...landings.map(({ bead, rig, agent, state, reason }): Need => {
      const why = reason === undefined ? {} : { reason };
      return { kind: 'landing', agent, rig, bead, state, ...why };
    }),
  ];
}

function needOf({ name, rig, state, reason, bead, worktree, landing }: PolecatRow): Need {
  const isLanding = state === 'done' && landing !== undefined;
  return {
    kind: isLanding ? 'landing' : 'polecat',
    agent: name,
    rig,
    worktree,
    state: isLanding ? landing : state,
    ...(bead === undefined ? {} : { bead }),
    ...(reason === undefined ? {} : { reason }),
  };
}
