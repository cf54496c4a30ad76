import { mayorId } from './agentNames.ts';
import { agentOf, allAgents, crewOf } from './agents.ts';
import type { AgentId } from './ids.ts';
import { Refusal } from './refusal.ts';
import { displayText } from './text.ts';
import type { View } from './view.ts';

/** The person of the town. */
export const overseer = 'overseer' as AgentId;

const addressForms =
  'overseer, mayor/, RIG/NAME, RIG/crew/NAME, RIG/polecats/*, RIG/crew/*, @town, @crew or @rig/RIG';

/** Who gets what is sent to an address. */
export interface Recipients {
  readonly to: readonly AgentId[];
  /** It names several, or somebody else than who gets it. */
  readonly isGroup: boolean;
  /** Why it goes to somebody else. */
  readonly note?: string;
}

/**
 * Refused with `not-found` where nobody is there, with `invalid` where it is no address. `except`: whoever writes to all does not write
 * to itself.
 */
export function recipientsOf(view: View, address: string, except?: string): Recipients {
  const text = address.trim().replace(/\/$/u, '');
  if (text === overseer || text === '@overseer' || text === 'human') return one(overseer);
  if (text === mayorId) return one(mayorId);
  const duty = dutyOf(text);
  if (duty !== undefined) {
    const note = `${duty} is code in this town and reads no mail; it went to the overseer.`;
    return { to: [overseer], isGroup: true, note };
  }
  const group = groupOf(view, text);
  if (group) return severalOf(address, group, except);
  return one(agentNamed(view, text));
}

function one(to: AgentId): Recipients {
  return { to: [to], isGroup: false };
}

/** Roles of other towns, whose duties are the town's own here. */
function dutyOf(text: string): string | undefined {
  if (text === '@witnesses' || text === 'boot' || /^deacon(?:\/|$)/u.test(text)) return 'That role';
  const [rig, role, ...more] = text.split('/');
  if (more.length > 0 || rig === undefined || !(role === 'witness' || role === 'refinery')) return undefined;
  return `The ${role} of ${displayText(rig, 40)}`;
}

/** Everyone that a wildcard stands for; undefined: it is none. */
function groupOf(view: View, text: string): readonly AgentId[] | undefined {
  if (text === '@town') return [mayorId, ...allAgents(view).map(({ id }) => id)];
  if (text === '@crew') return lasting(view);
  const ofRig = /^@rig[/:](.+)$/u.exec(text)?.[1];
  if (ofRig !== undefined) return [...polecatsOf(view, ofRig), ...crewOf(view, ofRig).map(({ id }) => id)];
  const [, rig, what] = /^([^/]+)\/(polecats|crew)\/\*$/u.exec(text) ?? [];
  if (rig === undefined) return undefined;
  return what === 'crew' ? crewOf(view, rig).map(({ id }) => id) : polecatsOf(view, rig);
}

/** Polecats that are done read nothing any more. */
function polecatsOf(view: View, rig: string): AgentId[] {
  return [...view.find('agentsByRig', rig)].filter(({ state }) => state !== 'done').map(({ id }) => id);
}

function lasting(view: View): AgentId[] {
  return [...view.all('workplaces')].filter(({ role }) => role === 'crew').map(({ id }) => id);
}

function severalOf(address: string, group: readonly AgentId[], except: string | undefined): Recipients {
  const to = [...new Set(group)].filter((id) => id !== except);
  if (to.length > 0) return { to, isGroup: true };
  throw new Refusal('not-found', `Nobody is at ${displayText(address, 60)} now.`, {
    field: 'to',
    next: 'gt mail directory',
  });
}

/** By its id, its id in another town's form, or a name that only one has. */
function agentNamed(view: View, text: string): AgentId {
  const exact = agentOf(view, text) ?? agentOf(view, text.replace('/polecats/', '/'));
  if (exact) return exact.id;
  const named = text.includes('/') ? [] : allAgents(view).filter(({ name }) => name === text);
  if (named.length === 1 && named[0]) return named[0].id;
  if (named.length > 1) {
    throw new Refusal('invalid', `"${displayText(text, 60)}" is the name of several agents.`, {
      field: 'to',
      next: `Name one in full: ${named.map(({ id }) => id).join(', ')}`,
    });
  }
  throw new Refusal('not-found', `Nobody has the address "${displayText(text, 60)}".`, {
    field: 'to',
    next: `gt mail directory lists who is there; an address is ${addressForms}.`,
  });
}
