import type { GateOutcome } from '../../domain/gate.ts';
import { gateCommand, gateLine, gateLog } from '../../domain/gateText.ts';
import type { MergeRequest } from '../../domain/mergeRequest.ts';
import { describeState } from '../../domain/stateWords.ts';
import { displayText, plainText } from '../../domain/text.ts';
import type { GitProof, MergeRequestDetail, RefineryStatus } from '../../protocol/mergeQueue.ts';
import { ago } from '../ago.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';
import { counted, paintOfState, shortSha } from './state.ts';

export function queueLines(requests: readonly MergeRequestDetail[], look: Look): string[] {
  if (requests.length === 0) return ['Nothing waits to be merged.'];
  const checked = requests.some(({ proof }) => proof !== undefined);
  const rows = requests.map(({ mergeRequest: each, bead, runtimeLabel, proof }) => [
    each.bead,
    each.rig,
    each.state,
    shortSha(each.landed ?? each.tip),
    ...(checked
      ? [proof === undefined ? '' : proofWords(proof)]
      : [runtimeLabel, ago(each.submittedAt, look.now)]),
    bead?.title ?? '',
  ]);
  const columns = [
    { title: 'BEAD' },
    { title: 'RIG', shrinks: true },
    { title: 'STATE', paint: paintOfState },
    { title: 'COMMIT' },
    ...(checked ? [{ title: 'IN GIT' }] : [{ title: 'RUNTIME', shrinks: true }, { title: 'SUBMITTED' }]),
    { title: 'TITLE', shrinks: true },
  ];
  const reasons = requests.flatMap(({ mergeRequest: { rig }, proof }) =>
    proof?.why === undefined ? [] : [`${displayText(rig)} was not looked at: ${displayText(proof.why, 500)}`],
  );
  return [...table(columns, rows, look), ...new Set(reasons)];
}

/** What does not hold is told by a word, not by a colour. */
const proofWords = ({ holds, says }: GitProof): string => (holds === false ? `LOST: ${says}` : says);

export const queueJson = (requests: readonly MergeRequestDetail[]): Record<string, unknown> => ({
  mergeRequests: requests.map((each) => ({
    ...requestJson(each),
    ...(each.proof ? { proof: each.proof } : {}),
  })),
});

export function requestLines(detail: MergeRequestDetail, look: Look): string[] {
  const { mergeRequest: each, bead, runtimeLabel } = detail;
  return [
    `Bead: ${displayText(each.bead)} ${displayText(bead?.title ?? '')}`.trimEnd(),
    `State: ${each.state}${each.reason === undefined ? '' : `: ${displayText(each.reason, 500)}`}`,
    `Work: ${counted(each.commits, 'commit')} by ${displayText(each.agent)} (${displayText(runtimeLabel)})`,
    `Branch: ${displayText(each.branch)} from ${shortSha(each.base)}, submitted as ${shortSha(each.tip)}`,
    `Target: ${displayText(each.target)}${each.landed === undefined ? '' : `, landed as ${shortSha(each.landed)}`}`,
    `Submitted: ${ago(each.submittedAt, look.now)}`,
    ...(each.priority === undefined ? [] : [`Priority: ${each.priority}, of its own`]),
    ...(each.verifiedAt === undefined ? [] : [`Verified: ${ago(each.verifiedAt, look.now)}`]),
    ...metLines(detail),
    ...nextLines(each),
  ];
}

function nextLines({ bead, state, paused, approved, failures }: MergeRequest): string[] {
  const isUnproven = state === 'merged' && failures !== undefined;
  if (!mergeable.has(state) && !isUnproven) return [];
  // Asked for already, it lands when its turn comes.
  const merge = state === 'submitted' && approved ? 'mq show' : 'mq merge';
  return [`Next: gt ${paused ? 'refinery release' : merge} ${displayText(bead)}`];
}

