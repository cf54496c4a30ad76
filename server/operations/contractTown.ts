import { join } from 'node:path';
import { givenOf } from '../domain/givenPreset.ts';
import type { JournalEntry } from '../domain/journal.ts';
import type { Rig } from '../domain/rig.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import { commandKeyOf } from '../domain/settings.ts';
import type { Git } from '../git/git.ts';
import type { Method, Params, Result } from '../protocol/messages.ts';
import { contractFile, instruction, simulatedAs, waitingInstruction } from '../runtimes/contractBead.ts';
import { knownProgram } from '../runtimes/programs.ts';

/** A town, as whoever tests a runtime in it sees it from outside. */
export interface WatchedTown {
  ask<M extends Method>(method: M, params: Params<M>): Promise<Result<M>>;
  readonly changes: { readonly entries: readonly JournalEntry[]; next(withinMs: number): Promise<void> };
  readonly git: Git;
}

/** One rig over one small repository, worked by that runtime, which lands by itself. */
export async function settle(town: WatchedTown, folder: string, runtime: string): Promise<Rig> {
  const repository = join(folder, 'repository');
  await town.git.newRepository({
    directory: repository,
    branch: 'main',
    files: { 'README.md': '# Contract\n\nA repository to test a runtime in.\n' },
    message: 'Begin',
    identity: { name: 'Contract', email: 'contract@gastown.invalid' },
  });
  const name = 'contract';
  await town.ask('rig/create', { name, repository, runtime });
  const { rig } = await town.ask('rig/configure', { rig: name, key: 'merge', words: ['auto'] });
  return rig;
}

/** The bead that asks for the contract, and gives a word that stands nowhere else. */
export async function addContractBead(
  town: WatchedTown,
  rig: Rig,
  preset: RuntimePreset,
  word: string,
): Promise<string> {
  const id = `${rig.prefix}-keep`;
  await town.ask('bead/create', {
    rig: rig.id,
    id,
    title: `Write ${word} into ${contractFile} and keep the contract`,
    description: instruction(id, word),
    ...simulatedAs(preset, 'contract'),
  });
  return id;
}

/** A bead that asks for nothing. */
export async function addWaitingBead(
  town: WatchedTown,
  rig: Rig,
  preset: RuntimePreset,
  word: string,
): Promise<string> {
  const id = `${rig.prefix}-${word}`;
  const labels = simulatedAs(preset, 'stall');
  const texts = { title: 'Wait to be ended', description: waitingInstruction };
  await town.ask('bead/create', { rig: rig.id, id, ...texts, ...labels });
  return id;
}

/** The same program away from the account: in a home of its own, and without the variables that sign in. Gives its name. */
export async function addWithoutAccount(
  town: WatchedTown,
  preset: RuntimePreset,
  { home, command }: { readonly home: string; readonly command: string | undefined },
): Promise<string> {
  const known = knownProgram(preset.command);
  const { set, strip } = preset.environment;
  const leads = [...(known?.account.variables ?? []), ...(known?.homes ?? []), ...dataHomes];
  const environment = { set: { ...set, HOME: home }, strip: [...strip, ...leads] };
  const id = 'without-account';
  await town.ask('runtime/add', { preset: { ...givenOf(preset), id, aliases: [], environment } });
  if (command !== undefined) await town.ask('town/configure', { key: commandKeyOf(id), words: [command] });
  return id;
}

const dataHomes = ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME'];
