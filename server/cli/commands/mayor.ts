import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import type { PastSession } from '../../protocol/seance.ts';
import type { HookResult } from '../../protocol/work.ts';
import { answer, type Cli } from '../cli.ts';
import { hookShort, hookShortLines } from '../text/hook.ts';
import { pastSessionFacts, pastSessionJson, seanceKeys, startedSeance } from '../text/seance.ts';
import { sessionJson, sessionKeys } from '../text/session.ts';
import { present, verb } from '../words.ts';
import { hostOption, type HostOption } from './hostOption.ts';
import { addAttach } from './sessionAttach.ts';

const statusKeys =
  '{ running, session?: as gt seance show prints, hook?: { agent, bead_id?, title?, status } }';

/** The town's coordinator. */
export function addMayor(gt: Command, cli: Cli): void {
  const mayor = verb(gt, 'mayor', {
    does: "the town's coordinator: an agent that plans, makes beads and convoys, and slings",
    examples: ['gt mayor', 'gt mayor start --runtime claude', 'gt mayor attach', 'gt mayor stop'],
    json: statusKeys,
  })
    .usage('[command]')
    .action(async () => status(cli));
  verb(mayor, 'status', {
    does: 'say whether the mayor runs, and what is on its hook',
    examples: ['gt mayor status'],
    json: statusKeys,
  }).action(async () => status(cli));
  addStart(mayor, cli);
  verb(mayor, 'stop', {
    does: "ask the mayor's session to stop; its hook stays",
    examples: ['gt mayor stop'],
    json: sessionKeys,
  }).action(async () => {
    await answer(cli, {
      method: 'session/stop',
      params: { session: 'mayor' },
      text: () => ['The session of the mayor has ended.', 'Next: gt mayor start'],
      json: sessionJson,
    });
  });
  addAttach(mayor, cli, 'mayor');
}

interface StartOptions extends HostOption {
  readonly runtime?: string;
  readonly dryRun?: boolean;
}

function addStart(mayor: Command, cli: Cli): void {
  hostOption(
    verb(mayor, 'start', {
      does: "start the mayor in the town's folder",
      examples: ['gt mayor start', 'gt mayor start --runtime claude --host process'],
      json: seanceKeys,
    })
      .option(
        '--runtime <name>',
        "without it mayor-runtime of gt config, else as before; at first the town's",
      )
      .option('-n, --dry-run', 'say what would be started and told, and do nothing'),
  ).action(async ({ runtime, host, dryRun }: StartOptions) => {
    await answer(cli, {
      method: 'seance/start',
      params: { role: 'mayor', ...present({ runtime, host }), ...(dryRun ? { dryRun: true } : {}) },
      text: startedSeance,
      json: (one) => one,
    });
  });
}

async function status(cli: Cli): Promise<void> {
  const [newest] = await cli.ask('seance/list', { role: 'mayor', recent: 1 });
  const hook = await hookOfMayor(cli);
  if (cli.json) {
    cli.output.json({
      running: isRunning(newest),
      session: newest && pastSessionJson(newest),
      hook: hook && hookShort(hook),
    });
    return;
  }
  cli.output.print([
    isRunning(newest) ? 'The mayor is running.' : 'The mayor is not running.',
    ...(newest ? pastSessionFacts(newest, cli.output.look) : []),
    ...(hook ? hookShortLines(hook).map((line) => `Hook of ${line}`) : []),
    `Next: gt mayor ${isRunning(newest) ? 'attach' : 'start'}`,
  ]);
}

/** There is none before the mayor was started, or was given something. */
async function hookOfMayor(cli: Cli): Promise<HookResult | undefined> {
  try {
    return await cli.ask('work/hook', { agent: 'mayor' });
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'not-found' || error.code === 'forbidden'))
      return undefined;
    throw error;
  }
}

const isRunning = (past: PastSession | undefined): boolean =>
  past !== undefined && past.session.state !== 'ended';
