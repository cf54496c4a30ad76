import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AgentId } from '../../server/domain/ids.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import type { Polecat } from '../../server/domain/polecat.ts';
import { Refusal, type RefusalCode } from '../../server/domain/refusal.ts';
import type { Caller } from '../../server/protocol/caller.ts';
import type { Method, Params, Result } from '../../server/protocol/messages.ts';
import type { Slung } from '../../server/protocol/work.ts';
import {
  bareRemote,
  commit,
  createRepository,
  type Files,
  git,
  tempFolder,
  tip,
  write,
} from '../support/repository.ts';
import { callerOf, FakeHost } from './fakeHost.ts';
import { openTown, type OpenedTown, type TownOptions } from './openTown.ts';

/** A rig of a test, and where its repositories lie. */
export interface TestRig {
  readonly name: string;
  /** The user's repository, or the checkout that the remote was cloned from. */
  readonly repository: string;
  /** Of a URL rig: the bare repository behind the URL. */
  readonly remote?: string;
  /** The repository that the target branch lies in. */
  readonly target: string;
}

export interface RigWish {
  readonly name?: string;
  readonly kind?: 'path' | 'url';
  readonly files?: Files;
  /** Of a local path: leave another branch checked out than the target. */
  readonly away?: boolean;
  readonly settings?: Readonly<Record<string, readonly string[]>>;
}

/** A whole town in this process: real store, real git, real repositories; what sessions run is played by the test. */
export class TestTown {
  readonly folder: string;
  readonly host: FakeHost;
  readonly log: string[];
  readonly person: Caller = callerOf({ role: 'person', by: 'overseer' });
  #opened: OpenedTown;

  private constructor(folder: string, host: FakeHost, log: string[], opened: OpenedTown) {
    this.folder = folder;
    this.host = host;
    this.log = log;
    this.#opened = opened;
  }

  static async open(context: TestContext, options: TownOptions = {}): Promise<TestTown> {
    const town = await TestTown.in(tempFolder(context), options);
    context.after(() => town.close());
    return town;
  }

  /** A town that is there already is opened, and brought in order, as a starting server does. */
  static async in(folder: string, options: TownOptions = {}): Promise<TestTown> {
    const host = new FakeHost();
    const log: string[] = [];
    const keep = (line: string): void => void log.push(line);
    const opened = await openTown(join(folder, 'town'), host, { log: keep, ...options });
    return new TestTown(folder, host, log, opened);
  }

  get parts(): OpenedTown {
    return this.#opened;
  }

  get view(): OpenedTown['store']['view'] {
    return this.#opened.store.view;
  }

  async ask<M extends Method>(method: M, params: Params<M>, caller = this.person): Promise<Result<M>> {
    const handler = this.#opened.town.handlers[method];
    return await handler(params, caller);
  }

  /** Nothing goes on in the background any more. */
  settle(): Promise<void> {
    return this.#opened.town.settle();
  }

