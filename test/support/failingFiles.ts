import { basename } from 'node:path';
import { realFiles } from '../../server/store/files.ts';
import type { FileSystemPort, OpenFile } from '../../server/store/files.ts';

/** A call that is about to be made of the file system. */
export interface FileCall {
  readonly name: keyof FileSystemPort | keyof OpenFile;
  /** The file's name, without its folder. */
  readonly file: string;
  /** Of `open`. */
  readonly flags?: string;
}

/** What becomes of the call: nothing said, it is made; an error, it fails with it; a number, only so many bytes are written (below 0: all but so many). */
export type Fate = (call: FileCall) => Error | number | undefined;

/** The real file system, with a hand in every call. */
export function failingFiles(fate: Fate): FileSystemPort {
  return {
    open: async (path, flags) => {
      check(fate, { name: 'open', file: basename(path), flags });
      return failingFile(fate, path, await realFiles.open(path, flags));
    },
    list: (folder) => made(fate, 'list', folder, () => realFiles.list(folder)),
    makeFolder: (path) => made(fate, 'makeFolder', path, () => realFiles.makeFolder(path)),
    rename: (from, to) => made(fate, 'rename', from, () => realFiles.rename(from, to)),
    remove: (path) => made(fate, 'remove', path, () => realFiles.remove(path)),
    syncFolder: (path) => made(fate, 'syncFolder', path, () => realFiles.syncFolder(path)),
  };
}

/** As the system reports it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the test wants it`), { code });
}

function failingFile(fate: Fate, path: string, file: OpenFile): OpenFile {
  return {
    size: () => made(fate, 'size', path, () => file.size()),
    read: (into, position) => made(fate, 'read', path, () => file.read(into, position)),
    write: async (bytes, position) => {
      const most = check(fate, { name: 'write', file: basename(path) }) ?? bytes.length;
      return file.write(bytes.subarray(0, most), position);
    },
    cut: (length) => made(fate, 'cut', path, () => file.cut(length)),
    sync: () => made(fate, 'sync', path, () => file.sync()),
    close: () => made(fate, 'close', path, () => file.close()),
  };
}

async function made<T>(fate: Fate, name: FileCall['name'], path: string, call: () => Promise<T>): Promise<T> {
  check(fate, { name, file: basename(path) });
  return call();
}

function check(fate: Fate, call: FileCall): number | undefined {
  const outcome = fate(call);
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
