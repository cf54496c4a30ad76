import { window } from 'vscode';
import { parseCrewName } from '../../server/domain/agentNames.ts';
import { displayText } from '../../server/domain/text.ts';
import type { CrewMember, Seance, SeanceStartParams } from '../../server/protocol/seance.ts';
import { run } from '../commandNames.ts';
import { inform, mention, warn } from '../messages.ts';
import { askText, back, type Choice, inSteps, pickOne, type Place, refusedBy, type Step } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { typeIcon } from '../views/icons.ts';
import { rigChoices, textsIn } from './choose.ts';
import type { CommandParts } from './parts.ts';
import { reveal } from './reveal.ts';
import { pickRuntime, wantsAnother } from './runtimePick.ts';

type Answers = SeanceStartParams;
type Answer = Promise<Answers | typeof back | undefined>;

/** The most ready beads that are offered to choose from. */
const shownReady = 500;

/**
 * Asks for rig, role, runtime and bead, and starts a session with its context. Called on a rig or a crew member it asks for the rest;
 * with rig, role and runtime it asks nothing.
 */
export async function startSeance(parts: CommandParts, argument?: unknown): Promise<Seance | undefined> {
  const given = givenSeance(argument);
  const where: Step<Answers>[] = [(answers, place) => askPlace(parts, answers, place)];
  const rest: Step<Answers>[] = [
    askRole,
    (answers, place) => askName(parts, answers, place),
    (answers, place) => askRuntime(parts, answers, place),
    (answers, place) => askBead(parts, answers, place),
  ];
  const told = given.role !== undefined && given.runtime !== undefined;
  const steps = told ? [] : given.rig === undefined ? [...where, ...rest] : rest;
  const answers = await inSteps('Start Seance', given, steps);
  return answers && (await begin(parts, answers));
}

/** Brings the mayor's terminal to the front; where no session of the mayor runs, one is started on the town's default runtime. */
export async function startMayor(parts: CommandParts): Promise<Seance | undefined> {
  const running = parts.model.town?.mayor?.session;
  if (running && running.state !== 'ended') {
    if (!(await reveal(parts, running.agent))) inform('The mayor runs already, in another window.');
    return undefined;
  }
  try {
    return await begin(parts, { role: 'mayor' });
  } catch (error) {
    const runtime = await anotherThan(parts, error);
    return runtime === undefined ? undefined : await begin(parts, { role: 'mayor', runtime });
  }
}

/** Asks for rig, name and runtime, and makes a lasting workplace. */
export async function addCrew(parts: CommandParts, argument?: unknown): Promise<CrewMember | undefined> {
  const given: Answers = { ...givenSeance(argument), role: 'crew' };
  const steps: Step<Answers>[] = [];
  if (given.rig === undefined) steps.push((answers, place) => askRig(parts, answers, place));
  if (given.name === undefined) steps.push(askNewName);
  if (given.runtime === undefined) steps.push((answers, place) => askRuntime(parts, answers, place));
  const { rig, name, runtime } = (await inSteps('Add Crew Member', given, steps)) ?? {};
  if (rig === undefined || name === undefined) return undefined;
  const params = { rig, name, ...(runtime === undefined ? {} : { runtime }) };
  const member = await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: `Making a workplace for ${displayText(name, 40)}...` },
    async () => await parts.connection.ask('crew/add', params),
  );
  inform(`${member.agent} has a workplace in ${displayText(member.directory)}.`, {
    label: 'Start Seance',
    run: () => run('startSeance', { ...member, kind: 'crew' }),
  });
  return member;
}

async function begin(parts: CommandParts, params: Answers): Promise<Seance> {
  const who = params.role === 'mayor' ? 'the mayor' : `a session in ${displayText(params.rig ?? '', 40)}`;
  const seance = await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: `Starting ${who}...` },
    async () => await parts.connection.ask('seance/start', params),
  );
  if (seance.warnings.length > 0) warn(seance.warnings.map((each) => displayText(each, 500)).join(' '));
  mention(`${seance.agent} has begun with ${displayText(seance.runtimeLabel, 40)}`);
  if (seance.host === 'editor') await reveal(parts, seance.agent);
  return seance;
}

/** The program of the runtime is missing, and the person chooses another one. */
async function anotherThan({ model }: CommandParts, error: unknown): Promise<string | undefined> {
  if (!(await wantsAnother(model, error))) return undefined;
  const place = { title: 'Start Mayor', step: 1, of: 1 };
  const runtime = await pickRuntime(model, place, { question: 'Who is the mayor?' });
  return runtime === back ? undefined : runtime;
}

