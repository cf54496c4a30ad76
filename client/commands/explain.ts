import { env } from 'vscode';
import type { Explanation } from '../../server/domain/explaining.ts';
import { displayText } from '../../server/domain/text.ts';
import { run } from '../commandNames.ts';
import type { Ask } from '../connection.ts';
import { inform, type Offer } from '../messages.ts';
import { back, pickOne } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import type { CommandParts } from './parts.ts';

/** The most beads that are offered to choose from. */
const shownBeads = 1000;

/** Says why a bead is not running, or what keeps a convoy, in one sentence, and offers the next step. */
export async function explain(
  { connection, model }: CommandParts,
  argument?: unknown,
): Promise<Explanation | undefined> {
  const { ask } = connection;
  const subject = subjectIn(argument);
  if (subject?.kind === 'convoy') return await explainConvoy(ask, subject.convoy);
  const bead = subject?.kind === 'bead' ? subject.bead : await askBead(ask);
  if (bead === undefined) return undefined;
  const said = await ask('bead/explain', { bead });
  say(said, model.polecatOn(bead)?.polecat.id);
  return said;
}

/** What of an open convoy does not go on; a convoy where all goes on says so. */
async function explainConvoy(ask: Ask, convoy: string): Promise<Explanation | undefined> {
  const found = (await ask('convoy/stranded', {})).find(({ id }) => id === convoy);
  if (!found) {
    const { convoy: record, closed, total } = await ask('convoy/get', { convoy });
    const title = displayText(record.title, 80);
    const staged = record.state === 'staged';
    inform(
      staged
        ? `The convoy "${title}" is staged: nothing of it starts before it is launched.`
        : `The convoy "${title}" goes on: ${closed} of ${total} beads are closed.`,
      staged ? { label: 'Launch', run: () => run('launchConvoy', { kind: 'convoy', convoy }) } : undefined,
    );
    return undefined;
  }
  if (found.explanation) say(found.explanation, undefined);
  else inform(`The convoy "${displayText(found.title, 80)}" has no bead in it.`);
  return found.explanation;
}

async function askBead(ask: Ask): Promise<string | undefined> {
  const choices = ask('bead/list', { limit: shownBeads }).then(({ items }) =>
    items.map(({ bead }) => ({ label: bead.id, description: displayText(bead.title, 80), value: bead.id })),
  );
  const picked = await pickOne({ title: 'Explain', step: 1, of: 1 }, 'Which bead?', choices);
  return picked === back ? undefined : picked;
}

function say(said: Explanation, agent: string | undefined): void {
  inform(displayText(said.sentence, 900), offerOf(said, agent));
}

/** What this window can do itself is a button; a command line can be copied; what is to be waited for is only said. */
function offerOf(said: Explanation, agent: string | undefined): Offer | undefined {
  return offerHere(said, agent) ?? offerNext(said.next ?? '');
}

function offerHere({ bead, reason }: Explanation, agent: string | undefined): Offer | undefined {
  const subject = { kind: 'bead', bead, ...(agent === undefined ? {} : { agent }) };
  if (reason === 'not-slung') return { label: 'Sling', run: () => run('sling', subject) };
  if (reason === 'review') return { label: 'Show Diff', run: () => run('showDiff', subject) };
  if (agent === undefined) return undefined;
  const polecat = { kind: 'polecat', agent };
  if (reason === 'dead-session') return { label: 'Resume Session', run: () => run('resumeSession', polecat) };
  if (reason === 'needs-person') return { label: 'Open Terminal', run: () => run('openTerminal', polecat) };
  return undefined;
}

function offerNext(next: string): Offer | undefined {
  const [, verb, id = ''] = /^gt (explain|convoy launch) (\S+)$/u.exec(next) ?? [];
  if (verb === 'explain')
    return { label: `Explain ${displayText(id, 40)}`, run: () => run('explain', { kind: 'bead', bead: id }) };
  if (verb !== undefined)
    return { label: 'Launch', run: () => run('launchConvoy', { kind: 'convoy', convoy: id }) };
  if (!/^(?:gt|bd) /u.test(next)) return undefined;
  return { label: `Copy "${displayText(next, 100)}"`, run: () => env.clipboard.writeText(next) };
}
