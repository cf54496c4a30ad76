import { displayText, plainText } from '../domain/text.ts';
import { scripts, variants, type Script, type SimScene, type Variant } from './simScripts.ts';
import { SimFailure, type SimHook, SimTools } from './simTools.ts';

export interface SimPlace {
  readonly environment: NodeJS.ProcessEnv;
  /** The worktree that the agent was started in. */
  readonly directory: string;
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
}

/**
 * The simulated agent: an agent from outside like any other, that knows `gt` and `git` on its PATH and nothing of the town. The
 * bead's label `sim:NAME` says what it does, else `--behaviour NAME`, else it finishes. `--pace MS` is how long each line stays to be
 * read, `--variant` how much is made of it. Gives the exit code: 2 where it was called wrongly.
 */
export async function runSim(args: readonly string[], place: SimPlace): Promise<number> {
  const say = (line: string): void => void place.output.write(`${plainText(line).replaceAll('\n', ' ')}\n`);
  try {
    const options = readOptions(args);
    return await play(options, place, say);
  } catch (error) {
    if (error instanceof WrongUse) {
      say(error.message);
      return 2;
    }
    say(`! ${error instanceof SimFailure ? error.message : String(error)}`);
    return 1;
  }
}

interface Options {
  readonly behaviour: string;
  readonly variant: Variant;
  readonly paceMs: number;
}

const usualPaceMs = 400;

class WrongUse extends Error {}

async function play(options: Options, place: SimPlace, say: (line: string) => void): Promise<number> {
  const tools = new SimTools(place.environment, say);
  const tell = async (line: string): Promise<void> => {
    say(line);
    await pause(options.paceMs);
  };
  await tell('$ gt hook');
  const role = place.environment['GT_ROLE'];
  if (role === 'crew' || role === 'mayor') {
    say(`A simulated ${role} waits: it knows a polecat's work only.`);
    await foreverOn(place.input);
  }
  const hook = (await tools.hook()) ?? (role === undefined ? undefined : await nextWork(tools, options, say));
  if (!hook?.bead) {
    say('The hook is empty. Nothing to do.');
    return 0;
  }
  const { bead, agent } = hook;
  await tell(`I am ${agent}, and this is ${bead.id}: ${bead.title}`);
  const script = scriptFor(bead.labels ?? [], options.behaviour);
  const scene: SimScene = {
    tools,
    tell,
    directory: place.directory,
    bead: { ...bead, title: displayText(bead.title, 120) },
    variant: options.variant,
    ...(hook.mergeRequest?.state === 'conflict' ? { conflictsWith: hook.mergeRequest.target } : {}),
    answer: () => readLine(place.input),
  };
  return await script(scene);
}

/** As a polecat with an empty hook is told: look again, and start nothing. */
async function nextWork(
  tools: SimTools,
  { paceMs }: Options,
  say: (line: string) => void,
): Promise<SimHook | undefined> {
  say('The hook is empty. I wait for work.');
  for (;;) {
    await pause(Math.max(paceMs, leastPauseMs));
    const hook = await tools.hook();
    if (hook) return hook;
  }
}

const leastPauseMs = 500;

async function foreverOn(input: NodeJS.ReadStream): Promise<never> {
  for (;;) await readLine(input);
}

/** The bead's own word goes before the preset's. */
function scriptFor(labels: readonly string[], behaviour: string): Script {
  const label = labels.find((each) => each.startsWith('sim:'))?.slice('sim:'.length);
  const name = label ?? behaviour;
  const script = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
  if (script) return script;
  throw new WrongUse(`The simulated agent cannot "${name}". It can: ${Object.keys(scripts).join(', ')}.`);
}

function readOptions(args: readonly string[]): Options {
  const values = new Map<string, string>();
  for (let index = 0; index < args.length; index += 2) {
    const [name = '', value] = args.slice(index, index + 2);
    if (!knownOptions.includes(name))
      throw new WrongUse(`Unknown argument "${name}" of the simulated agent.`);
    if (value === undefined) throw new WrongUse(`${name} needs a value.`);
    values.set(name, value);
  }
  const variant = variants.find((each) => each === (values.get('--variant') ?? 'quick'));
  if (!variant) throw new WrongUse(`--variant is one of ${variants.join(', ')}.`);
  const paceMs = Number(values.get('--pace') ?? usualPaceMs);
  if (!Number.isInteger(paceMs) || paceMs < 0) throw new WrongUse('--pace is a number of milliseconds.');
  return { behaviour: values.get('--behaviour') ?? 'finish', variant, paceMs };
}

const knownOptions: readonly string[] = ['--behaviour', '--variant', '--pace'];

function pause(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for ever where nobody can answer: it is ended from outside. */
function readLine(input: NodeJS.ReadStream): Promise<string> {
  return new Promise((resolve) => {
    const awake = setInterval(() => undefined, 60_000);
    let text = '';
    const look = (chunk: Buffer): void => {
      text += chunk.toString();
      const end = text.search(/[\r\n]/);
      if (end === -1) return;
      clearInterval(awake);
      input.off('data', look).pause();
      resolve(text.slice(0, end).trim());
    };
    input.on('data', look).on('error', () => undefined);
  });
}
