import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { townPaths } from '../../server/protocol/address.ts';
import { git } from '../support/repository.ts';
import type { RigPlace } from './place.ts';
import type { Scene } from './scene.ts';

/** Whether what is called landed is on the target where people have it, and holds the work of its bead. */
export function landingProblem({ home }: RigPlace, request: MergeRequest): string | undefined {
  const { bead } = request;
  const landed: string = request.landed ?? 'nothing';
  if (!succeeds(home, 'merge-base', '--is-ancestor', landed, 'refs/heads/main'))
    return `${bead} is verified as ${landed}, which is not on main in ${home}.`;
  if (succeeds(home, 'grep', '--quiet', '--fixed-strings', '-e', bead, landed, '--')) return undefined;
  return `${bead} is verified as ${landed}, where no file names it.`;
}

/**
 * Every commit that a polecat ever made is held by a ref. Of those that were written anew on the way, the copy; of those that git began
 * and could not finish on a full disk, what was in them.
 */
export function commitProblems(scene: Scene, rig: RigPlace): string[] {
  const { counts, ledger } = scene;
  const held = heldBy(rig);
  const all = commitsOf(rig, allCommits(rig));
  const copies = new Set([...all].filter(([sha]) => held.has(sha)).map(([, what]) => what));
  const lost = [...all].filter(([sha, what]) => !held.has(sha) && !copies.has(what));
  counts.add('commits', all.size);
  const archives = git(rig.gitDirectory, 'for-each-ref', '--format=%(refname)', 'refs/gastown/archive');
  counts.add('archives', archives.split('\n').filter(Boolean).length);
  const seen = [...ledger.tips].filter(([sha, tip]) => tip.rig === rig.name && !held.has(sha));
  return [
    ...lost
      .filter(([sha]) => !changedIn(rig, sha).every((blob) => held.has(blob)))
      .map(([sha, what]) => `The commit ${sha} of ${rig.name} is on no ref: ${what}`),
    ...seen.map(([sha, { where }]) => `${sha} stood at ${where}, and is on no ref.`),
  ];
}

/** What the agents were told is committed, by their own logs, is held by a ref of one of the rigs. */
export function saidProblems({ counts, place }: Scene): string[] {
  const { logs } = townPaths(place.terminal.town);
  const held = place.rigs.flatMap((rig) => [...heldBy(rig)]);
  const known = new Set(held.map((sha) => sha.slice(0, 7)));
  const files = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.log'),
  );
  const said = files.flatMap((path) =>
    Array.from(
      readFileSync(join(logs, path), 'utf8').matchAll(/^Committed ([0-9a-f]{7,}) /gm),
      ([, sha = '']) => ({
        sha,
        path,
      }),
    ),
  );
  counts.add('commits said', said.length);
  return said
    .filter(({ sha }) => !known.has(sha.slice(0, 7)))
    .map(({ sha, path }) => `${sha} was committed, as ${path} says, and is on no ref.`);
}

/** All that a ref leads to: commits, and what is in them. */
function heldBy({ gitDirectory }: RigPlace): Set<string> {
  const objects = git(gitDirectory, 'rev-list', '--objects', '--all').split('\n');
  return new Set(objects.map((line) => line.slice(0, 40)));
}

function changedIn({ gitDirectory }: RigPlace, sha: string): string[] {
  const lines = git(gitDirectory, 'diff-tree', '--no-commit-id', '-r', '--root', sha).split('\n');
  return lines.flatMap((line) => line.split(' ')[3] ?? []).filter((blob) => !/^0*$/.test(blob));
}

/** Also those that nothing holds. */
function allCommits({ gitDirectory }: RigPlace): string[] {
  const listed = git(
    gitDirectory,
    'cat-file',
    '--batch-all-objects',
    '--batch-check=%(objectname) %(objecttype)',
  );
  return listed.split('\n').flatMap((line) => (line.endsWith(' commit') ? [line.split(' ')[0] ?? ''] : []));
}

/** Those of polecats, by what stays the same when one is rebased: who wrote what when. */
function commitsOf({ gitDirectory, name }: RigPlace, shas: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < shas.length; at += 500) {
    const format = '--format=%H%x09%ae %at %s';
    const text = git(gitDirectory, 'show', '--no-patch', format, ...shas.slice(at, at + 500));
    for (const line of text.split('\n')) {
      const [sha = '', what = ''] = line.split('\t');
      if (what.includes(`@${name}.gastown.invalid `)) found.set(sha, what);
    }
  }
  return found;
}

/** What lay uncommitted in worktrees that went is in an archive, or was committed after all. */
export function fileProblems({ ledger }: Scene, rig: RigPlace): string[] {
  const wanted = [...ledger.blobs].filter(([, blob]) => blob.rig === rig.name);
  if (wanted.length === 0) return [];
  const held = heldBy(rig);
  return wanted
    .filter(([sha]) => !held.has(sha))
    .map(([sha, { path }]) => `${path} of ${rig.name} lay uncommitted (${sha}), and is in no archive.`);
}

/** Nobody's history was written anew: wherever the target stood is still on it. */
export function targetProblems({ ledger }: Scene, rig: RigPlace): string[] {
  return [...ledger.targets]
    .filter(([sha, target]) => target.rig === rig.name && !isOnTarget(rig, sha))
    .map(([sha]) => `main of ${rig.name} stood at ${sha}, which is no longer on it.`);
}

const isOnTarget = ({ home }: RigPlace, sha: string): boolean =>
  succeeds(home, 'merge-base', '--is-ancestor', sha, 'refs/heads/main');

function succeeds(directory: string, ...words: string[]): boolean {
  try {
    git(directory, ...words);
    return true;
  } catch {
    return false;
  }
}
