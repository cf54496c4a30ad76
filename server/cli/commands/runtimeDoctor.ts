import type { Command } from 'commander';
import { givenOf } from '../../domain/givenPreset.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { DoctorParams, DoctorResult } from '../../protocol/runtimeDoctor.ts';
import { serverLines } from '../askServerProgram.ts';
import type { Cli } from '../cli.ts';
import { exits, Told } from '../failure.ts';
import { isNoTown } from '../place.ts';
import { doctorLines } from '../text/runtimeDoctor.ts';
import { present, verb } from '../words.ts';

export function addRuntimeDoctor(runtime: Command, cli: Cli): void {
  verb(runtime, 'doctor', {
    does: 'look whether the runtimes would work here, and say how to mend what would not; nothing is changed',
    examples: ['gt runtime doctor', 'gt runtime doctor claude-code'],
    json: '{ ready, runtimes: [{ name, label, ready, program?, ageDays?, version?, rigs, findings: [{ about, state, evidence, advice? }] }], machine: [as findings] }; exit 0 only where ready is true: of every runtime that a rig uses, or of the one that was named',
  })
    .argument('[name]', 'only this one')
    .action(async (name: string | undefined) => {
      const params = { ...(await townParams(cli)), ...present({ runtime: name }) };
      const result = await examine(params);
      if (cli.json) cli.output.json(resultJson(result));
      else cli.output.print(doctorLines(result, cli.output.look));
      if (!result.ready) throw new Told(exits.refused);
    });
}

/** All of them, as the town has them. */
export async function lookAtRuntimes(cli: Cli): Promise<DoctorResult> {
  return await examine(await townParams(cli));
}

/** What the caller's town has of its own; without a town the built-in runtimes are looked at. */
async function townParams(cli: Cli): Promise<DoctorParams> {
  try {
    const [runtimes, rigs] = [await cli.ask('runtime/list', {}), await cli.ask('rig/list', {})];
    const { commands } = await cli.ask('town/get', {});
    return {
      ...(commands === undefined ? {} : { commands }),
      own: runtimes.filter(({ builtIn }) => !builtIn).map(({ preset }) => givenOf(preset)),
      rigs: rigs.map(({ rig }) => ({ name: rig.id, runtime: rig.runtime, settings: { ...rig.settings } })),
    };
  } catch (error) {
    if (error instanceof Refusal && isNoTown(error.details.facts)) return {};
    throw error;
  }
}

/** The program beside this one, of the same version: what it prints is taken as it is. */
async function examine(params: DoctorParams): Promise<DoctorResult> {
  let result: DoctorResult | undefined;
  await serverLines(
    ['runtime-doctor', '--params', '-'],
    (event) => {
      if (event.event === 'result') result = event as unknown as DoctorResult;
    },
    { input: JSON.stringify(params) },
  );
  if (result === undefined) throw new Error('The look at the runtimes ended without a result.');
  return result;
}

function resultJson({ ready, runtimes, machine }: DoctorResult): Record<string, unknown> {
  return {
    ready,
    runtimes: runtimes.map((each) => ({
      name: each.name,
      label: each.label,
      ready: each.ready,
      program: each.program,
      ageDays: each.ageDays,
      version: each.version,
      rigs: each.rigs,
      findings: each.findings,
    })),
    machine,
  };
}
