import { displayText } from '../../server/domain/text.ts';
import { run } from '../commandNames.ts';
import type { Ask } from '../connection.ts';
import { inform } from '../messages.ts';
import { askText, back, type Choice, inSteps, pickSome, type Place, type Step } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { textsIn } from './choose.ts';
import type { CommandParts } from './parts.ts';

interface Answers {
  readonly title?: string;
  readonly beads?: readonly string[];
}

/** The most beads that are offered to choose from. */
const shownBeads = 1000;

/** Asks for title and beads, and bundles them. Nothing is started. Called with both it asks nothing. */
export async function createConvoy(
  { connection }: CommandParts,
  first?: unknown,
  all?: unknown,
): Promise<string | undefined> {
  const given = givenConvoy(first, all);
  const steps: Step<Answers>[] = [];
  if (given.beads === undefined || given.title === undefined) {
    steps.push((answers, place) => askBeads(connection.ask, answers, place));
  }
  if (given.title === undefined) steps.push(askTitle);
  const { title, beads } = (await inSteps('Create Convoy', given, steps)) ?? {};
  if (title === undefined || beads === undefined) return undefined;
  const { convoy } = await connection.ask('convoy/create', { title, beads });
  if (steps.length === 0) return convoy.id;
  inform(
    `The convoy "${displayText(convoy.title, 80)}" has ${beads.length} beads. Nothing works on them yet.`,
    {
      label: 'Sling',
      run: () => run('sling', { kind: 'convoy', convoy: convoy.id }),
    },
  );
  return convoy.id;
}

function givenConvoy(first: unknown, all: unknown): Answers {
  const rows = Array.isArray(all) ? all : [first];
  const chosen = rows.flatMap((row) => {
    const subject = subjectIn(row);
    return subject?.kind === 'bead' ? [subject.bead] : [];
  });
  if (chosen.length > 0) return { beads: chosen };
  const { beads } = (first ?? {}) as { beads?: unknown };
  const named = Array.isArray(beads) ? beads.filter((bead) => typeof bead === 'string') : [];
  const { title } = textsIn(first);
  return { ...(title === undefined ? {} : { title }), ...(named.length > 0 ? { beads: named } : {}) };
}

async function askBeads(
  ask: Ask,
  answers: Answers,
  place: Place,
): Promise<Answers | typeof back | undefined> {
  const beads = await pickSome(place, 'Which beads?', beadChoices(ask, new Set(answers.beads)));
  return beads === undefined || beads === back ? beads : { ...answers, beads };
}

async function beadChoices(ask: Ask, picked: ReadonlySet<string>): Promise<readonly Choice<string>[]> {
  const { items } = await ask('bead/list', { limit: shownBeads });
  return items.map(({ bead }) => ({
    label: bead.id,
    description: displayText(bead.title, 80),
    picked: picked.has(bead.id),
    value: bead.id,
  }));
}

async function askTitle(answers: Answers, place: Place): Promise<Answers | typeof back | undefined> {
  const title = await askText(place, {
    prompt: 'What the beads are for, together',
    problem: (text) => (text.trim() === '' ? 'A title, please.' : undefined),
  });
  return title === undefined || title === back ? title : { ...answers, title: title.trim() };
}
