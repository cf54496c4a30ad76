import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, type as system } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repository } from '../host/vscode/paths.ts';
import { endAll } from '../host/vscode/processes.ts';
import { cacheFolder, clis, install, type Cli } from './install.ts';
import { parts, type LaboratoryPart } from './parts.ts';
import { hasFailed, page, summary, type Section } from './results.ts';
import { openLaboratory } from './town.ts';

/**
 * The real agent CLIs in a real town: `node test/laboratory/run.ts [RUNTIME...] [--only PART]...`. Without arguments it runs
 * everything and writes docs/runtimes.md. Ends with 1 where anything failed or could not be installed.
 */
async function main(args: readonly string[]): Promise<number> {
  const chosen = choose(args);
  if (typeof chosen === 'string') {
    process.stderr.write(`${chosen}\n`);
    return 2;
  }
  const installed = await install(chosen.clis, print);
  const sections = await play(installed, chosen.parts);
  print(`\n${summary(sections)}`);
  if (chosen.whole) {
    mkdirSync(join(repository, 'docs'), { recursive: true });
    writeFileSync(
      join(repository, 'docs', 'runtimes.md'),
      page(sections, { date: today(), machine: machine() }),
    );
  }
  return sections.some(hasFailed) || installed.some((cli) => 'missing' in cli) ? 1 : 0;
}

interface Choice {
  readonly clis: readonly Cli[];
  readonly parts: readonly LaboratoryPart[];
  readonly whole: boolean;
}

/** A sentence where the arguments name what is not there. */
function choose(args: readonly string[]): Choice | string {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { only: { type: 'string', multiple: true } },
  });
  const { only = [] } = values;
  const known = { runtimes: clis.map(({ runtime }) => runtime), parts: parts.flatMap(({ names }) => names) };
  const wrong =
    positionals.find((name) => !known.runtimes.includes(name)) ??
    only.find((name) => !known.parts.includes(name));
  if (wrong !== undefined)
    return `There is no ${wrong}. Runtimes: ${known.runtimes.join(', ')}. Parts: ${[...new Set(known.parts)].join(', ')}.`;
  return {
    clis: clis.filter(({ runtime }) => positionals.length === 0 || positionals.includes(runtime)),
    parts: parts.filter(({ names }) => only.every((name) => names.includes(name))),
    whole: args.length === 0,
  };
}

async function play(
  installed: Awaited<ReturnType<typeof install>>,
  chosen: readonly LaboratoryPart[],
): Promise<Section[]> {
  // Sandboxes let agents write to /tmp, so that a town there would prove nothing.
  process.env['TMPDIR'] = join(cacheFolder, 'towns');
  mkdirSync(process.env['TMPDIR'], { recursive: true });
  const ends: (() => void)[] = [];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      for (const end of ends) end();
      process.exit(1);
    });
  }
  try {
    const present = installed.filter((cli) => 'path' in cli);
    const lab = await openLaboratory({ after: (work) => void ends.unshift(work) }, present);
    const sections: Section[] = [];
    for (const part of chosen) sections.push(await part.play(lab, installed, print));
    return sections;
  } finally {
    for (const end of ends) end();
    await endAll();
  }
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function machine(): string {
  return `${system()} ${arch()}, ${cpus().length} processors, Node ${process.versions.node}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
