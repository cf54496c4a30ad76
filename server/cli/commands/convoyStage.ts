import type { Command } from 'commander';
import { displayText } from '../../domain/text.ts';
import type { StagedConvoy } from '../../protocol/convoyStage.ts';
import { answer, type Cli } from '../cli.ts';
import { exits, Told } from '../failure.ts';
import { convoyJson, convoyKeys, convoyLines } from '../text/convoy.ts';
import { stagedJson, stagedLines, strandedJson, strandedLines } from '../text/convoyStage.ts';
import { present, verb } from '../words.ts';

const planKeys =
  '{ convoy?: as convoy show prints, title, waves: [[bead]], closed: [bead], errors: [{ bead, text }], warnings: [{ bead, text }] }';

export function addConvoyStage(convoy: Command, cli: Cli): void {
  addStage(convoy, cli);
  addLaunch(convoy, cli);
  addChanges(convoy, cli);
  addLooks(convoy, cli);
}

function addStage(convoy: Command, cli: Cli): void {
  verb(convoy, 'stage', {
    does: 'plan a convoy and show its waves; nothing starts before it is launched; exit 1 where the plan has errors',
    examples: [
      'gt convoy stage be-auth fe-login',
      'gt convoy stage be-overhaul --title "Auth"',
      'gt convoy stage hq-auth',
    ],
    json: planKeys,
  })
    .argument('<bead...>', 'beads, epics for the beads in them, or one convoy')
    .option('-t, --title <text>', 'what it is called; else after its first bead')
    .option('--launch', 'and launch it, where there is nothing to warn of')
    .action(async (beads: string[], { title, launch }: { title?: string; launch?: boolean }) => {
      if (launch) {
        const { view } = await cli.ask('convoy/stage', { beads, ...present({ title }) });
        if (view) return await launchIt(cli, view.convoy.id, false);
      }
      const staged = await answer(cli, {
        method: 'convoy/stage',
        params: { beads, ...present({ title }) },
        text: stagedLines,
        json: stagedJson,
      });
      refuseErrors(staged);
    });
}

function refuseErrors({ plan }: StagedConvoy): void {
  if (plan.errors.length > 0) throw new Told(exits.refused);
}

function addLaunch(convoy: Command, cli: Cli): void {
  verb(convoy, 'launch', {
    does: 'start a convoy: what is ready is queued now, the rest as it becomes ready',
    examples: [
      'gt convoy launch hq-auth',
      'gt convoy launch be-auth fe-login',
      'gt convoy launch hq-auth --force',
    ],
    json: `${planKeys.slice(0, -2)}, queued: [bead] }`,
  })
    .argument('<convoy...>', 'a convoy; or beads and epics, that are staged first')
    .option('-f, --force', 'though there are warnings')
    .action(async (words: string[], { force = false }: { force?: boolean }) => {
      const { view, ...staged } = await cli.ask('convoy/stage', { beads: words });
      if (view) return await launchIt(cli, view.convoy.id, force);
      if (cli.json) cli.output.json(stagedJson(staged));
      else cli.output.note(stagedLines(staged, cli.output.look));
      throw new Told(exits.refused);
    });
}

async function launchIt(cli: Cli, convoy: string, force: boolean): Promise<void> {
  await answer(cli, {
    method: 'convoy/launch',
    params: { convoy, ...(force ? { force } : {}) },
    text: (launched, look) => [
      ...stagedLines(launched, look),
      launched.queued.length === 0
        ? 'Nothing of it is ready now.'
        : `Queued ${launched.queued.map((id) => displayText(id)).join(', ')}.`,
      `Next: gt convoy show ${displayText(convoy)}`,
    ],
    json: (launched) => ({ ...stagedJson(launched), queued: launched.queued }),
  });
}

function addChanges(convoy: Command, cli: Cli): void {
  verb(convoy, 'remove', {
    does: 'take beads out of a convoy; they stay as they are',
    examples: ['gt convoy remove auth be-limit'],
    json: convoyKeys,
  })
    .argument('<convoy>', 'its id, or a part of its title')
    .argument('<bead...>')
    .action(async (id: string, beads: string[]) => {
      const params = { convoy: id, beads };
      await answer(cli, { method: 'convoy/remove', params, text: convoyLines, json: convoyJson });
    });
  verb(convoy, 'close', {
    does: 'end a convoy that will not land; its beads stay as they are, and nothing more of it is started',
    examples: ['gt convoy close auth', 'gt convoy close auth --force --reason "given up"'],
    json: convoyKeys,
  })
    .argument('<convoy>', 'its id, or a part of its title')
    .option('-r, --reason <text>', 'why, for everybody who asks')
    .option('-f, --force', 'though beads in it are open')
    .action(async (id: string, { reason, force }: { reason?: string; force?: boolean }) => {
      const params = { convoy: id, ...present({ reason }), ...(force ? { force } : {}) };
      await answer(cli, { method: 'convoy/close', params, text: convoyLines, json: convoyJson });
    });
  for (const name of ['watch', 'unwatch'] as const) {
    verb(convoy, name, {
      does: name === 'watch' ? 'be told when a convoy lands' : 'not be told when a convoy lands',
      examples: [`gt convoy ${name} auth`, `gt convoy ${name} auth mayor`],
      json: convoyKeys,
    })
      .argument('<convoy>', 'its id, or a part of its title')
      .argument('[agent]', 'who is told; else whoever asks')
      .option('--addr <agent>', 'the same')
      .option('--nudge', 'by a message at once, as always here')
      .action(async (id: string, agent: string | undefined, { addr }: { addr?: string }) => {
        await answer(cli, {
          method: `convoy/${name}`,
          params: { convoy: id, ...present({ who: agent ?? addr }) },
          text: ({ convoy: { id: found, watchers = [] } }) => [
            watchers.length === 0
              ? `Nobody watches ${displayText(found)}.`
              : `${displayText(found)} is watched by ${watchers.map((who) => displayText(who, 80)).join(', ')}.`,
          ],
          json: convoyJson,
        });
      });
  }
}

function addLooks(convoy: Command, cli: Cli): void {
  verb(convoy, 'stranded', {
    does: 'list the open convoys where nothing goes on, with the reason',
    examples: ['gt convoy stranded'],
    json: '[{ id, title, why: ready | stuck | empty, tracked_count, ready_count, ready_issues, created_at, reason?, sentence? }]',
  }).action(async () => {
    await answer(cli, {
      method: 'convoy/stranded',
      params: {},
      text: strandedLines,
      json: (stranded) => stranded.map(strandedJson),
    });
  });
  verb(convoy, 'check', {
    does: 'land convoys that are complete; the town does so by itself with the last bead',
    examples: ['gt convoy check', 'gt convoy check auth --dry-run'],
    json: '{ landed: [convoy], open: [convoy] }',
  })
    .argument('[convoy]', 'its id, or a part of its title')
    .option('-n, --dry-run', 'only say which')
    .action(async (id: string | undefined, { dryRun }: { dryRun?: boolean }) => {
      await answer(cli, {
        method: 'convoy/check',
        params: { ...present({ convoy: id }), ...(dryRun ? { dryRun } : {}) },
        text: ({ landed, open }) => [
          landed.length === 0
            ? `None is complete; ${open.length} open.`
            : `${dryRun ? 'Would land' : 'Landed'}: ${landed.map((each) => displayText(each)).join(', ')}.`,
        ],
        json: (checked) => ({ ...checked }),
      });
    });
}
