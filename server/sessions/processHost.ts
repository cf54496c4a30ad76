import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import type { OpenedProcess, OpenRequest, SessionHost } from './host.ts';

/** Tells the launcher that it writes to a log, and to which. It goes no further than the launcher. */
export const logVariable = 'GT_SESSION_LOG';

/**
 * Starts launchers as plain processes: in a process session of their own, without input, with their output in a 0600 file. They
 * outlive the town server, and find the next one.
 */
export const processHost = {
  kind: 'process',
  async open(request: OpenRequest): Promise<OpenedProcess> {
    const { log } = request;
    if (log === undefined) throw new Error(`The session ${request.session} has no log to write to.`);
    mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
    const output = openSync(log, 'a', 0o600);
    try {
      return await start(request, log, output);
    } finally {
      closeSync(output);
    }
  },
} satisfies SessionHost;

function start({ launcher, name }: OpenRequest, log: string, output: number): Promise<OpenedProcess> {
  const child = spawn(launcher.command, launcher.arguments, {
    // Not the worktree: its removal must not wait for us, and whether it is there is for the launcher to say.
    cwd: dirname(log),
    env: { ...process.env, ...launcher.environment, [logVariable]: log },
    stdio: ['ignore', output, output],
    detached: true,
    windowsHide: true,
  });
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) =>
      resolve(signal === null ? `ended with exit code ${code ?? 1}` : `was ended by ${signal}`),
    );
  });
  return new Promise((resolve, reject) => {
    child.on('spawn', () => {
      child.unref();
      resolve({ ended });
    });
    child.on('error', (error) => {
      const sentence = `The launcher of ${name} could not be started: ${error.message}`;
      reject(new Refusal('missing-program', sentence, { facts: { command: launcher.command } }));
    });
  });
}
