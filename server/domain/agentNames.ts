import type { AgentId, RigName } from './ids.ts';
import { Refusal } from './refusal.ts';
import { displayText } from './text.ts';

export const mayorId = 'mayor' as AgentId;

/** Whether an assignee is an agent, of whatever role, and no person. */
export function isAgentName(name = ''): boolean {
  return name.includes('/') || name === mayorId;
}

export function crewIdOf(rig: RigName, name: string): AgentId {
  return `${rig}/crew/${name}` as AgentId;
}

/** Who a crew member is in another rig: `backend/crew/dave` is `infra/crew/backend-dave`. */
export function guestName({ rig, name }: { readonly rig: RigName; readonly name: string }): string {
  return `${rig}-${name}`;
}

/** Refused with `invalid`: it becomes part of a folder, a branch and an id. */
export function parseCrewName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/u.test(text)) return text;
  throw new Refusal(
    'invalid',
    `A crew member is named with 1 to 40 lower-case letters, digits and hyphens, not "${displayText(text, 60)}".`,
    { field: 'name', next: 'gt crew add backend dave' },
  );
}

/** Whom a bead is slung to. */
export type Target =
  | { readonly kind: 'rig'; readonly rig: string }
  | { readonly kind: 'agent'; readonly agent: AgentId };

export const targetForms = 'RIG, RIG/NAME, RIG/crew/NAME or mayor';

/** Refused with `invalid` and the legal forms; whether there is such a rig or agent is for others to say. */
export function parseTarget(text: string): Target {
  const parts = text.split('/');
  if (parts.some((part) => part === '')) throw illegal(text, 'a part of it is empty');
  const [first = '', second, third, ...more] = parts;
  if (more.length > 0) throw illegal(text, 'it has too many parts');
  if (first === mayorId) {
    if (second !== undefined) throw illegal(text, 'the mayor has nobody below');
    return { kind: 'agent', agent: mayorId };
  }
  if (second === undefined) return { kind: 'rig', rig: first };
  if (third === undefined) return { kind: 'agent', agent: polecat(text, first, second) };
  if (second === 'crew') return { kind: 'agent', agent: crewIdOf(first as RigName, third) };
  if (second === 'polecats') return { kind: 'agent', agent: `${first}/${third}` as AgentId };
  throw illegal(text, `there is no role ${displayText(second, 40)}`);
}

function polecat(text: string, rig: string, name: string): AgentId {
  if (name === 'crew' || name === 'polecats') throw illegal(text, 'the name is missing');
  if (elsewhere.has(name)) throw illegal(text, `the ${name} is code here, and takes no beads`);
  return `${rig}/${name}` as AgentId;
}

/** Agents in other towns. */
const elsewhere: ReadonlySet<string> = new Set(['witness', 'refinery']);

function illegal(text: string, why: string): Refusal {
  return new Refusal('invalid', `"${displayText(text, 80)}" is no target: ${why}.`, {
    field: 'target',
    next: `A target is ${targetForms}.`,
  });
}
