import type { Commands } from './commands.ts';

/** What waits for a person, as `gt attention` tells it, with what `gt polecat list` knows of its worktree. */
export interface Need {
  readonly kind: string;
  readonly subject: string;
  /** Of the polecat: RIG/NAME. */
  readonly agent: string;
  readonly rig: string;
  readonly bead?: string;
  readonly state: string;
  readonly reason: string;
  /** The words that the product names for it. */
  readonly command: string;
  readonly worktree?: string;
}

export interface PolecatRow {
  readonly name: string;
  readonly rig: string;
  readonly state: string;
  readonly bead?: string;
  readonly worktree: string;
  readonly sessionState?: string;
}

interface Item {
  readonly kind: string;
  readonly subject: string;
  readonly rig?: string;
  readonly bead?: string;
  readonly agent?: string;
  readonly state: string;
  readonly reason: string;
  readonly action: { readonly command: string };
}

/** Everything that needs a person now; undefined where the town gave no answer. */
export async function attentionOf(commands: Commands): Promise<Need[] | undefined> {
  const listed = await commands.json<{ items: Item[] }>('gt', 'attention');
  const polecats = await commands.json<{ polecats: PolecatRow[] }>('gt', 'polecat', 'list');
  if (!listed || !polecats) return undefined;
  return listed.items.map(({ rig = '', agent = '', action, ...item }) => {
    const worktree = polecats.polecats.find(({ name }) => name === agent)?.worktree;
    const where = worktree === undefined ? {} : { worktree };
    return { ...item, rig, agent, command: action.command, ...where };
  });
}

/** What keeps a bead from its end, which a list of mail and escalations does not. */
export const isOfWork = ({ kind }: Need): boolean => kind === 'polecat' || kind === 'mergeRequest';