/** What its last landing met. */
function metLines({ mergeRequest: each, waits }: MergeRequestDetail): string[] {
  return [
    ...(each.files?.length ? ['Files:', ...each.files.map((file) => `  ${displayText(file, 500)}`)] : []),
    ...(waits === undefined || waits === each.reason ? [] : [`Waits: ${displayText(waits, 500)}`]),
    ...(each.blockedBy === undefined ? [] : [`Blocked by: ${displayText(each.blockedBy)}`]),
    ...(each.landedBy === undefined ? [] : ['Landed: others have put the same changes there (by patch-id)']),
    ...(each.gates?.length ? ['Gates:', ...each.gates.flatMap(gateWithCommand)] : []),
    ...(each.checkOutput?.length
      ? ['Check:', ...each.checkOutput.map((line) => `  ${plainText(line)}`)]
      : []),
  ];
}

const gateWithCommand = (gate: GateOutcome): string[] => [
  `  ${gateLine(gate)}`,
  ...gateCommand(gate).map((line) => `    ${line}`),
];

const since = (at: string, now: number): string => {
  const told = ago(at, now);
  return told === 'now' ? 'just now' : told;
};

export function landedLines({ mergeRequest: each }: MergeRequestDetail): string[] {
  return [
    `${displayText(each.bead)} has landed: ${shortSha(each.landed ?? each.tip)} is on ${displayText(each.target)}, verified.`,
  ];
}

export function requestJson({
  mergeRequest,
  bead,
  runtimeLabel,
  waits,
}: MergeRequestDetail): Record<string, unknown> {
  return { ...mergeRequest, title: bead?.title, runtimeLabel, waits };
}

export function isVerified({ mergeRequest }: MergeRequestDetail): boolean {
  return mergeRequest.state === 'verified';
}

export function whyNot({ bead, state, reason }: MergeRequest): string {
  return `${bead} did not land, ${describeState(state)}${reason === undefined ? '' : `: ${reason}`}`;
}

const mergeable: ReadonlySet<string> = new Set([
  'submitted',
  'waiting-for-checkout',
  'conflict',
  'rejected',
  'lost',
]);

/** What the gates of its last landing said, with their last lines. */
export function logLines({ mergeRequest }: MergeRequestDetail, look: Look): string[] {
  return gateLog(mergeRequest, (at) => ago(at, look.now));
}

export function logJson({ mergeRequest: each }: MergeRequestDetail): Record<string, unknown> {
  const { id, bead, state, reason, tip, landed, attempts = 0, gates = [] } = each;
  return { id, bead, state, reason, tip, landed, attempts, gates };
}

export function refineryLines(rigs: readonly RefineryStatus[], look: Look): string[] {
  if (rigs.length === 0) return ['No rigs yet.', 'Next: gt rig create NAME --repo URL-OR-PATH'];
  const rows = rigs.map(({ rig, merge, paused, gates, landing, queue, waiting }) => [
    rig,
    paused ? 'paused' : landing.length > 0 ? 'landing' : 'idle',
    merge,
    String(landing.length),
    String(queue.length),
    String(waiting.length),
    gates.map(({ name }) => name).join(' ') || 'none',
  ]);
  const columns = [
    { title: 'RIG' },
    { title: 'STATE', paint: paintOfState },
    { title: 'MERGE' },
    { title: 'LANDING' },
    { title: 'READY' },
    { title: 'WAITING' },
    { title: 'GATES', shrinks: true },
  ];
  const paused = rigs.flatMap(({ rig, paused: pause }) =>
    pause
      ? [
          `${displayText(rig)} was paused by ${displayText(pause.by)} ${since(pause.pausedAt, look.now)}${pause.reason === undefined ? '' : `: ${displayText(pause.reason, 500)}`}`,
          `Next: gt refinery resume ${displayText(rig)}`,
        ]
      : [],
  );
  return [...table(columns, rows, look), ...paused];
}
