import type { AgentVerdict, Signal } from '../../domain/episode.ts';
import { clockTime } from '../../domain/dispatchLimits.ts';
import { describeState } from '../../domain/stateWords.ts';
import { spanWords } from '../../domain/span.ts';
import { displayText } from '../../domain/text.ts';
import type { Result } from '../../protocol/messages.ts';
import type { ScannedView, WitnessView } from '../../protocol/witness.ts';
import type { Look, Paint } from '../output.ts';
import { table } from '../table.ts';

export function statusLines(views: readonly WitnessView[], look: Look): string[] {
  if (views.length === 0) return ['No polecat runs, and none is in trouble.'];
  const rows = views.map(({ agent, verdict }) => [
    agent,
    verdict.kind,
    verdict.rule,
    agesWords(verdict.signals),
  ]);
  const columns = [
    { title: 'POLECAT', shrinks: true },
    { title: 'VERDICT', paint: paintOfVerdict },
    { title: 'RULE' },
    { title: 'LAST SEEN', shrinks: true },
  ];
  const troubled = views.filter(({ verdict }) => verdict.kind !== 'working');
  return [...table(columns, rows, look), ...troubled.flatMap(reasonLines)];
}

function reasonLines({ agent, verdict, episode, goesOnAt }: WitnessView): readonly string[] {
  const tried = episode?.remedies.at(-1);
  return [
    '',
    `${displayText(agent)}: ${displayText(verdict.reason, 500)}`,
    ...(verdict.until === undefined ? [] : [`  Until: ${verdict.until}`]),
    ...(goesOnAt === undefined ? [] : [`  Goes on at ${clockTime(goesOnAt)}`]),
    ...(tried === undefined
      ? []
      : [`  Tried: ${tried.kind}. ${displayText(tried.outcome ?? '', 300)}`.trimEnd()]),
  ];
}

/** Of `gt polecat show`: the verdict and what shows it. */
export function verdictLines(verdict: AgentVerdict | undefined): readonly string[] {
  if (verdict === undefined) return [];
  return [
    `Verdict: ${describeState(verdict.kind)} (${verdict.rule}): ${displayText(verdict.reason, 500)}`,
    `Evidence: ${evidenceWords(verdict.signals)}`,
  ];
}

export function verdictJson(verdict: AgentVerdict | undefined): Record<string, unknown> | undefined {
  if (verdict === undefined) return undefined;
  const { kind, rule, reason, signals, until } = verdict;
  return { verdict: kind, rule, reason, until, signals };
}

export function scanLines({ scanned }: Result<'patrol/scan'>, look: Look): string[] {
  const lines = statusLines(scanned, look);
  const acts = scanned.flatMap(({ agent, wouldDo }) =>
    wouldDo === undefined
      ? []
      : [`${displayText(agent)}: would ${actWords[wouldDo.kind] ?? wouldDo.kind}. ${wouldDo.why}`],
  );
  return acts.length === 0 ? lines : [...lines, '', ...acts];
}

export function witnessJson({
  agent,
  rig,
  bead,
  state,
  runtimeLabel,
  verdict,
  episode,
  goesOnAt,
}: WitnessView): Record<string, unknown> {
  return {
    agent,
    rig,
    bead,
    state,
    runtimeLabel,
    ...verdictJson(verdict),
    since: episode?.since,
    goesOnAt,
    remedies: episode?.remedies ?? [],
  };
}

/** In the words that scripts know from elsewhere, as far as they mean something here, and then in the town's own. */
export function scanJson({ at, rig, scanned }: Result<'patrol/scan'>): Record<string, unknown> {
  const zombies = scanned.filter(({ verdict: { kind } }) => kind === 'failed' || kind === 'stuck-in-done');
  const stalls = scanned.filter(({ verdict: { kind } }) => kind === 'stalled' || kind === 'needs-you');
  const counted = { checked: scanned.length };
  return {
    rig,
    timestamp: at,
    zombies: { ...counted, found: zombies.length, zombies: zombies.map(zombieJson), errors: [] },
    stalls: {
      ...counted,
      found: stalls.length,
      stalls: stalls.map((each) => ({
        polecat: each.agent,
        stall_type: each.verdict.rule,
        action: each.wouldDo?.kind ?? 'none',
        why: each.wouldDo?.why,
      })),
      errors: [],
    },
    completions: { ...counted, found: 0, completions: [] },
    receipts: [],
    polecats: scanned.map((each) => witnessJson(each)),
  };
}

function zombieJson({ agent, bead, state, verdict, wouldDo }: ScannedView): Record<string, unknown> {
  const active = verdict.signals.some(({ name, value }) => name === 'process' && value === 'alive');
  return {
    polecat: agent,
    classification: classifications[verdict.rule] ?? verdict.rule,
    agent_state: state,
    hook_bead: bead,
    action: wouldDo?.kind ?? 'none',
    was_active: active,
    why: wouldDo?.why,
  };
}

/** As other tools name what the rules find. */
const classifications: Readonly<Record<string, string>> = {
  'done-but-running': 'stuck-in-done',
  'process-gone': 'agent-dead-in-session',
  'bead-closed': 'bead-closed-still-running',
  'launcher-lost': 'session-dead-active',
  'exit-without-done': 'session-dead-active',
};

const actWords: Readonly<Record<string, string>> = {
  none: 'do nothing',
  nudge: 'nudge it',
  handoff: 'begin it again with an empty conversation',
  restart: 'begin it again where it was',
  'go-on': 'go on with it, since its limit is over',
  release: 'end its session',
  escalate: 'ask for a person',
};

function paintOfVerdict(cell: string): Paint | undefined {
  if (cell === 'working') return undefined;
  return cell === 'failed' || cell === 'stuck-in-done' ? 'red' : 'yellow';
}

/** `call 2 min, commit 40 min`: only what shows progress, the freshest first. */
function agesWords(signals: readonly Signal[]): string {
  const progress = signals.filter(
    ({ name, ageMs }) => ageMs !== undefined && name !== 'start' && name !== 'town',
  );
  const shown = progress.length > 0 ? progress : signals.filter(({ name }) => name === 'start');
  return shown
    .toSorted((a, b) => (a.ageMs ?? 0) - (b.ageMs ?? 0))
    .map(({ name, ageMs = 0 }) => `${name} ${spanWords(ageMs)}`)
    .join(', ');
}

function evidenceWords(signals: readonly Signal[]): string {
  return signals
    .map(({ name, value, ageMs }) =>
      value === undefined ? `${name} ${spanWords(ageMs ?? 0)} ago` : `${name} ${displayText(value, 120)}`,
    )
    .join(', ');
}
