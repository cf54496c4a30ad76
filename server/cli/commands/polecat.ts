import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import type { Result } from '../../protocol/messages.ts';
import { ago } from '../ago.ts';
import { answer, type Cli } from '../cli.ts';
import type { Look } from '../output.ts';
import { warningLines } from '../text/rig.ts';
import { counted, shortSha } from '../text/state.ts';
import { polecatJson, polecatsLines } from '../text/work.ts';
import { noun, present, verb } from '../words.ts';
import { addArchives } from './archives.ts';

const keys =
  '{ name, rig, state, reason?, needsPerson, bead, title?, runtime, runtimeLabel, worktree, branch, base, session?, sessionState?, mergeRequest?, landing?, createdAt, progressAt, commits, uncommitted }';

export function addPolecat(gt: Command, cli: Cli): void {
  const polecat = noun(gt, 'polecat', 'the agents of the rigs, each with a worktree, a branch and a bead', [
    'gt polecat list',
    'gt polecat show backend/nux',
  ]);
  verb(polecat, 'list', {
    does: 'list the polecats, of one rig or of all',
    examples: ['gt polecat list', 'gt polecat list backend'],
    json: '{ polecats: [as polecat show prints, without commits and uncommitted] }',
  })
    .argument('[rig]')
    .action(async (rig: string | undefined) => {
      await answer(cli, {
        method: 'polecat/list',
        params: present({ rig }),
        text: polecatsLines,
        json: (polecats) => ({ polecats: polecats.map(polecatJson) }),
      });
    });
  verb(polecat, 'show', {
    does: 'show one polecat',
    examples: ['gt polecat show backend/nux'],
    json: keys,
    aliases: ['status'],
  })
    .argument('<polecat>', 'as RIG/NAME')
    .action(async (agent: string) => {
      await answer(cli, {
        method: 'polecat/get',
        params: { agent },
        text: polecatLines,
        json: (detail) => ({
          ...polecatJson(detail),
          commits: detail.commits,
          uncommitted: detail.uncommitted,
        }),
      });
    });
  verb(polecat, 'remove', {
    does: 'archive the work of a polecat, then remove its worktree',
    examples: ['gt polecat remove backend/nux', 'gt polecat remove backend/nux --force'],
    json: '{ name, archive, archiveId, warnings? }',
    aliases: ['rm'],
  })
    .argument('<polecat>', 'as RIG/NAME')
    .option('-f, --force', 'though its work has not been merged; the archive keeps it')
    .action(async (agent: string, options: { force?: boolean }) => {
      await answer(cli, {
        method: 'polecat/remove',
        params: { agent, ...(options.force ? { force: true } : {}) },
        text: (gone, look) => [
          `Removed ${displayText(gone.agent)}. Its work is kept as ${displayText(gone.archive)}.`,
          ...warningLines(gone.warnings ?? [], look),
          `To bring it back: gt polecat restore ${displayText(gone.archiveId)}`,
        ],
        json: ({ agent: name, archive, archiveId, warnings }) => ({ name, archive, archiveId, warnings }),
      });
    });
  addArchives(polecat, cli);
}

function polecatLines(detail: Result<'polecat/get'>, look: Look): string[] {
  const { polecat, bead, session, mergeRequest, commits, uncommitted } = detail;
  const reason = polecat.reason === undefined ? '' : `: ${displayText(polecat.reason, 500)}`;
  return [
    `Polecat: ${displayText(polecat.id)}`,
    `State: ${polecat.state}${reason}`,
    `Bead: ${displayText(polecat.bead ?? 'none yet')} ${displayText(bead?.title ?? '')}`.trimEnd(),
    `Runtime: ${displayText(detail.runtimeLabel)}`,
    `Session: ${session === undefined ? 'none' : `${displayText(session.id)} (${session.host}, ${session.state})`}`,
    ...(session === undefined || session.state === 'ended'
      ? []
      : [`Attach: gt session attach ${displayText(polecat.id)}`]),
    `Branch: ${displayText(polecat.branch)} from ${shortSha(polecat.base)}, ${counted(commits, 'commit')}`,
    `Worktree: ${displayText(polecat.worktree, 1000)}`,
    ...(uncommitted.length === 0
      ? []
      : [`Uncommitted: ${uncommitted.map((path) => displayText(path)).join(', ')}`]),
    ...(mergeRequest === undefined ? [] : [`Landing: ${mergeRequest.state}`]),
    `Progress: ${ago(polecat.progressAt, look.now)}`,
    ...nextStep(detail),
  ];
}

function nextStep({ polecat, mergeRequest }: Result<'polecat/get'>): string[] {
  if (mergeRequest?.state === 'submitted') return [`Next: gt mq show ${displayText(mergeRequest.bead)}`];
  if (polecat.bead === undefined) return [`Next: gt sling BEAD ${displayText(polecat.id)}`];
  if (polecat.state === 'interrupted' || polecat.state === 'failed')
    return [`Next: gt session run ${displayText(polecat.id)}`];
  return [];
}