function givenSeance(argument: unknown): Answers {
  const subject = subjectIn(argument);
  if (subject?.kind === 'rig') return subject.rig === '' ? {} : { rig: subject.rig };
  if (subject?.kind === 'crew') return { role: 'crew', rig: subject.rig, name: subject.name };
  const { role, ...texts } = textsIn(argument);
  const told = Object.entries(texts).filter(([field]) => fields.has(field));
  return { ...Object.fromEntries(told), ...(isRole(role) ? { role } : {}) };
}

const fields: ReadonlySet<string> = new Set(['rig', 'runtime', 'bead', 'name']);

function isRole(text: string | undefined): text is NonNullable<Answers['role']> {
  return text === 'polecat' || text === 'crew' || text === 'mayor';
}

const townItself = '';

/** A rig; or the town itself, and then it is the mayor. */
async function askPlace({ model }: CommandParts, answers: Answers, place: Place): Answer {
  const mayor = {
    label: 'The Town Itself',
    description: 'as its mayor, who plans and slings',
    icon: 'compass',
    value: townItself,
  };
  const rig = await pickOne(place, 'Where?', Promise.resolve([...rigChoices(model), mayor]));
  if (rig === undefined || rig === back) return rig;
  return rig === townItself ? { ...answers, role: 'mayor' } : { ...answers, rig };
}

async function askRig({ model }: CommandParts, answers: Answers, place: Place): Answer {
  const rig = await pickOne(place, 'In which rig?', Promise.resolve(rigChoices(model)));
  return rig === undefined || rig === back ? rig : { ...answers, rig };
}

async function askRole(answers: Answers, place: Place): Answer {
  // What is known is not asked, and not gone back to.
  if (answers.role !== undefined) return answers;
  const choices: Choice<'polecat' | 'crew'>[] = [
    {
      label: 'Polecat',
      description: 'does one bead, and goes',
      icon: 'git-branch',
      value: 'polecat',
    },
    { label: 'Crew', description: 'a workplace that lasts', icon: 'account', value: 'crew' },
  ];
  const role = await pickOne(place, 'As what?', Promise.resolve(choices));
  return role === undefined || role === back ? role : { ...answers, role };
}

const newMember = Symbol('new member');

async function askName({ model }: CommandParts, answers: Answers, place: Place): Answer {
  if (answers.role !== 'crew' || answers.name !== undefined) return answers;
  const members = (model.town?.crew ?? []).filter(({ rig }) => rig === answers.rig);
  if (members.length === 0) return await askNewName(answers, place);
  const choices: Choice<string | typeof newMember>[] = [
    ...members.map(({ name, bead }) => ({
      label: displayText(name, 40),
      ...(bead === undefined ? {} : { description: bead }),
      icon: 'account',
      value: name,
    })),
    { label: 'Somebody New...', icon: 'add', value: newMember },
  ];
  const name = await pickOne(place, 'Who?', Promise.resolve(choices));
  if (name === undefined || name === back) return name;
  return name === newMember ? await askNewName(answers, place) : { ...answers, name };
}

async function askNewName(answers: Answers, place: Place): Answer {
  const name = await askText(place, {
    prompt: 'Name of the crew member: lower-case letters, digits, hyphens',
    problem: refusedBy(parseCrewName),
  });
  return name === undefined || name === back ? name : { ...answers, name };
}

async function askRuntime({ model }: CommandParts, answers: Answers, place: Place): Answer {
  if (answers.runtime !== undefined) return answers;
  const usual = usualRuntime(model, answers);
  const runtime = await pickRuntime(model, place, {
    question: 'Which runtime?',
    usual: { runtime: usual, word: `usual in ${answers.rig ?? ''}` },
  });
  return runtime === undefined || runtime === back ? runtime : { ...answers, runtime };
}

function usualRuntime({ town }: CommandParts['model'], { role, rig, name }: Answers): string | undefined {
  const member = town?.crew.find((each) => role === 'crew' && each.rig === rig && each.name === name);
  return member?.runtime ?? town?.rigs.find((each) => each.rig.id === rig)?.rig.runtime;
}

async function askBead({ connection }: CommandParts, answers: Answers, place: Place): Answer {
  if (answers.rig === undefined || answers.bead !== undefined) return answers;
  const { rig } = answers;
  const ready = connection.ask('bead/ready', { rig, limit: shownReady });
  const choices = ready.then(({ items }): readonly Choice<string>[] => [
    { label: 'No Bead', description: 'it waits for work', icon: 'circle-outline', value: '' },
    ...items.map(({ bead }) => ({
      label: bead.id,
      description: displayText(bead.title, 80),
      icon: typeIcon(bead.type).id,
      value: bead.id as string,
    })),
  ]);
  const bead = await pickOne(place, 'On which bead?', choices);
  if (bead === undefined || bead === back) return bead;
  const { bead: _, ...others } = answers;
  return bead === '' ? others : { ...others, bead };
}
