import type { Bead } from './bead.ts';
import type { Timestamp } from './ids.ts';
import type { JournalEntry } from './journal.ts';
import type { MergeRequest } from './mergeRequest.ts';
import type { Polecat } from './polecat.ts';
import type { Change } from './records.ts';
import type { Session } from './session.ts';
import { describeState } from './stateWords.ts';
import { displayText } from './text.ts';

/** One thing that happened to a bead. */
export interface HistoryItem {
  readonly seq: number;
  readonly at: Timestamp;
  readonly by: string;
  readonly verb: string;
  readonly text: string;
  /** What became another by it: `open → hooked`, `landed as a1b2c3d`. */
  readonly details: readonly string[];
  /** How many signs of life are told in this line; absent: it is none. */
  readonly signs?: number;
}

/** What is told of once however often it comes, as long as nothing else does. */
const signsOfLife: ReadonlySet<string> = new Set(['session/progress', 'work/progress']);

/**
 * What the entries say about one bead, oldest first in both directions: who did what, and what of the bead, its polecats, merge requests
 * and sessions became another. The entries are all that are about it, from its first on.
 */
export function trailOf(
  entries: readonly JournalEntry[],
  bead: string,
  wordOf: (verb: string) => string | undefined,
): readonly HistoryItem[] {
  const known = new Map<string, Change[2]>();
  const items: HistoryItem[] = [];
  for (const entry of entries) {
    const details = entry.changes.flatMap((change) => detailsOf(change, bead, known));
    const last = items.at(-1);
    const isSign = signsOfLife.has(entry.verb) && details.length === 0;
    if (isSign && last?.signs !== undefined && last.by === entry.by) {
      const signs = last.signs + 1;
      const text = `${displayText(entry.by, 40)} gave ${signs} signs of life`;
      items[items.length - 1] = { ...last, seq: entry.seq, at: entry.at, signs, text };
      continue;
    }
    items.push({
      seq: entry.seq,
      at: entry.at,
      by: entry.by,
      verb: entry.verb,
      text: isSign ? `${displayText(entry.by, 40)} gave a sign of life` : sentence(entry, wordOf),
      details,
      ...(isSign ? { signs: 1 } : {}),
    });
  }
  return items;
}

function sentence({ by, verb, subject }: JournalEntry, wordOf: (verb: string) => string | undefined): string {
  const about = subject === undefined ? '' : ` ${displayText(subject, 80)}`;
  const word = wordOf(verb);
  return word === undefined
    ? `${displayText(by, 40)}: ${displayText(verb.replaceAll(/[/-]/gu, ' '), 60)}${about}`
    : `${displayText(by, 40)} ${word}${about}`;
}

/** What of each collection is told: its own record, where it is of the bead. */
function detailsOf(change: Change, bead: string, known: Map<string, Change[2]>): string[] {
  const [collection, id, record] = change;
  const key = `${collection} ${id}`;
  const before = known.get(key);
  known.set(key, record);
  if (collection === 'beads') return id === bead ? beadDetails(before as Bead | undefined, record) : [];
  const ofBead = (each: Change[2] | undefined): boolean => (each as Polecat | null)?.bead === bead;
  if (!ofBead(record) && !ofBead(before)) return [];
  if (collection === 'agents') return agentDetails(before as Polecat | undefined, record, id);
  if (collection === 'mergeRequests') return requestDetails(before as MergeRequest | undefined, record);
  return collection === 'sessions' ? sessionDetails(before as Session | undefined, record) : [];
}

function beadDetails(before: Bead | undefined, after: Bead | null): string[] {
  if (!after) return ['the bead is gone'];
  if (!before) return [`"${displayText(after.title, 200)}"`, `${after.type}, priority ${after.priority}`];
  const texts = (['description', 'design', 'acceptance', 'notes'] as const).filter(
    (field) => before[field] !== after[field],
  );
  return [
    ...turned('', describeState(before.status), describeState(after.status)),
    ...turned('title ', before.title, after.title),
    ...turned('priority ', String(before.priority), String(after.priority)),
    ...turned('type ', before.type, after.type),
    ...turned('assignee ', before.assignee ?? 'nobody', after.assignee ?? 'nobody'),
    ...turned('labels ', before.labels.join(' ') || 'none', after.labels.join(' ') || 'none'),
    ...turned('steps done ', stepsDone(before), stepsDone(after)),
    ...(texts.length > 0 ? [`${texts.join(', ')} changed`] : []),
    ...(after.closeReason !== undefined && after.closeReason !== before.closeReason
      ? [displayText(after.closeReason, 300)]
      : []),
  ];
}

const stepsDone = ({ steps = [] }: Bead): string =>
  `${steps.filter(({ done }) => done).length}/${steps.length}`;

function agentDetails(before: Polecat | undefined, after: Polecat | null, id: string): string[] {
  if (!after) return [`${displayText(id, 80)} is gone`];
  const name = `${displayText(id, 80)} `;
  if (!before || before.bead !== after.bead || before.createdAt !== after.createdAt)
    return [`${name}works on it with ${displayText(after.runtime, 40)}, on ${displayText(after.branch)}`];
  return [
    ...turned(name, describeState(before.state), describeState(after.state)),
    ...turned(`${name}on `, before.runtime, after.runtime),
    ...(after.reason !== undefined && after.reason !== before.reason ? [displayText(after.reason, 300)] : []),
  ];
}

function requestDetails(before: MergeRequest | undefined, after: MergeRequest | null): string[] {
  if (!after) return [];
  const state = describeState(after.state);
  const target = displayText(after.target);
  const landed = after.landed === before?.landed ? undefined : after.landed;
  return [
    ...(before
      ? turned('merge request ', describeState(before.state), state)
      : [`merge request ${state}: ${after.tip.slice(0, 7)} for ${target}`]),
    ...(landed === undefined ? [] : [`landed as ${landed.slice(0, 7)} on ${target}`]),
    ...(after.state === before?.state ? [] : whyAndWhere(after)),
  ];
}

function whyAndWhere({ reason, files = [] }: MergeRequest): string[] {
  const shown = files.slice(0, 10).map((file) => displayText(file));
  return [
    ...(reason === undefined ? [] : [displayText(reason, 300)]),
    ...(shown.length > 0 ? [`files: ${shown.join(', ')}`] : []),
  ];
}

function sessionDetails(before: Session | undefined, after: Session | null): string[] {
  if (!after) return [];
  if (!before) return [`session ${after.id} of ${displayText(after.runtime, 40)} in ${after.host}`];
  if (after.state === before.state) return [];
  if (after.state !== 'ended') return [`session ${describeState(after.state)}`];
  const end = after.exit ? describeState(after.exit.end) : 'ended';
  const code = after.exit?.code === undefined ? '' : `, exit code ${after.exit.code}`;
  const failure = after.failure ? [displayText(after.failure.advice, 300)] : [];
  return [`session ended: ${end}${code}`, ...failure];
}

function turned(what: string, before: string, after: string): string[] {
  return before === after ? [] : [`${what}${displayText(before, 200)} → ${displayText(after, 200)}`];
}
