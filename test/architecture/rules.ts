import type { Node } from 'oxc-parser';
import { shellIn } from './shell.ts';
import { type Found, lineAt, type Parsed, parse, type Source, type Violation } from './syntax.ts';

/** What no file may do, whatever it imports: a kind, the files it is about, and a sentence about each offence. */
type Rule = {
  readonly kind: string;
  readonly about: (path: string) => boolean;
  readonly find: (found: Found) => string | undefined;
};

const product = (path: string): boolean => /^(client|server)\//.test(path);
/** Not what helps to wait for a condition, nor what runs VS Code around the suites in it. */
const tests = (path: string): boolean =>
  path.startsWith('test/') &&
  path !== 'test/support/wait.ts' &&
  !/^test\/host\/([^/]+$|vscode\/|inside\/)/.test(path);

/** Where a nudge is typed that a person asked to have typed; it has the pause that programs need before Enter. */
const typing = 'client/typing.ts';

const rules: readonly Rule[] = [
  { kind: 'shell', about: product, find: shellIn },
  { kind: 'keystrokes', about: (path) => product(path) && path !== typing, find: keystrokesIn },
  { kind: 'tcp', about: product, find: tcpIn },
  { kind: 'console', about: (path) => product(path) && path !== 'server/cli/output.ts', find: consoleIn },
  { kind: 'wait', about: tests, find: waitIn },
];

/** Offences in the code of the product, its tests and its tools. */
export function offences(sources: readonly Source[]): Violation[] {
  return sources.map(parse).flatMap((file) => [...broken(file), ...unfinished(file)]);
}

function broken(file: Parsed): Violation[] {
  const applying = rules.filter(({ about }) => about(file.path));
  return file.nodes.flatMap((found) =>
    applying.flatMap(({ kind, find }) => {
      const message = find(found);
      return message ? [{ kind, path: file.path, line: lineAt(file.text, found.node.start), message }] : [];
    }),
  );
}

function unfinished({ path, text, comments }: Parsed): Violation[] {
  return comments.flatMap(({ value, start }) => {
    const [word] = /\b(TODO|FIXME|XXX|HACK)\b/.exec(value) ?? [];
    return word
      ? [{ kind: 'unfinished', path, line: lineAt(text, start), message: `${word} in a comment` }]
      : [];
  });
}

function keystrokesIn({ node }: Found): string | undefined {
  if (node.type !== 'CallExpression' || nameOf(node.callee) !== 'sendText') return undefined;
  const [first] = node.arguments;
  return first && first.type !== 'Literal' ? 'data is typed into a terminal' : undefined;
}

function tcpIn({ node }: Found): string | undefined {
  if (node.type !== 'CallExpression') return undefined;
  const name = nameOf(node.callee) ?? '';
  if (!['listen', 'connect', 'createConnection'].includes(name)) return undefined;
  const [first] = node.arguments;
  return first && isPort(first) ? `${name}() over TCP` : undefined;
}

function isPort(node: Node): boolean {
  if (node.type === 'Literal') return typeof node.value === 'number';
  if (node.type === 'Identifier') return /port$/i.test(node.name);
  if (node.type !== 'ObjectExpression') return false;
  return node.properties.some(
    (each) => each.type === 'Property' && ['port', 'host'].includes(nameOf(each.key) ?? ''),
  );
}

function consoleIn({ node }: Found): string | undefined {
  const used = node.type === 'MemberExpression' && nameOf(node.object) === 'console';
  return used ? 'console outside the output of the command line' : undefined;
}

function waitIn({ node, parent }: Found): string | undefined {
  if (node.type === 'ImportDeclaration') {
    return node.source.value.endsWith('timers/promises') ? waitInstead('timers/promises') : undefined;
  }
  if (node.type === 'CallExpression' && ['sleep', 'delay'].includes(nameOf(node.callee) ?? '')) {
    return waitInstead('a sleep');
  }
  return node.type === 'Identifier' && node.name === 'setTimeout' && !isFieldOfAnother(node, parent)
    ? waitInstead('setTimeout')
    : undefined;
}

/** `socket.setTimeout` is a deadline, not a wait. */
function isFieldOfAnother(node: Node, parent: Node | undefined): boolean {
  return (
    parent?.type === 'MemberExpression' && parent.property === node && nameOf(parent.object) !== 'timers'
  );
}

function waitInstead(what: string): string {
  return `${what}: wait for a condition with a deadline, never for a time`;
}

/** `listen` of `listen(…)`, `server.listen(…)` and `{ listen: … }`. */
function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'MemberExpression' && !node.computed ? nameOf(node.property) : undefined;
}
