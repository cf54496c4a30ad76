import { displayText } from '../../domain/text.ts';
import type { HookResult } from '../../protocol/work.ts';

/** For an agent that has just started as well as for a person: what is on the hook, where to work on it, what to do now. */
export function hookLines(hook: HookResult): string[] {
  const { agent, bead, polecat, steps, blockedBy, mergeRequest } = hook;
  const next = [...messageLines(hook.messages), `Next: ${displayText(hook.next, 500)}`];
  if (!bead) return [`Nothing is on the hook of ${displayText(agent)}.`, ...next];
  const facts: (readonly [string, string | undefined])[] = [
    ['Bead', `${displayText(bead.id)} (${bead.status}, ${displayText(bead.type)}, P${bead.priority})`],
    ['Title', displayText(bead.title, 500)],
    ['Worktree', polecat && displayText(polecat.worktree, 1000)],
    ['Branch', polecat && displayText(polecat.branch)],
    ['State', polecat && polecatState(polecat.state, polecat.reason)],
    ['Steps', steps && progress(steps)],
    ['Waits for', blockedBy.map((id) => displayText(id)).join(', ')],
    ['Landing', mergeRequest?.state],
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
    ...messages.flatMap(({ id, from, text }) => [
      `Message ${displayText(id)} from ${displayText(from)}:`,
      `  | ${displayText(text, 1000)}`,
    ]),
    'Read: gt nudge ack',
  ];
}

/** Also inside the answers of `gt prime --json`. */
export function hookJson(hook: HookResult): unknown {
  const { agent, rig, bead, polecat, steps, blockedBy, mergeRequest, messages, next } = hook;
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
    blockedBy,
    mergeRequest: mergeRequest && { id: mergeRequest.id, state: mergeRequest.state, tip: mergeRequest.tip },
    messages: messages?.map(({ id, from, text, createdAt }) => ({ id, from, text, createdAt })),
    next,
  };
}

function progress({ done, total, next }: NonNullable<HookResult['steps']>): string {
  const todo = next === undefined ? 'all done' : `next ${next.id}: ${displayText(next.title, 500)}`;
  return `${done}/${total}, ${todo}`;
}

function polecatState(state: string, reason: string | undefined): string {
  return reason === undefined ? state : `${state}: ${displayText(reason, 500)}`;
}
