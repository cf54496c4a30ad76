/** What one runtime did in one scenario, step by step. */
export interface Row {
  readonly runtime: string;
  readonly version: string;
  readonly cells: readonly Cell[];
}

export type Cell =
  | { readonly kind: 'passed'; readonly seconds: number; readonly note?: string }
  | { readonly kind: 'failed'; readonly seconds: number; readonly why: string }
  /** A step before it failed, or it cannot be. */
  | { readonly kind: 'not-run'; readonly why?: string };

/** The rows of one scenario. */
export interface Section {
  readonly title: string;
  readonly about: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** Given by a step that found a good reason not to be done; the row goes on. */
export const notTried = Symbol('not tried');

/** Does one step and measures it; a step that fails ends its row. */
export type Step = <T>(work: () => Promise<T>) => Promise<T>;

/** Thrown by what cannot be, with why. */
export class NotHere extends Error {
  override readonly name = 'NotHere';
}

/**
 * Plays one row. The steps that it does fill the columns from left to right; those that are left when one fails are not run.
 */
export async function playRow(
  {
    runtime,
    version,
    columns,
  }: { readonly runtime: string; readonly version: string; readonly columns: readonly string[] },
  play: (step: Step) => Promise<void>,
): Promise<Row> {
  const cells: Cell[] = [];
  const step: Step = async (work) => {
    const began = performance.now();
    const seconds = (): number => (performance.now() - began) / 1000;
    try {
      const value = await work();
      cells.push(good(value, seconds()));
      return value;
    } catch (error) {
      cells.push(bad(error, seconds()));
      throw error;
    }
  };
  try {
    await play(step);
  } catch (error) {
    // Whatever was thrown between two steps belongs to the next one.
    if (cells.every((cell) => !('why' in cell)) && cells.length < columns.length) cells.push(bad(error, 0));
  }
  const rest = columns.slice(cells.length).map((): Cell => ({ kind: 'not-run' }));
  return { runtime, version, cells: [...cells, ...rest].slice(0, columns.length) };
}

export function hasFailed(section: Section): boolean {
  return section.rows.some(({ cells }) => cells.some(({ kind }) => kind === 'failed'));
}

function good(value: unknown, seconds: number): Cell {
  if (value === notTried) return { kind: 'not-run' };
  return { kind: 'passed', seconds, ...(typeof value === 'string' ? { note: value } : {}) };
}

function bad(error: unknown, seconds: number): Cell {
  const why = error instanceof Error ? error.message : String(error);
  return error instanceof NotHere ? { kind: 'not-run', why } : { kind: 'failed', seconds, why };
}

/** The page that a run leaves behind. The same results give the same page. */
export function page(
  sections: readonly Section[],
  { date, machine }: { readonly date: string; readonly machine: string },
): string {
  return [
    '# Runtimes',
    '',
    `Written by \`npm run test:runtimes\` on ${date}, ${machine}.`,
    '',
    'Each program was installed from npm and worked in a real town, over a real repository. Its model was a script on this machine: it read',
    'the hook with `gt hook`, wrote a note with `bd update`, wrote a file with a word that only the hook named, committed it, and ran `gt done`.',
    'So the page says that the programs and the town work together; it says nothing about how well a model follows the contract. ✔ and a number',
    'is a step that passed and the seconds it took, ✖ one that failed (why is below its table), – one that was not run.',
    '',
    ...sections.flatMap(sectionLines),
  ].join('\n');
}

/** The same for a terminal. */
export function summary(sections: readonly Section[]): string {
  return sections.flatMap(sectionLines).join('\n');
}

function sectionLines({ title, about, columns, rows }: Section): string[] {
  const head = ['Runtime', 'Version', ...columns];
  const body = rows.map(({ runtime, version, cells }) => [runtime, version, ...cells.map(cellText)]);
  const reasons = rows.flatMap(({ runtime, cells }) =>
    cells.flatMap((cell, index) =>
      'why' in cell && cell.why !== undefined
        ? [`- ${runtime}, ${columns[index]}: ${oneLine(cell.why)}`]
        : [],
    ),
  );
  return [
    `## ${title}`,
    '',
    about,
    '',
    ...markdownTable(head, body),
    '',
    ...(reasons.length > 0 ? [...reasons, ''] : []),
  ];
}

function markdownTable(head: readonly string[], body: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, at) =>
    Math.max(3, title.length, ...body.map((row) => row[at]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)];
}

function cellText(cell: Cell): string {
  if (cell.kind === 'not-run') return '–';
  const took = cell.seconds.toFixed(1);
  if (cell.kind === 'failed') return `✖ ${took}`;
  if (cell.note === undefined) return `✔ ${took}`;
  // What was only looked at took no time worth a column.
  return took === '0.0' ? `✔ ${cell.note}` : `✔ ${cell.note}, ${took}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim().slice(0, 1000);
}
