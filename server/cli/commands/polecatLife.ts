import type { Command } from 'commander';
import type { Recovery } from '../../protocol/recovery.ts';
import { answer, type Cli } from '../cli.ts';
import { exits, failureLines, failureOf, Told, Usage } from '../failure.ts';
import { gcLines, recoveryLines, staleLines } from '../text/recovery.ts';
import { present, verb, wholeNumber } from '../words.ts';

const recoveryKeys =
  '{ agent, state, branch, verdict, evidence, uncommitted, commits, behind, stashes, running, mergeRequest?, landing? }';

/** What other towns' patrols did by hand: each removes only with an archive. */
export function addPolecatLife(polecat: Command, cli: Cli): void {
  addRecovery(polecat, cli);
  addGitState(polecat, cli);
  addStale(polecat, cli);
  addNuke(polecat, cli);
  addGc(polecat, cli);
}

function addRecovery(polecat: Command, cli: Cli): void {
  verb(polecat, 'check-recovery', {
    does: 'say whether a polecat can go: SAFE_TO_NUKE, NEEDS_RECOVERY or NEEDS_MQ_SUBMIT, and why',
    examples: ['gt polecat check-recovery backend/nux', 'gt polecat check-recovery'],
    json: `{ polecats: [${recoveryKeys}] }`,
  })
    .argument('[polecat]', 'as RIG/NAME (default: all)')
    .option('--rig <rig>', 'all of this rig')
    .action(async (agent: string | undefined, { rig }: { rig?: string }) => {
      await answer(cli, {
        method: 'polecat/recovery',
        params: present({ agent, rig }),
        text: recoveryLines,
        json: (polecats) => ({ polecats }),
      });
    });
}

function addGitState(polecat: Command, cli: Cli): void {
  verb(polecat, 'git-state', {
    does: 'say what of a polecat is in no commit, and what has not landed',
    examples: ['gt polecat git-state backend/nux'],
    json: '{ clean, uncommitted_files, unpushed_commits, stash_count }',
  })
    .argument('<polecat>', 'as RIG/NAME')
    .action(async (agent: string) => {
      await answer(cli, {
        method: 'polecat/recovery',
        params: { agent },
        text: recoveryLines,
        json: ([only]) => gitState(only),
      });
    });
}

function gitState(recovery: Recovery | undefined): Record<string, unknown> {
  const { uncommitted = [], commits = 0, stashes = 0 } = recovery ?? {};
  return {
    clean: uncommitted.length === 0 && commits === 0 && stashes === 0,
    uncommitted_files: uncommitted,
    unpushed_commits: commits,
    stash_count: stashes,
  };
}

interface StaleOptions {
  readonly threshold: number;
  readonly cleanup?: boolean;
  readonly dryRun?: boolean;
}

function addStale(polecat: Command, cli: Cli): void {
  verb(polecat, 'stale', {
    does: 'list polecats without a session that are far behind their branch and have nothing to lose',
    examples: ['gt polecat stale backend', 'gt polecat stale backend --threshold 50 --cleanup'],
    json: `{ stale: [${recoveryKeys}], removed: [{ agent, archiveId }] }`,
  })
    .argument('<rig>')
    .option('--threshold <commits>', 'how many commits behind is stale', wholeNumber, 20)
    .option('--cleanup', 'archive and remove them')
    .option('--dry-run', 'with --cleanup: only say which')
    .action(async (rig: string, { threshold, cleanup, dryRun }: StaleOptions) => {
      const all = await cli.ask('polecat/recovery', { rig });
      const stale = all.filter((each) => isStale(each, threshold));
      const wanted = cleanup && !dryRun ? stale : [];
      const { removed, failed } = await removeAll(
        cli,
        wanted.map(({ agent }) => agent),
        false,
      );
      if (cli.json) cli.output.json({ stale, removed });
      else cli.output.print(staleLines(stale, removed));
      if (failed) throw new Told(exits.refused);
    });
}

