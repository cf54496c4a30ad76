import { describeState } from '../../server/domain/stateWords.ts';
import { displayText } from '../../server/domain/text.ts';
import type { Bead } from '../../server/domain/bead.ts';
import type { BeadView } from '../../server/protocol/bead.ts';
import type { ConvoyBead } from '../../server/protocol/convoy.ts';
import type { PolecatDetail } from '../../server/protocol/work.ts';
import { beadIcon, typeIcon } from './icons.ts';
import { gatesShort, landingContext } from './landingWords.ts';
import { polecatIcon, polecatWord } from './polecatRow.ts';
import { joined, joinedBy, type Row } from './row.ts';

/** A bead in the list of its rig. */
export function listedBeadRow(view: BeadView, polecat: PolecatDetail | undefined): Row {
  const { bead } = view;
  const word = polecat ? polecatWord(polecat) : readinessWord(view);
  const shown = word === 'ready' && bead.assignee ? `for ${displayText(bead.assignee, 60)}` : word;
  const title = displayText(bead.title, 120);
  const runtime = polecat && displayText(polecat.runtimeLabel, 40);
  const waits = view.blockedBy.length > 0 ? `waits for ${view.blockedBy.join(', ')}` : undefined;
  return {
    id: `bead:${bead.id}`,
    label: bead.id,
    description: joined(shown, runtime, title),
    icon: polecat?.needsPerson ? polecatIcon(polecat) : typeIcon(bead.type),
    context: beadContext(word, { slingable: bead.status === 'open' && !view.blocked, polecat }),
    spoken: `Bead ${bead.id}, ${title}, ${shown}${runtime === undefined ? '' : `, ${runtime}`}.`,
    subject: beadSubject(bead.id, polecat?.polecat.id),
    tooltip: () => [...beadTooltip(bead, shown), waits],
  };
}

/** The bead of a polecat, below it; no row where it has none. */
export function workedBeadRow(detail: PolecatDetail): Row | undefined {
  const { polecat, bead, mergeRequest } = detail;
  const id = polecat.bead;
  if (id === undefined) return undefined;
  const word = mergeRequest ? polecatWord(detail) : describeState(bead?.status ?? 'open');
  const title = bead ? displayText(bead.title, 120) : '';
  return {
    id: `polecat:${polecat.id}/${id}`,
    label: id,
    description: joined(word, gatesShort(detail), title),
    icon: mergeRequest ? beadIcon(mergeRequest.state) : typeIcon(bead?.type ?? 'task'),
    context: beadContext(word, { slingable: false, polecat: detail }),
    spoken: `Bead ${id}, ${title}, ${word}.`,
    subject: beadSubject(id, polecat.id),
    tooltip: () => (bead ? beadTooltip(bead, word) : [id, word]),
  };
}

/** A bead of a convoy: how its landing stands, with the commit that landed, the rig and the runtime. */
export function convoyBeadRow(convoy: string, each: ConvoyBead, polecat: PolecatDetail | undefined): Row {
  const { bead, mergeRequest, rig, runtimeLabel, waits } = each;
  const word = polecat?.needsPerson ? polecatWord(polecat) : describeState(each.state);
  const landing = joinedBy(' ', word, mergeRequest?.state === 'verified' && mergeRequest.landed?.slice(0, 7));
  const title = bead ? displayText(bead.title, 120) : 'there is no such bead any more';
  const runtime = runtimeLabel === undefined ? undefined : displayText(runtimeLabel, 40);
  return {
    id: `convoy:${convoy}/${each.id}`,
    label: each.id,
    description: joined(landing, rig, runtime),
    icon: polecat?.needsPerson ? polecatIcon(polecat) : beadIcon(each.state),
    context: beadContext(word, {
      slingable: each.state === 'ready' || each.state === 'open',
      polecat,
    }),
    spoken: `Bead ${each.id}, ${title}, ${landing}, ${joined(rig, runtime)}.`,
    subject: beadSubject(each.id, each.agent),
    tooltip: () => [
      ...(bead ? beadTooltip(bead, word) : [each.id, title]),
      joined(rig, runtime),
      mergeRequest?.reason === undefined ? undefined : displayText(mergeRequest.reason, 1000),
      waits === undefined || waits === mergeRequest?.reason ? undefined : displayText(waits, 1000),
    ],
  };
}

/** The words that the menus of beads ask for. */
function beadContext(
  word: string,
  { slingable, polecat }: { readonly slingable: boolean; readonly polecat: PolecatDetail | undefined },
): string {
  return [
    'bead',
    word,
    slingable && !polecat && 'slingable',
    polecat && 'worked',
    polecat && polecat.polecat.state !== 'done' && 'held',
    ...(polecat ? landingContext(polecat) : []),
  ]
    .filter((part) => part !== false && part !== undefined)
    .join(' ');
}

function beadSubject(bead: string, agent: string | undefined): Row['subject'] {
  return { kind: 'bead', bead, ...(agent === undefined ? {} : { agent }) };
}

function beadTooltip(bead: Bead, word: string): readonly (string | undefined)[] {
  return [
    `${bead.id}: ${displayText(bead.title)}`,
    `${word} · ${displayText(bead.type, 40)} · P${bead.priority}`,
    bead.labels.length === 0 ? undefined : displayText(bead.labels.join(', ')),
    bead.description === undefined ? undefined : displayText(bead.description, 1000),
  ];
}

function readinessWord({ bead, ready, blocked }: BeadView): string {
  if (bead.status !== 'open') return describeState(bead.status);
  if (blocked) return 'blocked';
  return ready ? 'ready' : 'open';
}
