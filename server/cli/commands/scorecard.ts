import type { Command } from 'commander';
import type { Timestamp } from '../../domain/ids.ts';
import { displayText } from '../../domain/text.ts';
import type { Result } from '../../protocol/messages.ts';
import type { ScorecardRow } from '../../protocol/scorecard.ts';
import { answer, type Cli } from '../cli.ts';
import type { Look } from '../output.ts';
import { sinceWord } from '../since.ts';
import { table } from '../table.ts';
import { present, verb } from '../words.ts';

export function addScorecard(runtime: Command, cli: Cli): void {
  verb(runtime, 'scorecard', {
    does: 'show how each runtime did with each type of bead, as the journal proves it',
    examples: ['gt runtime scorecard', 'gt runtime scorecard --rig backend --since 30d'],
    json: '{ leastSamples, rows: [{ runtime, runtimeLabel, type, samples, landedFirst, landedReworked, failed, withoutCode, open, reworks, medianMs?, firstRate?, failures: { KIND: number } }] }',
  })
    .option('--rig <rig>', 'of this rig only')
    .option('--since <age>', 'slung within 30d, 12h, or since a date', sinceWord(cli.output.look.now))
    .action(async ({ rig, since }: { readonly rig?: string; readonly since?: number }) => {
      const time = since === undefined ? undefined : (new Date(since).toISOString() as Timestamp);
      await answer(cli, {
        method: 'runtime/scorecard',
        params: present({ rig, since: time }),
        text: scorecardLines,
        json: (card) => card,
      });
    });
}

function scorecardLines({ rows, leastSamples }: Result<'runtime/scorecard'>, look: Look): string[] {
  if (rows.length === 0) return ['Nothing has been slung yet, so there is nothing to count.'];
  const columns = [
    { title: 'RUNTIME', shrinks: true },
    { title: 'TYPE', shrinks: true },
    { title: 'ENDED' },
    { title: 'FIRST TRY' },
    { title: 'REWORKED' },
    { title: 'FAILED' },
    { title: 'MEDIAN' },
    { title: 'FAILURES', shrinks: true },
  ];
  return [
    ...table(columns, rows.map(cellsOf), look),
    `ENDED is the sample; below ${leastSamples} there is no rate. MEDIAN is from sling to verified.`,
  ];
}

function cellsOf(row: ScorecardRow): string[] {
  const rate = row.firstRate === undefined ? 'too few' : `${Math.round(row.firstRate * 100)} %`;
  const failures = Object.entries(row.failures).map(([kind, count]) => `${displayText(kind, 30)} ${count}`);
  return [
    displayText(row.runtimeLabel, 40),
    displayText(row.type, 20),
    String(row.samples),
    row.samples === 0 ? '-' : `${row.landedFirst} (${rate})`,
    String(row.landedReworked),
    String(row.failed),
    row.medianMs === undefined ? '-' : lasting(row.medianMs),
    failures.join(', '),
  ];
}

function lasting(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
  return minutes < 120 ? `${minutes} m` : `${Math.round(minutes / 60)} h`;
}
