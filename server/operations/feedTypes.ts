import { Refusal } from '../domain/refusal.ts';
import { displayText } from '../domain/text.ts';
import { feedVerbs } from './feed.ts';

/** The field's own names of what happens, beside ours. */
const eventTypes: Readonly<Record<string, readonly string[]>> = {
  hook: ['hook/put'],
  unhook: ['hook/clear'],
  spawn: ['sling/started', 'seance/start'],
  kill: ['remove'],
  handoff: ['session/handoff'],
  session_start: ['sling/started', 'session/run', 'seance/start'],
  session_end: ['session/ended'],
  session_death: ['session/ended'],
  merged: ['land'],
  merge_failed: ['land/conflict', 'land/rejected', 'land/lost', 'land/refused'],
};

/** A type is a verb, the noun before its slash, or what the field calls it. Refused with those that there are. */
export function verbTest(types: readonly string[]): (verb: string) => boolean {
  const wanted = types.flatMap((type) => eventTypes[type] ?? [type]);
  for (const type of wanted) {
    if (feedVerbs.some((verb) => verb === type || verb.startsWith(`${type}/`))) continue;
    const nouns = new Set([
      ...feedVerbs.map((verb) => verb.split('/', 1).join('')),
      ...Object.keys(eventTypes),
    ]);
    throw new Refusal('invalid', `Nothing that happens is called "${displayText(type, 40)}".`, {
      field: 'types',
      next: `Types: ${[...nouns].toSorted((a, b) => a.localeCompare(b)).join(', ')}; or a whole verb, as in gt feed --json.`,
    });
  }
  const exact = new Set(types.flatMap((type) => eventTypes[type] ?? []));
  const nouns = types.filter((type) => !(type in eventTypes));
  return (verb) => exact.has(verb) || nouns.some((noun) => verb === noun || verb.startsWith(`${noun}/`));
}
