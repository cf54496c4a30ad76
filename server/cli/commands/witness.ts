import type { Command } from 'commander';
import { answer, type Cli } from '../cli.ts';
import { scanJson, scanLines, statusLines, witnessJson } from '../text/witness.ts';
import { noun, present, verb } from '../words.ts';

const keys =
  '{ agent, rig, bead, state, runtimeLabel, verdict, rule, reason, since?, until?, goesOnAt?, signals: [{ name, at?, value?, ageMs? }], remedies: [{ kind, at, outcome? }] }';

export function addWitness(gt: Command, cli: Cli): void {
  const witness = noun(gt, 'witness', 'how the polecats are, as the town watches over them', [
    'gt witness status',
    'gt witness status backend --json',
  ]);
  verb(witness, 'status', {
    does: 'show the verdict on each polecat, the rule that made it, and how old its signals are',
    examples: ['gt witness status', 'gt witness status backend'],
    json: `{ polecats: [${keys}] }`,
    aliases: ['list'],
  })
    .argument('[rig]')
    .action(async (rig: string | undefined) => {
      await answer(cli, {
        method: 'witness/status',
        params: present({ rig }),
        text: statusLines,
        json: (views) => ({ polecats: views.map(witnessJson) }),
      });
    });
  const patrol = noun(gt, 'patrol', 'one look at everybody', [
    'gt patrol scan',
    'gt patrol scan --rig backend',
  ]);
  verb(patrol, 'scan', {
    does: 'look at every polecat now, and say what would be done; nothing is changed',
    examples: ['gt patrol scan', 'gt patrol scan --rig backend --json'],
    json: '{ rig?, timestamp, polecats: [as witness status prints], zombies: { checked, found, zombies: [{ polecat, classification, agent_state, hook_bead, action, was_active, why }] }, stalls: { checked, found, stalls: [{ polecat, stall_type, action, why }] }, completions: { checked, found, completions: [] }, receipts: [] }',
  })
    .option('--rig <rig>', 'only the polecats of this rig')
    .action(async ({ rig }: { rig?: string }) => {
      await answer(cli, {
        method: 'patrol/scan',
        params: present({ rig }),
        text: scanLines,
        json: scanJson,
      });
    });
}