  /** As after a restart of the town server. */
  async reopen(options: TownOptions = {}): Promise<void> {
    await this.#opened.store.close();
    this.#opened = await openTown(join(this.folder, 'town'), this.host, {
      log: (line) => void this.log.push(line),
      ...options,
    });
  }

  async close(): Promise<void> {
    await this.host.endAll();
    await this.#opened.store.close();
  }

  async addRig(wish: RigWish = {}): Promise<TestRig> {
    const { name = 'backend', kind = 'path' } = wish;
    const repository = join(this.folder, `${name}-repository`);
    createRepository(repository, wish.files ? { files: wish.files } : {});
    if (wish.away === true) git(repository, 'checkout', '--quiet', '-b', 'elsewhere');
    const remote = join(this.folder, `${name}.git`);
    const source = kind === 'url' ? bareRemote(repository, remote) : repository;
    await this.ask('rig/create', { name, repository: source, runtime: 'sim', branch: 'main' });
    for (const [key, words] of Object.entries(wish.settings ?? {})) await this.configure(name, key, ...words);
    return kind === 'url'
      ? { name, repository, remote, target: remote }
      : { name, repository, target: repository };
  }

  async configure(rig: string, key: string, ...words: string[]): Promise<void> {
    await this.ask('rig/configure', { rig, key, words });
  }

  async bead(title: string, rig = 'backend', more: Partial<Params<'bead/create'>> = {}): Promise<string> {
    const { bead } = await this.ask('bead/create', { title, rig, ...more });
    return bead.id;
  }

  /** Slings one bead, which must be taken. */
  async sling(bead: string, more: Partial<Params<'work/sling'>> = {}): Promise<Agent> {
    const { slung, refused } = await this.ask('work/sling', { beads: [bead], ...more });
    assert.deepEqual(refused, []);
    const [only] = slung;
    assert.ok(only);
    return new Agent(this, only);
  }

  /** What the refusal of slinging one bead says. */
  async refusedSling(
    bead: string,
    more: Partial<Params<'work/sling'>> = {},
  ): Promise<{ code: string; message: string; next?: string | undefined; facts?: unknown }> {
    const { slung, refused } = await this.ask('work/sling', { beads: [bead], ...more });
    assert.deepEqual(slung, []);
    const [only] = refused;
    assert.ok(only);
    return { message: only.message, ...only.refusal };
  }

  /** A polecat at work on a new bead. */
  async worker(title = 'Refactor auth middleware', rig = 'backend'): Promise<Agent> {
    return await this.sling(await this.bead(title, rig));
  }

  async merge(request: string): Promise<MergeRequest> {
    return (await this.ask('mergeRequest/merge', { mergeRequest: request })).mergeRequest;
  }

  write(directory: string, files: Files): void {
    write(directory, files);
  }

  status(bead: string): string {
    return this.view.get('beads', bead)?.status ?? 'gone';
  }
}

/** What an agent in its session can do. */
export class Agent {
  readonly town: TestTown;
  readonly slung: Slung;

  constructor(town: TestTown, slung: Slung) {
    this.town = town;
    this.slung = slung;
  }

  get id(): AgentId {
    return this.slung.agent as AgentId;
  }

  get bead(): string {
    return this.slung.bead;
  }

  get worktree(): string {
    return this.slung.worktree;
  }

  get polecat(): Polecat {
    const polecat = this.town.view.get('agents', this.id);
    assert.ok(polecat, `${this.id} is gone`);
    return polecat;
  }

  get isGone(): boolean {
    return this.town.view.get('agents', this.id) === undefined;
  }

  /** As `gt` in its newest session speaks to the town. */
  get caller(): Caller {
    const { session } = this.polecat;
    assert.ok(session);
    return callerOf({ role: 'session', by: this.id, agent: this.id, session, client: 'gt' });
  }

  commit(files: Files, message = `${this.bead}: work`): string {
    return commit(this.worktree, files, message);
  }

  done(params: Partial<Params<'work/done'>> = {}): Promise<Result<'work/done'>> {
    return this.town.ask('work/done', { directory: this.worktree, ...params }, this.caller);
  }

  /** Commits and is done; the request is given. */
  async submit(files: Files = { [`${this.bead}.txt`]: 'work\n' }): Promise<string> {
    this.commit(files);
    const { mergeRequest } = await this.done();
    assert.ok(mergeRequest);
    return mergeRequest.id;
  }

  /** The runtime exits. */
  async exit(end: Params<'session/ended'>): Promise<void> {
    await this.town.host.exit(this.caller.session ?? '', end);
  }
}

/** Fails unless it is refused with this code; gives the refusal. */
export async function refusal(code: RefusalCode, work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    assert.equal(error.code, code, error.message);
    return error;
  }
  return assert.fail(`It was to be refused with ${code}.`);
}

/** The commit a branch of a rig's target repository stands at. */
export function targetOf(rig: TestRig, branch = 'main'): string {
  return tip(rig.target, `refs/heads/${branch}`);
}

/** The files of a commit, by path. */
export function filesAt(rig: TestRig, ref = 'refs/heads/main'): string[] {
  return git(rig.target, 'ls-tree', '-r', '--name-only', ref).split('\n');
}
