import type { Bead } from './bead.ts';
import type { AgentId, BeadId, RigName, Timestamp } from './ids.ts';

/** Work that git could not merge by itself: of two agents, or of one and the branch that it lands on. */
export interface Collision {
  /** One: against the target. */
  readonly agents: readonly [AgentId] | readonly [AgentId, AgentId];
  /** At most `shownFiles` of them. */
  readonly files: readonly string[];
  /** How many more there are. */
  readonly moreFiles?: number;
  readonly since: Timestamp;
}

export const shownFiles = 200;

/** What an agent has changed since it left the target, uncommitted changes with it. */
export interface Touched {
  readonly agent: AgentId;
  readonly bead?: BeadId;
  readonly files: readonly string[];
}

/** What the radar of a rig knew when it last looked. */
export interface RigCollisions {
  readonly rig: RigName;
  readonly collisions: readonly Collision[];
  readonly touched: readonly Touched[];
}

/** Whose work stands in the way of a bead that nobody works on yet. */
export interface LikelyCollision {
  readonly agent: AgentId;
  readonly bead?: BeadId;
  readonly files: readonly string[];
}

type BeadTexts = Pick<Bead, 'id' | 'title' | 'description' | 'design' | 'acceptance' | 'notes'>;

/**
 * Whether work on the bead would meet files that another has changed and not landed: those that its texts name, or that `known` names,
 * as the files of an earlier conflict. A bead that names no file collides with nobody, as far as can be told beforehand.
 */
export function wouldCollide(
  bead: BeadTexts,
  { touched }: Pick<RigCollisions, 'touched'>,
  known: readonly string[] = [],
): LikelyCollision | undefined {
  const named = [...namedFiles(bead), ...known];
  if (named.length === 0) return undefined;
  for (const other of touched) {
    if (other.bead === bead.id) continue;
    const files = other.files.filter((file) => named.some((name) => names(name, file)));
    if (files.length > 0) {
      const { agent, bead: its } = other;
      return { agent, files: files.slice(0, shownFiles), ...(its === undefined ? {} : { bead: its }) };
    }
  }
  return undefined;
}

/** Words that can only be a path: with a slash in them, or an extension at their end. */
export function namedFiles({ title, description, design, acceptance, notes }: BeadTexts): readonly string[] {
  const text = [title, description, design, acceptance, notes].filter(Boolean).join('\n');
  const words = text.match(/[\p{L}\p{N}_@.~/\\-]{3,300}/gu) ?? [];
  const paths = words
    .map((word) => word.replaceAll('\\', '/').replace(/^(?:\.{0,2}\/)+/, ''))
    .map((word) => word.replace(/[.-]+$/, ''))
    .filter((word) => /[^/]\/./.test(word) || /[^./]\.[A-Za-z][A-Za-z0-9]{0,7}$/.test(word));
  return [...new Set(paths)];
}

function names(name: string, file: string): boolean {
  if (name.endsWith('/')) return file.startsWith(name) || file.includes(`/${name}`);
  return file === name || file.endsWith(`/${name}`) || file.startsWith(`${name}/`);
}

/** The others that an agent collides with, and in which files; `undefined` stands for the target. */
export function collisionsWith(
  agent: string,
  collisions: readonly Collision[],
): readonly { readonly other: AgentId | undefined; readonly files: readonly string[] }[] {
  return collisions
    .filter(({ agents }) => agents.some((each) => each === agent))
    .map(({ agents, files }) => ({ other: agents.find((each) => each !== agent), files }));
}
