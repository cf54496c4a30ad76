import { displayText } from '../../server/domain/text.ts';
import type { PastSession } from '../../server/protocol/seance.ts';
import { Refusal } from '../../server/domain/refusal.ts';
import { describeState } from '../../server/domain/stateWords.ts';
import type { Ask } from '../connection.ts';
import { inform, warn } from '../messages.ts';
import { back, type Choice, pickOne } from '../steps.ts';
import { subjectIn } from '../subject.ts';
import { age } from '../views/age.ts';
import { hookWords } from '../views/hookWords.ts';
import { joined } from '../views/row.ts';
import { textsIn } from './choose.ts';
import type { CommandParts } from './parts.ts';

/** How many of the newest sessions are offered to choose from. */
const shownSessions = 100;

/** Opens a terminal in which a past session can be asked, with its own runtime. */
export async function talk({ connection, terminals }: CommandParts, argument?: unknown): Promise<void> {
  const session = sessionIn(argument) ?? (await chooseSession(connection.ask));
  if (session === undefined) return;
  const { launch, runtimeLabel, readOnly } = await connection.ask('seance/talk', { session });
  const label = displayText(runtimeLabel, 40);
  if (!readOnly) inform(`${label} cannot fork a session: what is said now becomes a part of it.`);
  terminals.talk(launch, `talk · ${label} · ${displayText(session, 40)}`);
}

/** The town knows a session by its id, and by its agent. */
function sessionIn(argument: unknown): string | undefined {
  const subject = subjectIn(argument);
  if (subject && 'agent' in subject) return subject.agent;
  return textsIn(argument)['session'];
}

async function chooseSession(ask: Ask): Promise<string | undefined> {
  const place = { title: 'Talk to Past Session', step: 1, of: 1 };
  const picked = await pickOne(place, 'Which session?', sessionChoices(ask));
  if (picked === undefined || picked === back) return undefined;
  if (picked.mute === undefined) return picked.session.id;
  warn(displayText(picked.mute, 300));
  return undefined;
}

async function sessionChoices(ask: Ask): Promise<readonly Choice<PastSession>[]> {
  const sessions = await ask('seance/list', { recent: shownSessions });
  if (sessions.length === 0) throw new Refusal('not-found', 'There has been no session yet.');
  return sessions.map((past) => {
    const { session, runtimeLabel, title, mute } = past;
    const state = session.exit?.end ?? session.state;
    return {
      label: session.agent,
      description: joined(
        displayText(runtimeLabel, 40),
        describeState(state),
        age(session.endedAt ?? session.createdAt, Date.now()),
      ),
      detail: joined(
        mute && displayText(mute, 120),
        hookWords(session.bead, title === undefined ? '' : displayText(title, 80)),
      ),
      icon: mute === undefined ? 'comment-discussion' : 'circle-slash',
      value: past,
    };
  });
}
