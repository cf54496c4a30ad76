import { Refusal } from './refusal.ts';
import type { Rig } from './rig.ts';
import { inState } from './rigResets.ts';

/** Two marks beside each other: each is set and taken away by itself, and either keeps the rig from taking work. */
interface Marks {
  readonly parked: boolean;
  readonly docked: boolean;
}

const marksAfter: Readonly<Record<string, Partial<Marks>>> = {
  park: { parked: true },
  stop: { parked: true },
  unpark: { parked: false },
  dock: { docked: true },
  undock: { docked: false },
  restart: { parked: false },
  start: { parked: false, docked: false },
};

/** How a rig stands after that. Refused with `parked`: a restart of a docked rig. */
export function afterMove(rig: Rig, how: string): Rig {
  if (how === 'restart' && rig.state === 'docked') {
    throw new Refusal('parked', `The rig ${rig.id} is docked.`, { next: `gt rig undock ${rig.id}` });
  }
  return marked(rig, { ...marksOf(rig), ...marksAfter[how] });
}

/** What is still in the way of work after a mark was taken away, in one sentence. */
export function stillMarked(rig: Rig, how: string): string | undefined {
  if (how === 'unpark' && rig.state === 'docked') return `It is docked as well: gt rig undock ${rig.id}`;
  if (how === 'undock' && rig.state === 'parked') return `It is parked as well: gt rig unpark ${rig.id}`;
  return undefined;
}

function marksOf({ state, parked, resetting }: Rig): Marks {
  return { parked: (state === 'parked' && !resetting) || parked === true, docked: state === 'docked' };
}

function marked(rig: Rig, { parked, docked }: Marks): Rig {
  if (!docked) return inState(rig, parked ? 'parked' : 'active');
  return parked ? { ...inState(rig, 'docked'), parked } : inState(rig, 'docked');
}
