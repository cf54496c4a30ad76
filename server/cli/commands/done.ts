import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import type { DoneParams } from '../../protocol/work.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import { doneJson, doneLines } from '../text/work.ts';
import { present, verb } from '../words.ts';

interface DoneOptions {
  readonly commit?: boolean;
  /** False for `--no-changes`: commander reads it as the negation of `--changes`. */
  readonly changes?: boolean;
  readonly status?: string;
  readonly exit?: string;
  readonly escalate?: boolean;
  readonly defer?: boolean;
  readonly message?: string;
}

export function addDone(gt: Command, cli: Cli): void {
  verb(gt, 'done', {
    does: 'say that the work on your hook is complete, in its session and its worktree',
    examples: [
      'gt done',
      'gt done --commit',
      'gt done --no-changes',
      'gt done --status escalated --message "per user or per key?"',
    ],
    json: '{ agent, bead, outcome: submitted|landing|closed|needs-you|deferred|already-submitted, commits, mergeRequest?, tip?, next }',
  })
    .option('--commit', 'take uncommitted work along in one commit')
    .option('--no-changes', 'there is nothing to commit, and that is right')
    .option(
      '--status <status>',
      'COMPLETED; ESCALATED: a person must decide; DEFERRED: the work stays; PHASE_COMPLETE: as completed',
    )
    .option('--exit <status>', 'the same as --status')
    .option('--escalate', 'the same as --status escalated')
    .option('--defer', 'the same as --status deferred')
    .option('-m, --message <text>', 'the question or the reason, for people')
    .action(async (options: DoneOptions) => {
      if (!cli.environment['GT_SESSION']) {
        throw new Refusal(
          'no-session',
          'You are in no session: gt done is for an agent with work on its hook.',
          {
            next: 'gt polecat list',
          },
        );
      }
      await answer(cli, {
        method: 'work/done',
        params: doneParams(options, cli.directory),
        text: doneLines,
        json: doneJson,
      });
    });
}

/** Status words in any case; `PHASE_COMPLETE` of older prompts is completion. */
function doneParams(options: DoneOptions, directory: string): DoneParams {
  return {
    directory,
    ...(options.commit ? { commit: true } : {}),
    ...(options.changes === false ? { noChanges: true } : {}),
    ...present({ status: statusOf(options), message: options.message }),
  };
}

function statusOf({ status, exit, escalate, defer }: DoneOptions): DoneParams['status'] {
  const said = [
    ...[status, exit].flatMap((word) => (word === undefined ? [] : [statusWord(word)])),
    ...(escalate ? (['escalated'] as const) : []),
    ...(defer ? (['deferred'] as const) : []),
  ];
  if (new Set(said).size > 1) throw new Usage(`gt done takes one status, not ${said.join(' and ')}.`);
  return said[0];
}

function statusWord(word: string): NonNullable<DoneParams['status']> {
  const lower = word.toLowerCase();
  if (lower === 'completed' || lower === 'escalated' || lower === 'deferred') return lower;
  if (lower === 'phase_complete' || lower === 'phase-complete') return 'completed';
  throw new Usage(`--status is COMPLETED, ESCALATED, DEFERRED or PHASE_COMPLETE, not ${word}.`);
}
