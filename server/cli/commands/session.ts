import type { Command } from 'commander';
import type { Session } from '../../domain/session.ts';
import { displayText } from '../../domain/text.ts';
import { ago } from '../ago.ts';
import { answer, type Cli } from '../cli.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { sessionJson, sessionKeys, startedLines } from '../text/session.ts';
import { paintOfState } from '../text/state.ts';
import { noun, present, verb, wholeNumber } from '../words.ts';
import { hostOption, type HostOption } from './hostOption.ts';
import { addAttach } from './sessionAttach.ts';
import { addHandoff, addResume } from './sessionChange.ts';
import { addSessionLook } from './sessionLook.ts';

export function addSession(gt: Command, cli: Cli): void {
  const session = noun(gt, 'session', 'the runs of agents: each is one program in one place', [
    'gt session list',
    'gt session run backend/nux',
    'gt session handoff backend/nux --runtime codex',
  ]);
  verb(session, 'list', {
    does: 'list the sessions that have not ended',
    examples: ['gt session list', 'gt session list --all'],
    json: `{ sessions: [${sessionKeys}] }`,
  })
    .option('--all', 'those that have ended, too')
    .option('--rig <rig>', 'only of this rig')
    .action(async ({ all, rig }: { all?: boolean; rig?: string }) => {
      const keep = (sessions: readonly Session[]): Session[] =>
        sessions.filter((each) => rig === undefined || each.rig === rig);
      await answer(cli, {
        method: 'session/list',
        params: all ? { all } : {},
        text: (sessions, look) => sessionsLines(keep(sessions), look),
        json: (sessions) => ({ sessions: keep(sessions).map(sessionJson) }),
      });
    });
  hostOption(
    verb(session, 'run', {
      does: 'start a new session for an agent whose session has ended, on the same worktree and hook',
      examples: ['gt session run backend/nux', 'gt session run backend/nux --host process'],
      json: sessionKeys,
      aliases: ['start'],
    })
      .argument('<agent>', 'RIG/NAME, RIG/crew/NAME or mayor')
      .option(
        '--issue <bead>',
        'accepted: a session works on the hook of its agent; gt hook BEAD AGENT puts one there',
      ),
  ).action(async (agent: string, { host }: HostOption) => {
    await answer(cli, {
      method: 'session/run',
      params: { agent, ...present({ host }) },
      text: startedLines,
      json: sessionJson,
    });
  });
  addAttach(session, cli);
  addResume(session, cli);
  addHandoff(session, cli);
  addStop(session, cli);
  addLog(session, cli);
  addSessionLook(session, cli);
}

function addStop(session: Command, cli: Cli): void {
  verb(session, 'stop', {
    does: 'ask a session to stop, and end it after 30 s; its bead and its worktree stay',
    examples: ['gt session stop backend/nux'],
    json: sessionKeys,
  })
    .argument('<session>', 'its id, or its agent')
    .option('-f, --force', 'accepted: what has not stopped after 30 s is ended anyway')
    .action(async (named: string) => {
      await answer(cli, {
        method: 'session/stop',
        params: { session: named },
        text: (one) => [
          one.state === 'ended'
            ? `The session of ${displayText(one.agent)} has ended.`
            : `Asked the session of ${displayText(one.agent)} to stop.`,
          `Next: gt session run ${displayText(one.agent)}`,
        ],
        json: sessionJson,
      });
    });
}

function addLog(session: Command, cli: Cli): void {
  verb(session, 'log', {
    does: 'print the last lines of a session of the host process',
    examples: ['gt session log backend/nux', 'gt session log backend/nux -n 200'],
    json: '{ lines }',
  })
    .argument('<session>', 'its id, or its agent')
    .option('-n, --lines <number>', 'how many', wholeNumber, 50)
    .action(async (named: string, { lines }: { lines: number }) => {
      await answer(cli, {
        method: 'session/log',
        params: { session: named, lines },
        text: (log) => log.lines,
        json: (log) => log,
      });
    });
}

function sessionsLines(sessions: readonly Session[], look: Look): string[] {
  if (sessions.length === 0) return ['No session runs.'];
  const rows = sessions.map((one) => [
    one.id,
    one.agent,
    one.bead ?? '',
    one.host,
    one.exit === undefined ? one.state : one.exit.end,
    ago(one.startedAt ?? one.createdAt, look.now),
  ]);
  const columns = [
    { title: 'SESSION', shrinks: true },
    { title: 'AGENT' },
    { title: 'BEAD', shrinks: true },
    { title: 'HOST' },
    { title: 'STATE', paint: paintOfState },
    { title: 'STARTED' },
  ];
  return table(columns, rows, look);
}
