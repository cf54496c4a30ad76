import type { LanguageClient } from '../e2e/languageClient.ts';
import type { Random } from '../support/random.ts';
import type { Commands } from './commands.ts';
import type { Ledger } from './ledger.ts';
import type { ChaosOptions } from './options.ts';
import type { Place, RigPlace } from './place.ts';
import type { Counts } from './summary.ts';

/** All that a round has in its hands. */
export interface Scene {
  readonly options: ChaosOptions;
  readonly place: Place;
  readonly commands: Commands;
  readonly ledger: Ledger;
  readonly counts: Counts;
  readonly random: Random;
  /** A line of the story, for whoever looks for the cause of something. */
  readonly tell: (line: string) => void;
  editor: LanguageClient;
  round: number;
  /** What is to be put right again, and in which round. */
  readonly heals: { readonly at: number; readonly what: string; readonly heal: () => void | Promise<void> }[];
  /** How often a person had to look after a bead. */
  readonly troubles: Map<string, number>;
  /** Since which round a polecat works on its bead. */
  readonly workingSince: Map<string, number>;
  /** Polecats that were brought back, to be removed in the end where nobody needs them. */
  readonly restored: Set<string>;
}

export function rigOf({ place }: Scene, name: string): RigPlace {
  const found = place.rigs.find((rig) => rig.name === name);
  if (!found) throw new Error(`There is no rig ${name}.`);
  return found;
}

/** Of these words each as often as its number says. */
export function weighted<T>(random: Random, table: readonly (readonly [number, T])[]): T {
  return random.pick(table.flatMap(([weight, value]) => Array.from({ length: weight }, () => value)));
}

/** The one, or all, that are due; gives what was healed. */
export async function heal(scene: Scene, all = false): Promise<readonly string[]> {
  const due = scene.heals.filter(({ at }) => all || at <= scene.round);
  for (const each of due) {
    scene.heals.splice(scene.heals.indexOf(each), 1);
    scene.tell(`healed: ${each.what}`);
    await each.heal();
  }
  return due.map(({ what }) => what);
}

export const isIll = ({ heals }: Scene, what: string): boolean => heals.some((each) => each.what === what);
