import { displayText } from '../../domain/text.ts';
import type { DoneResult, PolecatDetail, Slung, SlingResult } from '../../protocol/work.ts';
import { ago } from '../ago.ts';
import { failureLines } from '../failure.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { counted, paintOfState, shortSha } from './state.ts';
import { warningLines } from './rig.ts';

export function slungLines({ slung, queued = [] }: SlingResult, look: Look): string[] {
  const convoys = new Set(slung.flatMap(({ convoy }) => (convoy === undefined ? [] : [convoy])));
  const [convoy] = convoys;
  const follow =
    convoys.size === 1 && convoy !== undefined ? `gt convoy show ${displayText(convoy)}` : 'gt polecat list';
  return [
    ...slung.map(
      (each) =>
        `Slung ${displayText(each.bead)} to ${displayText(each.agent)} (${displayText(each.runtimeLabel)}, ${place(each)}): ${displayText(each.title)}`,
    ),
    // Mostly the same for all of them.
    ...warningLines([...new Set(slung.flatMap(({ warnings }) => warnings))], look),
    ...queued.flatMap(({ bead, title, before, message }) => [
      `Queued ${displayText(bead)}, ${before} before it: ${displayText(title)}`,
      `  ${displayText(message, 500)}`,
    ]),
    ...(slung.length > 0 ? [`Next: ${follow}`] : queued.length > 0 ? ['Next: gt scheduler list'] : []),
  ];
}

/** Nothing has been done: what would be. */
export function drySlungLines({ slung }: SlingResult, look: Look): string[] {
  return slung.flatMap((each) => [
    `Would sling ${displayText(each.bead)} to ${displayText(each.agent)} (${displayText(each.runtimeLabel)}, ${place(each)}): ${displayText(each.title)}`,
    ...(each.branch === undefined
      ? []
      : [`  Branch:   ${displayText(each.branch)} from ${shortSha(each.base)}`]),
    `  Worktree: ${displayText(each.worktree, 1000)}`,
    `  Command:  ${each.command.map((word) => displayText(word)).join(' ')}`,
    ...warningLines(each.warnings, look),
  ]);
}

/** One sentence for each bead that was refused, and its next step. */
export function refusedLines(program: string, { refused }: SlingResult): string[] {
  return refused.flatMap(({ bead, message, refusal }) =>
    failureLines(program, {
      sentence: message.includes(bead) ? message : `${bead}: ${message}`,
      code: refusal.code,
      ...(refusal.next === undefined ? {} : { next: refusal.next }),
      exit: 1,
    }),
  );
}

export function doneLines(done: DoneResult): string[] {
  const commits = counted(done.commits, 'commit');
  const said: Readonly<Record<DoneResult['outcome'], string>> = {
    submitted: `Submitted ${displayText(done.bead)} with ${commits}.`,
    landing: `Submitted ${displayText(done.bead)} with ${commits}; it is landing now.`,
    closed: `Closed ${displayText(done.bead)}.`,
    'needs-you': `Asked a person about ${displayText(done.bead)}.`,
    deferred: `Put ${displayText(done.bead)} off.`,
    'already-submitted': `${displayText(done.bead)} was submitted already, with this very commit.`,
  };
  return [said[done.outcome], `Next: ${displayText(done.next, 500)}`];
}

export function doneJson({
  agent,
  bead,
  outcome,
  commits,
  mergeRequest,
  next,
}: DoneResult): Record<string, unknown> {
  return { agent, bead, outcome, commits, mergeRequest: mergeRequest?.id, tip: mergeRequest?.tip, next };
}

export function polecatsLines(polecats: readonly PolecatDetail[], look: Look): string[] {
  if (polecats.length === 0) return ['No polecats.', 'Next: gt sling BEAD'];
  const rows = polecats.map(({ polecat, bead, mergeRequest, runtimeLabel }) => [
    polecat.id,
    // Whoever is done is no more than its landing.
    polecat.state === 'done' ? (mergeRequest?.state ?? polecat.state) : polecat.state,
    runtimeLabel,
    ago(polecat.progressAt, look.now),
    polecat.bead === undefined ? 'waits for a bead' : `${polecat.bead} ${bead?.title ?? ''}`,
  ]);
  const columns = [
    { title: 'POLECAT' },
    { title: 'STATE', paint: paintOfState },
    { title: 'RUNTIME', shrinks: true },
    { title: 'PROGRESS' },
    { title: 'BEAD', shrinks: true },
  ];
  return table(columns, rows, look);
}

export function polecatJson(detail: PolecatDetail): Record<string, unknown> {
  const { polecat, bead, session, mergeRequest } = detail;
  return {
    name: polecat.id,
    rig: polecat.rig,
    state: polecat.state,
    reason: polecat.reason,
    needsPerson: detail.needsPerson,
    bead: polecat.bead,
    title: bead?.title,
    runtime: polecat.runtime,
    runtimeLabel: detail.runtimeLabel,
    worktree: polecat.worktree,
    branch: polecat.branch,
    base: polecat.base,
    session: session?.id,
    sessionState: session?.state,
    mergeRequest: mergeRequest?.id,
    landing: mergeRequest?.state,
    createdAt: polecat.createdAt,
    progressAt: polecat.progressAt,
  };
}

export function slungJson({ slung, queued, refused }: SlingResult): Record<string, unknown> {
  return {
    slung,
    queued,
    refused: refused.map(({ bead, message, refusal }) => ({
      bead,
      error: message,
      code: refusal.code,
      next: refusal.next,
    })),
  };
}

function place({ host }: Slung): string {
  return host === 'editor' ? 'editor terminal' : host;
}
