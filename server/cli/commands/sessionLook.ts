import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Session } from '../../domain/session.ts';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import type { PolecatDetail } from '../../protocol/work.ts';
import { ago } from '../ago.ts';
import { answer, type Cli } from '../cli.ts';
import { Usage } from '../failure.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { sessionJson, sessionKeys, startedLines } from '../text/session.ts';
import { counted, paintOfState } from '../text/state.ts';
import { present, verb, wholeNumber } from '../words.ts';

const whose = 'RIG/NAME, RIG/crew/NAME or mayor';

/** What other towns do to a pane of tmux. */
export function addSessionLook(session: Command, cli: Cli): void {
  addRestart(session, cli);
  addStatus(session, cli);
  addCheck(session, cli);
  addInject(session, cli);
  addCapture(session, cli, 'capture');
}

export function addPeek(gt: Command, cli: Cli): void {
  addCapture(gt, cli, 'peek');
}

function addCapture(parent: Command, cli: Cli, name: 'peek' | 'capture'): void {
  const words = name === 'peek' ? 'gt peek' : 'gt session capture';
  verb(parent, name, {
    does: 'print the last lines of a session that lives as a plain process; refused with where to look for any other',
    examples: [`${words} backend/nux`, `${words} backend/nux -n 20`],
    json: '{ lines }',
  })
    .argument('<session>', 'its id, or its agent')
    .argument('[count]', 'the same as -n', wholeNumber)
    .option('-n, --lines <number>', 'how many', wholeNumber, 100)
    .action(async (named: string, count: number | undefined, { lines }: { lines: number }) => {
      await answer(cli, {
        method: 'session/log',
        params: { session: named, lines: count ?? lines },
        text: (log) => log.lines,
        json: (log) => log,
      });
    });
}

function addRestart(session: Command, cli: Cli): void {
  verb(session, 'restart', {
    does: "end an agent's session, and begin a fresh one on the same hook and worktree, with a packet of what the first left",
    examples: ['gt session restart backend/nux'],
    json: sessionKeys,
  })
    .argument('<agent>', whose)
    .option('-f, --force', 'accepted: a session is asked to stop, and ended after 30 s')
    .action(async (agent: string) => {
      const [newest] = await cli.ask('session/list', { agent });
      const method = newest === undefined ? 'session/run' : 'session/handoff';
      await answer(cli, { method, params: { agent }, text: startedLines, json: sessionJson });
    });
}

function addStatus(session: Command, cli: Cli): void {
  verb(session, 'status', {
    does: "show an agent's newest session",
    examples: ['gt session status backend/nux'],
    json: `{ running, session?: ${sessionKeys} }`,
  })
    .argument('<agent>', whose)
    .action(async (agent: string) => {
      await answer(cli, {
        method: 'session/list',
        params: { agent, all: true },
        text: ([newest], look) => statusLines(agent, newest, look),
        json: ([newest]) => ({
          running: newest?.state === 'running',
          ...(newest ? { session: sessionJson(newest) } : {}),
        }),
      });
    });
}

function statusLines(agent: string, session: Session | undefined, look: Look): string[] {
  if (!session) return [`${displayText(agent, 60)} has had no session.`];
  const { id, state, host, runtime, bead, pid, startedAt, createdAt, endedAt, exit } = session;
  const name = displayText(session.agent);
  return [
    `Session ${displayText(id)} of ${name}`,
    `  ${exit === undefined ? state : `${state}: ${exit.end}`}${pid === undefined ? '' : ` · process ${pid}`}`,
    `  ${displayText(runtime)} in ${host}${bead === undefined ? '' : ` · ${displayText(bead)}`}`,
    `  started ${ago(startedAt ?? createdAt, look.now)}${endedAt === undefined ? '' : `, ended ${ago(endedAt, look.now)}`}`,
    `Next: ${state === 'ended' ? `gt session run ${name}` : `gt session attach ${name}`}`,
  ];
}

