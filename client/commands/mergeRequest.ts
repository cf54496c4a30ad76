import { window } from 'vscode';
import { rejects } from '../../server/domain/gate.ts';
import type { MergeRequest } from '../../server/domain/mergeRequest.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { describeState } from '../../server/domain/stateWords.ts';
import { displayText } from '../../server/domain/text.ts';
import { run } from '../commandNames.ts';
import { mention, warn } from '../messages.ts';
import { subjectIn } from '../subject.ts';
import { isMergeable } from '../views/landingWords.ts';
import { choosePolecat } from './choose.ts';
import type { CommandParts } from './parts.ts';

/** Lands what a polecat has submitted. Said to have landed only when the town has proven it. */
export async function merge(parts: CommandParts, argument?: unknown): Promise<void> {
  const detail = await choosePolecat(parts, argument, {
    title: 'Merge',
    fits: isMergeable,
    none: 'Nothing waits to be merged.',
  });
  const bead = detail ? (detail.mergeRequest?.bead ?? detail.polecat.bead) : beadIn(argument);
  if (bead === undefined) return;
  const mergeRequest = detail?.mergeRequest?.id ?? bead;
  const { mergeRequest: now } = await window.withProgress(
    { location: { viewId: 'gastown.rigs' }, title: `Landing ${bead}...` },
    () =>
      parts.model.inHand.during([bead, rigOf(bead, parts)], () =>
        parts.connection.ask('mergeRequest/merge', { mergeRequest }),
      ),
  );
  if (now.state === 'verified') {
    mention(`${bead} landed on ${displayText(now.target, 60)} as ${now.landed?.slice(0, 7) ?? ''}`);
    return;
  }
  sayNotLanded(parts, bead, now);
}

/** That its refinery is paused is told by the command, too. */
function rigOf(bead: string, { model }: CommandParts): string {
  return model.polecatOn(bead)?.polecat.rig ?? model.bead(bead)?.rig ?? '';
}

/** Its polecat may be gone; what it submitted is there. */
function beadIn(argument: unknown): string | undefined {
  const subject = subjectIn(argument);
  return subject?.kind === 'bead' ? subject.bead : undefined;
}

/** Of what a gate rejected there is something to read, and a refinery that is paused can be resumed; anything else is refused. */
function sayNotLanded({ model }: CommandParts, bead: string, now: MergeRequest): void {
  const why = notLanded(bead, now);
  const isPaused = model.town?.rigs.find(({ rig }) => rig.id === now.rig)?.rig.refinery !== undefined;
  if (now.state === 'submitted' && isPaused)
    return warn(why.message, {
      label: 'Resume Refinery',
      run: () => run('resumeRefinery', { kind: 'rig', rig: now.rig }),
    });
  if (!now.gates?.some(rejects)) throw why;
  const label = 'Show Gate Output';
  warn(why.message, { label, run: () => run('showGates', { kind: 'bead', bead }) });
}

function notLanded(bead: string, now: MergeRequest): Refusal {
  const files = now.files?.slice(0, 5).map((file) => displayText(file, 80)) ?? [];
  const reason = now.reason ?? `It is ${describeState(now.state)}.`;
  return new Refusal(
    'conflict',
    `${bead} did not land. ${reason}${files.length > 0 ? ` (${files.join(', ')})` : ''}`,
  );
}
