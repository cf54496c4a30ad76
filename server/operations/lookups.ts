import type { Agent } from '../domain/agent.ts';
import { agentOf, allAgents } from '../domain/agents.ts';
import { targetForms } from '../domain/agentNames.ts';
import type { Bead } from '../domain/bead.ts';
import type { Convoy } from '../domain/convoy.ts';
import type { MergeRequest } from '../domain/mergeRequest.ts';
import type { Polecat } from '../domain/polecat.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import type { Session } from '../domain/session.ts';
import { displayText } from '../domain/text.ts';
import type { Town } from '../domain/town.ts';
import type { View } from '../domain/view.ts';
import { findPreset } from '../runtimes/presets.ts';

const quoted = (text: string): string => `"${displayText(text, 60)}"`;

/** How many ids an ambiguous part lists before it says "and more". */
const shownMatches = 8;

export function theTown(view: View): Town {
  const town = view.get('town', 'town');
  if (!town) throw new Error('The town has no record of itself.');
  return town;
}

export function findRig(view: View, name: string): Rig {
  const rig = view.get('rigs', name);
  if (rig) return rig;
  throw new Refusal('not-found', `There is no rig ${quoted(name)}.`, { field: 'rig', next: 'gt rig list' });
}

/** By name or alias. `field` is what the caller called it. */
export function findRuntime(view: View, name: string, field = 'runtime'): RuntimePreset {
  const preset = findPreset(name, view.all('runtimes'));
  if (preset) return preset;
  throw new Refusal('not-found', `There is no runtime ${quoted(name)}.`, { field, next: 'gt runtime list' });
}

/** By id, or by a part of it that only one bead has. Refused with every match where several have it. */
export function findBead(view: View, text: string): Bead {
  const exact = view.get('beads', text);
  if (exact) return exact;
  const matches: Bead[] = [];
  if (text.length > 0) {
    for (const bead of view.all('beads')) {
      const own = bead.id.slice(bead.id.indexOf('-') + 1);
      if (own === text) return bead;
      if (bead.id.includes(text)) matches.push(bead);
    }
  }
  return onlyOne(matches, {
    none: `no issue found matching ${quoted(text)}`,
    // What callers of bd look for.
    several: 'ambiguous ID: it matches',
    field: 'bead',
    next: 'bd list',
  });
}

export function findConvoy(view: View, text: string): Convoy {
  const exact = view.get('convoys', text) ?? view.get('convoys', `hq-${text}`);
  if (exact) return exact;
  const wanted = text.toLowerCase();
  const matches = [...view.all('convoys')].filter(
    (convoy) => wanted !== '' && (convoy.id.includes(wanted) || convoy.title.toLowerCase().includes(wanted)),
  );
  return onlyOne(matches, {
    none: `There is no convoy ${quoted(text)}.`,
    several: `${quoted(text)} matches several convoys:`,
    field: 'convoy',
    next: 'gt convoy list --all',
  });
}

export function findPolecat(view: View, text: string): Polecat {
  const exact = view.get('agents', text);
  if (exact) return exact;
  const matches = [...view.all('agents')].filter((agent) => agent.name === text);
  return onlyOne(matches, {
    none: `There is no polecat ${quoted(text)}; name one as RIG/NAME.`,
    several: `${quoted(text)} is the name of several polecats:`,
    field: 'agent',
    next: 'gt polecat list',
  });
}

/** Anyone with a hook, by id or by a name that only one has. */
export function findAgent(view: View, text: string): Agent {
  const exact = agentOf(view, text) ?? agentOf(view, text.replace('/polecats/', '/'));
  if (exact) return exact;
  const matches = allAgents(view).filter((agent) => agent.name === text);
  return onlyOne(matches, {
    none: text === 'mayor' ? 'The mayor was not started yet.' : `There is no agent ${quoted(text)}.`,
    several: `${quoted(text)} is the name of several agents:`,
    field: 'agent',
    next: text === 'mayor' ? 'gt mayor start' : `Name one as ${targetForms.replace('RIG, ', '')}.`,
  });
}

/** As it is recorded now. The mayor is there before its first record; everybody else was removed since, and is not brought back. */
export function recordOf(view: View, agent: Agent): Agent {
  return agent.role === 'mayor' ? (agentOf(view, agent.id) ?? agent) : findAgent(view, agent.id);
}

/** By its id, or the newest of its bead. */
export function findMergeRequest(view: View, text: string): MergeRequest {
  const exact = view.get('mergeRequests', text);
  if (exact) return exact;
  const ofBead = [...view.find('mergeRequestsByBead', text)].toSorted((a, b) =>
    b.submittedAt.localeCompare(a.submittedAt),
  );
  if (ofBead[0]) return ofBead[0];
  const bead = view.get('beads', text)
    ? ` for the bead ${quoted(text)}: nothing was submitted yet`
    : ` ${quoted(text)}`;
  throw new Refusal('not-found', `There is no merge request${bead}.`, {
    field: 'mergeRequest',
    next: 'gt mq list',
  });
}

/** By its id, or the newest of its agent, who is named in full or by a name that only one has. */
export function findSession(view: View, text: string): Session {
  const exact = view.get('sessions', text);
  if (exact) return exact;
  const named = agentOf(view, text) === undefined && allAgents(view).some((agent) => agent.name === text);
  const agent = named ? findAgent(view, text).id : text;
  const ofAgent = [...view.find('sessionsByAgent', agent)].toSorted((a, b) =>
    b.createdAt.localeCompare(a.createdAt),
  );
  if (ofAgent[0]) return ofAgent[0];
  throw new Refusal('not-found', `There is no session ${quoted(text)}.`, {
    field: 'session',
    next: 'gt session list',
  });
}

interface Words {
  readonly none: string;
  /** Before the ids of those that match. */
  readonly several: string;
  readonly field: string;
  readonly next: string;
}

function onlyOne<T extends { readonly id: string }>(
  matches: readonly T[],
  { none, several, field, next }: Words,
): T {
  const [first] = matches;
  if (!first) throw new Refusal('not-found', none, { field, next });
  if (matches.length === 1) return first;
  const shown = matches.slice(0, shownMatches).map((match) => match.id);
  const more = matches.length > shown.length ? ` and ${matches.length - shown.length} more` : '';
  throw new Refusal('invalid', `${several} ${shown.join(', ')}${more}.`, {
    field,
    next: 'Name one of them in full.',
    facts: { matches: shown },
  });
}
