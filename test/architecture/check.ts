import { cycles } from './cycles.ts';
import { type Import, importsOf, packageOf, strayImports, targetOf } from './imports.ts';
import { clockAndChance } from './pure.ts';
import { shapes } from './shapes.ts';
import { type Parsed, parse, type Source, type Violation } from './syntax.ts';
import { outsideOf, quickStarts, type Row, rowOf, table, isTownOnly } from './table.ts';

type Graph = ReadonlyMap<string, readonly Import[]>;

/** Everything the house forbids, in the files of `client/` and `server/`. */
export function violations(sources: readonly Source[]): Violation[] {
  const files = sources.map(parse);
  const graph: Graph = new Map(files.map((file) => [file.path, importsOf(file)]));
  return [
    ...files.flatMap((file) => [
      ...placed(file),
      ...strayImports(file),
      ...shapes(file),
      ...clockAndChance(file),
    ]),
    ...[...graph].flatMap(([path, imports]) => imports.flatMap((each) => forbidden(path, each))),
    ...cycles(
      new Map([...graph].map(([path, imports]) => [path, imports.flatMap((each) => inside(path, each))])),
    ),
    ...quickStarts.flatMap((entry) => slowStart(entry, graph)),
  ];
}

function placed({ path }: Parsed): Violation[] {
  return rowOf(path) ? [] : [{ kind: 'place', path, line: 1, message: 'no row of the table is its home' }];
}

function forbidden(path: string, each: Import): Violation[] {
  const row = rowOf(path);
  if (!row) return [];
  const target = targetOf(path, each.specifier);
  const message =
    target === undefined ? outsideRefusal(path, each.specifier) : insideRefusal(path, target, each);
  return message
    ? [{ kind: target === undefined ? 'outside' : 'import', path, line: each.line, message }]
    : [];
}

function outsideRefusal(path: string, specifier: string): string | undefined {
  const row = rowOf(path);
  const allowed = outsideOf[path] ?? (row ? table[row].outside : []);
  return allowed.includes(packageOf(specifier))
    ? undefined
    : `${specifier} is not for ${outsideOf[path] ? path : row}`;
}

function insideRefusal(path: string, target: string, { typeOnly }: Import): string | undefined {
  const [from, to] = [rowOf(path), rowOf(target)];
  if (!from || !to) return `${target} is no file of the house`;
  if (isTownOnly(target) && !isTownOnly(path) && !typeOnly && !isTop(from))
    return `only the town loads ${target}`;
  if (from === to && !isTop(to)) return undefined;
  const cell = table[from].imports[to];
  if (cell === undefined) return `${from} may not import ${to} (${target})`;
  return cell === 'type' && !typeOnly ? `${from} may import only types of ${to} (${target})` : undefined;
}

/** The programs: nothing imports them, and they have no siblings. */
function isTop(row: Row): boolean {
  return row === 'floor 4' || row === 'floor 5';
}

function inside(path: string, { specifier }: Import): string[] {
  const target = targetOf(path, specifier);
  return target === undefined ? [] : [target];
}

/** Packages a program loads before its first line has run. */
function slowStart(entry: string, graph: Graph): Violation[] {
  const reached = new Set([entry]);
  const found: Violation[] = [];
  for (const path of reached) {
    for (const each of graph.get(path) ?? []) {
      if (each.typeOnly || each.lazy) continue;
      const target = targetOf(path, each.specifier);
      if (target !== undefined) reached.add(target);
      else if (!each.specifier.startsWith('node:')) found.push(slow(entry, path, each));
    }
  }
  return found;
}

function slow(entry: string, path: string, { specifier, line }: Import): Violation {
  return {
    kind: 'start',
    path,
    line,
    message: `${entry} loads ${specifier} at its start: import() it on need`,
  };
}
