import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Refusal } from './domain/refusal.ts';
import type { ProgramPort, SessionPort } from './operations/context.ts';
import type { TownPaths } from './protocol/address.ts';
import type { Caller } from './protocol/caller.ts';
import { alwaysStripped } from './runtimes/launch.ts';
import { EditorHost } from './sessions/editorHost.ts';
import { resolveHost, type OpenRequest } from './sessions/host.ts';
import { loginShellPath } from './sessions/loginShell.ts';
import { lastLines, outputLines } from './sessions/logs.ts';
import { processHost } from './sessions/processHost.ts';
import { findProgram, shellWord, userShell } from './sessions/programs.ts';
import { versionOf } from './sessions/programVersion.ts';
import { runProgram } from './sessions/runProgram.ts';
import {
  readEndReport,
  removeSessionFiles,
  sessionFiles,
  writePrivateFile,
  writePromptFile,
  writeSessionFile,
} from './sessions/sessionFile.ts';
import { endTree, isStillRunning } from './sessions/tree.ts';

export interface PlaceParts {
  readonly paths: TownPaths;
  readonly launcher: { readonly node: string; readonly program: string };
  readonly randomToken: () => string;
  readonly hash: (text: string) => string;
}

/** A check command that runs longer than this has hung. */
const checkDeadlineMs = 30 * 60_000;

type Peer = Caller['peer'];

/** The places where sessions live, as the operations see them. */
export function createPlaces(parts: PlaceParts): {
  readonly sessions: SessionPort;
  readonly programs: ProgramPort;
  offerToHost(caller: Caller, offer: { window: string; trusted: boolean; focused: boolean }): void;
} {
  const editors = new EditorHost<Peer>((peer, request) => openTerminal(peer, request));
  const known = new WeakSet<Peer>();
  return {
    sessions: sessionPort(parts, editors),
    programs: programPort,
    offerToHost(caller, offer) {
      editors.offer(caller.peer, offer);
      if (known.has(caller.peer)) return;
      known.add(caller.peer);
      caller.peer.onEnd(() => editors.withdraw(caller.peer));
    },
  };
}

function openTerminal(peer: Peer, request: OpenRequest): Promise<unknown> {
  const { launcher, asker: _asker, log: _log, ...rest } = request;
  return peer.request('session/open', { ...rest, ...launcher });
}

function sessionPort(parts: PlaceParts, editors: EditorHost<Peer>): SessionPort {
  const { paths, launcher } = parts;
  const logFolder = join(paths.logs, 'sessions');
  const logFile = (session: string): string => join(logFolder, `${session}.log`);
  return {
    resolve: (choice) => resolveHost(choice, editors.count),
    editors: () => editors.count,
    async open(session, { name, icon, color }, caller) {
      const request: OpenRequest = {
        session: session.id,
        agent: session.agent,
        rig: session.rig,
        name,
        icon,
        color,
        directory: session.launch.directory,
        launcher: {
          command: launcher.node,
          arguments: [launcher.program],
          environment: {
            ELECTRON_RUN_AS_NODE: '1',
            GT_TOWN: paths.town,
            GT_SESSION: sessionFiles(paths.sessions, session.id).session,
          },
        },
        ...(session.log === undefined ? {} : { log: session.log }),
        ...(caller ? { asker: caller.peer } : {}),
      };
      if (session.host === 'process') return await processHost.open(request);
      await editors.open(request);
      return {};
    },
    writeSessionFile({ id, agent }) {
      const token = parts.randomToken();
      const { session: path } = sessionFiles(paths.sessions, id);
      writeSessionFile(path, { town: paths.town, session: id, agent, token });
      return { path, tokenHash: parts.hash(token) };
    },
    removeSessionFile: (session) => removeSessionFiles(sessionFiles(paths.sessions, session)),
    writePrompt(session, text) {
      const { prompt } = sessionFiles(paths.sessions, session);
      writePromptFile(prompt, text);
      return prompt;
    },
    ...privateFiles(paths),
    endReport: (session) => readEndReport(sessionFiles(paths.sessions, session).end),
    logFile(session) {
      mkdirSync(logFolder, { recursive: true, mode: 0o700 });
      return logFile(session);
    },
    lastLines,
    outputLines,
    async endTree(pid, since, graceMs) {
      const left = await endTree({ pid, since: Date.parse(since), signal: 'SIGTERM', graceMs });
      if (left.length > 0)
        throw new Refusal('failed', `These processes could not be ended: ${left.join(', ')}.`);
    },
    isAlive: (pid, since) => isStillRunning(pid, Date.parse(since)),
  };
}

/** What a session's runtime is given to read beside its prompt. */
function privateFiles(paths: TownPaths): Pick<SessionPort, 'writePrivate' | 'privateFolder'> {
  return {
    writePrivate: (session, name, text) =>
      writePrivateFile(sessionFiles(paths.sessions, session), name, text),
    privateFolder(session) {
      const folder = sessionFiles(paths.sessions, session).private;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return folder;
    },
  };
}

/** `~/…` as a shell would read it. */
const atHome = (command: string): string =>
  command.startsWith('~/') ? join(homedir(), command.slice(2)) : command;

const programPort: ProgramPort = {
  path: loginShellPath,
  find: (command, path) =>
    command === shellWord ? userShell(process.env) : findProgram(atHome(command), path)?.path,
  asRoot: process.getuid?.() === 0,
  version: (program, args, path) => versionOf(program, args, { path, strip: alwaysStripped }),
  async run(argv, directory) {
    const path = await loginShellPath();
    const [command = '', ...args] = argv;
    const program = findProgram(command, path);
    if (!program) return { code: 127, output: [`There is no "${command}" on the PATH.`] };
    return await runProgram({
      argv: [program.command, ...program.before, ...args],
      directory,
      path,
      strip: alwaysStripped,
      deadlineMs: checkDeadlineMs,
    });
  },
};
