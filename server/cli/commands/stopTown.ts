import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import { townPaths } from '../../protocol/address.ts';
import type { Result } from '../../protocol/messages.ts';
import { readServerFile } from '../../rpc/call.ts';
import { hasLeft, isRunning } from '../../rpc/left.ts';
import { ago } from '../ago.ts';
import { answer, type Cli } from '../cli.ts';
import { exits, Told } from '../failure.ts';
import { statusJson, statusLines } from '../text/town.ts';
import { noun, verb } from '../words.ts';

/** Stopping the whole town, which it stays, and starting it again. */
export function addStopTown(gt: Command, cli: Cli): void {
  verb(gt, 'stop', {
    does: 'stop the town: all of it ends, which is looked at afterwards, and it stays stopped until gt up',
    examples: ['gt stop', 'gt down --all'],
    json: stoppedKeys,
  }).action(async () => {
    await stopTown(cli);
  });
  verb(gt, 'up', {
    does: 'start the town server, also of a town that was stopped',
    examples: ['gt up'],
    json: 'as gt status prints',
    aliases: ['start'],
  }).action(async () => {
    await startTown(cli);
  });
  addDaemon(gt, cli);
}

const stoppedKeys = '{ stopped, ended: [agents], left: [{ pid, what, session?, agent?, name? }] }';

/** As others call the town server. */
function addDaemon(gt: Command, cli: Cli): void {
  const daemon = noun(gt, 'daemon', 'the town server, by the name it has elsewhere', ['gt daemon status']);
  verb(daemon, 'start', {
    does: 'the same as gt up',
    examples: ['gt daemon start'],
    json: 'as gt status prints',
  }).action(async () => {
    await startTown(cli);
  });
  verb(daemon, 'stop', {
    does: 'the same as gt stop',
    examples: ['gt daemon stop'],
    json: stoppedKeys,
  }).action(async () => {
    await stopTown(cli);
  });
  verb(daemon, 'status', {
    does: 'say whether the town server runs, without starting it',
    examples: ['gt daemon status'],
    json: '{ running, pid?, startedAt?, version?, stopped?: { at, by } }',
  }).action(async () => {
    await showServer(cli);
  });
}

/** Ends everything, looks that it has, and waits for the town server to be gone. */
export async function stopTown(cli: Cli): Promise<void> {
  const { ended, left = [] } = await endTown(cli);
  if (cli.json) cli.output.json({ stopped: left.length === 0, ended, left });
  else if (left.length === 0) cli.output.print(stoppedLines(ended));
  else cli.output.note(leftLines(left));
  if (left.length > 0) throw new Told(exits.refused);
}

/**
 * Where no town server runs and nothing is left of it, that is written down, and none is started. Where something is left, as after a town
 * server was killed, one is started to end it: only that can ask the launchers, and keeps how each session ended.
 */
export async function endTown(cli: Cli): Promise<Result<'town/down'>> {
  const place = cli.place();
  if (place.session === undefined && !mayServe(place.serverFile) && (await stopAlone(place.town)))
    return { ended: [] };
  const { withTown } = await import('../startTown.ts');
  const down = async (): Promise<Result<'town/down'>> => await cli.askRunning('town/down', { stop: true });
  const result = await withTown(place, cli.name, down, { evenStopped: true });
  const server = readServerFile(place.serverFile);
  if (!server || (await hasLeft(place.serverFile, server, leaveMs))) return result;
  throw new Refusal(
    'failed',
    `The town server, process ${server.pid}, was told to leave, and is still there.`,
    {
      next: 'Look at its log: TOWN/.gastown/logs/town.log',
    },
  );
}

/** By the process that the file names; who was killed has left the file. */
function mayServe(serverFile: string): boolean {
  const server = readServerFile(serverFile);
  return server !== undefined && isRunning(server.pid);
}

async function stopAlone(town: string): Promise<boolean> {
  const { serverLines } = await import('../askServerProgram.ts');
  let isStopped = false;
  await serverLines(['stop', town], ({ event, stopped }) => {
    if (event === 'result') isStopped = stopped === true;
  });
  return isStopped;
}

/** A snapshot of a large town takes a while. */
const leaveMs = 60_000;

function stoppedLines(ended: readonly string[]): string[] {
  const names = ended.map((agent) => displayText(agent)).join(', ');
  return [
    'The town is stopped: nothing of it runs any more.',
    ...(ended.length === 0 ? [] : [`Ended: ${names}. Their work and hooks stay.`]),
    'Next: gt up starts it again.',
  ];
}

function leftLines(left: NonNullable<Result<'town/down'>['left']>): string[] {
  return [
    'gt: Not everything of the town has ended:',
    ...left.map((each) => `  ${processWords(each)}, process ${each.pid}`),
    'Next: end these yourself, then gt stop.',
  ];
}

function processWords(process: NonNullable<Result<'town/down'>['left']>[number]): string {
  if (process.what === 'program') return displayText(process.name);
  return `the ${process.what} of ${displayText(process.agent)}`;
}

async function startTown(cli: Cli): Promise<void> {
  const { town, session } = cli.place();
  if (session !== undefined) {
    throw new Refusal('forbidden', 'A session does not start a town that was stopped.', {
      next: 'gt up, in a terminal of your own',
    });
  }
  const { clearStopped } = await import('../../rpc/stopped.ts');
  clearStopped(townPaths(town));
  await answer(cli, { method: 'town/status', params: {}, text: statusLines, json: statusJson });
}

async function showServer(cli: Cli): Promise<void> {
  const { town, serverFile } = cli.place();
  const { readStopped } = await import('../../rpc/stopped.ts');
  const stopped = readStopped(townPaths(town));
  const server = await running(cli, serverFile);
  if (cli.json) {
    const { pid, startedAt, version } = server ?? {};
    cli.output.json({ running: server !== undefined, pid, startedAt, version, stopped });
    return;
  }
  const { now } = cli.output.look;
  const life = server && `The town server runs: process ${server.pid}, since ${ago(server.startedAt, now)}.`;
  const rest = stopped
    ? `The town was stopped by ${displayText(stopped.by)} ${ago(stopped.at, now)}.`
    : 'The town server does not run; the next command starts it.';
  cli.output.print([life ?? rest, ...(stopped && !server ? ['Next: gt up'] : [])]);
}

/** What answers, and not what a file says. */
async function running(
  cli: Cli,
  serverFile: string,
): Promise<{ readonly pid: number; readonly startedAt: string; readonly version: string } | undefined> {
  if (!readServerFile(serverFile)) return undefined;
  try {
    return await cli.askRunning('town/status', {});
  } catch {
    return undefined;
  }
}
