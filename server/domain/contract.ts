import type { GitIdentity } from './polecatNames.ts';
import type { SessionExit } from './session.ts';
import { displayText } from './text.ts';
import {
  beadOf,
  entryThatBegan,
  isEnded,
  polecatOf,
  requestOf,
  sessionOf,
  told,
  updateBy,
  type Watched,
} from './watched.ts';

/** hook → commits → update → done: whoever keeps these four is a runtime of the town. */
export const contractSteps = ['hook', 'commit', 'update', 'done'] as const;

export type ContractStep = (typeof contractSteps)[number];

/** Whether each of the four was told, and passed. */
export function keepsContract(
  steps: readonly { readonly step: string; readonly outcome: Verdict['outcome'] }[],
): boolean {
  return contractSteps.every((name) => {
    const outcomes = steps.filter(({ step }) => step === name);
    return outcomes.length > 0 && outcomes.every(({ outcome }) => outcome === 'passed');
  });
}

/** What was seen, in one sentence, and where it was not enough, what to do. */
export interface Verdict {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly evidence: string;
  readonly advice?: string;
}

export const passed = (evidence: string): Verdict => ({ outcome: 'passed', evidence });

/** `evidence` says why it was not tried. */
export const skipped = (evidence: string): Verdict => ({ outcome: 'skipped', evidence });

export const failed = (evidence: string, advice: string): Verdict => ({
  outcome: 'failed',
  evidence,
  advice,
});

/** What git has of it, when it is over. */
export interface WorkFound {
  /** Recorded for the polecat. */
  readonly branch: string;
  readonly identity: GitIdentity;
  /** On that branch since its base. */
  readonly commits: readonly {
    readonly sha: string;
    readonly author: GitIdentity;
    readonly committer: GitIdentity;
  }[];
  /** Other branches that have new commits, and what else has. */
  readonly elsewhere: readonly string[];
  /** Files that were left uncommitted. */
  readonly uncommitted: readonly string[];
  /** Whether the word that only the bead tells stands in the file that it asks for. */
  readonly wordFound: boolean;
  readonly file: string;
}

/** Nothing more is to be expected of it. */
export function isOver(watched: Watched): boolean {
  const request = requestOf(watched);
  if (request) return !['submitted', 'merged'].includes(request.state);
  return beadOf(watched)?.status === 'closed' || isEnded(watched) || asksInVain(watched);
}

/** It asks a person, and where it lives nobody can answer. */
function asksInVain(watched: Watched): boolean {
  return polecatOf(watched)?.state === 'needs-you' && sessionOf(watched)?.host === 'process';
}

/** The steps that need nothing but the journal, as soon as it shows them. */
export function seenSteps(watched: Watched): ReadonlyMap<ContractStep, Verdict> {
  const seen = new Map<ContractStep, Verdict>();
  const hook = entryThatBegan(watched);
  if (hook) seen.set('hook', passed(`${told(hook)}: ${watched.bead} went from hooked to in_progress.`));
  const update = updateBy(watched);
  if (update) seen.set('update', passed(`${told(update)}.`));
  const request = requestOf(watched);
  if (request?.state === 'verified') {
    const done = watched.entries.find(({ verb, by }) => verb === 'done' && by === watched.agent);
    const commit = (request.landed ?? request.tip).slice(0, 7);
    const said = done ? `${told(done)}; ` : '';
    seen.set('done', passed(`${said}${commit} landed on ${request.target} and was found there.`));
  }
  return seen;
}

export interface Judged extends Watched {
  readonly work: WorkFound;
  /** The last lines that it printed, where they can be had: its log goes with the town. */
  readonly lastLines: readonly string[];
  /** The time that it was given, where that ran out. */
  readonly lateAfterSeconds?: number;
}

/**
 * All four, when it is over. Where it crashed or was late, the first that is missing has failed and those after it were not reached;
 * where it ended by itself, each stands for itself.
 */
export function judgeContract(judged: Judged): ReadonlyMap<ContractStep, Verdict> {
  const seen = seenSteps(judged);
  const verdicts = new Map<ContractStep, Verdict>();
  const broke = howItBroke(judged);
  let first = true;
  for (const step of contractSteps) {
    const verdict = step === 'commit' ? judgeCommits(judged) : (seen.get(step) ?? missing(step, judged));
    const passes = verdict.outcome === 'passed';
    const wrong = verdict.outcome === 'failed' && step === 'commit' && judged.work.commits.length > 0;
    if (passes || wrong || broke === undefined) verdicts.set(step, verdict);
    else if (first)
      verdicts.set(step, { ...verdict, outcome: 'failed', evidence: `${verdict.evidence} ${broke}` });
    else verdicts.set(step, skipped('Not reached.'));
    if (!passes) first = false;
  }
  return verdicts;
}

