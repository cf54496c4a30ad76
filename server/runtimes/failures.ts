import type { FailurePattern, RuntimePreset } from '../domain/runtime.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { SessionExit, SessionFailure } from '../domain/session.ts';
import { eventOf, fits, isFailure, readOutputLine, wordsOf } from './output.ts';

/**
 * What made a session fail. An exit code that means one thing goes first, then the last line of output that a pattern knows; of plain
 * text only what stands at its end, since before that it may be about anything. A failure that its model got over is none; what its tools
 * could not do stays one, since an agent goes on all the same and ends with code 0.
 */
export function readFailure(
  preset: RuntimePreset,
  exit: Pick<SessionExit, 'code' | 'signal'>,
  lines: readonly string[],
): SessionFailure | undefined {
  const patterns = [...preset.failures, ...commonFailures];
  const byCode = patterns.find((pattern) => isOnlyCode(pattern) && hasCode(pattern, exit));
  if (byCode) return { ...told(byCode), evidence: `exit code ${exit.code ?? ''}` };
  const possible = patterns.filter((pattern) => !isOnlyCode(pattern) && hasCode(pattern, exit));
  const said = lines.map((text) => ({ text, event: eventOf(text) }));
  const since = lines.findLastIndex((line) => readOutputLine(preset, line).answered === true);
  const textFrom = startOfText(lines);
  const counts = ({ event }: Said, at: number): boolean =>
    at > since && (event !== undefined || at >= textFrom);
  return (
    lastOf(said.filter(counts), possible) ??
    lastOf(
      said,
      possible.filter(({ verdict }) => ofTools.has(verdict)),
    )
  );
}

/** How many of the last lines of plain text count: what an agent wrote before them may be about anything. */
const lastOfText = 10;

/** Where they begin. What is indented, as the stack of an error, belongs to the line before it. */
function startOfText(lines: readonly string[]): number {
  let from = lines.length;
  for (let count = 0; from > 0 && count < lastOfText;) {
    from -= 1;
    if (/^\S/u.test(lines[from] ?? '')) count += 1;
  }
  return from;
}

/** What a program that still runs complains of last. `sure`: it says so in a line that only it can write. */
export function complaintOf(
  preset: RuntimePreset,
  lines: readonly string[],
): { readonly failure: SessionFailure; readonly sure: boolean } | undefined {
  const sure = preset.output === 'lines';
  const failure = readFailure(preset, {}, sure ? lines : lines.slice(-lastOfText));
  return failure && { failure, sure };
}

/** Whether such a failure shows in what tools print, anywhere in the output. */
export const isOfTools = ({ verdict }: SessionFailure): boolean => ofTools.has(verdict);

/** In words for people, to stand before its advice. */
export function describeVerdict(verdict: Verdict): string {
  return words[verdict];
}

const words: Readonly<Record<Verdict, string>> = {
  quota: 'Quota used up',
  'rate-limit': 'Rate limit',
  'sign-in': 'Not signed in',
  'context-limit': 'Context full',
  'missing-tool': 'Tool missing',
  sandbox: 'Kept off by its sandbox',
  dialog: 'A question waits',
  refused: 'Will not start',
  'lost-session': 'Session lost',
};

/** These show in what tools print, which is anywhere in the output. */
const ofTools: ReadonlySet<Verdict | undefined> = new Set(['missing-tool', 'sandbox'] as const);

const limit = 'Its account is at its rate limit; go on later.';
const overloaded = 'The service is overloaded; go on later.';
const signIn = 'Its sign-in or key is refused: sign in again.';
const full = 'The conversation is full; hand off to a new session, which starts with an empty one.';
const noGt =
  'Its shell found no gt: a login shell sets PATH anew. gt runtime show says how this runtime keeps it.';

