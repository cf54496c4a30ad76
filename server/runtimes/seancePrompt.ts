import type { AgentRole } from '../domain/agent.ts';
import type { AgentId, BeadId, RigName } from '../domain/ids.ts';
import { firstPrompt } from './prompt.ts';

export interface Start {
  readonly role: AgentRole;
  readonly agent: AgentId;
  readonly rig?: RigName | undefined;
  readonly bead?: BeadId | undefined;
  readonly directory: string;
}

/** What an agent of any role is told at its start: ids and no titles, plain commands, one line. */
export function firstWords({ role, agent, rig, bead, directory }: Start): string {
  if (role === 'polecat' && rig !== undefined && bead !== undefined)
    return firstPrompt({ agent, rig, bead, worktree: directory });
  return [
    who(role, agent, rig),
    'First run: gt prime. It prints your role, your hook and your rules.',
    ...tasks(role, bead),
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
