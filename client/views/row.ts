import type { Subject } from '../subject.ts';
import type { Icon } from './icons.ts';

/** One row of a tree as data: two rows that are equal as JSON look the same. */
export interface Row {
  /** Unique in its view, and the same for as long as the row stands for the same thing. */
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly icon?: Icon;
  /** Words for the `when` of menus: `polecat working running`. */
  readonly context: string;
  readonly children?: 'expanded' | 'collapsed';
  /** What a screen reader says in place of label and description. */
  readonly spoken: string;
  readonly subject: Subject;
  /** A click does this; only for rows that stand for nothing else. */
  readonly command?: { readonly command: string; readonly title: string };
  /** Paragraphs, made when somebody looks. Not part of the row's looks. */
  readonly tooltip: () => readonly (string | undefined)[];
  /** Paragraphs that have to be asked for, when somebody looks. */
  readonly more?: () => Promise<readonly string[]>;
}

/** Where the rows of a view come from. */
export interface RowSource {
  /** The rows below this one, at the top without one; undefined where they have not been read yet. */
  rows(below?: Row): readonly Row[] | undefined;
  /** Reads them. */
  read(below?: Row): Promise<void>;
}

/** The parts that are there, in one line. */
export function joined(...parts: readonly (string | undefined | false)[]): string {
  return joinedBy(' · ', ...parts);
}

export function joinedBy(between: string, ...parts: readonly (string | undefined | false)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(between);
}