function addCheck(session: Command, cli: Cli): void {
  verb(session, 'check', {
    does: 'say which polecats that have work have no session that lives; how the others are: gt witness status',
    examples: ['gt session check', 'gt session check backend'],
    json: '{ checked, dead: [{ agent, bead, state, session? }] }',
  })
    .argument('[rig]')
    .action(async (rig: string | undefined) => {
      await answer(cli, {
        method: 'polecat/list',
        params: present({ rig }),
        text: checkLines,
        json: (all) => ({ checked: all.length, dead: all.filter(isDead).map(deadJson) }),
      });
    });
}

function isDead({ polecat, session }: PolecatDetail): boolean {
  return (
    polecat.bead !== undefined &&
    polecat.state !== 'done' &&
    polecat.state !== 'spawning' &&
    (session === undefined || session.state === 'ended')
  );
}

function deadJson({ polecat, session }: PolecatDetail): Record<string, unknown> {
  return { agent: polecat.id, bead: polecat.bead, state: polecat.state, session: session?.id };
}

function checkLines(all: readonly PolecatDetail[], look: Look): string[] {
  const dead = all.filter(isDead);
  const checked = `${counted(all.length, 'polecat')} looked at`;
  if (dead.length === 0) return [`${checked}: each that has work has a session.`];
  const rows = dead.map(({ polecat, session }) => [
    polecat.id,
    polecat.bead ?? '',
    polecat.state,
    session?.endedAt === undefined ? '' : ago(session.endedAt, look.now),
  ]);
  const columns = [
    { title: 'AGENT' },
    { title: 'BEAD' },
    { title: 'STATE', paint: paintOfState },
    { title: 'SESSION ENDED' },
  ];
  return [
    `${checked}, ${dead.length} without a session:`,
    ...table(columns, rows, look),
    `Next: gt session run ${displayText(dead[0]?.polecat.id ?? '')}`,
  ];
}

interface InjectOptions {
  readonly message?: string;
  readonly file?: string;
}

function addInject(session: Command, cli: Cli): void {
  verb(session, 'inject', {
    does: 'say something to an agent: one line as gt nudge does, several as a letter; nothing is typed',
    examples: [
      'gt session inject backend/nux -m "look at the log"',
      'gt session inject backend/nux -f notes.txt',
    ],
    json: '{ id, kind: nudge|mail, to, text, state }',
  })
    .argument('<agent>', whose)
    .option('-m, --message <text>', 'the text')
    .option('-f, --file <path>', 'a file with the text')
    .action(async (agent: string, options: InjectOptions) => {
      const text = textOf(cli, options);
      const sent = text.includes('\n')
        ? await asLetter(cli, agent, text)
        : (await cli.ask('nudge/send', { agent, text })).message;
      const { id, kind, to, state } = sent;
      if (cli.json) cli.output.json({ id, kind, to, text: sent.text, state });
      else
        cli.output.print([
          `Queued ${displayText(id)} for ${displayText(to)}, as a ${kind === 'mail' ? 'letter' : 'nudge'}.`,
        ]);
    });
}

function textOf(cli: Cli, { message, file }: InjectOptions): string {
  if ((message === undefined) === (file === undefined))
    throw new Usage('gt session inject takes a text: -m TEXT, or -f FILE.');
  if (file === undefined) return (message ?? '').trim();
  try {
    return readFileSync(resolve(cli.directory, file), 'utf8').trim();
  } catch (error) {
    throw new Refusal('not-found', `${displayText(file, 200)} cannot be read: ${(error as Error).message}`, {
      field: 'file',
    });
  }
}

async function asLetter(cli: Cli, agent: string, text: string) {
  const [subject = '', ...rest] = text.split('\n');
  const { sent } = await cli.ask('mail/send', { to: [agent], subject, text: rest.join('\n').trim() });
  const [letter] = sent;
  if (!letter) throw new Error(`Nobody was written to at ${agent}.`);
  return letter;
}
