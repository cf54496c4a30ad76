import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { withoutOuterNpm } from '../host/vscode/build.ts';
import { holding } from '../host/vscode/lock.ts';
import { finished, spawnMarked } from '../host/vscode/processes.ts';

/** One CLI that npm carries, in the version that the laboratory is made for. */
export interface Cli {
  /** The runtime's name in the town. */
  readonly runtime: string;
  readonly package: string;
  readonly version: string;
  readonly program: string;
}

/** With where its program is, or with the sentence that says why it cannot be had. */
export type InstalledCli = Cli & ({ readonly path: string } | { readonly missing: string });

const pins = JSON.parse(readFileSync(join(import.meta.dirname, 'clis.json'), 'utf8')) as Record<
  string,
  Omit<Cli, 'runtime'>
>;

export const clis: readonly Cli[] = Object.entries(pins).map(([runtime, pin]) => ({ runtime, ...pin }));

/** Outside the repository, since more than a gigabyte is worth sharing between clones; `GASTOWN_RUNTIMES_CACHE` names another. */
export const cacheFolder =
  process.env['GASTOWN_RUNTIMES_CACHE'] ?? join(homedir(), '.cache', 'gastown', 'runtimes');

/** For a program to say its version. */
const answerMs = 60_000;

/** Each in a folder named by its version, so that a new one is a new folder; two runs do not install at once. */
export async function install(wanted: readonly Cli[], say: (line: string) => void): Promise<InstalledCli[]> {
  mkdirSync(cacheFolder, { recursive: true });
  const installed: InstalledCli[] = [];
  for (const cli of wanted) {
    const work = (): Promise<InstalledCli> => installOne(cli, say);
    const waiting = (): void => say('waiting for another run that installs');
    installed.push(existsSync(folderOf(cli)) ? proven(cli) : await holding(lockFile, work, waiting));
  }
  return installed;
}

const lockFile = join(cacheFolder, 'install.lock');

function folderOf({ runtime, version }: Cli): string {
  return join(cacheFolder, `${runtime}@${version}`);
}

async function installOne(cli: Cli, say: (line: string) => void): Promise<InstalledCli> {
  if (existsSync(folderOf(cli))) return proven(cli);
  say(`installing ${cli.package} ${cli.version}`);
  const draft = mkdtempSync(join(cacheFolder, 'draft-'));
  try {
    writeFileSync(join(draft, 'package.json'), '{ "private": true }\n');
    // Their programs come whole in their packages; what their install scripts do is not needed.
    const args = ['install', '--ignore-scripts', '--save-exact', '--no-audit', '--no-fund'];
    const path = [process.env['PATH'] ?? '', dirname(process.execPath)].join(delimiter);
    const child = spawnMarked('npm', [...args, `${cli.package}@${cli.version}`], {
      cwd: draft,
      env: { ...withoutOuterNpm(), PATH: path },
      stdio: 'pipe',
    });
    await finished(child, 'npm install');
    renameSync(draft, folderOf(cli));
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    return { ...cli, missing: `npm could not install it: ${firstLine(String(error))}` };
  }
  return proven(cli);
}

/** npm reports success for a package whose binary it left out, so what counts is what the program says. */
function proven(cli: Cli): InstalledCli {
  const path = join(folderOf(cli), 'node_modules', '.bin', cli.program);
  const home = mkdtempSync(join(cacheFolder, 'home-'));
  const env = { HOME: home, PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter) };
  const { stdout, stderr, error } = spawnSync(path, ['--version'], {
    encoding: 'utf8',
    env,
    cwd: home,
    timeout: answerMs,
  });
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  if (stdout?.includes(cli.version)) return { ...cli, path };
  const said = firstLine(error?.message ?? (stderr || stdout));
  return { ...cli, missing: `it is installed, and does not say that it is ${cli.version}: ${said}` };
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
