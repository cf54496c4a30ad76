import { window, workspace } from 'vscode';
import { displayText } from '../../server/domain/text.ts';
import type { Session } from '../../server/domain/session.ts';
import { run } from '../commandNames.ts';
import { packetUri } from '../documents.ts';
import { inform } from '../messages.ts';
import { askText, back, inSteps, type Step } from '../steps.ts';
import { choosePolecat, textsIn } from './choose.ts';
import type { CommandParts } from './parts.ts';
import { reveal } from './reveal.ts';
import { pickRuntime } from './runtimePick.ts';

interface Answers {
  readonly runtime?: string;
  readonly note?: string;
}

/** Asks for a runtime and a note, and lets it go on with the polecat's bead, worktree and branch. Called with a runtime it asks nothing. */
export async function handOff(parts: CommandParts, argument?: unknown): Promise<Session | undefined> {
  const detail = await choosePolecat(parts, argument, {
    title: 'Hand Off',
    fits: ({ polecat }) => polecat.state !== 'done',
    none: 'No polecat has work that could be handed off.',
  });
  if (!detail) return undefined;
  const { id: agent, runtime: before } = detail.polecat;
  const work = detail.polecat.bead ?? agent;
  const ask: Step<Answers> = async (answers, place) => {
    const asked = { question: `Who goes on with ${work}?`, except: before };
    const runtime = await pickRuntime(parts.model, place, asked);
    return runtime === undefined || runtime === back ? runtime : { ...answers, runtime };
  };
  const { runtime: named, note: said } = toldIn(argument);
  const given: Answers = {
    ...(named === undefined ? {} : { runtime: named }),
    ...(said === undefined ? {} : { note: said }),
  };
  const steps = named === undefined ? [ask, askNote] : [];
  const { runtime, note } = (await inSteps(`Hand Off ${work}`, given, steps)) ?? {};
  if (runtime === undefined) return undefined;
  const session = await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: `Handing ${work} off...` },
    async () => await parts.connection.ask('session/handoff', { agent, runtime, ...(note ? { note } : {}) }),
  );
  const label = parts.model.runtimes.find(session.runtime)?.preset.label ?? session.runtime;
  inform(`${displayText(label, 40)} goes on with ${work}.`, {
    label: 'Show Packet',
    run: () => run('showPacket', { kind: 'polecat', agent }),
  });
  if (session.host === 'editor') await reveal(parts, agent);
  return session;
}

/** What was handed over of a polecat's work, or would be, as a document. */
export async function showPacket(parts: CommandParts, argument?: unknown): Promise<void> {
  const detail = await choosePolecat(parts, argument, {
    title: 'Show Handoff Packet',
    fits: ({ polecat }) => polecat.bead !== undefined,
    none: 'No polecat has work that could be handed off.',
  });
  if (!detail) return;
  const document = await workspace.openTextDocument(packetUri(detail.polecat.id));
  await window.showTextDocument(document, { preview: true });
}

/** A row says nothing about them; another extension may. */
function toldIn(argument: unknown): Readonly<Record<string, string | undefined>> {
  const { runtime, note } = (argument ?? {}) as Readonly<Record<string, unknown>>;
  return textsIn({ runtime, note });
}

const askNote: Step<Answers> = async (answers, place) => {
  const note = await askText(place, {
    prompt: 'A note for its successor: what was tried, what is left. It may stay empty.',
    value: answers.note ?? '',
    problem: () => undefined,
  });
  return note === undefined || note === back ? note : { ...answers, note: note.trim() };
};
