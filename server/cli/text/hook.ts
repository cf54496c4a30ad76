import type { Message } from '../../domain/message.ts';
import { displayText, plainText } from '../../domain/text.ts';
import type { Workplace } from '../../domain/workplace.ts';
import type { HookResult } from '../../protocol/work.ts';

/** For an agent that has just started as well as for a person: what is on the hook, where to work on it, what to do now. */
export function hookLines(hook: HookResult): string[] {
  const { agent, bead, steps } = hook;
  const next = [...messageLines(hook.messages), `Next: ${displayText(hook.next, 500)}`];
  if (!bead) return [`Nothing is on the hook of ${displayText(agent)}.`, ...next];
  const facts: (readonly [string, string | undefined])[] = [
    ['Bead', `${displayText(bead.id)} (${bead.status}, ${displayText(bead.type)}, P${bead.priority})`],
    ['Title', displayText(bead.title, 500)],
    ...placeFacts(hook),
    ['Steps', steps && progress(steps)],
    ['Waits for', hook.blockedBy.map((id) => displayText(id)).join(', ')],
    ['Said', displayText(hook.instructions ?? '', 500)],
    ['Landing', hook.mergeRequest?.state],
  ];
  return [
    `Hook of ${displayText(agent)}`,
    ...facts.flatMap(([name, value]) => (value ? [`  ${`${name}:`.padEnd(10)} ${value}`] : [])),
    ...next,
  ];
}

/** What waits for the agent. Text of others stands behind a bar, as in its prime. */
function messageLines(messages: HookResult['messages'] = []): string[] {
  if (messages.length === 0) return [];
  return [
    ...messages.flatMap((message) => [
      `${message.kind === 'mail' ? 'Letter' : 'Message'} ${displayText(message.id)} from ${displayText(message.from)}:`,
      ...messageBody(message),
    ]),
    'Read: gt nudge ack',
  ];
}

/** A letter's first lines; the rest is read with its id. */
function messageBody(message: Message): string[] {
  if (message.kind !== 'mail') return [`  | ${displayText(message.text, 1000)}`];
  const lines = plainText(message.text).split('\n');
  const shown = lines.slice(0, shownLines).map((line) => `  | ${cutText(line)}`.trimEnd());
  const rest = lines.length > shownLines ? [`  (the rest: gt mail read ${displayText(message.id)})`] : [];
  return [`  | ${displayText(message.subject)}`, ...(message.text === '' ? [] : ['  |', ...shown]), ...rest];
}

const shownLines = 60;

function cutText(line: string): string {
  return line.length > 2000 ? `${line.slice(0, 2000)}…` : line;
}

function placeFacts({ polecat, workplace }: HookResult): (readonly [string, string | undefined])[] {
  const worker = polecat ?? (workplace?.role === 'crew' ? workplace : undefined);
  if (!worker) return [];
  return [
    ['Worktree', displayText(worker.worktree, 1000)],
    ['Branch', displayText(worker.branch)],
    ['State', polecat && polecatState(polecat.state, polecat.reason)],
  ];
}

/** Also inside the answers of `gt prime --json`. */
export function hookJson(hook: HookResult): unknown {
  const { agent, rig, bead, polecat, workplace, steps, instructions, blockedBy, mergeRequest } = hook;
  const { messages, next } = hook;
  return {
    agent,
    rig,
    bead: bead && {
      id: bead.id,
      title: bead.title,
      description: bead.description,
      design: bead.design,
      acceptance: bead.acceptance,
      notes: bead.notes,
      status: bead.status,
      type: bead.type,
      priority: bead.priority,
      labels: bead.labels,
    },
    polecat: polecat && {
      state: polecat.state,
      reason: polecat.reason,
      runtime: polecat.runtime,
      worktree: polecat.worktree,
      branch: polecat.branch,
      base: polecat.base,
    },
    steps,
    workplace: workplace && workplaceJson(workplace),
    instructions,
    blockedBy,
    mergeRequest: mergeRequest && {
      id: mergeRequest.id,
      state: mergeRequest.state,
      tip: mergeRequest.tip,
      target: mergeRequest.target,
    },
    messages: messages?.map(messageJson),
    next,
  };
}

function progress({ done, total, next }: NonNullable<HookResult['steps']>): string {
  const todo = next === undefined ? 'all done' : `next ${next.id}: ${displayText(next.title, 500)}`;
  return `${done}/${total}, ${todo}`;
}

/** For scripts: whether there is work, and which. */
export function hookShort({ agent, bead }: HookResult): Record<string, unknown> {
  return bead
    ? { agent, bead_id: bead.id, title: bead.title, status: bead.status }
    : { agent, status: 'empty' };
}

export function hookShortLines({ agent, bead }: HookResult): string[] {
  const what = bead ? `${displayText(bead.id)} (${bead.status}) ${displayText(bead.title, 500)}` : 'empty';
  return [`${displayText(agent)}: ${what}`];
}

function workplaceJson(place: Workplace): Record<string, unknown> {
  const { role, runtime } = place;
  if (place.role === 'mayor') return { role, runtime, directory: place.directory };
  return { role, runtime, worktree: place.worktree, branch: place.branch, base: place.base };
}

function polecatState(state: string, reason: string | undefined): string {
  return reason === undefined ? state : `${state}: ${displayText(reason, 500)}`;
}

function messageJson(message: Message): Record<string, unknown> {
  const { id, from, text, createdAt } = message;
  return { id, from, ...(message.kind === 'mail' ? { subject: message.subject } : {}), text, createdAt };
}
