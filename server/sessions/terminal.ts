import { spawnSync } from 'node:child_process';
import { plainText } from '../domain/text.ts';

/** What a person who types to the runtime may still have on the way when it ends. */
const typeAheadMs = 300;

/** The terminal that the launcher shares with its runtime: the launcher speaks only before it and after it. */
export interface Terminal {
  /** One paragraph of ours, told apart from the runtime's output. */
  say(text: string): void;
  /** After a program that may have left it in a strange state. */
  restore(): void;
  /** Waits for a person: `resume` is Enter, where it is offered. A terminal that has gone is `close`. */
  ask(offer: 'resume' | 'close'): Promise<'resume' | 'close'>;
}

export function openTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Terminal {
  // After the terminal has gone, writing to it fails; there is nobody to tell.
  output.on('error', () => undefined);
  const plain = process.env['NO_COLOR'] !== undefined && process.env['NO_COLOR'] !== '';
  return {
    say(text) {
      const line = plainText(text);
      output.write(plain ? `\r\n${line}\r\n` : `\r\n\u001B[2m${line.replaceAll('\n', '\r\n')}\u001B[0m\r\n`);
    },
    restore() {
      output.write(usualModes);
      if (process.platform !== 'win32')
        spawnSync('stty', ['sane'], { stdio: ['inherit', 'ignore', 'ignore'] });
    },
    ask: (offer) => readKey(input, offer),
  };
}

/** For a launcher without a terminal: its lines go to the log, nobody answers. */
export function logOnly(output: NodeJS.WriteStream): Terminal {
  // A full disk takes no log: the session goes on.
  output.on('error', () => undefined);
  return {
    say: (text) => void output.write(`${plainText(text)}\n`),
    restore: () => undefined,
    ask: () => Promise.resolve('close'),
  };
}

/** The main screen, a visible cursor, no mouse reports, no bracketed paste, no colors. The cursor stays where it is. */
const usualModes = ['?47l', '?25h', '?1000l', '?1002l', '?1003l', '?1006l', '?2004l', '0m']
  .map((code) => `\u001B[${code}`)
  .join('');

const closing = new Set(['q', 'Q', '\u0003', '\u0004']);

function readKey(input: NodeJS.ReadStream, offer: 'resume' | 'close'): Promise<'resume' | 'close'> {
  const from = Date.now() + typeAheadMs;
  return new Promise((resolve) => {
    const answer = (key: 'resume' | 'close'): void => {
      input.off('data', look).off('end', gone).off('error', gone).off('close', gone);
      resolve(key);
      input.pause();
      if (!input.destroyed && input.isRaw) input.setRawMode(false);
    };
    const gone = (): void => answer('close');
    const look = (keys: Buffer): void => {
      if (Date.now() < from) return;
      const [key = ''] = keys.toString();
      if (closing.has(key)) answer('close');
      else if (key === '\r' || key === '\n') answer(offer);
    };
    input.on('data', look).on('end', gone).on('error', gone).on('close', gone);
    try {
      if (input.isTTY) input.setRawMode(true);
      input.resume();
    } catch {
      // A shell that was killed in the foreground leaves a terminal that is no longer ours to change.
      gone();
    }
  });
}
