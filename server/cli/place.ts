import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Refusal } from '../domain/refusal.ts';
import { findTown, townPaths, type SessionFile } from '../protocol/address.ts';

/** The town that a command means, and who asks: a session where `GT_SESSION` names its file, else the person. */
export interface Place {
  readonly town: string;
  readonly serverFile: string;
  readonly token: string;
  readonly session?: string;
  /** Of the session, for a sandbox that forbids connecting. */
  readonly spool?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Refused with `not-found` where there is no town, and with `no-session` where `GT_SESSION` names a file that is gone: a session
 * never falls back to the person's token.
 */
export function findPlace(environment: Environment, directory: string): Place {
  const sessionFile = environment['GT_SESSION'];
  if (sessionFile) return placeOfSession(sessionFile, environment['GT_SPOOL']);
  const town = findTown(
    { townVariable: environment['GT_TOWN'], directory, home: homeOf(environment) },
    (folder) => existsSync(townPaths(folder).state),
  );
  if (town === undefined) throw noTown('There is no town in this folder, in one above it, or in ~/gt.');
  const paths = townPaths(town);
  if (!existsSync(paths.state))
    throw noTown(`GT_TOWN names ${town}, where there is no town.`, `gt install ${town}`);
  return { town, serverFile: paths.server, token: readToken(paths.token) };
}

/** Where `gt install` makes a town when no path is given. */
export function usualTown(environment: Environment, directory: string): string {
  return environment['GT_TOWN']
    ? resolve(directory, environment['GT_TOWN'])
    : join(homeOf(environment), 'gt');
}

/** A refusal of this kind is what `bd` answers with its own exit code for. */
export function isNoTown(facts: Readonly<Record<string, unknown>> | undefined): boolean {
  return facts?.['town'] === 'none';
}

function placeOfSession(path: string, spool: string | undefined): Place {
  const file = readSessionFile(path);
  return {
    town: file.town,
    serverFile: townPaths(file.town).server,
    token: file.token,
    session: file.session,
    ...(spool ? { spool } : {}),
  };
}

function readSessionFile(path: string): SessionFile {
  let file: unknown;
  try {
    file = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new Refusal('no-session', `This session has ended: its file ${path} cannot be read.`);
  }
  if (isSessionFile(file)) return file;
  throw new Refusal('no-session', `GT_SESSION names ${path}, which is not a session file.`);
}

function isSessionFile(file: unknown): file is SessionFile {
  if (typeof file !== 'object' || file === null) return false;
  const fields = file as Readonly<Record<string, unknown>>;
  return ['town', 'session', 'agent', 'token'].every((name) => typeof fields[name] === 'string');
}

function readToken(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return '';
    throw new Refusal(
      'unavailable',
      `The town's token ${path} cannot be read, so the town server was not asked.`,
    );
  }
}

function noTown(sentence: string, next = 'gt install'): Refusal {
  return new Refusal('not-found', sentence, { next, facts: { town: 'none' } });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function homeOf(environment: Environment): string {
  return environment['HOME'] ?? environment['USERPROFILE'] ?? '/';
}
