import { displayText } from '../../domain/text.ts';
import type { ServerEvent } from '../askServerProgram.ts';
import type { Look, Output } from '../output.ts';
import { below, cut, table } from '../table.ts';
import { paintOfState, shortSha } from './state.ts';

/** One bead of the demonstration, as it stands. */
export interface DemoRow {
  readonly id: string;
  readonly rig: string;
  readonly runtime: string;
  readonly state: string;
  readonly commit: string;
}

export interface Progress {
  take(event: ServerEvent): void;
  end(): void;
}

export const silent: Progress = { take: () => {}, end: () => {} };

/** A line for each step, and for each bead that stands elsewhere than before. */
export function plainProgress(output: Output): Progress {
  const stood = new Map<string, string>();
  return {
    take: (event) => {
      if (event.event === 'step') output.print([displayText(String(event['text']), 500)]);
      const row = event.event === 'row' ? rowOf(event) : undefined;
      if (row === undefined || stood.get(row.id) === row.state) return;
      stood.set(row.id, row.state);
      const commit = row.commit === '' ? '' : ` ${shortSha(row.commit)}`;
      output.print([
        `  ${displayText(row.id)}: ${displayText(row.state)}${commit} (${displayText(row.runtime)})`,
      ]);
    },
    end: () => {},
  };
}

/** The steps scroll by; the table of beads below them is drawn anew in its place. */
export function liveProgress(output: Output): Progress {
  const rows = new Map<string, DemoRow>();
  let drawn = 0;
  const erase = (): void => {
    if (drawn > 0) output.draw(`\u001B[${drawn}A\u001B[J`);
    drawn = 0;
  };
  const redraw = (): void => {
    if (rows.size === 0) return;
    const lines = rowsTable([...rows.values()], output.look);
    output.print(lines);
    drawn = lines.length;
  };
  return {
    take: (event) => {
      erase();
      if (event.event === 'step') {
        output.print([cut(displayText(String(event['text']), 500), output.look.width)]);
      }
      const row = event.event === 'row' ? rowOf(event) : undefined;
      if (row) rows.set(row.id, row);
      redraw();
    },
    end: erase,
  };
}

export function rowsTable(rows: readonly DemoRow[], look: Look): string[] {
  const columns = [
    { title: 'BEAD' },
    { title: 'RIG' },
    { title: 'RUNTIME', shrinks: true },
    { title: 'STATE', least: 10, paint: paintOfState },
    { title: 'COMMIT' },
  ];
  return table(
    columns,
    rows.map((row) => [row.id, row.rig, row.runtime, row.state, shortSha(row.commit)]),
    look,
    below,
  );
}

export function rowOf(value: unknown): DemoRow {
  const row = (value ?? {}) as Readonly<Record<string, unknown>>;
  const text = (name: string): string => (typeof row[name] === 'string' ? row[name] : '');
  return {
    id: text('id') || text('bead'),
    rig: text('rig'),
    runtime: text('runtime'),
    state: text('state'),
    commit: text('commit'),
  };
}