/** What services and shells say, whatever runtime it is. */
const commonFailures: readonly FailurePattern[] = [
  { verdict: 'missing-tool', text: 'gt: command not found', advice: noGt },
  { verdict: 'missing-tool', text: 'gt: not found', advice: noGt },
  { verdict: 'missing-tool', text: "'gt' is not recognized", advice: noGt },
  {
    verdict: 'missing-tool',
    text: 'git: command not found',
    advice: 'Its shell found no git: put it on the PATH of the login shell.',
  },
  {
    verdict: 'sandbox',
    text: "index.lock': read-only file system",
    advice: 'Its sandbox keeps it from committing: it may not write in the folders of git.',
  },
  { verdict: 'quota', text: 'insufficient_quota', advice: 'The account has no more credit.' },
  { verdict: 'rate-limit', text: '429 too many requests', advice: limit },
  { verdict: 'rate-limit', text: 'rate_limit_error', advice: limit },
  { verdict: 'rate-limit', text: 'rate limit exceeded', advice: limit },
  { verdict: 'rate-limit', text: 'failed with status 429', advice: limit },
  { verdict: 'rate-limit', text: 'status 529', advice: overloaded },
  { verdict: 'rate-limit', text: 'overloaded_error', advice: overloaded },
  { verdict: 'sign-in', text: '401 unauthorized', advice: signIn },
  { verdict: 'sign-in', text: 'authentication_error', advice: signIn },
  { verdict: 'sign-in', text: 'authentication failed', advice: signIn },
  { verdict: 'sign-in', text: 'invalid x-api-key', advice: signIn },
  { verdict: 'context-limit', text: 'context_length_exceeded', advice: full },
  { verdict: 'context-limit', text: 'maximum context length', advice: full },
  { verdict: 'context-limit', text: 'exceeds the context window', advice: full },
  { verdict: 'context-limit', text: 'exceeds the maximum number of tokens', advice: full },
];

interface Said {
  readonly text: string;
  readonly event: object | undefined;
}

function lastOf(said: readonly Said[], patterns: readonly FailurePattern[]): SessionFailure | undefined {
  for (const line of said.toReversed()) {
    const pattern = patterns.find((each) => shows(each, line));
    if (!pattern) continue;
    const evidence = (line.event && wordsOf(line.event)) ?? line.text;
    const resets = resetIn(evidence) ?? resetIn(line.text);
    return { ...told(pattern), evidence, ...(resets === undefined ? {} : { resets }) };
  }
  return undefined;
}

function shows({ verdict, text, event: wanted }: FailurePattern, { text: line, event }: Said): boolean {
  if (wanted && (!event || !fits(wanted, event))) return false;
  if (text === undefined) return wanted !== undefined;
  // Words about a rate limit are not one, where the bead is about rate limits.
  const speaks = event === undefined || wanted !== undefined || ofTools.has(verdict) || isFailure(event);
  return speaks && line.toLowerCase().includes(text.toLowerCase());
}

function told({ verdict, advice }: FailurePattern): Pick<SessionFailure, 'verdict' | 'advice'> {
  return { advice, ...(verdict === undefined ? {} : { verdict }) };
}

const isOnlyCode = ({ codes, text, event }: FailurePattern): boolean =>
  codes !== undefined && text === undefined && event === undefined;

const hasCode = ({ codes }: FailurePattern, { code }: Pick<SessionExit, 'code'>): boolean =>
  codes === undefined || (code !== undefined && codes.includes(code));

/** `resets 3pm`, `try again in 20 minutes`, `will reset after 5h12m`: with a digit in it, or it says nothing. */
function resetIn(text: string): string | undefined {
  const [, seconds] = /\blimit reached\|(\d{10})\b/iu.exec(text) ?? [];
  if (seconds !== undefined) return `at ${new Date(Number(seconds) * 1000).toISOString()}`;
  const [, when] = resetWords.exec(text) ?? [];
  return when?.trim();
}

const resetWords =
  /\b(?:resets?|try again|retry(?= (?:in|after)\b))\s+((?:(?:at|in|on|after)\s+)?[^.;|"\\]{0,12}\d[^.;|"\\]{0,30})/i;
