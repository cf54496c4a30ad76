import type { Command } from 'commander';
import { answer, type Cli } from '../cli.ts';
import { convoyJson, convoyLines, convoysLines, createdConvoyLines } from '../text/convoy.ts';
import { noun, verb } from '../words.ts';

const keys =
  '{ id, title, state, automatic, closed, total, createdAt, createdBy, landedAt?, beads: [{ id, title, status, rig, runtime?, runtimeLabel, agent?, state, commit?, mergeRequest? }] }';

export function addConvoy(gt: Command, cli: Cli): void {
  const convoy = noun(gt, 'convoy', 'bundle beads of any rigs and follow them until they have landed', [
    'gt convoy create "Auth System Overhaul" be-auth ml-extract fe-login',
    'gt convoy show auth',
  ]);
  create(convoy, cli);
  verb(convoy, 'add', {
    does: 'add beads to a convoy',
    examples: ['gt convoy add auth be-limit'],
    json: keys,
  })
    .argument('<convoy>', 'its id, or a part of its title')
    .argument('<bead...>')
    .action(async (id: string, beads: string[]) => {
      const params = { convoy: id, beads };
      await answer(cli, { method: 'convoy/add', params, text: convoyLines, json: convoyJson });
    });
  verb(convoy, 'list', {
    does: 'list the convoys that have not landed',
    examples: ['gt convoy list', 'gt convoy list --all'],
    json: '{ convoys: [as convoy show prints], total }',
  })
    .option('--all', 'those that have landed too')
    .action(async (options: { all?: boolean }) => {
      await answer(cli, {
        method: 'convoy/list',
        params: options.all ? { all: true } : {},
        text: convoysLines,
        json: ({ items, total }) => ({ convoys: items.map(convoyJson), total }),
      });
    });
  verb(convoy, 'show', {
    does: 'show how each bead of a convoy stands',
    examples: ['gt convoy show auth', 'gt convoy show hq-auth --json'],
    json: keys,
    aliases: ['status'],
  })
    .argument('<convoy>', 'its id, or a part of its title')
    .action(async (id: string) => {
      await answer(cli, {
        method: 'convoy/get',
        params: { convoy: id },
        text: convoyLines,
        json: convoyJson,
      });
    });
}

function create(convoy: Command, cli: Cli): void {
  verb(convoy, 'create', {
    does: 'bundle beads under a title; this starts nothing',
    examples: ['gt convoy create "Auth System Overhaul" be-auth ml-extract fe-login'],
    json: keys,
  })
    .argument('<title>')
    .argument('<bead...>')
    .action(async (title: string, beads: string[]) => {
      const params = { title, beads };
      await answer(cli, { method: 'convoy/create', params, text: createdConvoyLines, json: convoyJson });
    });
}
