// Runs test files with Node's own runner.
//
//   node scripts/suite.mjs fast                  all but the next and those in VS Code
//   node scripts/suite.mjs e2e                   whole programs: the demonstration, other editors
//   node scripts/suite.mjs fast test/store       only files whose path starts so
//   node scripts/suite.mjs fast /x/y.test.ts     a file from outside the repository
//   node scripts/suite.mjs fast --list           names the files and runs none
//   node scripts/suite.mjs fast --test-name-pattern=hook   what starts with - goes to Node

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, isAbsolute, sep } from 'node:path';
import process from 'node:process';
import { buildIfStale } from './fresh.mjs';
import { root } from './steps.mjs';

const suites = {
  fast: (file) => !file.startsWith('test/host/') && !file.startsWith('test/e2e/'),
  e2e: (file) => file.startsWith('test/e2e/'),
};

/** For a whole file: hundreds of killed servers take a while, a hanging one must not take for ever. */
const timeout = 300_000;

process.exitCode = await main(process.argv.slice(2));

async function main([suite, ...rest]) {
  if (!Object.hasOwn(suites, suite ?? '')) {
    console.error(`suite.mjs: name a suite: ${Object.keys(suites).join(', ')}`);
    return 2;
  }
  const wanted = rest.filter((arg) => !arg.startsWith('-'));
  const flags = rest.filter((arg) => arg.startsWith('-') && arg !== '--list');
  const files = choose(suites[suite], wanted);
  // Given nothing to run, `node --test` says that all is well.
  if (files.length === 0) {
    console.error(`suite.mjs: no test file matches ${[suite, ...wanted].join(' ')}`);
    return 1;
  }
  if (rest.includes('--list')) {
    console.log(files.join('\n'));
    return 0;
  }
  const built = files.every((file) => isAbsolute(file)) ? 0 : await buildIfStale();
  return built === 0 ? test(files, flags) : built;
}

function choose(belongs, wanted) {
  const all = globSync('test/**/*.test.ts', { cwd: root }).map((file) => file.split(sep).join('/'));
  const prefixes = wanted.map((path) => path.replace(/^\.\//, ''));
  const outside = wanted.filter((path) => isAbsolute(path));
  const inside = all.filter(
    (file) => belongs(file) && (wanted.length === 0 || prefixes.some((prefix) => file.startsWith(prefix))),
  );
  return [...inside.toSorted(), ...outside];
}

async function test(files, flags) {
  // What tests start by name is this Node too, also when nobody came through npm.
  const env = { ...process.env, PATH: dirname(process.execPath) + delimiter + process.env.PATH };
  // Set inside a test; a run started from there would skip every file.
  delete env.NODE_TEST_CONTEXT;
  const args = [
    '--disable-warning=ExperimentalWarning',
    `--import=${new URL('../test/support/register.mjs', import.meta.url)}`,
    '--test',
    `--test-concurrency=${Math.max(2, availableParallelism())}`,
    `--test-timeout=${timeout}`,
    `--test-reporter=${new URL('reporter.mjs', import.meta.url)}`,
    '--test-reporter-destination=stdout',
    ...flags,
    ...files,
  ];
  const { code, failed } = await watched(args, env);
  if (code === 0 || !process.env.CI || failed.length === 0 || failed.length > 2) return code;
  // A busy machine can make a test miss its deadline. It is said, and it does not count where the file passes alone.
  console.log(`\n== once more, alone: ${failed.join(', ')}`);
  const again = await watched([...args.slice(0, -files.length), ...failed], env);
  if (again.code === 0) console.error(`suite.mjs: passed only at the second try: ${failed.join(', ')}`);
  return again.code;
}

/** Runs Node's runner, shows what it prints, and gathers the files that it names as failed. */
function watched(args, env) {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
    process.stdout.write(part);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const named = [...text.matchAll(/^✖ (test\/[^\s:]+\.test\.ts):/gmu)].map(([, file]) => file);
      resolve({ code: code ?? 1, failed: [...new Set(named)] });
    });
  });
}
