import { displayText } from '../../domain/text.ts';
import type { ConvoyBead, ConvoyView } from '../../protocol/convoy.ts';
import type { Page } from '../../protocol/page.ts';
import { ago } from '../ago.ts';
import { paint, type Look } from '../output.ts';
import { below, cut, table } from '../table.ts';
import { paintOfState, shortSha } from './state.ts';

export function convoyLines(view: ConvoyView, look: Look): string[] {
  const { convoy, closed, total } = view;
  const next = nextStep(view.beads);
  const when =
    convoy.landedAt === undefined
      ? `started ${ago(convoy.createdAt, look.now)}`
      : `landed ${ago(convoy.landedAt, look.now)}`;
  const rest = `   ${displayText(convoy.id)}   ${closed} of ${total} landed   ${when}`;
  const title = cut(displayText(convoy.title, 500), Math.max(20, look.width - rest.length));
  return [
    `${paint(look, 'bold', title)}${rest}`,
    ...table(
      columns,
      view.beads.map((bead) => row(bead, look.now)),
      look,
      below,
    ),
    ...(next === undefined ? [] : [`Next: ${next}`]),
  ];
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
    landedAt: convoy.landedAt,
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
