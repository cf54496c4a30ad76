import { resolve } from 'node:path';
import type { Command } from 'commander';
import { answer, type Cli } from '../cli.ts';
import { serverLines } from '../askServerProgram.ts';
import { failureOf } from '../failure.ts';
import { usualTown } from '../place.ts';
import { feedLines, statusJson, statusLines } from '../text/town.ts';
import { protocolVersion, productVersion } from '../../protocol/version.ts';
import { readServerFile } from '../../rpc/call.ts';
import { hasLeft } from '../../rpc/left.ts';
import { wholeNumber, verb } from '../words.ts';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';

export function addTown(gt: Command, cli: Cli): void {
  addInstall(gt, cli);
  verb(gt, 'status', {
    does: 'show how the town stands',
    examples: ['gt status'],
    json: '{ townId, name, path, rigs, beads: { open, ready, blocked }, convoys: { open }, polecats: { working, needYou, total }, mergeRequests: { waiting }, sessions, attention, editors, server: { version, protocol, pid, startedAt, seq, readOnly? } }',
  }).action(async () => {
    await answer(cli, { method: 'town/status', params: {}, text: statusLines, json: statusJson });
  });
  verb(gt, 'feed', {
    does: 'show what happened, the newest last',
    examples: ['gt feed', 'gt feed -n 100'],
    json: '{ items: [{ seq, at, by, verb, subject?, text }], more }, the newest first',
    aliases: ['log'],
  })
    .option('-n, --limit <number>', 'how many entries', wholeNumber, 30)
    .action(async ({ limit }: { limit: number }) => {
      await answer(cli, {
        method: 'town/feed',
        params: { limit },
        text: ({ items }, look) => feedLines(items, look),
        json: (feed) => feed,
      });
    });
  addDown(gt, cli);
  verb(gt, 'version', {
    does: 'print the version',
    examples: ['gt version'],
    json: '{ version, protocol }',
  }).action(() => {
    if (cli.json) cli.output.json({ version: productVersion, protocol: protocolVersion });
    else cli.output.print([`gt ${productVersion}`]);
  });
}

function addInstall(gt: Command, cli: Cli): void {
  verb(gt, 'install', {
    does: 'make a town: the folder that rigs, beads and convoys belong to',
    examples: ['gt install', 'gt install ~/work/town'],
    json: '{ town }',
  })
    .argument('[path]', 'its folder (default: GT_TOWN, else ~/gt)')
    .action(async (path: string | undefined) => {
      const town =
        path === undefined ? usualTown(cli.environment, cli.directory) : resolve(cli.directory, path);
      await serverLines(['create', town], () => {});
      if (cli.json) cli.output.json({ town });
      else cli.output.print([`Made the town ${displayText(town, 1000)}.`, nextAfterInstall(cli, town)]);
    });
}

/** Found without being named only where people look by default. */
function nextAfterInstall(cli: Cli, town: string): string {
  const found = town === usualTown({ ...cli.environment, GT_TOWN: undefined }, cli.directory);
  const where = found ? '' : `cd ${displayText(town, 1000)} && `;
  return `Next: ${where}gt rig create NAME --repo URL-OR-PATH`;
}

function addDown(gt: Command, cli: Cli): void {
  verb(gt, 'down', {
    does: 'end the town server; it comes back with the next command',
    examples: ['gt down', 'gt down --force'],
    json: '{ running, ended: [polecats] }',
  })
    .option('--force', 'end the sessions that still run, too; their work stays')
    .action(async (options: { force?: boolean }) => {
      try {
        const ended = await takeDown(cli, options.force === true);
        if (cli.json) cli.output.json({ running: true, ended });
        else cli.output.print(['The town server has left.', ...endedLines(ended)]);
      } catch (error) {
        if (!isNotRunning(error)) throw error;
        if (cli.json) cli.output.json({ running: false, ended: [] });
        else cli.output.print(['The town server was not running.']);
      }
    });
}

function endedLines(ended: readonly string[]): string[] {
  const [first] = ended;
  if (first === undefined) return [];
  const run = `Next: gt session run ${displayText(first)}`;
  if (ended.length === 1) return [`The session of ${displayText(first)} was ended; its work stays.`, run];
  return [`${ended.length} sessions were ended; their work stays.`, `${run}, and so on`];
}

/** A snapshot of a large town takes a while. */
const leaveMs = 60_000;

/** Gives the polecats whose sessions were ended. */
async function takeDown(cli: Cli, force: boolean): Promise<readonly string[]> {
  const { serverFile } = cli.place();
  const server = readServerFile(serverFile);
  const { ended } = await cli.askRunning('town/down', force ? { force } : {});
  if (server && !(await hasLeft(serverFile, server, leaveMs)))
    throw new Refusal('failed', 'The town server was told to leave, and is still there.', {
      next: 'Look at its log: TOWN/.gastown/logs/town.log',
    });
  return ended;
}

function isNotRunning(error: unknown): boolean {
  const failure = failureOf(error);
  return failure.code === 'unavailable' && failure.facts?.['running'] === false;
}
