// What `node --test` prints here: nothing for a test that passes, everything for one that fails, and the closing
// counts (`# pass 12`) that Node's own reporters print as well.

import { relative, resolve } from 'node:path';
import process from 'node:process';
import { inspect } from 'node:util';

/** Diagnostics that carry the counts of the run, as Node names them. */
const count = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

// oxlint-disable-next-line import/no-default-export -- Node asks for one
export default async function* report(source) {
  const files = new Map();
  const closing = [];
  for await (const { type, data } of source) {
    if (type === 'test:diagnostic' && data.file === undefined && count.test(data.message)) {
      closing.push(`# ${data.message}\n`);
    } else if (data.file !== undefined) {
      yield* tell(type, data, recordOf(files, resolve(data.file)));
    }
  }
  for (const record of files.values()) {
    if (record.failed) yield* outputOf(record);
  }
  yield* slowest(files);
  yield* closing;
}

function recordOf(files, path) {
  const known = files.get(path);
  if (known) return known;
  const record = { path, names: [], running: new Set(), output: '', failed: false, ms: 0 };
  files.set(path, record);
  return record;
}

function* tell(type, data, record) {
  if (type === 'test:stdout' || type === 'test:stderr') record.output += data.message;
  if (type === 'test:dequeue') record.running.add(data.name);
  if (type === 'test:complete') record.running.delete(data.name);
  if (type === 'test:start') record.names.splice(data.nesting, Infinity, data.name);
  if (type === 'test:summary') record.ms = data.duration_ms;
  if (type === 'test:diagnostic' && data.message.startsWith('Error:')) record.output += `${data.message}\n`;
  if (data.skip !== undefined && type === 'test:pass')
    yield `- skipped ${title(data, record)}${reason(data.skip)}\n`;
  if (type === 'test:fail') yield* failure(data, record);
}

function* failure(data, record) {
  record.failed = true;
  const { error } = data.details;
  // A suite fails because a test in it did, and that one was told already.
  if (error.failureType === 'subtestsFailed') return;
  yield `\n✖ ${title(data, record)}\n${indent(inspect(error.cause ?? error, { depth: 8 }))}\n`;
  if (error.failureType === 'testTimeoutFailure' && record.running.size > 0) {
    yield indent(`still running: ${[...record.running].join(', ')}\n`);
  }
}

function* outputOf({ path, output }) {
  if (output !== '') yield `\n--- output of ${relative(process.cwd(), path)}\n${output.trimEnd()}\n---\n`;
}

function* slowest(files) {
  const slow = [...files.values()].filter(({ ms }) => ms > 10_000).toSorted((a, b) => b.ms - a.ms);
  const words = slow.map(({ path, ms }) => `${relative(process.cwd(), path)} ${Math.round(ms / 1000)} s`);
  if (words.length > 0) yield `slow: ${words.slice(0, 5).join(', ')}\n`;
}

function title(data, { path, names }) {
  const where = `${relative(process.cwd(), path)}:${data.line}`;
  return `${where}  ${names.slice(0, data.nesting + 1).join(' › ')}`;
}

function reason(skip) {
  return typeof skip === 'string' && skip !== '' ? `: ${skip}` : '';
}

function indent(text) {
  return text.replace(/^(?=.)/gm, '  ');
}
