import { isAbsolute, relative } from 'node:path';
import { collisionsWith } from '../server/domain/collision.ts';
import { displayText } from '../server/domain/text.ts';
import type { RadarOutlook } from '../server/protocol/radar.ts';
import type { Ask } from './connection.ts';

/** Whom an agent's work would be in conflict with, in the words that its row shows. */
export interface Collides {
  /** `slit (be-limit)`, or the branch that work lands on. */
  readonly with: string;
  readonly files: readonly string[];
}

/** What the radar of the town sees, as it was last told. */
export class Radar {
  readonly #ask: Ask;
  readonly #changed: () => void;
  readonly #outlooks = new Map<string, RadarOutlook>();
  /** Counts the towns, so that the answer of an earlier one is thrown away. */
  #era = 0;

  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask;
    this.#changed = changed;
  }

  take(outlook: RadarOutlook): void {
    this.#outlooks.set(outlook.rig, outlook);
    this.#changed();
  }

  async read(): Promise<void> {
    this.#era += 1;
    const era = this.#era;
    const all = await this.#ask('radar/get', {});
    if (era !== this.#era) return;
    this.#outlooks.clear();
    for (const outlook of all) this.#outlooks.set(outlook.rig, outlook);
    this.#changed();
  }

  clear(): void {
    this.#era += 1;
    this.#outlooks.clear();
    this.#changed();
  }

  of(agent: string): readonly Collides[] {
    const outlook = this.#outlookOf(agent);
    if (!outlook) return [];
    const name = (other: string): string => displayText(other.slice(other.lastIndexOf('/') + 1), 40);
    return collisionsWith(agent, outlook.collisions).map(({ other, files }) => ({
      with: other === undefined ? displayText(outlook.target, 40) : nameWithBead(name(other), other, outlook),
      files,
    }));
  }

  /** Whose file it is, and its path in their worktree; undefined where it lies in none that the radar looks at. */
  placed(path: string): { readonly agent: string; readonly file: string } | undefined {
    for (const { agents } of this.#outlooks.values())
      for (const { agent, worktree } of agents) {
        const file = relative(worktree, path);
        if (file !== '' && !file.startsWith('..') && !isAbsolute(file))
          return { agent, file: file.replaceAll('\\', '/') };
      }
    return undefined;
  }

  /** With whom a file of the agent's would be in conflict. */
  at(agent: string, file: string): readonly string[] {
    return this.of(agent).flatMap((each) => (each.files.includes(file) ? [each.with] : []));
  }

  #outlookOf(agent: string): RadarOutlook | undefined {
    for (const outlook of this.#outlooks.values())
      if (outlook.agents.some((each) => each.agent === agent)) return outlook;
    return undefined;
  }
}

/** `conflicts with slit: src/auth.ts`; short, since a row is cut at its end. */
export function collisionWords(collides: readonly Collides[]): string | undefined {
  const [first, ...others] = collides;
  if (!first) return undefined;
  const [file = '', ...more] = first.files;
  const files = `${displayText(file, 60)}${more.length > 0 ? ` and ${more.length} more` : ''}`;
  const also = others.length > 0 ? `, and with ${others.map((each) => shortName(each.with)).join(', ')}` : '';
  return `conflicts with ${shortName(first.with)}: ${files}${also}`;
}

/** A paragraph of a tooltip for each. */
export function collisionParagraphs(collides: readonly Collides[]): readonly string[] {
  return collides.map(({ with: other, files }) => {
    const shown = files.slice(0, 10).map((file) => displayText(file, 200));
    const more = files.length - shown.length;
    return `Would be in conflict with ${other}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  });
}

function nameWithBead(name: string, agent: string, { agents }: RadarOutlook): string {
  const bead = agents.find((each) => each.agent === agent)?.bead;
  return bead === undefined ? name : `${name} (${displayText(bead, 60)})`;
}

function shortName(name: string): string {
  return name.replace(/ \(.*\)$/u, '');
}
