import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from './domain/refusal.ts';
import type { SessionId } from './domain/ids.ts';
import type { Session } from './domain/session.ts';
import type { SessionPort } from './operations/context.ts';
import type { TownPaths } from './protocol/address.ts';
import type { Caller } from './protocol/caller.ts';
import type { ClientRequests } from './protocol/messages.ts';
import type { SessionView } from './protocol/session.ts';
import { runtimePath, tmuxName } from './rpc/endpoint.ts';
import { alwaysStripped } from './runtimes/launch.ts';
import { EditorHost } from './sessions/editorHost.ts';
import { changed, logSince } from './sessions/followLog.ts';
import { resolveHost, type OpenRequest } from './sessions/host.ts';
import { loginShellPath } from './sessions/loginShell.ts';
import { lastLines, logTime, outputLines } from './sessions/logs.ts';
import { writePrivateFiles, writeWorktreeFiles } from './sessions/privateFiles.ts';
import { processHost } from './sessions/processHost.ts';
import {
  readEndReport,
  removeSessionFiles,
  sessionsIn,
  sessionFiles,
  writePromptFile,
  writeSessionFile,
} from './sessions/sessionFile.ts';
import { makeSpool } from './sessions/spoolFolder.ts';
import { TmuxHost, type TmuxPlace } from './sessions/tmuxHost.ts';
import { townPrograms, type TownPrograms } from './sessions/townPrograms.ts';
import { endTree, isStillRunning } from './sessions/tree.ts';

export interface PlaceParts {
  readonly paths: TownPaths;
  readonly launcher: { readonly node: string; readonly program: string };
  readonly randomToken: () => string;
  readonly hash: (text: string) => string;
}

type Peer = Caller['peer'];

/** The places where sessions live, as the operations see them. */
export function createPlaces(parts: PlaceParts): {
  readonly sessions: SessionPort;
  readonly programs: TownPrograms;
  offerToHost(caller: Caller, offer: { window: string; trusted: boolean; focused: boolean }): void;
  /** What minds the places ends, and what the town itself runs; the sessions in them go on. */
  end(): Promise<void>;
} {
  const editors = new EditorHost<Peer>((peer, request) => openTerminal(peer, request));
  const tmux = new TmuxHost(loginShellPath);
  const programs = townPrograms(parts.paths.runs, alwaysStripped);
  mindTmux(parts.paths, tmux);
  const known = new WeakSet<Peer>();
  return {
    sessions: { ...sessionPort(parts, { editors, tmux }), ...viewPort({ editors, tmux }), ...outsidePort },
    programs,
    offerToHost(caller, offer) {
      editors.offer(caller.peer, offer);
      if (known.has(caller.peer)) return;
      known.add(caller.peer);
      caller.peer.onEnd(() => editors.withdraw(caller.peer));
    },
    async end() {
      await Promise.all([programs.end(), tmux.end()]);
    },
  };
}

function openTerminal(peer: Peer, request: OpenRequest): Promise<unknown> {
  const { launcher, asker: _asker, log: _log, tmuxSocket: _socket, ...rest } = request;
  return peer.request('session/open', { ...rest, ...launcher });
}

interface Hosts {
  readonly editors: EditorHost<Peer>;
  readonly tmux: TmuxHost;
}

type ViewPort = Pick<SessionPort, 'view' | 'type' | 'closePlace'>;
type OutsidePort = Pick<
  SessionPort,
  'lastLines' | 'outputLines' | 'logSince' | 'logChanged' | 'logTime' | 'endTree' | 'isAlive'
>;

const outsidePort: OutsidePort = {
  lastLines,
  outputLines,
  logSince,
  logChanged: changed,
  logTime,
  async endTree(pid, since, graceMs) {
    const left = await endTree({ pid, since: Date.parse(since), signal: 'SIGTERM', graceMs });
    if (left.length > 0)
      throw new Refusal('failed', `These processes could not be ended: ${left.join(', ')}.`);
  },
  isAlive: (pid, since) => isStillRunning(pid, Date.parse(since)),
};

function sessionPort(
  parts: PlaceParts,
  { editors, tmux }: Hosts,
): Omit<SessionPort, keyof ViewPort | keyof OutsidePort> {
  const { paths, launcher } = parts;
  const logFolder = join(paths.logs, 'sessions');
  const logFile = (session: string): string => join(logFolder, `${session}.log`);
  return {
    async resolve(choice) {
      if (choice === 'tmux') await tmux.program();
      return resolveHost(choice, editors.count);
    },
    tmuxSocket: () => tmuxSocket(paths),
    editors: () => editors.count,
    async open(session, { name, icon, color }, caller) {
      const request: OpenRequest = {
        session: session.id,
        agent: session.agent,
        ...(session.rig === undefined ? {} : { rig: session.rig }),
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
        ...(session.tmuxSocket === undefined ? {} : { tmuxSocket: session.tmuxSocket }),
        ...(caller ? { asker: caller.peer } : {}),
      };
      if (session.host === 'process') return await processHost.open(request);
      await (session.host === 'tmux' ? tmux : editors).open(request);
      return {};
    },
    ...filePort(parts),
    windows: process.platform === 'win32',
    logFile(session) {
      mkdirSync(logFolder, { recursive: true, mode: 0o700 });
      return logFile(session);
    },
  };
}

