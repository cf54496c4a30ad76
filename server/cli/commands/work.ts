import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import type { SlingParams } from '../../protocol/work.ts';
import { answer, type Cli } from '../cli.ts';
import { exits, failureOf, Told } from '../failure.ts';
import { warningLines } from '../text/rig.ts';
import { drySlungLines, refusedLines, slungJson, slungLines } from '../text/work.ts';
import { present, verb } from '../words.ts';
import { retry } from './scheduler.ts';
import { hostOption, type HostOption } from './hostOption.ts';

export function addWork(gt: Command, cli: Cli): void {
  addSling(gt, cli);
  verb(gt, 'unsling', {
    does: 'take a bead off its hook and open it again; unmerged work is archived',
    examples: ['gt unsling be-auth'],
    json: '{ bead, status, archive?, archiveId?, warnings? }',
    aliases: ['unhook'],
  })
    .argument('<bead>')
    .action(async (bead: string) => {
      await answer(cli, {
        method: 'work/unsling',
        params: { bead },
        text: (result, look) => [
          `${displayText(result.bead.id)} is ${result.bead.status} again.`,
          ...(result.archive === undefined ? [] : [`Its work is kept as ${displayText(result.archive)}.`]),
          ...warningLines(result.warnings ?? [], look),
          ...(result.archiveId === undefined
            ? []
            : [`To bring it back: gt polecat restore ${displayText(result.archiveId)}`]),
        ],
        json: ({ bead: { id, status }, archive, archiveId, warnings }) => ({
          bead: id,
          status,
          archive,
          archiveId,
          warnings,
        }),
      });
    });
}

interface SlingOptions extends HostOption {
  readonly runtime?: string;
  readonly dryRun?: boolean;
  readonly args?: string;
  readonly force?: boolean;
  readonly queue?: boolean;
}

function addSling(gt: Command, cli: Cli): void {
  const sling = verb(gt, 'sling', {
    does: 'give beads to polecats and start them, each bead in the rig of its prefix; or one bead to the agent you name',
    examples: [
      'gt sling be-auth',
      'gt sling be-auth ml-extract fe-login',
      'gt sling be-auth backend --dry-run',
      'gt sling be-auth backend/nux',
      'gt sling be-auth backend/crew/dave --args "small steps"',
      'gt sling be-auth --force',
      'gt sling be-auth --queue',
    ],
    json: '{ slung: [{ bead, title, rig, agent, runtime, runtimeLabel, worktree, branch, base, host, convoy?, session?, command, warnings }], queued?: [{ bead, title, rig, before, message }], refused: [{ bead, error, code, next? }] }; exit 1 where one was refused',
  })
    .usage('<bead...> [target]')
    .argument(
      '<bead...>',
      'the beads; the last word may be who gets them: RIG, RIG/NAME (a polecat that waits), RIG/crew/NAME or mayor',
    )
    .option('--runtime <name>', "another runtime than the rig's, this once")
    .option('-a, --args <text>', 'what to tell the agent with it')
    .option(
      '-f, --force',
      'though it is deferred, belongs to another rig, or is held by an agent whose session is over',
    )
    .option('-q, --queue', 'what finds no place, or waits for something, is queued and starts by itself')
    .option('-n, --dry-run', 'say what would be done, and do nothing');
  hostOption(sling, 'where the sessions live').action(async (words: string[], options: SlingOptions) => {
    // As elsewhere: the queue tries again what failed too often. No bead has that name.
    if (words[0] === 'respawn-reset') return await retry(cli, words.slice(1));
    const params = slingParams(await beadsAndTarget(cli, words), options);
    const result = await answer(cli, {
      method: 'work/sling',
      params,
      text: params.dryRun ? drySlungLines : slungLines,
      json: slungJson,
    });
    if (result.refused.length === 0) return;
    if (!cli.json) cli.output.note(refusedLines('gt', result));
    throw new Told(exits.refused);
  });
}

type Whereto = Pick<SlingParams, 'beads' | 'rig' | 'target'>;

/** The last of several words is a rig where one is called so; no bead ever has the name of a rig. One with a slash is an agent. */
async function beadsAndTarget(cli: Cli, words: readonly string[]): Promise<Whereto> {
  const last = words.at(-1);
  if (words.length < 2 || last === undefined) return { beads: words };
  if (last === 'mayor' || last.includes('/')) return { beads: words.slice(0, -1), target: last };
  const rigs = (await cli.ask('rig/list', {})).map(({ rig }) => rig.id);
  if (rigs.some((rig) => rig === last)) return { beads: words.slice(0, -1), rig: last };
  if (!(await isBead(cli, last))) throw neither(last, rigs);
  return { beads: words };
}

/** What is refused for another reason than that there is none is told by the sling. */
async function isBead(cli: Cli, word: string): Promise<boolean> {
  try {
    await cli.ask('bead/get', { bead: word });
    return true;
  } catch (error) {
    if (failureOf(error).code === 'not-found') return false;
    if (failureOf(error).exit === exits.refused) return true;
    throw error;
  }
}

/** Before anything is slung: a rig that was mistyped must not have the beads before it begun elsewhere. */
function neither(word: string, rigs: readonly string[]): Refusal {
  const known =
    rigs.length === 0
      ? 'there is no rig yet'
      : `the rigs are ${rigs
          .toSorted()
          .map((rig) => displayText(rig, 40))
          .join(', ')}`;
  return new Refusal(
    'not-found',
    `"${displayText(word, 80)}" is neither a bead nor a rig, so nothing was slung: ${known}.`,
    { field: 'target', next: 'bd list' },
  );
}

function slingParams(
  what: Whereto,
  { runtime, host, dryRun, args, force, queue }: SlingOptions,
): SlingParams {
  return {
    ...what,
    ...present({ runtime, host, instructions: args }),
    ...(force ? { force: true } : {}),
    ...(dryRun ? { dryRun: true } : {}),
    ...(queue ? { queue: true } : {}),
  };
}
