import { Refusal } from '../domain/refusal.ts';
import type { Rig } from '../domain/rig.ts';
import { type RigChange, withRigChange } from '../domain/settings.ts';
import { shellWord } from '../domain/text.ts';
import type { Context } from './context.ts';
import { inPlaceSentence } from './inPlace.ts';
import { describeSetup, setupNow } from './setup.ts';
import { runtimeLabel } from './views.ts';

/**
 * A change that gives something a free hand, or the user's own checkout, is refused with `unapproved` and what it means, until a person has
 * confirmed it; then it is completed with what they approved.
 */
export async function confirmedChange(
  context: Context,
  rig: Rig,
  change: RigChange,
  confirmed: boolean,
): Promise<RigChange> {
  if (!confirmed) refuseUnconfirmed(context, rig, change);
  const setup = change.settings?.setup && (await setupNow(context, withRigChange(rig, change)));
  if (!setup) return change;
  if (confirmed) return { ...change, approvedSetup: setup.hash };
  const what = describeSetup(setup);
  throw new Refusal('unapproved', `This would run in each new workplace of ${rig.id}, unasked: ${what}`, {
    field: 'confirmed',
    next: `gt rig config --yes ${rig.id} setup ${setup.argv.map(shellWord).join(' ')}`,
    facts: { confirm: 'setup', argv: setup.argv, files: setup.files },
  });
}

function refuseUnconfirmed(context: Context, rig: Rig, { settings = {} }: RigChange): void {
  if (settings.approval === 'auto' && rig.settings.approval !== 'auto') {
    const who = runtimeLabel(context.store.view, rig.runtime);
    throw unconfirmed(rig, 'approval auto', `${autoSentence(who)} It may run whatever you may run.`);
  }
  if (settings.isolation === 'in-place' && rig.settings.isolation !== 'in-place')
    throw unconfirmed(rig, 'isolation in-place', inPlaceSentence(rig));
}

function unconfirmed(rig: Rig, setting: `${string} ${string}`, sentence: string): Refusal {
  return new Refusal('unapproved', sentence, {
    field: 'confirmed',
    next: `gt rig config ${rig.id} ${setting} --yes`,
    facts: { confirm: setting.split(' ')[0] },
  });
}

/** Shown wherever the rig is. */
export function autoSentence(who: string): string {
  return `With approval auto, ${who} acts without asking anybody.`;
}
