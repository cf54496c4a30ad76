import stringWidth from 'string-width';
import { displayText } from '../domain/text.ts';
import { paint, type Look, type Paint } from './output.ts';

export interface Column {
  readonly title: string;
  /** At least this wide, so that a column does not jump while its words change. */
  readonly least?: number;
  /** May be cut when the line is too long. Columns of ids never are. */
  readonly shrinks?: boolean;
  /** How to paint a cell, by its text. */
  paint?(cell: string): Paint | undefined;
}

const gap = '  ';

/** For a table below a line that it belongs to. */
export const below = '  ';

/** Rows of cells as lines that keep to the width, measured in columns of the terminal. Cells may hold any text. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  look: Look,
  indent = '',
): string[] {
  const cells = rows.map((row) => columns.map((_, at) => displayText(row[at] ?? '', 500)));
  const widths = fitted(columns, cells, look.width - indent.length);
  const line = (
    texts: readonly string[],
    how: (column: Column, text: string) => Paint | undefined,
  ): string => {
    const parts = columns.map((column, at) => {
      const width = widths[at] ?? 0;
      const text = cut(texts[at] ?? '', width);
      const paintedAs = how(column, text);
      const painted = paintedAs === undefined ? text : paint(look, paintedAs, text);
      return at === columns.length - 1 ? painted : painted + ' '.repeat(width - stringWidth(text));
    });
    return (indent + parts.join(gap)).trimEnd();
  };
  const head = line(
    columns.map((column) => column.title),
    () => 'dim',
  );
  return [head, ...cells.map((row) => line(row, (column, text) => column.paint?.(text)))];
}

/** Cut to so many columns, the last of them `…`. A wide character that would stand half outside goes. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    used += stringWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

const leastShrunk = 8;

function fitted(columns: readonly Column[], rows: readonly (readonly string[])[], room: number): number[] {
  const widths = columns.map((column, at) =>
    Math.max(column.least ?? 0, stringWidth(column.title), ...rows.map((row) => stringWidth(row[at] ?? ''))),
  );
  for (let over = sum(widths) + gap.length * (widths.length - 1) - room; over > 0;) {
    const widest = widestShrinking(columns, widths);
    if (widest === undefined) return widths;
    const width = widths[widest] ?? 0;
    const next = nextWidest(columns, widths, width);
    const by = Math.min(over, Math.max(1, width - Math.max(next, leastShrunk)));
    widths[widest] = width - by;
    over -= by;
  }
  return widths;
}

function widestShrinking(columns: readonly Column[], widths: readonly number[]): number | undefined {
  let widest: number | undefined;
  for (const [at, width] of widths.entries()) {
    if (columns[at]?.shrinks !== true || width <= leastShrunk) continue;
    if (widest === undefined || width > (widths[widest] ?? 0)) widest = at;
  }
  return widest;
}

function nextWidest(columns: readonly Column[], widths: readonly number[], limit: number): number {
  return Math.max(0, ...widths.filter((width, at) => columns[at]?.shrinks === true && width < limit));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
