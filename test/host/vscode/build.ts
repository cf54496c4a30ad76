import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { holding } from './lock.ts';
import { cacheFolder } from './paths.ts';
import { finished, spawnMarked } from './processes.ts';
import {
  buildFolder,
  builtAt,
  nodeFolder,
  nodePackage,
  serverFolder,
  type BuiltVscode,
  type Recipe,
} from './recipe.ts';

const unfinished = 'building-';

/**
 * VS Code from npm packages, built on first use and kept. A build happens in a folder of its own that gets its name
 * when it is whole; runs started at the same time wait for the one that builds.
 */
export async function builtVscode(recipe: Recipe, say: (line: string) => void): Promise<BuiltVscode> {
  const folder = buildFolder(recipe);
  if (existsSync(folder)) return builtAt(folder, recipe);
  await mkdir(cacheFolder, { recursive: true });
  await holding(
    join(cacheFolder, 'build.lock'),
    () => buildOnce(recipe, folder, say),
    () => say('waiting for another run that builds VS Code'),
  );
  return builtAt(folder, recipe);
}

export function isBuilt(recipe: Recipe): boolean {
  return existsSync(buildFolder(recipe));
}

async function buildOnce(recipe: Recipe, folder: string, say: (line: string) => void): Promise<void> {
  if (existsSync(folder)) return;
  await removeUnfinished();
  say(`building VS Code ${recipe.vscode} from npm packages (about a minute, once)`);
  const started = Date.now();
  const draft = await mkdtemp(join(cacheFolder, unfinished));
  try {
    await build(recipe, draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  say(`built in ${Math.round((Date.now() - started) / 1000)} s`);
}

async function build(recipe: Recipe, draft: string): Promise<void> {
  await writeFile(join(draft, 'package.json'), '{ "private": true }\n');
  const packages = [`code-server@${recipe.codeServer}`, `${nodePackage()}@${recipe.node}`];
  // Its own postinstall is not run: it refuses root, and fetches things.
  await npm(draft, draft, ['install', '--ignore-scripts', '--save-exact', ...packages]);

  const server = serverFolder(draft);
  await npm(draft, server, ['install', '--ignore-scripts', '--omit=dev']);
  await allowScripts(server, recipe.native);
  await npm(draft, server, ['rebuild', '--ignore-scripts=false', ...recipe.native]);
  await symlink('node_modules', join(server, 'node_modules.asar'));
  await proveNative(draft, recipe);
}

/** A newer npm runs only the install scripts that the package's own package.json names. */
async function allowScripts(server: string, names: readonly string[]): Promise<void> {
  const file = join(server, 'package.json');
  const manifest: unknown = JSON.parse(await readFile(file, 'utf8'));
  const allowed = Object.fromEntries(names.map((name) => [name, true]));
  await writeFile(file, JSON.stringify(Object.assign({}, manifest, { allowScripts: allowed }), undefined, 2));
}

/** npm reports success for a rebuild that it skipped, so what counts is that the modules load. */
async function proveNative(draft: string, recipe: Recipe): Promise<void> {
  const load = recipe.native.map((name) => `require('${name}')`).join(';');
  const { node } = builtAt(draft, recipe);
  const child = spawnMarked(node, ['-e', load], { cwd: serverFolder(draft), stdio: 'pipe' });
  await finished(child, `loading ${recipe.native.join(' and ')}`);
}

async function npm(draft: string, cwd: string, args: readonly string[]): Promise<void> {
  // The host's Node comes first once it is there: the native modules are built by it and for it.
  const path = [join(nodeFolder(draft), 'bin'), process.env['PATH'] ?? '', dirname(process.execPath)].join(
    delimiter,
  );
  // An install script may fetch a tool of its own through npx, which would ask.
  const env = {
    ...withoutOuterNpm(),
    PATH: path,
    npm_config_nodedir: nodeFolder(draft),
    npm_config_yes: 'true',
  };
  const child = spawnMarked('npm', [...args, '--no-audit', '--no-fund'], { cwd, env, stdio: 'pipe' });
  await finished(child, `npm ${args.join(' ')}`);
}

/** What an npm around us says about its own project would steer the npm inside into that project. */
export function withoutOuterNpm(): Record<string, undefined> {
  const foreign =
    /^npm_(package|lifecycle)_|^npm_config_(local_prefix|prefix|global_prefix|omit|include|global|workspaces?)$/;
  return Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => foreign.test(name))
      .map((name) => [name, undefined]),
  );
}

async function removeUnfinished(): Promise<void> {
  const names = await readdir(cacheFolder);
  const stale = names.filter((name) => name.startsWith(unfinished));
  await Promise.all(stale.map((name) => rm(join(cacheFolder, name), { recursive: true, force: true })));
}
