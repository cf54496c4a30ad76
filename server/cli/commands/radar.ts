import type { Command } from 'commander';
import { answer, type Cli } from '../cli.ts';
import { radarLines } from '../text/radar.ts';
import { present, verb } from '../words.ts';

export function addRadar(gt: Command, cli: Cli): void {
  verb(gt, 'radar', {
    does: 'show whose work would be in conflict, before it lands: each two polecats, and each with the target branch',
    examples: ['gt radar', 'gt radar backend'],
    json: '{ rigs: [{ rig, target, everyMinutes?, agents: [{ agent, bead?, branch, worktree, tip?, uncommitted, changed, problem? }], collisions: [{ agents: [one or two], files, moreFiles?, since }], unknown: [{ agents, problem }], pending, lookedAt?, problem? }] }',
  })
    .argument('[rig]')
    .action(async (rig: string | undefined) => {
      await answer(cli, {
        method: 'radar/get',
        params: present({ rig }),
        text: radarLines,
        json: (rigs) => ({ rigs }),
      });
    });
}
