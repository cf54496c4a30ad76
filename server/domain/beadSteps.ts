import type { Bead, BeadStep } from './bead.ts';
import { invalid } from './beadFields.ts';

/** What may be changed about a bead's steps. Numbers are those that the bead shows, the added ones included. */
export interface StepChange {
  /** Put behind those that are there. */
  readonly addSteps?: readonly string[];
  readonly stepsDone?: readonly number[];
  readonly stepsOpen?: readonly number[];
}

export interface StepProgress {
  readonly done: number;
  readonly total: number;
  /** The first that is open; absent: all are done. */
  readonly next?: BeadStep;
}

/** More is no list to work through but a specification. */
const mostSteps = 100;

/** The steps with their changes, all or none. Refused with `invalid` where a number names none, or two changes contradict each other. */
export function withSteps(steps: readonly BeadStep[], change: StepChange): readonly BeadStep[] {
  const { addSteps = [], stepsDone = [], stepsOpen = [] } = change;
  const added = addSteps.map((title, at) => ({
    id: steps.length + at + 1,
    title: validStep(title),
    done: false,
  }));
  const all = [...steps, ...added];
  if (all.length > mostSteps)
    throw invalid('steps', `A bead has at most ${mostSteps} steps; these would be ${all.length}.`);
  for (const id of [...stepsDone, ...stepsOpen]) refuseUnknown(all, id);
  const both = stepsDone.find((id) => stepsOpen.includes(id));
  if (both !== undefined) throw invalid('steps', `Step ${both} cannot be both done and open.`);
  return all.map((step) => {
    if (stepsDone.includes(step.id)) return { ...step, done: true };
    return stepsOpen.includes(step.id) ? { ...step, done: false } : step;
  });
}

/** Undefined for a bead without steps. */
export function stepProgress({ steps = [] }: Pick<Bead, 'steps'>): StepProgress | undefined {
  if (steps.length === 0) return undefined;
  const next = steps.find(({ done }) => !done);
  const done = steps.filter((step) => step.done).length;
  return { done, total: steps.length, ...(next ? { next } : {}) };
}

function refuseUnknown(steps: readonly BeadStep[], id: number): void {
  if (steps.some((step) => step.id === id)) return;
  const known = steps.length === 0 ? 'It has none.' : `It has 1 to ${steps.length}.`;
  throw invalid('steps', `This bead has no step ${id}. ${known}`, 'bd show ID lists them.');
}

/** One line: it stands in lists. */
function validStep(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  if (line === '') throw invalid('steps', 'A step needs a text.');
  if (line.length > 500)
    throw invalid('steps', `A step has at most 500 characters; this one has ${line.length}.`);
  return line;
}
