import { Refusal } from '../domain/refusal.ts';

/** The town does not start over damaged state: going on would lose what the line said, and all that was built on it. */
export function damaged(path: string, line: number, why: string): Refusal {
  return new Refusal(
    'unavailable',
    `${path} is damaged at line ${line}: ${why}. The town was not started and nothing was changed.`,
    {
      next: 'Put back this file from a backup of the folder .gastown; start with gt status.',
      facts: { file: path, line },
    },
  );
}
