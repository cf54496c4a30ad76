import type { Node } from 'oxc-parser';
import type { Found } from './syntax.ts';

const shell = /(^|[\\/])((ba|z|da|k|fi)?sh|cmd|powershell|pwsh)(\.exe)?$/;
const command = /^(-l?c|\/c|-Command)$/;

/** Programs are started with an argv; a shell would read what is in it. */
export function shellIn({ node, parent }: Found): string | undefined {
  if (node.type === 'Property') {
    return textOf(node.key) === 'shell' && isTrue(node.value) ? 'shell: true' : undefined;
  }
  if (node.type === 'ImportSpecifier' && parent?.type === 'ImportDeclaration') return execIn(node, parent);
  if (node.type === 'ArrayExpression') return commandIn(node.elements);
  if (node.type === 'CallExpression') return commandIn(argv(node));
  return /\b(ba|z|da|k)?sh -l?c\b/.test(textOf(node) ?? '') ? 'sh -c in a text' : undefined;
}

function commandIn(words: readonly (Node | null)[]): string | undefined {
  const texts = words.map((word) => (word && textOf(word)) ?? '');
  const at = texts.findIndex((text) => shell.test(text));
  return at !== -1 && command.test(texts[at + 1] ?? '') ? `a command for ${texts[at]}` : undefined;
}

/** The program and the arguments of `spawn('sh', ['-c', …])` as one row. */
function argv(node: Node & { type: 'CallExpression' }): readonly (Node | null)[] {
  const [program, args] = node.arguments;
  return program && args?.type === 'ArrayExpression' ? [program, ...args.elements] : [];
}

function execIn(specifier: Node & { type: 'ImportSpecifier' }, from: Node & { type: 'ImportDeclaration' }) {
  const name = textOf(specifier.imported) ?? '';
  const shells = from.source.value.endsWith('child_process') && ['exec', 'execSync'].includes(name);
  return shells ? `${name} starts a shell` : undefined;
}

function isTrue(node: Node): boolean {
  return node.type === 'Literal' && node.value === true;
}

function textOf(node: Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'TemplateElement') return node.value.raw;
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}
