import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A rig that the suites make: a small real repository, and a simulated runtime of its own. */
export type SmallRig = {
  readonly name: string;
  readonly title: string;
  readonly runtime: string;
  readonly icon: string;
  readonly color: string;
  readonly files: Readonly<Record<string, string>>;
};

export const smallRigs: readonly SmallRig[] = [
  {
    name: 'backend',
    title: 'Refactor auth middleware',
    runtime: 'sim-thorough',
    icon: 'server',
    color: 'terminal.ansiMagenta',
    files: {
      'README.md': '# Backend\n',
      'src/auth.js': 'export function isAllowed(user) {\n  return user !== undefined;\n}\n',
    },
  },
  {
    name: 'ml-pipeline',
    title: 'Update feature extraction',
    runtime: 'sim-quick',
    icon: 'graph',
    color: 'terminal.ansiCyan',
    files: {
      'README.md': '# ML pipeline\n',
      'features.py': 'def extract(row):\n    return {"length": len(row)}\n',
    },
  },
  {
    name: 'frontend',
    title: 'Update login component',
    runtime: 'sim-visual',
    icon: 'browser',
    color: 'terminal.ansiYellow',
    files: { 'README.md': '# Frontend\n', 'login.html': '<form><input name="user"></form>\n' },
  },
];

/** Makes the repository of a rig with one commit on `main`, checked out elsewhere, so that landing needs no checkout. */
export async function makeRepository(folder: string, rig: SmallRig): Promise<string> {
  const work = join(folder, `${rig.name}-work`);
  for (const [path, text] of Object.entries(rig.files)) {
    await mkdir(dirname(join(work, path)), { recursive: true });
    await writeFile(join(work, path), text);
  }
  await git(work, 'init', '--quiet', '--initial-branch=main');
  await git(work, 'add', '--all');
  await git(work, 'commit', '--quiet', '-m', 'Begin');
  const bare = join(folder, `${rig.name}.git`);
  await git(folder, 'clone', '--quiet', '--bare', work, bare);
  return `file://${bare}`;
}

/** A simulated runtime under a name of its own, in the form that `gt runtime add` takes. `paceMs` is how long each line stays. */
export async function writeRuntime(folder: string, rig: SmallRig, paceMs = 150): Promise<string> {
  const args = ['sim', '--variant', rig.runtime.replace('sim-', ''), '--pace', String(paceMs)];
  const { runtime, icon, color } = rig;
  const preset = { id: runtime, label: runtime, extends: 'sim', arguments: args, oneShot: args, icon, color };
  const file = join(folder, `${runtime}.json`);
  await writeFile(file, JSON.stringify(preset));
  return file;
}

/** What `git` says, as a user would run it. */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const identity = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org'];
  const { stdout } = await run('git', [...identity, ...args], { cwd: directory });
  return stdout.trim();
}

/** Where the built programs lie, the town they are for, and what else they find in their environment. */
export type Product = {
  readonly folder: string;
  readonly town: string;
  readonly env?: NodeJS.ProcessEnv;
};

/** `gt` or `bd` as it was built. With `--json` among the arguments the answer is parsed. */
export async function call(product: Product, program: 'gt' | 'bd', ...args: string[]): Promise<unknown> {
  const env = { ...process.env, ...product.env, GT_TOWN: product.town, ELECTRON_RUN_AS_NODE: '1' };
  const file = join(product.folder, 'dist', `${program}.cjs`);
  const { stdout } = await run(process.execPath, [file, ...args], { env });
  return args.includes('--json') ? JSON.parse(stdout) : stdout;
}

/** The process that started this one. */
export async function parentOf(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'ppid=', '-p', String(pid)]);
  return Number(stdout.trim());
}

/** The processes that this one has started, with their command lines. */
export async function childrenOf(pid: number): Promise<readonly { pid: number; command: string }[]> {
  const { stdout } = await run('ps', ['-o', 'pid=,args=', '--ppid', String(pid)]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(.*)$/.exec(line))
    .map((found) => ({ pid: Number(found?.[1]), command: found?.[2] ?? '' }));
}
