import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import type { RigMove } from '../../protocol/rigLife.ts';
import type { Params, Result } from '../../protocol/messages.ts';
import type { Cli } from '../cli.ts';
import { answer } from '../cli.ts';
import { exits, failureLines, Told } from '../failure.ts';
import { actedLines, rigStatusJson, rigStatusLines } from '../text/rigLife.ts';
import { verb } from '../words.ts';

const actedKeys =
  '{ done: [{ rig, state, ended, resumed, working, removed: [{ agent, archive, archiveId }], kept?: [{ agent, why, next? }], notes }], refused: [{ rig, error, code, next? }] }';

interface Move {
  readonly name: string;
  readonly move: RigMove;
  readonly does: string;
  readonly aliases?: readonly string[];
}

const moves: readonly Move[] = [
  { name: 'park', move: 'park', does: 'let the polecats of rigs finish; the rigs take no work' },
  {
    name: 'unpark',
    move: 'unpark',
    does: 'let parked rigs take work again; one that is docked as well stays so',
  },
  {
    name: 'stop',
    move: 'stop',
    does: 'park rigs and end their sessions; work and hooks stay, and can be resumed',
    aliases: ['shutdown'],
  },
  {
    name: 'start',
    move: 'start',
    does: 'let rigs take work again, parked or docked, and resume what was stopped there',
    aliases: ['boot'],
  },
  { name: 'restart', move: 'restart', does: 'stop rigs, then start them', aliases: ['reboot'] },
  { name: 'dock', move: 'dock', does: 'stop rigs until they are undocked' },
  {
    name: 'undock',
    move: 'undock',
    does: 'let docked rigs take work again, unless parked; nothing is resumed',
  },
];

const ending: ReadonlySet<RigMove> = new Set<RigMove>(['stop', 'restart', 'dock']);

export function addRigLife(rig: Command, cli: Cli): void {
  for (const { name, move, does, aliases = [] } of moves) {
    const command = verb(rig, name, {
      does,
      examples: [`gt rig ${name} backend`, `gt rig ${name} backend frontend`],
      json: actedKeys,
      aliases,
    }).argument('<rigs...>');
    if (ending.has(move)) command.option('-f, --force', 'though there is uncommitted work; the files stay');
    command.action(async (rigs: string[], { force }: { force?: boolean }) => {
      const result = await cli.ask('rig/move', { rigs, move, ...(force ? { force } : {}) });
      sayActed(cli, result, name);
    });
  }
  addReset(rig, cli);
  addStatus(rig, cli);
}

interface ResetOptions {
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly stale?: boolean;
  readonly mail?: boolean;
  readonly handoff?: boolean;
  readonly role?: string;
}

function addReset(rig: Command, cli: Cli): void {
  verb(rig, 'reset', {
    does: 'archive and remove all polecats of rigs; each can be brought back',
    examples: [
      'gt rig reset backend --dry-run',
      'gt rig reset backend --force',
      'gt rig reset backend --stale',
    ],
    json: actedKeys,
  })
    .argument('<rigs...>')
    .option('--dry-run', 'only say what would go')
    .option('-f, --force', 'though some are running, which ends them first, or wait to land')
    .option('--stale', 'only open the beads that are on the hooks of agents that are gone')
    .option('--mail', 'only drop what waits for its agents')
    .option('--handoff', 'only drop the packets that the next sessions of its agents would be given')
    .option('--role <role>', 'with --mail or --handoff: only of polecat or crew')
    .action(async (rigs: string[], { force, dryRun, stale, mail, handoff, role }: ResetOptions) => {
      const wish: Params<'rig/reset'> = {
        rigs,
        ...(force ? { force } : {}),
        ...(dryRun ? { dryRun } : {}),
        ...(stale ? { stale } : {}),
        ...(mail ? { mail } : {}),
        ...(handoff ? { handoff } : {}),
        ...(role === undefined ? {} : { role }),
      };
      sayActed(cli, await cli.ask('rig/reset', wish), dryRun ? 'dry run' : 'reset');
    });
}

/** What was done on stdout, what was refused on stderr; one that was refused is a failure, as with sling. */
function sayActed(cli: Cli, result: Result<'rig/move'>, how: string): void {
  const { done, refused } = result;
  if (cli.json) {
    const failed = refused.map(({ rig, message, refusal }) => ({
      rig,
      error: message,
      code: refusal.code,
      next: refusal.next,
    }));
    cli.output.json({ done, refused: failed });
  } else {
    cli.output.print(done.flatMap((acted) => actedLines(acted, how, cli.output.look)));
    const failures = [
      ...done.flatMap(({ kept = [] }) =>
        kept.map(({ agent, why, next }) => ({ message: `${agent} stays: ${why}`, next })),
      ),
      ...refused.map(({ message, refusal: { next } }) => ({ message, next })),
    ];
    cli.output.note(
      failures.flatMap(({ message, next }) =>
        failureLines(cli.name, {
          sentence: displayText(message, 1000),
          code: 'failed',
          ...(next === undefined ? {} : { next }),
          exit: exits.refused,
        }),
      ),
    );
  }
  if (refused.length > 0 || done.some(({ kept = [] }) => kept.length > 0)) throw new Told(exits.refused);
}

function addStatus(rig: Command, cli: Cli): void {
  verb(rig, 'status', {
    does: 'show a rig with its polecats, its queue and what is archived',
    examples: ['gt rig status backend', 'gt rig status backend --disk'],
    json: 'as rig info prints, and { polecatList: [as polecat list prints], queueList: [as mq list prints], archives, disk?: [{ agent, worktree, bytes }] }',
  })
    .argument('<name>')
    .option('--disk', 'also what each worktree takes on the disk')
    .action(async (name: string, { disk }: { disk?: boolean }) => {
      await answer(cli, {
        method: 'rig/status',
        params: { rig: name, ...(disk ? { disk } : {}) },
        text: rigStatusLines,
        json: rigStatusJson,
      });
    });
}
