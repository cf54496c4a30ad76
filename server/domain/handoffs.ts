import type { Agent } from './agent.ts';
import { hookOf } from './hooks.ts';
import type { FileStat, Handoff, HandoffWords } from './handoff.ts';
import { Refusal } from './refusal.ts';
import { displayText, plainText } from './text.ts';
import type { Draft, View } from './view.ts';

const mostText = 10_000;
const mostPoints = 30;

/** Of one bead, or of one agent without one. */
const mostKept = 20;

/** Safe to show. Refused with `invalid` where they are too long. */
export function checkWords(words: HandoffWords): HandoffWords {
  const { subject, text } = words;
  const said = text === undefined ? '' : plainText(text).trim();
  if (said.length > mostText) throw tooLong(`the text has ${said.length} characters, and ${mostText} fit`);
  const points = (all: readonly string[] = []): readonly string[] => {
    if (all.length > mostPoints) throw tooLong(`there are ${all.length} points, and ${mostPoints} fit`);
    return all.map((point) => displayText(point, 1000)).filter((point) => point !== '');
  };
  const [decisions, tried, questions] = [
    points(words.decisions),
    points(words.tried),
    points(words.questions),
  ];
  return {
    ...(subject === undefined ? {} : { subject: displayText(subject, 200) }),
    ...(said === '' ? {} : { text: said }),
    ...(decisions.length > 0 ? { decisions } : {}),
    ...(tried.length > 0 ? { tried } : {}),
    ...(questions.length > 0 ? { questions } : {}),
  };
}

/** Keeps it with its bead. The oldest of the bead, or of an agent without one, go. */
export function keepHandoff(draft: Draft, handoff: Handoff): Handoff {
  const before = [...draft.find('handoffsOf', handoff.bead ?? handoff.agent)];
  for (const { id } of before.slice(0, Math.max(0, before.length - mostKept + 1)))
    draft.remove('handoffs', id);
  draft.put('handoffs', handoff);
  return handoff;
}

/** Those that it wrote of the work on its hook, and nobody was given. Gives how many. */
export function clearHandoffs(draft: Draft, agent: Agent): number {
  const bead = hookOf(draft, agent.id)?.id ?? (agent.role === 'polecat' ? agent.bead : undefined);
  const own = [...draft.find('handoffsOf', bead ?? agent.id)].filter(
    (each) => each.agent === agent.id && each.to === undefined && each.at >= agent.createdAt,
  );
  for (const { id } of own) draft.remove('handoffs', id);
  return own.length;
}

/** The newest of the bead on its hook; without one its own, unless somebody else had its name then. */
export function handoffFor(view: View, agent: Agent): Handoff | undefined {
  const bead = hookOf(view, agent.id)?.id ?? (agent.role === 'polecat' ? agent.bead : undefined);
  if (bead !== undefined) return newest(view, bead);
  const own = newest(view, agent.id);
  return own !== undefined && own.at >= agent.createdAt ? own : undefined;
}

/** Of a bead, or of an agent without one. */
export function newest(view: View, key: string): Handoff | undefined {
  return [...view.find('handoffsOf', key)].at(-1);
}

/** What its writer said last, so that what the town adds does not take its place. */
export function lastWords(view: View, agent: Agent): HandoffWords | undefined {
  const last = handoffFor(view, agent);
  return last?.to === undefined && last?.agent === agent.id ? last.words : undefined;
}

/** All of it as plain lines, for whoever reviews it and for whoever goes on. */
export function packetLines(handoff: Handoff): string[] {
  return [
    `Handoff ${handoff.id} of ${handoff.agent}${handoff.bead === undefined ? '' : `, ${handoff.bead}`}`,
    `By ${handoff.by} at ${handoff.at}: ${handoff.from}${handoff.to === undefined ? '' : ` to ${handoff.to}`}`,
    ...packetParts(handoff).flatMap(({ title, lines }) => ['', title, ...lines.map((line) => `  ${line}`)]),
  ].map((line) => plainText(line));
}

interface PacketPart {
  readonly title: string;
  readonly lines: readonly string[];
}

/** What a packet consists of, without what it has nothing of. */
export function packetParts(handoff: Handoff): readonly PacketPart[] {
  const { words, facts } = handoff;
  return [
    part('Goal', [facts.goal, facts.steps && `Steps: ${facts.steps}`]),
    part('Said', [words.subject, ...(words.text?.split('\n') ?? [])]),
    part('Decisions', words.decisions?.map(asPoint)),
    part('Tried', words.tried?.map(asPoint)),
    part('Open questions', [...(words.questions ?? []), facts.asked].map(asPoint)),
    part('Commits', commitLines(handoff)),
    part('Uncommitted', facts.uncommitted),
    part('Landing', [facts.landing]),
    part('Gates', facts.gates),
    part('Failing checks', facts.checks),
  ].flat();
}

/** What whoever goes on is told of the one before; undefined: there is nothing. */
export function packetFor(view: View, agent: Agent): readonly string[] | undefined {
  const handoff = handoffFor(view, agent);
  return handoff && packetLines(handoff);
}

function commitLines({ facts }: Handoff): (string | undefined)[] {
  const { branch, base, tip, commits, files = [], moreFiles = 0 } = facts;
  if (commits === undefined) return [];
  const range = `${base?.slice(0, 7) ?? ''}..${tip?.slice(0, 7) ?? ''}`;
  return [
    `${commits} on ${branch ?? 'its branch'} (${range})`,
    ...files.map(fileLine),
    moreFiles > 0 ? `and ${moreFiles} files more` : undefined,
  ];
}

function fileLine({ path, added, removed }: FileStat): string {
  const stat = added === undefined ? 'binary' : `+${added} -${removed ?? 0}`;
  return `${displayText(path, 300)}  ${stat}`;
}

function asPoint(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `- ${text}`;
}

function part(title: string, lines: readonly (string | undefined)[] = []): PacketPart[] {
  const shown = lines.filter((line): line is string => line !== undefined && line !== '');
  return shown.length === 0 ? [] : [{ title, lines: shown }];
}

function tooLong(why: string): Refusal {
  return new Refusal('invalid', `A packet is read by whoever goes on: ${why}.`, {
    field: 'text',
    next: 'Commit long texts, and name the file.',
  });
}
