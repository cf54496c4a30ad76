import type { Command } from 'commander';
import type { BeadStatus } from '../../domain/bead.ts';
import type { BeadListParams, BeadView } from '../../protocol/bead.ts';
import { blockedJson, listedJson, wrapped } from '../beadsJson.ts';
import type { Cli } from '../cli.ts';
import { showBeads } from '../fastShow.ts';
import type { Look } from '../output.ts';
import { gather, type Gathered } from '../pages.ts';
import { beadsLines, blockedLines } from '../text/beads.ts';
import { listed, present, verb, wholeNumber } from '../words.ts';
import { priorityWord } from './beadOptions.ts';

interface Filters {
  readonly rig?: string;
  readonly status?: readonly string[];
  readonly type?: string;
  readonly priority?: number;
  readonly assignee?: string;
  readonly unassigned?: boolean;
  readonly label?: readonly string[];
  readonly all?: boolean;
  readonly limit: number;
}

export function addReads(bd: Command, cli: Cli): void {
  verb(bd, 'show', {
    does: 'show beads with all that is known about them',
    examples: ['bd show be-auth', 'bd show be-auth ml-extract --json'],
    json: 'an array, always: issues with dependencies, parent and counts, and the packet of a handoff where there is one',
    aliases: ['view'],
  })
    .argument('<id...>')
    .option('--include-dependents', 'in JSON: the beads that need it, too')
    .action(async (ids: string[], options: { includeDependents?: boolean }) => {
      await showBeads(cli, ids, options.includeDependents === true);
    });
  addList(bd, cli);
  addReady(bd, cli);
  addBlocked(bd, cli);
}

function addList(bd: Command, cli: Cli): void {
  verb(bd, 'list', {
    does: 'list the beads that are not closed',
    examples: ['bd list', 'bd list --rig backend --status open,hooked', 'bd list --all -n 0 --json'],
    json: 'an array of issues with dependencies and counts',
  })
    .option('--rig <name>')
    .option('-s, --status <statuses>', 'with commas; all for every one', listed)
    .option('-t, --type <type>')
    .option('-p, --priority <0-4>', '', priorityWord)
    .option('-a, --assignee <name>')
    .option('-l, --label <labels>', 'those that have all of them', listed)
    .option('--all', 'closed ones, too')
    .option('--flat', 'without effect: the list is flat')
    .option('-n, --limit <number>', '0 for all', wholeNumber, 50)
    .action(async (options: Filters) => {
      const gathered = await gather(cli, 'bead/list', listParams(options), {
        limit: options.limit,
        fits: () => true,
      });
      showGathered(cli, gathered, { lines: beadsLines, json: listedJson, none: 'No beads.' });
    });
}

/** Statuses go on as typed; the town knows which there are. */
function listParams({ rig, status = [], type, priority, assignee, label, all }: Filters): BeadListParams {
  const every = all === true || status.includes('all');
  const named = status.filter((each) => each !== 'all') as BeadStatus[];
  return {
    ...present({ rig, type, priority, assignee, labels: label }),
    ...(every ? { all: true } : {}),
    ...(named.length === 0 || every ? {} : { status: named }),
  };
}

function addReady(bd: Command, cli: Cli): void {
  verb(bd, 'ready', {
    does: 'list the beads that can be worked now: open, and waiting for nothing',
    examples: ['bd ready', 'bd ready --rig backend -n 5 --json'],
    json: 'an array of issues with dependencies and counts',
  })
    .option('--rig <name>')
    .option('-t, --type <type>')
    .option('-p, --priority <0-4>', '', priorityWord)
    .option('-a, --assignee <name>')
    .option('-u, --unassigned', 'those that nobody holds')
    .option('-l, --label <labels>', 'those that have all of them', listed)
    .option('-n, --limit <number>', '0 for all', wholeNumber, 100)
    .action(async (options: Filters) => {
      const { rig, assignee, limit } = options;
      const fits = (view: BeadView): boolean => fitsFilters(view, options);
      const gathered = await gather(cli, 'bead/ready', present({ rig, assignee }), { limit, fits });
      showGathered(cli, gathered, { lines: beadsLines, json: listedJson, none: 'Nothing is ready.' });
    });
}

function addBlocked(bd: Command, cli: Cli): void {
  verb(bd, 'blocked', {
    does: 'list the open beads that wait for others',
    examples: ['bd blocked', 'bd blocked --rig backend --json'],
    json: 'an array of issues with blocked_by_count and blocked_by',
  })
    .option('--rig <name>')
    .action(async ({ rig }: { rig?: string }) => {
      const gathered = await gather(cli, 'bead/blocked', present({ rig }), { limit: 0, fits: () => true });
      showGathered(cli, gathered, {
        lines: blockedLines,
        json: blockedJson,
        none: 'Nothing waits for anything.',
      });
    });
}

/** What the town's list of ready beads cannot be asked for. */
function fitsFilters({ bead }: BeadView, { type, priority, unassigned, label = [] }: Filters): boolean {
  if (type !== undefined && bead.type !== type) return false;
  if (priority !== undefined && bead.priority !== priority) return false;
  if (unassigned && bead.assignee) return false;
  return label.every((each) => bead.labels.includes(each));
}

interface Shown {
  readonly lines: (views: readonly BeadView[], look: Look) => readonly string[];
  readonly json: (view: BeadView) => unknown;
  readonly none: string;
}

function showGathered(cli: Cli, { views, cut }: Gathered, { lines, json, none }: Shown): void {
  if (cli.json) cli.output.json(wrapped(views.map(json), cli.environment));
  else cli.output.print(views.length === 0 ? [none] : lines(views, cli.output.look));
  if (cut) cli.output.note([`There are more than these ${views.length}; --limit 0 shows all.`]);
}
