import { displayText } from '../../domain/text.ts';
import type { StagedConvoy, StrandedConvoy } from '../../protocol/convoyStage.ts';
import { ago } from '../ago.ts';
import { paint, type Look } from '../output.ts';
import { table } from '../table.ts';
import { convoyJson } from './convoy.ts';
import { counted } from './state.ts';

/** The waves before anything starts, and what is wrong with them. */
export function stagedLines({ view, title, plan }: StagedConvoy, look: Look): string[] {
  const { waves, closed, errors, warnings } = plan;
  const beads = new Map((view?.beads ?? []).map((each) => [each.id, each]));
  const rows = waves.flatMap((wave, at) =>
    wave.map((id) => {
      const each = beads.get(id);
      return [String(at + 1), id, each?.rig ?? '', each?.runtimeLabel ?? '', each?.bead?.title ?? ''];
    }),
  );
  const columns = [
    { title: 'WAVE' },
    { title: 'BEAD' },
    { title: 'RIG', shrinks: true },
    { title: 'RUNTIME', shrinks: true },
    { title: 'TITLE', shrinks: true },
  ];
  const open = waves.reduce((total, wave) => total + wave.length, 0);
  const what = `${counted(open, 'bead')} in ${counted(waves.length, 'wave')}`;
  const id = view ? `   ${displayText(view.convoy.id)}   ${view.convoy.state}` : '';
  return [
    `${paint(look, 'bold', displayText(title, 200))}${id}   ${what}${closed.length > 0 ? `, ${closed.length} closed` : ''}`,
    ...(rows.length === 0 ? [] : table(columns, rows, look)),
    ...errors.map(({ text }) => paint(look, 'red', `Error: ${displayText(text, 500)}`)),
    ...warnings.map(({ text }) => paint(look, 'yellow', `Warning: ${displayText(text, 500)}`)),
    ...nextLines({ ...(view ? { view } : {}), title, plan }),
  ];
}

function nextLines({ view, plan: { errors, warnings } }: StagedConvoy): string[] {
  if (!view) return ['Nothing was made.'];
  if (view.convoy.state !== 'staged' || errors.length > 0) return [];
  const force = warnings.length > 0 ? ' --force' : '';
  return [`Next: gt convoy launch ${displayText(view.convoy.id)}${force}`];
}

export function stagedJson({ view, title, plan }: StagedConvoy): Record<string, unknown> {
  return { convoy: view && convoyJson(view), title, ...plan };
}

export function strandedLines(stranded: readonly StrandedConvoy[], look: Look): string[] {
  if (stranded.length === 0) return ['No convoy is stranded.'];
  const rows = stranded.map(({ id, title, why, tracked, ready, createdAt }) => [
    id,
    why,
    `${ready.length}/${tracked}`,
    ago(createdAt as never, look.now),
    title,
  ]);
  const columns = [
    { title: 'CONVOY' },
    { title: 'STATE' },
    { title: 'READY' },
    { title: 'STARTED' },
    { title: 'TITLE', shrinks: true },
  ];
  return [
    ...table(columns, rows, look),
    ...stranded.flatMap(({ id, explanation }) =>
      explanation ? [`${displayText(id)}: ${displayText(explanation.sentence, 500)}`] : [],
    ),
    ...nextOf(stranded),
  ];
}

function nextOf(stranded: readonly StrandedConvoy[]): string[] {
  const ready = stranded.find(({ why }) => why === 'ready');
  if (ready) return [`Next: gt convoy launch ${displayText(ready.id)}`];
  const next = stranded.find(({ explanation }) => explanation?.next !== undefined)?.explanation?.next;
  return next === undefined ? [] : [`Next: ${displayText(next, 300)}`];
}

/** As elsewhere, with the reason. */
export function strandedJson(each: StrandedConvoy): Record<string, unknown> {
  const { id, title, why, tracked, ready, createdAt, explanation } = each;
  return {
    id,
    title,
    why,
    tracked_count: tracked,
    ready_count: ready.length,
    ready_issues: ready,
    created_at: createdAt,
    reason: explanation?.reason,
    sentence: explanation?.sentence,
  };
}
