import { rm } from 'node:fs/promises';
import { isUnderCi } from '../support/ci.ts';
import { findSuites, insideFile, outsideCases, stageOf, type Suites } from './suites.ts';
import { closingLine, runTable, type Case, type Tally } from './table.ts';
import { runInBuilt } from './vscode/built.ts';
import { bundleSuites } from './vscode/bundle.ts';
import { downloadedVscode, runInDownloaded } from './vscode/downloaded.ts';
import { HostUnavailable, prepareHost, type Host } from './vscode/host.ts';
import { endAll } from './vscode/processes.ts';
import { guardRun, newScratch } from './vscode/scratch.ts';

/**
 * Runs the suites that need a real VS Code: `node test/host/run.ts [SUITE...]`. A downloaded VS Code where one is to be
 * had, one built from npm packages otherwise (`VSCODE_HOST=built` asks for that one); where there is neither, it says
 * so and succeeds, except under CI.
 */
async function main(names: readonly string[]): Promise<number> {
  guardRun();
  const suites = await findSuites(names);
  await bundleSuites(suites.inside.map((suite) => insideFile(suite)));
  const downloaded = process.env['VSCODE_HOST'] === 'built' ? undefined : await downloadedVscode(print);
  const host = await prepareHost(print).catch(unlessUnavailable);
  try {
    if (downloaded === undefined && host instanceof HostUnavailable) return skipped(host.message);
    if (!(host instanceof HostUnavailable)) print(`VS Code ${host.version}, built from npm packages`);
    const tallies = await runAll(suites, downloaded, host);
    const total = tallies.reduce(added, { passed: 0, failed: 0 });
    print(closingLine(total));
    return total.failed === 0 && total.passed > 0 ? 0 : 1;
  } finally {
    if (!(host instanceof HostUnavailable)) await host.close();
    await endAll();
  }
}

async function runAll(
  suites: Suites,
  downloaded: string | undefined,
  host: Host | HostUnavailable,
): Promise<Tally[]> {
  const tallies: Tally[] = [];
  for (const suite of suites.inside) {
    print(`\n${suite}, in the extension host`);
    if (downloaded !== undefined) tallies.push(await inDownloaded(downloaded, suite));
    else if (!(host instanceof HostUnavailable)) tallies.push(await inBuilt(host, suite));
  }
  for (const suite of suites.outside) {
    print(`\n${suite}, around the windows`);
    if (host instanceof HostUnavailable) print(`– not run: ${host.message}`);
    else tallies.push(await outside(host, suite));
  }
  return tallies;
}

async function inDownloaded(executable: string, suite: string): Promise<Tally> {
  const folder = await newScratch();
  try {
    const stage = await stageOf(suite);
    return await runInDownloaded(executable, suite, await stage(folder), { folder, print });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inBuilt(host: Host, suite: string): Promise<Tally> {
  const stage = await stageOf(suite);
  const staged = await stage(await host.newFolder(suite));
  return runInBuilt(host, suite, staged, print);
}

async function outside(host: Host, suite: string): Promise<Tally> {
  const cases = await outsideCases(suite);
  return runTable(cases.map(tidied), host, print);
}

/** Ends a test's editors after it, and says what they knew if it failed. */
function tidied(one: Case<Host>): Case<Host> {
  const run = async (host: Host): Promise<void> => {
    try {
      await one.run(host);
    } catch (error) {
      print(await host.explain(one.name.replaceAll(/\W+/g, '-')));
      throw error;
    } finally {
      await host.closeEditors();
    }
  };
  return { ...one, run };
}

function skipped(why: string): number {
  const [reason, ...details] = why.split('\n');
  print(details.join('\n'));
  print(`SKIPPED: the suites in VS Code did NOT run, since VS Code cannot be downloaded and ${reason}`);
  return isUnderCi() ? 1 : 0;
}

function unlessUnavailable(error: unknown): HostUnavailable {
  if (error instanceof HostUnavailable) return error;
  throw error;
}

function added(sum: Tally, tally: Tally): Tally {
  return { passed: sum.passed + tally.passed, failed: sum.failed + tally.failed };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await main(process.argv.slice(2));
