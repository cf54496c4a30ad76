import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import type { TownPaths } from '../protocol/address.ts';

/** Who stopped the town, and when. While its file is there, nothing starts the town server but a person who says so. */
export interface Stopped {
  readonly at: string;
  readonly by: string;
}

/** A file that cannot be understood says so as well: a town that was stopped is not started by mistake. */
export function readStopped({ stopped }: Pick<TownPaths, 'stopped'>): Stopped | undefined {
  let text: string;
  try {
    text = readFileSync(stopped, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const { at, by } = JSON.parse(text) as Partial<Stopped>;
    return { at: String(at), by: String(by) };
  } catch {
    return { at: 'an unknown time', by: 'somebody' };
  }
}

/** Durable when it returns. */
export function writeStopped({ stopped }: Pick<TownPaths, 'stopped'>, content: Stopped): void {
  const temporary = `${stopped}.${process.pid}`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(content)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, stopped);
}

/** A person starts the town again. */
export function clearStopped({ stopped }: Pick<TownPaths, 'stopped'>): void {
  rmSync(stopped, { force: true });
}

export function stoppedRefusal({ at, by }: Stopped): Refusal {
  const sentence = `The town was stopped by ${displayText(by, 60)} at ${displayText(at, 40)}, and stays so until somebody starts it.`;
  return new Refusal('unavailable', sentence, {
    next: 'gt up',
    facts: { running: false, stopped: { at, by } },
  });
}

export function isStoppedRefusal(error: unknown): boolean {
  return error instanceof Refusal && error.details.facts?.['stopped'] !== undefined;
}
