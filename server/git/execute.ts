import { promises as fs } from 'node:fs';
import { dirname } from 'node:path';
import { GitConstructError, GitPluginError, simpleGit } from 'simple-git';
import type { SimpleGitOptions } from 'simple-git';
import { Refusal } from '../domain/refusal.ts';
import type { Environment } from './environment.ts';
import { findGit, gitEnvironment } from './environment.ts';
import { plain, whatGitSaid } from './plain.ts';

export type GitCall = {
  /** Where git runs. */
  readonly directory: string;
  readonly arguments: readonly string[];
  /** The exit codes that are answers; any other is a refusal with the code `git`. Default: 0. */
  readonly accepts?: readonly number[] | undefined;
  readonly input?: string | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Talks to another machine: stopped when it has been silent for `networkSilence`. */
  readonly network?: boolean | undefined;
  /** Look for the repository in the folders above as well. */
  readonly upwards?: boolean | undefined;
  /** Objects and refs are on the disk before the call returns. */
  readonly durable?: boolean | undefined;
};

export type GitResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

/**
 * Runs git once. Refused: `missing-program` without git on PATH, `not-found` without the folder, `git` for an exit code that was not
 * accepted, with what git said, or after too long a silence.
 */
export type Execute = (call: GitCall) => Promise<GitResult>;

export type ExecuteOptions = {
  /** An empty folder, made if it is missing; git looks for hooks there. */
  readonly emptyHooksDirectory: string;
  /** Where the allowed variables are taken from. Default: the process's own. */
  readonly environment?: Environment | undefined;
  readonly log?: ((line: string) => void) | undefined;
  /** Milliseconds without a byte after which a network call is stopped. Default: 60,000. */
  readonly networkSilence?: number | undefined;
};

/** git prints nothing while it checks out a large tree. */
const localSilence = 15 * 60_000;

const attempts = 6;
const heldLock = /could not lock|index\.lock|unable to create '[^']*\.lock'/i;

/** Named to simple-git, which otherwise refuses any variable that starts with `GIT_`. */
const variables: readonly string[] = [
  'GIT_TERMINAL_PROMPT',
  'GIT_OPTIONAL_LOCKS',
  'GIT_LITERAL_PATHSPECS',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_GRAFT_FILE',
  'GIT_ALLOW_PROTOCOL',
  'GIT_SSL_CAINFO',
  'GIT_CEILING_DIRECTORIES',
  'GIT_SSH_COMMAND',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NO_LAZY_FETCH',
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
];

/** What the fixed prefix and environment below need, and nothing else. */
const unsafe: NonNullable<SimpleGitOptions['unsafe']> = {
  allowUnsafeFsMonitor: true,
  allowUnsafeHooksPath: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeAskPass: true,
  allowUnsafeCustomBinary: true,
  allowUnsafeTemplateDir: true,
};

export function createExecute(options: ExecuteOptions): Execute {
  const source = options.environment ?? process.env;
  const environment = gitEnvironment(source);
  let ready: Promise<string> | undefined;

  async function prepare(): Promise<string> {
    await fs.mkdir(options.emptyHooksDirectory, { recursive: true, mode: 0o700 });
    const program = await findGit(source);
    if (program !== undefined) return program;
    throw new Refusal('missing-program', 'git was not found on PATH.', {
      next: 'Install git 2.34 or newer.',
    });
  }

  return async (call) => {
    ready ??= prepare();
    const program = await ready.catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    const settings = settingsOf(call, options, program);
    const variablesOfCall = {
      ...environment,
      ...(call.upwards === true ? {} : { GIT_CEILING_DIRECTORIES: dirname(call.directory) }),
      ...call.environment,
    };
    return withRetries(() => runOnce(call, settings, variablesOfCall), call, options.log);
  };
}

function settingsOf(call: GitCall, options: ExecuteOptions, program: string): Partial<SimpleGitOptions> {
  const network = call.network === true;
  return {
    baseDir: call.directory,
    binary: program,
    config: configurationPrefix(options.emptyHooksDirectory, call.durable === true),
    unsafe: { ...unsafe, ...(network ? { allowUnsafeSshCommand: true } : {}) },
    allowEnvironment: variables,
    timeout: { block: network ? (options.networkSilence ?? 60_000) : localSilence },
    // A background ssh master may hold stderr open for ever; git's own exit is the end, then.
    completion: { onClose: true, onExit: 2_000 },
    // Always, and a buffer even where it is empty: for an empty text simple-git leaves stdin open, and who reads it waits for ever.
    input: () => Buffer.from(call.input ?? ''),
  };
}

