import { promises } from 'node:fs';

/** What the store needs of a file system; the tests put failing ones in its place. Paths are absolute. */
export interface FileSystemPort {
  /** `r` reads, `r+` reads and writes what is there, `wx` makes a new file (0600) and fails where one is. */
  open(path: string, flags: 'r' | 'r+' | 'wx'): Promise<OpenFile>;
  /** The names in a folder. */
  list(folder: string): Promise<string[]>;
  /** With its parents; 0700 where it is new. */
  makeFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Nothing happens where there is no such file. */
  remove(path: string): Promise<void>;
  /** Makes renames, creations and removals in the folder durable, where the platform can. */
  syncFolder(path: string): Promise<void>;
}

export interface OpenFile {
  size(): Promise<number>;
  /** Answers how many bytes were read; 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Answers how many bytes were taken, which may be fewer than offered. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  cut(length: number): Promise<void>;
  /** The bytes, and the length, are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const realFiles: FileSystemPort = {
  open: async (path, flags) => openFile(await promises.open(path, flags, 0o600)),
  list: (folder) => promises.readdir(folder),
  makeFolder: async (path) => {
    await promises.mkdir(path, { recursive: true, mode: 0o700 });
  },
  rename: (from, to) => promises.rename(from, to),
  remove: (path) => promises.rm(path, { force: true }),
  syncFolder: async (path) => {
    // Windows opens no folders; NTFS journals its own directory entries.
    if (process.platform === 'win32') return;
    const folder = await promises.open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
};

function openFile(handle: promises.FileHandle): OpenFile {
  return {
    size: async () => (await handle.stat()).size,
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    cut: (length) => handle.truncate(length),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** The code of a failed system call: `ENOSPC`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
