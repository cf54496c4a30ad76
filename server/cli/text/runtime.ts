import type { Arguments, RuntimePreset } from '../../domain/runtime.ts';
import { displayText } from '../../domain/text.ts';
import type { RuntimeSummary } from '../../protocol/runtime.ts';
import type { Look } from '../output.ts';
import { table } from '../table.ts';

export function runtimesLines(runtimes: readonly RuntimeSummary[], look: Look): string[] {
  const rows = runtimes.map(({ preset, program, version, rigs, builtIn }) => [
    preset.id,
    preset.label,
    program === undefined ? 'not found' : (version ?? 'found'),
    rigs.join(', ') || '-',
    builtIn ? preset.bestFor : `${preset.bestFor} (yours)`,
  ]);
  const columns = [
    { title: 'RUNTIME' },
    { title: 'LABEL', shrinks: true },
    { title: 'PROGRAM', paint: (cell: string) => (cell === 'not found' ? undefined : ('green' as const)) },
    { title: 'RIGS', shrinks: true },
    { title: 'BEST FOR', shrinks: true },
  ];
  return table(columns, rows, look);
}

export function runtimeLines(summary: RuntimeSummary): string[] {
  const { preset, rigs, builtIn } = summary;
  const command = [preset.command, ...always(preset.arguments)].map((word) => displayText(word)).join(' ');
  return [
    `Runtime: ${displayText(preset.id)}`,
    `Label: ${displayText(preset.label)}`,
    ...(preset.aliases.length === 0
      ? []
      : [`Also called: ${preset.aliases.map((name) => displayText(name)).join(', ')}`]),
    `Command: ${command}`,
    ...programLines(summary),
    ...(preset.bestFor === '' ? [] : [`Best for: ${displayText(preset.bestFor, 500)}`]),
    ...(preset.tradeOffs === '' ? [] : [`Trade-offs: ${displayText(preset.tradeOffs, 500)}`]),
    `Needs: ${needs(preset.needs)}`,
    ...(preset.signIn === undefined ? [] : [`Sign in: ${displayText(preset.signIn, 500)}`]),
    `Resumes: ${resumes(preset)}`,
    `Without a terminal: ${preset.oneShot === undefined ? 'no' : 'yes'}`,
    `System prompt: ${preset.systemPrompt.kind === 'none' ? 'none' : 'yes'}`,
    ...(preset.asRoot === undefined ? [] : [`As root: ${displayText(preset.asRoot, 500)}`]),
    ...(preset.trust?.hint === undefined ? [] : [`Trust: ${displayText(preset.trust.hint, 500)}`]),
    `Rigs: ${rigs.map((name) => displayText(name)).join(', ') || 'none'}`,
    `Preset: ${builtIn ? 'built in' : 'yours'}, ${preset.evidence === 'run' ? 'tried with the program' : 'not tried with the program yet'}`,
    ...(preset.untried === undefined ? [] : [`Not tried: ${displayText(preset.untried, 500)}`]),
  ];
}

export function runtimeJson(summary: RuntimeSummary): Record<string, unknown> {
  const { preset, program, from, version, tried, searched, rigs, builtIn } = summary;
  const found = { program, from, version, tried, searched };
  return { name: preset.id, label: preset.label, builtIn, ...found, rigs, preset };
}

function programLines({ preset, program, from, version, tried = [], searched }: RuntimeSummary): string[] {
  if (program === undefined) {
    const places = tried.map((place) => displayText(place, 300)).join(', ');
    return [
      `Program: not found${places === '' ? '' : `; looked for ${places}`}`,
      `Searched: ${displayText(searched, 2000)}`,
      ...(preset.install === undefined ? [] : [`Install: ${displayText(preset.install, 500)}`]),
    ];
  }
  const where = from === undefined ? '' : ` (${whereFound[from]})`;
  return [
    `Program: ${displayText(program, 1000)}${where}`,
    ...(version === undefined ? [] : [`Version: ${displayText(version, 60)}`]),
  ];
}

const whereFound: Readonly<Record<NonNullable<RuntimeSummary['from']>, string>> = {
  setting: 'as the town is set',
  path: 'on the PATH',
  place: 'in a place it is known to be, not on the PATH',
};

/** Without the groups, which are there at some starts and not at others. */
const always = (words: Arguments): string[] =>
  words.filter((each) => typeof each === 'string' && each !== '{options}') as string[];

function resumes({ resume, resumeOneShot, capabilities }: RuntimePreset): string {
  if (!capabilities.resume || (!resume && !resumeOneShot)) return 'no';
  if (resume && resumeOneShot) return 'yes';
  return resume ? 'in a terminal only' : 'without a terminal only';
}

function needs({ display, account }: { readonly display: boolean; readonly account: boolean }): string {
  return (
    [...(display ? ['a display'] : []), ...(account ? ['an account'] : [])].join(' and ') || 'nothing else'
  );
}
