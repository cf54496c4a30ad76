import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import type { PluginDetail, PluginView } from '../../protocol/plugin.ts';
import { answer, type Cli } from '../cli.ts';
import { askedLines, detailLines, historyLines, pluginsLines, ranLines } from '../text/plugin.ts';
import { noun, present, verb, wholeNumber } from '../words.ts';

const keys =
  '{ id, name, rig?, state, title?, description?, file, hash?, when?, runs?, timeoutMs?, problem?, line?, lastRun?, nextAt? }';
const runKeys =
  '{ id, plugin, rig?, stage?, hash, result, createdAt, endedAt, code?, timedOut?, output, reason?, bead?, branch?, severity?, trouble? }';

interface OfRig {
  readonly rig?: string;
}

export function addPlugin(gt: Command, cli: Cli): void {
  const plugin = noun(
    gt,
    'plugin',
    'scripts that the town runs: before and after merges, and from time to time',
    ['gt plugin list', 'gt plugin approve pre-merge/10-lint.sh'],
  );
  addReads(plugin, cli);
  addApprovals(plugin, cli);
  addRun(plugin, cli);
}

const named = (command: Command): Command =>
  command
    .argument('<name>', 'as gt plugin list shows it')
    .option('--rig <name>', 'the one in the folder of this rig');

function addReads(plugin: Command, cli: Cli): void {
  verb(plugin, 'list', {
    does: "list the plugins of the town and its rigs, and what is wrong with those that don't run",
    examples: ['gt plugin list', 'gt plugin list --rig backend'],
    json: `{ plugins: [${keys}] }`,
  })
    .option('--rig <name>', "only the town's and those of this rig")
    .action(async ({ rig }: OfRig) => {
      await answer(cli, {
        method: 'plugin/list',
        params: present({ rig }),
        text: pluginsLines,
        json: (plugins) => ({ plugins }),
      });
    });
  named(
    verb(plugin, 'show', {
      does: 'show one: what it runs, when, and its text',
      examples: ['gt plugin show pre-merge/10-lint.sh', 'gt plugin show sweep --rig backend'],
      json: `${keys.slice(0, -2)}, files: [{ path, bytes, head, more }] }`,
    }),
  ).action(async (name: string, { rig }: OfRig) => {
    await answer(cli, {
      method: 'plugin/get',
      params: { plugin: name, ...present({ rig }) },
      text: detailLines,
      json: (detail) => detail,
    });
  });
  named(
    verb(plugin, 'history', {
      does: 'show what became of its last runs, newest first',
      examples: ['gt plugin history sweep', 'gt plugin history sweep --limit 3'],
      json: `{ plugin, runs: [${runKeys}] }`,
    }),
  )
    .option('--limit <count>', 'how many (default: 10)', wholeNumber)
    .action(async (name: string, { rig, limit }: OfRig & { limit?: number }) => {
      await answer(cli, {
        method: 'plugin/history',
        params: { plugin: name, ...present({ rig, limit }) },
        text: historyLines,
        json: (history) => history,
      });
    });
}

function addApprovals(plugin: Command, cli: Cli): void {
  named(
    verb(plugin, 'approve', {
      does: 'let a plugin run as it is now; when a byte of it changes, it asks again',
      examples: ['gt plugin approve pre-merge/10-lint.sh', 'gt plugin approve sweep --hash 9f86d081…'],
      json: keys,
    }),
  )
    .option('--hash <hash>', 'of the content as it was shown, instead of being asked')
    .action(async (name: string, { rig, hash }: OfRig & { hash?: string }) => {
      await approve(cli, { plugin: name, ...present({ rig }) }, hash);
    });
  named(
    verb(plugin, 'revoke', {
      does: 'take back the approval: the plugin runs no more',
      examples: ['gt plugin revoke pre-merge/10-lint.sh'],
      json: keys,
    }),
  ).action(async (name: string, { rig }: OfRig) => {
    await answer(cli, {
      method: 'plugin/revoke',
      params: { plugin: name, ...present({ rig }) },
      text: ({ id }) => [`${displayText(id)} is not approved any more, and does not run.`],
      json: (view) => view,
    });
  });
}

/** Shows what would run and asks on a terminal; without one the hash is to be given, by somebody who has read it. */
async function approve(
  cli: Cli,
  which: { readonly plugin: string; readonly rig?: string },
  hash: string | undefined,
): Promise<void> {
  const approved = hash ?? (await hashAsRead(cli, which));
  await answer(cli, {
    method: 'plugin/approve',
    params: { ...which, hash: approved },
    text: approvedLines,
    json: (view) => view,
  });
}

async function hashAsRead(
  cli: Cli,
  which: { readonly plugin: string; readonly rig?: string },
): Promise<string> {
  const detail = await cli.ask('plugin/get', which);
  const { id, hash } = detail;
  if (hash === undefined) throw cannotRun(detail);
  if (!cli.json) cli.output.note(askedLines(detail, cli.output.look));
  const agreed = !cli.json && (await cli.confirm('May it run?'));
  if (agreed) return hash;
  throw new Refusal('unapproved', `${id} is not approved.`, {
    next: `gt plugin approve ${id} --hash ${hash}, once you have read it`,
    facts: { plugin: id, hash },
  });
}

function cannotRun({ id, state, problem }: PluginDetail): Refusal {
  const why = state === 'missing' ? 'is not there any more' : `cannot be a plugin: ${problem ?? 'unknown'}`;
  return new Refusal('not-found', `${id} ${why}.`, {
    next: state === 'missing' ? `gt plugin revoke ${id}` : 'gt plugin list',
  });
}

function approvedLines({ id, when }: PluginView): string[] {
  return [`${displayText(id)} is approved as it is: it runs ${displayText(when ?? '', 300)}.`];
}

function addRun(plugin: Command, cli: Cli): void {
  named(
    verb(plugin, 'run', {
      does: 'run a periodic plugin now, if its gate is open',
      examples: ['gt plugin run sweep', 'gt plugin run sweep --force', 'gt plugin run sweep --dry-run'],
      json: `{ plugin, ran, reason?, instructions?, run?: ${runKeys} }`,
    }),
  )
    .option('--force', 'also while its gate is shut')
    .option('--dry-run', 'only say whether it would run')
    .action(async (name: string, options: OfRig & { force?: boolean; dryRun?: boolean }) => {
      const { rig, force, dryRun } = options;
      await answer(cli, {
        method: 'plugin/run',
        params: { plugin: name, ...present({ rig, force, dryRun }) },
        text: ranLines,
        json: (ran) => ran,
      });
    });
}
