import { Refusal } from '../domain/refusal.ts';
import type { RuntimePreset } from '../domain/runtime.ts';
import { entryThatBegan, isEnded, type Watched } from '../domain/watched.ts';
import type { SlingParams, Slung } from '../protocol/work.ts';
import type { WatchedTown } from './contractTown.ts';

/** False where it does not come true within the time. */
export async function until(town: WatchedTown, withinMs: number, holds: () => boolean): Promise<boolean> {
  const end = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() >= end) return false;
    await town.changes.next(end - Date.now());
  }
  return true;
}

export const watch = ({ changes }: WatchedTown, { bead, agent, session = '' }: Slung): Watched => ({
  entries: changes.entries,
  bead,
  agent,
  session,
});

/** The sling, or why there is none. */
export async function begin(
  town: WatchedTown,
  { bead, ...choice }: { readonly bead: string } & Omit<SlingParams, 'beads'>,
): Promise<Slung | string> {
  try {
    const { slung, refused } = await town.ask('work/sling', { beads: [bead], ...choice });
    return slung[0] ?? refused[0]?.message ?? 'It was not slung.';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.details.field === 'host'
      ? `sessions cannot live in ${choice.host ?? 'such a place'} here.`
      : error.message;
  }
}

/** Until it has read its hook and its model has answered, as far as it has a log that tells; or it has ended, or the time is over. */
export async function atWork(
  town: WatchedTown,
  preset: RuntimePreset,
  slung: Slung,
  withinMs: number,
): Promise<void> {
  const end = Date.now() + withinMs;
  const watched = watch(town, slung);
  await until(town, withinMs, () => isEnded(watched) || entryThatBegan(watched) !== undefined);
  const { session, host } = slung;
  if (host !== 'process' || session === undefined || !preset.answers) return;
  for (let from = 0; !isEnded(watched) && Date.now() < end;) {
    const { lines, next, ended } = await town.ask('session/follow', { session, from });
    if (ended || lines.some((line) => tellsAnswer(preset, line))) return;
    from = next;
  }
}

/** A line of a log is cut where it is long, so that it may be no JSON any more; what tells of an answer stands in front. */
function tellsAnswer({ answers = [] }: RuntimePreset, line: string): boolean {
  return answers.some((pattern) =>
    Object.entries(pattern).every(([path, value]) => {
      const name = path.split('.').at(-1);
      return [`"${name}":"${value}"`, `"${name}":${value}`].some((field) => line.includes(field));
    }),
  );
}
