import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { chromium } from 'playwright-core';
import { eventually } from '../eventually.ts';
import type { Staged } from '../stage.ts';
import { isTableLine, type Tally } from '../table.ts';
import { withSources } from './bundle.ts';
import { ensureDisplay } from './display.ts';
import { beginInside } from './insideRun.ts';
import { cacheFolder, repository } from './paths.ts';
import { markedEnv } from './processes.ts';
import { wantsOldest } from './recipe.ts';
import { writeSettings } from './settings.ts';
import { Transcript } from './transcript.ts';
import { HostWindow } from './window.ts';

/** How long the download may stand still before this machine counts as one that cannot download. */
const silenceMs = 6000;

/** A desktop VS Code, downloaded on first use and kept; `undefined` where there is none to be had or it cannot run. */
export async function downloadedVscode(say: (line: string) => void): Promise<string | undefined> {
  const executable = await download(say);
  if (executable === undefined) return undefined;
  if (!canRun(executable)) {
    say('the downloaded VS Code lacks libraries of this machine');
    return undefined;
  }
  if (!(await ensureDisplay())) {
    say('the downloaded VS Code has no display to open a window on');
    return undefined;
  }
  return executable;
}

/** Runs one suite in it. A suite that never reports counts as one failure. */
export async function runInDownloaded(
  executable: string,
  suite: string,
  staged: Staged,
  place: { readonly folder: string; readonly print: (text: string) => void },
): Promise<Tally> {
  const { folder, print } = place;
  if (staged.trust === false) {
    print('– not run: a downloaded VS Code runs tests in trusted folders only');
    return { passed: 0, failed: 0 };
  }
  const userData = join(folder, 'user-data');
  await writeSettings(join(userData, 'User'), staged.settings);
  await mkdir(join(folder, 'extensions'));
  const debugPort = await freePort();
  const seen = onlyOnce(() => lookInto(debugPort));
  const inside = await beginInside(suite, staged, folder, seen);
  const transcript = new Transcript();
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: staged.extensionDevelopmentPath,
      extensionTestsPath: inside.extensionTestsPath,
      extensionTestsEnv: markedEnv(staged.env),
      launchArgs: [
        ...(staged.folder === undefined ? [] : [staged.folder]),
        `--user-data-dir=${userData}`,
        `--extensions-dir=${join(folder, 'extensions')}`,
        `--remote-debugging-port=${debugPort}`,
      ],
      stdout: lines((line) => (isTableLine(line) ? print(withSources(line)) : transcript.add(line))),
      stderr: lines((line) => transcript.add(line)),
    });
  } catch (error) {
    print(`✖ ${suite}: ${String(error)}\n${transcript.tail(60).join('\n')}`);
    const tally = inside.tally();
    if (tally === undefined || tally.failed === 0) return { passed: tally?.passed ?? 0, failed: 1 };
  } finally {
    inside.close();
  }
  return inside.tally() ?? { passed: 0, failed: 1 };
}

async function download(say: (line: string) => void): Promise<string | undefined> {
  try {
    return await downloadAndUnzipVSCode({
      version: wantsOldest() ? oldestSupported() : 'stable',
      cachePath: cacheFolder,
      timeout: silenceMs,
      reporter: { report: () => undefined, error: () => undefined },
    });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? error.code : error;
    say(`VS Code cannot be downloaded here (${String(why)})`);
    return undefined;
  }
}

function oldestSupported(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
  return (manifest as { engines: { vscode: string } }).engines.vscode.replace('^', '');
}

/** Started as a plain node, which needs every library that the window needs. */
function canRun(executable: string): boolean {
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  return spawnSync(executable, ['--version'], { env, stdio: 'ignore', timeout: 20_000 }).status === 0;
}

/** The window through the browser's debugging port; `undefined` if it cannot be seen that way. */
async function lookInto(port: number): Promise<HostWindow | undefined> {
  try {
    const browser = await eventually('the window', () => chromium.connectOverCDP(`http://127.0.0.1:${port}`));
    const pages = browser.contexts().flatMap((context) => context.pages());
    const page = pages.find((one) => one.url().includes('workbench'));
    return page === undefined ? undefined : new HostWindow(page);
  } catch {
    return undefined;
  }
}

function onlyOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1');
  return address.port;
}

/** A stream that hands on whole lines. */
function lines(take: (line: string) => void): Writable {
  let partial = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const parts = (partial + chunk.toString()).split('\n');
      partial = parts.pop() ?? '';
      for (const part of parts) take(part);
      done();
    },
  });
}
