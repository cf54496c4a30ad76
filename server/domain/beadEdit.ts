import type { Act } from './act.ts';
import type { Bead, BeadStatus } from './bead.ts';
import {
  invalid,
  parsePriority,
  parseStatus,
  parseType,
  validLabels,
  validTimestamp,
  validTitle,
} from './beadFields.ts';
import { type StepChange, withSteps } from './beadSteps.ts';

/** What may be changed, as callers name it. An empty text clears its field; the title cannot be cleared. */
export interface BeadChange extends StepChange {
  readonly status?: string;
  readonly priority?: number | string;
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly design?: string;
  readonly acceptance?: string;
  readonly notes?: string;
  /** Put behind the notes, as a paragraph of its own. */
  readonly appendNotes?: string;
  readonly assignee?: string;
  readonly owner?: string;
  readonly externalRef?: string;
  readonly dueAt?: string;
  /** A date puts an open bead to sleep; empty wakes it. */
  readonly deferUntil?: string;
  readonly addLabels?: readonly string[];
  readonly removeLabels?: readonly string[];
  readonly setLabels?: readonly string[];
}

/** The bead with its fields changed, all but the status. Refused with `invalid` and the field, unknown ones included. */
export function withFields(bead: Bead, change: BeadChange): Bead {
  for (const key of Object.keys(change))
    if (!known.has(key)) throw invalid(key, `A bead has no field "${key}".`);
  const edited: Editable = { ...bead };
  if (change.title !== undefined) edited.title = validTitle(change.title);
  if (change.type !== undefined) edited.type = parseType(change.type);
  if (change.priority !== undefined) edited.priority = parsePriority(change.priority);
  editTexts(edited, change);
  editDates(edited, change);
  edited.labels = editLabels(bead.labels, change);
  const steps = withSteps(bead.steps ?? [], change);
  if (steps.length > 0) edited.steps = steps;
  return edited;
}

/** A date to sleep until says the status as well, where none is named. */
export function wantedStatus(bead: Bead, change: BeadChange, { at }: Act): BeadStatus {
  if (change.status !== undefined) return parseStatus(change.status);
  if (change.deferUntil === undefined || bead.status === 'closed') return bead.status;
  if (change.deferUntil > at) return 'deferred';
  return bead.status === 'deferred' ? 'open' : bead.status;
}

/** The bead in a status other than closed, with dates that are true in it: none of closing, none to sleep until. */
export function withStatus(bead: Bead, status: Exclude<BeadStatus, 'closed'>, { at }: Act): Bead {
  const next: Editable = { ...bead, status };
  delete next.closedAt;
  delete next.closeReason;
  if (status !== 'deferred') delete next.deferUntil;
  if (status === 'in_progress' && next.startedAt === undefined) next.startedAt = at;
  return next;
}

type Editable = { -readonly [K in keyof Bead]: Bead[K] };

const textFields = [
  'description',
  'design',
  'acceptance',
  'notes',
  'assignee',
  'owner',
  'externalRef',
] as const;
const dateFields = ['dueAt', 'deferUntil'] as const;

const known: ReadonlySet<string> = new Set<keyof BeadChange>([
  ...textFields,
  ...dateFields,
  'status',
  'priority',
  'title',
  'type',
  'appendNotes',
  'addLabels',
  'removeLabels',
  'setLabels',
  'addSteps',
  'stepsDone',
  'stepsOpen',
]);

function editTexts(edited: Editable, change: BeadChange): void {
  for (const field of textFields) {
    const text = change[field];
    if (text === '') delete edited[field];
    else if (text !== undefined) edited[field] = text;
  }
  if (change.appendNotes) edited.notes = [edited.notes, change.appendNotes].filter(Boolean).join('\n\n');
}

function editDates(edited: Editable, change: BeadChange): void {
  for (const field of dateFields) {
    const text = change[field];
    if (text === '') delete edited[field];
    else if (text !== undefined) edited[field] = validTimestamp(text, field);
  }
}

function editLabels(labels: readonly string[], change: BeadChange): readonly string[] {
  if (!change.setLabels && !change.addLabels && !change.removeLabels) return labels;
  const wanted = validLabels([...(change.setLabels ?? labels), ...(change.addLabels ?? [])]);
  const removed = new Set(change.removeLabels);
  return wanted.filter((label) => !removed.has(label));
}
