import type { Asked, RefusalStatus, Tool, Turn } from './asked.ts';

/** The work on one bead. Without more it goes from the hook to done. */
export interface Part {
  /** At the end of its title. The model itself takes it from the hook; here it tells what reached the model otherwise. */
  readonly word: string;
  /** Falls silent for good after that step. */
  readonly silentAfter?: Step;
  /** Goes on after its hook only when the agents of these beads have read theirs, too: they are at work at once. */
  readonly meets?: readonly string[];
  readonly refuses?: RefusalStatus;
  /** The bead is that of a runtime's test: its title names word and file, and its description the commands. */
  readonly isContract?: boolean;
}

/** The steps of one bead, in order. Each is one call of a tool. */
export const steps = ['prime', 'hook', 'update', 'write', 'commit', 'done'] as const;

export type Step = (typeof steps)[number];

const wordPattern = /\bword-[a-z0-9]{10}\b/;

/** The file that the work consists of. */
export function fileOf(bead: string): string {
  return `found-${bead}.txt`;
}

export function contentOf(word: string): string {
  return `The hook said ${word}.\n`;
}

/** The bead that a request is about, as the first prompt names it; the newest, where a session was resumed. */
export function beadIn({ told }: Asked): string | undefined {
  return [...told.matchAll(/\bthe bead ([A-Za-z0-9][\w-]*)/g)].at(-1)?.[1];
}

/** The context of `gt prime` stands in what the model is told, without a call: a lifecycle hook brought it. */
export function isPrimed({ told }: Asked, { word }: Part): boolean {
  return told.includes(word);
}

/** Of the steps, those whose calls were answered. A history that a runtime doubles when it resumes counts once. */
export function stepsAnswered({ results }: Asked): ReadonlySet<Step> {
  const calls = new Set(results.map(({ call }) => call));
  return new Set(steps.filter((step) => calls.has(callOf(step))));
}

/** What the model does next about a bead: the first step that was not answered yet. */
export function nextTurn(asked: Asked, bead: string | undefined, part: Part | undefined): Turn {
  if (part?.refuses !== undefined) return { kind: 'refuse', status: part.refuses };
  // Titles of conversations and the like are asked for without tools.
  const shell = toolNamed(asked, shells);
  if (!shell) return { kind: 'say', text: 'A scripted answer' };
  if (bead === undefined || !part) return { kind: 'say', text: 'There is no bead in what I was told.' };
  const answered = stepsAnswered(asked);
  if (part.silentAfter !== undefined && answered.has(part.silentAfter)) return { kind: 'hang' };
  const order = part.isContract === true ? contractOrder : steps;
  const step = order.find((each) => !answered.has(each) && (each !== 'prime' || !isPrimed(asked, part)));
  if (step === undefined) return { kind: 'say', text: 'It is done.' };
  const kept = part.isContract === true ? contractTask : ownTask;
  return turnFor(step, { asked, bead, shell, ...kept(bead, hookIn(asked)) });
}

/** The contract's bead asks for its commands in an order of its own. */
const contractOrder: readonly Step[] = ['prime', 'hook', 'write', 'commit', 'update', 'done'];

/** What the work on a bead consists of, as its hook tells it. */
interface Kept {
  /** Without a word the hook was not read right. */
  readonly word: string | undefined;
  readonly file: string;
  readonly content: string;
  readonly commit: string;
  readonly update: string;
}

function ownTask(bead: string, hook: string): Kept {
  const word = wordPattern.exec(hook)?.[0];
  return {
    word,
    file: fileOf(bead),
    content: contentOf(word ?? ''),
    commit: `git add -A && git commit -m "${bead}: ${word}"`,
    update: `bd update ${bead} --notes "${word}"`,
  };
}

function contractTask(bead: string, hook: string): Kept {
  const [, word, file = ''] = /Title: +Write (word[a-z0-9]{6}) into (\S+) /.exec(hook) ?? [];
  return {
    word,
    file,
    content: `${word}\n`,
    commit: `git add ${file} && git commit -m "${bead}: keep the contract"`,
    update: `bd update ${bead} --notes "contract kept"`,
  };
}

/** What `gt hook` printed. */
function hookIn({ results }: Asked): string {
  return results.findLast(({ call }) => call === callOf('hook'))?.text ?? '';
}

function callOf(step: Step): string {
  return `call_${step}_scripted`;
}

interface Scene extends Kept {
  readonly asked: Asked;
  readonly bead: string;
  readonly shell: Tool;
}

function turnFor(step: Step, scene: Scene): Turn {
  const { asked, shell, word } = scene;
  const run = (command: string): Turn => ({
    kind: 'call',
    id: callOf(step),
    tool: shell.name,
    input: inputFor(shell, { command }),
  });
  if (step === 'prime') return run('gt prime');
  if (step === 'hook') return run('gt hook');
  if (word === undefined)
    return { kind: 'say', text: `The hook named no word: ${hookIn(asked) || 'no answer'}` };
  if (step === 'update') return run(scene.update);
  if (step === 'write') return write(scene);
  if (step === 'commit') return run(scene.commit);
  return run('gt done');
}

function write({ asked, shell, file, content }: Scene): Turn {
  const id = callOf('write');
  const writer = toolNamed(asked, writers);
  const worktree = /^ *Worktree: +(\/.+?)\s*$/m.exec(hookIn(asked))?.[1];
  if (writer && worktree !== undefined) {
    const input = inputFor(writer, { path: `${worktree}/${file}`, content });
    return { kind: 'call', id, tool: writer.name, input };
  }
  const command = `echo "${content.trimEnd()}" > ${file}`;
  return { kind: 'call', id, tool: shell.name, input: inputFor(shell, { command }) };
}

const shells = [
  'Bash',
  'bash',
  'shell_command',
  'exec_command',
  'shell',
  'run_shell_command',
  'launch-process',
];
const writers = ['Write', 'write', 'write_file', 'create', 'save-file'];

function toolNamed({ tools }: Asked, names: readonly string[]): Tool | undefined {
  return tools.find(({ name }) => names.includes(name));
}

/** The same value by the name that each runtime's tool has for it. */
const names: Readonly<Record<string, readonly string[]>> = {
  command: ['command', 'cmd'],
  path: ['file_path', 'filePath', 'path'],
  content: ['content', 'file_text', 'file_content'],
};

/** What some tools want besides; only what their schema names as required is given. */
const besides: Readonly<Record<string, unknown>> = {
  description: 'A step of the script',
  instructions_reminder: 'LIMIT THE FILE CONTENT TO AT MOST 150 LINES.',
  wait: true,
  max_wait_seconds: 60,
  mode: 'sync',
};

function inputFor(tool: Tool, values: Readonly<Record<string, string>>): Record<string, unknown> {
  const { properties = {}, required = [] } = tool.parameters;
  const given = Object.entries(values).flatMap(([value, content]) => {
    const name = names[value]?.find((each) => each in properties);
    if (name === undefined) return [];
    const isArgv = properties[name]?.type === 'array';
    return [[name, isArgv ? ['bash', '-lc', content] : content] as const];
  });
  const wanted = required.filter((name) => name in besides).map((name) => [name, besides[name]] as const);
  return Object.fromEntries([...wanted, ...given]);
}