function judgeCommits({ work, agent }: Judged): Verdict {
  const { branch, commits, identity, elsewhere } = work;
  const foreign = commits.find(
    ({ author, committer }) => !isSame(author, identity) || !isSame(committer, identity),
  );
  if (commits.length === 0) return noCommits(work);
  if (foreign) {
    const { author, committer, sha } = foreign;
    const as = isSame(author, identity)
      ? `committed by ${person(committer)}`
      : `written by ${person(author)}`;
    return failed(
      `${sha.slice(0, 7)} on ${branch} is ${as}, and ${agent} is ${person(identity)}.`,
      'Keep GIT_AUTHOR_* and GIT_COMMITTER_* of the session in the commands that it runs, and set no user.name of its own.',
    );
  }
  if (elsewhere.length > 0) {
    return failed(
      `There are commits beside ${branch}: on ${elsewhere.join(', ')}.`,
      `Commit on the branch that is checked out at the start, and on no other.`,
    );
  }
  const shas = commits.map(({ sha }) => sha.slice(0, 7)).join(', ');
  return passed(`${shas} on ${branch}, written and committed by ${person(identity)}. ${withWord(work)}`);
}

/** A lifecycle hook may have read the hook, and the agent nothing of it: what it wrote tells. */
function withWord({ file, wordFound }: WorkFound): string {
  return wordFound
    ? `${file} holds the word that only the bead tells.`
    : `${file} does not hold the word of the bead: whether the agent understood its hook is not shown.`;
}

function noCommits({ branch, elsewhere, uncommitted }: WorkFound): Verdict {
  if (elsewhere.length > 0) {
    return failed(
      `There is no commit on ${branch}, but on ${elsewhere.join(', ')}.`,
      'Commit on the branch that is checked out at the start: switch no branches, and make none.',
    );
  }
  const left = uncommitted.length === 0 ? '' : ` Left uncommitted: ${uncommitted.slice(0, 5).join(', ')}.`;
  return failed(
    `There is no commit on ${branch}.${left}`,
    uncommitted.length === 0
      ? 'Its work must end in a commit: see whether it may write files and run git where nobody can be asked.'
      : 'Let it run git add and git commit: see whether a rule of its own, or its sandbox, forbids that.',
  );
}

function missing(step: Exclude<ContractStep, 'commit'>, judged: Judged): Verdict {
  if (step === 'hook') {
    return failed(
      `No gt hook or gt prime of ${judged.agent} was seen.`,
      'Its first act must be gt hook. Where it says that gt was not found, its shell resets PATH: gt runtime doctor.',
    );
  }
  if (step === 'update') {
    return failed(
      `No bd update of ${judged.bead} by ${judged.agent} was seen.`,
      `Let it keep its bead up to date: bd update ${judged.bead} --notes TEXT. A bead on the hook is not closed by hand.`,
    );
  }
  return missingDone(judged);
}

function missingDone(judged: Judged): Verdict {
  const request = requestOf(judged);
  if (request) {
    const why = request.reason === undefined ? '' : ` ${displayText(request.reason, 300)}`;
    return failed(
      `Submitted, but it has not landed: ${request.state}.${why}`,
      'gt done must hand over what can land.',
    );
  }
  if (judged.work.commits.length === 0)
    return skipped(`Without a commit on ${judged.work.branch} there is nothing to hand over.`);
  const aside = judged.entries.find(({ verb, by }) => verb.startsWith('done/') && by === judged.agent);
  const said = aside
    ? `${told(aside)}, which hands nothing over.`
    : `No gt done of ${judged.agent} was seen.`;
  return failed(
    `${said}${endSentence(judged)}`,
    'When everything is committed it must run gt done, and read what it answers.',
  );
}

/** Undefined: it ended by itself with 0, or after gt done, or a refused gt done made it give up with nothing to hand over. */
function howItBroke(judged: Judged): string | undefined {
  const { lateAfterSeconds } = judged;
  if (requestOf(judged) || beadOf(judged)?.status === 'closed') return undefined;
  const exit = sessionOf(judged)?.exit;
  if (!exit || exit.end === 'stopped' || exit.end === 'interrupted') {
    if (lateAfterSeconds !== undefined)
      return `Nothing more came within ${lateAfterSeconds} s.${lastWords(judged)}`;
    return exit ? `Its session was ${exit.end}.` : undefined;
  }
  if (exit.code === 0) return undefined;
  return endSentence(judged).trim();
}

/** With a blank before it; empty where it has not ended. */
function endSentence(judged: Judged): string {
  const exit = sessionOf(judged)?.exit;
  if (!exit) return '';
  return ` ${townsWord(judged) ?? howItEnded(exit)}${lastWords(judged)}`;
}

/** The town may know the reason, and with it what to do. */
function townsWord(watched: Watched): string | undefined {
  const { state, reason } = polecatOf(watched) ?? {};
  return state === 'failed' && reason !== undefined ? displayText(reason, 300) : undefined;
}

const howItEnded = ({ signal, code }: SessionExit): string =>
  signal === undefined ? `It exited with code ${code ?? 'unknown'}.` : `It was ended by ${signal}.`;

const shownLines = 3;

function lastWords({ lastLines }: Judged): string {
  const lines = lastLines.slice(-shownLines).map((line) => displayText(line, 200));
  return lines.length === 0 ? '' : ` It last said: ${lines.join(' / ')}`;
}

const isSame = (one: GitIdentity, other: GitIdentity): boolean =>
  one.name === other.name && one.email === other.email;

const person = ({ name, email }: GitIdentity): string =>
  `${displayText(name, 60)} <${displayText(email, 100)}>`;
