import { displayText } from '../../domain/text.ts';
import type { PastSession, Seance } from '../../protocol/seance.ts';
import { ago } from '../ago.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { warningLines } from './rig.ts';
import { paintOfState } from './state.ts';

export const seanceKeys =
  '{ agent, role, rig?, bead?, runtime, runtimeLabel, directory, branch?, host, session?, command, prompt, warnings }';

export const pastKeys =
  '{ session, role, agent, rig?, bead?, title?, runtime, runtimeLabel, runtimeSession?, host, state, end?, createdAt, endedAt?, mute? }';

export function startedSeance(one: Seance, look: Look): string[] {
  const verb = one.session === undefined ? 'Would start' : 'Started';
  const session = one.session === undefined ? '' : ` as ${displayText(one.session)}`;
  return [
    `${verb} ${displayText(one.agent)} with ${displayText(one.runtimeLabel)} (${one.host})${session}.`,
    `  Hook:     ${one.bead === undefined ? 'empty' : displayText(one.bead)}`,
    `  Folder:   ${displayText(one.directory, 1000)}`,
    ...(one.branch === undefined ? [] : [`  Branch:   ${displayText(one.branch)}`]),
    ...(one.session === undefined
      ? [
          `  Command:  ${one.command.map((word) => displayText(word)).join(' ')}`,
          `  It is told: ${displayText(one.prompt, 2000)}`,
        ]
      : []),
    ...warningLines(one.warnings, look),
    ...nextOf(one),
  ];
}

function nextOf({ session, agent, role, bead }: Seance): string[] {
  if (session === undefined) return [];
  if (bead === undefined && role === 'polecat') return [`Next: gt sling BEAD ${displayText(agent)}`];
  return [role === 'mayor' ? 'Next: gt mayor status' : `Next: gt hook ${displayText(agent)}`];
}

export function pastSessionsLines(sessions: readonly PastSession[], look: Look): string[] {
  if (sessions.length === 0) return ['No session has run yet.', 'Next: gt seance start --rig RIG'];
  const rows = sessions.map(({ session, runtimeLabel, title }) => [
    session.id,
    session.agent,
    runtimeLabel,
    session.exit?.end ?? session.state,
    ago(session.createdAt, look.now),
    [session.bead, title].filter(Boolean).join(' '),
  ]);
  const columns = [
    { title: 'SESSION' },
    { title: 'AGENT' },
    { title: 'RUNTIME', shrinks: true },
    { title: 'STATE', paint: paintOfState },
    { title: 'STARTED' },
    { title: 'BEAD', shrinks: true },
  ];
  return table(columns, rows, look);
}

export function pastSessionLines(past: PastSession, look: Look): string[] {
  const { session, mute } = past;
  return [
    ...pastSessionFacts(past, look),
    ...(mute === undefined ? [`Next: gt seance talk ${displayText(session.id)}`] : []),
  ];
}

/** The same without what to do next, which depends on where they stand. */
export function pastSessionFacts(past: PastSession, look: Look): string[] {
  const { session, role, runtimeLabel, title, mute } = past;
  const { bead, runtimeSession, endedAt, exit } = session;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Session', session.id],
    ['Agent', `${session.agent} (${role})`],
    ['Bead', bead && `${bead} ${title ?? ''}`.trimEnd()],
    ['Runtime', runtimeLabel],
    ['Its own id', runtimeSession],
    ['Host', session.host],
    ['State', stateText(session)],
    ['Started', ago(session.createdAt, look.now)],
    ['Ended', endedAt && ago(endedAt, look.now)],
  ];
  return [
    ...facts.flatMap(([name, value]) => (value ? [`${name}: ${displayText(value, 500)}`] : [])),
    ...(exit?.lastLines ?? []).slice(-5).map((line) => `  | ${displayText(line, 200)}`),
    ...(mute === undefined ? [] : [`Cannot be asked: ${displayText(mute, 500)}`]),
  ];
}

function stateText({ state, exit }: PastSession['session']): string {
  if (!exit) return state;
  const how = [exit.code === undefined ? undefined : `exit code ${exit.code}`, exit.signal].filter(Boolean);
  return how.length === 0 ? exit.end : `${exit.end} (${how.join(', ')})`;
}

export function pastSessionJson(past: PastSession): Record<string, unknown> {
  const { session, role, runtimeLabel, title, mute } = past;
  const { id, agent, rig, bead, runtime, runtimeSession, host, state, exit, createdAt, endedAt } = session;
  return {
    session: id,
    role,
    agent,
    rig,
    bead,
    title,
    runtime,
    runtimeLabel,
    runtimeSession,
    host,
    state,
    end: exit?.end,
    createdAt,
    endedAt,
    mute,
  };
}
