import { commands, window } from 'vscode';
import { Refusal, type RefusalCode } from '../../server/domain/refusal.ts';
import { displayText } from '../../server/domain/text.ts';
import type { SlingParams, SlingResult, Slung } from '../../server/protocol/work.ts';
import { mention, sayRefusal, warn } from '../messages.ts';
import type { Model } from '../model.ts';
import { back, type Choice, inSteps, pickOne, type Place, type Step } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { choosePolecat, rigChoices, textsIn } from './choose.ts';
import { runtimeChoices } from './rig.ts';
import type { CommandParts } from './parts.ts';

type Answers = Partial<SlingParams>;

const ready = 500;
/** Of a choice: leave it to the town. */
const usual = '';

/**
 * Asks for bead, rig and runtime, and gives the bead to a polecat. Called on a bead it asks for the runtime; on a convoy, on several
 * rows, or with `{ beads }`, it asks nothing: each bead goes to its rig and that rig's runtime.
 */
export async function sling(
  parts: CommandParts,
  first?: unknown,
  all?: unknown,
): Promise<SlingResult | undefined> {
  const given = givenWork(parts.model, first, all);
  const params = given.answers.beads && !given.ask ? given.answers : await askWork(parts, given.answers);
  if (!params?.beads) return undefined;
  if (params.beads.length === 0) throw new Refusal('blocked', 'None of these beads can be worked now.');
  const wanted: SlingParams = { ...params, beads: params.beads };
  const result = await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: 'Slinging...' },
    async () => await parts.connection.ask('work/sling', wanted),
  );
  report(result);
  const [only] = result.slung;
  if (only && result.slung.length === 1) await reveal(parts, only);
  return result;
}

export async function unsling({ connection, model }: CommandParts, argument?: unknown): Promise<void> {
  const detail = await choosePolecat({ model }, argument, {
    title: 'Unsling',
    fits: ({ polecat }) => polecat.state !== 'done',
    none: 'No polecat holds a bead.',
  });
  if (!detail) return;
  const { bead } = detail.polecat;
  const message = `Take ${bead} from ${detail.polecat.name}?`;
  const options = {
    modal: true,
    detail: 'The session is ended. What was not landed is archived and can be brought back.',
  };
  if ((await window.showWarningMessage(message, options, 'Unsling')) !== 'Unsling') return;
  await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: `Taking ${bead} back...` },
    async () => await connection.ask('work/unsling', { bead }),
  );
  mention(`${bead} is open again.`);
}

interface Given {
  readonly answers: Answers;
  /** The rest is to be asked for. */
  readonly ask: boolean;
}

function givenWork(model: Model, first: unknown, all: unknown): Given {
  const subjects = (Array.isArray(all) && all.length > 1 ? all : [first]).map(subjectIn);
  const [subject] = subjects;
  if (subject?.kind === 'convoy') return { answers: { beads: readyOf(model, subject.convoy) }, ask: false };
  const beads = subjects.flatMap((each) => (each?.kind === 'bead' ? [each.bead] : []));
  if (beads.length > 0) return { answers: { beads }, ask: beads.length === 1 };
  const named = (first ?? {}) as { beads?: unknown };
  if (!Array.isArray(named.beads)) return { answers: {}, ask: true };
  const { rig, runtime, host } = textsIn(first);
  const answers: Answers = {
    beads: named.beads.filter((bead) => typeof bead === 'string'),
    ...(rig === undefined ? {} : { rig }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(host === 'editor' || host === 'process' ? { host } : {}),
  };
  return { answers, ask: false };
}

function readyOf({ town }: Model, id: string): readonly string[] {
  const view = town?.convoys.find(({ convoy }) => convoy.id === id);
  return (view?.beads ?? []).filter(({ state }) => state === 'ready').map((each) => each.id);
}

async function askWork({ connection, model }: CommandParts, given: Answers): Promise<Answers | undefined> {
  const { ask } = connection;
  const askBead: Step<Answers> = async (answers, place) => {
    const bead = await pickOne(place, 'Which bead?', readyChoices({ connection }));
    return bead === undefined || bead === back ? bead : { ...answers, beads: [bead] };
  };
  const askRig: Step<Answers> = async (answers, place) => {
    const own = { label: 'The Rig of Its Prefix', description: 'usual', icon: 'repo', value: usual };
    const rig = await pickOne(place, 'In which rig?', Promise.resolve([own, ...rigChoices(model)]));
    if (rig === undefined || rig === back) return rig;
    const { rig: _, ...others } = answers;
    return rig === usual ? others : { ...others, rig };
  };
  const askRuntime = async (answers: Answers, place: Place): Promise<Answers | typeof back | undefined> => {
    const own = { label: "The Rig's Own", description: 'usual', icon: 'repo', value: usual };
    const choices = runtimeChoices(ask).then((runtimes) => [own, ...runtimes]);
    const runtime = await pickOne(place, 'Who works on it?', choices);
    if (runtime === undefined || runtime === back) return runtime;
    const { runtime: _, ...others } = answers;
    return runtime === usual ? others : { ...others, runtime };
  };
  return await inSteps('Sling', given, given.beads ? [askRuntime] : [askBead, askRig, askRuntime]);
}

async function readyChoices({
  connection,
}: Pick<CommandParts, 'connection'>): Promise<readonly Choice<string>[]> {
  const { items } = await connection.ask('bead/ready', { limit: ready });
  if (items.length === 0) {
    throw new Refusal('not-found', 'No bead is ready to be worked.', { next: 'Create one first.' });
  }
  return items.map(({ bead }) => ({
    label: bead.id,
    description: displayText(bead.title, 80),
    value: bead.id,
  }));
}

function report({ slung, refused }: SlingResult): void {
  const [only] = slung;
  if (only)
    mention(slung.length === 1 ? `${only.agent} works on ${only.bead}` : `${slung.length} polecats work`);
  const [first, ...more] = refused;
  if (!first) return;
  if (more.length === 0) {
    const { code, ...details } = first.refusal;
    return sayRefusal(new Refusal(code as RefusalCode, first.message, details));
  }
  warn(`${refused.length} beads were not slung. ${first.bead}: ${displayText(first.message)}`, {
    label: 'Show Beads',
    run: () => commands.executeCommand('gastown.beads.focus'),
  });
}

/** One polecat's terminal comes to the front, without taking the focus; several stay where they are. */
async function reveal({ connection, terminals }: CommandParts, { host, agent }: Slung): Promise<void> {
  if (host !== 'editor') return;
  const [session] = await connection.ask('session/list', { agent });
  if (session) (await terminals.find(session))?.show(true);
}
