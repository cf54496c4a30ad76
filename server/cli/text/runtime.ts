import { displayText } from '../../domain/text.ts';
import type { RuntimeSummary } from '../../protocol/runtime.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';

export function runtimesLines(runtimes: readonly RuntimeSummary[], look: Look): string[] {
  const rows = runtimes.map(({ preset, program, rigs, builtIn }) => [
    preset.id,
    preset.label,
    program === undefined ? 'not found' : 'found',
    rigs.join(', ') || '-',
    builtIn ? preset.bestFor : `${preset.bestFor} (yours)`,
  ]);
  const columns = [
    { title: 'RUNTIME' },
    { title: 'LABEL', shrinks: true },
    { title: 'PROGRAM', paint: (cell: string) => (cell === 'found' ? ('green' as const) : undefined) },
    { title: 'RIGS', shrinks: true },
    { title: 'BEST FOR', shrinks: true },
  ];
  return table(columns, rows, look);
}

export function runtimeLines({ preset, program, searched, rigs, builtIn }: RuntimeSummary): string[] {
  const command = [preset.command, ...preset.arguments].map((word) => displayText(word)).join(' ');
  return [
    `Runtime: ${displayText(preset.id)}`,
    `Label: ${displayText(preset.label)}`,
    ...(preset.aliases.length === 0
      ? []
      : [`Also called: ${preset.aliases.map((name) => displayText(name)).join(', ')}`]),
    `Command: ${command}`,
    `Program: ${program === undefined ? `not found on ${displayText(searched, 2000)}` : displayText(program, 1000)}`,
    ...(preset.bestFor === '' ? [] : [`Best for: ${displayText(preset.bestFor, 500)}`]),
    ...(preset.tradeOffs === '' ? [] : [`Trade-offs: ${displayText(preset.tradeOffs, 500)}`]),
    `Needs: ${needs(preset.needs)}`,
    `Resumes: ${preset.capabilities.resume ? 'yes' : 'no'}`,
    `Without a terminal: ${preset.oneShot === undefined ? 'no' : 'yes'}`,
    `Rigs: ${rigs.map((name) => displayText(name)).join(', ') || 'none'}`,
    `Preset: ${builtIn ? 'built in' : 'yours'}, ${preset.evidence === 'run' ? 'tried with the program' : 'not tried with the program yet'}`,
  ];
}

export function runtimeJson({
  preset,
  program,
  searched,
  rigs,
  builtIn,
}: RuntimeSummary): Record<string, unknown> {
  return { name: preset.id, label: preset.label, builtIn, program, searched, rigs, preset };
}

function needs({ display, account }: { readonly display: boolean; readonly account: boolean }): string {
  return (
    [...(display ? ['a display'] : []), ...(account ? ['an account'] : [])].join(' and ') || 'nothing else'
  );
}
