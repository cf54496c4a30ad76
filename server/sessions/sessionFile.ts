import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { SessionExit } from '../domain/session.ts';
import { removePrivateFolder } from './privateFiles.ts';

/** What GT_SESSION points at; the same as the protocol's `SessionFile`. */
export interface SessionCredentials {
  readonly town: string;
  readonly session: string;
  readonly agent: string;
  readonly token: string;
}

/** What a launcher has to say about the end of its session. */
export interface EndReport extends SessionExit {
  readonly reason?: string;
}

export interface SessionFiles {
  /** GT_SESSION. */
  readonly session: string;
  readonly prompt: string;
  /** The report of an end that the town has not taken yet. */
  readonly end: string;
  /** A folder with what its runtime reads. */
  readonly privateFolder: string;
}

export function sessionFiles(folder: string, session: string): SessionFiles {
  return {
    session: join(folder, `${session}.json`),
    prompt: join(folder, `${session}.prompt.txt`),
    end: join(folder, `${session}.end.json`),
    privateFolder: join(folder, `${session}.private`),
  };
}

/** Both readable by their owner only, in a folder that only the owner enters. */
export function writeSessionFile(path: string, credentials: SessionCredentials): void {
  writePrivately(path, `${JSON.stringify(credentials)}\n`);
}

export function writePromptFile(path: string, text: string): void {
  writePrivately(path, text);
}

/** Undefined where there is none, or it is not what it should be. */
export function readSessionFile(path: string): SessionCredentials | undefined {
  const value = readJson(path);
  const isWhole =
    isRecord(value) && ['town', 'session', 'agent', 'token'].every((key) => typeof value[key] === 'string');
  return isWhole ? (value as unknown as SessionCredentials) : undefined;
}

/** Kept until the town has taken it: a town server that starts later learns from it how the session ended. */
export function writeEndReport(path: string, report: EndReport): void {
  writePrivately(path, `${JSON.stringify(report)}\n`);
}

export function readEndReport(path: string): EndReport | undefined {
  const value = readJson(path);
  return isRecord(value) && ends.includes(value['end'] as string)
    ? (value as unknown as EndReport)
    : undefined;
}

/** And the session's spool. */
export function removeSessionFiles(
  { session, prompt, end, privateFolder }: SessionFiles,
  spool: string,
): void {
  for (const path of [session, prompt, end, ...unfinished(session)]) rmSync(path, { force: true });
  removePrivateFolder(privateFolder);
  removePrivateFolder(spool);
}

/** The names that files of sessions have there, before their first dot; what else lies there is nobody's. */
export function sessionsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).flatMap((file) => /^(s-[0-9a-z]+)\./u.exec(file)?.[1] ?? []);
  return [...new Set(names)];
}

/** What processes that were killed while they wrote have left of that session. */
function unfinished(session: string): readonly string[] {
  const folder = dirname(session);
  if (!existsSync(folder)) return [];
  const prefix = basename(session).replace(/json$/, '');
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.tmp'))
    .map((name) => join(folder, name));
}

const ends: readonly string[] = [
  'done',
  'failed',
  'interrupted',
  'stopped',
  'not-started',
] satisfies SessionExit['end'][];

function writePrivately(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    // A file that was left there keeps its mode when it is written again.
    chmodSync(temporary, 0o600);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
