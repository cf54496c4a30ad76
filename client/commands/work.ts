import { commands, window } from 'vscode';
import type { Bead } from '../../server/domain/bead.ts';
import { Refusal, type RefusalCode } from '../../server/domain/refusal.ts';
import type { HostKind } from '../../server/domain/session.ts';
import { displayText } from '../../server/domain/text.ts';
import type { SlingParams, SlingResult } from '../../server/protocol/work.ts';
import { run } from '../commandNames.ts';
import type { Ask } from '../connection.ts';
import { inform, mention, sayRefusal, warn } from '../messages.ts';
import type { Model } from '../model.ts';
import { back, type Choice, inSteps, pickOne, type Place, type Step } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { joined } from '../views/row.ts';
import { typeIcon } from '../views/icons.ts';
import { choosePolecat, textsIn } from './choose.ts';
import type { CommandParts } from './parts.ts';
import { reveal } from './reveal.ts';
import { missingIn, pickRuntime, sayMissing } from './runtimePick.ts';

type Answers = Partial<SlingParams>;

/** The most ready beads that are offered to choose from. */
const shownReady = 500;

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
  return params && (await start(parts, params));
}

/** Like `sling`, but it always asks for the runtime, also where several beads or a convoy are given. */
export async function slingWith(
  parts: CommandParts,
  first?: unknown,
  all?: unknown,
): Promise<SlingResult | undefined> {
  const { answers } = givenWork(parts.model, first, all);
  const params = answers.beads?.length === 0 ? answers : await askWork(parts, answers);
  return params && (await start(parts, params));
}

async function start(parts: CommandParts, params: Answers): Promise<SlingResult | undefined> {
  if (!params.beads) return undefined;
  if (params.beads.length === 0) throw new Refusal('blocked', 'None of these beads can be worked now.');
  const wanted: SlingParams = { ...params, beads: params.beads };
  const result = await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: 'Slinging...' },
    async () => await parts.connection.ask('work/sling', wanted),
  );
  const [only] = result.slung;
  if (only)
    mention(
      result.slung.length === 1
        ? `${only.agent} works on ${only.bead}`
        : `${result.slung.length} polecats work`,
    );
  const [queued, ...more] = result.queued ?? [];
  if (queued) {
    const text =
      more.length === 0
        ? `${queued.bead} is queued: ${queued.message}`
        : `${more.length + 1} beads are queued.`;
    inform(displayText(text, 500), {
      label: 'Explain',
      run: () => run('explain', { kind: 'bead', bead: queued.bead }),
    });
  }
  sayRefused(parts, result.refused);
  if (only && result.slung.length === 1 && only.host === 'editor') await reveal(parts, only.agent);
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
  if (bead === undefined) return;
  const message = `Take ${bead} from ${detail.polecat.name}?`;
  const options = {
    modal: true,
    detail: 'The session is ended. What was not landed is archived and can be brought back.',
  };
  if ((await window.showWarningMessage(message, options, 'Unsling')) !== 'Unsling') return;
  const { warnings } = await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: `Taking ${bead} back...` },
    async () => await connection.ask('work/unsling', { bead }),
  );
  if (warnings) warn([`${bead} is open again.`, ...warnings].join(' '));
  else mention(`${bead} is open again.`);
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
    ...(isHost(host) ? { host } : {}),
  };
  return { answers, ask: false };
}

function isHost(word: string | undefined): word is HostKind {
  return word === 'editor' || word === 'tmux' || word === 'process';
}

function readyOf({ town }: Model, id: string): readonly string[] {
  const view = town?.convoys.find(({ convoy }) => convoy.id === id);
  return (view?.beads ?? []).filter(({ state }) => state === 'ready').map((each) => each.id);
}

/** What the questions are about, and the answers so far. */
interface Question extends Answers {
  /** The bead's own rig, if it has one. */
  readonly home?: string;
}

