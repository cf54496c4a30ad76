import type { AgentId, BeadId, RigName, Sha } from '../domain/ids.ts';
import {
  contractLine,
  hookText,
  messagesAtEnd,
  stepsText,
  uncommittedText,
  type PrimeHook,
  type PrimeMessage,
} from './primeParts.ts';
import { idOf, oneLine, plainId, quote } from './quoted.ts';

/**
 * What a runtime is told at its start, the same for every runtime: ids and no titles, plain commands, one line. Everything else it
 * reads itself with these commands.
 */
export function firstPrompt(session: {
  readonly agent: AgentId;
  readonly rig: RigName;
  readonly bead: BeadId;
  readonly worktree: string;
  /** A lifecycle hook gives it its context at the start. One that did not run is made up for by the agent itself. */
  readonly primed?: boolean;
}): string {
  const work = plainId.test(session.bead) ? `the bead ${session.bead}` : 'the bead on your hook';
  const place = plainPath.test(session.worktree) ? ` in ${session.worktree}` : ' in the folder you start in';
  return [
    `You are ${session.agent}, a polecat of the rig ${session.rig} in Gas Town, and your work is ${work}.`,
    primeFirst(session.primed === true),
    `Work only${place}, commit with git on the branch that is checked out there, and do not push.`,
    'When the work is committed, run: gt done. If you need a person, run: gt done --status escalated --message followed by your question.',
  ].join(' ');
}

export function primeFirst(primed: boolean): string {
  return primed
    ? 'Your role, your work and your rules are in your context already, under the heading Role; if they are not, first run: gt prime.'
    : 'First run: gt prime. It prints your role, your work and your rules.';
}

export interface PrimeContext extends PrimeHook {
  readonly role: string;
  readonly agent: AgentId;
  readonly rig: RigName;
  readonly runtimeLabel: string;
  readonly worktree: string;
  readonly branch: string;
  readonly base: Sha;
  /** The branch that the work lands on. */
  readonly target: string;
  /** Since the base. */
  readonly commits: number;
  readonly uncommitted: readonly string[];
  /** What waits for the agent. */
  readonly messages?: readonly PrimeMessage[];
}

/**
 * The context that an agent starts with: role and rig, hook, beads access, git state, contract. Text of others stands in it only
 * behind `| `, line by line, so that no text can end its own quotation.
 */
export function primeText(context: PrimeContext): string {
  return [
    ...roleText(context),
    '',
    ...hookText(context, {
      empty: 'Your hook is empty. Start nothing; ask with: gt hook',
      before: 'Your work is',
    }),
    '',
    ...beadsText(context),
    '',
    ...gitText(context),
    '',
    ...contractText(context),
    '',
    ...messagesAtEnd(context.messages),
  ].join('\n');
}

/** After a compaction, or when a session is resumed: who it is, what it works on, what is next. The rest it has read before. */
export function shortPrimeText(context: PrimeContext): string {
  const { role, agent, rig, bead, worktree, branch, commits, uncommitted } = context;
  return [
    '# Role',
    `You are ${agent}, a ${role} of the rig ${rig}. You have worked before; go on where you were.`,
    ...(bead
      ? [
          `Your work is the bead ${idOf(bead)} (${bead.status}), titled:`,
          ...quote(oneLine(bead.title)),
          ...stepsText(bead),
          `Read it again with: bd show ${idOf(bead)}`,
        ]
      : []),
    `You are in ${oneLine(worktree)} on ${oneLine(branch)}: ${commits} commits so far, ${uncommitted.length} files uncommitted.`,
    contractLine(bead),
    'All of this at length: gt prime',
    '',
    ...messagesAtEnd(context.messages),
  ].join('\n');
}

const plainPath = /^[A-Za-z0-9 ._/\\:@+,~-]+$/;

function roleText({ role, agent, rig, runtimeLabel }: PrimeContext): string[] {
  return [
    '# Role',
    `You are ${agent}, a ${role} of the rig ${rig}, run by ${runtimeLabel}.`,
    'A polecat does one bead in its own worktree, commits, and says that it is done.',
  ];
}

function beadsText({ bead }: PrimeContext): string[] {
  const id = idOf(bead);
  return [
    '# Beads',
    `bd show ${id}                 read a bead`,
    `bd update ${id} --notes TEXT  write down what you found`,
    'bd create --title TEXT        a new bead for work that you find and do not do',
    'Do not close your own bead: that is what gt done is for.',
  ];
}

function gitText({ worktree, branch, base, target, commits, uncommitted }: PrimeContext): string[] {
  return [
    '# Git',
    `Worktree: ${oneLine(worktree)}`,
    `Branch:   ${oneLine(branch)}, begun at ${base.slice(0, 12)}; it will land on ${oneLine(target)}`,
    `Commits:  ${commits} since then`,
    ...uncommittedText(uncommitted),
  ];
}

function contractText({ bead }: PrimeContext): string[] {
  const id = idOf(bead);
  return [
    '# Contract: hook, commits, done',
    '1. gt hook                     read your work',
    `2. git add FILES, then git commit -m "${id}: what you did"`,
    '   Stay in this worktree and on this branch. Do not push, rebase or switch branches.',
    '3. gt done                     when everything is committed; it checks and hands the work over',
    'To write to another agent or a person: gt mail send ADDRESS -s SUBJECT -m TEXT (gt mail directory)',
    'Need a person: gt done --status escalated --message "your question"',
    'Cannot go on now: gt done --status deferred --message "why"',
  ];
}