/** Whoever asks, is interrupted or waits for a rate limit has work to go on with. */
const protectedStates: ReadonlySet<string> = new Set(['spawning', 'working', 'needs-you', 'rate-limited']);

function isStale(recovery: Recovery, threshold: number): boolean {
  const { running, behind, uncommitted, stashes, state } = recovery;
  const nothingToLose = uncommitted.length === 0 && stashes === 0;
  return !running && behind > threshold && nothingToLose && !protectedStates.has(state);
}

interface NukeOptions {
  readonly all?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

function addNuke(polecat: Command, cli: Cli): void {
  verb(polecat, 'nuke', {
    does: 'the safe removal, of several at once: each is archived, and gt polecat restore brings it back',
    examples: [
      'gt polecat nuke backend/nux',
      'gt polecat nuke backend --all --dry-run',
      'gt polecat nuke backend/nux backend/slit --force',
    ],
    json: `{ removed: [{ agent, archiveId }] }, or with --dry-run { polecats: [${recoveryKeys}] }`,
  })
    .argument('<polecats...>', 'as RIG/NAME, or with --all one rig')
    .option('--all', 'all polecats of the rig')
    .option('-f, --force', 'though its work has not been merged; the archive keeps it')
    .option('--dry-run', 'only say what stands against it')
    .action(async (words: string[], options: NukeOptions) => {
      const found = await recoveriesOf(cli, words, options.all === true);
      if (options.dryRun) {
        if (cli.json) cli.output.json({ polecats: found });
        else cli.output.print(recoveryLines(found));
        return;
      }
      const { removed, failed } = await removeAll(
        cli,
        found.map(({ agent }) => agent),
        options.force === true,
      );
      if (cli.json) cli.output.json({ removed });
      else cli.output.print(staleLines([], removed));
      if (failed) throw new Told(exits.refused);
    });
}

async function recoveriesOf(cli: Cli, words: readonly string[], all: boolean): Promise<readonly Recovery[]> {
  const [rig, ...more] = words;
  if (all) {
    if (rig === undefined || more.length > 0) throw new Usage('With --all, name one rig.');
    return await cli.ask('polecat/recovery', { rig });
  }
  const found: Recovery[] = [];
  for (const agent of words) found.push(...(await cli.ask('polecat/recovery', { agent })));
  return found;
}

interface Gone {
  readonly agent: string;
  readonly archiveId: string;
}

/** One that is refused is said, and does not keep the others. */
async function removeAll(
  cli: Cli,
  agents: readonly string[],
  force: boolean,
): Promise<{ readonly removed: readonly Gone[]; readonly failed: boolean }> {
  const removed: Gone[] = [];
  let failed = false;
  for (const agent of agents) {
    try {
      const gone = await cli.ask('polecat/remove', { agent, ...(force ? { force } : {}) });
      removed.push({ agent: gone.agent, archiveId: gone.archiveId });
    } catch (error) {
      failed = true;
      cli.output.note(failureLines(cli.name, failureOf(error)));
    }
  }
  return { removed, failed };
}

function addGc(polecat: Command, cli: Cli): void {
  verb(polecat, 'gc', {
    does: 'delete the branches that polecats left when they went; each is archived first',
    examples: ['gt polecat gc', 'gt polecat gc backend --dry-run'],
    json: '{ branches: [{ rig, branch, sha, archive }] }',
    aliases: ['prune'],
  })
    .argument('[rig]')
    .option('--dry-run', 'only say which')
    .action(async (rig: string | undefined, { dryRun }: { dryRun?: boolean }) => {
      await answer(cli, {
        method: 'polecat/gc',
        params: { ...present({ rig }), ...(dryRun ? { dryRun } : {}) },
        text: ({ branches }) => gcLines(branches, dryRun === true),
        json: (gone) => gone,
      });
    });
}
