import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import { answer, type Cli } from '../cli.ts';
import { failureOf } from '../failure.ts';
import { archiveJson, archivesLines, restoredLines } from '../text/archive.ts';
import { present, verb, wholeNumber } from '../words.ts';

/** The recycle bin, on the command line: verbs of `gt polecat`, since what is in it was mostly one. */
export function addArchives(polecat: Command, cli: Cli): void {
  addList(polecat, cli);
  addRestore(polecat, cli);
  addDiscard(polecat, cli);
}

interface ListOptions {
  readonly bead?: string;
  readonly all?: boolean;
  readonly limit: number;
}

function addList(polecat: Command, cli: Cli): void {
  verb(polecat, 'archives', {
    does: 'list what was removed and can be brought back, the newest first',
    examples: [
      'gt polecat archives',
      'gt polecat archives backend --bead be-auth',
      'gt polecat archives --all',
    ],
    json: '{ archives: [{ id, agent, rig, bead?, title?, runtime, branch, tip, ref, at, by, why, files, uncommitted, restoredAt?, restoredAs? }], more, refs: [{ rig, ref, sha, at, agent?, bead? }] }',
    aliases: ['bin'],
  })
    .argument('[rig]')
    .option('--bead <bead>', 'only of this bead')
    .option('--all', 'also what only the repositories know: archives, and commits of crashed sessions')
    .option('-n, --limit <number>', 'how many', wholeNumber, 50)
    .action(async (rig: string | undefined, { bead, all, limit }: ListOptions) => {
      await answer(cli, {
        method: 'archive/list',
        params: { ...present({ rig, bead }), limit, ...(all ? { refs: true } : {}) },
        text: archivesLines,
        json: ({ archives, more, refs }) => ({ archives: archives.map(archiveJson), more, refs }),
      });
    });
}

function addRestore(polecat: Command, cli: Cli): void {
  verb(polecat, 'restore', {
    does: 'bring back what was removed: branch, index, changed and new files, and the bead on its hook',
    examples: [
      'gt polecat restore ar-1c9f02ab',
      'gt polecat restore be-auth --as slit',
      'gt polecat restore backend/nux --to rescued',
    ],
    json: '{ archive?, agent?, worktree?, branch, sha, hooked, notes }',
    aliases: ['undo'],
  })
    .argument('<archive>', 'its id, its bead, its agent (the newest of it), or with --to its ref')
    .option('--to <branch>', 'only make this branch of it; what was not committed is one more commit')
    .option('--as <name>', 'under another name, where its own is taken')
    .action(async (archive: string, { to, as }: { to?: string; as?: string }) => {
      await answer(cli, {
        method: 'archive/restore',
        params: { archive, ...present({ to, as }) },
        text: restoredLines,
        json: ({ archive: record, ...restored }) => ({ ...present({ archive: record?.id }), ...restored }),
      });
    });
}

function addDiscard(polecat: Command, cli: Cli): void {
  verb(polecat, 'discard', {
    does: 'delete an archive for good',
    examples: ['gt polecat discard ar-1c9f02ab', 'gt polecat discard ar-1c9f02ab --yes'],
    json: '{ archive, deleted: [{ ref, sha }] }',
  })
    .argument('<archive>', 'its id')
    .option('-y, --yes', 'without being asked')
    .action(async (archive: string, { yes }: { yes?: boolean }) => {
      const confirmed = yes === true || (await agreed(cli, archive));
      await answer(cli, {
        method: 'archive/delete',
        params: { archive, ...(confirmed ? { confirmed } : {}) },
        text: (gone) => [
          `Deleted ${displayText(gone.archive)} for good.`,
          ...gone.deleted.map(({ ref, sha }) => `  ${displayText(ref)} held ${displayText(sha)}`),
        ],
        json: (gone) => gone,
      });
    });
}

/** What goes is said by the refusal, and asked where there is somebody to ask; otherwise the refusal is the answer. */
async function agreed(cli: Cli, archive: string): Promise<boolean> {
  if (!cli.output.live) return false;
  try {
    await cli.ask('archive/delete', { archive });
  } catch (error) {
    const { code, sentence } = failureOf(error);
    if (code !== 'unapproved') throw error;
    cli.output.print([displayText(sentence, 1000)]);
  }
  return (await cli.confirm('Delete it?')) === true;
}
