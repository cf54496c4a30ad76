import { basename } from 'node:path';
import type { Command } from 'commander';
import { Refusal } from '../../domain/refusal.ts';
import { displayText } from '../../domain/text.ts';
import { townPaths } from '../../protocol/address.ts';
import { serverLines } from '../askServerProgram.ts';
import type { Cli } from '../cli.ts';
import { exits, Told } from '../failure.ts';
import { verb } from '../words.ts';
import { endTown } from './stopTown.ts';

interface Options {
  readonly yes?: boolean;
  readonly all?: boolean;
  readonly confirm?: string;
  readonly keepClones?: boolean;
}

/** What `gastown-server uninstall` tells at its end. */
interface Uninstalled {
  readonly removed: readonly string[];
  readonly kept: readonly string[];
  readonly left: readonly string[];
}

export function addUninstall(gt: Command, cli: Cli): void {
  verb(gt, 'uninstall', {
    does: 'remove the town: list what belongs to it, archive what is unfinished, stop it, remove it, and look what is left',
    examples: ['gt uninstall', 'gt uninstall --yes', 'gt uninstall --all --confirm gt'],
    json: '{ removed: [...], kept: [...], left: [...] }; exit 1 while something is left',
  })
    .option('-y, --yes', 'without being asked')
    .option('--keep-clones', 'leave the clones of rigs where they are')
    .option('--all', 'also the refs in your own repositories, and work that no remote has')
    .option('--confirm <name>', "with --all: the name of the town's folder")
    .action(async (options: Options) => {
      const { town } = cli.place();
      const plan = await belongings(cli, town);
      await refuseUnconfirmed(cli, options, { town, ...plan });
      await archiveAll(cli);
      await endTown(cli);
      sayUninstalled(cli, await remove(town, options));
    });
}

/** What `gastown-server uninstall --plan` tells. */
interface Outside {
  readonly goes: readonly string[];
  readonly stays: readonly string[];
}

interface Plan {
  readonly wanted: readonly string[];
  readonly stays: readonly string[];
}

/** Each a line: what it is, and where. */
async function belongings(cli: Cli, town: string): Promise<Plan> {
  const [rigs, polecats, crew] = [
    await cli.ask('rig/list', {}),
    await cli.ask('polecat/list', {}),
    await cli.ask('crew/list', {}),
  ];
  const { goes, stays } = await outside(town);
  const wanted = [
    `The state of the town: ${townPaths(town).state}`,
    ...rigs.map(({ rig: { id, repository } }) =>
      repository.kind === 'url'
        ? `The rig ${id}, with the clone of ${displayText(repository.url, 300)}`
        : `The rig ${id}; its repository, ${displayText(repository.path, 300)}, stays`,
    ),
    ...polecats.map(
      ({ polecat: { id, worktree } }) => `${id}, archived first: ${displayText(worktree, 300)}`,
    ),
    ...crew.map(({ agent, directory }) => `${agent}, archived first: ${displayText(directory, 300)}`),
    ...goes.map((path) => `Outside of the town: ${displayText(path, 300)}`),
  ];
  return { wanted, stays };
}

async function outside(town: string): Promise<Outside> {
  let result: Outside | undefined;
  await serverLines(['uninstall', town, '--plan'], (event) => {
    if (event.event === 'result') result = event as unknown as Outside;
  });
  return result ?? { goes: [], stays: [] };
}

async function refuseUnconfirmed(
  cli: Cli,
  { yes, all, confirm }: Options,
  { town, wanted, stays }: Plan & { readonly town: string },
): Promise<void> {
  if (!cli.json) {
    cli.output.print(['This goes:', ...wanted.map((line) => `  ${line}`)]);
    const shown = stays.map((line) => `  ${displayText(line, 500)}`);
    if (stays.length > 0) cli.output.print(['This stays, until you take it away yourself:', ...shown]);
  }
  if (all && confirm !== basename(town)) {
    throw new Refusal('unapproved', 'With --all, work that is nowhere else is deleted for good.', {
      next: `gt uninstall --all --confirm ${basename(town)}`,
      facts: { belongings: wanted },
    });
  }
  if (yes || all || (await cli.confirm('Remove the town?')) === true) return;
  throw new Refusal('unapproved', 'Nothing was removed.', {
    next: 'gt uninstall --yes',
    facts: { belongings: wanted },
  });
}

/** Whoever is there is archived in the rig's repository, so that nothing unfinished goes with its folder. */
async function archiveAll(cli: Cli): Promise<void> {
  const all = (await cli.ask('rig/list', {})).map(({ rig }) => rig);
  const rigs = all.map(({ id }) => id);
  // They stay so, also where this is refused: nothing begins while it is tried again.
  const active = all.filter(({ state }) => state === 'active').map(({ id }) => id);
  if (active.length > 0) await cli.ask('rig/move', { rigs: active, move: 'park' });
  const { done, refused } = await cli.ask('rig/reset', { rigs, force: true });
  const [no] = [
    ...refused.map(({ message, refusal: { next } }) => ({ message, next })),
    ...done.flatMap(({ kept = [] }) =>
      kept.map(({ agent, why, next }) => ({ message: `${agent} stays, and so does the town: ${why}`, next })),
    ),
  ];
  if (no) throw new Refusal('failed', no.message, no.next === undefined ? {} : { next: no.next });
  for (const { agent, session } of await cli.ask('crew/list', {})) {
    if (session !== undefined) await cli.ask('session/stop', { session });
    await cli.ask('crew/remove', { agent, force: true });
  }
}

async function remove(town: string, { all, keepClones }: Options): Promise<Uninstalled> {
  let result: Uninstalled | undefined;
  const words = [...(all ? ['--all'] : []), ...(keepClones ? ['--keep-clones'] : [])];
  await serverLines(['uninstall', town, ...words], (event) => {
    if (event.event === 'result') result = event as unknown as Uninstalled;
  });
  if (!result) throw new Error('The removal ended without a result.');
  return result;
}

function sayUninstalled(cli: Cli, { removed, kept, left }: Uninstalled): void {
  if (cli.json) cli.output.json({ removed, kept, left });
  else {
    cli.output.print([
      'The town is removed.',
      ...kept.map((each) => `Kept: ${displayText(each, 500)}`),
      ...(kept.length === 0 ? ['Nothing of it is left.'] : []),
      'The extension itself goes with: code --uninstall-extension gastown.gastown',
    ]);
    cli.output.note(left.map((each) => `gt: still there: ${displayText(each, 500)}`));
  }
  if (left.length > 0) throw new Told(exits.refused);
}
