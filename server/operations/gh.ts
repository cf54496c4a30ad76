import type { PullRequest } from '../domain/mergeRequest.ts';
import type { RigName, Sha } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { BoundedEnd } from '../sessions/boundedRun.ts';
import type { Context } from './context.ts';

/** Where a rig's pull requests are. */
export interface PullRequestPlace {
  readonly context: Context;
  readonly rig: RigName;
  /** URL of the remote. */
  readonly repository: string;
}

export interface PullRequestSeen {
  readonly number: number;
  readonly url: string;
  readonly state: PullRequest['state'];
  /** What it was merged as. */
  readonly mergedAs?: Sha;
  /** Of one that was looked at by itself. Undefined: not known, which the remote says while it works it out. */
  readonly conflicts?: boolean;
  readonly changesWanted?: boolean;
}

/** gh asks a server, and git one more. */
const timeoutMs = 60_000;

/** Refused with `missing-program` where there is no gh, with `git` where it is not signed in. */
export async function requireGh(place: PullRequestPlace): Promise<void> {
  const end = await run(place, ['auth', 'status']);
  if (end.code === 0) return;
  throw new Refusal('git', `gh is not signed in: ${wordsOf(end)}`, {
    next: `gh auth login, or gt rig config ${place.rig} merge review`,
  });
}

/** The newest open one of a branch. */
export async function openPullRequestOf(
  place: PullRequestPlace,
  branch: string,
): Promise<PullRequestSeen | undefined> {
  const args = [
    'pr',
    'list',
    ...repo(place),
    `--head=${branch}`,
    '--state=open',
    '--limit=1',
    `--json=${fields}`,
  ];
  const found = json(place, args, await run(place, args));
  return Array.isArray(found) && found.length > 0 ? seenOf(place, found[0]) : undefined;
}

/** Title and body are data: the title an argument of its own, the body on stdin. */
export async function createPullRequest(
  place: PullRequestPlace,
  wanted: { readonly branch: string; readonly target: string; readonly title: string; readonly body: string },
): Promise<void> {
  const { branch, target, title, body } = wanted;
  const args = [
    'pr',
    'create',
    ...repo(place),
    `--head=${branch}`,
    `--base=${target}`,
    `--title=${title}`,
    '--body-file=-',
  ];
  const end = await run(place, args, body);
  if (end.code !== 0) throw said('could not open a pull request', place, end);
}

/** The words are data: an argument of their own. */
export async function closePullRequest(
  place: PullRequestPlace,
  number: number,
  comment: string,
): Promise<void> {
  const end = await run(place, ['pr', 'close', String(number), ...repo(place), `--comment=${comment}`]);
  if (end.code !== 0) throw said(`could not close pull request ${number}`, place, end);
}

export async function seePullRequest(place: PullRequestPlace, number: number): Promise<PullRequestSeen> {
  const args = ['pr', 'view', String(number), ...repo(place), `--json=${fields},mergeable,reviewDecision`];
  return seenOf(place, json(place, args, await run(place, args)));
}

/** Whether a check of it has failed in its last run. Asked for by itself: not everybody who may see a pull request may see its checks. */
export async function hasFailingCheck(place: PullRequestPlace, number: number): Promise<boolean> {
  const args = ['pr', 'view', String(number), ...repo(place), '--json=statusCheckRollup'];
  const checks = field(json(place, args, await run(place, args)), 'statusCheckRollup');
  const last = new Map<string, { readonly at: string; readonly failed: boolean }>();
  for (const check of Array.isArray(checks) ? (checks as unknown[]) : []) {
    const name = ['workflowName', 'name', 'context'].map((key) => textOf(check, key)).join('/');
    const at = textOf(check, 'startedAt');
    const failed = failures.has(textOf(check, 'conclusion')) || failures.has(textOf(check, 'state'));
    if (at >= (last.get(name)?.at ?? '')) last.set(name, { at, failed });
  }
  return [...last.values()].some(({ failed }) => failed);
}

const failures: ReadonlySet<string> = new Set(['FAILURE', 'ERROR', 'TIMED_OUT', 'ACTION_REQUIRED']);

