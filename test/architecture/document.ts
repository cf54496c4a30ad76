import { outsideOf, type Row, rowOf, table } from './table.ts';

/** A row as a reader sees it: `rpc v`, `git t`, and every outside package, those of single files included. */
type Shown = Readonly<
  Record<string, { readonly imports: readonly string[]; readonly outside: readonly string[] }>
>;

export function tableRows(): Shown {
  const rows = Object.entries(table).filter(([row]) => !row.startsWith('floor'));
  return Object.fromEntries(
    rows.map(([row, { imports, outside }]) => [
      row,
      {
        imports: Object.entries(imports).map(([to, cell]) => `${to} ${cell === 'value' ? 'v' : 't'}`),
        outside: [...new Set([...outside, ...outsideOfFilesIn(row)])].toSorted(),
      },
    ]),
  );
}

/** The first table of the page that has a column for outside packages. */
export function documentedRows(page: string): Shown {
  const lines = page.split('\n');
  const head = lines.findIndex((line) => line.startsWith('|') && line.includes('outside packages'));
  const [, ...columns] = cells(lines[head] ?? '');
  const body = lines.slice(head + 2);
  const end = body.findIndex((line) => !line.startsWith('|'));
  return Object.fromEntries(body.slice(0, end).map((line) => shownRow(cells(line), columns)));
}

function shownRow(
  [row = '', ...marks]: readonly string[],
  columns: readonly string[],
): [string, Shown[string]] {
  const imports = marks.slice(0, -1).flatMap((mark, at) => (mark === '' ? [] : [`${columns[at]} ${mark}`]));
  return [row, { imports, outside: outsideIn(marks.at(-1) ?? '') }];
}

/** The packages of the table that a sentence names; `node:fs path` is short for two built-ins. */
function outsideIn(text: string): string[] {
  const builtIns = [...text.matchAll(/node:([\w ]+)/g)].flatMap(([, names = '']) => names.split(' '));
  const rest = text.replaceAll(/`[^`]*`/g, '');
  const packages = packagesOfTable().filter((name) => new RegExp(`(^|[\\s,;])${name}($|[\\s,;])`).test(rest));
  return [...new Set([...builtIns.map((name) => `node:${name}`), ...packages])].toSorted();
}

function packagesOfTable(): string[] {
  const all = [...Object.values(table).flatMap(({ outside }) => outside), ...Object.values(outsideOf).flat()];
  return [...new Set(all)].filter((name) => !name.startsWith('node:'));
}

function outsideOfFilesIn(row: string): string[] {
  return Object.entries(outsideOf).flatMap(([path, names]) => (rowOf(path) === (row as Row) ? names : []));
}

function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
