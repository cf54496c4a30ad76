import type { Command } from 'commander';
import { keepsContract } from '../../domain/contract.ts';
import { givenOf } from '../../domain/givenPreset.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { CheckedStep } from '../../protocol/runtimeTest.ts';
import type { RuntimeSummary } from '../../protocol/runtime.ts';
import { serverLines, type ServerEvent } from '../askServerProgram.ts';
import type { Cli } from '../cli.ts';
import { exits, Told } from '../failure.ts';
import { isNoTown } from '../place.ts';
import { isStep, liveChecklist, plainChecklist, resultLines, silentChecklist } from '../text/runtimeTest.ts';
import { verb, wholeNumber } from '../words.ts';

interface Options {
  readonly live?: boolean;
  readonly yes?: boolean;
  readonly host?: string;
  readonly deadline?: number;
}

interface TestResult {
  readonly runtime: string;
  readonly label: string;
  readonly compatible: boolean;
  readonly steps: readonly CheckedStep[];
}

export function addRuntimeTest(runtime: Command, cli: Cli): void {
  verb(runtime, 'test', {
    does: 'take a runtime through the contract in a throw-away town: hook, commit, update, done',
    examples: [
      'gt runtime test sim',
      'gt runtime test claude-code --live',
      'gt runtime test my-agent --json',
    ],
    json: '{ runtime, compatible, steps: [{ step, decides, outcome, evidence, advice?, seconds }] }; exit 0 only where compatible is true',
  })
    .argument('<name>', 'its name, or another it is known by')
    .option('--live', 'start it also where it works with your own account')
    .option('--yes', 'with --live: do not ask first')
    .option('--host <host>', 'where its sessions live, as for gt sling')
    .option('--deadline <seconds>', 'for the contract as a whole', wholeNumber)
    .action(async (name: string, options: Options) => {
      const summary = await townRuntime(cli, name);
      if (options.live) await agree(cli, summary?.preset.label ?? name, options);
      const result = await play(cli, summary, name, options);
      if (cli.json) cli.output.json(resultJson(result));
      else cli.output.print(['', ...resultLines(result, cli.output.look)]);
      if (!result.compatible) throw new Told(exits.refused);
    });
}

/** What the caller's town knows by that name. */
interface TownRuntime extends RuntimeSummary {
  /** Where its settings have the program. */
  readonly command: string | undefined;
}

/** Undefined where there is no town: then it can only be a built-in one. */
async function townRuntime(cli: Cli, name: string): Promise<TownRuntime | undefined> {
  try {
    const summary = await cli.ask('runtime/get', { runtime: name });
    const { id } = summary.preset;
    const { commands = {} } = await cli.ask('town/get', {});
    return { ...summary, command: Object.hasOwn(commands, id) ? commands[id] : undefined };
  } catch (error) {
    if (error instanceof Refusal && isNoTown(error.details.facts)) return undefined;
    throw error;
  }
}

async function agree(cli: Cli, label: string, { yes }: Options): Promise<void> {
  const sentence = `This starts ${label} a few times with your own account, which may cost.`;
  if (!cli.json) cli.output.note([sentence]);
  if (yes) return;
  const agreed = cli.json ? undefined : await cli.confirm('Go on?');
  if (agreed) return;
  throw new Refusal('unapproved', agreed === undefined ? sentence : 'Nothing was started.', {
    next: 'Add --yes to say so beforehand.',
  });
}

async function play(
  cli: Cli,
  summary: TownRuntime | undefined,
  name: string,
  options: Options,
): Promise<TestResult> {
  const checklist = cli.json
    ? silentChecklist
    : cli.output.live
      ? liveChecklist(cli.output)
      : plainChecklist(cli.output);
  let label = name;
  let result: TestResult | undefined;
  const take = (event: ServerEvent): void => {
    if (event.event === 'begin') label = String(event['label']);
    if (event.event === 'result') result = resultOf(event, label);
    else checklist.take(event);
  };
  try {
    const input = summary && !summary.builtIn ? JSON.stringify(givenOf(summary.preset)) : undefined;
    await serverLines(words(name, summary, options), take, { input });
  } catch (error) {
    // A test that was not passed says so in its result; the program's exit code adds nothing to that.
    if (result === undefined) throw error;
  } finally {
    checklist.end();
  }
  if (result === undefined) throw new Error('The test ended without a result.');
  return result;
}

function words(name: string, known: TownRuntime | undefined, options: Options): string[] {
  const isOwn = known !== undefined && !known.builtIn;
  return [
    'runtime-test',
    isOwn ? known.preset.id : name,
    ...(isOwn ? ['--preset', '-'] : []),
    ...(known?.command === undefined ? [] : ['--command', known.command]),
    ...(options.live ? ['--live'] : []),
    ...(options.host === undefined ? [] : ['--host', options.host]),
    ...(options.deadline === undefined ? [] : ['--deadline', String(options.deadline)]),
  ];
}

/** Compatible is what the steps say, too: a result that contradicts them is not. */
function resultOf(event: ServerEvent, label: string): TestResult {
  const steps = Array.isArray(event['steps']) ? event['steps'].filter(isStep) : [];
  return {
    runtime: String(event['runtime']),
    label,
    compatible: event['compatible'] === true && keepsContract(steps),
    steps,
  };
}

function resultJson({ runtime, compatible, steps }: TestResult): Record<string, unknown> {
  const rows = steps.map(({ step, decides, outcome, evidence, advice, seconds }) => ({
    step,
    decides,
    outcome,
    evidence,
    advice,
    seconds,
  }));
  return { runtime, compatible, steps: rows };
}
