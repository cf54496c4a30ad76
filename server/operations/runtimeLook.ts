import { failed, passed, skipped, type Verdict } from '../domain/contract.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import { commandKeyOf } from '../domain/settings.ts';
import { knownProgram, missingSentence, type FoundProgram, type KnownProgram } from '../runtimes/programs.ts';

/** The machine, as far as it is looked at before a runtime is started. */
export interface RuntimeLook {
  /** Of the login shell. */
  readonly path: string;
  /** The version of this product. */
  readonly own: string;
  /** What a person set for the runtime. */
  readonly set: string | undefined;
  readonly found: FoundProgram;
  /** What a program says its version is. */
  version(program: string, args: readonly string[], waitMs: number): Promise<string | undefined>;
  signOfAccount(signs: KnownProgram['account']): string | undefined;
}

const versionMs = 10_000;

export function lookForProgram(preset: RuntimePreset, { found, set, path }: RuntimeLook): Verdict {
  const { id, command, install, places = [] } = preset;
  if (command === '{self}') return passed('It is part of this product.');
  if (found.program !== undefined) return passed(found.program);
  return failed(
    missingSentence(preset, set),
    set === undefined
      ? `Install it${inWords(install)}. Looked in: ${[path, ...places].join(', ')}`
      : `Say where it is: gt config ${commandKeyOf(id)} PATH, or none to have it looked for.`,
  );
}

export async function lookForVersion(
  { command, versionArguments }: RuntimePreset,
  look: RuntimeLook,
): Promise<Verdict> {
  const { found } = look;
  if (command === '{self}') return passed(`${look.own}, of this product.`);
  if (!versionArguments) return skipped('Its preset does not say how it is asked for its version.');
  if (found.program === undefined) return noProgram;
  const words = [found.program, ...versionArguments];
  const said = await look.version(found.program, versionArguments, versionMs);
  if (said !== undefined) return passed(said);
  return failed(
    `${words.join(' ')} gave no version within ${versionMs / 1000} s.`,
    `Run it by hand and read what it says: ${words.join(' ')}`,
  );
}

export function lookForAccount({ needs, command, signIn }: RuntimePreset, look: RuntimeLook): Verdict {
  if (!needs.account) return skipped('It needs no account.');
  const known = knownProgram(command);
  const sign = known && look.signOfAccount(known.account);
  if (sign !== undefined) return passed(`${sign} is there; whether it still holds was not tried.`);
  return skipped(
    `Not tried: no sign of an account was found, but it may be kept elsewhere. To sign in${inWords(signIn ?? 'start it once by hand')}`,
  );
}

export const noProgram = skipped('There is no program to ask.');

const inWords = (text: string | undefined): string => (text === undefined ? '' : `: ${text}`);
