import { describeState } from '../../server/domain/stateWords.ts';
import { displayText } from '../../server/domain/text.ts';
import type { RuntimeSummary } from '../../server/protocol/runtime.ts';
import type { CrewMember, PastSession } from '../../server/protocol/seance.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';
import { age } from './age.ts';
import { needsPersonIcon } from './icons.ts';
import { joined, type Row } from './row.ts';
import { runtimeTooltip } from './runtimeWords.ts';

/** What is known of a crew member besides. */
interface CrewFacts {
  /** Its state, where the town tells it. */
  readonly detail: PolecatDetail | undefined;
  readonly runtime: RuntimeSummary | undefined;
}

/** A crew member under its rig. It stays when a bead is done. */
export function crewRow(member: CrewMember, { detail, runtime }: CrewFacts): Row {
  const { agent, rig, name, bead } = member;
  const running = isRunning(member, detail);
  const waits = detail?.needsPerson === true;
  const word = waits ? 'needs you' : running ? 'session running' : 'no session';
  const label = displayText(runtime?.preset.label ?? member.runtime, 40);
  const title = detail?.bead ? displayText(detail.bead.title, 80) : '';
  return {
    id: `crew:${agent}`,
    label: displayText(name, 40),
    description: joined(word, label, bead === undefined ? 'crew' : `${bead} ${title}`.trim()),
    icon: waits ? needsPersonIcon : { id: 'account' },
    context: joinedWords('crew', running && 'running'),
    spoken: `Crew member ${displayText(name, 40)}, ${word}, ${label}${bead === undefined ? '' : `, bead ${bead}`}.`,
    subject: { kind: 'crew', agent, rig, name },
    tooltip: () => [
      `${displayText(agent, 100)}: ${word}`,
      bead === undefined ? 'Nothing is on its hook.' : `On its hook: ${bead} ${title}`.trim(),
      `Branch ${displayText(member.branch)}`,
      displayText(member.directory),
      ...(runtime ? runtimeTooltip(runtime) : [label]),
    ],
  };
}

/** The mayor, who belongs to no rig; no row while no session of its runs. */
export function mayorRow(mayor: PastSession | undefined, now: number): Row | undefined {
  if (!mayor || mayor.session.state === 'ended') return undefined;
  const { session } = mayor;
  const label = displayText(mayor.runtimeLabel, 40);
  const word = describeState(session.state);
  return {
    id: 'mayor',
    label: 'mayor',
    description: joined(word, label, age(session.startedAt ?? session.createdAt, now)),
    icon: { id: 'compass' },
    context: 'mayor running',
    spoken: `The mayor of the town, ${word}, ${label}.`,
    subject: { kind: 'mayor', agent: session.agent },
    tooltip: () => ['The coordinator: plans, makes beads and convoys, and slings.', `${word}, ${label}`],
  };
}

function isRunning({ session }: CrewMember, detail: PolecatDetail | undefined): boolean {
  const known = detail?.session;
  return known ? known.state !== 'ended' : session !== undefined;
}

function joinedWords(...words: readonly (string | false)[]): string {
  return words.filter((word) => word !== false).join(' ');
}
