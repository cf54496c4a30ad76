import { messageOf } from '../domain/fault.ts';
import type { Handlers } from '../protocol/caller.ts';
import type { TownFinding } from '../protocol/doctor.ts';
import type { Params, Result } from '../protocol/messages.ts';
import type { Context } from './context.ts';
import type { Check, Trouble } from './doctorCheck.ts';
import { placeCheck } from './doctorPlaces.ts';
import { recordChecks } from './doctorRecords.ts';
import { repositoryChecks } from './doctorRepositories.ts';
import { workChecks } from './doctorWork.ts';

const checks: readonly Check[] = [...recordChecks, placeCheck, ...repositoryChecks, ...workChecks];

export function doctorHandlers(context: Context): Pick<Handlers, 'town/doctor'> {
  return { 'town/doctor': (params) => examineTown(context, params) };
}

async function examineTown(
  context: Context,
  { fix = false, only }: Params<'town/doctor'>,
): Promise<Result<'town/doctor'>> {
  const findings: TownFinding[] = [];
  const isWanted = ({ about }: Check): boolean => only === undefined || only.includes(about);
  for (const check of checks.filter(isWanted)) findings.push(...(await examine(context, check, fix)));
  return { findings };
}

async function examine(context: Context, check: Check, fix: boolean): Promise<readonly TownFinding[]> {
  const { about, fine } = check;
  try {
    const found = await check.look(context);
    if (found.length === 0) return [{ about, state: 'ok', evidence: fine }];
    if (!fix) return found.map((trouble) => findingOf(check, trouble));
    return await mended(context, check, found);
  } catch (error) {
    return [{ about, state: 'problem', evidence: `This could not be looked at: ${messageOf(error)}` }];
  }
}

/** Mends what is safe, looks again, and says of each whether it is gone: nothing is called fixed for having been tried. */
async function mended(
  context: Context,
  check: Check,
  found: readonly Trouble[],
): Promise<readonly TownFinding[]> {
  const failures = new Map<string, string>();
  for (const { subject, mend } of found) {
    try {
      await mend?.();
    } catch (error) {
      failures.set(subject, messageOf(error));
    }
  }
  const after = await check.look(context);
  const still = new Set(after.map(({ subject }) => subject));
  const known = new Set(found.map(({ subject }) => subject));
  return [
    ...found.map((trouble): TownFinding => {
      const finding = findingOf(check, trouble);
      if (!still.has(trouble.subject)) return { ...finding, state: 'ok', outcome: 'fixed' };
      const why = failures.get(trouble.subject) ?? trouble.advice;
      return { ...finding, outcome: 'not fixed', ...(why === undefined ? {} : { why }) };
    }),
    ...after.filter(({ subject }) => !known.has(subject)).map((trouble) => findingOf(check, trouble)),
  ];
}

function findingOf({ about }: Check, { mend, ...trouble }: Trouble): TownFinding {
  const advice = trouble.advice ?? (mend ? 'gt doctor --fix' : undefined);
  return { ...trouble, about, ...(advice === undefined ? {} : { advice }) };
}
