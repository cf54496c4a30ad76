import { execFile } from 'node:child_process';
import { listProcesses, processEntry, wasStartedWith, type ProcessEntry } from './processes.ts';

export interface TreeEnding {
  /** The root. Only it and what it started are meant: never a name, never a terminal. */
  readonly pid: number;
  /** When the root was known to run; a process of the same id that began later is another, and is let be. */
  readonly since?: number;
  /** `NAME=VALUE`: what was started with it in its environment belongs to the tree, even where its parent has gone. */
  readonly marker?: string;
  /** These, and what they started, are let be: a town server that a `gt` call within the tree has just started. */
  readonly spare?: readonly number[];
  /** How it is asked. */
  readonly signal: NodeJS.Signals;
  /** How long it may take to end before it is made to. */
  readonly graceMs: number;
}

/**
 * Ends a process and all that it started, also what left its process group: asked first, made to after the grace. Gives the ids of
 * those that could not be ended.
 */
export async function endTree(ending: TreeEnding): Promise<readonly number[]> {
  if (process.platform === 'win32') return await endOnWindows(ending);
  const tree = new Tree(ending);
  await tree.look();
  tree.send(ending.signal);
  if (await tree.gone(ending.graceMs)) return [];
  // What is ended may have started something in between.
  for (let round = 0; round < 20; round += 1) {
    await tree.look();
    tree.send('SIGKILL');
    if (await tree.gone(250)) return [];
  }
  return tree.living();
}

/** Whether the process still runs that ran under this id at `since` (milliseconds since the epoch). */
export function isStillRunning(pid: number, since: number): boolean {
  const entry = processEntry(pid);
  return entry !== undefined && entry.began <= since + clockSlackMs;
}

/** Ends what was left behind at the end of the runtime's process and has not left the terminal's process session: not daemons. */
export async function endLeftovers(marker: string, spare: readonly number[], graceMs: number): Promise<void> {
  const all = await listProcesses();
  const own = all.find(({ pid }) => pid === process.pid)?.session;
  const excluded = notMeant(all, spare);
  const marked = await Promise.all(
    all
      .filter((entry) => own !== undefined && entry.session === own && !excluded.has(entry.pid))
      .map(async (entry) => ((await wasStartedWith(entry.pid, marker)) ? [entry] : [])),
  );
  await Promise.all(
    marked.flat().map(({ pid, began }) => endTree({ pid, since: began, spare, signal: 'SIGTERM', graceMs })),
  );
}

// The system's start of a process and our clock are not the same clock.
const clockSlackMs = 2000;
const pollMs = 50;

class Tree {
  readonly #ending: TreeEnding;
  /** By id and beginning: whoever once belonged to the tree still does when its parent has gone. */
  readonly #members = new Map<number, ProcessEntry>();

  constructor(ending: TreeEnding) {
    this.#ending = ending;
  }

  /** Looks for members that are not known yet. */
  async look(): Promise<void> {
    const all = await listProcesses();
    const excluded = notMeant(all, this.#ending.spare ?? []);
    const found = all.filter((entry) => !excluded.has(entry.pid));
    for (const entry of found) if (this.#isRoot(entry)) this.#members.set(entry.pid, entry);
    const marked = await this.#marked(found);
    for (const entry of marked) this.#members.set(entry.pid, entry);
    addDescendants(found, this.#members);
  }

  send(signal: NodeJS.Signals): void {
    for (const pid of this.living()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile, or became somebody else's; `living` tells.
      }
    }
  }

  living(): readonly number[] {
    return [...this.#members.values()].filter(isSame).map(({ pid }) => pid);
  }

  /** Whether nothing of the tree is left, within a time. */
  async gone(withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      if (this.living().length === 0) {
        await this.look();
        if (this.living().length === 0) return true;
      }
      if (Date.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  #isRoot({ pid, began }: ProcessEntry): boolean {
    const { since = Infinity } = this.#ending;
    return pid === this.#ending.pid && began <= since + clockSlackMs && !this.#members.has(pid);
  }

  async #marked(entries: readonly ProcessEntry[]): Promise<readonly ProcessEntry[]> {
    const { marker } = this.#ending;
    if (marker === undefined) return [];
    const found = await Promise.all(
      entries.map(async (entry) => ((await wasStartedWith(entry.pid, marker)) ? [entry] : [])),
    );
    return found.flat();
  }
}

function isSame({ pid, began }: ProcessEntry): boolean {
  return processEntry(pid)?.began === began;
}

/**
 * Ourselves and those that started us; and what is to be spared, with all that it started. A town server that started us is no more
 * than one of those: what runs in our session descends from it too.
 */
function notMeant(all: readonly ProcessEntry[], spare: readonly number[]): ReadonlySet<number> {
  const byPid = new Map(all.map((entry) => [entry.pid, entry]));
  const excluded = new Set([1]);
  for (
    let entry = byPid.get(process.pid);
    entry && !excluded.has(entry.pid);
    entry = byPid.get(entry.parent)
  ) {
    excluded.add(entry.pid);
  }
  const spared = new Map(
    all.filter(({ pid }) => spare.includes(pid) && !excluded.has(pid)).map((entry) => [entry.pid, entry]),
  );
  addDescendants(all, spared);
  return new Set([...excluded, ...spared.keys()]);
}

function addDescendants(all: readonly ProcessEntry[], members: Map<number, ProcessEntry>): void {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of all) {
    const siblings = children.get(entry.parent);
    if (siblings) siblings.push(entry);
    else children.set(entry.parent, [entry]);
  }
  const open = [...members.keys()];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (members.has(child.pid)) continue;
      members.set(child.pid, child);
      open.push(child.pid);
    }
  }
}

async function endOnWindows({ pid, graceMs }: TreeEnding): Promise<readonly number[]> {
  await taskkill(['/T', '/PID', String(pid)]);
  const deadline = Date.now() + graceMs;
  while (processEntry(pid) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  await taskkill(['/T', '/F', '/PID', String(pid)]);
  return processEntry(pid) ? [pid] : [];
}

function taskkill(args: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    execFile('taskkill', args, { windowsHide: true }, () => resolve());
  });
}
