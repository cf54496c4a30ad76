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
import { gatesShort, isMergeable, landingContext, metParagraphs, sayingState } from './landingWords.ts';
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
  const whole = why === undefined ? undefined : sayingState(why, word);
  const gates = gatesShort(detail);
  const collision = collisionWords(collides);
  const since = polecat.state === 'working' ? polecat.createdAt : polecat.updatedAt;
  return {
    id: `polecat:${polecat.id}`,
    label: polecat.name,
    description: joined(
      ...(whole === undefined ? [word, why] : [whole]),
      gates,
      collision,
      hasEnded(detail) && 'session ended',
      displayText(runtimeLabel, 40),
      hookWords(polecat.bead, why === undefined ? title : ''),
      age(since, now),
    ),
    icon: polecatIcon(detail),
    context: polecatContext(detail),
    ...(polecat.bead === undefined ? {} : { children: 'collapsed' as const }),
    spoken: `Polecat ${polecat.name}, ${word}${why === undefined ? '' : `: ${why}`}.${gates === undefined ? '' : ` Gates: ${gates}.`}${collision === undefined ? '' : ` It ${collision}.`} ${spokenHook(polecat.bead, title)}. ${displayText(runtimeLabel, 40)}.`,
    subject: { kind: 'polecat', agent: polecat.id },
    tooltip: () => polecatTooltip(detail, word, { runtime, collides, now }),
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
    ...landingContext(detail),
    'worked',
  ]
    .filter((word) => word !== false)
    .join(' ');
}

/** By how its work stands: the same wherever it is listed. */
export function polecatIcon({ polecat, mergeRequest, needsPerson }: PolecatDetail): Icon {
  if (polecat.state !== 'done' || !mergeRequest) return polecatIcons[polecat.state];
  if (needsPerson && mergeRequest.state === 'submitted') return needsPersonIcon;
  return beadIcon(mergeRequest.state);
}

function polecatTooltip(
  detail: PolecatDetail,
  word: string,
  { runtime, collides, now }: PolecatFacts,
): readonly (string | undefined)[] {
  const { polecat, bead, session, mergeRequest, runtimeLabel } = detail;
  const said = polecat.reason ?? mergeRequest?.reason;
  const label = runtime ? versionedLabel(runtime) : displayText(runtimeLabel, 40);
  return [
    `${polecat.id}: ${word}`,
    said === undefined ? undefined : displayText(said, 1000),
    ...evidenceParagraphs(detail, now),
    ...(mergeRequest ? metParagraphs(mergeRequest) : []),
    ...collisionParagraphs(collides),
    bead ? `${bead.id}: ${displayText(bead.title)}` : hookWords(polecat.bead),
    `${label}, ${session ? sessionWords(session) : 'no session'}`,
    `Branch ${polecat.branch} from ${polecat.base.slice(0, 7)}`,
    polecat.worktree,
    ...(runtime ? missingParagraph(runtime) : []),
  ];
}

/** What the witness raised, and how old its signals are by now. */
function evidenceParagraphs({ polecat, episode }: PolecatDetail, now: number): readonly string[] {
  if (!episode) return [];
  const signals = episode.evidence.map(({ name, at, value = '' }) =>
    at === undefined ? `${name} ${displayText(value, 120)}` : `${name} ${age(at, now)} ago`,
  );
  const tried = episode.remedies.map(({ kind, at }) => `${kind} ${age(at, now)} ago`);
  return [
    ...(episode.reason === polecat.reason ? [] : [displayText(episode.reason, 1000)]),
    `Evidence (${episode.rule}): ${signals.join(', ')}`,
    ...(episode.until === undefined ? [] : [`Until ${episode.until}`]),
    ...(tried.length === 0 ? [] : [`Tried: ${tried.join(', ')}`]),
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
