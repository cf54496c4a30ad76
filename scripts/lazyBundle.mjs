// One file out of the parts esbuild splits a program into: parts needed at start as functions, the others as compressed text.
//
// V8 looks through every function of a file before it runs the first: measured, 2 ms for each 100 kB; a string of that size it
// only reads and skips (1 ms). `gt hook` runs at every step of every agent and needs a twentieth of its file, so the rest is packed
// into a quarter of its size, and unpacked (1 ms) and compiled on need.

import { deflateRawSync } from 'node:zlib';
import { transform } from 'esbuild';

const parameters = 'require, exports, module, __filename, __dirname';

/**
 * @param {import('esbuild').BuildResult} result of a build with `splitting`, `write: false` and `metafile`
 * @param {string} entry name of the entry's output file
 */
export async function joinLazily({ outputFiles, metafile }, entry) {
  const parts = new Map(outputFiles.map(({ path, text }) => [fileName(path), text]));
  const eager = neededAtStart(metafile, entry);
  const functions = [];
  const texts = {};
  for (const [name, text] of parts) {
    const code = await asCommonJs(text);
    if (eager.has(name)) functions.push(`${JSON.stringify(`./${name}`)}: ${asFunction(code)}`);
    else texts[`./${name}`] = code;
  }
  const packed = deflateRawSync(JSON.stringify(texts), { level: 9 }).toString('base64');
  return `${loader(functions.join(',\n'), packed)}\nload(${JSON.stringify(`./${entry}`)});\n`;
}

function neededAtStart({ outputs }, entry) {
  const importsOf = new Map(Object.entries(outputs).map(([path, { imports }]) => [fileName(path), imports]));
  const found = new Set([entry]);
  for (const name of found) {
    for (const { path, kind, external } of importsOf.get(name)) {
      if (!external && kind === 'import-statement') found.add(fileName(path));
    }
  }
  return found;
}

async function asCommonJs(text) {
  // Parts find each other through the loader below, so `import()` has to become `require` as well.
  const supported = { 'dynamic-import': false };
  const settings = { format: 'cjs', target: 'node22', minify: true, supported, logLevel: 'silent' };
  const { code, warnings } = await transform(text, settings);
  if (warnings.length > 0) throw new Error(warnings.map((warning) => warning.text).join('\n'));
  return code;
}

/** The parentheses make V8 compile the function at once instead of looking through it first. */
function asFunction(code) {
  return `(function (${parameters}) {${code}})`;
}

function loader(functions, packed) {
  return `"use strict";
const parts = {
${functions}
};
const packed = '${packed}';
let texts;
const loaded = new Map();
function load(name) {
  if (!name.startsWith('./')) return require(name);
  let module = loaded.get(name);
  if (module) return module.exports;
  module = { exports: {} };
  loaded.set(name, module);
  const part = Object.hasOwn(parts, name) ? parts[name] : compile(name);
  part(load, module.exports, module, __filename, __dirname);
  return module.exports;
}
function compile(name) {
  texts ??= JSON.parse(require('node:zlib').inflateRawSync(Buffer.from(packed, 'base64')).toString());
  const filename = __filename + name.slice(1);
  return require('node:vm').compileFunction(texts[name], '${parameters}'.split(', '), { filename });
}`;
}

function fileName(path) {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