type FilePort = Pick<
  SessionPort,
  | 'writeSessionFile'
  | 'removeSessionFile'
  | 'writePrompt'
  | 'privateFolder'
  | 'writePrivate'
  | 'sessionsWithFiles'
  | 'writePrivateFiles'
  | 'writeWorktreeFiles'
  | 'endReport'
>;

/** What is written for a session, and read back. */
function filePort({ paths, randomToken, hash }: PlaceParts): FilePort {
  return {
    writeSessionFile({ id, agent }) {
      // First, since it may be refused, and a token that nobody gets is not to be left behind.
      const spool = makeSpool(join(paths.spool, id));
      const token = randomToken();
      const { session: path } = sessionFiles(paths.sessions, id);
      writeSessionFile(path, { town: paths.town, session: id, agent, token });
      return { path, tokenHash: hash(token), spool };
    },
    removeSessionFile: (session) =>
      removeSessionFiles(sessionFiles(paths.sessions, session), join(paths.spool, session)),
    sessionsWithFiles: () => sessionsIn(paths.sessions) as SessionId[],
    writePrompt(session, text) {
      const { prompt } = sessionFiles(paths.sessions, session);
      writePromptFile(prompt, text);
      return prompt;
    },
    privateFolder: (session) => sessionFiles(paths.sessions, session).privateFolder,
    writePrivateFiles(session, files) {
      writePrivateFiles(sessionFiles(paths.sessions, session).privateFolder, files);
    },
    writePrivate(session, path, content) {
      const folder = sessionFiles(paths.sessions, session).privateFolder;
      writePrivateFiles(folder, [{ path, content }]);
      return join(folder, path);
    },
    writeWorktreeFiles,
    endReport: (session) => readEndReport(sessionFiles(paths.sessions, session).end),
  };
}

/** How people come to see a session, and, as the last resort, how something is typed into it. */
function viewPort({ editors, tmux }: Hosts): ViewPort {
  return {
    async view(session, readOnly): Promise<SessionView> {
      const { id, agent, host, log } = session;
      if (host === 'tmux') {
        return { session: id, agent, host, command: await tmux.attachCommand(placeOf(session), readOnly) };
      }
      if (host === 'process') return { session: id, agent, host, log: log ?? '' };
      return {
        session: id,
        agent,
        host,
        window: await inItsWindow(editors, 'session/show', terminalOf(session)),
      };
    },
    async type(session, text, pauseMs) {
      if (session.host === 'tmux') return await tmux.type(placeOf(session), text, pauseMs);
      await inItsWindow(editors, 'session/type', { ...terminalOf(session), text, pauseMs });
    },
    async closePlace(session) {
      if (session.host === 'tmux') await tmux.close(placeOf(session));
    },
  };
}

/** One for each town, whoever asks; what an earlier town server opened elsewhere is found through its sessions' records. */
function tmuxSocket({ town }: TownPaths): string {
  return runtimePath(tmuxName(town));
}

/** In the background: a town that never used tmux has no socket, and nothing is looked for. */
function mindTmux(paths: TownPaths, tmux: TmuxHost): void {
  if (process.platform === 'win32') return;
  const minding = async (): Promise<void> => await tmux.mind(tmuxSocket(paths));
  // Without it a socket stays until the next window is opened on it; whoever needs tmux is told what is wrong with it.
  minding().catch(() => undefined);
}

function placeOf({ id, tmuxSocket: socket = '' }: Session): TmuxPlace {
  return { socket, session: id };
}

function terminalOf({ id, launcherPid }: Session): ClientRequests['session/show']['params'] {
  return { session: id, ...(launcherPid === undefined ? {} : { launcherPid }) };
}

/** A window that was just loaded waits for its terminals to come back before it says that it has none like that. */
const windowMs = 15_000;

/** Asks every window, since one that was loaded anew is not known as the one that opened the terminal. Gives the name of the one. */
async function inItsWindow<M extends 'session/show' | 'session/type'>(
  editors: EditorHost<Peer>,
  method: M,
  params: ClientRequests[M]['params'],
): Promise<string> {
  const nowhere = `No editor window that is connected has the terminal of ${params.session}.`;
  const answers = editors.windows.map(async (peer) => {
    const { window } = await peer.request(method, params);
    if (window === undefined) throw new Refusal('no-host', nowhere);
    return window;
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(noTerminal(nowhere)), windowMs);
  });
  try {
    return await Promise.race([Promise.any(answers), late]);
  } catch {
    throw noTerminal(nowhere);
  } finally {
    clearTimeout(timer);
  }
}

function noTerminal(sentence: string): Refusal {
  return new Refusal('no-host', sentence, {
    next: 'Look at the other windows of VS Code: one of them may not be connected.',
  });
}
