import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { TownClient } from '../../server/rpc/client.ts';
import { connect } from '../e2e/liveTown.ts';
import { openTerminal, type Scope, type Terminal, which } from '../e2e/terminal.ts';
import { createRepository } from '../support/repository.ts';
import type { Cli } from './install.ts';
import { ModelServer } from './model/server.ts';
import { accounts, furnishHome } from './users.ts';

/** A town of somebody who has all the CLIs, and a rig for each of them. */
export interface Laboratory {
  readonly terminal: Terminal;
  readonly client: TownClient;
  readonly model: ModelServer;
  /** Makes the rig of a runtime, which is named like it, where it is not there yet. */
  rigOf(runtime: string): Promise<string>;
  /** On a terminal a runtime asks its person, and there is none: the rig's owner says that it may act unasked. */
  actUnasked(rig: string): Promise<void>;
  /** Its repository. */
  repositoryOf(rig: string): string;
  /** The environment in which agents ran git: a line `POLECAT ROLE AUTHOR SUBCOMMAND` each. */
  gitCalls(): readonly string[];
}

export async function openLaboratory(
  scope: Scope,
  installed: readonly (Cli & { readonly path: string })[],
): Promise<Laboratory> {
  const model = await ModelServer.start();
  scope.after(() => void model.close());
  const terminal = openTerminal(scope, 'town', (folder, environment) => {
    const { PATH: own = '', HOME: home = '' } = environment;
    const clis = join(folder, 'clis');
    mkdirSync(clis);
    for (const { program, path } of installed) symlinkSync(path, join(clis, program));
    symlinkSync(process.execPath, join(clis, 'node'));
    watchGit(clis, folder);
    const trusted = installed.map(({ runtime }) => join(folder, 'repositories', runtime));
    furnishHome(home, { model: model.address, trusted });
    // Neither `gt` nor `bd` is on the PATH of a login shell: an agent has them from its session, or not at all.
    const path = [clis, '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
    writeFileSync(join(home, '.profile'), `PATH='${path}'; export PATH\n`);
    return { ...accounts(model.address), PATH: [clis, own, path].join(delimiter), TERM: 'xterm-256color' };
  });
  await terminal.must('gt', 'install', terminal.town);
  // What starts the town server: it has this terminal's environment from now on.
  await terminal.must('gt', 'status');
  const repositoryOf = (rig: string): string => join(terminal.folder, 'repositories', rig);
  const made = new Map<string, Promise<string>>();
  const make = async (rig: string): Promise<string> => {
    const path = repositoryOf(rig);
    mkdirSync(path, { recursive: true });
    createRepository(path);
    await terminal.must('gt', 'rig', 'create', rig, '--runtime', rig, '--repo', path);
    await terminal.must('gt', 'rig', 'config', rig, 'merge', 'auto');
    return rig;
  };
  return {
    terminal,
    client: await connect(scope, terminal),
    model,
    rigOf(runtime) {
      const rig = made.get(runtime) ?? make(runtime);
      made.set(runtime, rig);
      return rig;
    },
    async actUnasked(rig) {
      await terminal.must('gt', 'rig', 'config', '--yes', rig, 'approval', 'auto');
    },
    repositoryOf,
    gitCalls: () => linesOf(join(terminal.folder, gitLog)),
  };
}

/** Where sandboxes let an agent write, too. */
const gitLog = join('tmp', 'git-calls.log');

/** The user's own git notes who calls it from inside a session, and is git otherwise. */
function watchGit(bin: string, folder: string): void {
  const git = join(bin, 'git');
  const real = which('git') ?? 'git';
  const note = `echo "$GT_POLECAT $GT_ROLE $GIT_AUTHOR_NAME $1" >> '${join(folder, gitLog)}'`;
  writeFileSync(git, `#!/bin/sh\n[ -n "$GT_POLECAT" ] && ${note}\nexec '${real}' "$@"\n`, { mode: 0o755 });
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}
