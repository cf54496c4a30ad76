import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { emptyWindow, type Stage } from './stage.ts';
import type { Case } from './table.ts';
import type { Host } from './vscode/host.ts';
import { suitesFolder, windowsFolder } from './vscode/paths.ts';

const suffix = '.e2e.ts';

export type Suites = {
  /** Run in the extension host: `suites/NAME.e2e.ts`. */
  readonly inside: readonly string[];
  /** Run around the windows, with Playwright: `windows/NAME.e2e.ts`. */
  readonly outside: readonly string[];
};

/** The suites of those names, all of them without names. */
export async function findSuites(names: readonly string[]): Promise<Suites> {
  const wanted = (name: string): boolean => names.length === 0 || names.includes(name);
  const inside = (await suitesIn(suitesFolder)).filter(wanted);
  const outside = (await suitesIn(windowsFolder)).filter(wanted);
  if (inside.length + outside.length === 0) throw new Error(`There is no suite named ${names.join(' or ')}`);
  return { inside, outside };
}

export function insideFile(suite: string): string {
  return join(suitesFolder, suite + suffix);
}

export async function stageOf(suite: string): Promise<Stage> {
  const file = join(suitesFolder, `${suite}.stage.ts`);
  if (!existsSync(file)) return emptyWindow;
  const module = (await import(pathToFileURL(file).href)) as { stage: Stage };
  return module.stage;
}

export async function outsideCases(suite: string): Promise<readonly Case<Host>[]> {
  const file = join(windowsFolder, suite + suffix);
  const module = (await import(pathToFileURL(file).href)) as { cases: readonly Case<Host>[] };
  return module.cases;
}

async function suitesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith(suffix))
    .map((name) => basename(name, suffix))
    .toSorted();
}
