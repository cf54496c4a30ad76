import { Refusal } from '../../server/domain/refusal.ts';
import { displayText } from '../../server/domain/text.ts';
import type { RigSummary } from '../../server/protocol/rig.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';
import { run } from '../commandNames.ts';
import { inform } from '../messages.ts';
import type { Model } from '../model.ts';
import { back, type Choice, pickOne } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { hookWords } from '../views/hookWords.ts';
import { polecatWord } from '../views/polecatRow.ts';
import { joined } from '../views/row.ts';
import type { CommandParts } from './parts.ts';

/** Which polecats a command is for. */
export interface PolecatQuestion {
  readonly title: string;
  readonly fits: (detail: PolecatDetail) => boolean;
  /** Said where none fits. */
  readonly none: string;
}

/** The polecat that the command was called on, else one that the person chooses; undefined where there is none. */
export async function choosePolecat(
  { model }: Pick<CommandParts, 'model'>,
  argument: unknown,
  question: PolecatQuestion,
): Promise<PolecatDetail | undefined> {
  const subject = subjectIn(argument);
  if (subject?.kind === 'polecat') return model.polecat(subject.agent);
  if (subject?.kind === 'bead') return model.polecatOn(subject.bead);
  const polecats = (model.town?.polecats ?? []).filter(question.fits);
  if (polecats.length === 0) {
    inform(question.none);
    return undefined;
  }
  const place = { title: question.title, step: 1, of: 1 };
  const picked = await pickOne(place, 'Which polecat?', Promise.resolve(polecats.map(polecatChoice)));
  return picked === back ? undefined : picked;
}

/** The rig that the command was called on or told, else one that the person chooses; undefined where there is none. */
export async function chooseRig(
  model: Model,
  argument: unknown,
  title: string,
): Promise<RigSummary | undefined> {
  const subject = subjectIn(argument);
  const rigs = model.town?.rigs ?? [];
  const named = subject && 'rig' in subject ? subject.rig : textsIn(argument)['rig'];
  if (named !== undefined) {
    const found = rigs.find(({ rig }) => rig.id === named);
    if (found) return found;
    throw new Refusal('not-found', `There is no rig ${displayText(named, 40)}.`, { field: 'rig' });
  }
  if (rigs.length === 0) {
    inform('There is no rig yet.', {
      label: 'Add Rig',
      run: () => run('addRig'),
    });
    return undefined;
  }
  const picked = await pickOne(
    { title, step: 1, of: 1 },
    'In which rig?',
    Promise.resolve(rigChoices(model)),
  );
  return picked === back ? undefined : rigs.find(({ rig }) => rig.id === picked);
}

export function rigChoices({ town }: Model): readonly Choice<string>[] {
  return (town?.rigs ?? []).map(({ rig, runtimeLabel }) => ({
    label: rig.id,
    description: displayText(runtimeLabel, 40),
    icon: 'repo',
    value: rig.id,
  }));
}

function polecatChoice(detail: PolecatDetail): Choice<PolecatDetail> {
  const { polecat, bead } = detail;
  return {
    label: polecat.id,
    description: joined(polecatWord(detail), displayText(detail.runtimeLabel, 40)),
    detail: hookWords(polecat.bead, bead && displayText(bead.title, 80)),
    value: detail,
  };
}

/** The fields of a plain object that are texts; a command can be called with everything it would ask for. */
export function textsIn(argument: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof argument !== 'object' || argument === null || subjectIn(argument)) return {};
  return Object.fromEntries(Object.entries(argument).filter(([, value]) => typeof value === 'string'));
}
