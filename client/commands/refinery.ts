import { mention, inform } from '../messages.ts';
import { askText, back } from '../steps.ts';
import { chooseRig } from './choose.ts';
import type { CommandParts } from './parts.ts';

/** Nothing lands in the rig until it is resumed. The reason is for everybody who asks, and may be left out. */
export async function pauseRefinery(parts: CommandParts, argument?: unknown): Promise<void> {
  const summary = await chooseRig(parts.model, argument, 'Pause Refinery');
  if (!summary) return;
  const rig = summary.rig.id;
  const place = { title: `Pause Refinery of ${rig}`, step: 1, of: 1 };
  const reason = await askText(place, {
    prompt: 'Why nothing is to land, for everybody who asks; may be left empty',
    problem: () => undefined,
  });
  if (reason === undefined || reason === back) return;
  const said = reason.trim();
  await parts.model.inHand.during(rig, () =>
    parts.connection.ask('refinery/pause', { rig, ...(said === '' ? {} : { reason: said }) }),
  );
  mention(`Nothing lands in ${rig} until its refinery is resumed.`);
}

export async function resumeRefinery(parts: CommandParts, argument?: unknown): Promise<void> {
  const summary = await chooseRig(parts.model, argument, 'Resume Refinery');
  if (!summary) return;
  const rig = summary.rig.id;
  const { landing, queue } = await parts.connection.ask('refinery/resume', { rig });
  const waiting = landing.length + queue.length;
  const words = `The refinery of ${rig} is resumed`;
  if (waiting > 0) inform(`${words}; ${waiting} ${waiting === 1 ? 'lands' : 'land'} next.`);
  else mention(`${words}.`);
}
