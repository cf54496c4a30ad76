import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../host/vscode/paths.ts';
import type { Laboratory } from './town.ts';

const folder = join(repository, 'out', 'laboratory');
const keptLines = 60;

/** Writes down what the model was asked in a rig and what its sessions printed; gives the file. */
export async function keepEvidence(lab: Laboratory, name: string, rig: string): Promise<string> {
  const file = join(folder, `${name}.log`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${(await evidence(lab, rig)).join('\n')}\n`);
  return file;
}

async function evidence(lab: Laboratory, rig: string): Promise<string[]> {
  const sessions = await lab.client.request('session/list', { all: true });
  const own = sessions.filter((session) => session.rig === rig);
  const beads = new Set<string | undefined>(own.map(({ bead }) => bead));
  return [
    `paths that are not played: ${[...lab.model.unknown].join(' ')}`,
    ...own.flatMap(({ id, bead, state, exit, launch, log }) => [
      `== session ${id} of ${bead}, ${state} ${JSON.stringify(exit ?? {})}`,
      JSON.stringify([launch.command, ...launch.arguments]),
      JSON.stringify(launch.environment),
      ...(log === undefined ? [] : lastLines(log)),
    ]),
    ...lab.model.seen
      .filter(({ bead }) => beads.has(bead))
      .flatMap(({ wire, bead, primed, results, turn }) => [
        `== ${wire} about ${bead}, primed ${primed}: ${JSON.stringify(turn)}`,
        ...results.slice(-1).map(({ call, text }) => `${call}: ${text.slice(0, 2000)}`),
      ]),
  ];
}

function lastLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-keptLines);
  } catch {
    return [];
  }
}
