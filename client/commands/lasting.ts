import { run } from '../commandNames.ts';
import { inform, mention } from '../messages.ts';
import { subjectIn } from '../subject.ts';
import type { CommandParts } from './parts.ts';
import { liveSession, showSession } from './reveal.ts';

/** A crew member or the mayor: they are there without a bead, and without a session. */
type Lasting = Extract<ReturnType<typeof subjectIn>, { readonly kind: 'crew' | 'mayor' }>;

export function lastingIn(argument: unknown): Lasting | undefined {
  const subject = subjectIn(argument);
  return subject?.kind === 'crew' || subject?.kind === 'mayor' ? subject : undefined;
}

export async function openLasting(parts: CommandParts, subject: Lasting): Promise<void> {
  const session = await liveSession(parts, subject.agent);
  if (session) {
    if (await showSession(parts, session)) return;
    return inform(`The session of ${subject.agent} is in another window, or has no terminal.`);
  }
  const command = subject.kind === 'crew' ? 'startSeance' : 'startMayor';
  inform(`${subject.agent} has no session.`, {
    label: subject.kind === 'crew' ? 'Start Seance' : 'Start Mayor',
    run: () => run(command, subject),
  });
}

export async function stopLasting(parts: CommandParts, { agent }: Lasting): Promise<void> {
  const session = await liveSession(parts, agent);
  if (!session) return inform(`${agent} has no session.`);
  await parts.connection.ask('session/stop', { session: session.id });
  mention(`${agent} has stopped.`);
}
