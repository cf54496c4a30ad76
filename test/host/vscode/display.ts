import { spawnMarked } from './processes.ts';
import { installSystemPackages, onPath } from './tools.ts';

/** Where a window needs a display and there is none, a virtual one is started for as long as the run lives. */
export async function ensureDisplay(): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  if (process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined) return true;
  if (onPath('Xvfb') === undefined) installSystemPackages('display');
  if (onPath('Xvfb') === undefined) return false;
  const display = await startVirtualDisplay();
  if (display === undefined) return false;
  process.env['DISPLAY'] = display;
  return true;
}

/** The server picks a free display and writes its number to the descriptor it is given. */
function startVirtualDisplay(): Promise<string | undefined> {
  const args = ['-displayfd', '3', '-screen', '0', '1400x900x24', '-nolisten', 'tcp'];
  const child = spawnMarked('Xvfb', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  child.unref();
  const numbers = child.stdio[3];
  return new Promise((resolve) => {
    child.once('exit', () => resolve(undefined));
    child.once('error', () => resolve(undefined));
    numbers?.once('data', (chunk: Buffer) => {
      resolve(`:${chunk.toString().trim()}`);
      numbers.destroy();
    });
  });
}
