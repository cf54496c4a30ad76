import { env } from 'vscode';
import { displayText } from '../../server/domain/text.ts';
import type { BeadCreateParams, BeadDetail } from '../../server/protocol/bead.ts';
import { run } from '../commandNames.ts';
import { inform, mention } from '../messages.ts';
import { askText, back, inSteps, pickOne, type Place, type Step } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { rigChoices, textsIn } from './choose.ts';
import type { CommandParts } from './parts.ts';

type Answers = Partial<BeadCreateParams>;

/** Asks for rig and title, and makes the bead. Called on a rig it asks for the title; called with both it asks nothing. */
export async function createBead(
  { connection, model }: CommandParts,
  argument?: unknown,
): Promise<string | undefined> {
  const given = givenBead(argument);
  const steps: Step<Answers>[] = [];
  if (given.rig === undefined) steps.push((answers, place) => askRig(model, answers, place));
  if (given.title === undefined) steps.push(askTitle);
  const answers = await inSteps('Create Bead', given, steps);
  if (answers?.title === undefined) return undefined;
  const { rig, title, ...rest } = answers;
  const detail = await connection.ask('bead/create', { ...rest, title, ...(rig ? { rig } : {}) });
  if (steps.length > 0) sayCreated(detail);
  return detail.bead.id;
}

export async function showMoreBeads({ model }: CommandParts, argument?: unknown): Promise<void> {
  const subject = subjectIn(argument);
  if (subject?.kind === 'more') await model.showMoreBeads(subject.rig);
}

export async function copyId(_: CommandParts, argument?: unknown): Promise<void> {
  const subject = subjectIn(argument);
  if (!subject) return;
  const id = 'bead' in subject ? subject.bead : 'agent' in subject ? subject.agent : undefined;
  const text = id ?? ('convoy' in subject ? subject.convoy : 'rig' in subject ? subject.rig : '');
  await env.clipboard.writeText(text);
  mention(`Copied ${text}`);
}

function sayCreated({ bead, runtimeLabel }: BeadDetail): void {
  const runtime =
    runtimeLabel === undefined ? '' : ` It will be worked by a ${displayText(runtimeLabel, 40)} polecat.`;
  inform(`${bead.id} is there.${runtime}`, {
    label: 'Sling',
    run: () => run('sling', { kind: 'bead', bead: bead.id }),
  });
}

function givenBead(argument: unknown): Answers {
  const subject = subjectIn(argument);
  if (subject?.kind === 'rig') return { rig: subject.rig };
  const { labels } = (argument ?? {}) as { labels?: unknown };
  const words = Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : [];
  return { ...textsIn(argument), ...(words.length > 0 ? { labels: words } : {}) };
}

async function askRig(
  model: CommandParts['model'],
  answers: Answers,
  place: Place,
): Promise<Answers | typeof back | undefined> {
  const own = { label: 'The Town Itself', description: 'a bead of no rig', icon: 'home', value: '' };
  const choices = [...rigChoices(model), own];
  const rig = await pickOne(place, 'In which rig?', Promise.resolve(choices));
  return rig === undefined || rig === back ? rig : { ...answers, rig };
}

async function askTitle(answers: Answers, place: Place): Promise<Answers | typeof back | undefined> {
  const title = await askText(place, {
    prompt: 'What is to be done, in one line',
    problem: (text) => (text.trim() === '' ? 'A title, please.' : undefined),
  });
  return title === undefined || title === back ? title : { ...answers, title: title.trim() };
}
