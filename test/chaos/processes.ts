import { readFileSync } from 'node:fs';
import { processesIn, type Process } from '../e2e/terminal.ts';

/** What a process of the product is, as its command line shows it to whoever looks from outside. */
export type Kind = 'agent' | 'launcher' | 'town server' | 'language server' | 'other';

export interface OwnProcess extends Process {
  readonly kind: Kind;
  /** With the id it names one process for good. */
  readonly began: string;
}

/** Every process that a terminal in that folder brought forth, whoever started it in between. */
export function ownProcesses(folder: string): OwnProcess[] {
  return processesIn(folder).flatMap((process) => {
    const began = startOf(process.pid);
    return began === undefined ? [] : [{ ...process, began, kind: kindOf(process.command) }];
  });
}

/** Whether it was ended: another process that has its id by now is left alone. */
export function kill({ pid, began }: OwnProcess): boolean {
  if (startOf(pid) !== began) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

function kindOf(command: string): Kind {
  if (/server\.cjs town /.test(command)) return 'town server';
  if (/server\.cjs lsp /.test(command)) return 'language server';
  if (/launcher\.cjs sim/.test(command)) return 'agent';
  return /launcher\.cjs *$/.test(command) ? 'launcher' : 'other';
}

/** The 22nd word of its `stat`, counted behind its name, which may hold anything; none of one that is gone, or a zombie. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return words[0] === 'Z' ? undefined : words[19];
  } catch {
    return undefined;
  }
}
