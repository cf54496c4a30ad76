import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { build } from 'esbuild';
import { runNode, type Ran } from '../support/runNode.ts';

/** One command line in a home of its own, without a town; `program` is the server's program beside it. */
type RunGt = (
  words: readonly string[],
  program: string,
  environment?: Readonly<Record<string, string>>,
) => Promise<Ran>;

/** `gt` in one file, as it is installed. */
export function installGt(): RunGt {
  let folder = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gt-bundle-'));
    await build({
      entryPoints: [join(import.meta.dirname, '../../server/cli/gt.ts')],
      outfile: join(folder, 'gt.cjs'),
      bundle: true,
      platform: 'node',
      target: 'node22',
      format: 'cjs',
      define: { 'import.meta.dirname': '__dirname' },
      logLevel: 'error',
    });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return async (words, program, environment = {}) => {
    const home = mkdtempSync(join(folder, 'home-'));
    const directory = join(home, 'dist');
    mkdirSync(directory);
    writeFileSync(join(directory, 'gt.cjs'), readFileSync(join(folder, 'gt.cjs')));
    writeFileSync(join(directory, 'server.cjs'), program);
    const none = { NO_COLOR: '', FORCE_COLOR: '0', GT_TOWN: '', GT_SESSION: '', COLUMNS: '80' };
    const env = { ...none, HOME: home, ...environment };
    return await runNode([join(directory, 'gt.cjs'), ...words], { cwd: home, env });
  };
}
