import { displayText, plainText, shellWord } from './text.ts';

/** What a person is told of a plugin before it may run. */
interface Shown {
  readonly file: string;
  readonly hash?: string;
  readonly when?: string;
  readonly runs?: readonly string[];
  readonly timeoutMs?: number;
}

/** When it runs, the command as it is started, and the file that says so, with the hash that an approval is bound to. */
export function whatRuns({ file, hash, when, runs = [], timeoutMs }: Shown): string[] {
  return [
    ...(when === undefined ? [] : [`Runs: ${displayText(when, 300)}`]),
    ...(runs.length === 0 ? [] : [`Command: ${displayText(runs.map(shellWord).join(' '), 500)}`]),
    ...(timeoutMs === undefined ? [] : [`Time limit: ${timeoutMs / 1000} s`]),
    `File: ${displayText(file, 500)}`,
    ...(hash === undefined ? [] : [`Hash: ${displayText(hash)}`]),
  ];
}

interface ShownFile {
  readonly path: string;
  readonly bytes: number;
  readonly head: readonly string[];
  readonly more: number;
}

/** Each of its files, with the first of its lines. */
export function pluginFiles(files: readonly ShownFile[]): string[] {
  return files.flatMap(({ path, bytes, head, more }) => [
    '',
    `${displayText(path)} (${bytes} bytes)`,
    ...head.map((line) => `  ${plainText(line)}`.trimEnd()),
    ...(more > 0 ? [`  … and ${more} more lines`] : []),
  ]);
}
