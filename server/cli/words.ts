import { Command, InvalidArgumentError } from 'commander';
import { productVersion } from '../protocol/version.ts';
import type { Cli } from './cli.ts';
import { Usage } from './failure.ts';

/** What `--help` says of a command beside its words. */
export interface Help {
  readonly does: string;
  readonly examples: readonly string[];
  /** The keys of what `--json` prints. */
  readonly json: string;
  /** Other names of the verb. */
  readonly aliases?: readonly string[];
}

/** Where commander failed: what it would have printed as an error was kept back, and is thrown as `Usage`. */
export function openProgram(cli: Cli, does: string, epilogue: string): Command {
  const program = new Command(cli.name)
    .description(does)
    .version(`${cli.name} ${productVersion}`, '-V, --version', 'print the version')
    .option('--json', 'print JSON')
    .addHelpText('after', `\n${epilogue}\n\n${cli.name} help COMMAND explains a command.`)
    .helpCommand(false)
    .configureHelp({ subcommandTerm: wordsOf, sortOptions: true })
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      getOutHelpWidth: () => cli.output.look.width,
      getErrHelpWidth: () => cli.output.look.width,
      getOutHasColors: () => cli.output.look.color,
      outputError: () => {},
      writeOut: (text) => cli.output.print([text.trimEnd()]),
      // The help that is shown for a noun without a verb; a program reads the sentence only.
      writeErr: (text) => {
        if (!cli.json) cli.output.note([text.trimEnd(), '']);
      },
    });
  return program;
}

/** A verb with `--json`, examples, and the keys of its JSON in its help. */
export function verb(parent: Command, words: string, { does, examples, json, aliases = [] }: Help): Command {
  return parent
    .command(words)
    .aliases(aliases)
    .description(does)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `\nExamples:\n${examples.map((line) => `  $ ${line}\n`).join('')}\n${wrapped(`JSON: ${json}`)}`,
    );
}

/** A noun that only holds verbs. */
export function noun(parent: Command, name: string, does: string, examples: readonly string[]): Command {
  const command = parent.command(name).description(does).helpCommand(false);
  command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
  return command;
}

/** Carries the words out. Help and version are answers; every other end of commander's is wrong usage. */
export async function carryOut(program: Command, args: readonly string[]): Promise<void> {
  const words = helpLast(program, args);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!isCommanderError(error)) throw error;
    if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') return;
    throw new Usage(usageSentence(program, words, error));
  }
}

/** For options that count. */
export function wholeNumber(word: string): number {
  if (!/^\d{1,9}$/u.test(word)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(word);
}

/** For options that may be given several times. */
export function repeated(word: string, before?: readonly string[]): readonly string[] {
  return [...(before ?? []), word];
}

/** The same, and with commas in one word. */
export function listed(word: string, before?: readonly string[]): readonly string[] {
  return [...(before ?? []), ...word.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))];
}

/** Without the keys that have no value. */
export function present<Fields extends object>(
  fields: Fields,
): { [K in keyof Fields]?: NonNullable<Fields[K]> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof Fields]?: NonNullable<Fields[K]> };
}

/** As the list of commands shows it: `convoy`, `sling <bead...> [rig]`. */
function wordsOf(command: Command): string {
  const usage = command.usage().replace('[options]', '').replace('[command]', '').trim();
  return `${command.name()} ${usage.includes('|') ? '' : usage}`.trimEnd();
}

/** `help rig create` is `rig create --help`; where the words name no command, that is what is wrong with them. */
function helpLast(program: Command, args: readonly string[]): readonly string[] {
  const [first, second, ...rest] = args;
  const holdsVerbs = program.commands.some((each) => each.name() === first && each.commands.length > 0);
  if (first !== 'help' && !(holdsVerbs && second === 'help')) return args;
  const words = first === 'help' ? args.slice(1) : [first ?? '', ...rest];
  const isKnown = commandPath(program, words).split(' ').length - 1 === words.length;
  return isKnown ? [...words, '--help'] : words;
}

/** Lines of at most 80 columns, all but the first indented. */
function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= 80) line = longer;
    else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

interface CommanderFailure extends Error {
  readonly code: string;
}

function isCommanderError(error: unknown): error is CommanderFailure {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

function usageSentence(
  program: Command,
  args: readonly string[],
  { code, message }: CommanderFailure,
): string {
  const path = commandPath(program, args);
  if (code === 'commander.help') return `${path} needs one more word; ${path} --help lists them.`;
  const said = message.replace(/^error: /u, '').replace(/\s*\n\s*/gu, ' ');
  return `${said}${/[.?)]$/u.test(said) ? '' : '.'} See ${path} --help.`;
}

/** `gt rig`: as many of the words as name commands. */
function commandPath(program: Command, args: readonly string[]): string {
  let command = program;
  const path = [program.name()];
  for (const word of args) {
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (!next) break;
    path.push(next.name());
    command = next;
  }
  return path.join(' ');
}
