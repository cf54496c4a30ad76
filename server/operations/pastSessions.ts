import { mayorId } from '../domain/agentNames.ts';
import { agentOf, allAgents } from '../domain/agents.ts';
import type { AgentRole } from '../domain/agent.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Session } from '../domain/session.ts';
import { displayText } from '../domain/text.ts';
import type { View } from '../domain/view.ts';
import type { Params } from '../protocol/messages.ts';
import type { PastSession } from '../protocol/seance.ts';
import { findPreset } from '../runtimes/presets.ts';
import { talkMode } from '../runtimes/talk.ts';
import type { Context } from './context.ts';
import { findRig } from './lookups.ts';
import { runtimeLabel } from './views.ts';

const usualCount = 20;
/** How many ids an ambiguous part lists before it says "and more". */
const shownMatches = 8;

/** What ran, newest first. */
export function listSeances(context: Context, params: Params<'seance/list'>): readonly PastSession[] {
  const { view } = context.store;
  const rig = params.rig === undefined ? undefined : findRig(view, params.rig).id;
  return [...view.all('sessions')]
    .filter((session) => params.role === undefined || roleOf(session) === params.role)
    .filter((session) => rig === undefined || session.rig === rig)
    .toSorted(newestFirst)
    .slice(0, params.recent ?? usualCount)
    .map((session) => pastSession(context, session));
}

export function getSeance(context: Context, params: Params<'seance/get'>): PastSession {
  return pastSession(context, findPastSession(context.store.view, params.session));
}

/** By its id, by a part of it that only one has, or the newest of an agent. Refused with every match where several have the part. */
export function findPastSession(view: View, text: string): Session {
  const exact = view.get('sessions', text);
  if (exact) return exact;
  const named = agentOf(view, text) ?? onlyNamed(view, text);
  const [newest] = [...view.find('sessionsByAgent', named?.id ?? text)].toSorted(newestFirst);
  if (newest) return newest;
  const matches = text === '' ? [] : [...view.all('sessions')].filter(({ id }) => id.includes(text));
  const [only] = matches;
  const shown = displayText(text, 60);
  if (!only) {
    throw new Refusal('not-found', `There is no session "${shown}".`, {
      field: 'session',
      next: 'gt seance',
    });
  }
  if (matches.length === 1) return only;
  const ids = matches.slice(0, shownMatches).map(({ id }) => id);
  const more = matches.length > ids.length ? ` and ${matches.length - ids.length} more` : '';
  throw new Refusal('invalid', `"${shown}" is part of several sessions: ${ids.join(', ')}${more}.`, {
    field: 'session',
    next: 'Name one of them in full.',
    facts: { matches: ids },
  });
}

function onlyNamed(view: View, name: string): { readonly id: string } | undefined {
  const named = allAgents(view).filter((agent) => agent.name === name);
  return named.length === 1 ? named[0] : undefined;
}

/** Why it cannot be talked to; undefined where it can. */
export function muteBecause(context: Context, session: Session): string | undefined {
  const preset = findPreset(session.runtime, context.store.view.all('runtimes'));
  if (!preset) return `The runtime ${session.runtime} is not known any more.`;
  const mode = talkMode(preset);
  if (!mode) return `${preset.label} cannot go on with a session of its own.`;
  if (session.runtimeSession === undefined)
    return `It is not known under which id ${preset.label} keeps this session.`;
  // Runtimes keep their sessions by the folder that they ran in.
  if (!context.rigFolders.exists(session.launch.directory)) return 'The worktree that it ran in is gone.';
  if (session.state !== 'ended' && !mode.isFork)
    return `It is still running, and ${preset.label} cannot fork it.`;
  return undefined;
}

function pastSession(context: Context, session: Session): PastSession {
  const { view } = context.store;
  const { launch: _launch, tokenHash: _hash, ...record } = session;
  const bead = session.bead && view.get('beads', session.bead);
  const mute = muteBecause(context, session);
  return {
    session: record,
    role: roleOf(session),
    runtimeLabel: runtimeLabel(view, session.runtime),
    ...(bead ? { title: bead.title } : {}),
    ...(mute === undefined ? {} : { mute }),
  };
}

/** The agent may be gone; its id says what it was. */
function roleOf({ agent }: Session): AgentRole {
  if (agent === mayorId) return 'mayor';
  return agent.includes('/crew/') ? 'crew' : 'polecat';
}

function newestFirst(a: Session, b: Session): number {
  return b.createdAt.localeCompare(a.createdAt);
}