/** What no repository may decide for our own calls. Filters, drivers and the like have free names: see configuration.ts. */
function configurationPrefix(emptyHooksDirectory: string, durable: boolean): string[] {
  return [
    'core.fsmonitor=false',
    `core.hooksPath=${emptyHooksDirectory}`,
    'core.askPass=',
    'core.quotePath=false',
    'core.safecrlf=false',
    'protocol.ext.allow=never',
    'safe.bareRepository=all',
    'credential.interactive=false',
    'color.ui=false',
    'gc.auto=0',
    'maintenance.auto=false',
    // What a person's template holds, git hooks among it, is for repositories that they make.
    'init.templateDir=',
    'submodule.recurse=false',
    'fetch.recurseSubmodules=false',
    'push.recurseSubmodules=no',
    'diff.ignoreSubmodules=dirty',
    'commit.gpgSign=false',
    'push.gpgSign=false',
    'log.showSignature=false',
    'merge.verifySignatures=false',
    'rebase.autoSquash=false',
    'rebase.updateRefs=false',
    'rerere.enabled=false',
    // We name an empty one, which git takes for somebody's own.
    'advice.graftFileDeprecated=false',
    ...(durable ? ['core.fsync=committed,loose-object,index,reference', 'core.fsyncMethod=batch'] : []),
    ...(process.platform === 'win32' ? ['core.longpaths=true'] : []),
  ];
}

async function withRetries(
  once: () => Promise<GitResult>,
  call: GitCall,
  log: ExecuteOptions['log'],
): Promise<GitResult> {
  const accepted = call.accepts ?? [0];
  for (let attempt = 1; ; attempt++) {
    const result = await once();
    log?.(plain(`git ${call.arguments.join(' ')} -> ${result.code}`, 1_000));
    const locked = result.code !== 0 && heldLock.test(result.stderr);
    if (!locked && accepted.includes(result.code)) return result;
    if (!locked || attempt === attempts) {
      if (accepted.includes(result.code)) return result;
      throw refusalFor(call, result);
    }
    await pause(40 * attempt + Math.random() * 80 * attempt);
  }
}

/** The exit code is taken from the `errors` option: simple-git itself takes an exit of 1 with an empty stderr for success. */
async function runOnce(
  call: GitCall,
  settings: Partial<SimpleGitOptions>,
  environment: Record<string, string>,
): Promise<GitResult> {
  let result: GitResult | undefined;
  const errors: SimpleGitOptions['errors'] = (error, { exitCode, stdOut, stdErr }) => {
    result = { code: exitCode, stdout: text(stdOut), stderr: text(stdErr) };
    return error instanceof GitPluginError ? error : undefined;
  };
  const streams: NodeJS.ReadableStream[] = [];
  try {
    await simpleGit({ ...settings, errors })
      .env(environment)
      .outputHandler((_command, stdout, stderr) => {
        streams.push(stdout, stderr);
        // simple-git gives a command that printed nothing 50 ms more; its end of output is enough for us.
        queueMicrotask(() => stdout.emit('data', Buffer.alloc(0)));
      })
      .raw([...call.arguments]);
  } catch (error) {
    throw translate(error, call);
  } finally {
    // What git started may hold them open after git itself is gone, and our process with them.
    for (const stream of streams)
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
  }
  if (result === undefined) throw new Error(`git ${String(call.arguments[0])} ended without an exit code`);
  return result;
}

function translate(error: unknown, call: GitCall): unknown {
  if (error instanceof GitConstructError) {
    return new Refusal('not-found', `There is no folder ${plain(call.directory)}.`, {
      facts: { path: call.directory },
    });
  }
  if (error instanceof GitPluginError && error.plugin === 'timeout') {
    return new Refusal('git', `git ${subcommand(call)} said nothing for too long and was stopped.`, {
      next: 'Check the network and that the same command works in a terminal without asking anything.',
      facts: { timeout: true },
    });
  }
  return error;
}

function refusalFor(call: GitCall, result: GitResult): Refusal {
  const said = whatGitSaid(result.stderr);
  return new Refusal('git', `git ${subcommand(call)} failed: ${said}`, {
    facts: { exitCode: result.code, said },
  });
}

function subcommand(call: GitCall): string {
  const [first = '', second = ''] = call.arguments;
  return first === 'worktree' ? `${first} ${second}` : first;
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('utf8');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
