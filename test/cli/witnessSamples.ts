import type { AgentVerdict, Episode } from '../../server/domain/episode.ts';
import type { WitnessView } from '../../server/protocol/witness.ts';
import { before } from './samples.ts';

export function sampleWitness(): WitnessView {
  const verdict: AgentVerdict = {
    kind: 'stalled',
    rule: 'silent',
    reason: 'No call of gt or commit for 16 min.',
    signals: [
      { name: 'process', value: 'alive' },
      { name: 'call', at: before(16), ageMs: 16 * 60_000 },
      { name: 'commit', at: before(40), ageMs: 40 * 60_000 },
      { name: 'start', at: before(60), ageMs: 60 * 60_000 },
    ],
    until: before(-60),
  };
  const { kind, signals, ...more } = verdict;
  const episode = {
    ...more,
    id: 'backend/nux',
    rig: 'backend',
    session: 's-1',
    verdict: kind,
    since: before(1),
    evidence: signals,
    remedies: [{ kind: 'nudge', at: before(1), outcome: 'A nudge waits for it.' }],
  } as unknown as Episode;
  return {
    agent: 'backend/nux',
    rig: 'backend',
    bead: 'be-auth',
    state: 'stalled',
    runtimeLabel: 'Claude Code',
    verdict,
    episode,
  };
}
