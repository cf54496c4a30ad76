import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import { delimiter, dirname, join } from 'node:path';
import { script, writePlugin } from '../support/plugins.ts';
import { commit, git, tip } from '../support/repository.ts';

/** A pull request as the stand-in keeps it. */
export interface StandInRequest {
  readonly number: number;
  readonly url: string;
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  state: string;
  mergeCommit: { oid: string } | null;
  comments: readonly { readonly body: string; readonly createdAt: string }[];
  mergeable?: string;
  reviewDecision?: string;
  statusCheckRollup?: readonly Readonly<Record<string, string>>[];
}

interface Kept {
  signedIn: boolean;
  requests: StandInRequest[];
  /** Every argument vector that it was called with. */
  calls: string[][];
  /** The word that makes it fail, and what it says then. */
  fails?: { readonly on: string; readonly says: string };
}

/** A real program called `gh`, which speaks that program's language over a file of the test's. */
export class GhStandIn {
  /** With it, and with git and node. */
  readonly path: string;
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'gh.json');
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writePlugin(bin, 'gh', script(program(this.#file)));
    this.path = [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
    // What it kept of an earlier town in the folder is there again.
    if (!existsSync(this.#file))
      writeFileSync(this.#file, JSON.stringify({ signedIn: true, requests: [], calls: [] } satisfies Kept));
  }

  get kept(): Kept {
    return JSON.parse(readFileSync(this.#file, 'utf8')) as Kept;
  }

  change(work: (kept: Kept) => void): void {
    const { kept } = this;
    work(kept);
    writeFileSync(this.#file, JSON.stringify(kept));
  }
}

/** What a reviewer's button does at the remote, in a clone of its own. */
export function mergeThere(
  { gh, folder, remote }: { readonly gh: GhStandIn; readonly folder: string; readonly remote: string },
  how: 'merge' | 'squash' | 'rebase' | 'changed',
): string {
  const clone = join(folder, `clone-${how}`);
  git(dirname(clone), 'clone', '--quiet', remote, clone);
  commit(clone, { 'other.txt': 'meanwhile\n' }, 'Meanwhile');
  const [request] = gh.kept.requests.slice(-1);
  assert.ok(request);
  const head = `origin/${request.head}`;
  if (how === 'merge') git(clone, 'merge', '--quiet', '--no-ff', '-m', 'Merge', head);
  else if (how === 'rebase') git(clone, 'cherry-pick', `main..${head}`);
  else {
    git(clone, 'merge', '--quiet', '--squash', head);
    commit(clone, how === 'changed' ? { 'auth.txt': 'something else\n' } : {}, 'Squashed');
  }
  git(clone, 'push', '--quiet', 'origin', 'main');
  const merged = tip(clone);
  gh.change(({ requests }) => {
    const last = requests.at(-1);
    assert.ok(last);
    last.state = 'MERGED';
    last.mergeCommit = { oid: merged };
  });
  return merged;
}

/** https://cli.github.com/manual: exit code 4 where nobody is signed in, 1 for other failures; JSON on stdout, words on stderr. */
const program = (file: string): string => `
const fs = require('fs');
const file = ${JSON.stringify(file)};
const kept = JSON.parse(fs.readFileSync(file, 'utf8'));
const args = process.argv.slice(2);
kept.calls.push(args);
const save = () => fs.writeFileSync(file, JSON.stringify(kept));
save();
const option = (name) => (args.find((each) => each.startsWith('--' + name + '=')) || '').slice(name.length + 3);
const fail = (code, text) => { process.stderr.write(text + '\\n'); process.exit(code); };
const verb = args.slice(0, 2).join(' ');
if (!kept.signedIn) fail(verb === 'auth status' ? 1 : 4, 'You are not logged into any GitHub hosts. To log in, run: gh auth login');
if (kept.fails && kept.fails.on === verb) fail(1, kept.fails.says);
const shown = (each) => Object.fromEntries(option('json').split(',').map((key) => [key, key in each ? each[key] : []]));
process.stderr.write('a notice that is no answer\\n');
if (verb === 'auth status') process.stdout.write('github.com\\n  Logged in\\n');
else if (verb === 'pr list') {
  const open = kept.requests.filter((each) => each.head === option('head') && each.state === 'OPEN');
  process.stdout.write(JSON.stringify(open.slice(-1).map(shown)) + '\\n');
} else if (verb === 'pr create') {
  if (option('body-file') !== '-') fail(1, 'the body was expected on stdin');
  if (kept.requests.some((each) => each.head === option('head') && each.state === 'OPEN')) fail(1, 'a pull request already exists');
  const number = kept.requests.length + 1;
  const url = 'https://github.example/org/backend/pull/' + number;
  kept.requests.push({ number, url, head: option('head'), base: option('base'), title: option('title'),
    body: fs.readFileSync(0, 'utf8'), state: 'OPEN', mergeCommit: null, comments: [] });
  save();
  process.stdout.write(url + '\\n');
} else if (verb === 'pr view') {
  const found = kept.requests.find((each) => String(each.number) === args[2]);
  if (!found) fail(1, 'no pull requests found');
  process.stdout.write(JSON.stringify(shown(found)) + '\\n');
} else if (verb === 'pr close') {
  const found = kept.requests.find((each) => String(each.number) === args[2]);
  if (!found || found.state !== 'OPEN') fail(1, 'cannot be closed');
  found.state = 'CLOSED';
  found.comments = [...found.comments, { body: option('comment'), createdAt: '2026-11-26T10:00:00Z' }];
  save();
} else fail(1, 'unknown command ' + verb);
`;
