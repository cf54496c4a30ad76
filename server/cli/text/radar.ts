import type { Collision } from '../../domain/collision.ts';
import { displayText } from '../../domain/text.ts';
import type { RadarOutlook } from '../../protocol/radar.ts';
import { ago } from '../ago.ts';
import { paint, type Look } from '../output.ts';
import { counted } from './state.ts';

/** Files of one collision; the rest is counted. */
const shown = 10;

export function radarLines(outlooks: readonly RadarOutlook[], look: Look): string[] {
  if (outlooks.length === 0) return ['There is no rig, so nothing can collide.'];
  return outlooks.flatMap((outlook, at) => [...(at === 0 ? [] : ['']), ...rigLines(outlook, look)]);
}

function rigLines(outlook: RadarOutlook, look: Look): string[] {
  const { rig, agents, collisions, unknown, pending, problem } = outlook;
  const head = paint(look, 'bold', displayText(rig));
  if (outlook.everyMinutes === undefined) {
    return [`${head}  the radar is off`, `Next: gt rig config ${displayText(rig)} radar 2`];
  }
  if (problem !== undefined) return [`${head}  ${paint(look, 'red', displayText(problem, 300))}`];
  if (outlook.lookedAt === undefined || agents.length === 0) return [`${head}  nobody works here`];
  const blind = agents.filter((agent) => agent.problem !== undefined);
  const seen = `${counted(agents.length, 'agent')} · looked ${ago(outlook.lookedAt, look.now)}`;
  return [
    `${head}  ${seen}`,
    ...(collisions.length === 0 ? [`  ${nothing(outlook)}`] : []),
    ...collisions.flatMap((collision) => collisionLines(outlook, collision, look)),
    ...unknown.map(
      (pair) => `  ${names(pair.agents, outlook)}: not known: ${displayText(pair.problem, 200)}`,
    ),
    ...blind.map(
      (each) => `  ${shortName(each.agent)}: not looked at: ${displayText(each.problem ?? '', 200)}`,
    ),
    ...(pending > 0 ? [`  ${counted(pending, 'pair')} still to look at`] : []),
  ];
}

function nothing({ pending, unknown }: RadarOutlook): string {
  return pending + unknown.length > 0 ? 'Nothing that was looked at collides.' : 'Nothing collides.';
}

function collisionLines(outlook: RadarOutlook, collision: Collision, look: Look): string[] {
  const files = collision.files.slice(0, shown);
  const more = collision.files.length - files.length + (collision.moreFiles ?? 0);
  const since = paint(look, 'dim', `for ${ago(collision.since, look.now).replace(/ ago$/, '')}`);
  return [
    `  ${paint(look, 'yellow', names(collision.agents, outlook))}  ${since}`,
    ...files.map((file) => `    ${displayText(file, 500)}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}

/** `nux (be-auth) with slit (be-limit)`, `nux (be-auth) with main`. */
function names([one, other]: Collision['agents'], outlook: RadarOutlook): string {
  const name = (agent: string): string => {
    const bead = outlook.agents.find((each) => each.agent === agent)?.bead;
    return `${shortName(agent)}${bead === undefined ? '' : ` (${displayText(bead)})`}`;
  };
  return `${name(one)} with ${other === undefined ? displayText(outlook.target) : name(other)}`;
}

function shortName(agent: string): string {
  return displayText(agent.slice(agent.lastIndexOf('/') + 1));
}
