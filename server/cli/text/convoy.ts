import { displayText } from '../../domain/text.ts';
import type { ConvoyBead, ConvoyView, GateProof } from '../../protocol/convoy.ts';
import type { Page } from '../../protocol/page.ts';
import { ago } from '../ago.ts';
import { paint, type Look } from '../output.ts';
import { below, cut, table } from '../table.ts';
import { paintOfState, shortSha } from './state.ts';
import { wrapped } from './wrapped.ts';

export const convoyKeys =
  '{ id, title, state, automatic, closed, total, createdAt, createdBy, launchedAt?, landedAt?, closedAt?, closeReason?, watchers?, beads: [{ id, title, status, rig, runtime?, runtimeLabel, agent?, state, commit?, mergeRequest?, check?, gates?: [{ name, outcome, tries, seconds }], waits?, minutes? }] }';

export function convoyLines(view: ConvoyView, look: Look): string[] {
  const { convoy, closed, total } = view;
  const next =
    convoy.state === 'staged' ? `gt convoy launch ${displayText(convoy.id)}` : nextStep(view.beads);
  const rest = `   ${displayText(convoy.id)}   ${closed} of ${total} landed   ${whenOf(view.convoy, look.now)}`;
  const title = cut(displayText(convoy.title, 500), Math.max(20, look.width - rest.length));
  return [
    `${paint(look, 'bold', title)}${rest}`,
    ...(convoy.state === 'landed'
      ? table(summaryColumns, view.beads.map(summaryRow), look, below)
      : table(
          columns,
          view.beads.map((bead) => row(bead, look.now)),
          look,
          below,
        )),
    ...view.beads.flatMap((bead) => linesBelow(bead, look)),
    ...(next === undefined ? [] : [`Next: ${next}`]),
  ];
}

/** How the gates passed on what has landed; why what was handed over does not land. */
function linesBelow({ id, gates = [], waits }: ConvoyBead, look: Look): string[] {
  const passed = gates.map((gate) => `${displayText(gate.name, 60)} ${proofWords(gate)}`);
  const said = waits ?? (passed.length === 0 ? undefined : `gates: ${passed.join(', ')}`);
  if (said === undefined) return [];
  return wrapped(`${displayText(id)}: ${displayText(said, 1000)}`, look.width - 4).map((line, at) =>
    at === 0 ? `  ${line}` : `    ${line}`,
  );
}

function proofWords({ outcome, tries, seconds }: GateProof): string {
  const times = tries > 1 ? ` (${seconds} s, try ${tries})` : ` (${seconds} s)`;
  return `${outcome === 'timed-out' ? 'timed out' : outcome}${times}`;
}

function whenOf({ state, createdAt, landedAt, closedAt }: ConvoyView['convoy'], now: number): string {
  if (state === 'landed' && landedAt !== undefined) return `landed ${ago(landedAt, now)}`;
  if (state === 'closed' && closedAt !== undefined) return `closed ${ago(closedAt, now)}`;
  return `${state === 'staged' ? 'staged' : 'started'} ${ago(createdAt, now)}`;
}

/** After `convoy create`: nothing has been started, so the next step is to sling what can be. */
export function createdConvoyLines(view: ConvoyView, look: Look): string[] {
  const lines = convoyLines(view, look).filter((line) => !line.startsWith('Next: '));
  const open = view.beads
    .filter(({ bead }) => bead !== undefined && bead.status !== 'closed')
    .map(({ id }) => displayText(id));
  return [...lines, ...(open.length === 0 ? [] : [`Next: gt sling ${open.join(' ')}`])];
}

export function convoysLines(page: Page<ConvoyView>, look: Look): string[] {
  if (page.items.length === 0) return ['No convoys.', 'Next: gt convoy create TITLE BEAD...'];
  const rows = page.items.map(({ convoy, closed, total }) => [
    convoy.id,
    convoy.state,
    `${closed}/${total}`,
    ago(convoy.createdAt, look.now),
    convoy.title,
  ]);
  const titles = [
    { title: 'CONVOY' },
    { title: 'STATE', paint: paintOfState },
    { title: 'LANDED' },
    { title: 'STARTED' },
  ];
  return [...table([...titles, { title: 'TITLE', shrinks: true }], rows, look), ...more(page)];
}

