import type { PolecatState } from '../../server/domain/polecat.ts';
import type { HostKind, Session } from '../../server/domain/session.ts';
import { describeState } from '../../server/domain/stateWords.ts';
import { displayText } from '../../server/domain/text.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';
import { type Collides, collisionParagraphs, collisionWords } from '../radar.ts';
import { isMissing } from '../runtimes.ts';
import { age } from './age.ts';
import { hookWords } from './hookWords.ts';
import { beadIcon, type Icon, needsPersonIcon, polecatIcons } from './icons.ts';
import { joined, type Row } from './row.ts';
import { missingWords, versionedLabel } from './runtimeWords.ts';

interface PolecatFacts {
  /** Absent until the runtimes were read. */
  readonly runtime: RuntimeSummary | undefined;
  readonly now: number;
  /** Whom its work would be in conflict with. */
  readonly collides: readonly Collides[];
}

/** A polecat under its rig. A row is cut at its end: the runtime stands before the title, and behind a question. */
export function polecatRow(detail: PolecatDetail, { runtime, now, collides }: PolecatFacts): Row {
  const { polecat, bead, runtimeLabel, needsPerson } = detail;
  const word = polecatWord(detail);
  const title = bead ? displayText(bead.title, 80) : '';
  const why = needsPerson ? reasonOf(detail) : undefined;
  const collision = collisionWords(collides);
  const since = polecat.state === 'working' ? polecat.createdAt : polecat.updatedAt;
  return {
    id: `polecat:${polecat.id}`,
    label: polecat.name,
    description: joined(
      word,
      why,
      collision,
      hasEnded(detail) && 'session ended',
      displayText(runtimeLabel, 40),
      hookWords(polecat.bead, why === undefined ? title : ''),
      age(since, now),
    ),
    icon: polecatIcon(detail),
    context: polecatContext(detail),
    ...(polecat.bead === undefined ? {} : { children: 'collapsed' as const }),
    spoken: `Polecat ${polecat.name}, ${word}${why === undefined ? '' : `: ${why}`}.${collision === undefined ? '' : ` It ${collision}.`} ${spokenHook(polecat.bead, title)}. ${displayText(runtimeLabel, 40)}.`,
    subject: { kind: 'polecat', agent: polecat.id },
    tooltip: () => polecatTooltip(detail, word, { runtime, collides }),
  };
}

function spokenHook(bead: string | undefined, title: string): string {
  return bead === undefined ? `It has ${hookWords(bead)}` : `Bead ${bead}, ${title}`;
}

/** It would go on, but nothing runs: a question that was asked, and a terminal that was closed. */
function hasEnded({ polecat, session }: PolecatDetail): boolean {
  return session?.state === 'ended' && alive.has(polecat.state);
}

const alive: ReadonlySet<PolecatState> = new Set(['working', 'needs-you', 'rate-limited', 'stalled']);

/** Why a person is needed, where the state alone does not say it: a question, an exit code, the files in conflict. */
function reasonOf({ polecat, mergeRequest }: PolecatDetail): string | undefined {
  const waits = mergeRequest?.state === 'submitted';
  const reason = polecat.state === 'done' ? !waits && mergeRequest?.reason : polecat.reason;
  return reason ? displayText(reason, 120) : undefined;
}

/** Its state in words, short: a row is narrow. Once it is done, how its work stands. */
export function polecatWord({ polecat, mergeRequest, needsPerson }: PolecatDetail): string {
  if (polecat.state !== 'done' || !mergeRequest) return describeState(polecat.state);
  if (needsPerson && mergeRequest.state === 'submitted') return 'needs review';
  return describeState(mergeRequest.state);
}

/** A merge request of its that a person can land. */
export function isMergeable({ polecat, mergeRequest }: PolecatDetail): boolean {
  return (
    polecat.state === 'done' &&
    mergeRequest !== undefined &&
    mergeRequest.state !== 'verified' &&
    mergeRequest.state !== 'merged'
  );
}

/** The words that the menus of polecats ask for. */
function polecatContext(detail: PolecatDetail): string {
  const { polecat, session } = detail;
  const running = session !== undefined && session.state !== 'ended';
  const mergeable = isMergeable(detail);
  return [
    'polecat',
    polecat.state,
    running && 'running',
    running && !mergeable && 'terminal',
    session !== undefined && 'talkable',
    !running && polecat.state !== 'done' && 'resumable',
    polecat.state !== 'done' && 'held',
    mergeable && 'mergeable',
    'worked',
  ]
    .filter((word) => word !== false)
    .join(' ');
}

function polecatIcon({ polecat, mergeRequest, needsPerson }: PolecatDetail): Icon {
  if (polecat.state !== 'done' || !mergeRequest) return polecatIcons[polecat.state];
  if (needsPerson && mergeRequest.state === 'submitted') return needsPersonIcon;
  return beadIcon(mergeRequest.state);
}

function polecatTooltip(
  detail: PolecatDetail,
  word: string,
  { runtime, collides }: Omit<PolecatFacts, 'now'>,
): readonly (string | undefined)[] {
  const { polecat, bead, session, mergeRequest, runtimeLabel } = detail;
  const said = polecat.reason ?? mergeRequest?.reason;
  const label = runtime ? versionedLabel(runtime) : displayText(runtimeLabel, 40);
  const files = mergeRequest?.files?.slice(0, 10).map((file) => displayText(file, 200));
  return [
    `${polecat.id}: ${word}`,
    said === undefined ? undefined : displayText(said, 1000),
    files && files.length > 0 ? `In the way: ${files.join(', ')}` : undefined,
    ...collisionParagraphs(collides),
    bead ? `${bead.id}: ${displayText(bead.title)}` : hookWords(polecat.bead),
    `${label}, ${session ? sessionWords(session) : 'no session'}`,
    `Branch ${polecat.branch} from ${polecat.base.slice(0, 7)}`,
    polecat.worktree,
    ...(runtime ? missingParagraph(runtime) : []),
  ];
}

function missingParagraph(runtime: RuntimeSummary): readonly string[] {
  return isMissing(runtime) ? [missingWords(runtime)] : [];
}

function sessionWords({ host, state }: Session): string {
  return `${places[host]}, ${state}`;
}

const places: Readonly<Record<HostKind, string>> = {
  editor: 'in a terminal',
  tmux: 'in tmux',
  process: 'as a plain process',
};
