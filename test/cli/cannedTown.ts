import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { access } from '../../server/protocol/access.ts';
import { townPaths } from '../../server/protocol/address.ts';
import type { Handlers } from '../../server/protocol/caller.ts';
import type { Method } from '../../server/protocol/messages.ts';
import { checkHello, checkParams } from '../../server/protocol/schema.ts';
import { protocolVersion, productVersion } from '../../server/protocol/version.ts';
import { serveTown } from '../../server/rpc/townServer.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runNode, type Ran } from '../support/runNode.ts';

export interface Town {
  readonly folder: string;
  /** Who asked for what. */
  readonly asked: { readonly method: string; readonly by: string; readonly client: string }[];
  /** Path of a session file, for `GT_SESSION`. */
  readonly sessionFile: string;
  run(program: 'gt' | 'bd', words: readonly string[], environment?: Record<string, string>): Promise<Ran>;
}

const townId = 'town-1';
const nonce = 'nonce-1';

/** A town on a real socket that answers with what is given, and knows nothing else. */
export async function cannedTown(
  t: TestContext,
  answers: Partial<Handlers>,
  { town = emptyTown(t), version = productVersion }: { town?: Town; version?: string } = {},
): Promise<Town> {
  const endpoint = join(town.folder, `s-${version}`);
  const handlers = Object.fromEntries(
    (Object.keys(access) as Method[]).map((method) => [
      method,
      (params: never, caller: never) => {
        const { by, client } = caller as { by: string; client: string };
        town.asked.push({ method, by, client });
        const handler = answers[method] as ((params: never, caller: never) => unknown) | undefined;
        if (!handler) throw new Error(`no answer to ${method} was prepared`);
        return handler(params, caller);
      },
    ]),
  ) as unknown as Handlers;
  const server = await serveTown({
    endpoint,
    townId,
    nonce,
    version,
    authenticate: ({ token, session }) => {
      if (token === 'person') return { role: 'person', by: 'overseer' };
      return token === 'session' && session ? { role: 'session', by: 'backend/nux' } : undefined;
    },
    handlers,
    checks: { hello: checkHello, params: checkParams },
    status: () => ({ seq: 1 }),
    log: () => {},
    onIdle: () => {},
    onLeave: () => {},
  });
  t.after(() => server.close('the test is over'));
  announce(town.folder, endpoint, version);
  return town;
}

/** A town folder whose server is not running. */
export function emptyTown(t: TestContext): Town {
  const folder = temporaryFolder(t);
  const paths = townPaths(folder);
  mkdirSync(paths.sessions, { recursive: true });
  writeFileSync(paths.token, 'person\n', { mode: 0o600 });
  const sessionFile = join(paths.sessions, 's-1');
  const session = { town: folder, session: 's-1', agent: 'backend/nux', token: 'session' };
  writeFileSync(sessionFile, JSON.stringify(session), { mode: 0o600 });
  return {
    folder,
    asked: [],
    sessionFile,
    run: (program, words, more) => runEntry(folder, [program, ...words], more),
  };
}

export function announce(folder: string, endpoint: string, version = productVersion as string): void {
  const file = {
    townId,
    pid: process.pid,
    startedAt: new Date().toISOString(),
    endpoint,
    protocol: protocolVersion,
    version,
    nonce,
  };
  writeFileSync(townPaths(folder).server, JSON.stringify(file));
}

/** The real entry, as a process of its own, in surroundings of which only what is said here counts. */
export function runEntry(
  folder: string,
  [program = 'gt', ...words]: readonly string[],
  more: Record<string, string> = {},
): Promise<Ran> {
  const none = { NO_COLOR: '', FORCE_COLOR: '0', GT_SESSION: '', BD_ACTOR: '', BEADS_ACTOR: '', BD_JSON: '' };
  const env = { ...none, HOME: folder, GT_TOWN: folder, COLUMNS: '80', ...more };
  return runNode([join(import.meta.dirname, `../../server/cli/${program}.ts`), ...words], {
    cwd: folder,
    env,
  });
}