/** What was said last about it; undefined where nothing was. */
export async function lastWords(place: PullRequestPlace, number: number): Promise<string | undefined> {
  const args = ['pr', 'view', String(number), ...repo(place), '--json=comments,reviews'];
  const found = json(place, args, await run(place, args));
  const texts = ['comments', 'reviews'].flatMap((key) => {
    const list = field(found, key);
    return Array.isArray(list)
      ? list.map((each: unknown) => ({ at: timeOf(each), body: field(each, 'body') }))
      : [];
  });
  const spoken = texts.filter(({ body }) => typeof body === 'string' && body.trim() !== '');
  const last = spoken.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1)?.body;
  return typeof last === 'string' ? displayText(last, 300) : undefined;
}

function timeOf(value: unknown): string {
  const time = field(value, 'createdAt') ?? field(value, 'submittedAt');
  return typeof time === 'string' ? time : '';
}

const fields = 'number,url,state,mergeCommit';

const repo = ({ repository }: PullRequestPlace): readonly string[] => [`--repo=${repository}`];

async function run(
  { context, rig }: PullRequestPlace,
  args: readonly string[],
  input?: string,
): Promise<BoundedEnd> {
  const end = await context.programs.runBounded({
    argv: ['gh', ...args],
    // Nothing of a repository is read on the way.
    directory: context.paths.state,
    environment: { GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', NO_COLOR: '1' },
    timeoutMs,
    what: `gh ${args.slice(0, 2).join(' ')}`,
    ...(input === undefined ? {} : { input }),
  });
  if (end.code !== 127) return end;
  throw new Refusal(
    'missing-program',
    `${rig} lands through pull requests, and there is no gh on the PATH.`,
    {
      next: `Install it from https://cli.github.com and run gh auth login, or: gt rig config ${rig} merge review`,
      facts: { program: 'gh' },
    },
  );
}

function json(place: PullRequestPlace, args: readonly string[], end: BoundedEnd): unknown {
  if (end.code !== 0) throw said(`could not answer ${args.slice(0, 2).join(' ')}`, place, end);
  try {
    return JSON.parse(end.stdout) as unknown;
  } catch {
    throw said(`answered ${args.slice(0, 2).join(' ')} with no JSON`, place, end);
  }
}

function said(what: string, { rig }: PullRequestPlace, end: BoundedEnd): Refusal {
  return new Refusal('git', `gh ${what}: ${wordsOf(end)}`, {
    next: `gh auth status; or, without pull requests: gt rig config ${rig} merge review`,
  });
}

const wordsOf = ({ timedOut, output, code }: BoundedEnd): string =>
  timedOut ? 'it took too long' : displayText(output.slice(-3).join(' '), 300) || `exit code ${code}`;

function seenOf(place: PullRequestPlace, value: unknown): PullRequestSeen {
  const [number, url, state] = [field(value, 'number'), field(value, 'url'), field(value, 'state')];
  const known = typeof state === 'string' ? states[state.toUpperCase()] : undefined;
  if (typeof number !== 'number' || typeof url !== 'string' || known === undefined)
    throw new Refusal('git', 'gh told nothing of the pull request that could be read.', {
      next: `gh pr list --repo ${place.repository}`,
    });
  const oid = field(field(value, 'mergeCommit'), 'oid');
  const mergedAs = typeof oid === 'string' && /^[0-9a-f]{40,64}$/u.test(oid) ? (oid as Sha) : undefined;
  const mergeable = textOf(value, 'mergeable');
  return {
    number,
    url: displayText(url, 500),
    state: known,
    ...(mergedAs === undefined ? {} : { mergedAs }),
    ...(mergeable === 'CONFLICTING' || mergeable === 'MERGEABLE'
      ? { conflicts: mergeable === 'CONFLICTING' }
      : {}),
    changesWanted: textOf(value, 'reviewDecision') === 'CHANGES_REQUESTED',
  };
}

const states: Readonly<Record<string, PullRequest['state']>> = {
  OPEN: 'open',
  MERGED: 'merged',
  CLOSED: 'closed',
};

function textOf(value: unknown, key: string): string {
  const text = field(value, key);
  return typeof text === 'string' ? text : '';
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
