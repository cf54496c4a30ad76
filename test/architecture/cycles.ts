import type { Violation } from './syntax.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

/** One violation for each cycle that a depth-first walk closes, types included, named by its way round. */
export function cycles(graph: Graph): Violation[] {
  const done = new Set<string>();
  return [...graph.keys()].flatMap((path) => walk(path, graph, [], done));
}

function walk(path: string, graph: Graph, way: readonly string[], done: Set<string>): Violation[] {
  const seen = way.indexOf(path);
  if (seen !== -1) {
    return [{ kind: 'cycle', path, line: 1, message: [...way.slice(seen), path].join(' → ') }];
  }
  if (done.has(path)) return [];
  const found = (graph.get(path) ?? []).flatMap((next) => walk(next, graph, [...way, path], done));
  done.add(path);
  return found;
}
