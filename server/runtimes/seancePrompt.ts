import type { AgentRole } from '../domain/agent.ts';
import type { AgentId, BeadId, RigName } from '../domain/ids.ts';
import { firstPrompt } from './prompt.ts';

export interface Start {
  readonly role: AgentRole;
  readonly agent: AgentId;
  readonly rig?: RigName | undefined;
  readonly bead?: BeadId | undefined;
  readonly directory: string;
  /** A lifecycle hook gives it its context at the start. */
  readonly primed?: boolean;
}

/** What an agent of any role is told at its start: ids and no titles, plain commands, one line. */
export function firstWords({ role, agent, rig, bead, directory, primed = false }: Start): string {
  if (role === 'polecat' && rig !== undefined && bead !== undefined)
    return firstPrompt({ agent, rig, bead, worktree: directory, primed });
  return [
    who(role, agent, rig),
    'First run: gt prime. It prints your role, your hook and your rules.',
    ...tasks(role, bead),
  ].join(' ');
}

/** The same for a session of the runtime's own that goes on: it knows what it did, and not what happened meanwhile. */
export function wordsAgain(start: Start): string {
  return [
    'You were interrupted, and go on in the same worktree.',
    'Look first at what is there, with git status and git log: it is your own work.',
    firstWords(start),
  ].join(' ');
}

function who(role: AgentRole, agent: AgentId, rig: RigName | undefined): string {
  if (role === 'mayor') return 'You are the mayor of this Gas Town: you plan its work and give it to others.';
  return `You are ${agent}, ${role === 'crew' ? 'crew' : 'a polecat'} of the rig ${rig ?? ''} in Gas Town.`;
}

function tasks(role: AgentRole, bead: BeadId | undefined): readonly string[] {
  if (role === 'mayor')
    return [
      bead === undefined ? 'Your hook is empty.' : 'There is a bead on your hook.',
      'Change no files. Plan with bd create and gt convoy create, give work out with gt sling, and ask the person at this terminal before you begin.',
    ];
  if (role === 'crew')
    return [
      bead === undefined
        ? 'Your hook is empty: wait for the person at this terminal to say what to do.'
        : 'Your work is the bead on your hook.',
      'Commit with git on the branch that is checked out here. When a bead is done, run: bd close, with its id.',
    ];
  return [
    'Your hook is empty. Wait for work and start nothing: run gt hook again until there is a bead on it.',
  ];
}
