import { type Comment, type Node, parseSync, visitorKeys } from 'oxc-parser';

/** A source file as text: what every check is a function of. */
export type Source = { readonly path: string; readonly text: string };

export type Found = { readonly node: Node; readonly parent: Node | undefined };

export type Parsed = Source & { readonly nodes: readonly Found[]; readonly comments: readonly Comment[] };

export type Violation = {
  readonly kind: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
};

export function parse({ path, text }: Source): Parsed {
  const { program, comments, errors } = parseSync(path, text);
  const [first] = errors;
  if (first) throw new Error(`${path} cannot be parsed: ${first.message}`);
  return { path, text, nodes: nodesOf(program), comments };
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

export function lineCount(text: string): number {
  return text.replace(/\n$/, '').split('\n').length;
}

/** One sentence a reader can click on. */
export function sentence({ kind, path, line, message }: Violation): string {
  return `${path}:${line} ${kind}: ${message}`;
}

/** Every node in the order of the text, with the one around it. */
function nodesOf(program: Node): Found[] {
  const found: Found[] = [];
  const waiting: Found[] = [{ node: program, parent: undefined }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    found.push(next);
    const { node } = next;
    waiting.push(
      ...childrenOf(node)
        .map((child) => ({ node: child, parent: node }))
        .toReversed(),
    );
  }
  return found;
}

function childrenOf(node: Node): Node[] {
  const fields = new Map<string, unknown>(Object.entries(node));
  return (visitorKeys[node.type] ?? []).flatMap((key) => fields.get(key)).filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}
