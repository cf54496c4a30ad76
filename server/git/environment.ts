import { constants, promises as fs } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const handedOn: readonly string[] = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'TMPDIR',
  'XDG_CONFIG_HOME',
  // Where ssh keys, Kerberos tickets and keyrings are found.
  'SSH_AUTH_SOCK',
  'SSH_AGENT_PID',
  'KRB5CCNAME',
  'XDG_RUNTIME_DIR',
  'DBUS_SESSION_BUS_ADDRESS',
  // How the network is reached.
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
];

const handedOnInWindows: readonly string[] = [
  'Path',
  'PATHEXT',
  'SystemRoot',
  'SYSTEMROOT',
  'SystemDrive',
  'ComSpec',
  'USERPROFILE',
  'USERNAME',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'ProgramData',
  'ProgramFiles',
  'ProgramFiles(x86)',
  'TEMP',
  'TMP',
];

/** What git and the programs it starts see of our environment: an allow list, and no way to ask a person anything. */
export function gitEnvironment(from: Environment): Record<string, string> {
  const names = process.platform === 'win32' ? [...handedOn, ...handedOnInWindows] : handedOn;
  const result: Record<string, string> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) result[name] = value;
  }
  return {
    ...result,
    // English, since a held lock can be told from other failures by words only.
    LC_ALL: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'never',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    // A replaced or grafted commit could make work look landed that is not; agents can write both.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: '/dev/null',
    // When set, no `protocol.*` key of any configuration is asked.
    GIT_ALLOW_PROTOCOL: 'file:https:ssh',
  };
}

/**
 * Absolute path of git. Only absolute entries of PATH count, and the name is never left to the system to find: Windows would look
 * in the working folder first, which is a repository.
 */
export async function findGit(from: Environment): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'git.exe' : 'git';
  const folders = (from['PATH'] ?? from['Path'] ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    const candidate = join(folder, name);
    if (await isProgram(candidate)) return candidate;
  }
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await fs.access(path, constants.X_OK);
    return (await fs.stat(path)).isFile();
  } catch {
    return false;
  }
}