async function askWork(parts: CommandParts, given: Answers): Promise<Answers | undefined> {
  const { ask } = parts.connection;
  const [bead, ...more] = given.beads ?? [];
  const home = bead === undefined ? undefined : (await ask('bead/get', { bead })).bead.rig;
  const begin: Question = { ...given, ...(home === undefined || more.length > 0 ? {} : { home }) };
  const rig: Step<Question> = (answers, place) => askRig(parts.model, answers, place);
  const runtime: Step<Question> = (answers, place) => askRuntime(parts, answers, place);
  const first: Step<Question> = (answers, place) => askBead(ask, answers, place);
  const steps = bead === undefined ? [first, rig, runtime] : home === undefined ? [rig, runtime] : [runtime];
  const { home: _, ...answers } = (await inSteps('Sling', begin, steps)) ?? {};
  return answers;
}

type Answer = Promise<Question | typeof back | undefined>;

async function askBead(ask: Ask, answers: Question, place: Place): Answer {
  const bead = await pickOne(place, 'Which bead?', readyChoices(ask));
  if (bead === undefined || bead === back) return bead;
  const { home: _, ...others } = answers;
  return { ...others, beads: [bead.id], ...(bead.rig === undefined ? {} : { home: bead.rig }) };
}

async function askRig({ town }: Model, answers: Question, place: Place): Answer {
  const rigs = (town?.rigs ?? []).map(({ rig, runtimeLabel }) => ({
    label: rig.id,
    description: joined(displayText(runtimeLabel, 40), rig.id === answers.home && "the bead's own rig"),
    icon: 'repo',
    value: rig.id as string,
  }));
  const ownFirst = rigs.toSorted(
    (a, b) => Number(b.value === answers.home) - Number(a.value === answers.home),
  );
  const rig = await pickOne(place, 'In which rig?', Promise.resolve(ownFirst));
  return rig === undefined || rig === back ? rig : { ...answers, rig };
}

async function askRuntime({ model }: CommandParts, answers: Question, place: Place): Answer {
  const rig = answers.rig ?? answers.home;
  const usual = model.town?.rigs.find((each) => each.rig.id === rig)?.rig.runtime;
  const runtime = await pickRuntime(model, place, {
    question: 'Who works on it?',
    usual: { runtime: usual, word: `usual in ${rig ?? ''}` },
  });
  return runtime === undefined || runtime === back ? runtime : { ...answers, runtime };
}

async function readyChoices(ask: Ask): Promise<readonly Choice<Bead>[]> {
  const { items } = await ask('bead/ready', { limit: shownReady });
  if (items.length === 0) {
    throw new Refusal('not-found', 'No bead is ready to be worked.', { next: 'Create one first.' });
  }
  return items.map(({ bead }) => ({
    label: bead.id,
    description: displayText(bead.title, 80),
    icon: typeIcon(bead.type).id,
    value: bead,
  }));
}

type Refused = SlingResult['refused'];

/** Nobody waits for what the person presses. */
function sayRefused(parts: CommandParts, refused: Refused): void {
  const [first, ...more] = refused;
  if (!first) return;
  const missing = refused.filter(({ refusal }) => refusal.code === 'missing-program');
  if (missing.length === refused.length) {
    offerOthers(parts, missing).catch((error: unknown) => parts.log.error(String(error)));
  } else if (more.length === 0) {
    const { code, ...details } = first.refusal;
    sayRefusal(new Refusal(code as RefusalCode, first.message, details));
  } else {
    warn(`${refused.length} beads were not slung. ${first.bead}: ${displayText(first.message)}`, {
      label: 'Show Beads',
      run: () => commands.executeCommand('gastown.beads.focus'),
    });
  }
}

/** The runtime of these beads is not there. It can be installed, or another can do them. */
async function offerOthers({ model }: CommandParts, refused: Refused): Promise<void> {
  const [first] = refused;
  if (!first) return;
  const runtime = await missingIn(model, first.refusal);
  if (!runtime) return warn(first.message);
  if ((await sayMissing(runtime)) !== 'another') return;
  await run('slingWith', { beads: refused.map(({ bead }) => bead) });
}
