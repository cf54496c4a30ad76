// Builds the bundles of the product into dist/, each a single CommonJS file.
//
//   node esbuild.mjs                 all, minified
//   node esbuild.mjs gt bd           those two
//   node esbuild.mjs --dev [--watch] readable, with source maps
//
// A module that sources load with `await import('./x.ts')` stays inside the bundle and runs on first need only. In `gt`
// and `bd`, where each millisecond of start counts, it is not even compiled before (scripts/lazyBundle.mjs).

import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import process from 'node:process';
import { context, formatMessages } from 'esbuild';
import { joinLazily } from './scripts/lazyBundle.mjs';

const root = import.meta.dirname;
const shebang = '#!/usr/bin/env node\n';

/** Name → entry. `bin` files get a shebang and the executable bit; `lazy` ones keep what they need later as text. */
const bundles = {
  extension: { entry: 'client/extension.ts', external: ['vscode'] },
  server: { entry: 'server/main.ts', bin: true },
  launcher: { entry: 'server/launcher.ts' },
  gt: { entry: 'server/cli/gt.ts', bin: true, lazy: true },
  bd: { entry: 'server/cli/bd.ts', bin: true, lazy: true },
};

/** How many bundles are being built: under --watch an editor waits for the line that says none is. */
let building = 0;

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  const { dev, watch, names, wrong } = readArguments(args);
  if (wrong) {
    console.error(`esbuild.mjs: ${wrong}`);
    return 2;
  }
  const contexts = await Promise.all(names.map((name) => context(options(name, dev, watch))));
  if (watch) {
    await Promise.all(contexts.map((each) => each.watch()));
    return undefined;
  }
  // The failures themselves were printed by the plugin; here they only decide the exit code.
  const results = await Promise.allSettled(contexts.map((each) => each.rebuild()));
  await Promise.all(contexts.map((each) => each.dispose()));
  return results.every((result) => result.status === 'fulfilled') ? 0 : 1;
}

function readArguments(args) {
  const flags = args.filter((arg) => arg.startsWith('-'));
  const named = args.filter((arg) => !arg.startsWith('-'));
  const wrong = [
    ...flags.filter((flag) => flag !== '--dev' && flag !== '--watch').map((flag) => `unknown option ${flag}`),
    ...named.filter((name) => !Object.hasOwn(bundles, name)).map((name) => `unknown bundle ${name}`),
  ];
  return {
    dev: flags.includes('--dev'),
    watch: flags.includes('--watch'),
    names: named.length > 0 ? named : Object.keys(bundles),
    wrong: wrong.join(', '),
  };
}

function options(name, dev, watch) {
  const { entry, external = [], bin = false, lazy = false } = bundles[name];
  const split = lazy && !dev;
  return {
    absWorkingDir: root,
    entryPoints: { [name]: entry },
    outdir: 'dist',
    outExtension: { '.js': split ? '.js' : '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: split ? 'esm' : 'cjs',
    splitting: split,
    external,
    banner: bin && !split ? { js: shebang } : {},
    // Sources find the files beside them through these two; `import.meta.url` stays an error.
    define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    minify: !dev,
    sourcemap: dev ? 'linked' : false,
    legalComments: 'none',
    // Packages that offer both forms are taken as ES modules, of which esbuild leaves out what is not used.
    mainFields: ['module', 'main'],
    metafile: true,
    write: false,
    logLevel: 'silent',
    plugins: [place(name, dev, watch)],
  };
}

/** Puts a finished bundle in place by rename, so that a program which starts meanwhile reads the old file or the new, never half of one. */
function place(name, dev, watch) {
  return {
    name: 'place',
    setup(build) {
      build.onStart(() => {
        building += 1;
        if (watch) console.log(`[watch] build started ${name}`);
      });
      build.onEnd(async (result) => {
        // A warning is an error here: most of esbuild's tell that the bundle will not run as the sources do.
        const messages = [...result.errors, ...result.warnings];
        const failures = messages.length > 0 ? messages : await put(name, result, dev);
        await report(failures);
        building -= 1;
        if (watch && building === 0) console.log('[watch] all built');
        return { errors: result.errors.length > 0 ? [] : failures };
      });
    },
  };
}

async function report(messages) {
  if (messages.length === 0) return;
  const formatted = await formatMessages(messages, { kind: 'error', color: process.stderr.isTTY ?? false });
  process.stderr.write(formatted.join(''));
}

/** Writes what was built; answers with what went wrong. */
async function put(name, result, dev) {
  try {
    await write(name, result, dev);
    return [];
  } catch (error) {
    return [{ text: `dist/${name}.cjs was not written: ${error.message}` }];
  }
}

async function write(name, result, dev) {
  const { bin = false, lazy = false } = bundles[name];
  const bundle = join(root, 'dist', `${name}.cjs`);
  const map = result.outputFiles.find(({ path }) => path.endsWith('.map'));
  const text = lazy && !dev ? shebang + (await joinLazily(result, `${name}.js`)) : textOf(result, '.cjs');

  if (map) await replace(`${bundle}.map`, map.text);
  else await rm(`${bundle}.map`, { force: true });
  await replace(join(root, 'out/meta', `${name}.json`), JSON.stringify(result.metafile));
  await replace(bundle, text, bin ? 0o755 : 0o644);
  console.log(`${relative(root, bundle).padEnd(20)} ${Math.ceil(text.length / 1024)} kB`);
}

function textOf({ outputFiles }, ending) {
  return outputFiles.find(({ path }) => path.endsWith(ending)).text;
}

async function replace(path, text, mode = 0o644) {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  await writeFile(temporary, text);
  await chmod(temporary, mode);
  await rename(temporary, path);
}