/** Where a page is not all there is. */
function more(page: Page<unknown>): string[] {
  return page.next === undefined ? [] : [`${page.items.length} of ${page.total} shown.`];
}

export function convoyJson({ convoy, closed, total, beads }: ConvoyView): Record<string, unknown> {
  return {
    id: convoy.id,
    title: convoy.title,
    state: convoy.state,
    automatic: convoy.automatic,
    closed,
    total,
    createdAt: convoy.createdAt,
    createdBy: convoy.createdBy,
    launchedAt: convoy.launchedAt,
    landedAt: convoy.landedAt,
    closedAt: convoy.closedAt,
    closeReason: convoy.closeReason,
    watchers: convoy.watchers,
    beads: beads.map((each) => ({
      id: each.id,
      title: each.bead?.title,
      status: each.bead?.status,
      rig: each.rig,
      runtime: each.mergeRequest?.runtime,
      runtimeLabel: each.runtimeLabel,
      agent: each.agent,
      state: each.state,
      commit: commitOf(each),
      mergeRequest: each.mergeRequest?.id,
      check: each.check,
      gates: each.gates,
      waits: each.waits,
      minutes: minutesOf(each),
    })),
  };
}

const columns = [
  { title: 'BEAD' },
  { title: 'RIG', shrinks: true },
  { title: 'RUNTIME', shrinks: true },
  // As wide as `verified 12 m ago`, so that the table stands still while the minutes count up.
  { title: 'STATE', least: 18, shrinks: true, paint: paintOfState },
  { title: 'COMMIT' },
];

/** Of what has landed: who did what, with the commit that stands on the target, what was checked, and how long it took. */
const summaryColumns = [
  { title: 'BEAD' },
  { title: 'AGENT', shrinks: true },
  { title: 'RUNTIME', shrinks: true },
  { title: 'COMMIT' },
  { title: 'CHECK' },
  { title: 'TIME' },
];

function summaryRow(bead: ConvoyBead): string[] {
  const minutes = minutesOf(bead);
  return [
    bead.id,
    bead.agent ?? '',
    bead.runtimeLabel ?? '',
    shortSha(commitOf(bead)) || 'none',
    bead.check ?? '',
    minutes === undefined ? '' : `${minutes} m`,
  ];
}

/** From the hook until it was closed. */
function minutesOf({ bead }: ConvoyBead): number | undefined {
  if (bead?.closedAt === undefined || bead.startedAt === undefined) return undefined;
  return Math.round((Date.parse(bead.closedAt) - Date.parse(bead.startedAt)) / 60_000);
}

function row(bead: ConvoyBead, now: number): string[] {
  return [bead.id, bead.rig ?? '', bead.runtimeLabel ?? '', stateText(bead, now), shortSha(commitOf(bead))];
}

function stateText({ state, mergeRequest }: ConvoyBead, now: number): string {
  const verifiedAt = state === 'verified' ? mergeRequest?.verifiedAt : undefined;
  return verifiedAt === undefined ? state : `verified ${ago(verifiedAt, now)}`;
}

function commitOf({ mergeRequest }: ConvoyBead): string | undefined {
  return mergeRequest?.landed ?? mergeRequest?.tip;
}

/** What a person can do for it now: look at what waits for them first, then start what can be started. */
function nextStep(beads: readonly ConvoyBead[]): string | undefined {
  const waiting = beads.find(({ state }) => waitsForPerson.has(state));
  if (waiting) return `gt mq show ${displayText(waiting.id)}`;
  const asking = beads.find(({ state, agent }) => agent !== undefined && troubled.has(state));
  if (asking?.agent !== undefined) return `gt polecat show ${displayText(asking.agent)}`;
  const ready = beads.filter(({ state }) => state === 'ready').map(({ id }) => displayText(id));
  return ready.length === 0 ? undefined : `gt sling ${ready.join(' ')}`;
}

const waitsForPerson: ReadonlySet<ConvoyBead['state']> = new Set([
  'submitted',
  'conflict',
  'rejected',
  'waiting-for-checkout',
  'lost',
]);
const troubled: ReadonlySet<ConvoyBead['state']> = new Set([
  'needs-you',
  'stalled',
  'interrupted',
  'failed',
  'rate-limited',
]);
